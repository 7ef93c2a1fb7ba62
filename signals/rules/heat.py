"""Heat: members at a 20-day high or at the price limit today, against the theme's own past.

A percentile, since a theme of miners and a theme of chip makers are not hot at the same share.
"""

from dataclasses import dataclass

import pandas as pd

from signals.panel import Panel
from signals.rolling import rolling_mean, settled


@dataclass(frozen=True)
class Params:
    """Knobs of the rule."""

    window_days: int  # trading days averaged
    past_days: int  # trading days of the theme's own past it is ranked in


def score(panel: Panel, p: Params) -> pd.DataFrame:
    """Rank of today's share of new highs and limit-ups in the theme's past, 0..1, day x theme."""
    known = panel.ma20_known.where(panel.ma20_known > 0)
    share = rolling_mean((panel.new_highs + panel.limit_ups) / known, p.window_days)
    rank = share.rolling(p.past_days, min_periods=p.past_days // 2).rank(pct=True)
    # the first rows of a panel have a shorter past than the same day had in a longer panel
    return settled(rank, p.past_days + p.window_days - 1)
