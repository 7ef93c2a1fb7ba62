"""Compiles what numba compiles, once: `python -m bot.warm`, as the image's build does.

What is compiled is kept beside the source, or in NUMBA_CACHE_DIR; without this the first evening
takes half a minute longer.
"""

from datetime import date

import numpy as np

from market.theme_days import Bars, membership, stock_days, theme_rows
from signals import lppls, psy


def main() -> None:
    """Calls every compiled function with the types it will be called with."""
    psy.warm()
    lppls.warm()
    one = np.ones((2, 1))
    days = (date(2024, 6, 27), date(2024, 6, 28))
    bars = Bars(days, ("600000",), one, one, one, one, one, np.array([0]))
    theme_rows(stock_days(bars), membership({"t": ["600000"]}, ["t"], bars.codes), slice(None))


if __name__ == "__main__":
    main()
