"""AKShare's own functions for filings, announcements and news, against the loopback upstream."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from market.akshare import fetch
from market.akshare.source import AkshareSource
from market.simulate import simulate
from market.source import NoData, SchemaChanged
from market.transport import Guard
from tests import announced, filed
from tests.led import DAYS, UNTIL, InProcess, led
from tests.upstream import Upstream


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    served = Upstream(simulate(8), DAYS[-400:], tmp_path_factory.mktemp("upstream"))
    yield served
    served.close()


@pytest.fixture
def guard(upstream: Upstream) -> Iterator[Guard]:
    upstream.requests.clear()
    upstream.faults.clear()
    with led(upstream) as guard:
        yield guard


def test_what_a_company_files_comes_in_cny_by_period(guard: Guard, upstream: Upstream) -> None:
    found = fetch.asked("company", "600001")
    assert found["report"].tolist() == sorted(filed.periods())
    figures = found.drop(columns=["report", "published"]).drop_duplicates()
    assert figures.to_dict("records") == [
        {"profit": 1e8, "core_profit": 8e7, "pretax": 1.2e8, "investment": 3e7,
         "assets": 4e9, "trading": 2e8}
    ]  # fmt: skip
    assert upstream.requests == ["company"] * 3
    assert {name for name, door in guard.doors.items() if door.requests} == {"eastmoney", "sina"}


def test_statements_whose_two_sides_differ_are_not_taken(
    guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(filed.SHEET, "资产总计", 5e9)
    with pytest.raises(SchemaChanged, match="whose sides are equal"):
        fetch.asked("company", "600001")


def test_a_line_that_is_blank_is_none_and_one_that_is_absent_is_unknown(
    guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(filed.SHEET, "交易性金融资产", float("nan"))
    assert fetch.asked("company", "600001")["trading"].eq(0).all()
    monkeypatch.delitem(filed.SHEET, "交易性金融资产")
    assert fetch.asked("company", "600001")["trading"].isna().all()


def test_reports_have_disclosure_days_and_balance_sheets(guard: Guard, upstream: Upstream) -> None:
    quarter = date(2026, 3, 31)
    found = fetch.asked("disclosures", quarter)
    assert set(found["published"]) == {date(2026, 4, 14)}
    assert len(found) == sum(not code.endswith("0") for code in upstream.codes)
    sheets = fetch.asked("balances", quarter)
    assert sheets["code"].tolist() == upstream.codes
    assert sheets.drop(columns="code").drop_duplicates().values.tolist() == [[3e8, 4e9, 2e9]]


def test_announcements_lock_ups_and_funds_come_with_day_and_link(
    guard: Guard, upstream: Upstream
) -> None:
    told = fetch.asked("notices", UNTIL)
    assert len(told) == 140
    assert set(told["day"]) == {UNTIL}
    assert told["link"].str.match(r"https://data\.eastmoney\.com/notices/detail/6\d+/AN").all()
    freed = fetch.asked("lockups", UNTIL, UNTIL + timedelta(days=60))
    assert freed[["size", "shares"]].drop_duplicates().values.tolist() == [[5e8, 2.5e7]]
    assert freed["float_share"].tolist()[1:] == [0.031] * 5
    assert freed["float_share"].isna().tolist() == [True, *[False] * 5]
    assert freed["day"].tolist() == [UNTIL + timedelta(days=10 * n) for n in range(6)]
    funds = fetch.asked("new_funds")
    assert funds["name"].str.contains("ETF").tolist() == [True, True, False]
    assert funds["shares"].tolist() == [1.25e9] * 3  # told in 亿份


def test_news_lines_carry_instants_and_the_second_wire_stands_in(
    guard: Guard, upstream: Upstream
) -> None:
    source = AkshareSource(InProcess())  # type: ignore[arg-type]
    first = source.telegraph()
    assert first.attrs["provider"] == "eastmoney"
    assert str(first["at"].iloc[0]) == "2026-07-15 04:00:00+00:00"  # noon in Shanghai
    assert first["link"].is_unique
    upstream.faults["wire"] = "403"
    second = source.telegraph()
    assert (second.attrs["provider"], set(second["link"])) == ("sina", {""})


def test_a_day_on_which_nobody_announces_is_no_data(
    guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announced, "ROWS", 0)
    with pytest.raises(NoData, match="no announcements dated"):
        fetch.asked("notices", UNTIL)
