"""Daily price limits of the mainland exchanges, by board and by the day a rule came into force."""

from collections.abc import Collection, Sequence
from datetime import date

import numpy as np

MAIN = 0.10
GROWTH = 0.20  # ChiNext since the registration reform, and STAR from its first day
BEIJING = 0.30
SPECIAL = 0.05  # ST and *ST on the main boards
CHINEXT_REFORM = date(2020, 8, 24)  # Shenzhen Stock Exchange, Special Provisions of 2020-06-12


def price_limits(
    days: Sequence[date], codes: Sequence[str], st: Collection[str] = ()
) -> np.ndarray:
    """Limit of each day and stock as a fraction, day x stock."""
    limits = np.tile(np.array([_today(code, code in st) for code in codes]), (len(days), 1))
    before = np.array([day < CHINEXT_REFORM for day in days], dtype=bool)
    chinext = np.array([code.startswith("30") for code in codes], dtype=bool)
    limits[np.ix_(before, chinext)] = MAIN
    return limits


def _today(code: str, special: bool) -> float:
    if code.startswith(("688", "689", "30")):
        return GROWTH
    if code.startswith(("8", "4", "92")):
        return BEIJING
    return SPECIAL if special else MAIN
