"""Daily price limits of the mainland exchanges, by board and by the day a rule came into force.

STAR and the Beijing exchange have had theirs since their first day (2019-07-22, 2021-11-15). New
listings have none for one to five days; `NEW_LISTING_DAYS` leaves these out.
"""

from collections.abc import Collection, Sequence
from datetime import date

import numpy as np

MAIN = 0.10
GROWTH = 0.20  # ChiNext since the registration reform, and STAR; ST stocks of both too
BEIJING = 0.30
STAR_CODES, BEIJING_CODES = ("688", "689"), ("8", "4", "92")  # how they begin
SPECIAL = 0.05  # ST and *ST on the main boards, until they had to be treated as all others
CHINEXT_REFORM = date(2020, 8, 24)  # Shenzhen Stock Exchange, Special Provisions of 2020-06-12
SPECIAL_ENDED = date(2026, 7, 6)  # as all others from then; as told in akquant issue 249
UNTOLD, BELOW, BROKEN, SEALED = -1, 0, 1, 2  # what pools of limit-ups tell of a stock on a day


def price_limits(
    days: Sequence[date], codes: Sequence[str], st: Collection[str] = ()
) -> np.ndarray:
    """Limit of each day and stock as a fraction, day x stock."""
    limits = np.tile(np.array([_today(code) for code in codes]), (len(days), 1))
    chinext = np.array([code.startswith("30") for code in codes], dtype=bool)
    limits[np.ix_(_before(days, CHINEXT_REFORM), chinext)] = MAIN
    main = np.array([limit == MAIN for limit in map(_today, codes)], dtype=bool)
    special = main & np.array([code in st for code in codes], dtype=bool)
    limits[np.ix_(_before(days, SPECIAL_ENDED), special)] = SPECIAL
    return limits


def _before(days: Sequence[date], rule: date) -> np.ndarray:
    return np.array([day < rule for day in days], dtype=bool)


def _today(code: str) -> float:
    if code.startswith((*STAR_CODES, "30")):
        return GROWTH
    if code.startswith(BEIJING_CODES):
        return BEIJING
    return MAIN
