"""Thirty evenings with random faults leave the store that thirty good evenings leave.

AKShare's own functions over the loopback upstream; what did not arrive in the end is unknown, and
nothing that did arrive is another figure.
"""

import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from config.themes import load_themes
from market.akshare.source import AkshareSource
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
BESIDE = ("boards", "members", "history", "index", "hongkong", "america", "earnings", "cpi", "m2")
FAULTS = ("drop", "html", "null", "403", "502", "half", "cut", "empty", "missing", "9201")
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


def rows(store: Store, table: str) -> dict[tuple[object, ...], tuple[object, ...]]:
    """The figures of a table by their keys."""
    key, figures = TABLES[table]
    count = key.count(",") + 1
    found = store._db.execute(f"SELECT {key}, {figures} FROM {table}").fetchall()
    return {row[:count]: row[count:] for row in found}


def differ(mine: tuple[object, ...], theirs: tuple[object, ...]) -> bool:
    """Whether two rows contradict each other; what one provider lacks is unknown, and it rounds."""
    both = [pair for pair in zip(mine, theirs, strict=True) if None not in pair]
    return any(mine != pytest.approx(theirs, rel=1e-4) for mine, theirs in both)


def evening(source: AkshareSource, store: Store, day: date, home: Path) -> None:
    themes = load_themes(home)
    ingest(source, store, day, themes, WANTS)
    list(filled(source, store, Followed.of(store, themes, ()), day, QUOTA))


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Store, int]]:
    """The store of good evenings, that of evenings with faults, and how many tries failed."""
    home, luck, failed = tmp_path_factory.mktemp("thirty"), random.Random(1), 0
    (home / "themes.toml").write_text(f'[[theme]]\nboards = ["{HOT}"]\n', "utf-8")
    upstream, good, odd = (
        Upstream(thinned(simulate(8), 3), DAYS[-200:], home),
        Store(None),
        Store(None),
    )
    source = AkshareSource(InProcess())  # type: ignore[arg-type]  # a worker without a child
    with led(upstream) as guard:
        for day in DAYS[-EVENINGS:]:
            upstream.today = day
            guard.doors.clear()  # a new day's budget
            evening(source, good, day, home)
            for n in range(TRIES):
                guard.doors.clear()  # hours pass: a door that closed is open again
                broken = luck.sample(BESIDE, luck.randint(0, 5))
                broken += luck.sample(QUOTES, luck.randint(0, 3)) if n < TRIES - 1 else []
                upstream.faults |= {each: luck.choice(FAULTS) for each in broken}
                try:
                    evening(source, odd, day, home)
                    break
                except SourceError:
                    failed += 1
                finally:
                    upstream.faults.clear()
    yield good, odd, failed
    upstream.close()


def test_every_day_came_in_though_tries_failed(stores: tuple[Store, Store, int]) -> None:
    good, odd, failed = stores
    assert good.days()[-EVENINGS:] == odd.days()[-EVENINGS:] == DAYS[-EVENINGS:]
    assert failed > EVENINGS / 10


@pytest.mark.parametrize("table", TABLES)
def test_what_arrived_is_what_good_evenings_have(
    stores: tuple[Store, Store, int], table: str
) -> None:
    expected, found = rows(stores[0], table), rows(stores[1], table)
    assert expected
    assert found.keys() <= expected.keys()
    wrong = {k: (mine, expected[k]) for k, mine in found.items() if differ(mine, expected[k])}
    assert wrong == {}


def test_a_day_of_the_first_provider_is_whole_whatever_failed_beside(
    stores: tuple[Store, Store, int],
) -> None:
    tencent = "SELECT day FROM market_day WHERE source='tencent'"
    days = {day for (day,) in stores[1]._db.execute(tencent)}
    assert EVENINGS / 2 < len(days) < EVENINGS  # some days came from others
    for table in WHOLE:
        good, odd = (
            {key: row for key, row in rows(store, table).items() if key[0] in days}
            for store in stores[:2]
        )
        assert odd == good


def test_the_memberships_known_in_the_end_are_the_same(stores: tuple[Store, Store, int]) -> None:
    good, odd, _ = stores
    known = [theme for theme in good.themes() if odd.member_day(theme)]
    assert len(known) > 10
    assert all(sorted(odd.members(t)) == sorted(good.members(t)) for t in known)
