"""Valuation: where the theme's price on trailing profits stands in its own past.

Evidence beside divergence, no reason for a stage of its own: dear can get dearer. Unknown for a
theme whose members lose money together, and until enough days are stored.
"""

from dataclasses import dataclass

import pandas as pd

from signals.panel import Panel
from signals.rolling import settled


@dataclass(frozen=True)
class Params:
    """Knobs of the rule."""

    past_days: int  # trading days of the theme's own past it is ranked in


def score(panel: Panel, p: Params) -> pd.DataFrame:
    """Rank of today's price/earnings in the theme's past, 0..1, day x theme."""
    rank = panel.pe.rolling(p.past_days, min_periods=p.past_days // 2).rank(pct=True)
    return settled(rank, p.past_days)
