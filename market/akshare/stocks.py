"""Bars of single stocks by AKShare, from Tencent; volumes in shares, whatever their unit was.

Of Sina's, AKShare drops the exchange's previous close, without which a dividend looks like a fall,
and EastMoney's history host bears few requests; Tencent's bears thousands a day.
"""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from market.source import NoData

LOTS = 100  # shares in a 手
NEAR = 1.5  # times; a day's mean price is this near its close
FEN = 0.01  # relative; prices are rounded to it
BEFORE = timedelta(days=40)  # asked for ahead, so that the first day has a close before it
NAMES = ("open", "high", "low", "close", "volume", "amount")


def history(akshare: Any, code: str, since: date, until: date) -> pd.DataFrame:
    """Daily bars of one stock, prices adjusted to the newest; see Source.stock_history.

    On one basis the row before holds the previous close, also over a dividend.
    """
    try:
        found = akshare.stock_zh_a_hist_tx(
            symbol=symbol(code),
            start_date=str(since - BEFORE),
            end_date=str(until),
            adjust="qfq",
        )
    except IndexError:  # not a row in any year
        raise NoData(f"no bars of {code}") from None
    frame = found[[*NAMES]].apply(pd.to_numeric, errors="coerce").astype(float)
    frame.insert(0, "day", found["date"])
    frame["prev_close"] = frame["close"].shift()
    frame["volume"] = _in_shares(frame)
    frame = frame[(frame["day"] >= since) & (frame["day"] <= until)].reset_index(drop=True)
    if frame.empty:
        raise NoData(f"no bars of {code} from {since} to {until}")
    return pd.DataFrame(frame)


def symbol(code: str) -> str:
    """A stock's code with its exchange before it, as Tencent writes it."""
    if code.startswith(("8", "4", "92")):
        return f"bj{code}"
    return f"{'sh' if code.startswith(('6', '9')) else 'sz'}{code}"


def shares(volume: pd.Series, amount: pd.Series, price: pd.Series) -> pd.Series:
    """Volume in shares: Tencent gives lots for most, shares for STAR; the amount tells which."""
    ratio = amount / (volume * price)
    lots = ratio.between(LOTS / NEAR, LOTS * NEAR)
    known = ratio.between(1 / NEAR, NEAR) | (volume == 0)
    return (volume * np.where(lots, LOTS, 1)).where(lots | known)


def in_range(quotes: pd.DataFrame) -> pd.Series:
    """Whether amount / volume lies within the day's range, as it does when both units are right.

    True where it is not known.
    """
    paid = (quotes["amount"] / quotes["volume"]).where(quotes["volume"] > 0)
    return ~((paid < quotes["low"] * (1 - FEN)) | (paid > quotes["high"] * (1 + FEN)))


def _in_shares(frame: pd.DataFrame) -> pd.Series:
    """The volumes of one stock: AKShare takes some for shares that are lots, a hundred times less.

    One unit for all days, told by the newest, whose adjusted prices are those that were paid.
    """
    newest = frame[frame["volume"] > 0].tail(20)
    ratio = float((newest["amount"] / (newest["volume"] * newest["close"])).median())
    for unit in (1 / LOTS, 1, LOTS):
        if unit / NEAR <= ratio <= unit * NEAR:
            return frame["volume"] * unit
    return frame["volume"] * np.nan
