"""Polling that is refused, garbled or cut off: how long until the bot answers again."""

import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bot.home import DATABASE
from bot.ledger import Ledger
from tests.botapi import BotApi
from tests.chaos import Row
from tests.process import ADMIN, Bot

LIMIT = 60.0  # seconds
CANNOT_BE_READ = {"message": {"message_id": "x"}}


def refused(code: str, times: int) -> Callable[[BotApi], None]:
    """So many refused polls."""
    return lambda api: api.faults["getUpdates"].extend([code] * times)


def hearing(seconds: float) -> list[Row]:
    """Each fault once with a running bot; the outage lasts so long."""
    rows = [
        heals("401 once", refused("401", 1)),
        heals("404 once", refused("404", 1)),
        heals("409 three times", refused("409", 3)),
        heals("an unreadable update", lambda api: api.told(CANNOT_BE_READ)),
        heals(f"{seconds:.0f} s without a network", outage(seconds)),
    ]
    return [*rows, _ends("401 for good", "401"), _ends("409 for good", "409")]


def outage(seconds: float) -> Callable[[BotApi], None]:
    """Every connection is cut for so long."""

    def fault(api: BotApi) -> None:
        api.down = True
        time.sleep(seconds)
        api.down = False

    return fault


def heals(what: str, fault: Callable[[BotApi], None]) -> Row:
    """The seconds from the fault's end to the answer; a question asked meanwhile counts too."""
    with tempfile.TemporaryDirectory() as folder:
        bot, api = _begun(Path(folder))
        fault(api)
        while api.faults["getUpdates"]:
            time.sleep(0.01)
        begun = time.monotonic()
        api.write("/help", ADMIN)
        answered = True
        try:
            api.until(1, LIMIT)
        except AssertionError:
            answered = False
        seconds = time.monotonic() - begun
        bot.end()
        api.close()
    figure = f"answers after {seconds:.1f} s"
    return Row(f"polling: {what}", 1, int(not answered), 0, 0, figure, answered)


def _ends(what: str, code: str) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        bot, api = _begun(Path(folder))
        refused(code, 1000)(api)
        begun = time.monotonic()
        bot.wait(LIMIT)
        seconds, ended = time.monotonic() - begun, bot.process.poll()
        with suppress(ProcessLookupError):
            bot.process.kill()
        api.close()
    figure = f"exit code {ended} after {seconds:.1f} s"
    return Row(f"polling: {what}", 1, 0, 0, 0, figure, ended == 78)


def _begun(home: Path) -> tuple[Bot, BotApi]:
    api = BotApi()
    Ledger(home / DATABASE).close()
    bot = Bot(home, api)
    api.called("getUpdates", 2, 60)
    return bot, api
