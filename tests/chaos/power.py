"""A power cut at every write of a day's cycle, from the upstream's answer to the last message.

The write-ahead log of an uncut day is cut off after each of its frames, and inside them: what a
disk holds when the power goes. Each state must open, check clean and finish the day.
"""

import asyncio
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from bot.app import App, judge
from bot.deliver import Delivery, deliver
from bot.home import DATABASE
from bot.jobs import daily
from bot.ledger import Ledger
from bot.limits import Pace
from bot.records import Chat, Queued
from config.settings import load
from config.themes import load_themes
from market.database import damage
from market.histories import Wants
from market.ingest import ingest
from market.simulate import HOT, RELEASE, simulate
from market.store import Store
from tests.chaos import Row
from tests.fakes import FakeSource

EVERY = {"month": 3, "quarter": 3, "day": 1}
WANTS = Wants(100, 100, history_days=200, min_stocks=100, macro_every=EVERY)
MARKET = simulate(8)
FRAME, HEAD = 24, 32  # bytes before each page of the log, and before all


@dataclass
class Cycle:
    """A day's cycle over a file; `accepted` is what readers got, and how long the log was then."""

    home: Path
    accepted: list[tuple[int, str, bool]] = field(default_factory=list)

    def run(self, day: date) -> None:
        """Ingests, judges and delivers."""
        path = self.home / DATABASE
        known = load({"PAOMO_HOME": str(self.home)})
        now = datetime.combine(day, datetime.min.time(), UTC).replace(hour=7, minute=20)
        app = App(known, Store(path), Ledger(path), *judge(known), lambda: now)
        with closing(app):
            for part in (app.store, app.ledger):
                part._db.execute("PRAGMA wal_autocheckpoint=0")
            app.ledger.outbox.resume()  # as at every start
            if app.store.days(limit=1) != [day]:
                ingest(FakeSource(MARKET, day), app.store, day, load_themes(self.home), WANTS)
            daily(app, day)
            asyncio.run(self._delivered(app))
            self.log = Path(f"{path}-wal").read_bytes()

    @property
    def known(self) -> str:
        """What it left behind, but for when and how often a message was sent."""
        return _known(self.home / DATABASE)

    async def _delivered(self, app: App) -> None:
        async def send(message: Queued, text: str) -> int:
            size = Path(f"{self.home / DATABASE}-wal").stat().st_size
            name = f"{message.chat}:{message.key}"
            self.accepted.append((size, name, message.repeated))
            return 1

        async def at_once(_: float) -> None:
            """No pause."""

        await deliver(Delivery(app.ledger, send, Pace(lambda: 0.0, at_once), app.now, 45))


def _known(path: Path) -> str:
    with closing(sqlite3.connect(path)) as db:
        queries = (
            "SELECT day, count(*), total(close) FROM theme_day GROUP BY day",
            "SELECT * FROM theme_day WHERE day=(SELECT max(day) FROM theme_day) ORDER BY theme",
            "SELECT day, count(*), total(close) FROM bar GROUP BY day",
            "SELECT * FROM state ORDER BY theme",
            "SELECT key, chat, text, state FROM outbox ORDER BY key, chat",
            "SELECT day, theme, kind, body FROM transition ORDER BY id",
        )
        return "\n".join(str(db.execute(query).fetchall()) for query in queries)


def power(step: int = 1, chats: int = 5) -> Row:
    """Cuts in and after every `step`-th frame and every commit of an evening with an alert."""
    with tempfile.TemporaryDirectory() as folder:
        base, whole = Path(folder) / "base", Cycle(Path(folder) / "whole")
        day = _begun(base, chats)
        shutil.copytree(base, whole.home)
        whole.run(day)
        expected = whole.known
        tried = wrong = doubled = unmarked = 0
        finished: dict[int, str] = {}
        for cut, commits in _cuts(whole.log, step):
            home = Path(folder) / "cut"
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(base, home)
            Path(f"{home / DATABASE}-wal").write_bytes(whole.log[:cut])
            tried += 1
            wrong += bool(damage(home / DATABASE))
            if commits in finished:  # the same state: an unfinished transaction is not there
                wrong += finished[commits] != _known(home / DATABASE)
                continue
            finished[commits] = _known(home / DATABASE)
            again = Cycle(home)
            again.run(day)
            wrong += again.known != expected
            before = [name for size, name, _ in whole.accepted if size <= cut]
            twice = [(name, marked) for _, name, marked in again.accepted if name in before]
            doubled += len(twice)
            unmarked += sum(not marked for _, marked in twice)
            arrived = Counter(before) + Counter(name for _, name, _ in again.accepted)
            wrong += any(name not in arrived for _, name, _ in whole.accepted)
    figure = f"{len(finished)} commits, {len(whole.accepted)} messages"
    holds = wrong == 0 and unmarked == 0 and len(finished) > len(whole.accepted) > chats
    return Row("power cut at every write", tried, wrong, doubled, doubled - unmarked, figure, holds)


def _begun(home: Path, chats: int) -> date:
    """Evenings judged up to the one before the first alert, for readers; gives the day of that."""
    home.mkdir()
    (home / "themes.toml").write_text(f'[[theme]]\nboards = ["{HOT}"]\n', "utf-8")
    ledger = Ledger(home / DATABASE)
    for chat in range(1, chats + 1):
        ledger.save_chat(Chat(chat, "private", "", "zh"))
    ledger.close()
    ahead = home.with_name("ahead")
    for day in MARKET.days[RELEASE:]:
        shutil.rmtree(ahead, ignore_errors=True)
        shutil.copytree(home, ahead)
        tried = Cycle(ahead)
        tried.run(day)
        if any(":alerts:" in name for _, name, _ in tried.accepted):
            return day
        shutil.rmtree(home)
        shutil.copytree(ahead, home)
    raise AssertionError("no alert in the simulated market")


def _cuts(log: bytes, step: int) -> Iterator[tuple[int, int]]:
    """Places to cut the log at, in bytes, and how many commits come before each."""
    page = int.from_bytes(log[8:12], "big")
    size, commits = page + FRAME, 0
    yield 0, 0
    for n in range((len(log) - HEAD) // size):
        begin = HEAD + n * size
        is_commit = log[begin + 4 : begin + 8] != b"\0\0\0\0"
        if is_commit or n % step == 0:
            yield begin + 12 + n % page, commits  # torn inside the frame
        commits += is_commit
        if is_commit or n % step == 0:
            yield begin + size, commits
