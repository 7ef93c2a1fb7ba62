"""Reading theme days back: one theme's as all themes' together, and levels alone."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from market.facts import as_int
from market.schema import THEME_DAY
from market.source import Theme
from market.store import Store
from signals.panel import FRAMES
from tests import markets

DAYS = markets.weekdays(30)
THEMES = [f"t{n}" for n in range(9)]


@pytest.fixture
def full(store: Store) -> Store:
    """Nine themes over thirty days; a few rows are missing, a few figures are unknown."""
    rng = np.random.default_rng(2)
    numbers = [as_int(day) for day in DAYS]
    store.save_themes(Theme(t, t, "concept", "XSHG", "em", "index", t) for t in THEMES)
    store.save_market_days((n, 1000.0 + n % 7, 9, 5, 4, 0, None, "x") for n in numbers)
    rows = [
        (n, theme, *(None if x < 0.1 else float(x) for x in rng.random(len(FRAMES))), 0, n)
        for n in numbers
        for theme in THEMES
        if rng.random() > 0.1
    ]
    assert len(rows[0]) == len(THEME_DAY)
    store.save_theme_days(rows)
    return store


def test_a_few_themes_are_read_as_they_are_among_all(full: Store) -> None:
    whole = full.panel(DAYS[-1], 20)
    for few in (["t4"], ["t7", "t1"], THEMES[:6]):
        part = full.panel(DAYS[-1], 20, few)
        for name in FRAMES:
            pd.testing.assert_frame_equal(getattr(part, name), getattr(whole, name)[few])


def test_levels_alone_are_those_of_the_panel(full: Store) -> None:
    net = full.panel(DAYS[-1], 30).net
    for few in (["t4"], THEMES):
        found = full.net(DAYS[3], DAYS[-2], few)
        pd.testing.assert_frame_equal(found, net.loc[DAYS[3] : DAYS[-2], few])


def test_members_in_common_are_those_of_the_newest_list_of_the_day(store: Store) -> None:
    store.save_members("one", date(2024, 1, 2), ["a", "b", "c"])
    store.save_members("one", date(2024, 6, 3), ["a", "x"])
    store.save_members("two", date(2024, 6, 3), ["b", "c", "d", "e"])
    asked = ["a", "b", "c"]
    assert store.shared(asked, date(2024, 3, 1)) == {"one": (3, 3), "two": (2, 4)}
    assert store.shared(asked, date(2024, 6, 3)) == {"one": (1, 2), "two": (2, 4)}
    assert store.shared([], date(2024, 6, 3)) == {"one": (0, 2), "two": (0, 4)}


def test_bars_of_a_few_stocks_are_those_among_all(store: Store) -> None:
    markets.fill(store)
    days = store.bar_days()
    whole = store.bars(days[-9], days[-2])
    few = ["600003", "600001", "600001", "999999"]
    part = store.bars(days[-9], days[-2], few)
    wanted = whole[whole["code"].isin(few)].reset_index(drop=True)
    assert len(wanted) == 16
    pd.testing.assert_frame_equal(part, wanted)
    assert store.bars(days[-9], days[-2], []).empty
