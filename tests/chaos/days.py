"""Trading days by a clock that jumps, with faults of the upstream and of Telegram.

AKShare's own code in its child, the real store, sender and watch; only the clock is ours.
"""

import asyncio
import gc
import os
import random
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from bot import sender, watch
from bot.app import App, open_app
from bot.cycle import catch_up, tidy
from bot.deliver import Delivery, deliver
from bot.errors import UserError
from bot.limits import Pace
from bot.records import Chat
from config.settings import load
from market.akshare.fetch import offline_calendar
from market.calendar import SHANGHAI
from market.simulate import HOT, simulate
from tests import ALONE
from tests.botapi import TOKEN, BotApi
from tests.chaos import Row
from tests.upstream import Upstream

ENDPOINTS = ("tencent", "sina", "boards", "members", "history", "index", "earnings")
FAULTS = ("drop", "html", "null", "403", "502", "half", "cut", "empty", "missing", "extra")
TROUBLES = ("429", "502", "reset before", "reset after")
TRIES = 3  # an evening; the last one meets no fault, so that the figures come in the end
SETTLED = 5  # days after which memory is first looked at
READERS = (7, 8)


@dataclass
class World:
    """What the days are lived in."""

    app: App
    upstream: Upstream
    api: BotApi
    luck: random.Random

    def evening(self, day: date) -> None:
        """Looks for the day at odd hours, with faults, until it is judged and told."""
        self.upstream.today = day
        for n in range(TRIES):
            last = n == TRIES - 1
            self.upstream.faults.clear()
            if not last:
                broken = self.luck.sample(ENDPOINTS, self.luck.randint(0, 4))
                self.upstream.faults |= {each: self.luck.choice(FAULTS) for each in broken}
            self.app.store.set_note("doors", "{}")  # hours pass: a door that closed is open again
            app = replace(self.app, now=self._clock(day, n))
            with closing(open_app(app.settings, app.now)) as worker:
                try:
                    catch_up(worker, threading.Event())
                    tidy(worker)
                except UserError:
                    assert not last
                watch.tell(worker)
            asyncio.run(self._delivered(app))

    def _clock(self, day: date, n: int) -> Any:
        """A clock that stands somewhere in the evening, or jumps back into the afternoon."""
        hours = self.luck.choice((0, 1, 3, 7)) if n < TRIES - 1 else 5
        at = datetime.combine(day, time(15, 10), SHANGHAI) + timedelta(hours=hours)
        return lambda: at.astimezone(UTC)

    async def _delivered(self, app: App) -> None:
        later = timedelta(0)
        bot = sender.builder(app.settings).build().bot
        async with bot:
            while app.ledger.outbox.count("due", "sending"):
                if self.luck.random() < 0.5:
                    self.api.faults["sendMessage"] = self.luck.sample(TROUBLES, 1)
                now = app.now() + later
                needs = Delivery(
                    app.ledger,
                    sender.of_outbox(bot, app.ledger.reads_hant),
                    Pace(),
                    lambda at=now: at,
                    45,
                )
                await deliver(needs)
                later += timedelta(minutes=15)  # pauses are waited for by moving on
                self.api.faults["sendMessage"].clear()


@contextmanager
def world(count: int, seed: int) -> Iterator[tuple[World, list[date]]]:
    """So many trading days ahead of an empty store, and two readers."""
    known = [day for day in offline_calendar() if day <= date(2026, 7, 15)][-420:]
    kept = {name: os.environ.get(name) for name in ("REQUESTS_CA_BUNDLE",)}
    with tempfile.TemporaryDirectory() as folder:
        home, upstream, api = Path(folder), Upstream(simulate(8), known, Path(folder)), BotApi()
        os.environ["REQUESTS_CA_BUNDLE"] = str(upstream.ca)
        (home / "themes.toml").write_text(f'[[theme]]\nboards = ["{HOT}"]\n', "utf-8")
        groups = ("PUSH2", "PUSH2HIS", "TENCENT", "SINA", "EASTMONEY")
        environ = {f"PAOMO_SOURCE__PAUSE_SECONDS__{group}": "0" for group in groups}
        environ |= {f"PAOMO_SOURCE__BUDGET__{group}": "100000" for group in groups}
        environ |= {"PAOMO_SOURCE__MIN_STOCKS": "100", "PAOMO_HOME": folder}
        environ |= {"DATA_PROXY": upstream.url, "PAOMO_ADMINS": str(READERS[0])}
        environ |= ALONE | {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_BASE_URL": api.url}
        with closing(open_app(load(environ))) as app:
            for chat in READERS:
                app.ledger.save_chat(Chat(chat, "private", "", "zh"))
            yield World(app, upstream, api, random.Random(seed)), known[-count:]
        upstream.close()
        api.close()
    for name, value in kept.items():
        os.environ.pop(name, None)
        os.environ.update({name: value} if value else {})


def days(count: int, seed: int = 1) -> Row:
    """So many trading days; each is judged once and told once to each reader."""
    memory: list[int] = []
    with world(count, seed) as (lived, span):
        for day in span:
            lived.evening(day)
            memory.append(_resident())
        runs = lived.app.ledger._db.execute("SELECT slot FROM run WHERE job='daily'").fetchall()
    copies, marked = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for message in lived.api.sent:
        first = str(message.get("text", "")).split("\n")[0]
        if "每日摘要" in first:
            which = (message["chat_id"], first[-len("</b>") - 10 : -len("</b>")])
            copies[which] += 1
            marked[which] += "（可能重复）" in first
    wanted = {(str(chat), str(day)) for chat in READERS for day in span}
    lost, strange = len(wanted - copies.keys()), len(copies.keys() - wanted)
    doubled = sum(each - 1 for each in copies.values())
    unmarked = sum(max(0, each - 1 - marked[which]) for which, each in copies.items())
    growth = memory[-1] / memory[min(SETTLED, len(memory) - 1)] - 1
    once = sorted(slot for (slot,) in runs) == [str(day) for day in span]
    figure = f"each judged once: {once}, memory {growth:+.1%}"
    holds = lost + strange + unmarked == 0 and once and growth < 0.05
    name = "trading days, jumping clock"
    return Row(name, count, lost, doubled, doubled - unmarked, figure, holds)


def _resident() -> int:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
