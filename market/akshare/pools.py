"""EastMoney's pools of stocks at the upper limit, by AKShare; ST stocks are in none of them."""

import importlib
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from types import SimpleNamespace

import pandas as pd

from market.akshare.frames import akshare, check, number
from market.source import NoData

MOST = 0.45  # fraction, beyond every price limit


def limit_ups(day: date) -> pd.DataFrame:
    """Stocks at the upper limit now, one request; see Source.limit_ups."""
    found = akshare().stock_zt_pool_em(date=f"{day:%Y%m%d}")
    frame = _pool("limit_ups", found, day).assign(
        streak=number(found["连板数"]), breaks=number(found["炸板次数"])
    )
    check("limit_ups", frame["pct"] > 0, "rises")
    check("limit_ups", frame["streak"] >= 1, "runs of at least a day")
    return frame.drop_duplicates("code", ignore_index=True)


def broken_boards(day: date) -> pd.DataFrame:
    """Stocks that lost the upper limit, one request; see Source.broken_boards."""
    module = importlib.import_module("akshare.stock_feature.stock_ztb_em")
    # it refuses what is a month old by the machine's clock; the caller knows which day it is
    module.datetime = SimpleNamespace(now=lambda: datetime.combine(day, time()))  # type: ignore[attr-defined]
    found = akshare().stock_zt_pool_zbgc_em(date=f"{day:%Y%m%d}")
    frame = _pool("broken_boards", found, day)
    below = number(found["最新价"]) < number(found["涨停价"])
    check("broken_boards", below, "prices below the limit")
    return frame.drop_duplicates("code", ignore_index=True)


def _pool(what: str, found: pd.DataFrame, day: date) -> pd.DataFrame:
    """Code and move of each; an empty pool may be that of a day its host does not know."""
    if found.empty:
        raise NoData(f"{what}: nothing of {day}")
    code, pct = found["代码"].astype(str), number(found["涨跌幅"]) / 100
    check(what, code.str.match(r"\d{6}$"), "six-digit stock codes")
    check(what, pct.abs() <= MOST, "moves within 45 %")
    return pd.DataFrame({"code": code, "pct": pct})


FUNCTIONS: Mapping[str, Callable[..., pd.DataFrame]] = {
    "limit_ups": limit_ups,
    "broken_boards": broken_boards,
}
