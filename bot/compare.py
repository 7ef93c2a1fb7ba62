"""Two themes beside each other: members in common, and whether they moved together."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from bot.app import App

DAYS = 60  # trading days of the correlation, as the run-up has
LEAST_DAYS = 40  # known days below which nothing is said


@dataclass(frozen=True)
class Alike:
    """What two themes have in common."""

    shared: int  # members in both
    first: int  # members of the one
    second: int  # members of the other
    correlation: float  # of daily net returns, -1..1; NaN: too few known days, or one stood still
    days: int  # trading days of it


def alike(app: App, first: str, second: str, day: date) -> Alike:
    """What two themes have in common on a day, by the memberships known then."""
    one, other = (set(app.store.members(theme, day)) for theme in (first, second))
    net = app.store.panel(day, DAYS + 1, [first, second]).net
    returns = net.pct_change(fill_method=None).dropna().to_numpy(float)
    moved = len(returns) >= LEAST_DAYS and bool((returns.std(axis=0) > 0).all())
    size = float(np.corrcoef(returns.T)[0, 1]) if moved else float("nan")
    return Alike(len(one & other), len(one), len(other), size, DAYS)
