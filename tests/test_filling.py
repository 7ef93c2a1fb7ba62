"""What the first evenings leave for later: members' pasts and memberships, a little each day."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from config.themes import Themes, load_themes
from market.derive import derive
from market.filling import STRANGE, Quota, Step, backlog, filled
from market.histories import Wants
from market.ingest import ingest
from market.memberships import Followed, due
from market.simulate import HOT, RELEASE, SimulatedMarket
from market.source import Banned, NoData, SchemaChanged, SourceError
from market.store import BAR, Store
from signals.panel import FRAMES
from tests.fakes import FakeSource

WANTS = Wants(
    3, 5, history_days=200, min_stocks=100, macro_every={"month": 3, "quarter": 3, "day": 1}
)
QUOTA = Quota(followed_days=7, members_days=28, pages_a_day=4, bars_a_day=1000)
FIRST = RELEASE + 20  # row of the first evening: in the middle of a mania
THEMES = f'[[theme]]\nboards = ["{HOT}"]\n[[theme]]\nboards = ["模拟·算力"]\nparent = "{HOT}"\n'


@pytest.fixture
def source(market: SimulatedMarket) -> FakeSource:
    return FakeSource(market, market.days[FIRST])


@pytest.fixture
def themes(tmp_path: Path) -> Themes:
    (tmp_path / "themes.toml").write_text(THEMES, "utf-8")
    return load_themes(tmp_path)


@pytest.fixture
def store(source: FakeSource, themes: Themes) -> Store:
    """As the first evening leaves it."""
    made = Store(None)
    ingest(source, made, source.today, themes, WANTS)
    return made


def fill(
    source: FakeSource, store: Store, themes: Themes, today: date | None = None, **knobs: int
) -> list[Step]:
    followed = Followed.of(store, themes, ())
    quota = replace(QUOTA, **knobs)
    return list(filled(source, store, followed, today or source.today, quota))


def renewals(source: FakeSource, store: Store, themes: Themes, today: date) -> list[Step]:
    """Steps of memberships, when the day's pages hold all."""
    steps = fill(source, store, themes, today, bars_a_day=0, pages_a_day=99)
    return [step for step in steps if step.what == "members"]


def whole_panel(market: SimulatedMarket, until: date) -> Store:
    """A store that had all bars and memberships from the beginning."""
    made = Store(None)
    with made.atomic():
        made.save_themes(market.themes)
        for theme in market.themes:
            made.save_members(theme.id, market.days[0], market.members[theme.id])
        made.save_bars(market.bars[["number", "code", *BAR]].itertuples(index=False, name=None))
        derive(made, [day for day in made.bar_days() if day <= until], backfilled=True)
    return made


GIVEN = ("advancers", "decliners", "above_ma20", "ma20_known", "new_highs", "limit_ups", "covered")


def test_past_rows_get_the_figures_they_would_have_had(
    source: FakeSource, store: Store, themes: Themes, market: SimulatedMarket
) -> None:
    steps = fill(source, store, themes)
    assert {s.theme for s in steps if s.theme} == {"em-BK0801", "em-BK0816"}
    panel = store.panel(source.today, 120)
    other = whole_panel(market, source.today)
    expected = other.panel(source.today, 120)
    own = market.themes[0].id
    for name in (*GIVEN, "amount", "volume_ratio"):
        made = getattr(panel, name)["em-BK0801"].to_numpy()
        assert made == pytest.approx(getattr(expected, name)[own].to_numpy(), nan_ok=True), name
    share = panel.above_ma20["em-BK0801"] / panel.ma20_known["em-BK0801"]
    assert share.iloc[-5:].mean() > 0.7  # also of the first evening, which could not know it


def test_what_a_row_knew_stays_and_the_rest_says_that_it_came_later(
    source: FakeSource, store: Store, themes: Themes
) -> None:
    before, early = store.panel(source.today, 200), store.panel(source.today, 200).days[-40]
    assert store.theme_facts(early) == {}
    fill(source, store, themes)
    after = store.panel(source.today, 200)
    for name in FRAMES:
        was, now = (getattr(p, name)["em-BK0801"] for p in (before, after))
        known = was.notna()
        if name in ("above_ma20", "ma20_known", "new_highs", "board_height"):
            known.iloc[-1] = False  # counted among those with a past: of the first evening none
        assert now[known].equals(was[known]), name
    facts = store.theme_facts(early)["em-BK0801"]
    assert (facts.members, facts.covered, facts.backfilled) == (40, 40, True)
    assert facts.member_day == source.today
    again = store.panel(source.today, 200)
    fill(source, store, themes)
    assert all(getattr(again, n).equals(getattr(after, n)) for n in FRAMES)


def test_others_without_a_past_are_not_taken_for_new_listings_nor_for_flat(
    source: FakeSource, store: Store, themes: Themes, market: SimulatedMarket
) -> None:
    fill(source, store, themes)
    source.today = market.days[FIRST + 1]
    ingest(source, store, source.today, themes, WANTS)
    day = store.market_day(source.today)
    assert day
    assert day.stocks == 600  # all have a known return
    fill(source, store, themes, pages_a_day=100)
    source.today = market.days[FIRST + 2]
    ingest(source, store, source.today, themes, WANTS)
    panel = store.panel(source.today, 1)
    assert panel.ma20_known["em-BK0803"].iloc[-1] == 0  # three days of bars are no average
    assert panel.covered["em-BK0803"].iloc[-1] == 40
    assert panel.ma20_known["em-BK0801"].iloc[-1] == 40


class Beside(FakeSource):
    """Another program writes the same file while each answer is waited for; no highs."""

    def __init__(self, market: SimulatedMarket, today: date, file: Path) -> None:
        super().__init__(market, today)
        self._file = file

    def _asked(self, what: str) -> None:
        super()._asked(what)
        with closing(sqlite3.connect(self._file, timeout=0, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")  # raises where the store's write is open
            other.execute("ROLLBACK")

    def snapshot(self) -> pd.DataFrame:
        return super().snapshot().assign(open=np.nan, high=np.nan, low=np.nan)

    def limit_ups(self, day: date) -> pd.DataFrame:
        self._asked("limit_ups")
        return pd.DataFrame({"code": [], "pct": []})

    def broken_boards(self, day: date) -> pd.DataFrame:
        self._asked("broken_boards")
        raise NoData(f"no pool of {day}")


def test_the_database_is_free_to_others_whenever_a_source_is_asked(
    market: SimulatedMarket, themes: Themes, tmp_path: Path
) -> None:
    """The outbox lives in it: a write begun before an answer came would hold all messages up."""
    store = Store(tmp_path / "paomo.db")
    source = Beside(market, market.days[FIRST], tmp_path / "paomo.db")
    ingest(source, store, source.today, themes, WANTS)
    fill(source, store, themes)
    source.today = market.days[FIRST + 1]
    ingest(source, store, source.today, themes, WANTS)
    assert {"boards", "snapshot", "limit_ups", "broken_boards", "members"} <= set(source.asked)
    store.close()


def test_it_goes_on_where_it_was_stopped(source: FakeSource, store: Store, themes: Themes) -> None:
    followed = Followed.of(store, themes, ())
    steps = filled(source, store, followed, source.today, replace(QUOTA, pages_a_day=0))
    seen = list(islice(steps, 7))
    steps.close()  # the program ends
    assert seen[-1].done == 7
    left = backlog(store, followed, source.today, QUOTA)
    assert (left.done, left.companies) == (7, 40)
    source.asked.clear()
    fill(source, store, themes, pages_a_day=0)
    assert source.asked.count("bars") == 33
    assert backlog(store, followed, source.today, QUOTA).codes == ()


def test_a_day_fetches_no_more_than_its_quota(
    source: FakeSource, store: Store, themes: Themes
) -> None:
    source.asked.clear()
    for _ in range(3):
        fill(source, store, themes, bars_a_day=10)
    assert source.asked == ["members"] * 2 + ["bars"] * 10  # two came with the evening itself
    fill(source, store, themes, source.today + timedelta(days=1), bars_a_day=10)
    assert source.asked.count("bars") == 20


@pytest.mark.parametrize(
    ("error", "asked"), [(Banned("tencent: HTTP 403"), 1), (SchemaChanged("x"), STRANGE)]
)
def test_a_source_that_fails_is_left_alone_and_nothing_is_given_up(
    source: FakeSource, store: Store, themes: Themes, error: SourceError, asked: int
) -> None:
    source.faults["bars"] = error
    source.asked.clear()
    last = fill(source, store, themes, pages_a_day=0)[-1]
    assert last.fault
    assert str(error) in last.fault.detail
    assert source.asked.count("bars") == asked
    assert store.pasts.asked() == {}


def test_a_company_that_alone_is_strange_or_has_nothing_stops_no_other(
    source: FakeSource, store: Store, themes: Themes, market: SimulatedMarket
) -> None:
    odd, none = market.members[market.themes[0].id][:2]
    source.of_stock = {odd: SchemaChanged("x"), none: NoData("y")}
    steps = fill(source, store, themes, pages_a_day=0)
    assert "em-BK0801" in {step.theme for step in steps}
    assert set(store.pasts.asked()) == set(market.members[market.themes[0].id])
    facts = store.theme_facts(store.days()[-40])["em-BK0801"]
    assert (facts.members, facts.covered) == (40, 38)


def test_a_board_that_alone_is_strange_stops_no_other_and_is_told(
    source: FakeSource, store: Store, themes: Themes
) -> None:
    later = source.today + timedelta(days=40)  # all are due
    boards = [t.board for t in due(store, Followed.of(store, themes, ()), later, 7, 28)]
    known = store.member_ages()
    source.of_board = {str(boards[n]): SchemaChanged("a share of class B") for n in (0, 2)}
    steps = renewals(source, store, themes, later)
    told = [step.fault.detail for step in steps if step.fault]
    assert len(told) == 2
    assert all(one.endswith(": a share of class B") for one in told)
    renewed = {f"em-{board}" for n, board in enumerate(boards) if n not in (0, 2)}
    ages = store.member_ages()
    assert {theme for theme, day in ages.items() if day == later} == renewed
    assert all(ages.get(f"em-{boards[n]}") == known.get(f"em-{boards[n]}") for n in (0, 2))


def test_lists_of_members_that_all_are_strange_are_the_sources_fault(
    source: FakeSource, store: Store, themes: Themes
) -> None:
    source.faults["members"] = SchemaChanged("another shape")
    source.asked.clear()
    later = source.today + timedelta(days=40)
    last = renewals(source, store, themes, later)[-1]
    assert last.fault
    assert (last.fault.kind, last.fault.detail) == ("members", "another shape")
    assert source.asked.count("members") == STRANGE


def test_memberships_of_followed_themes_are_weekly_and_all_others_within_thirty_days(
    source: FakeSource, store: Store, themes: Themes
) -> None:
    begin = source.today
    for n in range(60):
        today = begin + timedelta(days=n)
        fill(source, store, themes, today, bars_a_day=0, pages_a_day=2)
        ages = [(today - day).days for day in store.member_ages().values()]
        assert n < 14 or len(ages) == len(source.codes)
        assert max(ages) < 30
    for theme in Followed.of(store, themes, ()).closely:
        days = store.member_days(theme.id)
        assert {(b - a).days for a, b in pairwise(days)} == {7}
