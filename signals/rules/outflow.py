"""Outflow: how much of its recent activity a theme has lost; money leaving.

Activity is the median member's volume against its own mean of the 60 days before, so that it can be
known where money amounts are not (imported history often has none) and one giant cannot make it.
"""

from dataclasses import dataclass

import pandas as pd

from signals.panel import Panel
from signals.rolling import rolling_max, rolling_mean


@dataclass(frozen=True)
class Params:
    """Knobs of the rule."""

    window_days: int  # trading days averaged
    past_days: int  # trading days in which the highest activity is looked for


def score(panel: Panel, p: Params) -> pd.DataFrame:
    """1 - mean activity / its highest of the past, fraction 0..1, day x theme."""
    activity = rolling_mean(panel.volume_ratio, p.window_days)
    return 1 - activity / rolling_max(activity, p.past_days)
