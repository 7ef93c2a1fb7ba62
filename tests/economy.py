"""Macro tables as EastMoney's data centre tells them; figures are simulated, units are theirs."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.upstream import Upstream

Table = tuple[str, list[dict[str, Any]]]  # the endpoint's name, and all rows


def tables(report: str, days: Sequence[date], today: date) -> Table | None:
    """The table of a report as it is known on a day; None for a report of another kind."""
    if report not in REPORTS:
        return None
    name, made = REPORTS[report]
    return name, made([day for day in days if day < today])


def page(rows: list[dict[str, Any]], query: dict[str, str]) -> Any:
    """One page of a table, as the data centre gives it."""
    size = int(query.get("pageSize") or query["ps"])
    first = (int(query.get("pageNumber") or query["p"]) - 1) * size
    return {"result": {"pages": -(-len(rows) // size), "data": rows[first : first + size]}}


def _months(days: Sequence[date]) -> list[date]:
    """First days of the months that are over, the newest first."""
    return sorted({day.replace(day=1) for day in days} - {days[-1].replace(day=1)}, reverse=True)


def _monthly(columns: int, place: int, value: Callable[[int], float]) -> Callable[..., Any]:
    """Rows of so many columns: a date, the month in words, figures; the one that counts among them.

    All other figures are far away, so that a column taken for another is noticed.
    """

    def made(days: Sequence[date]) -> list[dict[str, Any]]:
        rows = []
        for n, month in enumerate(_months(days)):
            row: dict[str, Any] = {f"c{column:02}": 1e6 for column in range(columns)}
            row |= {"c00": str(month), "c01": f"{month:%Y年%m月份}", f"c{place:02}": value(n)}
            rows.append(row)
        return rows

    return made


def _gdp(days: Sequence[date]) -> list[dict[str, Any]]:
    """Cumulative figures: nominal grows by 4 % a year, real by 5 %."""
    rows = []
    for year in sorted({day.year for day in days}, reverse=True):
        for quarter in (4, 3, 2, 1):
            if date(year, 3 * quarter, 28) < days[-1]:
                span = f"第1-{quarter}季度" if quarter > 1 else "第1季度"
                row: dict[str, Any] = {f"c{column:02}": 1e6 for column in range(10)}
                nominal = 300_000.0 * quarter * 1.04 ** (year - 2024)
                row |= {"c00": f"{year}", "c01": f"{year}年{span}", "c02": nominal, "c06": 5.0}
                rows.append(row)
    return rows


def _climate(days: Sequence[date]) -> list[dict[str, Any]]:
    names = ("REPORT_DATE", "INDICATOR_VALUE", *(f"CHANGE_{n}" for n in range(6)))
    known = [month for month in _months(days) if month.month != 1]
    rows = [(f"{month} 00:00:00", 93.0 + n / 10, *[0.1] * 6) for n, month in enumerate(known)]
    return [dict(zip(names, row, strict=True)) for row in rows]


def _homes(days: Sequence[date]) -> list[dict[str, Any]]:
    rows = []
    for month in _months(days):
        for city, index in (("北京", 95.0), ("上海", 105.5)):
            row: dict[str, Any] = {f"c{column:02}": 1e6 for column in range(9)}
            rows.append(row | {"c00": f"{month} 00:00:00", "c01": city, "c02": index})
    return rows


def _southbound(days: Sequence[date]) -> list[dict[str, Any]]:
    """In millions, as it is told: AKShare makes 亿 of them."""
    names = (
        *("MUTUAL_TYPE", "FUND_INFLOW", "QUOTA_BALANCE", "ACCUM_DEAL_AMT", "BUY_AMT", "SELL_AMT"),
        *("LEAD_STOCKS_CODE", "LEAD_STOCKS_NAME", "LS_CHANGE_RATE", "INDEX_CLOSE_PRICE"),
        *("INDEX_CHANGE_RATE", "HOLD_MARKET_CAP"),
    )
    blank = dict.fromkeys(names, 1.0)
    return [
        blank | {"TRADE_DATE": f"{day} 00:00:00", "NET_DEAL_AMT": 5000.0 + n}
        for n, day in enumerate(reversed(days))
    ]


def _margin(days: Sequence[date]) -> list[dict[str, Any]]:
    names = (
        *("LOAN_BALANCE", "FIN_BUY_AMT", "LOAN_SELL_AMT", "SECURITY_ORG_NUM", "OPERATEDEPT_NUM"),
        *("PERSONAL_INVESTOR_NUM", "ORG_INVESTOR_NUM", "INVESTOR_NUM", "MARGINLIAB_INVESTOR_NUM"),
        *("TOTAL_GUARANTEE", "AVG_GUARANTEE_RATIO"),
    )
    blank = dict.fromkeys(names, 1.0)
    return [
        blank | {"STATISTICS_DATE": f"{day} 00:00:00", "FIN_BALANCE": 18_000.0 + n}
        for n, day in enumerate(reversed(days))
    ]


def _yields(days: Sequence[date]) -> list[dict[str, Any]]:
    """In %; on every tenth day only the other country traded."""
    other = ("EMM00166462", "EMM00166469", "EMM00588704", "EMM01276014", "EMG00001306")
    other += ("EMG00001308", "EMG00001310", "EMG00001312", "EMG01339436", "EMM00000024")
    blank = dict.fromkeys((*other, "EMG00159635"), 4.5)
    return [
        blank | {"SOLAR_DATE": f"{day} 00:00:00", "EMM00166466": None if n % 10 == 9 else 1.8}
        for n, day in enumerate(reversed(days))
    ]


def unemployment(up: "Upstream") -> Any:
    """As the statistics bureau tells it: by month, whatever was asked for; January's is missing."""
    known = [
        month for month in _months([day for day in up.days if day < up.today]) if month.month > 1
    ]
    return {
        "success": True,
        "data": [
            {
                "name": f"{month.year}年{month.month}月",
                "values": [
                    {"_name": "城镇调查失业率", "i_showname": f"{whose} (%)", "value": value}
                    for whose, value in (
                        ("全国城镇调查失业率", f"{5 + n / 10:.1f}"),
                        ("31个大城市城镇调查失业率", "77"),
                        ("全国城镇16—24岁劳动力失业率", ""),
                    )
                ],
            }
            for n, month in enumerate(known)
        ],
    }


REPORTS: dict[str, tuple[str, Callable[[Sequence[date]], list[dict[str, Any]]]]] = {
    "RPT_ECONOMY_FAITH_INDEX": ("confidence", _monthly(11, 2, lambda n: 88.0 + n / 10)),
    "RPT_ECONOMY_CURRENCY_SUPPLY": ("m2", _monthly(11, 3, lambda n: 7.0 + n / 10)),
    "RPT_ECONOMY_FDI": ("fdi", _monthly(7, 6, lambda n: -10.0)),
    "RPT_ECONOMY_GDP": ("deflator", _gdp),
    "RPT_ECONOMY_CPI": ("cpi", _monthly(14, 2, lambda n: 0.1 * n)),
    "RPT_ECONOMY_PPI": ("ppi", _monthly(5, 3, lambda n: -0.1 * n)),
    "RPT_INDUSTRY_INDEX": ("climate", _climate),
    "RPT_ECONOMY_HOUSE_PRICE": ("homes", _homes),
    "RPT_MUTUAL_DEAL_HISTORY": ("southbound", _southbound),
    "RPTA_WEB_MARGIN_DAILYTRADE": ("margin", _margin),
    "RPTA_WEB_TREASURYYIELD": ("yield10", _yields),
}
