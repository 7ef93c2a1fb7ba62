"""Whole days of the market that come later: the past before a first evening, and missed days."""

from dataclasses import replace
from datetime import date
from itertools import islice

import pytest

from config.themes import Themes
from market.checks import Fault
from market.filling import STRANGE, Quota, Step, backlog, filled
from market.histories import Wants
from market.ingest import ingest
from market.memberships import Followed
from market.simulate import SimulatedMarket
from market.source import Banned, NoData, SourceError, Transient
from market.store import Store
from market.whole_days import lacking
from signals.panel import FRAMES
from tests.fakes import FakeSource
from tests.test_filling import FIRST, GIVEN, QUOTA, WANTS, source, themes, whole_panel

__all__ = ["source", "themes"]  # fixtures
SHORT = replace(WANTS, history_days=80)
BY_DAYS = replace(QUOTA, day_stocks=100)
WITH_DAYS = replace(SHORT, whole_days=True)
HOT_BOARD = "em-BK0801"


@pytest.fixture
def store(source: FakeSource, themes: Themes) -> Store:
    """As the first evening leaves it, in the middle of a mania."""
    made = Store(None)
    ingest(source, made, source.today, themes, SHORT)
    return made


def fill(source: FakeSource, store: Store, themes: Themes, quota: Quota = BY_DAYS) -> list[Step]:
    return list(filled(source, store, Followed.of(store, themes, ()), source.today, quota))


def table(store: Store, name: str) -> list[tuple[object, ...]]:
    return store._db.execute(f"SELECT * FROM {name}").fetchall()


# ---- the past before the first evening -------------------------------------------------------


def test_past_days_give_followed_themes_the_figures_they_would_have_had(
    source: FakeSource, store: Store, themes: Themes, market: SimulatedMarket
) -> None:
    steps = fill(source, store, themes)
    assert {s.theme for s in steps if s.theme} == {"em-BK0801", "em-BK0816"}
    assert source.asked.count("bars") == 1  # for the snapshot's day; no company by itself
    days = store.days()
    assert source.asked.count("market_day") == len(days) - 1
    panel = store.panel(source.today, 15)  # all days before it that its figures need are in
    expected = whole_panel(market, source.today).panel(source.today, 15)
    own = market.themes[0].id
    for name in (*GIVEN, "amount", "volume_ratio"):
        made = getattr(panel, name)[HOT_BOARD].to_numpy()
        assert made == pytest.approx(getattr(expected, name)[own].to_numpy(), nan_ok=True), name
    facts = store.theme_facts(days[-40])[HOT_BOARD]
    assert (facts.backfilled, facts.member_day) == (True, source.today)


def test_past_days_are_counted_and_what_was_known_stays(
    source: FakeSource, store: Store, themes: Themes, market: SimulatedMarket
) -> None:
    before, bars = store.panel(source.today, 200), table(store, "bar")
    assert store.market_day(before.days[-40]) is None
    fill(source, store, themes)
    after, day = store.panel(source.today, 200), store.market_day(before.days[-40])
    assert day
    expected = whole_panel(market, source.today).market_day(before.days[-40])
    assert expected
    assert day.source == "baostock"
    assert (day.stocks, day.advancers, day.decliners) == (
        600,
        expected.advancers,
        expected.decliners,
    )
    assert after.benchmark.equals(before.benchmark)  # that of the index it was judged by
    for name in set(FRAMES) - {"above_ma20", "ma20_known", "new_highs", "board_height"}:
        was, now = getattr(before, name)[HOT_BOARD], getattr(after, name)[HOT_BOARD]
        assert now[was.notna()].equals(was[was.notna()]), name
    assert set(bars) <= set(table(store, "bar"))


def test_breadth_of_all_boards_is_known_after_twenty_days(
    source: FakeSource, store: Store, themes: Themes, market: SimulatedMarket
) -> None:
    list(
        filled(
            source,
            store,
            Followed.of(store, themes, ()),
            source.today,
            replace(QUOTA, pages_a_day=99),
        )
    )
    steps = filled(source, store, Followed.of(store, themes, ()), source.today, BY_DAYS)
    days = [step for step in islice(steps, 25) if step.what == "days"]
    steps.close()  # the program ends
    assert [step.done for step in days] == list(range(1, 26))
    source.today = market.days[FIRST + 1]
    ingest(source, store, source.today, themes, WITH_DAYS)
    assert store.panel(source.today, 1).ma20_known["em-BK0803"].iloc[-1] == 40
    left = backlog(store, Followed.of(store, themes, ()), source.today, BY_DAYS)
    assert (left.days_in, left.days_in + left.days) == (25, len(store.days()) - 2)
    source.asked.clear()
    fill(source, store, themes)
    assert source.asked.count("market_day") == left.days  # it goes on where it was
    assert lacking(store) == []


def test_a_listing_within_the_past_is_told_from_a_stock_that_was_there(
    source: FakeSource, store: Store, themes: Themes, market: SimulatedMarket
) -> None:
    new, paused = market.members[market.themes[0].id][:2]
    bars = market.bars
    days = [int(f"{day:%Y%m%d}") for day in market.days]
    absent = (bars["code"] == new) & (bars["number"] < days[FIRST - 30])
    away = (bars["code"] == paused) & bars["number"].isin(days[FIRST - 30 : FIRST - 20])
    source.market = replace(market, bars=bars[~absent & ~away])
    fill(source, store, themes)
    listed = store.listings()
    assert (listed[new].first, listed[new].seasoned) == (market.days[FIRST - 30], False)
    assert (listed[paused].first, listed[paused].seasoned) == (store.bar_days()[0], True)
    day = store.market_day(market.days[FIRST - 15])
    assert day
    assert day.stocks == 599  # its first twenty days are no crowd's


def test_what_days_do_not_hold_comes_company_by_company(
    source: FakeSource, store: Store, themes: Themes, market: SimulatedMarket
) -> None:
    beijing = market.members[market.themes[0].id][0]

    class Without(FakeSource):
        def _bars_of(self, day: date):  # type: ignore[no-untyped-def]
            found = super()._bars_of(day)
            return found[found["code"] != beijing]

    less = Without(market, source.today)
    fill(less, store, themes)
    assert less.asked.count("bars") == 1
    assert store.listings()[beijing].seasoned
    own = store.bars(store.days()[0], source.today, of=[beijing])
    assert len(own) == len(store.days())
    assert store.panel(source.today, 1).ma20_known[HOT_BOARD].iloc[-1] == 40


@pytest.mark.parametrize(
    ("error", "tries"),
    [(Banned("baostock: x"), 1), (Transient("baostock: x"), 1), (NoData("none"), STRANGE)],
)
def test_without_days_companies_are_asked_for_and_no_day_is_given_up(
    source: FakeSource, store: Store, themes: Themes, error: Exception, tries: int
) -> None:
    source.faults["market_day"] = error  # type: ignore[assignment]
    steps = fill(source, store, themes)
    fault = next(step.fault for step in steps if step.what == "days")
    assert fault == Fault("days", str(error))
    assert source.asked.count("market_day") == tries
    assert source.asked.count("bars") == 1 + 40  # one proved the snapshot's day
    assert len(lacking(store)) == len(store.days()) - 1


def test_a_day_that_nobody_has_stops_no_other(
    source: FakeSource, store: Store, themes: Themes, market: SimulatedMarket
) -> None:
    gone = store.days()[-10]
    number = int(f"{gone:%Y%m%d}")
    source.market = replace(market, bars=market.bars[market.bars["number"] != number])
    fill(source, store, themes)
    assert lacking(store) == []
    assert gone not in store.bar_days()
    source.asked.clear()
    fill(source, store, themes)
    assert "market_day" not in source.asked
    assert source.asked.count("bars") == 0


def test_half_a_market_is_no_day(source: FakeSource, store: Store, themes: Themes) -> None:
    before = table(store, "bar")
    steps = fill(source, store, themes, replace(BY_DAYS, day_stocks=3000, bars_a_day=0))
    (fault,) = [step.fault for step in steps if step.what == "days"]
    assert fault
    assert "600 stocks" in fault.detail
    assert table(store, "bar") == before


# ---- missed days -----------------------------------------------------------------------------


def evening(
    source: FakeSource, store: Store, themes: Themes, row: int, wants: Wants
) -> list[Fault]:
    source.today = source.market.days[row]
    return list(ingest(source, store, source.today, themes, wants).faults)


def test_a_missed_day_is_as_if_it_had_not_been_missed(
    source: FakeSource, store: Store, themes: Themes, market: SimulatedMarket
) -> None:
    other, again = Store(None), FakeSource(market, market.days[FIRST])
    ingest(again, other, again.today, themes, SHORT)
    for n in (1, 2, 3, 4):
        evening(again, other, themes, FIRST + n, SHORT)
    before = {name: table(store, name) for name in ("bar", "theme_day", "market_day")}
    faults = evening(source, store, themes, FIRST + 3, WITH_DAYS)
    evening(source, store, themes, FIRST + 4, WITH_DAYS)
    missed = market.days[FIRST + 1 : FIRST + 3]
    assert [(f.kind, f.detail) for f in faults] == [("healed", f"{missed[0]}, {missed[1]}")]
    mine, theirs = store.panel(source.today, 5), other.panel(source.today, 5)
    assert mine.days == theirs.days
    assert mine.benchmark.to_numpy() == pytest.approx(theirs.benchmark.to_numpy())
    for name in set(FRAMES) - {"pe"}:  # valuations of a past day are known to nobody
        made, right = getattr(mine, name)[HOT_BOARD], getattr(theirs, name)[HOT_BOARD]
        assert made.to_numpy() == pytest.approx(right.to_numpy(), nan_ok=True), name
    for day in missed:
        facts = store.theme_facts(day)[HOT_BOARD]
        assert (facts.backfilled, facts.member_day, facts.covered) == (True, market.days[FIRST], 40)
        told = store.market_day(day)
        assert told
        assert told.source == "baostock"
    for name, rows in before.items():  # nothing known is written again
        assert set(rows) <= set(table(store, name)), name


@pytest.mark.parametrize(("error", "came"), [(NoData("none"), {1, 3}), (Transient("x"), {1})])
def test_of_missed_days_that_come_only_in_part_the_rest_moves_with_the_index(
    source: FakeSource, store: Store, themes: Themes, error: SourceError, came: set[int]
) -> None:
    days = source.market.days[FIRST : FIRST + 5]
    source.faults[f"market_day {days[2]}"] = error
    told = {one.kind: one.detail for one in evening(source, store, themes, FIRST + 4, WITH_DAYS)}
    assert told["healed"] == ", ".join(str(days[n]) for n in sorted(came))
    assert told["gap"] == ", ".join(str(days[n]) for n in (1, 2, 3) if n not in came)
    panel = store.panel(source.today, 5)
    assert panel.days == list(days)
    known = panel.advancers[HOT_BOARD].notna().tolist()
    assert known == [n in {0, 4, *came} for n in range(5)]
    assert panel.close[HOT_BOARD].notna().all()
    step = panel.benchmark.iloc[2] / panel.benchmark.iloc[1]
    levels = source.market_levels[FIRST + 1 : FIRST + 3]
    assert step == pytest.approx(levels[1] / levels[0])


def test_a_missed_day_that_did_not_come_that_evening_comes_beside(
    source: FakeSource, store: Store, themes: Themes, market: SimulatedMarket
) -> None:
    fill(source, store, themes)
    source.faults["market_day"] = Transient("baostock: no answer")
    faults = evening(source, store, themes, FIRST + 2, WITH_DAYS)
    missed = market.days[FIRST + 1]
    assert [(f.kind, f.error) for f in faults] == [("whole_days", "Transient"), ("gap", "")]
    source.faults.clear()
    benchmark = store.panel(source.today, 3).benchmark
    fill(source, store, themes)
    expected = whole_panel(market, source.today).panel(source.today, 3)
    panel, own = store.panel(source.today, 3), market.themes[0].id
    for name in ("advancers", "above_ma20", "ma20_known", "new_highs"):
        made = getattr(panel, name)[HOT_BOARD][missed]
        assert made == getattr(expected, name)[own][missed], name
    assert panel.benchmark.equals(benchmark)
    assert store.theme_facts(missed)[HOT_BOARD].backfilled


def test_where_the_extra_is_not_there_nothing_is_asked_of_it(
    source: FakeSource, store: Store, themes: Themes
) -> None:
    fill(source, store, themes, QUOTA)
    evening(source, store, themes, FIRST + 3, SHORT)
    source.faults["snapshot"] = Banned("tencent: HTTP 403")
    with pytest.raises(Banned, match=r"^tencent: HTTP 403$"):
        evening(source, store, themes, FIRST + 4, SHORT)
    assert "market_day" not in source.asked


# ---- an evening without a snapshot -----------------------------------------------------------


def test_an_evening_without_a_snapshot_is_had_once_its_day_is_there(
    source: FakeSource, store: Store, themes: Themes, market: SimulatedMarket
) -> None:
    names = store.stocks()
    source.faults |= {"snapshot": Banned("tencent: HTTP 403"), "market_day": NoData("not yet")}
    with pytest.raises(Banned, match="tencent: HTTP 403; not yet"):
        evening(source, store, themes, FIRST + 1, WITH_DAYS)
    assert store.days()[-1] == market.days[FIRST]
    del source.faults["market_day"]
    faults = evening(source, store, themes, FIRST + 1, WITH_DAYS)
    assert [fault.kind for fault in faults] == ["no_snapshot"]
    day = store.market_day(market.days[FIRST + 1])
    assert day
    assert (day.stocks, day.source) == (600, "baostock")
    assert store.stocks() == names
    assert not store.theme_facts(market.days[FIRST + 1])[HOT_BOARD].backfilled
