"""From member bars to theme rows: counts, equal-weight returns and activity, day x theme.

Pure. Import and the daily run use the same functions, so that a day computed alone has the same
figures as the same day in a long import: windows are fixed, sums of shares are exact integers, and
comparisons of averages allow for the last digits of a float.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from os import cpu_count

import numpy as np
import pandas as pd
from scipy import sparse

from market.limits import BELOW, BROKEN, UNTOLD, price_limits

MA_DAYS = 20  # trading days of the members' average and of their highs
VOLUME_DAYS = 60  # trading days before, in a member's mean volume
VOLUME_KNOWN_DAYS = 40  # of those must have a volume
NEW_LISTING_DAYS = 20  # trading days a listing is left out: its first moves are no crowd's
BOARD_DAYS = 60  # trading days in which a run of limit-ups is counted, suspensions included
WARM_UP_DAYS = max(VOLUME_DAYS, BOARD_DAYS) + 1  # rows before a day that its figures need
IMPOSSIBLE_MOVE = 0.35  # beyond every price limit plus rounding: such a return is unknown
UNLIKELY_MOVE = 0.5  # likewise where there are no limits: a split that nobody told
SAME = 1e-9  # relative; equal up to float noise
BLOCK_DAYS = 32  # worked at in one go

Array = np.ndarray


@dataclass(frozen=True)
class Bars:
    """Bars of many stocks as matrices day x stock; NaN where a stock has no bar that day."""

    days: tuple[date, ...]
    codes: tuple[str, ...]
    close: Array  # CNY
    prev_close: Array  # CNY, on the same basis as close
    high: Array  # CNY; may be unknown
    volume: Array  # shares; may be unknown
    amount: Array  # CNY; may be unknown
    age: Array  # trading days since the first bar known, per stock, on the first of `days`
    seasoned: frozenset[str] = frozenset()  # codes that were no new listing on their first bar
    st: frozenset[str] = frozenset()  # codes under special treatment, if known
    limited: bool = True  # the exchange has daily price limits; Hong Kong has none
    pooled: Array | None = None  # Pools.marks, for days without highs

    @property
    def largest_move(self) -> float:
        """The largest daily return that is believed, fraction."""
        return IMPOSSIBLE_MOVE if self.limited else UNLIKELY_MOVE


@dataclass(frozen=True)
class StockDays:
    """What the bars say of each stock and day; all day x stock."""

    returns: Array  # fraction; NaN unknown (suspended, new listing, impossible)
    above_ma20: Array  # bool
    ma20_known: Array  # bool
    new_high: Array  # bool
    limit_up: Array  # bool
    run: Array  # limit-ups in a row up to the day, count; 0 where not at the limit
    broken: Array  # bool; touched the upper limit, closed below it
    blind: Array  # bool; traded, and nothing tells whether it touched the limit
    activity: Array  # volume / own mean of the 60 days before, times
    amount: Array  # CNY
    limited: bool = True  # else limit-ups mean nothing


def stock_days(bars: Bars) -> StockDays:
    """Per-stock figures from bars; the first WARM_UP_DAYS rows know less."""
    raw = bars.close / bars.prev_close - 1
    still = np.nan_to_num(raw) == 0.0
    traded = ~np.isnan(bars.close) & ~((bars.volume == 0) & still)
    age = bars.age[None, :] + np.arange(len(bars.days))[:, None]
    old = np.array([code in bars.seasoned for code in bars.codes], dtype=bool)
    usable = traded & (old | (age >= NEW_LISTING_DAYS)) & (np.abs(raw) <= bars.largest_move)
    returns = np.where(usable, raw, np.nan)
    chain = levels(bars)
    mean, top = _trailing(chain, MA_DAYS)
    known = traded & ~np.isnan(mean)
    limits = price_limits(bars.days, bars.codes, bars.st)
    # where the high is not known, a pool may tell; else nothing denies a limit
    unseen = usable & np.isnan(bars.high)
    mark = np.where(unseen, UNTOLD if bars.pooled is None else bars.pooled, UNTOLD)
    closed_high = ~(bars.close < bars.high * (1 - 1e-4)) & (mark != BELOW) & (mark != BROKEN)
    limit_up = usable & (returns >= limits - 0.003) & closed_high
    touched = usable & (bars.high / bars.prev_close - 1 >= limits - 0.003) | (mark == BROKEN)
    return StockDays(
        returns=returns,
        above_ma20=known & (chain > mean * (1 + SAME)),
        ma20_known=known,
        new_high=known & (chain >= top * (1 - SAME)),
        limit_up=limit_up,
        run=_runs(limit_up, traded),
        broken=touched & ~limit_up,
        blind=unseen & (mark == UNTOLD),
        activity=_activity(np.where(traded, bars.volume, np.nan)),
        amount=np.where(traded, bars.amount, np.nan),
        limited=bars.limited,
    )


def levels(bars: Bars) -> Array:
    """Each stock's index from its returns, flat when suspended, NaN before its first bar known.

    Not before its first row here: that would depend on where a suspended stock's bars begin.
    """
    raw = bars.close / bars.prev_close - 1
    possible = np.where(np.abs(raw) <= bars.largest_move, raw, 0.0)
    listed = bars.age[None, :] + np.arange(len(bars.days))[:, None] >= 0
    return np.where(listed, np.cumprod(1 + np.nan_to_num(possible), axis=0), np.nan)


def _trailing(values: Array, days: int) -> tuple[Array, Array]:
    """Mean and maximum of the last `days` rows; NaN until all are known."""
    total, top = np.zeros_like(values), np.full_like(values, -np.inf)
    for lag in range(min(days, len(values))):
        rows = values[: len(values) - lag]
        total[lag:] += rows
        np.maximum(top[lag:], rows, out=top[lag:])
    total[: days - 1] = np.nan
    return total / days, np.where(np.isnan(total), np.nan, top)


def _runs(limit_up: Array, traded: Array) -> Array:
    """Limit-ups in a row within BOARD_DAYS, suspensions passed over; 0 where not at the limit."""
    rows = np.arange(len(limit_up))[:, None]
    ended = np.maximum.accumulate(np.where(traded & ~limit_up, rows, -1), axis=0)
    before = np.maximum(ended, rows - BOARD_DAYS)  # the last row that does not count
    total = np.cumsum(limit_up, axis=0)
    gone = np.where(before >= 0, np.take_along_axis(total, np.maximum(before, 0), axis=0), 0)
    return np.where(limit_up, total - gone, 0)


def _activity(volume: Array) -> Array:
    """Volume / own mean of the VOLUME_DAYS before; NaN with fewer than VOLUME_KNOWN_DAYS known.

    Shares are whole numbers, so the running sum is exact and the figure does not depend on where
    the bars begin.
    """
    known = volume > 0
    shares = np.cumsum(np.where(known, np.rint(np.nan_to_num(volume)), 0), axis=0)
    count = np.cumsum(known, axis=0)
    result = np.full(volume.shape, np.nan)
    for row in range(1, len(volume)):
        first = max(0, row - VOLUME_DAYS)
        before = (shares[first - 1], count[first - 1]) if first else (0, 0)
        days = count[row - 1] - before[1]
        total = shares[row - 1] - before[0]
        enough = (days >= VOLUME_KNOWN_DAYS) & known[row]
        np.divide(volume[row] * days, total, out=result[row], where=enough)
    return result


def membership(
    members: Mapping[str, Sequence[str]], themes: Sequence[str], codes: Sequence[str]
) -> sparse.csr_matrix:
    """Stock x theme matrix of ones; members without bars are left out."""
    place = {code: row for row, code in enumerate(codes)}
    pairs = [
        (place[code], column)
        for column, theme in enumerate(themes)
        for code in members.get(theme, ())
        if code in place
    ]
    rows, columns = zip(*pairs, strict=True) if pairs else ((), ())
    shape = (len(codes), len(themes))
    return sparse.csr_matrix((np.ones(len(pairs)), (rows, columns)), shape=shape)


# what theme_kernel.sums counts, in its order
COUNTED = (
    *("covered", "advancers", "decliners", "priced"),
    *("above_ma20", "ma20_known", "new_highs", "limit_ups"),
)


def theme_rows(stocks: StockDays, matrix: sparse.csr_matrix, rows: slice) -> dict[str, Array]:
    """Figures of the chosen days, each day x theme: counts, boards, ret, amount, volume_ratio.

    `matrix` is that of `membership`. Days are shared out among the cores.
    """
    every = range(len(stocks.returns))[rows]
    parts = [part for part in np.array_split(np.asarray(every), cpu_count() or 1) if len(part)]
    spans = [slice(int(part[0]), int(part[-1]) + 1) for part in parts]
    with ThreadPoolExecutor() as pool:
        made = list(pool.map(lambda span: _theme_rows(stocks, matrix, span), spans))
    return {name: np.concatenate([part[name] for part in made]) for name in made[0]}


def _theme_rows(stocks: StockDays, matrix: sparse.csr_matrix, rows: slice) -> dict[str, Array]:
    from market import theme_kernel  # brings numba, which takes half a second

    members = (matrix.indptr, matrix.indices, matrix.shape[1])
    marks = (stocks.above_ma20, stocks.ma20_known, stocks.new_high, stocks.limit_up)
    flags = tuple(np.ascontiguousarray(mark[rows]) for mark in marks)
    found, total = theme_kernel.sums(stocks.returns[rows], stocks.amount[rows], flags, *members)
    counts = dict(zip(COUNTED, np.moveaxis(found.astype(float), -1, 0), strict=True))
    boards = theme_kernel.boards(
        stocks.run[rows], stocks.broken[rows], stocks.blind[rows], *members
    )
    height, broken, blind = np.moveaxis(boards.astype(float), -1, 0)
    covered, priced = counts["covered"], counts.pop("priced")
    # a sum with holes is no sum: nine in ten traded members must be priced
    whole = (priced > 0) & (priced >= 0.9 * covered)
    unknown = np.full(covered.shape, np.nan)
    known = covered > 0
    if not stocks.limited:  # nobody stands at a limit that is not there
        counts["limit_ups"], height, broken = np.full((3, *covered.shape), np.nan)
    return counts | {
        "ret": np.divide(total[:, :, 0], covered, out=unknown, where=known),
        "board_height": np.where(known, height, np.nan),
        "broken_boards": np.where(known & (blind <= 0.1 * covered), broken, np.nan),
        "amount": np.where(whole, total[:, :, 1], np.nan),
        "volume_ratio": _medians(stocks.activity[rows], *members),
    }


def _medians(values: Array, starts: Array, themes: Array, count: int) -> Array:
    """Median of members' values, day x theme; a few days at once, which the cache can hold."""
    from market import theme_kernel

    out = np.empty((len(values), count))
    for first in range(0, len(values), BLOCK_DAYS):
        some = np.ascontiguousarray(values[first : first + BLOCK_DAYS])
        order = theme_kernel.ordered(some)
        theme_kernel.medians(some, order, starts, themes, out[first : first + BLOCK_DAYS])
    return out


def market_rows(stocks: StockDays, rows: slice) -> pd.DataFrame:
    """The whole market, one row a day: ret (equal weight), stocks, advancers, decliners,
    limit_ups, amount (CNY; NaN when no stock is priced)."""
    returns = stocks.returns[rows]
    known = ~np.isnan(returns)
    count = known.sum(axis=1)
    amounts = stocks.amount[rows]
    total = np.divide(
        np.nansum(returns, axis=1), count, out=np.full(len(count), np.nan), where=count > 0
    )
    return pd.DataFrame(
        {
            "ret": total,
            "stocks": count,
            "advancers": (returns > 0).sum(axis=1),
            "decliners": (returns < 0).sum(axis=1),
            "limit_ups": stocks.limit_up[rows].sum(axis=1),
            "amount": np.where(
                (~np.isnan(amounts)).sum(axis=1) >= 0.9 * np.maximum(count, 1),
                np.nansum(amounts, axis=1),
                np.nan,
            ),
        }
    )
