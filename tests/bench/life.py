"""What living with the reference history takes: import, panel, replay, an evening, delivery."""

import asyncio
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from bot import sender
from bot.app import App, open_app
from bot.deliver import Delivery, deliver
from bot.home import DATABASE
from bot.jobs import daily
from bot.ledger import Ledger
from bot.limits import Pace
from bot.records import Chat, Outgoing
from config.settings import load
from signals.evaluate import LOOK_BACK, evaluate
from signals.replay import fold
from tests.bench.row import FOLDER, Row, best
from tests.botapi import TOKEN, BotApi

CHATS = 10_000  # of the delivery
LAST = date(2024, 6, 28)
ALL = "[exclude]\nnames = []\npatterns = []\n"  # every board of the reference counts as a theme
GROWN = (1, 4, 16)


def rows() -> Iterator[Row]:
    """One home, made by the program itself; then what is done with it."""
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        (home / "themes.toml").write_text(ALL, "utf-8")
        ashare = FOLDER / "ashare"
        took, gib = program(
            home, "import", "--bars", ashare / "bars", "--members", ashare / "members.csv.gz"
        )
        yield Row("import of 8.6 million bars", took, None, "s", "120 s", took <= 120)
        yield Row("its memory", gib, None, "GiB", "4 GB", gib <= 3.7)
        took, gib = program(home, "replay", "--from", "2015-01-05", "--to", str(LAST), "--json")
        yield Row(
            "replay of 2,306 days, 441 themes, all rules", took, None, "s", "60 s", took <= 60
        )
        yield Row("its memory", gib, None, "GiB", "4 GB", gib <= 3.7)
        app = open_app(load({"PAOMO_HOME": scratch}))
        took = best(lambda: app.store.panel(LAST, 500))
        yield Row("panel of 500 days, 441 themes", took, None, "s", "1 s", took <= 1)
        yield from _evening(app)
        yield from _growth(app, home)
        app.close()
        yield from _delivery(scratch)


def program(home: Path, *words: object) -> tuple[float, float]:
    """Seconds and GiB of memory of a run of the program itself."""
    environ = {"PATH": os.environ["PATH"], "PAOMO_HOME": str(home)}
    command = [sys.executable, "-m", "bot", *map(str, words)]
    start, peak = time.perf_counter(), 0
    with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL) as process:
        # what the system counts for a child begins with its parent's size; this does not
        status = Path(f"/proc/{process.pid}/status")
        while process.poll() is None:
            peak = max([peak, *map(int, re.findall(r"VmHWM:\s+(\d+)", status.read_text()))])
            time.sleep(0.02)
    if process.returncode:
        raise SystemExit(f"paomo {words[0]} ended with {process.returncode}")
    return time.perf_counter() - start, peak / 2**20


def _evening(app: App) -> Iterator[Row]:
    """Store to outbox, once the imports and the past are done; with and without readers."""
    days = app.store.days()
    daily(app, days[-4])
    for chats, day in ((0, days[-3]), (10, days[-2])):
        for chat in range(1, chats + 1):
            app.ledger.save_chat(Chat(chat, "private", "", "zh"))
        start = time.perf_counter()
        report = daily(app, day)
        took = time.perf_counter() - start
        name = f"one evening, {chats} chats, {report.enqueued} messages"
        yield Row(name, took, None, "s", "2 s", took <= 2)


def _growth(app: App, home: Path) -> Iterator[Row]:
    """How live work grows with themes and with days held: the exponent over a factor of 16."""
    ids = list(app.store.themes())
    some = [best(lambda n=n: _live(app, ids[: len(ids) * n // GROWN[-1]])) for n in GROWN]
    yield _exponent("themes", some)
    held = app.store.days()
    stores = [_cut(home, held[-(len(held) * n // GROWN[-1])]) for n in GROWN]
    yield _exponent("days held", [best(lambda s=s: _live(s, ids)) for s in stores])


def _exponent(of: str, seconds: list[float]) -> Row:
    slope = float(np.polyfit(np.log(GROWN), np.log(seconds), 1)[0])
    told = ", ".join(f"{1e3 * took:.0f}" for took in seconds)
    name = f"growth of an evening's work with {of}, 1, 4 and 16 times ({told} ms)"
    return Row(name, slope, None, "exponent", "1.1", slope <= 1.1)


def _live(app: App, themes: list[str]) -> None:
    """An evening's work on some themes: read, measure, fold, keep."""
    panel = app.store.panel(LAST, app.settings.data.history_days, themes)
    scores = evaluate(panel.last(LOOK_BACK), app.rules)
    states, _ = fold(app.ledger.states(), scores, LAST, app.policy)
    with app.ledger.atomic():
        app.ledger.save_states(states[theme] for theme in themes)
        app.ledger.save_readings({theme: scores.signals(LAST, theme) for theme in themes})


def _cut(home: Path, since: date) -> App:
    """An app over a copy of the store without its rows before a day."""
    part = home / str(since)
    part.mkdir()
    with sqlite3.connect(home / DATABASE) as whole:
        whole.execute("VACUUM INTO ?", (str(part / DATABASE),))
    with sqlite3.connect(part / DATABASE) as db:
        for table in ("theme_day", "market_day", "bar"):
            db.execute(f"DELETE FROM {table} WHERE day<?", (int(f"{since:%Y%m%d}"),))
    return open_app(load({"PAOMO_HOME": str(part)}))


def _delivery(scratch: str) -> Iterator[Row]:
    """One message each for many chats, against a loopback that takes 150 ms an answer."""
    ledger, api = Ledger(None), BotApi(delay_seconds=0.15)
    now = datetime.now(UTC)
    with ledger.atomic():
        for chat in range(1, CHATS + 1):
            ledger.outbox.enqueue(Outgoing("k", chat, LAST, "x", now))
    environ = {"PAOMO_HOME": scratch, "TELEGRAM_TOKEN": TOKEN, "TELEGRAM_BASE_URL": api.url}
    bot = sender.builder(load(environ)).build().bot

    async def run() -> None:
        needs = Delivery(
            ledger, sender.of_outbox(bot, ledger.reads_hant), Pace(), lambda: datetime.now(UTC), 45
        )
        async with bot:
            while await deliver(needs):
                pass

    asyncio.run(run())
    api.close()
    times = np.array(api.times)
    busiest = max(int(((times >= t) & (times < t + 1)).sum()) for t in times)
    rate = float((len(times) - 1) / (times[-1] - times[0]))
    yield Row(f"messages a second to {CHATS:,} chats", rate, None, "1/s", "28.5", rate >= 28.5)
    yield Row("of these in the busiest second", busiest, None, "1/s", "30", busiest <= 30)
