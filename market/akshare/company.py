"""What companies report beside profit and revenue, by AKShare: disclosure days, balance sheets,
and what no whole-market table gives, company by company. In CNY as it is told.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pandas as pd

from market.akshare.frames import akshare, check, number
from market.source import NoData, SchemaChanged

CODE = r"\d{6}$"
YEARS = 3  # of a company's past that are kept
ORDINAL = re.compile(r"^([一二三四五六七八九十]+、|[加减]：|其中：|\s)+")  # before a line's name
INCOME = {"pretax": "利润总额", "investment": "投资收益"}
SHEET = {"assets": "资产总计", "trading": "交易性金融资产"}
COLUMNS = ["report", "published", "profit", "core_profit", *INCOME, *SHEET]
BOTH_SIDES = re.compile("^负债(和|及)(所有者|股东)权益.*总计$")  # names vary by kind of company
TOLERATED = 0.001  # fraction by which the two sides of a balance sheet may differ


def disclosures(report: date) -> pd.DataFrame:
    """Companies that have published a report; see Source.disclosures."""
    found = _quarterly("stock_yysj_em", report, symbol="沪深A股")
    published = pd.to_datetime(found["实际披露时间"], errors="coerce")
    frame = pd.DataFrame({"code": found["股票代码"].astype(str), "published": published.dt.date})
    frame = frame[published.notna()]
    if frame.empty:
        raise NoData(f"nobody has published the report of {report} yet")
    check("disclosures", frame["published"] > report, "days after the quarter's end")
    return frame.drop_duplicates("code", ignore_index=True)


def balances(report: date) -> pd.DataFrame:
    """Balance sheets of all companies; see Source.balances."""
    found = _quarterly("stock_zcfz_em", report)
    frame = pd.DataFrame(
        {
            "code": found["股票代码"].astype(str),
            "inventories": number(found["资产-存货"]),
            "assets": number(found["资产-总资产"]),
            "equity": number(found["股东权益合计"]),
        }
    )
    return frame.drop_duplicates("code", ignore_index=True)


def _quarterly(function: str, report: date, **more: str) -> pd.DataFrame:
    """A whole-market table of a quarter; NoData before the first company is in it."""
    try:
        found: pd.DataFrame = getattr(akshare(), function)(date=f"{report:%Y%m%d}", **more)
    except TypeError:  # code 9201
        raise NoData(f"nothing of {report} yet") from None
    return found


def company(code: str) -> pd.DataFrame:
    """One company's statements, three requests; see Source.company."""
    ak, (exchange, suffix) = akshare(), _exchange(code)
    found = ak.stock_financial_analysis_indicator_em(
        symbol=f"{code}.{suffix}", indicator="按报告期"
    )
    income = _statement(ak, f"{exchange}{code}", "利润表", INCOME)
    sheet = _sheet(ak, f"{exchange}{code}")
    main = pd.DataFrame(
        {
            "profit": number(found["PARENTNETPROFIT"]).to_numpy(),
            "core_profit": number(found["KCFJCXSYJLR"]).to_numpy(),
        },
        index=pd.to_datetime(found["REPORT_DATE"]).dt.date,
    )
    main = main[~main.index.duplicated()]
    frame = income.join(sheet.drop(columns="published"), how="outer").join(main, how="outer")
    frame = frame.sort_index().rename_axis("report").reset_index()
    since = max(frame["report"]) - timedelta(days=366 * YEARS)
    kept: pd.DataFrame = frame[frame["report"] >= since].reset_index(drop=True)
    return kept.reindex(columns=COLUMNS)


def _exchange(code: str) -> tuple[str, str]:
    """The exchange of a stock as Sina and as EastMoney write it."""
    if code.startswith(("4", "8", "92")):
        return "bj", "BJ"
    return ("sh", "SH") if code.startswith("6") else ("sz", "SZ")


def _sheet(ak: Any, stock: str) -> pd.DataFrame:
    """Trading assets and all assets, by period; only where the two sides of the sheet agree.

    AKShare lays the periods side by side by position: where their lines differ, they would be
    mixed up, and no sum would come out even.
    """
    found = _statement(ak, stock, "资产负债表", SHEET, BOTH_SIDES)
    even = (found["assets"] / found.pop("both_sides") - 1).abs() <= TOLERATED
    if not even.any():
        raise SchemaChanged(f"company: expected a balance sheet of {stock} whose sides are equal")
    if "trading" in found:
        found["trading"] = found["trading"].fillna(0.0)  # a line left blank: the company has none
    kept: pd.DataFrame = found[even]
    return kept


def _statement(
    ak: Any,
    stock: str,
    kind: str,
    wanted: Mapping[str, str],
    other: re.Pattern[str] | None = None,
) -> pd.DataFrame:
    """Lines of one of Sina's statements by period, and `published`; an absent line is left out."""
    found = ak.stock_financial_report_sina(stock=stock, symbol=kind)
    lines = {ORDINAL.sub("", str(name)): name for name in found.columns}
    picked = {ours: lines[theirs] for ours, theirs in wanted.items() if theirs in lines}
    for name in filter(other.match, lines) if other else ():
        picked["both_sides"] = lines[name]
    if not picked:
        raise SchemaChanged(f"company: expected {', '.join(wanted.values())} in {kind} of {stock}")
    figures = {ours: number(found[name]) for ours, name in picked.items()}
    published = pd.to_datetime(found["公告日期"].astype(str), errors="coerce").dt.date
    frame = pd.DataFrame({"published": published, **figures})
    frame.index = pd.to_datetime(found["报告日"].astype(str), format="%Y%m%d").dt.date
    return frame[~frame.index.duplicated()]


FUNCTIONS: Mapping[str, Callable[..., pd.DataFrame]] = {
    "disclosures": disclosures,
    "balances": balances,
    "company": company,
}
