"""Whole days of the market that come later: the past before the first evening, and missed days.

The newest come first, so that the days held have no hole and breadth is known after twenty.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date

from market.derive import read_bars
from market.facts import as_figures, as_int
from market.source import NoData, SchemaChanged, Source
from market.store import BAR, Store
from market.theme_days import market_rows, stock_days

WHOLE = "baostock"  # whom messages name
ASKED = "whole_days"  # note: how many bars came of each day that was asked for, by its number
CHUNK_DAYS = 20  # trading days counted at once
COUNTS = ["stocks", "advancers", "decliners", "limit_ups", "amount"]


def asked(store: Store) -> dict[int, int]:
    """How many bars came of each day that was asked for, by its number; 0: there are none."""
    return {int(day): bars for day, bars in json.loads(store.note(ASKED) or "{}").items()}


def lacking(store: Store) -> list[date]:
    """Days of the market without its bars, the newest first; not those asked for in vain."""
    known = asked(store)
    return [day for day in reversed(store.pasts.uncounted()) if as_int(day) not in known]


def begin(store: Store) -> date:
    """The first day of the market that bars can be had of."""
    known = asked(store)
    return next((day for day in store.days() if known.get(as_int(day)) != 0), date.max)


def fetch_day(source: Source, store: Store, day: date, min_stocks: int) -> None:
    """Brings in the bars of a day; those already there stay. Raises SourceError."""
    quotes = source.market_day(day)
    if len(quotes) < min_stocks:
        raise SchemaChanged(f"market_day: {len(quotes)} stocks on {day}, fewer than {min_stocks}")
    with store.atomic():
        store.save_bars(
            (as_int(day), code, *as_figures(bar))
            for code, *bar in quotes[["code", *BAR]].itertuples(index=False)
        )
        store.note_listings(day, day)
        following = next((known for known in store.bar_days() if known > day), None)
        if following and asked(store).get(as_int(following)):
            store.pasts.begin_on(following, day)
        _note(store, {as_int(day): len(quotes)})


def give_up(store: Store, days: Iterable[date]) -> None:
    """Takes note that there are no bars of some days."""
    _note(store, {as_int(day): 0 for day in days})


def _note(store: Store, bars: dict[int, int]) -> None:
    store.set_note(ASKED, json.dumps(asked(store) | bars))


def healed(source: Source, store: Store, days: Iterable[date], min_stocks: int) -> Iterator[date]:
    """Those of some missed days whose bars came; the first other fault than none ends it."""
    for day in days:
        try:
            fetch_day(source, store, day, min_stocks)
        except NoData:
            continue
        yield day


def count(store: Store) -> int:
    """Counts what rose and fell on days whose bars came later; gives the number of days."""
    calendar, listed = store.bar_days(), store.listings()
    here, bars_of = set(calendar), asked(store)
    days = [day for day in store.pasts.uncounted() if day in here and bars_of.get(as_int(day))]
    for start in range(0, len(days), CHUNK_DAYS):
        chunk = days[start : start + CHUNK_DAYS]
        bars = read_bars(chunk, calendar, listed, store.bars, warm_up=0)
        rows = market_rows(stock_days(bars), slice(0, None))[COUNTS].to_numpy(float)
        with store.atomic():
            for day, figures in zip(bars.days, rows.tolist(), strict=True):
                if bars_of.get(as_int(day)):
                    store.pasts.count(day, as_figures(figures), WHOLE)
    return len(days)
