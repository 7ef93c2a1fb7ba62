"""Macro series by AKShare: the column of market/series.py, by period, in our units."""

import calendar
import re
from datetime import date
from typing import Any

import pandas as pd

from market.series import PERCENT, SERIES, Series
from market.source import NoData, SchemaChanged
from signals.macro import deflator

PERIODS = ("月份", "季度", "日期", "date")  # columns that say of when a row is
REAL_GROWTH = "国内生产总值-同比增长"  # %, of the same span as the nominal figure
MONTH = re.compile(r"(\d{4})年(\d{1,2})月|(\d{4})(\d{2})$")  # 2026年9月, 202609
QUARTER = re.compile(r"(\d{4})年第(?:1-)?([1-4])季度")
TOLERATED = 0.02  # share of values that may lie outside a series' range, and are dropped


def values(akshare: Any, key: str) -> pd.DataFrame:
    """All values of a series; see Source.macro."""
    one = SERIES[key]
    found = _rows(getattr(akshare, one.function)(*one.arguments), one)
    column = next(name for name in PERIODS if name in found)
    told = found.set_axis([period_end(each, one.cadence) for each in found[column]], axis=0)
    known = _figures(one, told).dropna()
    good = known[known.between(one.low, one.high)]
    if len(good) < (1 - TOLERATED) * len(known) or good.empty:
        span = f"values between {one.low:g} and {one.high:g}"
        raise SchemaChanged(f"macro {key}: expected {span}; {len(good)} of {len(known)} are")
    kept = good.groupby(level=0).mean().sort_index()  # of several cities their mean
    return pd.DataFrame({"period": kept.index, "value": kept.to_numpy(float)})


def _rows(found: pd.DataFrame, one: Series) -> pd.DataFrame:
    """The rows that are of the series, where a table tells of several."""
    column, said = one.only
    if found.empty:
        raise NoData(f"macro {one.key}: an empty table")
    return found[found[column].str.replace(" ", "") == said] if column else found


def _figures(one: Series, found: pd.DataFrame) -> pd.Series:
    figures = (found[one.column].astype(float) - one.base) * one.scale
    if one.key == "deflator":
        return deflator(figures, found[REAL_GROWTH].astype(float) * PERCENT)
    return figures


def period_end(told: Any, cadence: str) -> date:
    """The last day of a period such as 2026年09月份, 2026年第1-3季度 or a date."""
    if quarter := QUARTER.match(str(told)):
        return _last(int(quarter[1]), 3 * int(quarter[2]))
    if month := MONTH.match(str(told)):
        return _last(int(month[1] or month[3]), int(month[2] or month[4]))
    day = pd.Timestamp(told).date()
    return day if cadence == "day" else _last(day.year, day.month)


def _last(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
