"""A look at the market before its close: when it is due, what it costs, what is told of it.

A look that fails is silent; /status tells it. One that was missed is not caught up with.
"""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.app import App, judged_themes
from bot.calendars import calendar_of
from bot.cycle import upstreams
from bot.grouping import grouper
from bot.jobs import facts_of
from bot.provisional import LOOKED, tell, words_of
from bot.records import Run
from config.settings import trading
from market import intraday
from market.calendar import SHANGHAI
from market.source import SourceError
from signals.provisional import estimated, would_tell

LATE = timedelta(minutes=10)  # after its time a look is missed
JOB = "intraday"


def slot(times: Sequence[time], now: datetime) -> datetime | None:
    """The time whose look is due now, in Shanghai; None outside all, and when trading rests."""
    return recent(times, now) if trading(now.astimezone(SHANGHAI).time()) else None


def recent(times: Sequence[time], now: datetime) -> datetime | None:
    """The time, in Shanghai, that came within the last LATE; None when none did."""
    local = now.astimezone(SHANGHAI)
    begun = (datetime.combine(local.date(), at, SHANGHAI) for at in times)
    due = [at for at in begun if timedelta(0) <= local - at < LATE]
    return due[-1] if due else None


def look(app: App, stop: threading.Event) -> int:
    """Looks once a slot, on a day known to be a trading day; gives the new provisional words."""
    now = app.now()
    due = slot(app.settings.intraday.times, now)
    if not due or not _may_look(app, due.date()):
        return 0
    if not app.ledger.save_run(JOB, Run(f"{due:%Y-%m-%d %H:%M}", now, now, {})):
        return 0
    try:
        new = _told(app, due.date(), stop)
    except SourceError as error:
        app.ledger.set_fact(LOOKED, f"{now.isoformat()} {type(error).__name__}: {error}")
        return 0
    app.ledger.set_fact(LOOKED, now.isoformat())
    return new


def _may_look(app: App, day: date) -> bool:
    """Whether the day is proven to be one, and the day before it is the last one judged."""
    calendar = calendar_of(app)
    if not calendar.is_verified(day) or not calendar.is_session(day):
        return False
    before = calendar.last_closed(app.now(), time.max)
    return app.ledger.evaluated() == before and app.store.days(limit=1) == [before]


def _told(app: App, day: date, stop: threading.Event) -> int:
    themes = judged_themes(app.settings, app.store)
    with upstreams(app, stop, attempts=1) as source:
        seen = intraday.look(source, app.store, day, set(themes))
    before = app.store.days(limit=1)[-1]
    panel = app.store.panel(before, app.settings.data.history_days, themes)
    states = app.ledger.states()
    would = would_tell(panel, states, seen.glimpse, app.rules, app.policy)
    net = estimated(panel, seen.glimpse).net
    after = {**states, **{t.theme: t.after for t in would}}
    of = grouper(app.store, app.settings.stories)
    stories = of.grouped(app.ledger.grouping(), after, would, net)  # as the close would merge them
    known = replace(facts_of(app, day), stories=stories)
    now = app.now().astimezone(SHANGHAI)
    is_open = now.date() == day and trading(now.time())
    return tell(app, known, words_of(would, seen, app.now()), is_open)
