"""Hong Kong's own days, members, breadth and net run-up; the mainland stays as it is."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from config.layers import SettingsError
from config.themes import load_themes
from market.akshare import fetch
from market.akshare.fetch import offline_calendar
from market.derive import derive
from market.hongkong import ingest_hong_kong
from market.simulate import simulate
from market.source import Banned, NoData, Transient
from market.store import Store
from signals.panel import FRAMES, Panel
from tests import hk, markets
from tests.hkmarket import BASKETS, DAYS, INDEX, FakeHongKong
from tests.led import led
from tests.upstream import Upstream

LAST = date(2024, 12, 31)  # a half day
ROW = DAYS.index(LAST)
SPAN = timedelta(days=400)
ALL = (*BASKETS, INDEX)


@pytest.fixture
def source() -> FakeHongKong:
    return FakeHongKong()


@pytest.fixture
def hong_kong() -> Store:
    return Store(None).of("XHKG")


def fetched(source: FakeHongKong, store: Store, day: date) -> None:
    ingest_hong_kong(source, store, day, ALL, SPAN)  # type: ignore[arg-type]


def test_a_first_evening_has_a_past_on_hong_kongs_own_days(
    source: FakeHongKong, hong_kong: Store
) -> None:
    fetched(source, hong_kong, LAST)
    panel = hong_kong.panel(LAST, 100)
    assert panel.days == DAYS[ROW - 99 : ROW + 1]
    assert {date(2024, 10, 2), date(2024, 10, 7), date(2024, 12, 24)} <= set(panel.days)
    assert not {date(2024, 10, 1), date(2024, 12, 25), date(2024, 12, 26)} & set(panel.days)
    assert set(panel.close.columns) == {"hk-hot", "hk-calm", "hk-hstech"}
    baskets = ["hk-hot", "hk-calm"]
    for name in ("close", "members", "advancers", "above_ma20", "ma20_known", "new_highs"):
        assert getattr(panel, name)[baskets].notna().all().all(), name
    assert panel.close["hk-hstech"].notna().all()


def test_net_is_of_the_hang_seng_index(source: FakeHongKong, hong_kong: Store) -> None:
    fetched(source, hong_kong, LAST)
    panel = hong_kong.panel(LAST, 61)
    assert panel.benchmark.tolist() == source.market[ROW - 60 : ROW + 1].tolist()
    moves = source.close.pct_change()[list(BASKETS[1].members)].mean(axis=1)
    raised = (1 + moves.loc[panel.days[1] : LAST]).prod()
    expected = raised / (source.market[ROW] / source.market[ROW - 60])
    assert panel.net["hk-calm"].iloc[-1] / panel.net["hk-calm"].iloc[0] == pytest.approx(expected)


def test_where_there_are_no_price_limits_nothing_stands_at_one(
    source: FakeHongKong, hong_kong: Store
) -> None:
    source.close.loc[LAST:, "09900"] *= 1.12  # no limit-up, and well beyond the mainland's
    fetched(source, hong_kong, LAST)
    panel = hong_kong.panel(LAST, 5)
    for name in ("limit_ups", "board_height", "broken_boards", "amount", "pe", "profit_growth"):
        assert getattr(panel, name).isna().all().all(), name
    assert panel.covered["hk-hot"].iloc[-1] == 10


@pytest.mark.parametrize(("size", "covered"), [(1.45, 10), (0.55, 10), (1.6, 9), (0.2, 9)])
def test_a_move_that_only_a_split_explains_is_unknown(
    source: FakeHongKong, hong_kong: Store, size: float, covered: int
) -> None:
    before = source.close["09900"].loc[:LAST].iloc[-2]
    source.close.loc[LAST, "09900"] = before * size
    fetched(source, hong_kong, LAST)
    assert hong_kong.panel(LAST, 1).covered["hk-hot"].iloc[-1] == covered


def same(one: Panel, other: Panel) -> bool:
    pairs = ((getattr(one, f.name), getattr(other, f.name)) for f in fields(one))
    return all(mine.equals(yours) for mine, yours in pairs)


def test_evenings_one_by_one_are_as_one_look_back(source: FakeHongKong, hong_kong: Store) -> None:
    first = DAYS[ROW - 25]
    for day in DAYS[ROW - 25 : ROW + 1]:
        fetched(source, hong_kong, day)
    whole = Store(None).of("XHKG")
    ingest_hong_kong(source, whole, LAST, ALL, SPAN + (LAST - first))  # type: ignore[arg-type]
    stepped, once = hong_kong.panel(LAST, 200), whole.panel(LAST, 200)
    for name in FRAMES:
        assert np.allclose(getattr(stepped, name), getattr(once, name), equal_nan=True), name
    assert hong_kong.theme_facts(LAST)["hk-hot"].backfilled is False
    assert hong_kong.theme_facts(DAYS[ROW - 26])["hk-hot"].backfilled is True


def test_missed_days_come_whole_later(source: FakeHongKong, hong_kong: Store) -> None:
    fetched(source, hong_kong, DAYS[ROW - 4])
    fetched(source, hong_kong, LAST)
    panel = hong_kong.panel(LAST, 5)
    assert panel.days == DAYS[ROW - 4 : ROW + 1]
    assert panel.advancers["hk-hot"].notna().all()
    assert [hong_kong.theme_facts(day)["hk-hot"].backfilled for day in panel.days] == [
        False, True, True, True, False,
    ]  # fmt: skip


def test_a_day_of_a_typhoon_is_no_day(source: FakeHongKong, hong_kong: Store) -> None:
    shut = DAYS[ROW - 1]
    source.shut.add(shut)
    fetched(source, hong_kong, DAYS[ROW - 2])
    with pytest.raises(NoData, match="HSI has no bar"):
        fetched(source, hong_kong, shut)
    fetched(source, hong_kong, LAST)
    assert shut not in hong_kong.days()
    assert hong_kong.panel(LAST, 30).close["hk-hot"].notna().all()


def test_who_answered_is_not_asked_again(source: FakeHongKong, hong_kong: Store) -> None:
    source.faults["09805"] = Banned("sina: HTTP 456")
    with pytest.raises(Banned):
        fetched(source, hong_kong, LAST)
    assert hong_kong.days() == []
    answered = {code for code in source.asked if code.isdigit()} - {"09805"}
    assert len(answered) == 5
    source.faults, source.asked = {}, []
    fetched(source, hong_kong, LAST)
    assert not answered & set(source.asked)
    assert hong_kong.panel(LAST, 1).covered["hk-calm"].iloc[-1] == 10


def test_a_few_members_may_be_missing_and_are_named(source: FakeHongKong, hong_kong: Store) -> None:
    source.faults = dict.fromkeys(("09900", "09901"), Transient("no answer"))
    source.missing["09800"] = DAYS[ROW - 3]  # suspended
    report = ingest_hong_kong(source, hong_kong, LAST, ALL, SPAN)  # type: ignore[arg-type]
    assert [(f.kind, f.detail) for f in report.faults] == [
        ("hk_members", "09900, 09901: no answer")
    ]
    assert report.stocks == 17
    panel = hong_kong.panel(LAST, 1)
    assert panel.members["hk-hot"].tolist() == [10]
    assert panel.covered[["hk-hot", "hk-calm"]].iloc[-1].tolist() == [8, 9]
    source.faults = dict.fromkeys(list(BASKETS[0].members)[:5], Transient("no answer"))
    with pytest.raises(Transient, match="5 of 20 members did not come"):
        fetched(source, hong_kong, DAYS[ROW + 1])
    assert hong_kong.days()[-1] == LAST


def test_members_count_from_the_day_they_were_first_read(
    source: FakeHongKong, hong_kong: Store
) -> None:
    fetched(source, hong_kong, LAST)
    few = dict(list(BASKETS[0].members.items())[:9])
    changed = (BASKETS[0].model_copy(update={"members": few}), *ALL[1:])
    after = DAYS[ROW + 1]
    ingest_hong_kong(source, hong_kong, after, changed, SPAN)  # type: ignore[arg-type]
    assert hong_kong.member_days("hk-hot") == [LAST, after]
    assert hong_kong.panel(after, 2).members["hk-hot"].tolist() == [10, 9]


def test_a_basket_that_comes_later_gets_a_past(source: FakeHongKong, hong_kong: Store) -> None:
    ingest_hong_kong(source, hong_kong, LAST, ALL[1:], SPAN)  # type: ignore[arg-type]
    before = hong_kong.panel(LAST, 50, ["hk-calm"])
    fetched(source, hong_kong, DAYS[ROW + 1])
    panel = hong_kong.panel(DAYS[ROW + 1], 51, ["hk-hot", "hk-calm"])
    assert panel.close.notna().all().all()
    assert panel.until(LAST).close["hk-calm"].equals(before.close["hk-calm"])


def test_an_index_alone_has_days_too(source: FakeHongKong, hong_kong: Store) -> None:
    ingest_hong_kong(source, hong_kong, LAST, [INDEX], SPAN)  # type: ignore[arg-type]
    assert hong_kong.panel(LAST, 50).close["hk-hstech"].notna().all()


def test_the_mainland_has_the_very_figures_it_had(source: FakeHongKong) -> None:
    alone, beside = Store(None), Store(None)
    fetched(source, beside.of("XHKG"), LAST)
    for store in (alone, beside):
        markets.fill(store)
        derive(store, store.bar_days(), backfilled=True)
    until = alone.days()[-1]
    assert same(alone.panel(until, 130), beside.panel(until, 130))
    assert repr(alone.market_day(until)) == repr(beside.market_day(until))
    assert set(alone.panel(until, 9).close) == {"hot", "calm"}
    assert alone.days() == beside.days()


def test_a_theme_of_another_exchange_is_refused(source: FakeHongKong, hong_kong: Store) -> None:
    fetched(source, hong_kong, LAST)
    mainland = hong_kong.of("XSHG")
    mainland.save_market_days([(20241231, 1.0, 1, 1, 0, 0, None, "x")])
    with pytest.raises(ValueError, match="hk-hot is no theme of XSHG"):
        mainland.panel(LAST, 5, ["hk-hot"])


def test_the_shipped_baskets_are_wide_enough_to_judge() -> None:
    baskets = [one for one in load_themes(Path("/nonexistent")).hong_kong if one.members]
    assert {one.id for one in baskets} == {
        "hk-internet", "hk-biotech", "hk-nev", "hk-ai", "hk-hardware",
    }  # fmt: skip
    assert all(len(one.members) >= 11 for one in baskets)
    names: dict[str, set[str]] = {}
    for one in baskets:
        for code, name in one.members.items():
            names.setdefault(code, set()).add(name)
    assert all(len(told) == 1 for told in names.values())
    assert len(names) * 2 + 75 < 450  # requests, beside a snapshot of Sina's


def test_faults_of_baskets_are_told(tmp_path: Path) -> None:
    (tmp_path / "themes.toml").write_text(
        '[[theme]]\nid = "hk-a"\nname = "甲"\nexchange = "XHKG"\n[theme.members]\n700 = "腾讯"\n'
        '[[theme]]\nid = "hk-a"\nname = "乙"\n[theme.members]\n00700 = "腾讯控股"\n'
        '[[theme]]\nexchange = "XHKG"\nboards = ["b"]\n',
        "utf-8",
    )
    with pytest.raises(SettingsError) as caught:
        load_themes(tmp_path)
    for fault in ("700 is no code", "hk-a: given twice", "are for Hong Kong's", "has no boards"):
        assert fault in str(caught.value)


# ---- Sina's bars through AKShare ---------------------------------------------------------------

HK_DAYS = DAYS[-300:]


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    days = [day for day in offline_calendar() if day <= HK_DAYS[-1]][-400:]
    served = Upstream(simulate(2), days, tmp_path_factory.mktemp("upstream"))
    served.hk_days = HK_DAYS
    with led(served):
        yield served
    served.close()


def test_a_bar_carries_its_own_return_through_a_split(upstream: Upstream) -> None:
    bars = fetch.asked("hk_history", hk.SPLIT, HK_DAYS[1], HK_DAYS[-2])
    assert bars["day"].tolist() == HK_DAYS[1:-1]  # nothing of a day that is not over
    held = np.array(hk.closes(hk.SPLIT, 300))
    moves = (bars["close"] / bars["prev_close"]).to_numpy()
    assert moves == pytest.approx(held[1:-1] / held[:-2])
    split = len(bars) - hk.SPLIT_BEFORE + 1
    assert bars["close"].iloc[split] / bars["close"].iloc[split - 1] < 0.25
    assert bars["amount"].isna().all() or (bars["amount"] > 0).all()
    assert (bars["volume"] >= 500_000).all()


def test_a_stock_without_a_past_in_the_span_is_no_data(upstream: Upstream) -> None:
    with pytest.raises(NoData, match="has no day from"):
        fetch.asked("hk_history", "00005", date(2030, 1, 1), date(2030, 2, 1))
