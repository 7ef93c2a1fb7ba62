"""Theme rows against plain sums and medians, and against one another."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy import sparse

from bot import warm
from market import theme_kernel
from market.limits import price_limits
from market.theme_days import (
    BOARD_DAYS,
    WARM_UP_DAYS,
    Bars,
    StockDays,
    stock_days,
    theme_rows,
)
from signals import lppls_kernels, lppls_scan
from signals import psy_kernels as kernels
from tests import markets


def test_theme_rows_are_those_of_a_join() -> None:
    rng = np.random.default_rng(3)
    days, stocks, themes = 12, 40, 5

    def some(share: float) -> np.ndarray:
        return rng.random((days, stocks)) < share

    returns = np.where(some(0.8), rng.normal(0, 0.03, (days, stocks)).round(2), np.nan)
    activity = np.where(some(0.7), rng.lognormal(size=(days, stocks)), np.nan)
    amount = np.where(some(0.97), 1e8 * rng.random((days, stocks)), np.nan)
    activity[3] = np.nan  # a day without volumes
    limit_up = some(0.1)
    run = np.where(limit_up, rng.integers(1, 9, (days, stocks)), 0)
    broken, blind = some(0.1), some(0.03)
    blind[4] = True  # a day without highs
    flags = (some(0.5), some(0.9), some(0.2), limit_up)
    made = StockDays(returns, *flags, run, broken, blind, activity, amount)
    matrix = sparse.csr_matrix((rng.random((stocks, themes)) < 0.3).astype(float))
    found = theme_rows(made, matrix, slice(2, days))
    for theme in range(themes):
        own = matrix.toarray()[:, theme] > 0
        mine = returns[2:, own]
        np.testing.assert_array_equal(found["covered"][:, theme], (~np.isnan(mine)).sum(axis=1))
        np.testing.assert_array_equal(found["advancers"][:, theme], (mine > 0).sum(axis=1))
        np.testing.assert_array_equal(found["decliners"][:, theme], (mine < 0).sum(axis=1))
        for name, flag in {"above_ma20": made.above_ma20, "limit_ups": made.limit_up}.items():
            np.testing.assert_array_equal(found[name][:, theme], flag[2:, own].sum(axis=1))
        np.testing.assert_array_equal(found["board_height"][:, theme], run[2:, own].max(axis=1))
        hidden = blind[2:, own].sum(axis=1) > 0.1 * (~np.isnan(mine)).sum(axis=1)
        lost = np.where(hidden, np.nan, broken[2:, own].sum(axis=1))
        np.testing.assert_array_equal(found["broken_boards"][:, theme], lost)
        assert hidden[2]
        np.testing.assert_allclose(found["ret"][:, theme], np.nanmean(mine, axis=1))
        known = np.delete(activity[2:, own], 1, axis=0)
        median = np.delete(found["volume_ratio"][:, theme], 1)
        np.testing.assert_array_equal(median, np.nanmedian(known, axis=1))
        assert np.isnan(found["volume_ratio"][1, theme])
    one = theme_rows(made, matrix, slice(7, 8))
    assert all(np.array_equal(one[name][0], found[name][5], equal_nan=True) for name in found)


def test_warming_compiles_every_kernel_that_is_called() -> None:
    warm.main()
    psy = (kernels.reciprocals, kernels.path, kernels.newest, kernels.trailing, kernels.wild)
    lppls = (lppls_scan.scan, lppls_kernels.search)
    for kernel in (
        theme_kernel.sums,
        theme_kernel.boards,
        theme_kernel.medians,
        *psy,
        *lppls,
    ):
        assert kernel.signatures


def one_stock(moves: list[float], high: float = 1.0, age: int = 0) -> Bars:
    """A stock after 30 calm days; NaN is a day without trade, `high` is over its close."""
    raw = np.array([0.0] * 30 + moves)
    close = 10 * np.cumprod(1 + np.nan_to_num(raw))
    prev = np.concatenate([[10.0], close[:-1]])
    shown = np.where(np.isnan(raw), np.nan, close)[:, None]
    volume = np.where(np.isnan(raw), np.nan, 1e6)[:, None]
    days, ages = tuple(markets.weekdays(len(raw))), np.array([age])
    return Bars(days, ("600000",), shown, prev[:, None], shown * high, volume, volume, ages)


def boards(moves: list[float], high: float = 1.0) -> StockDays:
    return stock_days(one_stock(moves, high))


def test_a_day_alone_knows_a_stock_back_from_a_long_suspension_as_a_long_history_does() -> None:
    bars = one_stock([np.nan] * WARM_UP_DAYS + [0.05])
    cut = {
        name: getattr(bars, name)[-WARM_UP_DAYS - 1 :]
        for name in ("days", "close", "prev_close", "high", "volume", "amount")
    }
    alone = replace(bars, **cut, age=bars.age + len(bars.days) - WARM_UP_DAYS - 1)
    for name in ("ma20_known", "above_ma20", "new_high"):
        whole, single = (getattr(stock_days(b), name)[-1, 0] for b in (bars, alone))
        assert whole
        assert single


@pytest.mark.parametrize(
    ("code", "st", "day", "limit"),
    [
        ("600519", False, date(2026, 11, 24), 0.10),
        ("300750", False, date(2020, 8, 21), 0.10),
        ("300750", False, date(2020, 8, 24), 0.20),  # ChiNext's reform
        ("301029", True, date(2020, 8, 24), 0.20),  # special treatment too
        ("688981", True, date(2020, 7, 16), 0.20),
        ("920002", True, date(2024, 11, 1), 0.30),
        ("430047", False, date(2021, 11, 15), 0.30),
        ("600100", True, date(2026, 7, 3), 0.05),
        ("000100", True, date(2026, 7, 6), 0.10),  # from then as all others
    ],
)
def test_the_price_limit_is_that_of_the_board_and_the_day(
    code: str, st: bool, day: date, limit: float
) -> None:
    found = price_limits([day], ["000001", code], {code} if st else ())
    assert found[0].tolist() == [0.10, limit]


def test_a_run_of_limit_ups_passes_over_a_suspension_and_ends_with_a_day_below() -> None:
    made = boards([0.1, 0.1, np.nan, 0.1, 0.02, 0.1])
    assert made.run[-6:, 0].tolist() == [1, 2, 0, 3, 0, 1]
    assert not made.broken.any()


def test_a_run_is_counted_in_a_fixed_span_so_that_a_day_alone_sees_the_same() -> None:
    gap = [np.nan] * (BOARD_DAYS - 2)
    assert boards([0.1, 0.1, *gap, 0.1]).run[-1, 0] == 2
    assert boards([0.1, 0.1, *gap, np.nan, 0.1]).run[-1, 0] == 1


def test_a_broken_board_touched_the_limit_and_closed_below() -> None:
    assert boards([0.05], high=1.1 / 1.05).broken[-1, 0]
    assert not boards([0.05], high=1.02).broken[-1, 0]
    assert not boards([0.1], high=1.0).broken[-1, 0]
    unknown = boards([0.05], high=np.nan)
    assert unknown.blind[-1, 0]
    assert not unknown.broken[-1, 0]
