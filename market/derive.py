"""Theme and market rows from the store's bars and memberships; each day is written once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import numpy as np
import pandas as pd
from scipy import sparse

from market.facts import Listing, as_int
from market.fundamentals import STALE_DAYS, theme_growth, theme_pe
from market.store import MAINLAND, Store
from market.theme_days import (
    MA_DAYS,
    WARM_UP_DAYS,
    Bars,
    StockDays,
    market_rows,
    membership,
    stock_days,
)
from market.theme_days import theme_rows as figures_of
from signals.panel import FRAMES

BASE = 1000.0  # points; the level a theme index or the benchmark starts from

BarsBetween = Callable[[date, date], pd.DataFrame]  # as Store.bars
CHUNK_DAYS = 250  # trading days derived at once: bounds memory to a year of bars


def derive(
    store: Store,
    days: Sequence[date],
    backfilled: bool,
    progress: Callable[[int], None] = lambda done: None,
    bars_between: BarsBetween | None = None,
    source: str = "imported",
) -> int:
    """Writes the rows of `days` (ascending, all with bars); gives the number of new theme rows.

    `progress` is told the number of days done after each chunk; `bars_between` saves reading from
    the store what the caller holds; `source` is whom messages name.
    """
    if not days:
        return 0
    store.note_listings(days[0], days[-1])
    calendar, listed = store.bar_days(), store.listings()
    ids = [theme.id for theme in store.themes().values() if theme.exchange == store.exchange]
    read = bars_between or store.bars
    new = 0
    for start in range(0, len(days), CHUNK_DAYS):
        chunk = days[start : start + CHUNK_DAYS]
        bars = read_bars(chunk, calendar, listed, read)
        new += _derive_chunk(store, chunk, ids, bars, backfilled, source)
        progress(start + len(chunk))
    return new


def stocks_of(store: Store, bars: Bars) -> StockDays:
    """Per-stock figures by the limits of the store's exchange, and by the pools it holds."""
    if store.exchange != MAINLAND:
        return stock_days(replace(bars, limited=False))
    return stock_days(replace(bars, pooled=store.pools.marks(bars.days, bars.codes)))


def _derive_chunk(
    store: Store,
    days: Sequence[date],
    ids: Sequence[str],
    bars: Bars,
    backfilled: bool,
    source: str,
) -> int:
    stocks = stocks_of(store, bars)
    first = bars.days.index(days[0])
    if store.exchange == MAINLAND:  # elsewhere an index is the market, and is there already
        _save_market(store, market_rows(stocks, slice(first, None)), bars.days[first:], source)
    new = 0
    for since, until in spans(store, ids, days):
        span = slice(bars.days.index(since), bars.days.index(until) + 1)
        new += _save_span(store, ids, bars, stocks, span, backfilled)
    return new


def read_bars(
    days: Sequence[date],
    calendar: Sequence[date],
    listed: Mapping[str, Listing],
    bars_between: BarsBetween,
    warm_up: int = WARM_UP_DAYS,
) -> Bars:
    """Bars of `days` and of the warm-up before them (trading days), as matrices.

    `calendar` is all days with bars, `listed` where each stock's begin.
    """
    first = max(0, calendar.index(days[0]) - warm_up)
    chosen = calendar[first : calendar.index(days[-1]) + 1]
    frame = bars_between(chosen[0], chosen[-1])
    codes, columns = np.unique(frame["code"].to_numpy(str), return_inverse=True)
    rows = pd.Index(chosen).get_indexer(pd.Index(frame["day"]))

    def matrix(name: str) -> np.ndarray:
        values = np.full((len(chosen), len(codes)), np.nan)
        values[rows, columns] = frame[name].to_numpy(float)
        return values

    place = {day: row for row, day in enumerate(calendar)}
    names: list[str] = codes.tolist()
    # a first bar that was forgotten since is older than all that are left
    age = np.array([first - place.get(listed[code].first, 0) for code in names])
    seasoned = {c for c in names if listed[c].seasoned or listed[c].first not in place}
    close, before, high = matrix("close"), matrix("prev_close"), matrix("high")
    known = (close, before, high, matrix("volume"), matrix("amount"))
    return Bars(tuple(chosen), tuple(names), *known, age, frozenset(seasoned))


def spans(store: Store, ids: Sequence[str], days: Sequence[date]) -> list[tuple[date, date]]:
    """Runs of days over which no theme's membership changes."""
    changes = {day for theme in ids for day in store.member_days(theme)}
    cuts = sorted(day for day in changes if days[0] < day <= days[-1])
    starts = sorted({days[0], *(next(day for day in days if day >= cut) for cut in cuts)})
    ends = [*[days[days.index(start) - 1] for start in starts[1:]], days[-1]]
    return list(zip(starts, ends, strict=True))


def _save_market(store: Store, rows: pd.DataFrame, days: Sequence[date], source: str) -> None:
    level = store.benchmark(days[0]) or BASE
    points = level * np.cumprod(1 + np.nan_to_num(rows["ret"].to_numpy(float)))
    counts = rows[["stocks", "advancers", "decliners", "limit_ups", "amount"]].to_numpy(float)
    store.save_market_days(
        (as_int(day), point, *map(float, figures), source)
        for day, point, figures in zip(days, points, counts, strict=True)
    )


def _save_span(
    store: Store, ids: Sequence[str], bars: Bars, stocks: StockDays, span: slice, backfilled: bool
) -> int:
    days = bars.days[span]
    table, as_of = theme_table(store, ids, bars, stocks, span)
    close, covered = (table[:, :, FRAMES.index(name)] for name in ("close", "covered"))
    kept = ~np.isnan(close) | (np.nan_to_num(covered) > 0)
    numbers = [_number(day) for day in as_of]
    return store.save_theme_days(
        (as_int(day), theme, *table[row, column].tolist(), int(backfilled), numbers[column])
        for row, day in enumerate(days)
        for column, theme in enumerate(ids)
        if kept[row, column]
    )


def theme_table(
    store: Store, ids: Sequence[str], bars: Bars, stocks: StockDays, span: slice
) -> tuple[np.ndarray, list[date | None]]:
    """Figures of a span in which no membership changes, day x theme x FRAMES; NaN unknown.

    And the day of each theme's membership.
    """
    days = bars.days[span]
    members = {theme: store.members(theme, days[0]) for theme in ids}
    matrix = membership(members, ids, bars.codes)
    figures = figures_of(stocks, matrix, span)
    chained = _levels(store, ids, figures.pop("ret"), days[0])
    counts = np.array([len(members[theme]) or np.nan for theme in ids])
    figures["members"] = np.tile(counts, (len(days), 1))
    # a theme whose members are not known has no counts, rather than counts of nobody
    figures = {name: np.where(np.isnan(counts), np.nan, table) for name, table in figures.items()}
    figures["close"] = _with_points(store, ids, days, chained)
    figures |= _fundamentals(store, bars.codes, matrix, days, counts)
    figures["pe"] = np.stack([_pe(store, day, bars.codes, matrix) for day in days])
    unknown = np.full((len(days), len(ids)), np.nan)
    table = np.stack([figures.get(name, unknown) for name in FRAMES], axis=-1)
    return table, [store.member_day(theme, days[0]) for theme in ids]


def _levels(store: Store, ids: Sequence[str], ret: np.ndarray, first: date) -> np.ndarray:
    """Index levels chained on the last known ones, points; NaN until a theme's first return."""
    last = store.last_closes(first)
    start = np.array([last.get(theme, BASE) for theme in ids])
    levels = start * np.cumprod(1 + np.nan_to_num(ret), axis=0)
    begun = np.maximum.accumulate(~np.isnan(ret), axis=0) | np.isin(ids, list(last))
    return np.where(begun, levels, np.nan)


def _with_points(
    store: Store, ids: Sequence[str], days: Sequence[date], chained: np.ndarray
) -> np.ndarray:
    """The levels, with a board's own points for themes that follow their board, else NaN."""
    themes, points = store.themes(), store.points(days[0], days[-1])
    levels = chained.copy()
    for column, theme in enumerate(ids):
        if themes[theme].basis != "members":
            levels[:, column] = [points.get((day, theme), np.nan) for day in days]
    return levels


def _pe(store: Store, day: date, codes: Sequence[str], matrix: sparse.csr_matrix) -> np.ndarray:
    """Price on trailing profit of each theme on a day, times; NaN without valuations."""
    known = store.valuations(day)
    if not known:
        return np.full(matrix.shape[1], np.nan)
    unknown = (np.nan, np.nan)
    pe, cap = np.array([known.get(code, unknown) for code in codes]).T
    return theme_pe(cap, pe, matrix)


def _number(day: date | None) -> int | None:
    return as_int(day) if day else None


def derive_points(store: Store, theme: str, backfilled: bool) -> int:
    """Writes rows of a theme from its board's points alone, for stored market days; gives the new.

    All but the close is unknown in them. Rows that lack a close alone are given it.
    """
    days = store.days()
    points = store.points(days[0], days[-1], theme) if days else {}
    unknown = [None] * (len(FRAMES) - 1)
    store.pasts.close(theme)
    return store.save_theme_days(
        (as_int(day), theme, points[day, theme], *unknown, int(backfilled), None)
        for day in days
        if (day, theme) in points
    )


def _fundamentals(
    store: Store,
    codes: Sequence[str],
    matrix: sparse.csr_matrix,
    days: Sequence[date],
    counts: np.ndarray,
) -> dict[str, np.ndarray]:
    reports = store.reports(days[0] - timedelta(days=STALE_DAYS), days[-1])
    if reports.empty:
        return {}
    growth = theme_growth(reports, days, codes, matrix)
    with_report = growth.pop("with_report")
    share = with_report / counts
    return {**growth, "earnings_share": share}


def above_average(store: Store, codes: Iterable[str], day: date) -> dict[str, bool]:
    """Whether each stock closed above its 20-day average, as breadth counts it; unknown ones not.

    Empty on a day without bars.
    """
    calendar, wanted = store.bar_days(), sorted(set(codes))
    if day not in calendar:
        return {}
    between = partial(store.bars, of=wanted)
    bars = read_bars([day], calendar, store.listings(), between, MA_DAYS)
    stocks = stocks_of(store, bars)
    marks = zip(bars.codes, stocks.ma20_known[-1], stocks.above_ma20[-1], strict=True)
    return {code: bool(above) for code, known, above in marks if known}
