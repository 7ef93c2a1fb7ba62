"""Broken boards: members that touched the price limit but closed below it (炸板率); a mood.

Shown because readers go by it, not because it warns: on the reference net falls did not follow
more often where it was high (tests/bench/rules.py). Unknown where highs are, or where too few
members touched the limit to speak of a share.
"""

from dataclasses import dataclass

import pandas as pd

from signals.panel import Panel
from signals.rolling import rolling_mean


@dataclass(frozen=True)
class Params:
    """Knobs of the rule."""

    window_days: int  # trading days taken together
    min_touched: float  # members a day that touched the limit, on average; below it unknown


def score(panel: Panel, p: Params) -> pd.DataFrame:
    """Members that lost the limit / members that touched it, 0..1, day x theme."""
    broken = rolling_mean(panel.broken_boards, p.window_days)
    touched = rolling_mean(panel.broken_boards + panel.limit_ups, p.window_days)
    return broken / touched.where((touched > 0) & (touched >= p.min_touched))
