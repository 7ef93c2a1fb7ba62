"""Crowding: a theme's share of all money traded (拥挤度), ranked in its own past.

Not measured: the reference has no amounts, so nothing is known of its worth. It is shown since
people ask for it; high turnover as a sign of sentiment is the argument of Baker and Stein (2004).
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
    """Rank of today's share of the market's amount in the theme's past, 0..1, day x theme."""
    traded = panel.market_amount.where(panel.market_amount > 0)
    share = rolling_mean(panel.amount.div(traded, axis=0), p.window_days)
    rank = share.rolling(p.past_days, min_periods=p.past_days // 2).rank(pct=True)
    return settled(rank, p.past_days + p.window_days - 1)
