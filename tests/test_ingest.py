"""Evenings one after the other: what a source tells becomes theme rows, and faults are named."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from config.themes import Themes, load_themes
from market.checks import leaps
from market.facts import as_int
from market.histories import Wants
from market.ingest import ingest
from market.simulate import HOT, RELEASE, SimulatedMarket
from market.source import Banned, NoData, SchemaChanged, Theme
from market.store import BAR, MARKET_INDEX, Store
from tests.fakes import FakeSource

EVERY = {"month": 3, "quarter": 3, "day": 1}
WANTS = Wants(3, 5, history_days=200, min_stocks=100, macro_every=EVERY)
FIRST = RELEASE - 5  # the row of the first evening: a mania begins soon after


@pytest.fixture
def source(market: SimulatedMarket) -> FakeSource:
    return FakeSource(market, market.days[FIRST])


@pytest.fixture
def themes(tmp_path: Path) -> Themes:
    (tmp_path / "themes.toml").write_text(
        f'[exclude]\nnames = ["模拟·银行"]\n[[theme]]\nboards = ["none", "{HOT}"]\n'
        f'[[theme]]\nboards = ["模拟·算力"]\nparent = "none"\n',
        "utf-8",
    )
    return load_themes(tmp_path)


def test_the_first_evening_has_history_members_and_the_day(
    source: FakeSource, themes: Themes, market: SimulatedMarket
) -> None:
    store, day = Store(None), market.days[FIRST]
    report = ingest(source, store, day, themes, WANTS)
    assert report.faults == ()
    assert report.stocks == 600
    known = store.themes()
    assert "模拟·银行" not in {theme.name for theme in known.values()}
    assert known["em-BK0816"].parent == "em-BK0801"
    panel = store.panel(day, 400)
    assert len(panel.days) > 190
    hot = panel.close["em-BK0801"]
    assert hot.notna().all()
    assert hot.to_numpy() == pytest.approx(
        source.levels["BK0801"][FIRST - len(hot) + 1 : FIRST + 1]
    )
    assert panel.members["em-BK0801"].dropna().tolist() == [40]
    assert panel.pe["em-BK0801"].iloc[-1] == pytest.approx(20)
    assert panel.profit_growth["em-BK0801"].iloc[-1] == pytest.approx(0.1)
    assert panel.above_ma20["em-BK0801"].iloc[-1] == 0  # known: nobody has 20 days of bars yet
    assert panel.ma20_known["em-BK0801"].iloc[-1] == 0
    assert (day, MARKET_INDEX) in store.points(day, day)


def test_a_theme_whose_members_are_not_known_yet_has_no_counts(
    source: FakeSource, themes: Themes, market: SimulatedMarket
) -> None:
    store, day = Store(None), market.days[FIRST]
    ingest(source, store, day, themes, WANTS)
    last = {
        theme: store.panel(day, 1).members[theme].iloc[-1]
        for theme in store.themes()
        if theme[:2] == "em"
    }
    unknown = [theme for theme, members in last.items() if pd.isna(members)]
    assert len(unknown) == len(last) - 2
    assert store.board_days.counts(day)[unknown[0]] == source.counted(unknown[0])
    assert store.panel(day, 1).advancers[unknown[0]].isna().all()


def test_evenings_go_on_from_the_history(
    source: FakeSource, themes: Themes, market: SimulatedMarket
) -> None:
    store = Store(None)
    for row in range(FIRST, FIRST + 25):
        source.today = market.days[row]
        ingest(source, store, source.today, themes, WANTS)
    panel = store.panel(source.today, 25)
    hot = panel.close["em-BK0801"].to_numpy()
    assert hot == pytest.approx(source.levels["BK0801"][FIRST : FIRST + 25])
    share = (panel.above_ma20 / panel.ma20_known.where(panel.ma20_known > 0))["em-BK0801"]
    assert share.iloc[:19].isna().all()
    assert share.iloc[-1] > 0.8
    assert source.asked.count("histories") == 2  # once a followed board
    assert source.asked.count("earnings") <= 2 * 5
    assert source.asked.count("members") == 2


def test_missed_days_are_filled_with_what_can_still_be_had(
    source: FakeSource, themes: Themes, market: SimulatedMarket
) -> None:
    store, days = Store(None), market.days[FIRST : FIRST + 4]
    ingest(source, store, days[0], themes, WANTS)
    source.today = days[3]
    report = ingest(source, store, days[3], themes, WANTS)
    assert [(f.kind, f.detail) for f in report.faults] == [("gap", f"{days[1]}, {days[2]}")]
    panel = store.panel(days[3], 4)
    assert panel.days == list(days)
    hot = panel.close["em-BK0801"].to_numpy()
    assert hot == pytest.approx(source.levels["BK0801"][FIRST : FIRST + 4])
    levels = source.market_levels[FIRST : FIRST + 3]
    assert panel.benchmark.to_numpy()[:3] / panel.benchmark.iloc[0] == pytest.approx(
        levels / levels[0]
    )
    assert panel.advancers["em-BK0801"].isna().tolist() == [False, True, True, False]
    assert store.market_day(days[1]) is None


def test_an_evening_without_the_boards_points_is_made_up_for_by_the_next(
    source: FakeSource, themes: Themes, market: SimulatedMarket
) -> None:
    store, days = Store(None), market.days[FIRST : FIRST + 3]
    for day, faults in zip(
        days,
        [{}, dict.fromkeys(("boards", "boards_now", "histories"), Banned("x")), {}],
        strict=True,
    ):
        source.today, source.faults = day, dict(faults)
        ingest(source, store, day, themes, WANTS)
    panel = store.panel(days[2], 3)
    hot = panel.close["em-BK0801"].to_numpy()
    assert hot == pytest.approx(source.levels["BK0801"][FIRST : FIRST + 3])
    assert panel.members["em-BK0801"].tolist() == [40, 40, 40]


def test_the_boards_moves_make_points_of_a_day_whose_list_does_not_come(
    source: FakeSource, themes: Themes, market: SimulatedMarket
) -> None:
    store, days = Store(None), market.days[FIRST : FIRST + 3]
    for day in days:
        source.today = day
        source.faults = {"boards": Banned("push2: HTTP 403")} if day > days[0] else {}
        report = ingest(source, store, day, themes, WANTS)
    (fault,) = report.faults
    assert (fault.kind, fault.error) == ("boards", "Banned")
    assert fault.detail == f"push2: HTTP 403; {len(source.codes) - 1} boards go by their moves"
    assert "boards" not in report.served
    panel = store.panel(days[2], 3)
    for board in ("em-BK0801", "em-BK0816"):
        right = source.levels[board[3:]][FIRST : FIRST + 3]
        assert panel.close[board].to_numpy() == pytest.approx(right, rel=1.1e-4)
    assert not store.board_days.counts(days[2])


def test_moves_of_the_session_before_make_no_points(
    source: FakeSource, themes: Themes, market: SimulatedMarket
) -> None:
    store, days = Store(None), market.days[FIRST : FIRST + 3]
    for day in days[:2]:
        source.today = day
        ingest(source, store, day, themes, WANTS)
    stale = source.boards_now()
    source.today, source.faults = days[2], {"boards": Banned("x")}
    source.boards_now = lambda: stale  # type: ignore[method-assign]
    report = ingest(source, store, days[2], themes, WANTS)
    assert [fault.detail for fault in report.faults] == ["x; 0 boards go by their moves"]
    assert store.points(days[2], days[2]).keys() == {(days[2], MARKET_INDEX)}


@pytest.mark.parametrize("what", ["boards", "members", "histories", "indices", "earnings", "macro"])
def test_what_fails_is_named_and_the_day_is_saved_all_the_same(
    source: FakeSource, themes: Themes, market: SimulatedMarket, what: str
) -> None:
    store = Store(None)
    source.faults[what] = Banned("push2: HTTP 403")
    report = ingest(source, store, market.days[FIRST], themes, WANTS)
    assert what in {fault.kind for fault in report.faults}
    day = store.market_day(market.days[FIRST])
    assert day
    assert day.stocks == 600


def test_a_snapshot_that_does_not_come_leaves_no_day(
    source: FakeSource, themes: Themes, market: SimulatedMarket
) -> None:
    store = Store(None)
    source.faults["snapshot"] = NoData("nothing")
    with pytest.raises(NoData):
        ingest(source, store, market.days[FIRST], themes, WANTS)
    assert market.days[FIRST] not in store.days()


def test_yesterdays_snapshot_is_no_day(
    source: FakeSource, themes: Themes, market: SimulatedMarket
) -> None:
    store = Store(None)
    ingest(source, store, market.days[FIRST], themes, WANTS)
    with pytest.raises(NoData, match="stale"):
        ingest(source, store, market.days[FIRST + 1], themes, WANTS)
    assert market.days[FIRST + 1] not in store.days()


def test_a_market_that_lost_a_third_of_its_stocks_is_cut(
    source: FakeSource, themes: Themes, market: SimulatedMarket
) -> None:
    store, days = Store(None), market.days[FIRST : FIRST + 2]
    ingest(source, store, days[0], themes, WANTS)
    source.today = days[1]
    whole, first = source.snapshot(), 390  # 0.65 of 600
    source.snapshot = lambda: whole.head(first - 1)  # type: ignore[method-assign]
    with pytest.raises(SchemaChanged, match="few_stocks 389 of the 600 of the day before"):
        ingest(source, store, days[1], themes, WANTS)
    assert days[1] not in store.days()
    source.snapshot = lambda: whole.head(first)  # type: ignore[method-assign]
    assert ingest(source, store, days[1], themes, WANTS).stocks == first


def test_a_board_renamed_goes_on_and_one_that_is_gone_is_unknown_until_it_is_back(
    source: FakeSource, themes: Themes, market: SimulatedMarket
) -> None:
    store, days, gone = Store(None), market.days[FIRST : FIRST + 3], "BK0803"
    levels = dict(source.levels)
    for n, day in enumerate(days):
        source.today = day
        source.names["BK0802"] = "模拟·改名" if n else source.names["BK0802"]
        source.levels = {board: x for board, x in levels.items() if n != 1 or board != gone}
        assert ingest(source, store, day, themes, WANTS).faults == ()
    assert store.themes()["em-BK0802"].name == "模拟·改名"
    close = store.panel(days[2], 3).close
    right = levels["BK0802"][FIRST : FIRST + 3]
    assert close["em-BK0802"].to_numpy() == pytest.approx(right)
    assert close[f"em-{gone}"].isna().tolist() == [False, True, False]


def test_a_followed_board_that_is_renamed_or_gone_is_told(
    source: FakeSource, themes: Themes, market: SimulatedMarket
) -> None:
    store, told = Store(None), []
    codes = {name: code for code, name in source.names.items()}
    for n, day in enumerate(market.days[FIRST : FIRST + 3]):
        source.today = day
        if n:
            source.names[codes[HOT]] = "模拟·改名"
            source.levels.pop(codes["模拟·算力"], None)
        faults = ingest(source, store, day, themes, WANTS).faults
        told.append([fault.detail for fault in faults if fault.kind == "unlisted"])
    assert told == [[], *[[f"{HOT} → 模拟·改名, 模拟·算力 → -"]] * 2]


@pytest.mark.parametrize("wrong", [1e12, 0.01])
def test_points_that_cannot_be_are_unknown_and_told_and_the_next_day_goes_on(
    source: FakeSource, themes: Themes, market: SimulatedMarket, wrong: float
) -> None:
    store, told = Store(None), list[str]()
    right = source.levels["BK0801"].copy()
    for n, day in enumerate(market.days[FIRST : FIRST + 4]):
        source.today = day
        source.levels["BK0801"] = np.where(np.arange(len(right)) == FIRST + 1, wrong, right)
        faults = ingest(source, store, day, themes, WANTS).faults
        told += [f"{n} {fault.detail}" for fault in faults if fault.kind == "odd_points"]
    assert told == [f"1 {HOT} {wrong:g}"]
    close = store.panel(market.days[FIRST + 3], 4).close["em-BK0801"].to_numpy()
    assert np.isnan(close).tolist() == [False, True, False, False]  # its history has it no better
    assert close[[0, 2, 3]] == pytest.approx(right[[FIRST, FIRST + 2, FIRST + 3]])


@pytest.mark.parametrize(
    ("closes", "before", "odd"),
    [
        ([100.0, 1e12, 102.0], 99.0, [False, True, False]),
        ([0.01, 101.0], 99.0, [True, False]),
        ([1e12, 100.0, 101.0, 99.0], None, [True, False, False, False]),
        ([100.0, 150.0, 220.0, 330.0], None, [False] * 4),  # it may rise, day by day
        ([], None, []),
    ],
)
def test_a_history_has_no_points_that_cannot_follow_each_other(
    closes: list[float], before: float | None, odd: list[bool]
) -> None:
    assert leaps(closes, before) == odd


def test_half_a_market_is_no_market(
    source: FakeSource, themes: Themes, market: SimulatedMarket
) -> None:
    wants = replace(WANTS, min_stocks=3000)
    with pytest.raises(SchemaChanged, match="600 < 3000"):
        ingest(source, Store(None), market.days[FIRST], themes, wants)


def test_an_imported_theme_keeps_its_id_and_learns_its_board(
    source: FakeSource, themes: Themes, market: SimulatedMarket
) -> None:
    store = Store(None)
    store.save_themes([Theme("file-1", HOT, "concept", "XSHG", "file", "members")])
    ingest(source, store, market.days[FIRST], themes, WANTS)
    assert store.themes()["file-1"].board == "BK0801"
    assert "em-BK0801" not in store.themes()
    assert len(store.members("file-1")) == 40


class Stopped(Exception):
    """What ends a program in the middle."""


def test_the_day_is_saved_before_what_no_day_waits_for(
    source: FakeSource, themes: Themes, market: SimulatedMarket
) -> None:
    store, day = Store(None), market.days[FIRST]
    ingest(source, store, day, themes, WANTS)
    source.today = market.days[FIRST + 1]
    asked = source.asked.count("macro")
    source.faults["macro"] = Stopped()  # type: ignore[assignment]  # no SourceError
    with pytest.raises(Stopped):
        ingest(source, store, source.today, themes, WANTS)
    assert source.asked.count("macro") > asked
    assert store.days()[-1] == source.today


def test_a_snapshot_of_the_last_session_ends_the_evening_before_more_is_asked(
    source: FakeSource, themes: Themes, market: SimulatedMarket
) -> None:
    store = Store(None)
    ingest(source, store, market.days[FIRST], themes, WANTS)
    source.asked.clear()
    with pytest.raises(NoData, match="stale"):  # the provider still has the day before
        ingest(source, store, market.days[FIRST + 1], themes, WANTS)
    assert source.asked == ["snapshot"]


@pytest.mark.parametrize("stored", [False, True])
def test_an_undated_snapshot_must_be_proven_on_a_first_evening_and_after_a_gap(
    source: FakeSource, themes: Themes, market: SimulatedMarket, stored: bool
) -> None:
    store = Store(None)
    if stored:
        ingest(source, store, source.today, themes, WANTS)
    source.today, due = market.days[FIRST + 3], market.days[FIRST + 4]
    with pytest.raises(NoData):  # the provider is a session behind, and nothing held tells
        ingest(source, store, due, themes, WANTS)
    assert due not in store.days()
    source.today = due
    assert ingest(source, store, due, themes, WANTS).stocks == 600


@pytest.mark.parametrize("reset", ["all", "half"])
@pytest.mark.parametrize("stored", [False, True])
def test_a_snapshot_whose_closes_have_become_the_closes_before_is_no_day(
    source: FakeSource, themes: Themes, market: SimulatedMarket, stored: bool, reset: str
) -> None:
    store, due = Store(None), market.days[FIRST + 1]
    if stored:
        ingest(source, store, source.today, themes, WANTS)
    before = store.bars(market.days[FIRST], market.days[FIRST])
    source.today = due
    whole = source.snapshot()
    most = (whole["close"] / whole["prev_close"] - 1).abs().idxmax()
    whole.loc[most, "amount"] = whole["amount"].max() * 2  # it is the one whose bar is asked for
    over = (whole.index % 2 == most % 2) | (reset == "all")
    early = whole.assign(prev_close=whole["prev_close"].mask(over, whole["close"]))
    early.attrs["provider"] = "fake"
    source.snapshot = lambda: early  # type: ignore[method-assign]
    with pytest.raises(NoData, match="stale 100% unmoved" if reset == "all" else "unmoved, its"):
        ingest(source, store, due, themes, WANTS)
    assert due not in store.days()
    assert store.bars(market.days[FIRST], market.days[FIRST]).equals(before)


def test_a_market_of_long_ago_is_no_measure_of_todays_stocks(
    source: FakeSource, themes: Themes, market: SimulatedMarket
) -> None:
    store = Store(None)
    then = market.days[FIRST - 60]
    store.save_bars((as_int(then), f"{n:06}", *[1.0] * len(BAR)) for n in range(600))
    store.note_listings(then, then)
    assert ingest(source, store, source.today, themes, WANTS).stocks == 600
