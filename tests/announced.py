"""Announcements, lock-ups, new funds and news lines as their hosts tell them; all simulated."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from tests.economy import page

if TYPE_CHECKING:
    from tests.upstream import Upstream

Answer = tuple[str, Callable[[], Any]]
TITLES = (
    "关于控股股东减持股份计划的预披露公告",
    "股票交易异常波动公告",
    "关于媒体报道的澄清公告",
    "2025年年度报告",
)
FUND_FIELDS = 19
ROWS = 140  # announcements a day
LINES = 5


def answer(up: "Upstream", path: str, query: dict[str, str]) -> Answer | None:
    """The answer of one of these endpoints, by its name; None for another one."""
    if path.endswith("/security/ann"):
        return "notices", lambda: _notices(up, query)
    if query.get("reportName") == "RPT_LIFT_STAGE":
        return "lockups", lambda: page(_lockups(up, query["filter"]), query)
    if path.endswith("/FundNewIssue.aspx"):
        return "new_funds", lambda: _funds(up)
    if path.endswith("/getFastNewsList"):
        return "wire", lambda: {"data": {"fastNewsList": _wire(up)}}
    if path.endswith("/zhibo/feed"):
        return "sina_wire", lambda: _feed(up)
    return None


def _notices(up: "Upstream", query: dict[str, str]) -> Any:
    first = (int(query["page_index"]) - 1) * 100
    rows = [_notice(up, n, query["begin_time"]) for n in range(ROWS)]
    return {"data": {"total_hits": len(rows), "list": rows[first : first + 100]}}


def _notice(up: "Upstream", n: int, day: str) -> dict[str, Any]:
    code = up.codes[n % len(up.codes)]
    company = {"ann_type": "A,SHA", "inner_code": "1", "market_code": "1"}
    return {
        "art_code": f"AN{day.replace('-', '')}{n:04}",
        "codes": [company | {"short_name": f"模拟{code}", "stock_code": code}],
        "columns": [{"column_code": "1", "column_name": "其他"}],
        "display_time": f"{day} 18:00:00:000",
        "eiTime": f"{day} 18:00:00:000",
        "notice_date": f"{day} 00:00:00",
        "title": f"模拟{code}:{TITLES[n % len(TITLES)]}",
    }


def _lockups(up: "Upstream", asked: str) -> list[dict[str, Any]]:
    names = (
        *("SECURITY_CODE", "SECURITY_NAME_ABBR", "FREE_DATE", "CURRENT_FREE_SHARES"),
        *("ABLE_FREE_SHARES", "LIFT_MARKET_CAP", "FREE_RATIO", "NEW", "B20_ADJCHRATE"),
        *("A20_ADJCHRATE", "FREE_SHARES_TYPE", "TOTAL_RATIO", "NON_FREE_SHARES"),
        "BATCH_HOLDER_NUM",
    )
    rows, first = [], date.fromisoformat(asked.split("'")[1])
    for n, code in enumerate(up.codes[:6]):
        row: dict[str, Any] = dict.fromkeys(names, 1e15)
        day = first + timedelta(days=10 * n)
        row |= {"SECURITY_CODE": code, "FREE_DATE": f"{day} 00:00:00", "LIFT_MARKET_CAP": 5e4}
        row |= {"CURRENT_FREE_SHARES": 2500.0, "FREE_RATIO": 0.031 if n else None}  # 万股, fraction
        rows.append(row | {"FREE_SHARES_TYPE": "首发原股东限售股份"})  # 5e4 is in 万元
    return rows


def _funds(up: "Upstream") -> str:
    rows = []
    for n, name in enumerate(("模拟深思链ETF", "模拟深思链ETF联接A", "别的混合")):
        row = [""] * FUND_FIELDS
        row[0], row[1] = f"{510000 + n}", name
        row[5], row[6], row[7], row[18] = "12.5", str(up.today), "0.1", "0.1%"
        rows.append(row)
    return f"var newfunddata={json.dumps({'datas': rows}, ensure_ascii=False)}"


def _wire(up: "Upstream") -> list[dict[str, Any]]:
    return [
        {
            "title": f"模拟消息{n}" + ("：美方宣布新的出口管制" if n == 0 else ""),
            "summary": "【快讯】模拟正文",
            "showTime": f"{up.today} 12:0{n}:00",
            "code": f"2026{n:012}",
        }
        for n in range(LINES)
    ]


def _feed(up: "Upstream") -> Any:
    rows = [
        {"create_time": f"{up.today} 11:0{n}:00", "rich_text": f"模拟快讯{n}"} for n in range(LINES)
    ]
    return {"result": {"data": {"feed": {"list": rows}}}}
