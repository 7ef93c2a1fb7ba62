"""Weakness: the share of members that have lost their own 20-day average; breadth gone."""

from dataclasses import dataclass

import pandas as pd

from signals.panel import Panel
from signals.rules.breadth import share_above_ma20


@dataclass(frozen=True)
class Params:
    """Knobs of the rule."""

    min_members: int  # thinner days are unknown
    min_coverage: float  # known members / members, 0..1; below it the day is unknown


def score(panel: Panel, p: Params) -> pd.DataFrame:
    """Members below their 20-day average / members with a known one, 0..1, day x theme."""
    return 1 - share_above_ma20(panel, p.min_members, p.min_coverage)
