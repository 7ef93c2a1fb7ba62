"""Boards' points where their list does not come, days were missed, or a curated one is gone."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from config.themes import Themes, load_themes
from market.checks import Fault
from market.histories import Wants
from market.ingest import ingest
from market.simulate import HOT, RELEASE, SimulatedMarket
from market.source import Banned
from market.store import Store
from tests.fakes import FakeSource

WANTS = Wants(3, 5, 200, 100, {"month": 3, "quarter": 3, "day": 1})
FIRST = RELEASE - 5
BOARDS = ("em-BK0801", "em-BK0816")


@pytest.fixture
def source(market: SimulatedMarket) -> FakeSource:
    return FakeSource(market, market.days[FIRST])


@pytest.fixture
def themes(tmp_path: Path) -> Themes:
    (tmp_path / "themes.toml").write_text(
        f'[[theme]]\nboards = ["none", "{HOT}"]\n[[theme]]\nboards = ["模拟·算力"]\n', "utf-8"
    )
    return load_themes(tmp_path)


def evening(
    source: FakeSource, store: Store, day: date, themes: Themes, *fail: str
) -> tuple[Fault, ...]:
    """One on which some needs are not met; gives its faults."""
    source.today, source.faults = day, dict.fromkeys(fail, Banned("HTTP 403"))
    return ingest(source, store, day, themes, WANTS).faults


def off(source: FakeSource, store: Store, day: date, rows: int) -> float:
    """By how much the newest levels of the followed boards miss theirs at most, a fraction."""
    close = store.panel(day, rows).close
    last = source.market.days.index(day) + 1
    right = {board: source.levels[board[3:]][last - rows : last] for board in BOARDS}
    return float(np.max([np.abs(close[board] / right[board] - 1) for board in BOARDS]))


def by_moves(faults: tuple[Fault, ...]) -> str:
    (told,) = (fault.detail for fault in faults if fault.kind == "boards")
    return told


def test_after_missed_days_moves_go_from_the_session_before(
    source: FakeSource, themes: Themes, market: SimulatedMarket
) -> None:
    store, days = Store(None), market.days
    evening(source, store, days[FIRST], themes)
    told = evening(source, store, days[FIRST + 6], themes, "boards")
    assert by_moves(told) == "HTTP 403; 2 boards go by their moves"
    assert off(source, store, days[FIRST + 6], 7) < 1e-4


@pytest.mark.parametrize("fail", ["histories", "indices"])
def test_a_level_that_moves_cannot_tell_is_unknown_until_the_next_evening(
    source: FakeSource, themes: Themes, market: SimulatedMarket, fail: str
) -> None:
    store, days = Store(None), market.days
    evening(source, store, days[FIRST], themes)
    late = days[FIRST + 4]
    told = evening(source, store, late, themes, "boards", fail)
    assert by_moves(told) == "HTTP 403; 0 boards go by their moves"
    assert store.panel(late, 1).close[[*BOARDS]].isna().all(axis=None)
    evening(source, store, days[FIRST + 5], themes)
    assert len(store.panel(days[FIRST + 5], 400).days) >= 198
    assert off(source, store, days[FIRST + 5], 2) < 1e-12
    assert store.panel(late, 1).members["em-BK0801"].tolist() == [40]  # as it was that evening
    source.asked.clear()
    evening(source, store, days[FIRST + 6], themes)
    assert "histories" not in source.asked
