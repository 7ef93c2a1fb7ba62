"""Events beside a price: which announcements count, what a new name is, and when they are read."""

from datetime import date, timedelta

import pandas as pd
import pytest

from bot.happened import Beside
from market.announced import PAGES_A_DAY, dates_read, fetch_events, unread
from market.events import Event, bare, companies, is_theme_fund, kind_of, renames, to_concept
from market.simulate import SimulatedMarket
from market.source import Banned, NoData, SourceError, Theme, Transient
from market.store import Store
from tests.fakes import FakeSource

DAY = date(2023, 10, 12)


@pytest.fixture
def source(market: SimulatedMarket) -> FakeSource:
    return FakeSource(market, DAY)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("甲股份:关于控股股东减持股份计划的预披露公告", "reduction"),
        ("关于持股5%以上股东拟减持公司股份的提示性公告", "reduction"),
        ("董事、高级管理人员减持计划公告", "reduction"),
        ("关于股东减持计划期限届满暨减持结果的公告", None),
        ("关于提前终止减持计划的公告", None),
        ("关于控股股东承诺不减持公司股份的公告", None),
        ("关于股东减持股份触及1%的公告", None),
        ("关于控股股东增持股份计划的公告", None),
        ("关于拟减持参股公司股票的公告", None),  # sold by the company, not of it
        ("关于授权管理层择机减持金融资产计划的公告", None),
        ("关于持股5%以上股东减持可转换公司债券计划的公告", None),
        ("股票交易异常波动公告", "unusual"),
        ("控股股东关于股票交易异常波动问询函的回函", None),
        ("关于媒体报道的澄清公告", "clarified"),
        ("2025年年度报告", None),
        ("", None),
    ],
)
def test_an_announcement_counts_by_its_title(title: str, kind: str | None) -> None:
    assert kind_of(title) == kind


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("*ST甲乙", "甲乙"),
        ("XD贵州茅", "贵州茅"),
        ("万  科Ａ", "万科A"),
        ("某某智能-U", "某某智能"),
        ("N新股", "新股"),
        ("TCL科技", "TCL科技"),
        ("退市甲乙", "退市甲乙"),
    ],
)
def test_a_name_is_bare_of_its_marks(told: str, name: str) -> None:
    assert bare(told) == name


@pytest.mark.parametrize(
    ("before", "now", "title"),
    [
        ("某某纺织", "某某智算", "某某纺织 → 某某智算"),
        ("甲乙丙丁", "*ST甲乙", None),
        ("N某某公", "某某公司", None),
        ("ST甲乙", "丙丁智算", "甲乙 → 丙丁智算"),
        ("贵州茅台", "XD贵州茅", None),
        ("XD贵州茅", "贵州茅台", None),
        ("甲乙股份", "ST甲乙股份", None),
        ("N新股份", "新股份", None),
    ],
)
def test_a_mark_is_no_new_name(before: str, now: str, title: str | None) -> None:
    found = renames({"600001": before}, {"600001": now}, DAY)
    assert [event.title for event in found] == ([title] if title else [])


def test_a_stock_seen_first_has_no_new_name() -> None:
    assert renames({}, {"600001": "甲"}, DAY) == []


def test_names_are_compared_with_the_snapshot_before(store: Store) -> None:
    store.events.see_names({"600001": "某某纺织", "600002": "乙股份"}, DAY)
    store.events.see_names({"600001": "某某纺织"}, DAY + timedelta(days=1))
    later = DAY + timedelta(days=2)
    store.events.see_names({"600001": "某某智算", "600002": "XD乙股份"}, later)
    store.events.see_names({"600001": "某某智算", "600002": "乙股份"}, later + timedelta(days=1))
    (event,) = store.events.between(DAY, date.max, ["600001", "600002"])
    assert (event.day, event.kind, event.title) == (later, "renamed", "某某纺织 → 某某智算")
    assert to_concept(event, "智算概念")
    assert not to_concept(event, "白酒")


def test_a_fund_is_a_themes_by_its_name() -> None:
    assert is_theme_fund("某公司人工智能ETF", "人工智能")
    assert is_theme_fund("某公司低空经济ETF", "低空经济概念")
    assert not is_theme_fund("某公司人工智能ETF联接A", "人工智能")
    assert not is_theme_fund("某公司人工智能混合", "人工智能")


def test_companies_are_counted_once_a_kind() -> None:
    told = [("a", "reduction"), ("a", "reduction"), ("b", "reduction"), ("a", "unusual")]
    events = [Event(DAY, code, kind, f"t{n}", "", None, "x") for n, (code, kind) in enumerate(told)]
    assert companies(events) == {"reduction": 2, "unusual": 1}


def test_dates_are_read_newest_first_and_again_once_they_are_over(
    source: FakeSource, store: Store
) -> None:
    fetch_events(source, store, DAY)
    first = [DAY - timedelta(days=back) for back in range(30)]
    assert [what for what in source.asked if what.startswith("notices ")] == [
        f"notices {one}" for one in first
    ]
    assert dates_read(store, DAY) == 30
    source.asked.clear()
    fetch_events(source, store, DAY)  # the look is tried again: nothing is asked twice
    assert source.asked == []
    tomorrow = DAY + timedelta(days=1)
    assert unread(store, tomorrow)[:2] == [tomorrow, DAY]
    assert DAY - timedelta(days=1) not in unread(store, tomorrow)


class Busy(FakeSource):
    """A source of so many announcements a date."""

    rows = 2_000

    def notices(self, day: date) -> pd.DataFrame:
        few = super().notices(day)
        return pd.concat([few] * (self.rows // len(few)), ignore_index=True)


@pytest.mark.parametrize(("rows", "mornings"), [(2_000, 3), (10_000, 15)])
def test_a_months_announcements_are_read_within_the_budget_of_requests(
    market: SimulatedMarket, store: Store, rows: int, mornings: int
) -> None:
    source = Busy(market, DAY)
    source.rows = rows
    pages, read = rows // 100 + 1, []
    for morning in range(mornings):
        source.asked.clear()
        fetch_events(source, store, DAY + timedelta(days=morning))
        asked = sum(what.startswith("notices ") for what in source.asked)
        assert asked * pages < PAGES_A_DAY + pages
        read.append(dates_read(store, DAY + timedelta(days=morning)))
    assert read[-2:] == [29, 30]


def test_a_date_without_announcements_is_read(source: FakeSource, store: Store) -> None:
    source.faults[f"notices {DAY}"] = NoData("a holiday")
    assert fetch_events(source, store, DAY) == []
    assert dates_read(store, DAY) == 30


def test_what_came_before_a_fault_is_kept_and_the_fault_is_told(
    source: FakeSource, store: Store
) -> None:
    source.faults[f"notices {DAY - timedelta(days=1)}"] = Transient("slow")
    (fault,) = fetch_events(source, store, DAY)
    assert (fault.kind, fault.detail) == ("events", "announcements: Transient: slow")
    assert dates_read(store, DAY) == 1
    refused: dict[str, SourceError] = {
        what: Banned("eastmoney") for what in ("notices", "lockups", "new_funds")
    }
    source.faults |= refused
    with pytest.raises(SourceError):
        fetch_events(source, Store(None), DAY)


def test_coming_lock_ups_are_replaced_and_past_ones_stay(source: FakeSource, store: Store) -> None:
    fetch_events(source, store, DAY)
    later = DAY + timedelta(days=10)  # the first of the two is over by then
    fetch_events(source, store, later)
    days = [event.day for event in store.events.of_kind("lockup", DAY, date.max)]
    assert days == [later + timedelta(days=n) for n in (40, 5)] + [DAY + timedelta(days=5)]


def test_a_theme_has_the_events_of_its_members_and_the_funds_of_its_name(
    source: FakeSource, store: Store, market: SimulatedMarket
) -> None:
    fetch_events(source, store, DAY)
    codes = sorted(market.bars["code"].unique())
    hot = Theme("hot", "深思链概念", "concept", "XSHG", "em", "board", "BK1")
    cold = Theme("cold", "白酒", "concept", "XSHG", "em", "board", "BK2")
    store.save_themes([hot, cold])
    store.save_members("hot", DAY, codes[:3])
    store.save_members("cold", DAY, codes[5:])
    found = Beside(store).theme(hot, DAY)
    assert companies(found.past) == {"reduction": 1, "unusual": 1, "etf": 1}
    assert [event.day for event in found.coming] == [DAY + timedelta(days=n) for n in (5, 40)]
    nothing = Beside(store).theme(cold, DAY)
    assert (nothing.past, nothing.coming, nothing.named) == ((), (), 0)
