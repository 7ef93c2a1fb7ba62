"""The running bot: Telegram's sessions, our scheduler, the watch; started and stopped by hand."""

import asyncio
import logging
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import httpx
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import filling, health, hongkong, intraday, watch, wire
from bot.app import App, open_app
from bot.cycle import catch_up, tidy
from bot.errors import UserError
from bot.home import LOCK, SIMULATED, alone, database, settings
from bot.ledger import Ledger
from bot.logs import set_up
from bot.metrics import Metrics
from bot.polling import hearing
from bot.session import REJECTED, Running, pause, session
from config.settings import Settings
from market.calendar import SHANGHAI
from market.database import DatabaseError, damage, told

HEARTBEAT_SECONDS = 20
JUMP_SECONDS = 60.0  # by which the wall clock may leave the monotonic one without being set anew
WATCH_SECONDS, LOOK_SECONDS, PING_SECONDS, TIDY_SECONDS = 60, 60, 300, 600
FILL_SECONDS = 120
log = logging.getLogger("paomo")


def run_bot() -> int:
    """Runs until told to stop; gives the exit code."""
    known = settings()
    if not known.telegram_token:
        raise UserError("no token: set TELEGRAM_TOKEN (from @BotFather) in the environment or .env")
    set_up(known)
    with ExitStack() as held:
        other = f"another `paomo run` is using {known.home}; stop it first"
        # `paomo health` holds it for a moment, to see whether anybody does
        held.enter_context(alone(known.home / LOCK, other, 1.0))
        bot_id = known.telegram_token.get_secret_value().partition(":")[0]
        same_token = "another `paomo run` on this machine uses the same token; stop it first"
        held.enter_context(alone(Path(tempfile.gettempdir()) / f"paomo-{bot_id}.lock", same_token))
        app = held.enter_context(closing(open_app(known)))
        if app.ledger.fact(SIMULATED):
            raise UserError(f"{known.home} is a demo's home; set PAOMO_HOME to another folder")
        held.enter_context(closing(Metrics(known)))
        return asyncio.run(_serve(known, app))


async def _serve(known: Settings, app: App) -> int:
    """The data side runs from the first moment; Telegram comes and goes beside it."""
    ears = hearing(lambda update: app.ledger.set_fact("skipped", f"{app.now()} {update}"))
    running = Running(known, app, ears)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, running.end, 0, "stopped")
    running.remember_pace()
    repeated = app.ledger.outbox.resume()
    if repeated:
        log.warning("%d messages were on their way when the last run ended", repeated)
    health.note_start(app.ledger, app.now())
    scheduler = _scheduled(running)
    beating = asyncio.create_task(_beating(running, scheduler))
    while not running.stop.is_set():
        await session(running)
    scheduler.pause()
    await beating
    await asyncio.to_thread(running.workers.shutdown)  # the day's cycle sees `halt`
    await asyncio.sleep(0)  # and its coroutine ends
    scheduler.shutdown(wait=False)
    _noted_end(app, running.why)
    log.info("stopped")
    return running.exit_code


def _noted_end(app: App, why: str) -> None:
    try:
        health.note_end(app.ledger, app.now(), why)
    except DatabaseError as error:  # perhaps the reason why it ends
        log.error("that the bot ends cannot be noted: %s", told(error))


def _scheduled(running: Running) -> AsyncIOScheduler:
    """The jobs, in code; what they missed they find by asking the store, not the scheduler."""
    # however late a job is, it runs, once
    defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    made = AsyncIOScheduler(timezone=SHANGHAI, job_defaults=defaults)
    jobs = {_cycle: 60 * running.known.schedule.retry_minutes, _tidy: TIDY_SECONDS}
    jobs[_watch] = WATCH_SECONDS
    jobs |= {_look: LOOK_SECONDS, _wire: LOOK_SECONDS, _fill: FILL_SECONDS}
    if running.known.ping_url:
        jobs[_ping] = PING_SECONDS
    now = datetime.now(SHANGHAI)
    for job, seconds in jobs.items():
        made.add_job(job, "interval", [running], seconds=seconds, next_run_time=now)
    made.start()
    return made


async def _done(running: Running, what: str, work: Callable[[App], object]) -> None:
    """Work for the worker threads; a fault is logged and the work tried again at its next time."""
    if running.stop.is_set():
        return
    try:
        await running.in_worker(work)
    except UserError as error:
        if not running.halt.is_set():
            log.warning("%s", error)
    except DatabaseError as error:
        log.error("%s waits: %s", what, told(error))
    except Exception:
        log.exception("%s failed; it is tried again", what)


async def _cycle(running: Running) -> None:
    """Catches up with the last closed trading day, of the mainland, then of Hong Kong."""
    await _done(running, "the day's cycle", lambda app: catch_up(app, running.halt))
    await _done(running, "Hong Kong's day", lambda app: hongkong.catch_up(app, running.halt))


async def _look(running: Running) -> None:
    """Looks at the market before its close, when it is time for that."""
    if intraday.slot(running.known.intraday.times, running.app.now()):
        await _done(running, "the look", lambda app: intraday.look(app, running.halt))


async def _fill(running: Running) -> None:
    """Goes on with what the first evenings left for later."""
    await _done(running, "what is fetched beside", lambda app: filling.fill(app, running.halt))


async def _wire(running: Running) -> None:
    """Asks for the lines of the news wire, when it is time for that."""
    if intraday.recent(running.known.news.times, running.app.now()):
        await _done(running, "the news", lambda app: wire.look(app, running.halt))


async def _watch(running: Running) -> None:
    """Tells the admins of new troubles, and of their end."""
    await _done(running, "the watch", watch.tell)


async def _tidy(running: Running) -> None:
    """Looks the database over once a start, and makes the day's backup."""
    found: list[str] = []
    await _done(running, "the look into the database", lambda app: found.append(_damage(app)))
    if any(found):
        log.error("%s", found[0])
        running.end(REJECTED, found[0])
        return
    await _done(running, "the backup", tidy)


def _damage(app: App) -> str:
    """What is wrong inside the database, looked at once a start; empty when nothing is."""
    started = app.ledger.fact("started") or ""
    if app.ledger.fact("checked") == started:
        return ""
    path = database(app.settings.home)
    if found := damage(path):
        return told(found, path)
    app.ledger.set_fact("checked", started)
    return ""


async def _ping(running: Running) -> None:
    """Tells a dead man's switch that all is well; silence tells it the rest."""
    if health.reasons(running.known, datetime.now(UTC)):
        return
    assert running.known.ping_url
    try:
        async with httpx.AsyncClient(timeout=10) as client:
            (await client.get(running.known.ping_url)).raise_for_status()
    except httpx.HTTPError as error:  # its text may hold the address, which is a secret
        log.warning("the ping was not answered well (%s)", type(error).__name__)


async def _beating(running: Running, scheduler: AsyncIOScheduler) -> None:
    """A sign of life for `paomo health`, and the jobs anew when the wall clock was set."""
    ledger, hears = running.app.ledger, running.hearing
    ahead = time.time() - time.monotonic()
    while not running.stop.is_set():
        jump = time.time() - time.monotonic() - ahead
        if abs(jump) > JUMP_SECONDS:
            log.warning("the clock was set by %.0f s; looking for what is due", jump)
            ahead += jump
            for job in scheduler.get_jobs():  # set back, they would wait for the old time
                job.modify(next_run_time=datetime.now(SHANGHAI))
        if not running.known.telegram_webhook_url:
            hears.check()
        _sign(ledger, hears.heard)
        await pause(running.stop, HEARTBEAT_SECONDS)


def _sign(ledger: Ledger, heard: datetime | None) -> None:
    try:
        ledger.set_fact("alive", datetime.now(UTC).isoformat())
        if heard:
            ledger.set_fact("heard", heard.isoformat())
    except DatabaseError as error:
        log.error("no sign of life can be left: %s", told(error))
