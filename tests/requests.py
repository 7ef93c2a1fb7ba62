"""How many requests the upstreams bear: 480 boards from the first evening on, day by day.

`python -m tests.requests [DAYS]` lives through so many calendar days (35) against the loopback
upstream, by AKShare's own code over sockets, with the budgets of config/default.toml, and prints a
table. The clock is ours; nothing is waited for.
"""

import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from config.settings import load
from config.themes import Themes, load_themes
from market.akshare.source import AkshareSource
from market.filling import Quota, backlog, filled
from market.histories import Wants
from market.ingest import ingest
from market.memberships import Followed
from market.simulate import simulate
from market.source import Theme
from market.store import Store
from market.transport import Guard
from tests.led import DAYS, InProcess, led, policy
from tests.upstream import Upstream

BOARDS, MEMBERS, CURATED = 480, 120, 20
CALM = ("push2", "push2his")  # groups of hosts that bear few
SNAPSHOT_PAGES = 28  # of a market of 5,500 stocks, as Tencent gives them; here are 600
EVERY = {"month": 3, "quarter": 3, "day": 1}


@dataclass(frozen=True)
class Lived:
    """One calendar day."""

    day: date
    update: Counter[str]  # requests for the day's own figures, by group of hosts
    beside: Counter[str]  # for memberships and past bars
    memberships: int  # boards with one, at its end
    companies: int  # of the followed ones, whose past is in
    faults: tuple[str, ...]

    @property
    def calm(self) -> int:
        """Requests to EastMoney's quotes."""
        return sum(self.update[group] + self.beside[group] for group in CALM)

    @property
    def daily(self) -> int:
        """Requests for the day's own figures, as many as a whole market's snapshot would take."""
        return sum(self.update.values()) - SHOWN_PAGES + SNAPSHOT_PAGES


SHOWN_PAGES = 3  # of the simulated market's snapshot


class ManyBoards(Upstream):
    """An upstream with as many boards as there are, of two pages of members each."""

    def __init__(self, folder: Path) -> None:
        super().__init__(simulate(8), DAYS[-400:], folder)
        self.boards, self.names, self.members = {}, {}, {}
        for n in range(BOARDS):
            code, name = f"BK{n + 1001}", f"模拟·第{n}"
            self.boards[code] = Theme(f"t{n}", name, "concept", "XSHG", "simulated", "members")
            self.names[code] = name
            self.members[code] = tuple(self.codes[(7 * n + k) % 600] for k in range(MEMBERS))
        self.known = {board: super(ManyBoards, self)._levels(board) for board in self.boards}

    def _levels(self, board: str) -> object:
        return self.known[board]


@dataclass
class Counting(Guard):
    """A guard that counts, by group of hosts."""

    asked: Counter[str] = field(default_factory=Counter)

    def enter(self, host: str) -> str:
        group = super().enter(host)
        self.asked[group] += 1
        return group

    def taken(self) -> Counter[str]:
        """What was asked since the last time."""
        asked, self.asked = self.asked, Counter()
        return asked


def lived(folder: Path, count: int, bars_a_day: int | None = None) -> Iterator[Lived]:
    """So many calendar days from a new store on; the last is the upstream's last.

    `bars_a_day` in place of the settings' own.
    """
    known, upstream = load({"PAOMO_HOME": str(folder)}), ManyBoards(folder)
    names = [upstream.names[f"BK{n + 1001}"] for n in range(CURATED)]
    (folder / "themes.toml").write_text("".join(f'[[theme]]\nboards = ["{n}"]\n' for n in names))
    store, themes, today = Store(None), load_themes(folder), [DAYS[-1] - timedelta(days=count - 1)]
    knobs = known.source
    wants = Wants(knobs.pages_a_day, knobs.histories_a_day, known.data.history_days, 100, EVERY)
    bars = knobs.bars_a_day if bars_a_day is None else bars_a_day
    quota = Quota(knobs.followed_days, knobs.members_days, knobs.pages_a_day, bars)
    budgets = replace(policy(upstream), budget=known.source.budget)
    clock = lambda: datetime.combine(today[0], time(8), UTC)  # noqa: E731  # a clock is a function
    guard = Counting(budgets, now=clock)
    with led(upstream, guard):
        for _ in range(count):
            yield _lived(store, themes, upstream, quota, wants, today[0], guard)
            today[0] += timedelta(days=1)
    upstream.close()


def _lived(
    store: Store,
    themes: Themes,
    upstream: Upstream,
    quota: Quota,
    wants: Wants,
    today: date,
    guard: Counting,
) -> Lived:
    source, faults = AkshareSource(InProcess()), list[str]()
    if today in upstream.days:
        upstream.today = today
        report = ingest(source, store, today, themes, wants)
        faults += [f"{fault.kind} {fault.detail}" for fault in report.faults]
    update, followed = guard.taken(), Followed.of(store, themes, ())
    steps = list(filled(source, store, followed, today, quota))
    faults += [step.fault.detail for step in steps if step.fault]
    left = backlog(store, followed, today, quota)
    return Lived(today, update, guard.taken(), left.known, left.done, tuple(faults))


def main(count: int) -> None:
    """Prints the table."""
    groups = ("push2", "push2his", "push2ex", "eastmoney", "tencent", "sina", "stats")
    print("day        " + "".join(f"{group:>10}" for group in groups) + "  calm  boards  bars")
    with tempfile.TemporaryDirectory() as folder:
        for one in lived(Path(folder), count):
            figures = "".join(f"{(one.update + one.beside)[group]:>10}" for group in groups)
            print(f"{one.day} {figures}{one.calm:>6}{one.memberships:>8}{one.companies:>6}")
            for fault in one.faults:
                print(f"           {fault}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 35)
