"""Breadth: the share of a theme's members that have risen together.

High breadth late in a net run-up is a crowd; out of a trough it is a start. The rule only measures;
the lifecycle asks for the run-up beside it and so tells them apart.
"""

from dataclasses import dataclass

import pandas as pd

from signals.panel import Panel
from signals.rolling import rolling_mean


@dataclass(frozen=True)
class Params:
    """Knobs of the rule."""

    window_days: int  # trading days averaged
    min_members: int  # thinner days are unknown
    min_coverage: float  # known members / members, 0..1; below it the day is unknown


def share_above_ma20(panel: Panel, min_members: int, min_coverage: float) -> pd.DataFrame:
    """Members above their own 20-day average / members with a known one, 0..1, day x theme."""
    known = panel.ma20_known
    enough = (known >= min_members) & (known >= panel.members * min_coverage)
    return panel.above_ma20 / known.where(enough)


def score(panel: Panel, p: Params) -> pd.DataFrame:
    """Mean share of members above their 20-day average, 0..1, day x theme."""
    return rolling_mean(share_above_ma20(panel, p.min_members, p.min_coverage), p.window_days)
