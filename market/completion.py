"""Past rows of themes made whole once their members' earlier bars are in the store."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial

from market.derive import CHUNK_DAYS, read_bars, spans, stocks_of, theme_table
from market.facts import Listing
from market.store import Store

Row = tuple[date, str, Sequence[float], date]  # day, theme, FRAMES, day of the membership


def complete(store: Store, theme: str) -> int:
    """Fills in what a theme's rows did not know for want of its members' bars; gives the rows.

    Each says that it was backfilled, and with which membership. What it knew already stays: a day
    is not rewritten.
    """
    calendar = store.bar_days()
    first = calendar[0] if calendar else date.max
    unfinished = {day for day in store.pasts.unfinished(theme) if day >= first}
    last = max(unfinished, default=date.min)
    held = [day for day in calendar if min(unfinished, default=date.max) <= day <= last]
    listed = store.listings()
    done = 0
    for start in range(0, len(held), CHUNK_DAYS):
        days = held[start : start + CHUNK_DAYS]
        rows = _rows(store, theme, days, calendar, listed)
        with store.atomic():
            done += store.pasts.complete(row for row in rows if row[0] in unfinished)
    return done


def _rows(
    store: Store,
    theme: str,
    days: Sequence[date],
    calendar: Sequence[date],
    listed: Mapping[str, Listing],
) -> Iterator[Row]:
    """A theme's rows of days that follow each other in the calendar."""
    codes = {code for day in store.member_days(theme) for code in store.members(theme, day)}
    bars = read_bars(days, calendar, listed, partial(store.bars, of=sorted(codes)))
    stocks = stocks_of(store, bars)
    for since, until in spans(store, [theme], days):
        span = slice(bars.days.index(since), bars.days.index(until) + 1)
        table, (member_day,) = theme_table(store, [theme], bars, stocks, span)
        if member_day:
            for day, figures in zip(bars.days[span], table[:, 0].tolist(), strict=True):
                yield day, theme, figures, member_day
