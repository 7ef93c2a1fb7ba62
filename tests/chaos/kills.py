"""SIGKILL at random points of a running bot under load."""

import random
import signal
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

from bot.home import DATABASE
from bot.ledger import Ledger
from tests.botapi import BotApi
from tests.chaos import Row
from tests.process import ADMIN, Bot, enqueue

EACH, CHATS = 12, 60  # messages put in for each kill; chats they go to in turn
PATIENCE = 300.0  # seconds for what is left at the end
MARK = "（可能重复）"


def kills(count: int, seed: int = 1) -> Row:
    """So many kills; every message must arrive, and what comes twice must say so."""
    luck = random.Random(seed)
    worst = 0  # messages that one kill doubled
    with tempfile.TemporaryDirectory() as folder:
        home, api = Path(folder), BotApi()
        Ledger(home / DATABASE).close()
        for n in range(count):
            bot = Bot(home, api)
            api.write("/help", ADMIN)
            enqueue(home, EACH, chats=CHATS, first=n * EACH)
            api.called("getUpdates", api.calls.count("getUpdates") + 1, 60)
            bot.wait(luck.random() * 0.8)
            bot.end(signal.SIGKILL)
            worst = max(worst, _unconfirmed(home, api))
        bot = Bot(home, api)
        arrived = _until_quiet(home)
        bot.end()
        api.close()
    texts = [m.get("text", "").split("\n")[0] for m in api.sent]
    ours = [text for text in texts if text.removeprefix(MARK)[1:].isdigit()]
    copies = Counter(text.removeprefix(MARK) for text in ours)
    plain = Counter(text for text in ours if not text.startswith(MARK))
    lost = count * EACH - len(copies)
    doubled = sum(n - 1 for n in copies.values())
    unmarked = sum(n - 1 for n in plain.values() if n > 1)
    holds = arrived and lost == 0 and doubled <= count and unmarked == 0
    figure = f"{count * EACH} messages, {worst} doubled by one kill at most"
    return Row("SIGKILL under load", count, lost, doubled, doubled - unmarked, figure, holds)


def _unconfirmed(home: Path, api: BotApi) -> int:
    """How many messages a kill caught between their arrival and the note of it."""
    time.sleep(0.1)  # what was on the wire arrives
    with closing(Ledger(home / DATABASE, current=True)) as ledger:
        rows = ledger._db.execute("SELECT text FROM outbox WHERE state='sending'").fetchall()
    arrived = {m.get("text", "").split("\n")[0].removeprefix(MARK) for m in list(api.sent)}
    return sum(text in arrived for (text,) in rows)


def _until_quiet(home: Path) -> bool:
    """Waits until nothing is left to send."""
    ledger, until = Ledger(home / DATABASE), time.monotonic() + PATIENCE
    while (left := ledger.outbox.count("due", "sending")) and time.monotonic() < until:
        time.sleep(0.1)
    ledger.close()
    return not left
