"""Many messages through mixed faults of Telegram, by the real sender."""

import asyncio
import random
import tempfile
import threading
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np

from bot import sender
from bot.deliver import Delivery, deliver
from bot.ledger import Ledger
from bot.limits import Pace
from bot.records import Chat, Outgoing
from config.settings import load
from tests.botapi import TOKEN, BotApi
from tests.chaos import Row

MARK = "（可能重复）"
# share of requests that go wrong; "reset after" is taken by Telegram and never confirmed
SHARES = {"429": 0.02, "502": 0.02, "reset before": 0.02, "reset after": 0.02, "slow": 0.005}
BLOCKED, MOVED = 0.01, 0.01  # shares of chats


class Troubled:
    """What goes wrong with a request, and what was taken without our knowing."""

    def __init__(self, luck: random.Random) -> None:
        self._luck, self._lock = luck, threading.Lock()
        self.blocked: set[int] = set()
        self.moved: dict[int, int] = {}
        self.unconfirmed: Counter[str] = Counter()

    def __call__(self, method: str, given: dict[str, Any]) -> str:
        if not method.startswith("send"):
            return ""
        with self._lock:
            chat, draw = int(given["chat_id"]), self._luck.random()
            if chat in self.blocked:
                return "403"
            if chat in self.moved:
                return f"moved to {self.moved[chat]}"
            for fault, share in SHARES.items():
                if draw < share:
                    self.unconfirmed[name(given)] += fault == "reset after"
                    return fault
                draw -= share
        return ""


def name(given: dict[str, Any]) -> str:
    """The first line of a message, without its mark."""
    return str(given["text"]).split("\n")[0].removeprefix(MARK)


def messages(count: int, seed: int = 1) -> Row:
    """One message each for so many chats; a hundredth are groups, a hundredth has left."""
    luck = random.Random(seed)
    troubled, ledger, api = Troubled(luck), Ledger(None), BotApi()
    api.misbehave = troubled
    _filled(ledger, troubled, luck, count)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_delivered(ledger, api, Path(folder)))
    api.close()
    here = [n for n in range(1, count + 1) if n not in troubled.blocked]
    copies = Counter(name(m) for m in api.sent)
    marked: defaultdict[str, int] = defaultdict(int)
    for m in api.sent:
        marked[name(m)] += m["text"].startswith(MARK)
    lost = sum(not copies[f"n{n}"] for n in here)
    doubled = sum(each - 1 for each in copies.values())
    unmarked = sum(max(0, each - 1 - marked[key]) for key, each in copies.items())
    times = np.array(api.arrivals)
    busiest = max(int(((times >= t) & (times < t + 1)).sum()) for t in times)
    most = times[: int(len(times) * 0.95)]  # the rest waits for its pauses after failures
    rate = (len(most) - 1) / (most[-1] - most[0])
    explained = all(each - 1 <= troubled.unconfirmed[key] for key, each in copies.items())
    left = not any(int(m["chat_id"]) in troubled.blocked for m in api.sent)
    figure = f"{len(times)} requests, {rate:.1f}/s, busiest second {busiest}"
    holds = lost == 0 and unmarked == 0 and explained and left and busiest <= 30
    return Row("429, 502, resets, blocks", count, lost, doubled, doubled - unmarked, figure, holds)


def _filled(ledger: Ledger, troubled: Troubled, luck: random.Random, count: int) -> None:
    now, day = datetime.now(UTC), date(2024, 6, 28)
    with ledger.atomic():
        for n in range(1, count + 1):
            draw = luck.random()
            chat = -n if draw < MOVED else n
            if chat < 0:
                troubled.moved[chat] = -1_000_000 - n
            elif draw > 1 - BLOCKED:
                troubled.blocked.add(chat)
            ledger.save_chat(Chat(chat, "group" if chat < 0 else "private", "", "zh"))
            ledger.outbox.enqueue(Outgoing("k", chat, day, f"n{n}", now))


async def _delivered(ledger: Ledger, api: BotApi, home: Path) -> None:
    environ = {"PAOMO_HOME": str(home), "TELEGRAM_TOKEN": TOKEN, "TELEGRAM_BASE_URL": api.url}
    bot = sender.builder(load(environ)).build().bot
    async with bot:
        needs = Delivery(
            ledger, sender.of_outbox(bot, ledger.reads_hant), Pace(), lambda: datetime.now(UTC), 45
        )
        while ledger.outbox.count("due", "sending"):
            await deliver(needs)
            await asyncio.sleep(0.2)
