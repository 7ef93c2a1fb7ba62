"""A session with Telegram: from its greeting until we are told to stop, or until it is deaf."""

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeVar

from telegram.error import InvalidToken, NetworkError

from bot import sender
from bot.app import App, open_app
from bot.deliver import Delivery, SendError, deliver
from bot.gallery import Gallery
from bot.handlers import register
from bot.limits import GROUP_SPAN, Pace
from bot.menus import set_menus
from bot.polling import Ear, Hearing, Telegram, listen, listen_no_more
from bot.replies import Talk
from config.settings import Settings
from market.database import DatabaseError, told

REJECTED = 78  # exit code: a human must act (sysexits.h, EX_CONFIG)
TICK_SECONDS = 1.0  # between looks into the outbox
IN_FLIGHT_SECONDS = 4  # that sends, then answers, may take after SIGTERM; Docker waits for 10
AT_ONCE = 64  # updates answered side by side; a slow chat's wait for its turn
log = logging.getLogger("paomo")
T = TypeVar("T")


@dataclass
class Running:
    """What a running bot holds beside Telegram."""

    known: Settings
    app: App  # of the event loop's thread
    hearing: Hearing
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    pace: Pace = field(default_factory=Pace)
    # threads for the day's cycle, for what is fetched beside it, for charts and checks meanwhile
    workers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(3, "worker"))
    halt: threading.Event = field(default_factory=threading.Event)  # ends what the worker does
    exit_code: int = 0
    why: str = ""  # it ends

    async def in_worker(self, job: Callable[[App], T]) -> T:
        """Runs a job in a worker thread, with an App of its own."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.workers, self._done, job)

    def _done(self, job: Callable[[App], T]) -> T:
        with closing(open_app(self.known)) as app:  # a connection belongs to its thread
            return job(app)

    def end(self, code: int, why: str) -> None:
        """Asks the bot to stop with an exit code; the first reason stands."""
        self.exit_code = self.exit_code or code
        self.why = self.why or why
        self.stop.set()
        self.halt.set()

    @property
    def going(self) -> bool:
        """Whether the session goes on."""
        return not self.stop.is_set() and not self.hearing.lost.is_set()

    def remember_pace(self) -> None:
        """What groups got in the last minute counts, though another program sent it."""
        now = self.app.now()
        for chat, at in self.app.ledger.outbox.sent_since(now - timedelta(seconds=GROUP_SPAN)):
            self.pace.past(chat, (now - at).total_seconds())


async def session(running: Running) -> None:
    """One session; the caller begins another unless the bot is told to stop."""
    hearing = running.hearing
    made = sender.builder(running.known, partial(Ear, hearing))
    telegram = made.concurrent_updates(AT_ONCE).build()
    if not await _initialized(running, telegram):
        return
    hearing.begin()
    running.app.ledger.set_fact("username", telegram.bot.username)
    gallery = Gallery(running.app.ledger.files, running.in_worker)
    register(telegram, Talk(running.app, running.pace, running.in_worker, gallery))
    await telegram.start()
    await listen(telegram, running.known)
    await set_menus(telegram.bot, running.app)
    log.info("listening to Telegram; the store is in %s", running.known.home)
    delivering = asyncio.create_task(_delivering(running, telegram, gallery))
    waits = [asyncio.create_task(event.wait()) for event in (running.stop, hearing.lost)]
    await asyncio.wait([*waits, delivering], return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    await _ended(telegram, delivering)
    if hearing.is_over:
        log.error("%s", hearing.is_over)
        running.end(REJECTED, hearing.is_over)
    elif hearing.rejections:
        log.error("Telegram rejected polling, %d in a row", hearing.rejections)
        await pause(running.stop, 2.0**hearing.rejections)


async def _initialized(running: Running, telegram: Telegram) -> bool:
    """Whether Telegram took the token; waits through outages, not through a rejection."""
    seconds = 1.0
    while not running.stop.is_set():
        try:
            await telegram.initialize()
            return True
        except InvalidToken:
            log.error(sender.REJECTED)
            running.end(REJECTED, sender.REJECTED)
        except NetworkError as error:
            what = sender.unreached(running.known, sender.told(error))
            log.warning("%s; again in %.0f s", what, seconds)
            await pause(running.stop, seconds)
            seconds = min(seconds * 1.5, 30)
    return False


async def _delivering(running: Running, telegram: Telegram, gallery: Gallery) -> None:
    """Delivers until told to stop."""
    late = running.known.schedule.late_minutes
    app = running.app
    send = sender.of_outbox(telegram.bot, app.ledger.reads_hant, gallery)
    needs = Delivery(app.ledger, send, running.pace, app.now, late, lambda: running.going)
    while running.going:
        sent = await _delivered(running, needs)
        await pause(running.stop, 0 if sent else TICK_SECONDS)


async def _delivered(running: Running, needs: Delivery) -> int:
    """Delivers what is due now; a fault costs a pause, not the bot."""
    try:
        return await deliver(needs)
    except SendError as error:
        log.error("%s", error)
        running.end(REJECTED, str(error))
    except DatabaseError as error:
        log.error("delivery waits: %s", told(error))
    except Exception:
        log.exception("delivery failed; what was on its way is repeated with a mark")
    with suppress(DatabaseError):  # the same fault may still be there; the next start resumes too
        needs.ledger.outbox.resume()
    return 0


async def _ended(telegram: Telegram, delivering: "asyncio.Task[None]") -> None:
    """Takes no more work, lets sends in flight end, and says goodbye to Telegram."""
    done, _ = await asyncio.wait([delivering], timeout=IN_FLIGHT_SECONDS)
    if not done:  # what is left stays marked as on its way, and is repeated with a mark
        delivering.cancel()
    await listen_no_more(telegram)
    with suppress(TimeoutError):  # answers that wait for their turn are asked for again
        await asyncio.wait_for(telegram.stop(), IN_FLIGHT_SECONDS)
    await telegram.shutdown()


async def pause(event: asyncio.Event, seconds: float) -> None:
    """Sleeps, but not longer than until the event."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
