"""The running bot: Telegram's application, our scheduler, delivery; started and stopped by hand."""

import asyncio
import logging
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from filelock import FileLock, Timeout
from telegram.error import InvalidToken, NetworkError, TelegramError
from telegram.ext import Application
from telegram.request import HTTPXRequest

from bot import sender
from bot.app import App, open_app
from bot.cycle import catch_up
from bot.deliver import Delivery, SendError, deliver
from bot.errors import UserError
from bot.handlers import Talk, register, set_menu
from bot.home import LOCK, settings
from bot.limits import Pace
from bot.logs import set_up
from config.settings import Settings
from market.calendar import SHANGHAI

REJECTED = 78  # exit code: a human must act (sysexits.h, EX_CONFIG)
HEARTBEAT_SECONDS = 20
TICK_SECONDS = 1.0  # between looks into the outbox
IN_FLIGHT_SECONDS = 5  # that sends may take after SIGTERM
DEAF_AFTER = 3  # rejections of polling in a row
log = logging.getLogger("paomo")
T = TypeVar("T")
Telegram = Application[Any, Any, Any, Any, Any, Any]


class Ear(HTTPXRequest):
    """The request object of getUpdates.

    It notes what the library keeps to itself: after one 401 or 404 its polling is over for good.
    """

    rejections = 0  # in a row
    deaf: asyncio.Event  # set by a rejection
    heard: datetime | None = None  # last good poll, UTC

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """One poll, noted."""
        code, body = await super().do_request(*args, **kwargs)
        if code == 200:
            Ear.rejections, Ear.heard = 0, datetime.now(UTC)
        elif code in (401, 404):
            Ear.rejections += 1
            Ear.deaf.set()
        return code, body


@dataclass
class Running:
    """What a running bot holds beside Telegram."""

    known: Settings
    app: App  # of the event loop's thread
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    pace: Pace = field(default_factory=Pace)
    # one thread for the day's cycle, one for charts that people ask for meanwhile
    workers: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(2, "worker"))
    halt: threading.Event = field(default_factory=threading.Event)  # ends what the worker does
    exit_code: int = 0

    async def in_worker(self, job: Callable[[App], T]) -> T:
        """Runs a job in a worker thread, with an App of its own."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.workers, self._done, job)

    def _done(self, job: Callable[[App], T]) -> T:
        with closing(open_app(self.known)) as app:  # a connection belongs to its thread
            return job(app)

    def end(self, code: int) -> None:
        """Asks the bot to stop with an exit code."""
        self.exit_code = self.exit_code or code
        self.stop.set()
        self.halt.set()


def run_bot() -> int:
    """Runs until told to stop; gives the exit code."""
    known = settings()
    if not known.telegram_token:
        raise UserError("no token: set TELEGRAM_TOKEN (from @BotFather) in the environment or .env")
    set_up(known)
    with closing(open_app(known)) as app:
        try:
            with FileLock(known.home / LOCK, timeout=0):
                return asyncio.run(_serve(known, app))
        except Timeout:
            raise UserError(f"another `paomo run` is using {known.home}; stop it first") from None


async def _serve(known: Settings, app: App) -> int:
    """The data side runs from the first moment; Telegram comes and goes beside it."""
    running = Running(known, app)
    Ear.deaf = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, running.end, 0)
    repeated = app.ledger.outbox.resume()
    if repeated:
        log.warning("%d messages were on their way when the last run ended", repeated)
    app.ledger.set_fact("started", app.now().isoformat())
    scheduler = _scheduled(running)
    while not running.stop.is_set():
        await _session(running)
    scheduler.pause()
    await asyncio.to_thread(running.workers.shutdown)  # the day's cycle sees `halt`
    await asyncio.sleep(0)  # and its coroutine ends
    scheduler.shutdown(wait=False)
    log.info("stopped")
    return running.exit_code


async def _session(running: Running) -> None:
    """Telegram from its start until we are told to stop, or its polling dies."""
    Ear.deaf.clear()
    telegram = sender.builder(running.known, Ear).concurrent_updates(8).build()
    if not await _initialized(running, telegram):
        return
    register(telegram, Talk(running.app, running.pace, running.in_worker))
    await telegram.start()
    assert telegram.updater
    await telegram.updater.start_polling(bootstrap_retries=-1, error_callback=_poll_failed)
    await set_menu(telegram)
    log.info("listening to Telegram; the store is in %s", running.known.home)
    delivering = asyncio.create_task(_delivering(running, telegram))
    waits = [asyncio.create_task(event.wait()) for event in (running.stop, Ear.deaf)]
    await asyncio.wait([*waits, delivering], return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    await _ended(telegram, delivering)
    if Ear.deaf.is_set():
        await _deafened(running)


async def _initialized(running: Running, telegram: Telegram) -> bool:
    """Whether Telegram took the token; waits through outages, not through a rejection."""
    pause = 1.0
    while not running.stop.is_set():
        try:
            await telegram.initialize()
            return True
        except InvalidToken:
            log.error("Telegram rejects the token; get the right one from @BotFather")
            running.end(REJECTED)
        except NetworkError as error:
            what = sender.told(error)
            log.warning("Telegram cannot be reached (%s); again in %.0f s", what, pause)
            await _wait(running.stop, pause)
            pause = min(pause * 1.5, 30)
    return False


async def _deafened(running: Running) -> None:
    """Polling was rejected: a pause before the next session, or the end after too many."""
    log.error("Telegram rejected polling, %d in a row", Ear.rejections)
    if Ear.rejections >= DEAF_AFTER:
        running.end(REJECTED)
    else:
        await _wait(running.stop, 2.0**Ear.rejections)


def _scheduled(running: Running) -> AsyncIOScheduler:
    """The jobs, in code; what they missed they find by asking the store, not the scheduler."""
    defaults = {"misfire_grace_time": 3600, "coalesce": True, "max_instances": 1}
    made = AsyncIOScheduler(timezone=SHANGHAI, job_defaults=defaults)
    minutes = running.known.schedule.retry_minutes
    now = datetime.now(SHANGHAI)
    made.add_job(_cycle, "interval", [running], minutes=minutes, next_run_time=now)
    made.add_job(_beat, "interval", [running], seconds=HEARTBEAT_SECONDS, next_run_time=now)
    made.start()
    return made


async def _cycle(running: Running) -> None:
    """Catches up with the last closed trading day; a fault is logged and tried again later."""
    try:
        await running.in_worker(lambda app: catch_up(app, running.halt))
    except UserError as error:
        if not running.halt.is_set():
            log.warning("%s", error)
    except Exception:
        log.exception("the day's cycle failed; it is tried again")


async def _beat(running: Running) -> None:
    """Leaves a sign of life for `paomo health`; in the loop's thread, as the ledger is."""
    ledger, heard = running.app.ledger, Ear.heard
    ledger.set_fact("alive", datetime.now(UTC).isoformat())
    if heard:
        ledger.set_fact("heard", heard.isoformat())


async def _delivering(running: Running, telegram: Telegram) -> None:
    """Delivers until told to stop."""
    late = running.known.schedule.late_minutes
    send = sender.of_outbox(telegram.bot)
    needs = Delivery(running.app.ledger, send, running.pace, running.app.now, late)
    while not running.stop.is_set() and not Ear.deaf.is_set():
        sent = await _delivered(running, needs)
        await _wait(running.stop, 0 if sent else TICK_SECONDS)


async def _delivered(running: Running, needs: Delivery) -> int:
    """Delivers what is due now; a fault costs a pause, not the bot."""
    try:
        return await deliver(needs)
    except SendError as error:
        log.error("%s", error)
        running.end(REJECTED)
    except Exception:
        log.exception("delivery failed; what was on its way is repeated with a mark")
        with suppress(Exception):  # the same fault may still be there; the next start resumes too
            needs.ledger.outbox.resume()
    return 0


def _poll_failed(error: TelegramError) -> None:
    log.warning("polling: %s", sender.told(error))


async def _ended(telegram: Telegram, delivering: "asyncio.Task[None]") -> None:
    """Takes no more work, lets sends in flight end, and says goodbye to Telegram."""
    done, _ = await asyncio.wait([delivering], timeout=IN_FLIGHT_SECONDS)
    if not done:  # what is left stays marked as on its way, and is repeated with a mark
        delivering.cancel()
    assert telegram.updater
    with suppress(InvalidToken):
        await telegram.updater.stop()
    await telegram.stop()
    await telegram.shutdown()


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Sleeps, but not longer than until the event."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
