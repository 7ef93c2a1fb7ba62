"""Limit-ups lost on days without highs: by pools whose day is proven, stored with the day."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from config.themes import Themes, load_themes
from market.akshare import fetch
from market.akshare.source import AkshareSource
from market.derive import derive
from market.histories import Wants
from market.ingest import ingest
from market.limits import BELOW, BROKEN, SEALED, UNTOLD
from market.pools import Pool, pool_of
from market.revise import revise
from market.simulate import HOT, simulate
from market.source import NoData, SchemaChanged
from market.store import Store
from market.theme_days import stock_days
from market.transport import Guard
from tests import ticks
from tests.led import DAYS, InProcess, led
from tests.test_theme_days import one_stock
from tests.upstream import Upstream

DAY = date(2026, 11, 24)
WANTS = Wants(3, 5, 60, 100, {"month": 3, "quarter": 3, "day": 1})
THEME = "em-BK0801"


@pytest.mark.parametrize(
    ("move", "mark", "limit_up", "broken", "blind"),
    [
        (0.05, UNTOLD, False, False, True),
        (0.05, BELOW, False, False, False),
        (0.05, BROKEN, False, True, False),
        (0.10, SEALED, True, False, False),
        (0.10, UNTOLD, True, False, True),  # of an ST stock nothing denies it
        (0.098, BELOW, False, False, False),  # just short of the limit
        (0.098, BROKEN, False, True, False),
    ],
)
def test_where_no_high_is_known_the_pool_tells(
    move: float, mark: int, limit_up: bool, broken: bool, blind: bool
) -> None:
    bars = one_stock([move], high=np.nan)
    marks = np.full(bars.close.shape, mark)
    made = stock_days(replace(bars, pooled=marks))
    assert (made.limit_up[-1, 0], made.broken[-1, 0], made.blind[-1, 0]) == (
        limit_up,
        broken,
        blind,
    )


def test_a_high_that_is_known_needs_no_pool() -> None:
    bars = one_stock([0.10])
    marks = np.full(bars.close.shape, BROKEN)
    assert stock_days(replace(bars, pooled=marks)).limit_up[-1, 0]


class Told:
    """A source of two pools."""

    def __init__(self, sealed: dict[str, float], broken: dict[str, float]) -> None:
        self.sealed, self.broken = sealed, broken

    def limit_ups(self, day: date) -> pd.DataFrame:
        return pd.DataFrame({"code": [*self.sealed], "pct": [*self.sealed.values()]})

    def broken_boards(self, day: date) -> pd.DataFrame:
        return pd.DataFrame({"code": [*self.broken], "pct": [*self.broken.values()]})


def quotes(moves: dict[str, float], names: dict[str, str] | None = None) -> pd.DataFrame:
    frame = pd.DataFrame({"code": [*moves], "prev_close": 10.0})
    frame["close"] = 10 * (1 + np.array([*moves.values()]))
    return frame.assign(name=[(names or {}).get(code, "模拟") for code in moves])


MOVES = {"600001": 0.10, "600002": 0.06, "600003": 0.01, "600004": 0.10, "688001": 0.02}
MOVES |= {"920001": 0.03}


def made(told: Told, named: set[str] | None = None) -> Pool:
    known = quotes(MOVES, {"600004": "*ST模拟"})
    return pool_of(told, DAY, known, named or set())  # type: ignore[arg-type]  # what is asked of it


def test_pools_tell_nothing_of_st_stocks_nor_of_boards_they_never_named() -> None:
    told = Told({"600001": 0.10}, {"600002": 0.06})
    assert made(told) == Pool({"600001"}, {"600002"}, {"600004", "688001", "920001"})
    assert made(told, {"688999", "600004"}).outside == {"600004", "920001"}  # ST only since then
    told.broken["920001"] = 0.03
    assert made(told).outside == {"600004", "688001"}


def test_pools_of_another_session_are_none_of_the_day() -> None:
    with pytest.raises(NoData, match="not those of 2026-11-24"):
        made(Told({"600001": 0.10}, {"600003": 0.05}))
    with pytest.raises(NoData):
        made(Told({"300001": 0.20}, {"600002": 0.06}))  # nothing of it is quoted


def test_pools_that_lack_stocks_at_their_limit_are_not_whole() -> None:
    more = MOVES | {"600005": 0.10, "600006": 0.10}
    with pytest.raises(SchemaChanged, match="1 of 3 stocks at their limit"):
        pool_of(
            Told({"600001": 0.10}, {"600002": 0.06}),  # type: ignore[arg-type]
            DAY,
            quotes(more, {"600004": "ST模拟"}),
            set(),
        )


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[Upstream]:
    (tmp_path / "themes.toml").write_text(f'[[theme]]\nboards = ["{HOT}"]\n', "utf-8")
    upstream = Upstream(simulate(8), DAYS[-200:], tmp_path)
    yield upstream
    upstream.close()


@pytest.fixture
def themes(upstream: Upstream, tmp_path: Path) -> Themes:
    return load_themes(tmp_path)


def evening(upstream: Upstream, store: Store, themes: Themes, day: date) -> list[str]:
    """One by AKShare's own code; gives the kinds of its faults."""
    upstream.today = day
    upstream.requests.clear()
    source = AkshareSource(InProcess())  # type: ignore[arg-type]
    with led(upstream):
        report = ingest(source, store, day, themes, WANTS)
    assert "pools" in {*report.served, *(fault.kind for fault in report.faults)}
    return [fault.kind for fault in report.faults]


def lost(store: Store, day: date) -> float:
    return float(store.panel(day, 1).broken_boards[THEME].iloc[-1])


def test_an_evening_of_tencents_counts_the_pools_broken_boards_in_two_requests(
    upstream: Upstream, themes: Themes
) -> None:
    store, day = Store(None), DAYS[-2]
    assert evening(upstream, store, themes, day) == []
    assert [upstream.requests.count(name) for name in ("limit_ups", "broken")] == [1, 1]
    marks = store.pools.marks([day], upstream.codes)[0]
    own = [upstream.codes.index(code) for code in upstream.members["BK0801"]]
    assert lost(store, day) == (marks[own] == BROKEN).sum() > 0
    stored = store.panel(day, 1)
    store._db.execute("DELETE FROM theme_day")
    derive(store, [day], backfilled=False)  # made anew from what is stored, it is the same
    pd.testing.assert_frame_equal(store.panel(day, 1).broken_boards, stored.broken_boards)


def test_a_correction_of_a_close_keeps_what_the_pools_told(
    upstream: Upstream, themes: Themes
) -> None:
    store, days = Store(None), DAYS[-3:-1]
    for day in days:
        evening(upstream, store, themes, day)
    before = [lost(store, day) for day in days]
    marks = store.pools.marks(days, upstream.codes)
    code = next(c for c in upstream.members["BK0801"] if marks[0, upstream.codes.index(c)] == BELOW)
    bars = store.bars(days[0], days[0], of=[code])
    with store.atomic():
        assert revise(store, bars[["day", "code"]].assign(close=bars["close"] * 1.002), DAY, "x")
    assert [lost(store, day) for day in days] == before


@pytest.mark.parametrize("back", [1, 99])
def test_stocks_back_at_their_limit_are_not_among_the_lost_unless_nearly_all_are(
    guard: Guard, upstream: Upstream, monkeypatch: pytest.MonkeyPatch, back: int
) -> None:
    whole = fetch.asked("broken_boards", upstream.today)
    told, left, row = [whole["code"][n] for n in range(len(whole))], [back], ticks._row

    def at_limit(of: Upstream, n: int, move: float, **price: int) -> dict[str, Any]:
        left[0] -= 1
        return row(of, n, move, **price) | ({"p": price["ztp"]} if left[0] >= 0 else {})

    assert 2 < len(told) < 99
    monkeypatch.setattr(ticks, "_row", at_limit)
    if back == 1:
        assert [*fetch.asked("broken_boards", upstream.today)["code"]] == told[1:]
    else:
        with pytest.raises(SchemaChanged, match="prices below the limit"):
            fetch.asked("broken_boards", upstream.today)


def test_without_the_pools_the_day_is_judged_and_its_broken_boards_are_unknown(
    upstream: Upstream, themes: Themes
) -> None:
    store = Store(None)
    upstream.faults["broken"] = "null"
    assert evening(upstream, store, themes, DAYS[-2]) == ["pools"]
    assert np.isnan(lost(store, DAYS[-2]))
    assert store.panel(DAYS[-2], 1).limit_ups[THEME].notna().all()


def test_an_evening_of_sinas_has_highs_and_asks_for_no_pool(
    upstream: Upstream, themes: Themes
) -> None:
    store = Store(None)
    upstream.faults["tencent"] = "502"
    assert evening(upstream, store, themes, DAYS[-2]) == ["stand_in"]
    assert "limit_ups" not in upstream.requests
    assert not np.isnan(lost(store, DAYS[-2]))


def test_old_pools_go_with_the_bars() -> None:
    store = Store(None)
    for day in DAYS[:2]:
        store.pools.save(day, Pool(["600001"], ["600002"], []))
    store.forget_bars(DAYS[1])
    assert store.pools.marks(DAYS[:2], ["600001", "600002", "600003"]).tolist() == [
        [UNTOLD] * 3,
        [SEALED, BROKEN, BELOW],
    ]
