"""Divergence: how far price has outrun what the members earn, net of the market.

Growth of price over the window less the growth of reported profit and revenue over a span of the
same length, both against the ordinary theme: a theme whose members' profits rose with its price is
not divergent. Only reports that were public on the day count. Too few reports: unknown, not zero.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from signals.panel import Panel

YEAR_DAYS = 250  # trading days; reported growth is on the year before


@dataclass(frozen=True)
class Params:
    """Knobs of the rule."""

    window_days: int  # trading days of price growth
    min_share: float  # members with usable reports / members, 0..1
    max_growth: float  # growth figures are capped at this, fraction; tiny bases explode


def score(panel: Panel, p: Params) -> pd.DataFrame:
    """Net log growth of price less that of profit and revenue, fraction, day x theme."""
    net = panel.net
    price = _frame(np.log(net / net.shift(p.window_days)), net)
    profit, revenue = _logged(panel.profit_growth, p), _logged(panel.revenue_growth, p)
    earned = (profit + revenue) / 2
    earned = earned.where(earned.notna(), profit.where(profit.notna(), revenue))
    ordinary = earned.median(axis=1)  # the ordinary theme's growth stands for the market's
    same_span = earned.sub(ordinary, axis=0) * (p.window_days / YEAR_DAYS)
    # price has outrun at most what it has run: a flat price over lost profits is no bubble
    outrun = price.where(same_span < 0, price - same_span)
    return outrun.where(same_span.notna() & (panel.earnings_share >= p.min_share))


def _logged(growth: pd.DataFrame, p: Params) -> pd.DataFrame:
    """log(1 + growth), growth held to -0.9 .. max_growth."""
    return _frame(np.log1p(growth.clip(-0.9, p.max_growth)), growth)


def _frame(values: np.ndarray | pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(np.asarray(values), index=like.index, columns=like.columns)
