"""Thirty evenings with random faults, and then a good one, leave the store that good ones leave.

AKShare's own functions over the loopback upstream; what did not arrive in the end is unknown, for
a reason, and nothing that did arrive is another figure.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from config.themes import load_themes
from market.akshare.source import AkshareSource
from market.facts import as_int
from market.filling import Quota, filled
from market.histories import Wants
from market.ingest import ingest
from market.memberships import Followed
from market.simulate import HOT, simulate
from market.source import SourceError
from market.store import Store
from tests.led import DAYS, InProcess, led
from tests.markets import thinned
from tests.upstream import Upstream

EVENINGS, TRIES = 30, 4
WANTS = Wants(3, 5, 60, 100, {"month": 3, "quarter": 3, "day": 1})
QUOTA = Quota(followed_days=7, members_days=28, pages_a_day=3, bars_a_day=0)
QUOTES = ("tencent", "sina", "eastmoney")  # without them there is no day
BESIDE = (
    *("boards", "boards_now", "members", "history", "index", "sina_index", "hongkong", "america"),
    *("limit_ups", "broken", "earnings", "cpi", "m2"),
)
FAULTS = ("drop", "html", "null", "403", "502", "half", "cut", "empty", "missing", "9201", "extra")
# table -> its key, and the figures that must be the same
TABLES = {
    "bar": ("day, code", "close, prev_close, open, high, low, volume, amount"),
    "market_day": ("day", "benchmark, stocks, advancers, decliners, limit_ups, amount"),
    "valuation": ("day, code", "pe, cap"),
    "point": ("theme, day", "close"),
    "report": ("code, report", "public, profit, profit_yoy, revenue, revenue_yoy"),
    "macro": ("series, period", "value"),
    "listing": ("code", "day"),
    "theme_day": ("day, theme", "close, amount, members, advancers, above_ma20, limit_ups, pe"),
}
WHOLE = ("bar", "valuation")  # of each judged day, whatever failed beside
COUNTS = ("stocks", "advancers", "decliners", "limit_ups", "above_ma20")
HEALED = ("report", "macro", "listing")  # asked for again until they are in


def rows(store: Store, table: str) -> dict[tuple[object, ...], tuple[object, ...]]:
    """The figures of a table by their keys."""
    key, figures = TABLES[table]
    count = key.count(",") + 1
    found = store._db.execute(f"SELECT {key}, {figures} FROM {table}").fetchall()
    return {row[:count]: row[count:] for row in found}


def differ(table: str, mine: tuple[object, ...], theirs: tuple[object, ...]) -> bool:
    """Whether two rows contradict each other; what one provider lacks is unknown.

    Providers round their prices: by one a stock has not moved that by another rose by a hair.
    """
    for name, a, b in zip(TABLES[table][1].split(", "), mine, theirs, strict=True):
        most = 1 if name in COUNTS else 0
        if None not in (a, b) and a != pytest.approx(b, rel=1e-4, abs=most):
            return True
    return False


def evening(source: AkshareSource, store: Store, day: date, home: Path) -> bool:
    """Whether the list of boards came; raises SourceError when the day did not."""
    themes = load_themes(home)
    report = ingest(source, store, day, themes, WANTS)
    list(filled(source, store, Followed.of(store, themes, ()), day, QUOTA))
    return "boards" in report.served


@dataclass
class Stores:
    """What good evenings leave, and those with faults."""

    good: Store
    odd: Store
    failed: int = 0  # tries of evenings
    unlisted: set[int] = field(default_factory=set)  # evenings without the list of boards

    @property
    def first_provided(self) -> set[int]:
        """Days whose figures came from the first provider, not from one that stood in."""
        tencent = "SELECT day FROM market_day WHERE source='tencent'"
        return {day for (day,) in self.odd._db.execute(tencent)}


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    home, luck = tmp_path_factory.mktemp("thirty"), random.Random(1)
    (home / "themes.toml").write_text(f'[[theme]]\nboards = ["{HOT}"]\n', "utf-8")
    upstream = Upstream(thinned(simulate(8), 3), DAYS[-200:], home)
    lived = Stores(Store(None), Store(None))
    source = AkshareSource(InProcess())  # type: ignore[arg-type]  # a worker without a child
    with led(upstream) as guard:
        for day in DAYS[-EVENINGS - 1 :]:
            upstream.today = day
            guard.doors.clear()  # a new day's budget
            assert evening(source, lived.good, day, home)
            for n in range(TRIES if day < DAYS[-1] else 0):
                guard.doors.clear()  # hours pass: a door that closed is open again
                broken = luck.sample(BESIDE, luck.randint(0, 5))
                broken += luck.sample(QUOTES, luck.randint(0, 3)) if n < TRIES - 1 else []
                upstream.faults |= {each: luck.choice(FAULTS) for each in broken}
                try:
                    if not evening(source, lived.odd, day, home):
                        lived.unlisted.add(as_int(day))
                    break
                except SourceError:
                    lived.failed += 1
                finally:
                    upstream.faults.clear()
        guard.doors.clear()
        assert evening(source, lived.odd, DAYS[-1], home)
    yield lived
    upstream.close()


def test_every_day_came_in_though_tries_failed(stores: Stores) -> None:
    good, odd = (store.days()[-EVENINGS - 1 :] for store in (stores.good, stores.odd))
    assert good == odd == DAYS[-EVENINGS - 1 :]
    assert stores.failed > EVENINGS / 10


@pytest.mark.parametrize("table", TABLES)
def test_what_arrived_is_what_good_evenings_have(stores: Stores, table: str) -> None:
    expected, found = rows(stores.good, table), rows(stores.odd, table)
    assert expected
    missing = expected.keys() - found.keys()
    if table == "point":  # a board's own, of an evening whose list did not come, nor moves for it
        assert {day for _, day in missing} <= stores.unlisted
    else:
        assert not missing
    assert found.keys() <= expected.keys()
    both = {key: (mine, expected[key]) for key, mine in found.items()}
    assert {key: pair for key, pair in both.items() if differ(table, *pair)} == {}


@pytest.mark.parametrize("table", HEALED)
def test_what_evenings_missed_the_next_good_one_brings_whole(stores: Stores, table: str) -> None:
    assert rows(stores.odd, table) == rows(stores.good, table)


def test_what_is_not_known_of_a_theme_has_its_reason(stores: Stores) -> None:
    expected, names = rows(stores.good, "theme_day"), TABLES["theme_day"][1].split(", ")
    first = "SELECT theme, min(as_of) FROM member GROUP BY theme"
    began, reasons = dict(stores.odd._db.execute(first).fetchall()), set[str]()
    for key, mine in rows(stores.odd, "theme_day").items():
        day, theme = key
        theirs = zip(names, mine, expected[key], strict=True)
        unknown = {name for name, a, b in theirs if a is None and b is not None}
        if "close" in unknown:
            assert day in stores.unlisted
            unknown.remove("close")
        if "pe" in unknown and day not in stores.first_provided:  # who stands in has none
            reasons.add("provider")
            unknown.remove("pe")
        if unknown:  # its membership came after the evening's figures, or later
            reasons.add("membership")
            assert began[theme] >= day
    assert reasons == {"provider", "membership"}


def test_a_day_of_the_first_provider_is_whole_whatever_failed_beside(stores: Stores) -> None:
    days = stores.first_provided
    assert EVENINGS / 2 < len(days) < EVENINGS  # some days came from others
    for table in WHOLE:
        good, odd = (
            {key: row for key, row in rows(store, table).items() if key[0] in days}
            for store in (stores.good, stores.odd)
        )
        assert odd == good


def test_the_memberships_known_in_the_end_are_the_same(stores: Stores) -> None:
    good, odd = stores.good, stores.odd
    known = [theme for theme in good.themes() if good.member_day(theme)]
    assert len(known) > 10
    assert all(sorted(odd.members(t)) == sorted(good.members(t)) for t in known)
