"""What companies file, as EastMoney and Sina tell it; figures are simulated, units are theirs.

All figures that do not count are far away, so that a column taken for another is noticed.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tests.economy import page

if TYPE_CHECKING:
    from tests.upstream import Upstream

Answer = tuple[str, Callable[[], Any]]
BALANCE_FIELDS, REPORT_FIELDS = 57, 37  # of a row
NEWEST = date(2026, 3, 31)
PERIODS = [date(y, m, d) for y in (2025, 2026) for m, d in ((3, 31), (6, 30), (9, 30), (12, 31))]
INCOME = {"营业收入": 1e9, "投资收益": 3e7, "利润总额": 1.2e8, "净利润": 1.1e8}
SHEET = {
    "货币资金": 1e8,
    "交易性金融资产": 2e8,
    "存货": 3e8,
    "资产总计": 4e9,
    "负债和所有者权益(或股东权益)总计": 4e9,
}


def answer(up: "Upstream", path: str, query: dict[str, str]) -> Answer | None:
    """The answer of one of these endpoints, by its name; None for another one."""
    report = query.get("reportName", "")
    if report == "RPT_PUBLIC_BS_APPOIN":
        day = date.fromisoformat(query["filter"].split("'")[1]) + timedelta(days=14)
        return "disclosures", lambda: page([_appointed(c, day) for c in up.codes], query)
    if report == "RPT_LICO_FN_CPD":
        return "earnings", lambda: page([_report(code) for code in up.codes], query)
    if report == "RPT_DMSK_FN_BALANCE":
        return "balances", lambda: page([_balance(code) for code in up.codes], query)
    if query.get("type") == "RPT_F10_FINANCE_MAINFINADATA":
        return "company", lambda: {"result": {"data": [_main(one) for one in periods()]}}
    if path.endswith("getFinanceReport2022"):
        lines = SHEET if query["source"] == "fzb" else INCOME
        return "company", lambda: _sina(lines)
    return None


def _report(code: str) -> dict[str, Any]:
    row: dict[str, Any] = {f"c{n}": None for n in range(REPORT_FIELDS)}
    row |= {"c0": code, "c1": f"模拟{code}", "c6": "2026-10-30", "c10": 1e9, "c11": 1e8}
    return row | {"c13": 8.0, "c14": 10.0}


def periods() -> list[date]:
    """Quarters that were reported, the newest first."""
    return [one for one in reversed(PERIODS) if one <= NEWEST]


def _appointed(code: str, day: date) -> dict[str, Any]:
    """Every tenth company has not published yet."""
    published = None if code.endswith("0") else f"{day} 00:00:00"
    days = dict.fromkeys(("FIRST_CHANGE_DATE", "SECOND_CHANGE_DATE", "THIRD_CHANGE_DATE"))
    return {
        "SECURITY_CODE": code,
        "SECURITY_NAME_ABBR": f"模拟{code}",
        "FIRST_APPOINT_DATE": "2026-04-21 00:00:00",
        **days,
        "ACTUAL_PUBLISH_DATE": published,
    }


def _balance(code: str) -> dict[str, Any]:
    row: dict[str, Any] = {f"c{n:02}": 1e15 for n in range(BALANCE_FIELDS)}
    row |= {"c01": code, "c04": f"模拟{code}", "c12": "2026-04-21 00:00:00"}
    return row | {"c14": 4e9, "c20": 3e8, "c27": 2e9}  # all assets, inventories, equity


def _main(report: date) -> dict[str, Any]:
    return {
        "REPORT_DATE": f"{report} 00:00:00",
        "EPSJB": 1e15,
        "PARENTNETPROFIT": 1e8,
        "KCFJCXSYJLR": 8e7,
    }


def _sina(lines: dict[str, float]) -> Any:
    dates = [f"{one:%Y%m%d}" for one in periods()]
    listed = [{"item_title": name, "item_value": f"{lines[name]:.6f}"} for name in lines]
    told = {
        "data": listed,
        "data_source": "定期报告",
        "is_audit": "未审计",
        "publish_date": "20260421",
        "rCurrency": "CNY",
        "rType": "合并期末",
        "update_time": 1776000000,
    }
    table = {"report_date": [{"date_value": one} for one in dates]}
    return {"result": {"data": table | {"report_list": dict.fromkeys(dates, told)}}}
