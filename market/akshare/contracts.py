"""Contracts of all frames that cross the border: columns, types, units and ranges, each checked.

What a function of this package makes of an answer is held to its contract before it leaves the
child. Units are those of market/source.py; NaN is unknown and breaks no range. A share of rows may
be odd where single stocks are: a listing without limits, a typing error upstream.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pandas as pd
import pandera.pandas as pa

from market.akshare.stocks import in_range
from market.source import SchemaChanged

INFINITE = float("inf")
MOST_MOVE = 0.45  # fraction, beyond every price limit; new listings move more
ODD = 0.02  # share of rows that may be
Good = Callable[[Any], Any]


def _check(good: Good, told: str, tolerated: float = 0.0) -> pa.Check:
    """A column or frame is as told when more than the rest of its rows are good."""
    return pa.Check(lambda rows: bool((~good(rows)).sum() <= tolerated * len(rows)), error=told)


def _figure(low: float = -INFINITE, high: float = INFINITE, told: str = "") -> pa.Column:
    """Figures between two, or unknown."""
    within = _check(
        lambda rows: rows.isna() | rows.between(low, high), told or f"{low:g} to {high:g}"
    )
    return pa.Column(float, within, nullable=True)


def _codes(pattern: str, told: str, unique: bool = True) -> pa.Column:
    return pa.Column(str, _check(lambda rows: rows.str.fullmatch(pattern), told), unique=unique)


def _days(*checks: pa.Check, unique: bool = False) -> pa.Column:
    dated = _check(lambda rows: rows.map(lambda day: type(day) is date), "days")
    return pa.Column(object, [dated, *checks], unique=unique)


def _schema(*checks: pa.Check, **columns: pa.Column) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(columns, checks=list(checks), strict=True)


STOCK = _codes(r"\d{6}", "six-digit stock codes")
STOCKS = _codes(r"\d{6}", "six-digit stock codes", unique=False)
TEXT = pa.Column(str)
COUNT, AMOUNT, FIGURE = _figure(0), _figure(0), _figure()
PRICE = _figure(0, told="prices above zero")
CLOSE = pa.Column(float, _check(lambda rows: rows > 0, "closes above zero"))
MOVE = _figure(-MOST_MOVE, MOST_MOVE, "moves within 45 %")
LINK = pa.Column(str, _check(lambda rows: rows.str.startswith("https://"), "links", ODD))
RANGE = _check(lambda rows: ~(rows["high"] < rows["low"]), "highs not below lows")
POINTS = dict.fromkeys(("open", "high", "low"), PRICE) | {"close": CLOSE, "amount": AMOUNT}
ASCENDING = pa.Check(lambda days: days.is_monotonic_increasing, error="days in their order")
SERIES = _days(ASCENDING, unique=True)
INDEX = _schema(RANGE, day=SERIES, **POINTS)
OWN = {"prev_close": PRICE, "volume": _figure(0)}  # shares
BARS = _schema(RANGE, day=SERIES, **POINTS, **OWN)
QUOTED: dict[str, pa.Column] = {
    **(POINTS | OWN | {"code": STOCK, "prev_close": CLOSE}),
    "turnover": _figure(0, 20, "turnover as a fraction"),
    "pe_ttm": FIGURE,
    "pb": FIGURE,
    "market_cap": AMOUNT,
    "float_cap": AMOUNT,
}
SANE = (
    RANGE,
    _check(
        lambda rows: (rows["close"] / rows["prev_close"] - 1).abs() <= MOST_MOVE,
        "moves within 45 %",
        ODD,
    ),
    _check(in_range, "mean prices paid within the day's range", ODD),
)
QUOTES = _schema(*SANE, name=TEXT, **QUOTED)
WIRE = _schema(at=pa.Column(pd.DatetimeTZDtype(tz="UTC")), title=TEXT, body=TEXT, link=TEXT)
CONTRACTS: Mapping[str, pa.DataFrameSchema] = {
    "boards": _schema(
        code=_codes(r"BK\d+", "board codes such as BK0800"),
        name=TEXT,
        close=PRICE,
        pct=MOVE,
        turnover=_figure(0, 20, "turnover as a fraction"),
        advancers=COUNT,
        decliners=COUNT,
    ),
    "boards_now": _schema(name=pa.Column(str, unique=True), pct=MOVE),
    "limit_ups": _schema(
        code=STOCK,
        pct=_figure(0, MOST_MOVE, "rises within 45 %"),
        streak=_figure(1, told="runs of at least a day"),
        breaks=COUNT,
    ),
    "broken_boards": _schema(code=STOCK, pct=MOVE),
    "members": _schema(code=STOCK, name=TEXT),
    "board_history": INDEX,
    "index_history": INDEX,
    "sina_index": INDEX,
    "stock_history": BARS,
    "hk_history": BARS,
    "tencent": QUOTES,
    "sina": QUOTES,
    "eastmoney": QUOTES,
    "market_day": _schema(*SANE, name=pa.Column(nullable=True), **QUOTED),  # without names
    "earnings": _schema(
        code=STOCK,
        name=TEXT,
        report=_days(),
        revenue=FIGURE,
        profit=FIGURE,
        revenue_yoy=FIGURE,
        profit_yoy=FIGURE,
        published=pa.Column(nullable=True),
    ),
    "macro": _schema(period=SERIES, value=pa.Column(float)),
    "disclosures": _schema(code=STOCK, published=_days()),
    "balances": _schema(
        _check(
            lambda rows: ~(rows["inventories"] > rows["assets"]), "inventories within assets", ODD
        ),
        _check(lambda rows: ~(rows["equity"] > rows["assets"]), "equity within assets", ODD),
        code=STOCK,
        inventories=FIGURE,
        assets=FIGURE,
        equity=FIGURE,
    ),
    "company": _schema(
        report=SERIES,
        published=pa.Column(nullable=True),
        **dict.fromkeys(
            ("profit", "core_profit", "pretax", "investment", "trading", "assets"), FIGURE
        ),
    ),
    "notices": _schema(code=STOCKS, title=TEXT, day=_days(), link=LINK),
    "lockups": _schema(
        code=STOCKS,
        day=_days(),
        title=TEXT,
        size=AMOUNT,
        shares=COUNT,
        float_share=_figure(0, told="fractions of the float"),
        link=LINK,
    ),
    "new_funds": _schema(
        code=_codes(r"\d{6}", "six-digit codes of funds"), name=TEXT, day=_days(), shares=COUNT
    ),
    "eastmoney_wire": WIRE,
    "sina_wire": WIRE,
}


def kept(need: str, found: Any) -> Any:
    """What was found, when it keeps its contract; raises SchemaChanged else. A list has none."""
    if need not in CONTRACTS:
        return found
    try:
        CONTRACTS[need].validate(found, lazy=True)
    except pa.errors.SchemaErrors as error:
        first = error.failure_cases.iloc[0]
        where = first["column"] if isinstance(first["column"], str) else first["failure_case"]
        told = f"{need}: expected {first['check']} ({where}) in {len(found)} rows"
        raise SchemaChanged(told) from None
    return found
