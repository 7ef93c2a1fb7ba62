"""Readings of the macro backdrop: values, ages, ranks, and against the reference."""

from datetime import date
from math import isnan, nan
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from market.series import SERIES
from signals.macro import CRASHES, crashes, deflator, percentile, reading, returns

MONTHS = [stamp.date() for stamp in pd.date_range("2023-01-31", periods=36, freq="ME")]
RISING = pd.Series(np.arange(36.0), index=MONTHS)


def test_a_reading_has_value_age_rank_and_change() -> None:
    found = reading(RISING, date(2026, 1, 10), 61)
    assert found
    assert (found.value, found.period, found.age_days) == (35.0, date(2025, 12, 31), 10)
    assert (found.percentile, found.n, found.before) == (1.0, 36, 34.0)
    assert found.change == 12.0
    assert not found.dead


@pytest.mark.parametrize(("age", "dead"), [(61, False), (62, True)])
def test_a_series_is_dead_one_day_after_its_limit(age: int, dead: bool) -> None:
    assert SERIES["cpi"].dead_days == 61
    day = MONTHS[-1] + pd.Timedelta(days=age)
    found = reading(RISING, day, SERIES["cpi"].dead_days)
    assert found
    assert found.dead is dead


def test_a_quarterly_series_lives_until_its_next_release() -> None:
    limit = SERIES["deflator"].dead_days
    assert (date(2026, 7, 20) - date(2026, 3, 31)).days < limit < 150


@pytest.mark.parametrize("known", [RISING * nan, RISING[:0]])
def test_nothing_known_is_no_reading(known: pd.Series) -> None:
    assert reading(known, date(2026, 1, 10), 61) is None


def test_what_is_later_than_the_day_is_not_read() -> None:
    assert reading(RISING, date(2024, 6, 15), 61) == reading(RISING[:17], date(2024, 6, 15), 61)


def test_few_values_have_no_rank_and_a_short_past_no_change() -> None:
    found = reading(RISING[:5], date(2023, 6, 15), 61)
    assert found
    assert isnan(found.percentile)
    assert isnan(found.change)
    assert found.n == 5


def test_daily_values_are_summed() -> None:
    days = [stamp.date() for stamp in pd.bdate_range("2024-01-01", periods=40)]
    found = reading(pd.Series(1.0, days), days[-1], 46, summed=20)
    assert found
    assert (found.value, found.n, found.percentile) == (20.0, 21, 0.5)


def test_ties_count_half() -> None:
    assert percentile(np.array([1.0] * 5 + [2.0] * 5 + [3.0] * 5 + [2.0])) == 0.5


def test_returns_are_over_the_same_days_in_every_market() -> None:
    days = [stamp.date() for stamp in pd.bdate_range("2024-01-01", periods=21)]
    closed = pd.Series(np.arange(100.0, 121), days).drop(days[-1])  # a holiday there
    stale = pd.Series([1.0], [date(2023, 12, 1)])
    found = returns({"a": pd.Series(np.arange(100.0, 121), days), "b": closed, "c": stale}, days)
    assert found["a"] == pytest.approx(0.20)
    assert found["b"] == pytest.approx(0.19)
    assert isnan(found["c"])
    assert isnan(returns({"a": closed}, [])["a"])


def test_the_deflator_is_the_references(reference: Path) -> None:
    table = pd.read_csv(reference / "macro_cn/cn_gdp_quarterly_nominal_real_deflator.csv")
    ends = [stamp.date() for stamp in pd.PeriodIndex(table["q"], freq="Q").end_time]
    nominal = pd.Series(table["nominal_gdp_100m_cny"].to_numpy(float), ends)
    real = pd.Series(table["real_yoy_pct"].to_numpy(float) / 100, ends)
    expected = table["deflator_yoy_pct"].to_numpy(float) / 100
    found = deflator(nominal, real).to_numpy()
    assert np.isnan(found[:4]).all()
    assert found[4:] == pytest.approx(expected[4:], abs=2e-5)


@pytest.mark.parametrize(
    ("name", "key"),
    [("CN_CPI_YOY_AK", "cpi"), ("CN_PPI_YOY", "ppi"), ("CN_M2_YOY", "m2"),
     ("CN_NEW_HOUSE_PRICE", "homes"), ("CN_FDI_ACTUAL", "fdi")],
)  # fmt: skip
def test_real_series_lie_in_range_and_are_read(reference: Path, name: str, key: str) -> None:
    table = pd.read_csv(reference / "macro_cn/cn_macro_long_2016_2026.csv")
    told = table[table["series"] == name]
    ends = [(pd.Timestamp(text) + pd.offsets.MonthEnd(0)).date() for text in told["date"]]
    known = pd.Series(told["value"].to_numpy(float) / 100, ends)
    one = SERIES[key]
    assert known.between(one.low, one.high).all()
    found = reading(known, date(2026, 8, 31), one.dead_days)
    assert found
    assert found.n == len(known)
    assert found.value == known.iloc[-1]
    assert found.percentile == pytest.approx((known < known.iloc[-1]).mean(), abs=0.03)
    if key == "fdi":
        assert found.dead
        assert found.period == date(2023, 5, 31)
    else:
        assert (found.dead, found.period) == (False, date(2026, 7, 31))
        assert found.change == pytest.approx(known.iloc[-1] - known.iloc[-13])


def test_the_known_crashes_are_the_references(reference: Path) -> None:
    table = pd.read_parquet(
        reference / "index/cn_indices.parquet", columns=["day", "code", "close"]
    )
    told = table[table["code"] == "000001"].sort_values("day")
    days = pd.to_datetime(told["day"]).dt.date
    assert tuple(crashes(pd.Series(told["close"].to_numpy(float), list(days)))) == CRASHES
