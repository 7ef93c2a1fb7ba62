"""The small parts of the market side: curated themes, the calendar, checks of a snapshot."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sqlite_utils import Database

from config.themes import Themes, load_themes
from market import schema
from market.akshare.fetch import offline_calendar
from market.calendar import Calendar
from market.checks import fatal_faults, follows, unchained
from market.simulate import simulate
from market.store import Store
from signals.panel import FRAMES
from tests.refused import refusal

READY = time(15, 5)


STEPS = [step.name for step in schema.migrations.pending(Database(memory=True))]


@pytest.mark.parametrize("known", range(1, len(STEPS) + 1))
def test_a_store_of_each_earlier_form_is_brought_up_to_date(tmp_path: Path, known: int) -> None:
    path = tmp_path / "paomo.db"
    after = STEPS[known] if known < len(STEPS) else None
    schema.migrations.apply(Database(path), stop_before=after)
    Database(path)["stock"].insert({"code": "600001", "name": "甲"})
    day = {"day": 20240628, "theme": "t", "close": 1000.0, "limit_ups": 2.0, "member_day": 20240601}
    Database(path)["theme_day"].insert(day | {"backfilled": 1})
    Database(path)["market_day"].insert({"day": 20240628, "benchmark": 1000.0})
    store = Store(path)
    assert store.stocks() == {"600001": "甲"}
    assert store.note("x") is None
    store.save_theme_days([(20240701, "t", *map(float, range(len(FRAMES))), 0, 20240701)])
    store.save_market_days([(20240701, 1000.0, 3, 2, 1, 0, None, "x")])
    panel = store.panel(date(2024, 7, 1), 2, ["t"])
    assert panel.limit_ups["t"].iloc[0] == 2
    assert np.isnan(panel.board_height["t"].iloc[0])  # of days before it was counted: unknown
    for place, name in enumerate(FRAMES):
        assert getattr(panel, name)["t"].iloc[1] == place
    store.close()


@pytest.fixture(scope="module")
def themes() -> Themes:
    return load_themes(Path("/nonexistent"))


NO_THEMES = [
    "融资融券", "沪股通", "昨日涨停", "昨日连板_含一字", "基金重仓", "HS300_",
    "上证50_", "MSCI中国", "预盈预增", "2025年报预增", "次新股", "微盘股",
    "AH股", "机构重仓", "中证500", "创业板综", "富时罗素",
]  # fmt: skip
REAL_THEMES = [
    "DeepSeek概念", "CPO概念", "白酒", "猪肉概念", "锂矿概念", "磷化工",
    "汽车一体化压铸", "机器人执行器", "AI语料", "ChatGPT概念", "养老概念", "科创芯片",
    "低空经济", "军工",
]  # fmt: skip


@pytest.mark.parametrize("name", NO_THEMES)
def test_a_board_that_groups_by_something_else_is_no_theme(themes: Themes, name: str) -> None:
    assert not themes.is_theme(name)


@pytest.mark.parametrize("name", REAL_THEMES)
def test_a_theme_is_a_theme(themes: Themes, name: str) -> None:
    assert themes.is_theme(name)


def test_reference_themes_are_mostly_kept(themes: Themes, reference: Path) -> None:
    names = set(pd.read_csv(reference / "ashare" / "members.csv.gz", dtype=str)["theme"])
    kept = {name for name in names if themes.is_theme(name)}
    assert 0.85 <= len(kept) / len(names) < 1


def test_of_several_boards_the_first_listed_is_followed(themes: Themes) -> None:
    followed = themes.followed({"东数西算", "DeepSeek概念", "军工"})
    assert followed == {"DeepSeek概念": None, "东数西算": "DeepSeek概念", "军工": None}


def test_themes_name_every_fault_at_once(tmp_path: Path) -> None:
    own = tmp_path / "themes.toml"
    said = refusal(
        load_themes,
        own,
        '[exclude]\npatterns = ["("]\n[[theme]]\nboards = ["a"]\nparent = "b"\n'
        '[[theme]]\nboards = ["a"]\n[[theme]]\nindex = "HSTECH"\n[[theme]]\n',
    )
    for fault in ("given twice", "parent b", "needs an id", "either boards or", "regular expr"):
        assert fault in said
    assert "theme.0.board" in refusal(load_themes, own, '[[theme]]\nboard = "a"\n')


CALENDAR = Calendar.of(offline_calendar())


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 11, 24, 7, 4, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 24, 7, 5, tzinfo=UTC), date(2026, 11, 24)),
        (datetime(2026, 11, 24, 16, 30, tzinfo=UTC), date(2026, 11, 24)),  # past midnight there
        (datetime(2026, 11, 22, 8, 0, tzinfo=UTC), date(2026, 11, 20)),  # a Sunday
        (datetime(2026, 10, 5, 8, 0, tzinfo=UTC), date(2026, 9, 30)),  # National Day holidays
    ],
)
def test_the_last_closed_day(now: datetime, day: date) -> None:
    assert CALENDAR.last_closed(now, READY) == day


def test_after_the_last_known_day_every_weekday_may_be_one() -> None:
    assert CALENDAR.is_session(date(2027, 6, 1))
    assert not CALENDAR.is_session(date(2027, 6, 5))
    assert CALENDAR.known_after(CALENDAR.days[-21]) == 20


def test_holes_are_the_trading_days_between() -> None:
    holes = CALENDAR.between(date(2026, 9, 29), date(2026, 10, 9))
    assert holes == [date(2026, 9, 30), date(2026, 10, 8)]


def quotes(close: float = 10.0, volume: float = 100.0, count: int = 50) -> pd.DataFrame:
    codes = [f"{600000 + n}" for n in range(count)]
    return pd.DataFrame({"code": codes, "close": close, "prev_close": 9.9, "volume": volume})


def half(frame: pd.DataFrame, **figures: float) -> pd.DataFrame:
    """Half of the stocks have other figures."""
    return frame.assign(
        **{name: frame[name].where(frame.index % 2 == 0, it) for name, it in figures.items()}
    )


HELD = {f"{600000 + n}": (9.9, 90.0) for n in range(50)}


@pytest.mark.parametrize(
    ("snapshot", "before", "kinds"),
    [
        (quotes(), HELD, []),
        (quotes(), {}, []),
        (quotes(count=20), {}, ["few_stocks"]),
        (quotes(count=36), HELD, []),  # on days of halts a quarter of all did not trade
        (quotes(count=31), HELD, ["few_stocks"]),
        (quotes(), dict.fromkeys(HELD, (10.0, 100.0)), ["stale"]),
        (quotes(), dict.fromkeys(HELD, (5.0, 90.0)), []),
        (quotes(close=9.9), {}, ["stale"]),  # before an open the close is the one before
        (quotes(volume=0.0), {}, ["stale"]),
        (quotes(volume=np.nan), {}, []),
        (half(quotes(), close=9.9, volume=0.0), HELD, []),  # halted, as in July 2015
    ],
)
def test_a_snapshot_is_checked_against_the_day_before(
    snapshot: pd.DataFrame, before: dict[str, tuple[float, float]], kinds: list[str]
) -> None:
    faults = fatal_faults(snapshot, before, 30)
    assert [fault.kind for fault in faults if fault.fatal] == kinds


@pytest.mark.parametrize(
    ("before", "is_next", "kinds"),
    [
        (HELD, True, []),
        ({}, False, []),  # nothing held: nothing is wrong, and nothing is proven
        (dict.fromkeys(HELD, (5.0, 90.0)), False, ["unchained"]),
    ],
)
def test_previous_closes_tell_whether_a_snapshot_is_of_the_next_session(
    before: dict[str, tuple[float, float]], is_next: bool, kinds: list[str]
) -> None:
    assert follows(quotes(), before) is is_next
    assert [fault.kind for fault in unchained(quotes(), before)] == kinds


def test_the_simulated_market_has_sub_industries() -> None:
    assert sum(theme.parent is not None for theme in simulate(1).themes) == 4
