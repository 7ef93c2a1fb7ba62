"""Daily bars of single stocks as Tencent tells them: lots, 万元, prices adjusted to the newest."""

import json
from typing import TYPE_CHECKING

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
