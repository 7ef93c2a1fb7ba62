"""Theme rows against plain sums and medians, and against one another."""

import numpy as np
from scipy import sparse

from bot import warm
from market import theme_kernel
from market.theme_days import StockDays, theme_rows
from signals import psy_kernels as kernels


def test_theme_rows_are_those_of_a_join() -> None:
    rng = np.random.default_rng(3)
    days, stocks, themes = 12, 40, 5

    def some(share: float) -> np.ndarray:
        return rng.random((days, stocks)) < share

    returns = np.where(some(0.8), rng.normal(0, 0.03, (days, stocks)).round(2), np.nan)
    activity = np.where(some(0.7), rng.lognormal(size=(days, stocks)), np.nan)
    amount = np.where(some(0.97), 1e8 * rng.random((days, stocks)), np.nan)
    activity[3] = np.nan  # a day without volumes
    made = StockDays(returns, some(0.5), some(0.9), some(0.2), some(0.1), activity, amount)
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
    for kernel in (theme_kernel.sums, theme_kernel.medians, *psy):
        assert kernel.signatures
