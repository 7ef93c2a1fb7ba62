"""AKShare's own functions over real sockets and TLS, against the loopback upstream."""

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from market.akshare import fetch, stocks
from market.akshare.source import AkshareSource
from market.source import Banned, NoData, Transient
from market.transport import Guard, TransportPolicy, group_of
from market.worker import Worker
from tests.led import DAYS, SINCE, UNTIL, InProcess, policy
from tests.upstream import Upstream


def test_boards_come_in_our_terms_and_anew_each_time(guard: Guard, upstream: Upstream) -> None:
    first = fetch.asked("boards")
    assert list(first.columns) == [
        "code", "name", "close", "pct", "turnover", "advancers", "decliners",
    ]  # fmt: skip
    assert len(first) == len(upstream.boards)
    assert first["turnover"].eq(0.025).all()
    upstream.today = upstream.days[-2]
    assert not fetch.asked("boards")["close"].equals(first["close"])


def test_members_of_a_board(guard: Guard, upstream: Upstream) -> None:
    found = fetch.asked("members", "BK0801")
    assert sorted(found["code"]) == sorted(upstream.members["BK0801"])


def test_a_board_that_is_no_more_is_no_data(guard: Guard) -> None:
    with pytest.raises(NoData, match="members"):
        fetch.asked("members", "BK9999")


def test_a_board_history_has_days_and_points(guard: Guard) -> None:
    bars = fetch.asked("board_history", "BK0801", SINCE, UNTIL)
    assert bars["day"].tolist() == DAYS[-300:]
    assert bars[["open", "high", "low", "close", "amount"]].notna().all().all()


@pytest.mark.parametrize("moved", [1.0, 0.01, 100.0])
def test_a_stocks_history_has_previous_closes_and_shares_whatever_the_unit(
    guard: Guard, upstream: Upstream, moved: float
) -> None:
    code, before = upstream.codes[0], upstream.bars["volume"].copy()
    upstream.units[code] = moved
    bars = fetch.asked("stock_history", code, SINCE, UNTIL)
    assert bars["day"].tolist() == DAYS[-300:]
    close = upstream.bars["close"][-300:, 0]
    assert bars["close"].to_numpy() == pytest.approx(close, abs=1e-4)
    assert bars["prev_close"].iloc[1:].to_numpy() == pytest.approx(close[:-1], abs=1e-4)
    assert bars["prev_close"].iloc[0] == pytest.approx(upstream.bars["close"][-301, 0], abs=1e-4)
    assert bars["volume"].to_numpy() == pytest.approx(before[-300:, 0], abs=1)
    assert bars["amount"].to_numpy() == pytest.approx(before[-300:, 0] * close, rel=1e-4)
    assert upstream.requests == ["begin", "bars", "bars"]


def test_a_volume_that_fits_no_unit_is_unknown(guard: Guard, upstream: Upstream) -> None:
    upstream.units[upstream.codes[0]] = 7.0
    bars = fetch.asked("stock_history", upstream.codes[0], SINCE, UNTIL)
    assert bars["volume"].isna().all()
    assert bars["amount"].notna().all()


def test_a_stock_that_did_not_trade_is_no_data_and_its_first_day_has_nothing_before(
    guard: Guard, upstream: Upstream
) -> None:
    code = upstream.codes[0]
    with pytest.raises(NoData, match=code):
        fetch.asked("stock_history", code, date(2020, 1, 1), date(2020, 6, 1))
    first = fetch.asked("stock_history", code, upstream.days[0], UNTIL).iloc[0]
    assert first["day"] == upstream.days[0]
    assert first["prev_close"] != first["prev_close"]


@pytest.mark.parametrize(
    ("code", "symbol"),
    [
        ("600519", "sh600519"),
        ("688981", "sh688981"),
        ("000001", "sz000001"),
        ("302132", "sz302132"),
        ("920002", "bj920002"),
        ("430047", "bj430047"),
        ("900901", "sh900901"),
    ],
)
def test_a_code_gets_its_exchange(code: str, symbol: str) -> None:
    assert stocks.symbol(code) == symbol


def test_an_index_history_is_cut_to_the_days_asked(guard: Guard) -> None:
    bars = fetch.asked("index_history", "sh000985", SINCE, UNTIL)
    assert bars["day"].tolist() == DAYS[-300:]
    assert bars["amount"].isna().all()


def test_the_hang_seng_tech_index_is_unpacked_by_sinas_own_script(guard: Guard) -> None:
    bars = fetch.asked("index_history", "HSTECH", SINCE, UNTIL)
    assert bars["day"].tolist() == DAYS[-300:]
    assert bars.iloc[0].drop("day").to_dict() | {"amount": 0} == {
        "open": 4000.0, "high": 4100.5, "low": 3990.25, "close": 4150.0, "amount": 0,
    }  # fmt: skip


@pytest.mark.parametrize("code", [".INX", ".IXIC", "SENSEX"])
def test_an_index_of_another_market_has_days_and_points(guard: Guard, code: str) -> None:
    bars = fetch.asked("index_history", code, SINCE, UNTIL)
    assert bars["day"].tolist() == DAYS[-300:]
    assert bars["close"].tolist() == [4050.0 + n for n in range(100, 400)]


@pytest.mark.parametrize(
    ("key", "newest", "period", "n"),
    [
        ("confidence", 88.0, date(2026, 6, 30), 20),
        ("m2", 0.07, date(2026, 6, 30), 20),
        ("fdi", -0.10, date(2026, 6, 30), 20),
        ("deflator", 1.04 / 1.05 - 1, date(2026, 6, 30), 6),
        ("cpi", 0.0, date(2026, 6, 30), 20),
        ("ppi", 0.0, date(2026, 6, 30), 20),
        ("climate", 93.0, date(2026, 6, 30), 18),
        ("homes", 0.0025, date(2026, 6, 30), 20),
        ("southbound", 50e8, DAYS[-2], 399),
        ("margin", 18_000e8, DAYS[-2], 399),
        ("yield10", 0.018, DAYS[-2], 360),
        ("unemployment", 0.05, date(2026, 6, 30), 18),
    ],
)
def test_a_macro_series_comes_by_period_in_our_units(
    guard: Guard, key: str, newest: float, period: date, n: int
) -> None:
    found = fetch.asked("macro", key)
    assert found["value"].iloc[-1] == pytest.approx(newest)
    assert found["period"].iloc[-1] == period
    assert len(found) == n
    assert found["period"].is_monotonic_increasing


def test_the_calendar_is_sinas_with_the_list_as_its_stand_in(
    guard: Guard, upstream: Upstream
) -> None:
    source = AkshareSource(InProcess())
    assert [day for day in source.calendar() if day.year > 1992] == upstream.days
    upstream.faults["calendar"] = "drop"
    assert source.calendar() == fetch.offline_calendar()


@pytest.mark.parametrize(
    ("later", "believed"),
    [
        ([date(2027, 1, 4), date(2027, 1, 5)], True),
        ([date(2027, 1, 4), date(2027, 12, 31)], False),  # it would shut the exchange for a year
    ],
)
def test_a_calendar_with_holes_is_not_learnt(
    guard: Guard,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
    later: list[date],
    believed: bool,
) -> None:
    monkeypatch.setattr(upstream, "days", [*upstream.days, *later])
    found = AkshareSource(InProcess()).calendar()
    assert (found[-1] == later[-1]) is believed
    assert believed or found == fetch.offline_calendar()


def test_earnings_are_fractions_without_a_disclosure_date(guard: Guard, upstream: Upstream) -> None:
    reports = fetch.asked("earnings", date(2026, 3, 31))
    assert len(reports) == len(upstream.codes)
    assert reports["profit_yoy"].eq(0.10).all()
    assert reports["published"].isna().all()


def test_a_quarter_nobody_reported_is_no_data(guard: Guard, upstream: Upstream) -> None:
    upstream.faults["earnings"] = "9201"
    with pytest.raises(NoData, match="2026-09-30"):
        fetch.asked("earnings", date(2026, 9, 30))


def test_what_happened_is_told_whatever_akshare_made_of_it(
    guard: Guard, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    def swallows() -> None:
        with suppress(Exception):
            fetch.members("BK0801")
        raise KeyError("data")

    monkeypatch.setitem(fetch.FUNCTIONS, "swallows", swallows)  # type: ignore[arg-type]
    upstream.faults["members"] = "403"
    with pytest.raises(Banned, match="403"):
        fetch.asked("swallows")


def test_a_group_that_refused_is_left_alone(guard: Guard, upstream: Upstream) -> None:
    upstream.faults["boards"] = "403"
    with pytest.raises(Banned, match="403"):
        fetch.asked("boards")
    asked = len(upstream.requests)
    with pytest.raises(Banned, match="left alone until"):
        fetch.asked("members", "BK0801")
    assert len(upstream.requests) == asked
    assert len(fetch.asked("tencent")) > 0  # another door


def test_a_budget_is_kept(upstream: Upstream) -> None:
    guard = Guard(TransportPolicy(1, 1, 6, {"other": 0}, {"other": 9, "sina": 2}))
    for _ in range(2):
        guard.enter("finance.sina.com.cn")
    with pytest.raises(Banned, match="today's 2 requests are used up"):
        guard.enter("finance.sina.com.cn")
    assert guard.enter("qq.com") == "tencent"


@pytest.mark.parametrize(
    ("host", "group"),
    [
        ("79.push2.eastmoney.com", "push2"),
        ("91.push2his.eastmoney.com", "push2his"),
        ("82.push2.eastmoney.com", "spot"),
        ("push2delay.eastmoney.com", "push2"),
        ("push2ex.eastmoney.com", "push2ex"),
        ("datacenter-web.eastmoney.com", "eastmoney"),
        ("proxy.finance.qq.com", "tencent"),
        ("vip.stock.finance.sina.com.cn", "sina"),
        ("quotes.sina.cn", "sina"),
        ("np-anotice-stock.eastmoney.com", "eastmoney"),
        ("evilqq.com", "other"),
    ],
)
def test_hosts_are_grouped_by_who_counts(host: str, group: str) -> None:
    assert group_of(host) == group


def test_an_upstream_that_cannot_be_reached_is_no_ban(guard: Guard, upstream: Upstream) -> None:
    upstream.close()
    with pytest.raises(Transient):
        fetch.asked("boards")
    assert all(door.closed_until is None for door in guard.doors.values())


def test_the_worker_answers_from_a_child_and_brings_the_doors_back(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(upstream.ca))
    with Worker(policy(upstream), {}, deadline_seconds=60) as worker:
        assert len(worker.call("members", "BK0801")) == 40
        assert worker.doors["push2"].requests == 1
        child = Path(f"/proc/{worker._child.pid}/maps").read_text()
        assert "/dev/shm/sem." not in child  # a bar's, which a killed child would leave behind
        upstream.faults |= dict.fromkeys(("tencent", "sina", "eastmoney"), "403")
        with pytest.raises(Banned):
            AkshareSource(worker).snapshot()
        assert worker.doors["sina"].closed_until


def test_a_call_over_its_deadline_is_killed_and_the_next_one_works(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(upstream.ca))
    with Worker(policy(upstream), {}, deadline_seconds=0.01) as worker:
        with pytest.raises(Transient, match="no answer within"):
            worker.call("members", "BK0801")
        worker._deadline = 60
        assert len(worker.call("members", "BK0801")) == 40
