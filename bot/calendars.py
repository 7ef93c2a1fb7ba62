"""The exchanges' trading days: shipped, fetched, or as the operator knows better."""

import json
from collections.abc import Iterable
from datetime import date

from bot.app import App
from bot.home import overrides
from market.akshare.fetch import offline_calendar
from market.calendar import HONG_KONG, MAINLAND, SHANGHAI, Calendar, Exchange
from market.histories import BENCHMARK
from market.hongkong_days import HongKongDays, built, read
from market.source import Source

SESSIONS_AHEAD = 20  # known trading days ahead; with fewer the calendar is asked for
LATER = "calendar"  # note: trading days of the mainland after those that AKShare carries
HONG_KONG_NOTE = "calendar:XHKG"  # note: holidays and half days by exchange_calendars


def calendar_of(app: App, exchange: Exchange = MAINLAND) -> Calendar:
    """Known trading days of an exchange.

    Of the mainland: the list that AKShare carries, what Sina or the index told beyond it. Of Hong
    Kong: exchange_calendars. The operator's calendar.toml goes over both.
    """
    given = overrides(app.settings.home)
    if exchange is HONG_KONG:
        known = _hong_kong(app)
        return Calendar.of(known.days, known.half, given.XHKG, HONG_KONG)
    return Calendar.of([*offline_calendar(), *_later(app)], given=given.XSHG)


def _hong_kong(app: App) -> HongKongDays:
    """Kept as a note: the library takes a second that only a new year needs."""
    text, year = app.store.note(HONG_KONG_NOTE), app.now().astimezone(SHANGHAI).year
    known = read(text) if text else None
    if not known or known.until.year <= year:
        known = built(date(year + 1, 12, 31))
        app.store.set_note(HONG_KONG_NOTE, known.text())
    return known


def _later(app: App) -> list[date]:
    return [*map(date.fromisoformat, json.loads(app.store.note(LATER) or "[]"))]


def renew(app: App, source: Source, day: date) -> None:
    """Asks for the new year's trading days when the known ones run out, once a day."""
    known = calendar_of(app).known_after(day)
    if known >= SESSIONS_AHEAD or app.store.note("calendar:asked") == str(day):
        return
    app.store.set_note("calendar:asked", str(day))
    _learn(app, source.calendar())


def is_proven(app: App, source: Source, day: date) -> bool:
    """Whether a day is a trading day: by a list, or since the index has a bar of it.

    What the index tells of the days since the last known one is kept. May raise SourceError.
    """
    known = calendar_of(app)
    if known.is_verified(day):
        return known.is_session(day)
    bars = source.index_history(BENCHMARK, known.horizon, day)
    _learn(app, bars["day"])
    return day in set(bars["day"])


def _learn(app: App, days: Iterable[date]) -> None:
    """Keeps trading days beyond those shipped, beside the ones learnt before."""
    shipped = offline_calendar()[-1]
    later = sorted({*_later(app), *(d for d in days if d > shipped)})
    if later:
        app.store.set_note(LATER, json.dumps([*map(str, later)]))


def ends_week(app: App, day: date) -> bool:
    """Whether no other trading day follows in the day's week."""
    following = calendar_of(app).next(day)
    return following.isocalendar()[:2] != day.isocalendar()[:2]
