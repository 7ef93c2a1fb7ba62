"""What providers tell of stocks: bars (Tencent), quotes (Sina in shares, EastMoney in lots).

Tencent's bars are in lots and 万元, their prices adjusted to the newest.
"""

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.upstream import Upstream


def is_stock(upstream: "Upstream", query: dict[str, str]) -> bool:
    """Whether a stock is asked for, not an index."""
    return query.get("param", "")[2:8] in upstream.codes


def bars(upstream: "Upstream", query: dict[str, str]) -> str:
    """The bars between two days: an empty list where there are none."""
    symbol, _, since, until, *_ = query["param"].split(",")
    n = upstream.codes.index(symbol[2:])
    rows = []
    for row, day in enumerate(upstream.days):
        if since <= str(day) <= until and day <= upstream.today:
            close, volume = (float(upstream.bars[k][row, n]) for k in ("close", "volume"))
            prices = [f"{price:.4f}" for price in (close, close, close * 1.01, close * 0.99)]
            unit = upstream.units.get(symbol[2:], 1.0)
            lots, wan = f"{volume * unit / 100:.4f}", f"{volume * close / 1e4:.4f}"
            rows.append([str(day), *prices, lots, {}, "1.5", wan, ""])
    return f"kline_dayqfq2025={json.dumps({'code': 0, 'data': {symbol: {'qfqday': rows}}})}"


def sina_page(upstream: "Upstream", query: dict[str, str]) -> Any:
    """A page of Sina's quotes."""
    first = (int(query["page"]) - 1) * 80
    return [_sina_row(upstream, n) for n in range(len(upstream.codes))][first : first + 80]


def _sina_row(upstream: "Upstream", n: int) -> dict[str, Any]:
    close, before, volume, amount = upstream._bar(n)
    code, change = upstream.codes[n], close - before
    high, low = max(close, before), min(close, before)
    return {"symbol": f"sh{code}", "code": code, "name": f"模拟{code}", "trade": close,
            "pricechange": change, "changepercent": change / before * 100, "buy": close,
            "sell": close, "settlement": before, "open": before, "high": high, "low": low,
            "volume": volume, "amount": amount, "ticktime": "15:00:00", "per": 20, "pb": 2,
            "mktcap": 1, "nmc": 1, "turnoverratio": 1}  # fmt: skip


def eastmoney_row(upstream: "Upstream", n: int) -> dict[str, Any]:
    """A row of EastMoney's list of all stocks, by its fields' numbers."""
    close, before, volume, amount = upstream._bar(n)
    close, before = round(close, 4), round(close, 4) - round(close - before, 4)  # as Tencent's
    code, high, low = upstream.codes[n], max(close, before), min(close, before)
    return {"f2": close, "f3": (close / before - 1) * 100, "f4": close - before,
            "f5": volume / 100, "f6": amount, "f8": 1.5, "f9": 20, "f12": code,
            "f14": f"模拟{code}", "f15": high, "f16": low, "f17": before, "f18": before,
            "f20": 100e8, "f21": 50e8, "f23": 2}  # fmt: skip
