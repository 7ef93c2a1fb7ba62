"""Theme and market rows from the store's bars and memberships; each day is written once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd
from scipy import sparse

from market.fundamentals import theme_growth
from market.store import Store, as_int
from market.theme_days import WARM_UP_DAYS, Bars, StockDays, market_rows, membership, stock_days
from market.theme_days import theme_rows as figures_of
from signals.panel import FRAMES

BASE = 1000.0  # points; the level a theme index or the benchmark starts from
ALWAYS_LISTED = 10**6  # trading days; age of a stock that was there on the store's first day

BarsBetween = Callable[[date, date], pd.DataFrame]  # as Store.bars
CHUNK_DAYS = 250  # trading days derived at once: bounds memory to a year of bars


def derive(
    store: Store,
    days: Sequence[date],
    backfilled: bool,
    progress: Callable[[int], None] = lambda done: None,
    bars_between: BarsBetween | None = None,
) -> int:
    """Writes the rows of `days` (ascending, all with bars); gives the number of new theme rows.

    `progress` is told the number of days done after each chunk; `bars_between` saves reading from
    the store what the caller holds.
    """
    if not days:
        return 0
    store.note_listings(days[0], days[-1])
    calendar, listed = store.bar_days(), store.first_days()
    ids = [theme.id for theme in store.themes().values() if theme.basis == "members"]
    source = bars_between or store.bars
    new = 0
    for start in range(0, len(days), CHUNK_DAYS):
        chunk = days[start : start + CHUNK_DAYS]
        bars = read_bars(chunk, calendar, listed, source)
        new += _derive_chunk(store, chunk, ids, bars, backfilled)
        progress(start + len(chunk))
    return new


def _derive_chunk(
    store: Store, days: Sequence[date], ids: Sequence[str], bars: Bars, backfilled: bool
) -> int:
    stocks = stock_days(bars)
    first = bars.days.index(days[0])
    _save_market(store, market_rows(stocks, slice(first, None)), bars.days[first:])
    new = 0
    for since, until in _spans(store, ids, days):
        span = slice(bars.days.index(since), bars.days.index(until) + 1)
        new += _save_span(store, ids, bars, stocks, span, backfilled)
    return new


def read_bars(
    days: Sequence[date],
    calendar: Sequence[date],
    listed: Mapping[str, date],
    bars_between: BarsBetween,
) -> Bars:
    """Bars of `days` and of the warm-up before them, as matrices.

    `calendar` is all days with bars, `listed` the first day of each stock's.
    """
    first = max(0, calendar.index(days[0]) - WARM_UP_DAYS)
    chosen = calendar[first : calendar.index(days[-1]) + 1]
    frame = bars_between(chosen[0], chosen[-1])
    codes, columns = np.unique(frame["code"].to_numpy(str), return_inverse=True)
    rows = pd.Index(chosen).get_indexer(pd.Index(frame["day"]))

    def matrix(name: str) -> np.ndarray:
        values = np.full((len(chosen), len(codes)), np.nan)
        values[rows, columns] = frame[name].to_numpy(float)
        return values

    place = {day: row for row, day in enumerate(calendar)}
    born = [place[listed[code]] for code in codes.tolist()]
    age = np.array([first - row if row else ALWAYS_LISTED for row in born])
    close, before, high = matrix("close"), matrix("prev_close"), matrix("high")
    volume, amount = matrix("volume"), matrix("amount")
    return Bars(tuple(chosen), tuple(codes.tolist()), close, before, high, volume, amount, age)


def _spans(store: Store, ids: Sequence[str], days: Sequence[date]) -> list[tuple[date, date]]:
    """Runs of days over which no theme's membership changes."""
    changes = {day for theme in ids for day in store.member_days(theme)}
    cuts = sorted(day for day in changes if days[0] < day <= days[-1])
    starts = sorted({days[0], *(next(day for day in days if day >= cut) for cut in cuts)})
    ends = [*[days[days.index(start) - 1] for start in starts[1:]], days[-1]]
    return list(zip(starts, ends, strict=True))


def _save_market(store: Store, rows: pd.DataFrame, days: Sequence[date]) -> None:
    level = store.benchmark(days[0]) or BASE
    points = level * np.cumprod(1 + np.nan_to_num(rows["ret"].to_numpy(float)))
    counts = rows[["stocks", "advancers", "decliners", "limit_ups", "amount"]].to_numpy(float)
    store.save_market_days(
        (as_int(day), point, *map(float, figures), "bars")
        for day, point, figures in zip(days, points, counts, strict=True)
    )


def _save_span(
    store: Store, ids: Sequence[str], bars: Bars, stocks: StockDays, span: slice, backfilled: bool
) -> int:
    days = bars.days[span]
    members = {theme: store.members(theme, days[0]) for theme in ids}
    matrix = membership(members, ids, bars.codes)
    figures = figures_of(stocks, matrix, span)
    figures["close"] = _levels(store, ids, figures.pop("ret"), days[0])
    counts = np.array([len(members[theme]) for theme in ids], float)
    figures["members"] = np.tile(counts, (len(days), 1))
    figures |= _fundamentals(store, bars.codes, matrix, days, counts)
    unknown = np.full((len(days), len(ids)), np.nan)
    table = np.stack([figures.get(name, unknown) for name in FRAMES], axis=-1)
    as_of = [as_int(store.member_day(theme, days[0]) or days[0]) for theme in ids]
    kept = ~np.isnan(table[:, :, 0])
    return store.save_theme_days(
        (as_int(day), theme, *table[row, column].tolist(), int(backfilled), as_of[column])
        for row, day in enumerate(days)
        for column, theme in enumerate(ids)
        if kept[row, column]
    )


def _levels(store: Store, ids: Sequence[str], ret: np.ndarray, first: date) -> np.ndarray:
    """Index levels chained on the last known ones, points; NaN until a theme's first return."""
    last = store.last_closes(first)
    start = np.array([last.get(theme, BASE) for theme in ids])
    levels = start * np.cumprod(1 + np.nan_to_num(ret), axis=0)
    begun = np.maximum.accumulate(~np.isnan(ret), axis=0) | np.isin(ids, list(last))
    return np.where(begun, levels, np.nan)


def _fundamentals(
    store: Store,
    codes: Sequence[str],
    matrix: sparse.csr_matrix,
    days: Sequence[date],
    counts: np.ndarray,
) -> dict[str, np.ndarray]:
    reports = store.reports(days[-1])
    if reports.empty:
        return {}
    growth = theme_growth(reports, days, codes, matrix)
    with_report = growth.pop("with_report")
    share = np.divide(with_report, counts, out=np.zeros_like(with_report), where=counts > 0)
    return {**growth, "earnings_share": share}
