"""Readings of the macro backdrop as they were known on a day; pure.

A reading is never a signal: it stands beside the themes with its age and its own history.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

MIN_VALUES = 12  # with fewer a percentile says nothing
NEAR_DAYS = 10  # calendar days within which a period is a year before another
CRASH_FALL = 0.4  # fraction below the highest close of a year
CRASH_DAYS = 250  # trading days, a year
# Shanghai Composite 1990-12 to 2024-06, first day of each case: by CRASH_FALL and CRASH_DAYS
CRASHES = (date(1992, 8, 12), date(2008, 3, 24), date(2015, 8, 25))


@dataclass(frozen=True)
class Reading:
    """The newest value of a series known on a day."""

    value: float  # in the series' unit
    period: date  # its last day
    age_days: int  # calendar days since
    percentile: float  # of all values known, 0..1; NaN when they are few
    n: int  # values known
    change: float  # on the value a year before, in the series' unit; NaN unknown
    before: float  # the value of the period before; NaN unknown
    dead: bool  # older than it may be: shown as dead, left out of any score


def reading(known: pd.Series, day: date, dead_days: int, summed: int = 1) -> Reading | None:
    """The newest reading; None when nothing is known.

    `known` holds the values public by `day`, by the last day of their period, ascending; a
    reading sums the last `summed` of them.
    """
    over = known[[period <= day for period in known.index]].dropna()
    values = sums(over, summed)
    if values.empty:
        return None
    newest, period = float(values.iloc[-1]), values.index[-1]
    age = (day - period).days
    before = float(values.iloc[-2]) if len(values) > 1 else np.nan
    return Reading(
        value=newest,
        period=period,
        age_days=age,
        percentile=percentile(values.to_numpy(float)),
        n=len(values),
        change=newest - _year_before(values, period),
        before=before,
        dead=age > dead_days,
    )


def sums(values: pd.Series, periods: int) -> pd.Series:
    """Sum of each value and those before it, `periods` in all, by the last one's period."""
    if len(values) < periods:
        return values.iloc[:0]
    windows = np.lib.stride_tricks.sliding_window_view(values.to_numpy(float), periods)
    return pd.Series(windows.sum(axis=1), values.index[periods - 1 :])


def percentile(values: np.ndarray) -> float:
    """Rank of the last value among all, 0..1, ties counted half; NaN with few values."""
    if len(values) < MIN_VALUES:
        return np.nan
    below, equal = (values[:-1] < values[-1]).sum(), (values[:-1] == values[-1]).sum()
    return float((below + equal / 2) / (len(values) - 1))


def _year_before(values: pd.Series, period: date) -> float:
    """The value of the period nearest to a year before; NaN when none is near."""
    wanted = (pd.Timestamp(period) - pd.DateOffset(years=1)).date()
    near = min(values.index, key=lambda other: abs((other - wanted).days))
    return float(values[near]) if abs((near - wanted).days) <= NEAR_DAYS else np.nan


def deflator(nominal: pd.Series, real_growth: pd.Series) -> pd.Series:
    """Growth of the GDP deflator on a year before, fraction, by quarter's end.

    `nominal` (any currency) and `real_growth` (fraction) are of the same span: both of a quarter,
    or both since the start of the year.
    """
    years_before = [period.replace(year=period.year - 1) for period in nominal.index]
    base = nominal.reindex(years_before).to_numpy(float)
    real = 1 + real_growth.reindex(nominal.index).to_numpy(float)
    return pd.Series(nominal.to_numpy(float) / base / real - 1, nominal.index)


def returns(levels: Mapping[str, pd.Series], days: Sequence[date]) -> dict[str, float]:
    """Return of each index from the first to the last of `days`, fraction; NaN unknown.

    Each market is taken at its last close at or before either day, at most NEAR_DAYS old.
    """
    if not days:
        return dict.fromkeys(levels, np.nan)
    return {
        name: _level(level, days[-1]) / _level(level, days[0]) - 1 for name, level in levels.items()
    }


def _level(levels: pd.Series, day: date) -> float:
    near = [known for known in levels.index if day - timedelta(NEAR_DAYS) <= known <= day]
    return float(levels[max(near)]) if near else np.nan


def crashes(levels: pd.Series) -> list[date]:
    """First day of each market-wide crash: CRASH_FALL below the highest close of CRASH_DAYS.

    Days of a crash that are less than CRASH_DAYS rows apart are one case.
    """
    fallen = levels / levels.rolling(CRASH_DAYS, min_periods=1).max() - 1 <= -CRASH_FALL
    places = np.flatnonzero(fallen.to_numpy())
    apart = np.diff(places, prepend=-CRASH_DAYS - 1) > CRASH_DAYS
    return [levels.index[place] for place in places[apart]]
