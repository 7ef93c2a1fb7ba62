"""Single odd rows of a whole-market snapshot: no day is lost, and no other figure is moved."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.themes import load_themes
from market.akshare.source import AkshareSource
from market.histories import Wants
from market.ingest import ingest
from market.simulate import SimulatedMarket
from market.store import Store
from tests.led import DAYS, InProcess, led
from tests.upstream import Upstream

WANTS = Wants(0, 0, 60, 100, {"month": 3, "quarter": 3, "day": 1})
ODD: dict[str, dict[str, str]] = {
    "no price": {"zxj": "-", "zd": "-"},
    "not a number": {"zxj": "NaN", "zd": "NaN"},
    "zero": {"zxj": "0", "zd": "0"},
    "negative": {"zxj": "-3.1", "zd": "0.1"},
    "1e12": {"zxj": "1e12", "zd": "0.1"},
    "a jump": {"zxj": "1e12", "zd": "999999999990"},
    "amount 1e12": {"turnover": "1e12"},  # 万元
    "negative amount": {"turnover": "-5"},
    "infinite amount": {"turnover": "inf"},
    "negative volume": {"volume": "-100"},
    "cap 1e12": {"zsz": "1e12", "ltsz": "-1"},  # 亿元
    "turnover 1e5": {"hsl": "1e5"},  # %
    "negative turnover": {"hsl": "-1"},
}


class OddUpstream(Upstream):
    """An upstream that spoils the quote of some stocks, and repeats others."""

    odd: dict[str, str]
    spoiled = range(1)
    repeated = 0

    def _quote(self, n: int) -> dict[str, str]:
        return super()._quote(n) | (self.odd if n in self.spoiled else {})

    def _tencent(self, query: dict[str, str]) -> Any:
        told = super()._tencent(query)
        if query["offset"] == "0":
            told["data"]["rank_list"] += told["data"]["rank_list"][: self.repeated]
        return told


@pytest.fixture(scope="module")
def upstream(
    market: SimulatedMarket, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OddUpstream]:
    made = OddUpstream(market, DAYS[-100:], tmp_path_factory.mktemp("upstream"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def good(
    upstream: OddUpstream, tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[float, ...]]:
    """The market's rows of three good evenings."""
    return market_rows(lived(upstream, tmp_path_factory.mktemp("good"), {}))


def lived(upstream: OddUpstream, home: Path, odd: dict[str, str], repeated: int = 0) -> Store:
    """The store after a good evening, one with the odd rows, and another good one."""
    store = Store(None)
    (home / "themes.toml").write_text("")
    with led(upstream):
        source = AkshareSource(InProcess())  # type: ignore[arg-type]  # a worker without a child
        for day, rows in zip(DAYS[-3:], ({}, odd, {}), strict=True):
            upstream.today, upstream.odd = day, rows
            upstream.repeated = repeated if day == DAYS[-2] else 0
            ingest(source, store, day, load_themes(home), WANTS)
    return store


def told_by(store: Store) -> list[str]:
    """Whose quotes the three evenings' figures are."""
    return [market.source for day in DAYS[-3:] if (market := store.market_day(day))]


def market_rows(store: Store) -> list[tuple[float, ...]]:
    figures = "SELECT benchmark, stocks, amount FROM market_day WHERE stocks NOT NULL ORDER BY day"
    return [tuple(row) for row in store._db.execute(figures)]


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_odd_row_moves_no_other_figure(
    upstream: OddUpstream, good: list[tuple[float, ...]], tmp_path: Path, odd: dict[str, str]
) -> None:
    store = lived(upstream, tmp_path, odd)
    assert told_by(store) == ["tencent"] * 3
    met = market_rows(store)
    assert len(met) == 3
    for (level, stocks, amount), (good_level, good_stocks, good_amount) in zip(
        met, good, strict=True
    ):
        assert stocks >= good_stocks - 1
        assert level == pytest.approx(good_level, rel=1e-3)  # of 600 one is missing
        assert amount == pytest.approx(good_amount, rel=0.02)


def test_repeated_rows_count_once(
    upstream: OddUpstream, good: list[tuple[float, ...]], tmp_path: Path
) -> None:
    assert market_rows(lived(upstream, tmp_path, {}, repeated=7)) == good


def test_many_odd_rows_are_another_shape_and_the_next_provider_is_asked(
    upstream: OddUpstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upstream, "spoiled", range(100))
    store = lived(upstream, tmp_path, ODD["a jump"])
    assert told_by(store) == ["tencent", "sina", "tencent"]
