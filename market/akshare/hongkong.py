"""Stocks of Hong Kong by AKShare: Sina's bars, and its factors of dividends and splits."""

import importlib
import json
import re
from bisect import bisect_right
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from market.source import NoData, SchemaChanged

ASSIGNED = re.compile(r"=\s*(\{.*?\})\s*(?:;|/\*|$)", re.DOTALL)  # var hk00700qfq={...} /* */
FIGURES = ("close", "prev_close", "open", "high", "low", "volume", "amount")
NO_FACTORS = ([date.min], [1.0])


def hong_kong(akshare: Any, code: str, since: date, until: date) -> pd.DataFrame:
    """Daily bars of a stock between two days; see Source.hk_history.

    A bar of `until` is only whole once its session is over: ask no earlier.
    """
    found = akshare.stock_hk_daily(symbol=code, adjust="")
    frame = found.assign(day=found["date"]).drop_duplicates("day").sort_values("day")
    frame = frame[frame["close"] > 0]
    factor = _at(_factors(code), frame["day"].tolist())
    # a dividend or a split moves the price and not what a holder has
    frame = frame.assign(prev_close=(frame["close"] * factor).shift() / factor)
    frame = frame[(frame["day"] >= since) & (frame["day"] <= until)]
    if frame.empty:
        raise NoData(f"{code} has no day from {since} to {until}")
    amount = frame["amount"] if "amount" in frame else pd.Series(np.nan, frame.index)
    frame = frame.assign(amount=amount.where(amount > 0))[["day", *FIGURES]]
    figures: pd.DataFrame = frame.astype(dict.fromkeys(FIGURES, float)).reset_index(drop=True)
    return figures


def _factors(code: str) -> tuple[list[date], list[float]]:
    """Days, ascending, and the factor that prices from each on are multiplied with.

    Read as the JSON it is: AKShare would run what the upstream sends as Python.
    """
    import requests

    address = importlib.import_module("akshare.stock.cons").hk_sina_stock_hist_qfq_url
    try:
        text = requests.get(address.format(code)).text  # the guard sets its timeouts
    except NoData:  # no such file: a stock that never paid or split
        return NO_FACTORS
    told = ASSIGNED.search(text.strip())
    try:
        rows = [tuple(row.values()) for row in json.loads(told[1] if told else "")["data"]]
        known = sorted((date.fromisoformat(day), float(factor)) for day, factor in rows)
    except (ValueError, KeyError, TypeError) as error:
        raise SchemaChanged(f"hk_history: factors of {code} not as known ({error})") from None
    if any(factor <= 0 for _, factor in known):
        raise SchemaChanged(f"hk_history: expected factors of {code} above zero")
    return ([day for day, _ in known], [size for _, size in known]) if known else NO_FACTORS


def _at(factors: tuple[list[date], list[float]], days: list[date]) -> np.ndarray:
    """The factor of each day; before the first known one, that one."""
    known, sizes = factors
    return np.array([sizes[max(bisect_right(known, day) - 1, 0)] for day in days])
