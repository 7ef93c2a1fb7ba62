"""Compiled sums and medians over the members of all themes at once, one pass a day.

A stock is in some ten themes: 8.6 million bars are 97 million pairs, which a join would write out.
Here each stock's figures are added to its themes while they are in hand. A median needs no sorting
by theme: stocks are taken in the order of the day's values, and the one that makes a theme's count
half full is its median.
"""

import numpy as np
from numba import njit

Array = np.ndarray

SIGN = 1 << 63  # bit of a float's sign, which a NaN may have too
LANE = 16  # bits of a count; four counts are added at once, each below 65,536 members


@njit(cache=True, nogil=True)
def sums(
    returns: Array,
    amounts: Array,
    flags: tuple[Array, ...],
    starts: Array,
    themes: Array,
    count: int,
) -> tuple[Array, Array]:
    """Counts (day x theme x 8) and sums of return and amount (day x theme x 2) over members.

    Counted: known returns, rising, falling, known amounts, and the four `flags`. All day x stock.
    Members of stock s are `themes[starts[s] : starts[s + 1]]`, of `count` themes. Adding goes by
    stock, so that the last digit does not depend on which days are asked for.
    """
    days, stocks = returns.shape
    counts, totals = np.zeros((days, count, 8), np.int64), np.zeros((days, count, 2))
    lanes = np.zeros((count, 2), np.int64)
    above, averaged, high, limit = flags
    for day in range(days):
        lanes[:] = 0
        total = totals[day]
        for stock in range(stocks):
            change, money = returns[day, stock], amounts[day, stock]
            moved, priced = not np.isnan(change), not np.isnan(money)
            first = moved + ((change > 0) << LANE) + ((change < 0) << 2 * LANE)
            first += priced << 3 * LANE
            second = above[day, stock] + (averaged[day, stock] << LANE)
            second += (high[day, stock] << 2 * LANE) + (limit[day, stock] << 3 * LANE)
            if first == 0 and second == 0:
                continue
            change = change if moved else 0.0
            money = money if priced else 0.0
            for place in range(starts[stock], starts[stock + 1]):
                theme = themes[place]
                lanes[theme, 0] += first
                lanes[theme, 1] += second
                total[theme, 0] += change
                total[theme, 1] += money
        for theme in range(count):
            for lane in range(8):
                packed = lanes[theme, lane // 4]
                counts[day, theme, lane] = (packed >> (lane % 4 * LANE)) & ((1 << LANE) - 1)
    return counts, totals


def ordered(values: Array) -> Array:
    """The columns of each row by value, NaN last; for values of zero or more.

    Such floats order as their bits do. With the column in the lowest bits whole numbers are sorted
    instead of places, in a third of the time; what those bits told apart is below 1e-11 of a value.
    """
    low = (1 << int(values.shape[1]).bit_length()) - 1
    keys = values.view(np.int64) & (SIGN - 1 - low)
    keys |= np.arange(values.shape[1])
    keys.sort(axis=1)
    keys &= low
    return keys


@njit(cache=True, nogil=True)
def boards(
    runs: Array, broken: Array, blind: Array, starts: Array, themes: Array, count: int
) -> Array:
    """Day x theme x 3 over members: the longest of `runs`, and how many are `broken`, `blind`.

    All three are day x stock and mostly zero, so that it costs little beside `sums`.
    """
    days, stocks = runs.shape
    out = np.zeros((days, count, 3), np.int64)
    for day in range(days):
        for stock in range(stocks):
            run, fell, hidden = runs[day, stock], broken[day, stock], blind[day, stock]
            if run == 0 and not fell and not hidden:
                continue
            for place in range(starts[stock], starts[stock + 1]):
                of_theme = out[day, themes[place]]
                of_theme[0] = max(of_theme[0], run)
                of_theme[1] += fell
                of_theme[2] += hidden
    return out


@njit(cache=True, nogil=True)
def medians(values: Array, order: Array, starts: Array, themes: Array, out: Array) -> None:
    """Median of the known values of members into `out`, day x theme; NaN where none is known.

    `values` is day x stock, `order` the stocks of each day by value, NaN last.
    """
    days, stocks = values.shape
    left, even = np.empty(out.shape[1], np.uint32), np.empty(out.shape[1], np.bool_)
    out[:] = np.nan
    for day in range(days):
        left[:] = 0
        for stock in range(stocks):
            if not np.isnan(values[day, stock]):
                for place in range(starts[stock], starts[stock + 1]):
                    left[themes[place]] += 1
        for theme in range(out.shape[1]):
            even[theme] = left[theme] % 2 == 0
            left[theme] = left[theme] // 2 + 1  # of so many the last is the middle, or above it
        for rank in range(stocks):
            stock = order[day, rank]
            value = values[day, stock]
            if np.isnan(value):
                break
            for place in range(starts[stock], starts[stock + 1]):
                theme = themes[place]
                left[theme] -= 1  # below zero it is huge, and so counted no more
                if left[theme] == 1:
                    out[day, theme] = value
                elif left[theme] == 0:
                    below = out[day, theme]
                    out[day, theme] = (below + value) / 2 if even[theme] else value
