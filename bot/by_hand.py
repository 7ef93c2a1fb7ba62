"""`paomo daily`: one day's cycle by hand, of the mainland, then of Hong Kong."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial

from filelock import FileLock, Timeout
from rich.console import Console

from bot import cycle, hongkong
from bot.app import App
from bot.cycle import stored
from bot.deliver import Delivery, deliver
from bot.errors import UserError
from bot.history import show
from bot.home import LOCK
from bot.jobs import DayReport, daily
from bot.limits import Pace
from market.calendar import HONG_KONG


class NotHeld(UserError):
    """The store does not hold the day on an exchange: perhaps it was none of its trading days."""


@dataclass(frozen=True)
class Place:
    """An exchange, and how its day is had."""

    name: str  # empty: the mainland
    app: App
    due: Callable[[], date]
    fetch: Callable[[date], None]  # raises UserError
    judge: Callable[[App, date], DayReport]


def run_daily(app: App, day: date | None, wants_fetch: bool, as_json: bool) -> None:
    """One day's cycle by hand; prints its transitions and what became of the messages.

    What keeps one exchange from its day does not keep the other. Raises UserError when either was
    refused, or neither holds the day.
    """
    notes = Console(stderr=True, soft_wrap=True)
    judged, faults = 0, list[UserError]()
    for place in _places(app, wants_fetch, lambda what: notes.print(f"fetching {what} …")):
        try:
            report = _judged(place, day, wants_fetch)
        except UserError as error:
            faults.append(error)
            continue
        judged += 1
        show(report.transitions, place.app.store, as_json, place.app.policy)
        done = "judged" if report.new else "had been judged before; nothing new was sent"
        where = f"{place.name}, " if place.name else ""
        notes.print(f"{where}{report.day}: {done}, {len(report.transitions)} transitions")
    refused = [fault for fault in faults if not judged or not isinstance(fault, NotHeld)]
    for fault in faults:
        if fault not in refused[:1]:
            notes.print(str(fault))
    if judged:
        notes.print(_delivered(app))
    if refused:
        raise refused[0]


def _places(app: App, wants_fetch: bool, say: Callable[[str], None]) -> Iterator[Place]:
    """The mainland, and Hong Kong where it has baskets, and days or a way to fetch them."""

    def mainland(day: date) -> None:
        if cycle.over(app, day):
            raise UserError(
                f"trading has begun again, so {day} can no longer be fetched; today's figures"
                f" are due from {app.settings.schedule.first_try:%H:%M} Shanghai time"
            )
        cycle.fetch(app, day, say)

    def hong_kong(day: date) -> None:
        say("Hong Kong")
        hongkong.fetch(there, day)

    yield Place("", app, partial(cycle.due_day, app), mainland, daily)
    there = app.of(HONG_KONG.code)
    if hongkong.baskets(app) and (wants_fetch or there.store.days(limit=1)):
        due = partial(hongkong.due_day, there)
        yield Place("Hong Kong", there, due, hong_kong, hongkong.judge)


def _judged(place: Place, day: date | None, wants_fetch: bool) -> DayReport:
    app = place.app
    if wants_fetch and (not day or not stored(app, day)):
        due = place.due()
        if day and day != due:
            raise NotHeld(
                f"{day} is not stored of {place.name or 'the mainland'}, and only its last closed"
                f" trading day, {due}, can be fetched; import its history with `paomo import`"
            )
        if not stored(app, due):
            place.fetch(due)
        return place.judge(app, due)
    held = [day] if day else app.store.days(limit=1)
    if not held:
        raise NotHeld("the store holds no day; run `paomo import` first, or without --no-fetch")
    if not stored(app, held[-1]):
        raise NotHeld(
            f"no figures of {place.name or 'the mainland'} are stored of {day}: no trading day,"
            " or not fetched yet"
        )
    return place.judge(app, held[-1])


def _delivered(app: App) -> str:
    """Delivers what waits, unless a running bot does; says what happened."""
    waiting = app.ledger.outbox.count("due", "sending")
    if not app.settings.telegram_token:
        return f"nothing was delivered: no TELEGRAM_TOKEN is set; {waiting} messages wait"
    if not waiting:
        return "no messages wait"
    try:
        with FileLock(app.settings.home / LOCK, timeout=0):
            sent = asyncio.run(_deliver(app))
    except Timeout:
        return f"{waiting} messages wait; the running bot delivers them"
    return f"{sent} messages delivered, {app.ledger.outbox.count('due', 'sending')} wait"


async def _deliver(app: App) -> int:
    from bot import gallery, sender

    bot = sender.builder(app.settings).build().bot
    late = app.settings.schedule.late_minutes
    async with bot:
        send = sender.of_outbox(bot, app.ledger.reads_hant, gallery.of_app(app))
        needs = Delivery(app.ledger, send, Pace(), app.now, late)
        return await deliver(needs)
