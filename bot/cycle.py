"""The day's cycle from outside: which day is due, fetch it, judge it; for the bot and by hand."""

import asyncio
from contextlib import closing
from datetime import date

from filelock import FileLock, Timeout
from rich.console import Console

from bot.app import App, open_app
from bot.deliver import Delivery, deliver
from bot.errors import UserError
from bot.history import show
from bot.home import LOCK, settings
from bot.jobs import DayReport, daily
from bot.ledger import Queued
from bot.limits import Pace


def catch_up(app: App) -> DayReport | None:
    """Judges the newest stored day if that was not done yet."""
    stored = app.store.days(limit=1)
    evaluated = app.ledger.evaluated()
    if not stored or (evaluated and stored[-1] <= evaluated):
        return None
    return daily(app, stored[-1])


def run_daily(day: date | None, fetch: bool, as_json: bool) -> None:
    """One day's cycle by hand; prints its transitions and what became of the messages."""
    known = settings()
    with closing(open_app(known)) as app:
        stored = app.store.days(limit=1)
        if not (day or stored):
            raise UserError("the store holds no day; run `paomo import` first")
        report = daily(app, day or stored[-1])
        for transition in report.transitions:
            show(transition, app.store, as_json)
        notes = Console(stderr=True)
        done = "judged" if report.new else "had been judged before; nothing new was sent"
        notes.print(f"{report.day}: {done}, {len(report.transitions)} transitions", soft_wrap=True)
        notes.print(_delivered(app), soft_wrap=True)


def _delivered(app: App) -> str:
    """Delivers what waits, unless a running bot does; says what happened."""
    waiting = len(app.ledger.waiting())
    if not app.settings.telegram_token:
        return f"nothing was delivered: no TELEGRAM_TOKEN is set; {waiting} messages wait"
    if not waiting:
        return "no messages wait"
    try:
        with FileLock(app.settings.home / LOCK, timeout=0):
            sent = asyncio.run(_deliver(app))
    except Timeout:
        return f"{waiting} messages wait; the running bot delivers them"
    return f"{sent} messages delivered, {len(app.ledger.waiting())} wait"


async def _deliver(app: App) -> int:
    from bot import sender

    telegram = sender.builder(app.settings).build()
    bot = telegram.bot

    async def send(message: Queued, text: str) -> int:
        return await sender.send(
            bot, message.chat, text, message.photo, message.silent, message.plain
        )

    late = app.settings.schedule.late_minutes
    async with bot:
        return await deliver(Delivery(app.ledger, send, Pace(), app.now, late))
