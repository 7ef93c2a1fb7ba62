"""The upstreams are spared: requests a day, counted over sockets and over a month of days."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from config.settings import Settings
from config.themes import load_themes
from market.filling import Quota, filled
from market.memberships import Followed
from market.simulate import simulate
from market.source import Theme
from market.store import Store
from tests.fakes import FakeSource
from tests.requests import BOARDS, CURATED, MEMBERS, Lived, lived


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> list[Lived]:
    """A first evening and the one after, of 480 boards, by AKShare's code."""
    return list(lived(tmp_path_factory.mktemp("requests"), 2, bars_a_day=3))


def test_a_first_evening_has_curated_histories_and_members_within_seventy(
    days: list[Lived],
) -> None:
    first = days[0]
    assert (first.calm, first.memberships) == (5 + 2 * CURATED + CURATED, CURATED)
    assert first.calm <= 70
    assert first.faults == ()
    assert first.beside == {"tencent": 3 * 4}  # companies: a first day, and the bars of three years


def test_a_normal_evening_asks_at_most_sixty_of_the_two_and_eighty_in_all(
    days: list[Lived], settings: Settings
) -> None:
    normal = days[1]
    pages = settings.source.pages_a_day
    assert normal.update["push2"] == 5
    assert normal.calm == 5 + pages <= 60
    assert normal.memberships == CURATED + pages // 2
    assert normal.daily <= 80
    assert normal.faults == ()


def test_no_day_can_ask_more_whatever_happens(settings: Settings) -> None:
    budget = settings.source.budget
    assert budget["push2"] <= 60
    assert budget["push2"] + budget["push2his"] <= 70


def test_all_480_boards_have_members_within_thirty_days(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    market = simulate(8)
    source, known = FakeSource(market, market.days[-1]), settings.source
    codes = tuple(sorted(market.bars["code"].unique())[:MEMBERS])
    source.codes = {f"BK{n:04}": codes for n in range(BOARDS)}
    names = [f"题材{n}" for n in range(BOARDS)]
    board = Theme("", "", "concept", "XSHG", "em", "board")
    store.save_themes(
        replace(board, id=f"em-BK{n:04}", name=name, board=f"BK{n:04}")
        for n, name in enumerate(names)
    )
    told = "".join(f'[[theme]]\nboards = ["{name}"]\n' for name in names[:CURATED])
    (tmp_path / "themes.toml").write_text(told, "utf-8")
    followed = Followed.of(store, load_themes(tmp_path), ())
    quota = Quota(known.followed_days, known.members_days, known.pages_a_day, 0)
    for n in range(30):
        today = source.today + timedelta(days=n)
        before = source.asked.count("members")
        list(filled(source, store, followed, today, quota))
        assert source.asked.count("members") - before <= known.pages_a_day // 2
    assert len(store.member_ages()) == BOARDS
    ages = [(today - store.member_ages()[theme.id]).days for theme in followed.closely]
    assert max(ages) < 7
