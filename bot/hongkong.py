"""Hong Kong's day from outside: which is due, fetch it, judge it.

It has an evening of its own, after its own close; all of a day can be had later too.
"""

import json
import threading
from datetime import date, timedelta

from bot.app import App, judged_themes
from bot.calendars import calendar_of
from bot.cycle import stored, upstreams
from bot.errors import UserError
from bot.home import themes
from bot.jobs import DayReport, daily
from bot.judged import slot
from config.themes import Curated
from market.calendar import HONG_KONG
from market.hongkong import ingest_hong_kong
from market.source import SourceError

FAULT = "fault:XHKG"  # fact: since when a day's figures do not come, and why


def catch_up(app: App, stop: threading.Event | None = None) -> DayReport | None:
    """Fetches and judges Hong Kong's last closed day, if that was not done yet.

    Raises UserError when its figures cannot be had now.
    """
    if not themes(app.settings.home).hong_kong:
        return None
    there = app.of(HONG_KONG.code)
    day = due_day(there)
    if not stored(there, day):
        fetch(there, day, stop)
    evaluated = there.ledger.evaluated()
    if not judged_themes(there.settings, there.store) or (evaluated and evaluated >= day):
        return None
    return judge(there, day)


def baskets(app: App) -> list[Curated]:
    """The baskets of Hong Kong that are judged."""
    return [one for one in themes(app.settings.home).hong_kong if one.members]


def due_day(there: App) -> date:
    """Hong Kong's newest trading day whose figures are due by now."""
    calendar = calendar_of(there, HONG_KONG)
    return calendar.last_closed(there.now(), there.settings.schedule.hong_kong)


def judge(there: App, day: date) -> DayReport:
    """A stored day of Hong Kong, from theme rows to the outbox; see jobs.daily."""
    if day in calendar_of(there, HONG_KONG).half:  # for its messages: how late they are
        there.ledger.set_fact(f"half:{day}", "yes")
    return daily(there, day)


def fetch(there: App, day: date, stop: threading.Event | None = None) -> None:
    """Brings Hong Kong's day into the store; raises UserError when it cannot be had."""
    curated = themes(there.settings.home).hong_kong
    history = timedelta(days=there.settings.data.history_days * 7 // 5)
    with upstreams(there, stop) as source:
        try:
            report = ingest_hong_kong(source, there.store, day, curated, history)
        except SourceError as error:
            why = f"{day}: {type(error).__name__}: {error}"
            if not (stop and stop.is_set()):
                since = (there.ledger.fact(FAULT) or there.now().isoformat()).partition(" ")[0]
                there.ledger.set_fact(FAULT, f"{since} {why}")
            raise UserError(f"Hong Kong, {why}; it is tried again") from None
    faults = [[fault.kind, fault.detail] for fault in report.faults]
    there.store.set_note(f"faults:{slot(there, day)}", json.dumps(faults, ensure_ascii=False))
    there.ledger.set_fact(FAULT, "")
    for name in report.served:
        there.ledger.set_fact(f"served:{name}", there.now().isoformat())
