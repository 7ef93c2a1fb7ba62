"""Events into the store: announcements day by day, coming lock-up expiries, new theme funds."""

from datetime import date, timedelta
from functools import partial

import pandas as pd

from market.backdrop import Look, faults_of
from market.checks import Fault
from market.events import Event, kind_of
from market.facts import as_figures
from market.source import NoData, Source
from market.store import Store

PAST_DAYS = 30  # calendar days of announcements that are shown
AHEAD_DAYS = 60  # calendar days of lock-up expiries that are shown
PAGES_A_DAY = 300  # requests for announcements; a date takes some 20, at a season's end 100
PAGE = 100  # announcements a request
LOCKUP_DAYS, FUND_DAYS = 3, 7  # calendar days between two looks
FUND = "https://fund.eastmoney.com/{code}.html"


def fetch_events(source: Source, store: Store, day: date) -> list[Fault]:
    """Brings in what is due; raises SourceError when nothing comes."""
    takes = {"announcements": (1, _notices), "lock-ups": (LOCKUP_DAYS, _lockups)}
    takes["new funds"] = (FUND_DAYS, _funds)
    looks = [
        Look(name, f"events:{name}", days, partial(take, source, store, day))
        for name, (days, take) in takes.items()
    ]
    return faults_of(store, "events", looks, day)


def _notices(source: Source, store: Store, day: date) -> None:
    """Announcements of the newest dates not read to their end.

    A date is read to its end on a later day: more of it comes until then.
    """
    used = 0
    for one in unread(store, day):
        if used >= PAGES_A_DAY:
            return
        told, pages = _told(source, one)
        with store.atomic():
            store.events.save(told, day)
            store.set_note(f"notices:{one}", day.isoformat())
        used += pages


def _told(source: Source, day: date) -> tuple[list[Event], int]:
    """The followed announcements of a date, and how many requests it took: one tells the pages."""
    try:
        found = source.notices(day)
    except NoData:
        return [], 1
    return _followed(found, source.name), 1 + -(-len(found) // PAGE)


def unread(store: Store, day: date) -> list[date]:
    """Dates of the last month that were not read, or not on a later day; the newest first."""
    dates = [day - timedelta(days=back) for back in range(PAST_DAYS)]
    return [one for one in dates if (store.note(f"notices:{one}") or "") <= one.isoformat()]


def dates_read(store: Store, day: date) -> int:
    """Of the last month, the number of dates whose announcements were read."""
    dates = [day - timedelta(days=back) for back in range(PAST_DAYS)]
    return sum(store.note(f"notices:{one}") is not None for one in dates)


def _followed(found: pd.DataFrame, source: str) -> list[Event]:
    rows = found[["code", "title", "day", "link"]].itertuples(index=False)
    return [
        Event(day, code, kind, title, link, None, source)
        for code, title, day, link in rows
        if (kind := kind_of(title))
    ]


def _lockups(source: Source, store: Store, day: date) -> None:
    until = day + timedelta(days=AHEAD_DAYS + LOCKUP_DAYS)
    found = source.lockups(day, until)
    told = found[["day", "code", "title", "link", "size", "shares", "float_share"]]
    events = []
    for when, code, title, link, *figures in told.itertuples(index=False):
        size, shares, part = as_figures(figures)
        events.append(Event(when, code, "lockup", title, link, size, source.name, shares, part))
    with store.atomic():
        store.events.replace_coming("lockup", events, day)


def _funds(source: Source, store: Store, day: date) -> None:
    found = source.new_funds()
    recent = found[(found["day"] >= day - timedelta(days=PAST_DAYS)) & (found["day"] <= day)]
    listed = recent[recent["name"].str.contains("ETF")]
    rows = listed[["day", "code", "name", "shares"]].itertuples(index=False)
    store.events.save(
        (
            Event(when, code, "etf", name, FUND.format(code=code), None, source.name, *shares)
            for when, code, name, shares in ((*row[:3], as_figures(row[3:])) for row in rows)
        ),
        day,
    )
