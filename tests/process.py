"""The bot as a real process, for tests and chaos."""

import os
import random
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from bot.home import DATABASE
from bot.ledger import Ledger
from bot.records import Chat, Outgoing
from tests import ALONE
from tests.botapi import PATIENCE_SECONDS, TOKEN, BotApi

ADMIN = 42
ROOT = Path(__file__).parents[1]


class Bot:
    """A running `paomo run`."""

    def __init__(self, home: Path, api: BotApi, start: bool = True, **more: str) -> None:
        self.log = home / "log.txt"
        self.environ = {
            "PATH": os.environ["PATH"],
            "PAOMO_HOME": str(home),
            "PAOMO_ADMINS": str(ADMIN),
            "TELEGRAM_TOKEN": TOKEN,
            "TELEGRAM_BASE_URL": api.url,
            "TMPDIR": str(home),
            "PAOMO_METRICS__PORT": "0",
            **ALONE,
            "PAOMO_NEWS__TIMES": "",  # nothing hangs on the hour
            "DATA_PROXY": "http://127.0.0.1:9",  # nobody listens: these days bring no figures
            **more,
        }
        own = home / "themes.toml"
        if not own.exists():  # no theme of Hong Kong, else its last day would be asked for at once
            own.write_text("", "utf-8")
        if not start:
            return
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command("run"), env=self.environ, stdout=subprocess.DEVNULL, stderr=log
            )

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "bot", *words]

    def paomo(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(*words),
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )

    def end(self, number: int = signal.SIGTERM, seconds: float = PATIENCE_SECONDS) -> int:
        self.process.send_signal(number)
        return self.process.wait(seconds)

    def ended(self) -> int:
        """Its exit status, once it ended by itself."""
        return self.process.wait(PATIENCE_SECONDS)

    def wait(self, seconds: float) -> None:
        """Lets it run for so long, or until it ends."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)


def paomo(home: Path, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """The program over a home, with nothing else set."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=ROOT,
        env={"PAOMO_HOME": str(home), "PATH": "/usr/bin:/bin", "COLUMNS": "100", **more},
        capture_output=True,
        text=True,
        check=False,
    )


def enqueue(home: Path, count: int, chats: int = 1, first: int = 0) -> None:
    ledger = Ledger(home / DATABASE)
    now = datetime.now(UTC)
    with ledger.atomic():
        for chat in range(ADMIN, ADMIN + chats):
            ledger.save_chat(Chat(chat, "private", "", "zh"))
        for n in range(first, first + count):
            ledger.outbox.enqueue(
                Outgoing(f"k{n}", ADMIN + n % chats, date(2024, 6, 28), f"n{n}", now)
            )
    ledger.close()


def free_port() -> int:
    """A port that nobody listens on, of those that the system does not give to connections."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def page(bot: Bot, name: str) -> tuple[int, str]:
    """Status and text of a page of the running bot."""
    address = f"http://127.0.0.1:{bot.environ['PAOMO_METRICS__PORT']}/{name}"
    try:
        with urlopen(address, timeout=PATIENCE_SECONDS) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()
