"""AKShare's functions in our terms: Chinese columns to ours, % to fractions, 手/万/亿 to units.

Runs in the child process. Facts about each function (units, faults): AKShare 1.19.5's source.
"""

import importlib
import importlib.util
import json
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from market import baostock
from market.akshare import company, events, pools, quotes
from market.akshare.chains import MAINLAND
from market.akshare.frames import akshare
from market.akshare.frames import number as _number
from market.akshare.hongkong import hong_kong
from market.akshare.macro import values
from market.akshare.quotes import usable
from market.akshare.stocks import history
from market.source import NoData, SchemaChanged, SourceError
from market.transport import Guard

MOST_SHUT = timedelta(days=14)  # from one trading day to the next; 13 since 2003, at New Year
EMPTY = re.compile("NoneType|axis has 0 elements|No objects to concatenate")  # Python's, pandas'
ABROAD = {"SENSEX": "印度孟买SENSEX指数"}  # neither American nor from Hong Kong: AKShare's names


def calendar() -> list[date]:
    """Trading days of the mainland exchanges as Sina lists them, ascending.

    What it has beyond the shipped list is learnt for good: a hole in it would shut the exchange.
    """
    days = sorted(set(akshare().tool_trade_date_hist_sina()["trade_date"]))
    shipped = offline_calendar()[-1]
    later = [shipped, *(day for day in days if day > shipped)]
    for before, day in pairwise(later):
        if day - before > MOST_SHUT:  # its packing knows no weekends
            raise SchemaChanged(f"calendar: expected trading days; {day} comes after {before}")
    return days


def offline_calendar() -> list[date]:
    """Trading days from the list that AKShare's package carries; nothing is imported."""
    spec = importlib.util.find_spec("akshare")
    if not spec or not spec.origin:
        raise NoData("akshare is not installed; install Paomo anew")
    known = Path(spec.origin).with_name("file_fold") / "calendar.json"
    return sorted(date.fromisoformat(day) for day in json.loads(known.read_text()))


def boards() -> pd.DataFrame:
    """Concept boards now; see Source.boards."""
    module = importlib.import_module("akshare.stock.stock_board_concept_em")
    # cached for ever inside AKShare: without this a running bot sees its first list each day
    getattr(module, "__stock_board_concept_name_em").cache_clear()
    found = akshare().stock_board_concept_name_em()
    frame = pd.DataFrame(
        {
            "code": found["板块代码"].astype(str),
            "name": found["板块名称"].astype(str),
            "close": _number(found["最新价"]),
            "pct": _number(found["涨跌幅"]) / 100,
            "turnover": _number(found["换手率"]) / 100,
            "advancers": _number(found["上涨家数"]),
            "decliners": _number(found["下跌家数"]),
        }
    )
    return frame.drop_duplicates("code", ignore_index=True)


def boards_now() -> pd.DataFrame:
    """Boards' moves now, without counts; see Source.boards_now."""
    found = akshare().stock_board_change_em()
    name, pct = found["板块名称"].astype(str), _number(found["涨跌幅"]) / 100
    frame = pd.DataFrame({"name": name, "pct": pct})
    # an industry and a concept may share a name; which is which is not told
    return frame.drop_duplicates("name", keep=False, ignore_index=True)


def members(board: str) -> pd.DataFrame:
    """Members of one board now: code, name."""
    found = akshare().stock_board_concept_cons_em(symbol=board)
    frame = pd.DataFrame({"code": found["代码"].astype(str), "name": found["名称"].astype(str)})
    return frame.drop_duplicates("code", ignore_index=True)


def board_history(board: str, since: date, until: date) -> pd.DataFrame:
    """Daily bars of one board; see Source.board_history."""
    found = akshare().stock_board_concept_hist_em(
        symbol=board,
        period="daily",
        start_date=f"{since:%Y%m%d}",
        end_date=f"{until:%Y%m%d}",
        adjust="",
    )
    if found.empty:
        raise NoData(f"no history of board {board}")
    names = {"开盘": "open", "最高": "high", "最低": "low", "收盘": "close", "成交额": "amount"}
    frame = found.rename(columns=names)[[*names.values()]].apply(_number)
    frame.insert(0, "day", pd.to_datetime(found["日期"]).dt.date)
    bars: pd.DataFrame = frame.sort_values("day", ignore_index=True)
    return bars


def index_history(code: str, since: date, until: date) -> pd.DataFrame:
    """Daily bars of an index: Tencent's for the mainland (sh000985), Sina's for all others."""
    return _index(_told_of(akshare(), code, since, until), code, since, until)


def sina_index(code: str, since: date, until: date) -> pd.DataFrame:
    """Daily bars of an index of the mainland, by Sina; see Source.index_history."""
    return _index(akshare().stock_zh_index_daily(symbol=code), code, since, until)


def _told_of(ak: Any, code: str, since: date, until: date) -> Any:
    """What AKShare tells of an index: of the years asked, or of its whole past."""
    if code.startswith(MAINLAND):
        span = {"start_date": f"{since:%Y%m%d}", "end_date": f"{until:%Y%m%d}"}
        return ak.stock_zh_index_daily_tx(symbol=code, **span)
    if code.startswith("."):  # .IXIC, .INX
        return ak.index_us_stock_sina(symbol=code)
    if code in ABROAD:
        return ak.index_global_hist_sina(symbol=ABROAD[code])
    return ak.stock_hk_index_daily_sina(symbol=code)


def _index(found: Any, code: str, since: date, until: date) -> pd.DataFrame:
    if found.empty:
        raise NoData(f"no history of index {code}")
    frame = found[["open", "high", "low", "close"]].apply(_number)
    frame.insert(0, "day", found["date"])
    frame = frame[(frame["day"] >= since) & (frame["day"] <= until)].drop_duplicates("day")
    if frame.empty:
        raise NoData(f"index {code} has no day from {since} to {until}")
    bars: pd.DataFrame = frame.assign(amount=np.nan).sort_values("day", ignore_index=True)
    return bars


def market_day(day: date) -> pd.DataFrame:
    """The whole A-share market on a past day, by baostock; see Source.market_day."""
    return usable(baostock.whole_day(GUARD[0], day), "baostock")


def stock_history(code: str, since: date, until: date) -> pd.DataFrame:
    """Daily bars of one stock; see Source.stock_history."""
    return history(akshare(), code, since, until)


def earnings(report: date) -> pd.DataFrame:
    """Reports of all companies for a quarter; see Source.earnings."""
    try:
        found = akshare().stock_yjbb_em(date=f"{report:%Y%m%d}")
    except TypeError:  # code 9201: nobody has reported this quarter yet
        raise NoData(f"no reports for {report} yet") from None
    frame = pd.DataFrame(
        {
            "code": found["股票代码"].astype(str),
            "name": found["股票简称"].astype(str),
            "report": report,
            "revenue": _number(found["营业总收入-营业总收入"]),
            "profit": _number(found["净利润-净利润"]),
            "revenue_yoy": _number(found["营业总收入-同比增长"]) / 100,
            "profit_yoy": _number(found["净利润-同比增长"]) / 100,
            "published": pd.NaT,  # its date column is the last update, not the disclosure
        }
    )
    return frame.drop_duplicates("code", ignore_index=True)


def macro(key: str) -> pd.DataFrame:
    """All values of a macro series; see Source.macro."""
    return values(akshare(), key)


def hk_history(code: str, since: date, until: date) -> pd.DataFrame:
    """Daily bars of a stock of Hong Kong; see Source.hk_history."""
    return hong_kong(akshare(), code, since, until)


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "calendar": calendar,
    "boards": boards,
    "boards_now": boards_now,
    "members": members,
    "board_history": board_history,
    "stock_history": stock_history,
    "index_history": index_history,
    "sina_index": sina_index,
    "market_day": market_day,
    "earnings": earnings,
    "macro": macro,
    "hk_history": hk_history,
    "offline_calendar": offline_calendar,
    **quotes.FUNCTIONS,
    **company.FUNCTIONS,
    **events.FUNCTIONS,
    **pools.FUNCTIONS,
}
GUARD: list[Guard] = []  # the guard of this process, once it serves


def asked(name: str, *args: Any) -> Any:
    """What one of FUNCTIONS gives; every failure is one of the four SourceErrors."""
    from market.akshare.contracts import kept  # brings pandera, which takes half a second

    guard = GUARD[0]
    guard.fault = None
    try:
        return kept(name, FUNCTIONS[name](*args))
    except SourceError:
        raise
    except Exception as error:
        if guard.fault:  # whatever AKShare made of it, this is what happened
            raise guard.fault from None
        raise _told(name, error) from None


def _told(name: str, error: Exception) -> SourceError:
    """AKShare's ways of failing on an answer that came: nothing there, or another shape."""
    empty = isinstance(error, ZeroDivisionError) or EMPTY.search(str(error))
    if empty or type(error).__name__ == "InvalidParameterError":
        return NoData(f"{name}: the upstream has nothing ({str(error)[:120]})")
    return SchemaChanged(f"{name}: not as known: {type(error).__name__}: {str(error)[:200]}")
