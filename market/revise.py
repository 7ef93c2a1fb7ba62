"""Bars that proved wrong: corrected, with all rows made of them; what was stays beside.

The rows are made twice, of the bars as they were and as they are. Where both agree nothing is
touched, so that reports and memberships that came in later do not slip into the past.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np
import pandas as pd

from market.derive import read_bars, spans, stocks_of
from market.facts import as_int
from market.revisions import Revision
from market.store import BAR, Store
from market.theme_days import Array, StockDays, market_rows, membership, theme_rows

REVISED = "revised"  # note: the oldest day with corrected rows that was not judged again
COUNTED = ["stocks", "advancers", "decliners", "limit_ups", "amount"]  # of market rows


def revise(store: Store, bars: pd.DataFrame, made: date, why: str) -> Revision | None:
    """Corrects bars: day, code, and any of BAR; NaN leaves what is stored. Within a transaction.

    None when nothing differs. Raises ValueError for a day and code without a stored bar.
    """
    changed = _changed(store, bars)
    if changed.empty:
        return None
    since, days = changed["day"].min(), store.bar_days()
    days = days[days.index(since) :]
    revision = store.revisions.begin(made, since, why, len(changed))
    was = _stocks(store, days)
    for day, code, *values in changed[["day", "code", *BAR]].itertuples(index=False):
        figures = dict(zip(BAR, values, strict=True))
        store.revisions.replace(revision.id, "bar", (as_int(day), code), figures)
    now = _stocks(store, days)
    _revise_market(store, revision, days, was[1], now[1])
    _revise_themes(store, revision, days, [_tables(store, days, *one) for one in (was, now)])
    waiting = store.note(REVISED)
    store.set_note(REVISED, min(waiting or str(since), str(since)))
    return revision


def _changed(store: Store, bars: pd.DataFrame) -> pd.DataFrame:
    """The stored bars that are to read otherwise, as they are to read."""
    held = store.bars(bars["day"].min(), date.max, of=bars["code"].unique())
    held = held.set_index(["code", "day"]).sort_index()
    given = bars.set_index(["code", "day"]).reindex(columns=BAR).astype(float)
    strange = given.index.difference(held.index)
    if len(strange):
        code, day = strange[0]
        raise ValueError(f"no bar of {code} on {day} is stored ({len(strange)} such rows)")
    fresh = held.astype(float).copy()
    fresh.update(given)
    # a range that its close has left has grown; where it was not known it stays so
    fresh["high"] = fresh["high"].where(~(fresh["high"] < fresh["close"]), fresh["close"])
    fresh["low"] = fresh["low"].where(~(fresh["low"] > fresh["close"]), fresh["close"])
    # of a series without its own previous closes, the next bar was chained on the wrong one
    chained = held["prev_close"] == held.groupby("code")["close"].shift()
    follows = chained & ~fresh.index.isin(given.dropna(subset="prev_close").index)
    after = fresh.groupby("code")["close"].shift()
    fresh["prev_close"] = fresh["prev_close"].mask(follows, after)
    differs = (fresh != held) & ~(fresh.isna() & held.isna())
    return fresh[differs.any(axis=1)].reset_index()


def _stocks(store: Store, days: Sequence[date]) -> tuple[Sequence[str], StockDays]:
    """Codes, and their figures on the given days, as the bars are at this moment."""
    bars = read_bars(days, store.bar_days(), store.listings(), store.bars)
    return bars.codes, stocks_of(store, bars)


def _mainland(store: Store) -> list[str]:
    return [theme.id for theme in store.themes().values() if theme.exchange == "XSHG"]


def _growth(was: Array, now: Array) -> Array:
    """What levels chained on returns are to be multiplied by, row by row."""
    growth: Array = np.cumprod((1 + np.nan_to_num(now)) / (1 + np.nan_to_num(was)), axis=0)
    return growth


def _revise_market(
    store: Store, revision: Revision, days: Sequence[date], was: StockDays, now: StockDays
) -> None:
    rows = slice(len(was.returns) - len(days), None)
    before, after = market_rows(was, rows), market_rows(now, rows)
    growth = _growth(before["ret"].to_numpy(float), after["ret"].to_numpy(float))
    for day, level in store.revisions.levels(days[0]).items():
        place = bisect_right(days, day) - 1  # a day without bars moves with the one before
        figures = {"benchmark": level * growth[place]}
        if days[place] == day:
            changed = _differing(before.iloc[place], after.iloc[place])
            figures |= {name: float(after[name].iloc[place]) for name in COUNTED if changed[name]}
        if len(figures) > 1 or growth[place] != 1:
            store.revisions.replace(revision.id, "market_day", (as_int(day),), figures)


def _differing(was: pd.Series, now: pd.Series) -> pd.Series:
    return (was != now) & ~(was.isna() & now.isna())


def _tables(
    store: Store, days: Sequence[date], codes: Sequence[str], stocks: StockDays
) -> dict[str, Array]:
    """What bars alone say of themes, each day x theme, with the memberships of those days."""
    ids, before, parts = _mainland(store), len(stocks.returns) - len(days), []
    for first, last in spans(store, ids, days):
        matrix = membership({theme: store.members(theme, first) for theme in ids}, ids, codes)
        rows = slice(before + days.index(first), before + days.index(last) + 1)
        parts.append(theme_rows(stocks, matrix, rows))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _revise_themes(
    store: Store, revision: Revision, days: Sequence[date], made: Sequence[dict[str, Array]]
) -> None:
    """`made` is the tables of the bars as they were, and as they are."""
    themes, ids = store.themes(), _mainland(store)
    growth = _growth(*(tables.pop("ret") for tables in made))
    for row, day in enumerate(days):
        stored = store.revisions.closes(day)
        for column, theme in enumerate(ids):
            if theme not in stored:
                continue
            figures = dict(_moved(made, row, column))
            if themes[theme].basis == "members" and growth[row, column] != 1:
                figures["close"] = stored[theme] * growth[row, column]
            if figures:
                store.revisions.replace(revision.id, "theme_day", (as_int(day), theme), figures)


def _moved(made: Sequence[dict[str, Array]], row: int, column: int) -> Iterator[tuple[str, float]]:
    """The figures of a cell that differ, as they are now."""
    before, after = made
    for name, table in after.items():
        old, new = before[name][row, column], table[row, column]
        if old != new and not (np.isnan(old) and np.isnan(new)):
            yield name, float(new)
