"""What the whole is worth and takes, on the reference history: import to delivery."""

import asyncio
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from bot import sender
from bot.app import App, judge
from bot.deliver import Delivery, deliver
from bot.jobs import daily
from bot.ledger import Ledger
from bot.limits import Pace
from bot.records import Chat, Outgoing
from config.settings import load
from config.themes import load_themes
from market.importer import import_history
from market.store import Store
from signals.model import Stage, Transition
from signals.replay import replay
from signals.scorecard import Score, onsets, score
from tests.bench.row import FOLDER, Row
from tests.botapi import TOKEN, BotApi

CHATS = 10_000  # of the delivery
TUNED, HELD_OUT = (date(2015, 6, 1), date(2021, 12, 31)), (date(2022, 1, 1), date(2024, 6, 28))


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Prints the seconds that something takes."""
    start = time.perf_counter()
    yield
    print(f"{what}: {time.perf_counter() - start:.2f} s", flush=True)


def rows() -> Iterator[Row]:
    """Import, panel, one day's cycle, a whole replay, and what it would have been worth."""
    folder = FOLDER / "ashare"
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "paomo.db"
        store = Store(path)
        with timed("import"):
            report = import_history(store, folder / "bars", folder / "members.csv.gz")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"import: {report.bars_new:,} bars, {report.themes} themes, {peak:.2f} GiB")
        for _ in range(3):
            with timed("panel: 500 days x all themes"):
                store.panel(date(2024, 6, 28), 500)
        told = _replayed(store, scratch)
        _a_day(store, path, scratch)
        _delivery(scratch)
        _quiet(store, told)
        _worth(store, told)
    yield from ()


def _replayed(store: Store, home: str) -> list[Transition]:
    rules, policy = judge(load({"PAOMO_HOME": home}))
    with timed("replay: all days x all themes"):
        panel = store.panel(date.max, len(store.days()))
        return [t for _, _, told in replay(panel, rules, policy) for t in told]


def _a_day(store: Store, path: Path, home: str) -> None:
    """A day's cycle with messages for ten chats, charts included."""
    known, ledger = load({"PAOMO_HOME": home}), Ledger(path)
    app = App(known, store, ledger, *judge(known), lambda: datetime.now(UTC))
    days = store.days()
    daily(app, days[-3])
    with timed("daily: a day without readers"):
        daily(app, days[-2])
    for chat in range(1, 11):
        ledger.save_chat(Chat(chat, "private", "", "zh"))
    with timed("daily: a day for ten chats"):
        report = daily(app, days[-1])
    print(f"daily: {len(report.transitions)} transitions, {report.enqueued} messages")


def _quiet(store: Store, told: list[Transition]) -> None:
    days = store.days()[250:]
    counts = np.array([sum(t.day == day for t in told) for day in days])
    within = (counts <= 10).mean()
    print(
        f"quiet: median day {np.median(counts):.0f} transitions, 95 % of days at most"
        f" {np.quantile(counts, 0.95):.0f}, {within:.1%} of days at most 10, most {counts.max()}"
    )


def _worth(store: Store, told: list[Transition]) -> None:
    """Alerts of real themes against chance; members are those of January 2026."""
    themes = load_themes(Path("none"))
    real = [t.id for t in store.themes().values() if themes.is_theme(t.name)]
    net = store.panel(date.max, len(store.days()), real).net
    for stage in (Stage.FORMING, Stage.BUBBLE, Stage.BURSTING):
        for name, span in (("2015-2021, tuned", TUNED), ("2022-2024, held out", HELD_OUT)):
            _print(score(f"{stage} {name}", net, onsets(told, stage), *span))


def _print(found: Score) -> None:
    low, high = found.interval
    least, most = found.lift_interval
    print(
        f"{found.name}: {found.onsets} onsets on {found.dates} days, {found.hits} followed by a net"
        f" fall of 10 % in 60 days, {found.precision:.2f} ({low:.2f}-{high:.2f});"
        f" base {found.base_rate:.2f}, equally volatile {found.matched_base_rate:.2f};"
        f" lift {found.lift:.2f} ({least:.2f}-{most:.2f})"
    )


def _delivery(scratch: str) -> None:
    """One message each for many chats, against a loopback that takes 150 ms an answer."""
    ledger, api = Ledger(None), BotApi(delay_seconds=0.15)
    now, day = datetime.now(UTC), date(2024, 6, 28)
    with ledger.atomic():
        for chat in range(1, CHATS + 1):
            ledger.outbox.enqueue(Outgoing("k", chat, day, "x", now))
    environ = {"PAOMO_HOME": scratch, "TELEGRAM_TOKEN": TOKEN, "TELEGRAM_BASE_URL": api.url}
    bot = sender.builder(load(environ)).build().bot

    async def run() -> None:
        needs = Delivery(ledger, sender.of_outbox(bot), Pace(), lambda: datetime.now(UTC), 45)
        async with bot:
            while await deliver(needs):
                pass

    asyncio.run(run())
    api.close()
    times = np.array(api.times)
    busiest = max(int(((times >= t) & (times < t + 1)).sum()) for t in times)
    rate = (len(times) - 1) / (times[-1] - times[0])
    print(f"delivery: {len(times)} chats, {rate:.1f} a second, busiest second {busiest} (limit 30)")
