"""Fall: how far a theme stands below the top of its last run, net of the market.

With fewer than half the members above their average and activity drying up, it tells a turn from a
rest; those two are rules of their own.
"""

from dataclasses import dataclass

import pandas as pd

from signals.panel import Panel
from signals.rolling import rolling_max


@dataclass(frozen=True)
class Params:
    """Knobs of the rule."""

    window_days: int  # trading days in which the peak is looked for


def score(panel: Panel, p: Params) -> pd.DataFrame:
    """1 - net index / its highest of the window, fraction >= 0, day x theme."""
    net = panel.net
    return 1 - net / rolling_max(net, p.window_days)
