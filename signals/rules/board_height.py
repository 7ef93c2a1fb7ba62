"""Board height: the longest run of limit-ups among a theme's members (连板高度); a mood.

Shown because readers go by it, not because it warns: on the reference it told nothing of net falls
that volatility and the size of the run-up did not tell (tests/bench/rules.py). The threshold is
what short-term traders call an open market.
"""

from dataclasses import dataclass

import pandas as pd

from signals.panel import Panel


@dataclass(frozen=True)
class Params:
    """Knobs of the rule: none, the store counts the days."""


def score(panel: Panel, p: Params) -> pd.DataFrame:
    """Longest run of limit-ups of any member up to the day, days, day x theme."""
    return panel.board_height
