"""EastMoney's pools of stocks at the upper limit, by AKShare; ST stocks are in none of them."""

import importlib
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from types import SimpleNamespace

import pandas as pd

from market.akshare.frames import akshare, check, number
from market.source import NoData

BELOW_SHARE = 0.5  # of the stocks that lost the limit; with fewer below it the columns are others


def limit_ups(day: date) -> pd.DataFrame:
    """Stocks at the upper limit now, one request; see Source.limit_ups."""
    found = akshare().stock_zt_pool_em(date=f"{day:%Y%m%d}")
    frame = _pool(found, day).assign(
        streak=number(found["连板数"]), breaks=number(found["炸板次数"])
    )
    return frame.drop_duplicates("code", ignore_index=True)


def broken_boards(day: date) -> pd.DataFrame:
    """Stocks that lost the upper limit, one request; see Source.broken_boards."""
    module = importlib.import_module("akshare.stock_feature.stock_ztb_em")
    # it refuses what is a month old by the machine's clock; the caller knows which day it is
    module.datetime = SimpleNamespace(now=lambda: datetime.combine(day, time()))  # type: ignore[attr-defined]
    found = akshare().stock_zt_pool_zbgc_em(date=f"{day:%Y%m%d}")
    frame = _pool(found, day)
    below = number(found["最新价"]) < number(found["涨停价"])
    check("broken_boards", below, "prices below the limit", 1 - BELOW_SHARE)
    # one may be back at its limit with nothing sealed: it is not below it
    return frame[below].drop_duplicates("code", ignore_index=True)


def _pool(found: pd.DataFrame, day: date) -> pd.DataFrame:
    """Code and move of each; an empty pool may be that of a day its host does not know."""
    if found.empty:
        raise NoData(f"no pool of {day}")
    return pd.DataFrame({"code": found["代码"].astype(str), "pct": number(found["涨跌幅"]) / 100})


FUNCTIONS: Mapping[str, Callable[..., pd.DataFrame]] = {
    "limit_ups": limit_ups,
    "broken_boards": broken_boards,
}
