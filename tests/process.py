"""The bot as a real process, for tests and chaos."""

import os
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
from tests.botapi import TOKEN, BotApi

ADMIN = 42


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
            self.command(*words), env=self.environ, capture_output=True, text=True, timeout=60
        )

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)

    def wait(self, seconds: float) -> None:
        """Lets it run for so long, or until it ends."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)


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
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def page(bot: Bot, name: str) -> tuple[int, str]:
    """Status and text of a page of the running bot."""
    address = f"http://127.0.0.1:{bot.environ['PAOMO_METRICS__PORT']}/{name}"
    try:
        with urlopen(address, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()
