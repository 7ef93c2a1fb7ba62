"""The day's cycle from outside: which day is due, fetch it, judge it."""

import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any

from pydantic import TypeAdapter

from bot import own_record, provisional, sources, texts
from bot.app import App, followed
from bot.backup import back_up_daily
from bot.calendars import calendar_of, is_proven, renew
from bot.errors import UserError
from bot.home import themes
from bot.jobs import DayReport, daily, facts_of
from bot.posting import posted
from bot.records import Chat, Outgoing
from config.settings import Settings
from market import baostock
from market.akshare.source import AkshareSource
from market.calendar import SHANGHAI
from market.checks import listed
from market.filling import Quota, backlog
from market.histories import Wants
from market.ingest import IngestReport, ingest
from market.source import NoData, SourceError
from market.transport import Door, TransportPolicy, merged
from market.worker import ATTEMPTS, Doors, Worker

log = logging.getLogger("paomo")
OPENING = time(9)  # Shanghai; quotes of a new day replace the last close's before 9:15


def catch_up(app: App, stop: threading.Event) -> DayReport | None:
    """Fetches and judges the last closed trading day, if that was not done yet and can be.

    Raises UserError when its figures cannot be had now; past `give_up` the chats are told.
    """
    day = due_day(app)
    evaluated = app.ledger.evaluated()
    ended = day if not stored(app, day) and over(app, day) else day - timedelta(days=1)
    provisional.give_up(app, ended, facts_of)
    if evaluated and day <= evaluated:
        return None
    if not stored(app, day):
        if over(app, day):
            return None
        fetch(app, day, log.info, stop)
    return daily(app, day)


def tidy(app: App) -> None:
    """Once a day: a backup, and what is older than it must be goes; once a month the record."""
    known, today = app.settings.storage, app.now().astimezone(SHANGHAI).date()
    if app.ledger.fact("tidied") == str(today):
        return
    app.ledger.outbox.forget_sent(app.now() - timedelta(days=known.sent_days))
    app.ledger.kept.forget(today - timedelta(days=known.sent_days))
    app.store.news.forget(app.now() - timedelta(days=known.news_days))
    app.ledger.files.forget_before(today - timedelta(days=known.sent_days))
    days = app.store.days(limit=known.bars_days)
    if len(days) == known.bars_days:
        app.store.forget_bars(days[0])
    try:
        back_up_daily(app.settings.home, today, known.backups)
    except UserError as error:
        app.ledger.set_fact("backup_fault", str(error))
        raise
    app.ledger.set_fact("backup_fault", "")
    app.ledger.set_fact("tidied", str(today))
    own_record.renew_monthly(app, today)  # last: whatever it meets, the backup is there


def due_day(app: App) -> date:
    """The newest trading day whose figures are due by now."""
    return calendar_of(app).last_closed(app.now(), app.settings.schedule.first_try)


def stored(app: App, day: date) -> bool:
    """Whether the store holds a trading day."""
    return [day] == app.store.days(until=day, limit=1)


def over(app: App, day: date) -> bool:
    """Whether a day's closing quotes are gone, because the next day's trading has begun."""
    begins = datetime.combine(calendar_of(app).next(day), OPENING, SHANGHAI)
    return app.now() >= begins


def fetch(
    app: App, day: date, say: Callable[[str], None], stop: threading.Event | None = None
) -> None:
    """Brings a day's figures into the store; raises UserError when they cannot be had."""
    known = app.settings.source
    history, followed = app.settings.data.history_days, themes(app.settings.home)
    every = {"month": known.macro_days, "quarter": known.macro_days, "day": known.flow_days}
    least, whole = known.min_stocks, has_whole_days(app.settings)
    wants = Wants(known.pages_a_day, known.histories_a_day, history, least, every, whole)
    with upstreams(app, stop) as source:
        try:
            renew(app, source, day)
            _must_be_open(app, source, day)
            report = ingest(source, app.store, day, followed, wants, say)
        except SourceError as error:
            if not (stop and stop.is_set()):
                _not_had(app, day, f"{type(error).__name__}: {error}")
            raise UserError(f"{day}: {error}; nothing was stored, and it is tried again") from None
    _noted(app, report)


def _must_be_open(app: App, source: AkshareSource, day: date) -> None:
    """Raises UserError on a weekday that no list knows while the index has no bar of it."""
    try:
        is_open = is_proven(app, source, day)
    except NoData:
        is_open = False
    if not is_open:
        why = "no list of trading days knows it, and the index has no bar of it"
        app.ledger.set_fact("cycle", f"{day}: {why}")
        raise UserError(f"{day}: {why}; nothing was fetched, and it is looked at again")


@contextmanager
def upstreams(
    app: App, stop: threading.Event | None, attempts: int = ATTEMPTS
) -> Iterator[AkshareSource]:
    """AKShare in a child of its own; what each call taught of its doors survives a kill.

    Others may ask at the same time: they count on the same doors, and one's ban is all's.
    """
    seconds = app.settings.source.deadline_seconds

    def share(before: Doors, after: Doors) -> Doors:
        with app.store.atomic():
            doors = merged(_doors(app), before, after)
            app.store.set_note("doors", json.dumps(doors, default=_plain))
        return doors

    with Worker(_policy(app), _doors(app), seconds, stop, attempts, share) as worker:
        yield AkshareSource(worker)


def _policy(app: App) -> TransportPolicy:
    known = app.settings.source
    return TransportPolicy(
        known.connect_seconds,
        known.read_seconds,
        known.ban_hours,
        known.pause_seconds,
        known.budget,
        app.settings.data_proxy,
    )


def _noted(app: App, report: IngestReport) -> None:
    """Keeps what is wrong or missing with the day, for its messages."""
    holes = calendar_of(app).between(app.store.days(limit=2)[0], report.day)
    faults = [[fault.kind, fault.detail] for fault in report.faults]
    faults += [["holes", listed(holes)]] if holes else []
    faults += _unfinished(app, report.day)
    app.store.set_note(f"faults:{report.day}", json.dumps(faults, ensure_ascii=False))
    app.ledger.set_fact("cycle", f"{report.day}: {report.stocks} stocks from {report.provider}")
    app.ledger.set_fact("fault", "")
    sources.note(app, report.faults, report.served)


def _unfinished(app: App, day: date) -> list[list[str]]:
    """What the first evenings leave for later, as a digest says it."""
    left = backlog(app.store, followed(app), day, quota_of(app.settings))
    boards = f"{left.known}/{left.themes}"
    if left.days:
        return [["filling_days", f"{left.days_in}/{left.days_in + left.days} · {boards}"]]
    if not left.codes and left.known == left.themes:
        return []
    return [["filling", f"{left.done:,}/{left.companies:,} · {boards}"]]


def quota_of(settings: Settings) -> Quota:
    """How much is fetched a day beside the day's own figures."""
    known = settings.source
    days = known.followed_days, known.members_days
    least = known.min_stocks if has_whole_days(settings) else 0
    return Quota(*days, known.pages_a_day, known.bars_a_day, least)


def has_whole_days(settings: Settings) -> bool:
    """Whether past days of the whole market can be asked for."""
    budget = settings.source.budget[baostock.GROUP]
    return not baostock.obstacle(baostock.version(), budget, settings.data_proxy)


def _not_had(app: App, day: date, why: str) -> None:
    """Remembers why a day's figures did not come; late in the evening the chats are told."""
    app.ledger.set_fact("cycle", f"{day}: {why}")
    since = (app.ledger.fact("fault") or app.now().isoformat()).partition(" ")[0]
    app.ledger.set_fact("fault", f"{since} {day}: {why}")
    now = app.now().astimezone(SHANGHAI)
    if now.date() > day or now.time() >= app.settings.schedule.give_up:
        no_figures(app, day, why)
        provisional.give_up(app, day, facts_of)


def no_figures(app: App, day: date, reason: str) -> int:
    """Tells every chat, once, that a trading day brought no figures; gives the new messages."""
    with app.ledger.atomic():
        return sum(
            app.ledger.outbox.enqueue(message)
            for chat in app.ledger.chats()
            for message in _without_figures(app, day, reason, chat)
        )


def _without_figures(app: App, day: date, reason: str, chat: Chat) -> list[Outgoing]:
    """A chat's message that a day brought no figures; late in the evening it may have to wait."""
    text, now = texts.no_figures(day, reason, chat.language), app.now()
    key = f"{day}:no-figures"
    draft = Outgoing(key, chat.id, day, text, now, priority=1, silent=True)
    return posted([], [draft], now, app.ledger.wishes(chat.id), chat.language)


def _doors(app: App) -> dict[str, Door]:
    known = json.loads(app.store.note("doors") or "{}")
    return {group: TypeAdapter(Door).validate_python(door) for group, door in known.items()}


def _plain(thing: Any) -> Any:
    return asdict(thing) if isinstance(thing, Door) else str(thing)
