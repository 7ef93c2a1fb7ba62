"""Every need of the day through every fault of its upstream: one table says what comes of it.

`python -m tests.test_faults` measures and prints the table.
"""

import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from operator import methodcaller
from pathlib import Path
from typing import Any

import pytest

from market import baostock
from market.akshare.fetch import offline_calendar
from market.akshare.source import AkshareSource
from market.series import TABLE as SERIES
from market.simulate import SimulatedMarket, simulate
from market.source import Banned, SourceError, Transient
from market.worker import Worker
from tests.baostock import OUTCOMES
from tests.led import DAYS, SINCE, UNTIL, InProcess, led, policy
from tests.upstream import Upstream

QUARTER = date(2026, 3, 31)
NEEDS: dict[str, tuple[tuple[str, ...], Callable[[AkshareSource], Any]]] = {  # its endpoints
    "calendar": (("calendar",), lambda source: source.calendar()),
    "boards": (("boards",), lambda source: source.boards()),
    "members": (("members",), lambda source: source.members("BK0801")),
    "history": (("history",), lambda source: source.board_history("BK0801", SINCE, UNTIL)),
    "index": (("index",), lambda source: source.index_history("sh000985", SINCE, UNTIL)),
    "HSTECH": (("hongkong",), lambda source: source.index_history("HSTECH", SINCE, UNTIL)),
    "snapshot": (("tencent",), lambda source: source.snapshot()),
    "snapshots": (("tencent", "sina", "eastmoney"), lambda source: source.snapshot()),
    "earnings": (("earnings",), lambda source: source.earnings(date(2026, 3, 31))),
    "moves": (("boards_now",), lambda source: source.boards_now()),
    "limit_ups": (("limit_ups",), lambda source: source.limit_ups(UNTIL)),
}
# ok: the answer is right all the same; list: the days AKShare carries; sina: another provider's;
# -: a packed text has no such fault. `snapshots` is the snapshot with all its providers at fault.
TABLE = """
fault     calendar  boards    members   history   index     HSTECH    snapshot  snapshots earnings
none      ok        ok        ok        ok        ok        ok        ok        ok        ok
drop      list      Banned    Banned    Banned    ok        Banned    sina      Banned    Banned
tls drop  list      Banned    Banned    Banned    Banned    Banned    sina      sina      Banned
html      list      Banned    Banned    Banned    ok        Banned    sina      Banned    Banned
403       list      Banned    Banned    Banned    ok        Banned    sina      Banned    Banned
407       list      Transient Transient Transient Transient Transient Transient Transient Transient
502       list      Transient Transient Transient ok        Transient sina      Transient Transient
hang      list      Transient Transient Transient ok        Transient sina      Transient Transient
half      list      Transient Transient Transient ok        Transient sina      Transient Transient
cut       list      Transient Transient Transient ok        Transient sina      Transient Transient
null      list      NoData    NoData    NoData    ok        Schema    sina      NoData    NoData
empty     list      NoData    NoData    NoData    ok        Schema    sina      Schema    NoData
9201      -         Schema    Schema    NoData    ok        -         sina      Schema    NoData
missing   list      Schema    Schema    NoData    ok        Schema    sina      Schema    Schema
extra     -         Schema    Schema    Schema    ok        -         ok        ok        Schema
"""
WITHIN = """
fault     moves     limit_ups
none      ok        ok
drop      Banned    Banned
tls drop  Banned    Banned
html      Banned    Banned
403       Banned    Banned
407       Transient Transient
502       Transient Transient
hang      Transient Transient
half      Transient Transient
cut       Transient Transient
null      NoData    NoData
empty     NoData    NoData
9201      Schema    Schema
missing   Schema    Schema
extra     Schema    Schema
"""  # what is asked within the day
WIDTH = 10  # of a column


def cells(line: str) -> list[str]:
    return [line[n : n + WIDTH].strip() for n in range(0, len(line), WIDTH)]


HEAD, *ROWS = (
    [*cells(line), *cells(within)[1:]]
    for line, within in zip(TABLE.strip().splitlines(), WITHIN.strip().splitlines(), strict=True)
)
CASES = [
    (fault, need, expected)
    for fault, *outcomes in ROWS
    for need, expected in zip(HEAD[1:], outcomes, strict=True)
    if expected != "-"
]
MORE_NEEDS: dict[str, tuple[tuple[str, ...], Callable[[AkshareSource], Any]]] = {
    "america": (("america",), methodcaller("index_history", ".INX", SINCE, UNTIL)),
    "india": (("india",), methodcaller("index_history", "SENSEX", SINCE, UNTIL)),
    "hk_stock": (("hk_stock",), methodcaller("hk_history", "00700", SINCE, UNTIL)),
    "hk_factors": (("hk_factors",), methodcaller("hk_history", "00700", SINCE, UNTIL)),
    "disclosures": (("disclosures",), methodcaller("disclosures", QUARTER)),
    "balances": (("balances",), methodcaller("balances", QUARTER)),
    "company": (("company",), methodcaller("company", "600001")),
    "notices": (("notices",), methodcaller("notices", UNTIL)),
    "lockups": (("lockups",), methodcaller("lockups", UNTIL, UNTIL + timedelta(days=60))),
    "new_funds": (("new_funds",), methodcaller("new_funds")),
    "broken": (("broken",), methodcaller("broken_boards", UNTIL)),
    "wire": (("wire", "sina_wire"), methodcaller("telegraph")),
    "resort": (("tencent", "sina"), methodcaller("snapshot")),
    "indices": (("index", "sina_index"), methodcaller("index_history", "sh000985", SINCE, UNTIL)),
    **{one.key: ((one.key,), methodcaller("macro", one.key)) for one in SERIES},
}
LETTERS = {
    "o": "ok",
    "s": "sina",
    "e": "eastmoney",
    "B": "Banned",
    "T": "Transient",
    "N": "NoData",
    "S": "Schema",
    "-": "-",
}
MORE = """
             drop   html     407     hang      cut     empty     missing
        none   tls drop  403     502      half     null     9201     extra
america    o B B B B T T T T T S S - S -
india      o B B B B T T T T T N S N S o
hk_stock   o B B B B T T T T T S S - S -
hk_factors o B B B B T T T T T S S - S -
disclosures o B B B B T T T T T N S N S o
balances   o B B B B T T T T T N S N S S
company    o B B B B T T T T T N S N S o
notices    o B B B B T T T T T N S S S o
lockups    o B B B B T T T T T N S N S S
new_funds  o B B B B T T T T T S S - S -
broken     o B B B B T T T T T N N S S S
wire       o B B B B T T T T T N S S S o
confidence o B B B B T T T T T N N N S S
m2         o B B B B T T T T T N N N S S
fdi        o B B B B T T T T T N N N S S
deflator   o B B B B T T T T T N N N S S
cpi        o B B B B T T T T T N N N S S
ppi        o B B B B T T T T T N N N S S
climate    o B B B B T T T T T N N N S S
homes      o B B B B T T T T T N N N S S
southbound o B B B B T T T T T N N N S o
margin     o B B B B T T T T T N S N S o
yield10    o B B B B T T T T T N S N S o
unemployment o B B B B T T T T T N N N N o
resort     o e s e e T e e e e e e e e o
indices    o B B B B T T T T T N N - S o
"""  # a letter each, in the order of the rows above
CASES += [
    (fault, need, LETTERS[letter])
    for need, *letters in map(str.split, MORE.splitlines()[3:])
    for (fault, *_), letter in zip(ROWS, letters, strict=True)
    if letter != "-"
]
CASES += [(line[:12].strip(), "market_day", line[12:]) for line in OUTCOMES.strip().splitlines()]
BY_DAY = {"market_day": (("baostock",), methodcaller("market_day", UNTIL))}
ALL = NEEDS | MORE_NEEDS | BY_DAY
OF_THE_WAY = ("tls drop", "407")  # not of one endpoint
HANG_SECONDS = {
    "snapshot": 3.0,
    "resort": 3.0,
}  # until a hanging need is given up; Sina's pages come meanwhile


class Bench:
    """The upstream, the source before it, and what each need gives when nothing is wrong."""

    def __init__(self, upstream: Upstream) -> None:
        self.upstream = upstream
        self.source = AkshareSource(InProcess())  # type: ignore[arg-type]
        with led(upstream):
            self.right = {need: ask(self.source) for need, (_, ask) in ALL.items()}

    def outcome(self, need: str, fault: str, source: AkshareSource | None = None) -> str:
        """A word of the table."""
        endpoints, ask = ALL[need]
        spoiled = ("connect",) if fault in OF_THE_WAY else endpoints
        self.upstream.faults = {} if fault == "none" else dict.fromkeys(spoiled, fault)
        patience = HANG_SECONDS.get(need, 0.3)
        # curl has one time for both
        hangs = {"connect_seconds": patience, "read_seconds": patience}
        waits = hangs if fault == "hang" else {}
        try:
            with led(self.upstream, **waits) as self.guard:
                return self._named(need, ask(source or self.source))
        except SourceError as error:
            return type(error).__name__.removesuffix("Changed")

    def _named(self, need: str, found: Any) -> str:
        if need == "calendar":
            names = {"ok": self.right[need], "list": offline_calendar()}
            return next((name for name, days in names.items() if days == found), "wrong")
        provider = found.attrs.get("provider")
        if provider != self.right[need].attrs.get("provider"):
            return str(provider) if len(found) == len(self.right[need]) else "wrong"
        return "ok" if found.equals(self.right[need]) else "wrong"


def small(market: SimulatedMarket) -> SimulatedMarket:
    """Its first two themes: Sina's pages are read slowly."""
    themes = market.themes[:2]
    members = {theme.id: market.members[theme.id] for theme in themes}
    bars = market.bars[market.bars["code"].isin(set().union(*members.values()))]
    return replace(market, themes=themes, members=members, bars=bars)


@contextmanager
def opened(folder: Path) -> Iterator[Bench]:
    upstream = Upstream(small(simulate(2)), DAYS[-400:], folder)
    try:
        yield Bench(upstream)
    finally:
        baostock.hang_up()
        upstream.close()


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with opened(tmp_path_factory.mktemp("upstream")) as bench:
        yield bench


@pytest.mark.parametrize(("fault", "need", "expected"), CASES)
def test_a_fault_has_the_outcome_of_the_table(
    bench: Bench, fault: str, need: str, expected: str
) -> None:
    assert bench.outcome(need, fault) == expected


@pytest.mark.parametrize("need", ALL)
def test_every_request_of_a_need_passes_the_guard(bench: Bench, need: str) -> None:
    bench.upstream.requests.clear()
    assert bench.outcome(need, "none") == "ok"
    counted = sum(door.requests for door in bench.guard.doors.values())
    assert counted == len(bench.upstream.requests) > 0


class Hasty(Worker):
    """Gives a dripping call up after a second; has patience with a child that starts."""

    dripping = ""

    def call(self, name: str, *args: Any) -> Any:
        self._deadline = 1.0 if name == self.dripping else 60.0
        return super().call(name, *args)


@pytest.fixture(scope="module")
def worker(bench: Bench) -> Iterator[Hasty]:
    with Hasty(policy(bench.upstream), {}, 60) as worker:
        assert bench.outcome("members", "none", AkshareSource(worker)) == "ok"
        yield worker


def test_sinas_snapshot_stands_in_when_tencents_call_is_killed(bench: Bench, worker: Hasty) -> None:
    child, worker.dripping = worker._child.pid, "tencent"
    assert bench.outcome("snapshot", "drip", AkshareSource(worker)) == "sina"
    assert worker._child.pid != child


def test_a_drip_ends_at_the_deadline_with_the_child_killed_and_counted(
    bench: Bench, worker: Hasty
) -> None:
    source = AkshareSource(worker)
    assert bench.outcome("members", "none", source) == "ok"
    child, before, worker.dripping = worker._child.pid, worker.doors["push2"].requests, "members"
    began = time.monotonic()
    bench.upstream.faults["members"] = "drip"
    with pytest.raises(Transient, match="no answer within 1 s"):
        source.members("BK0801")
    assert time.monotonic() - began < 10  # the answer takes minutes
    assert not Path(f"/proc/{child}").exists()
    assert worker.doors["push2"].requests == before + 1
    with pytest.raises(Banned, match="left alone until"):  # the next would take as long
        source.boards()
    assert worker.doors["push2"].requests == before + 1


def measured(bench: Bench) -> str:
    """The table as it comes out now; the last line is of calls killed in their child."""
    with Worker(policy(bench.upstream), {}, deadline_seconds=5) as worker:
        rows = [["drip"]]
        for need in NEEDS:
            worker.doors = {}  # each by itself: whom a call waited for in vain is spared a while
            rows[0].append(bench.outcome(need, "drip", AkshareSource(worker)))
    has = {(fault, need) for fault, need, _ in CASES}
    for fault, *_ in reversed(ROWS):
        found = [bench.outcome(need, fault) if (fault, need) in has else "-" for need in NEEDS]
        rows.insert(0, [fault, *found])
    lines = ["".join(f"{word:{WIDTH}}" for word in row).rstrip() for row in [HEAD, *rows]]
    lines += ["", "by letter, in this order: " + ", ".join(fault for fault, *_ in ROWS)]
    lines.append(", ".join(f"{letter} {word}" for letter, word in LETTERS.items()))
    for need in MORE_NEEDS:
        found = [
            bench.outcome(need, fault)[:1] if (fault, need) in has else "-" for fault, *_ in ROWS
        ]
        lines.append(" ".join([f"{need:{WIDTH}}", *found]))
    days = [fault for fault, need, _ in CASES if need == "market_day"]
    lines += ["", "market_day, by baostock's own protocol"]
    lines += [f"{fault:12}{bench.outcome('market_day', fault)}" for fault in days]
    return "\n".join(lines)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as bench:
        print(measured(bench))
