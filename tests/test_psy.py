"""PSY against regressions run one by one, other packages' numbers, and what must not be said."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals import psy, psy_table
from signals.rules import Rule
from tests import markets


def walk(days: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(days).cumsum()


def regressed(levels: np.ndarray, lag: int) -> float:
    """The ADF t-statistic of one window by least squares, nothing shared with the kernels."""
    changes = np.diff(levels)
    columns = [np.ones(len(changes) - lag), levels[lag:-1], *([changes[:-1]] if lag else [])]
    design = np.column_stack(columns)
    found = np.linalg.lstsq(design, changes[lag:], rcond=None)[0]
    left = changes[lag:] - design @ found
    variance = left @ left / (len(left) - design.shape[1])
    return float(found[1] / np.sqrt(variance * np.linalg.inv(design.T @ design)[1, 1]))


@pytest.mark.parametrize("lag", [0, 1])
def test_a_days_statistic_is_the_largest_of_all_regressions(lag: int) -> None:
    levels, window = walk(90), 20
    wanted = [
        max(regressed(levels[start : end + 1], lag) for start in range(end - window + 2))
        for end in range(window - 1, 90)
    ]
    found = psy.bsadf(levels, window, lag)
    assert np.isnan(found[: window - 1]).all()
    np.testing.assert_allclose(found[window - 1 :], wanted, rtol=0, atol=1e-9)
    assert psy.gsadf(levels, window, lag) == pytest.approx(max(wanted), abs=1e-9)


@pytest.mark.parametrize("lag", [0, 1])
def test_the_statistic_is_that_of_statsmodels(lag: int) -> None:
    # statsmodels 0.15, adfuller(walk(45), maxlag=lag, autolag=None, regression="c")[0]
    levels = walk(45)
    assert psy.bsadf(levels, 45, lag)[-1] == pytest.approx(ADFULLER[lag], abs=1e-9)


ADFULLER = {0: -1.3567635380048992, 1: -1.6711061597543015}


@pytest.fixture(scope="module")
def prices_over_dividends(reference: Path) -> pd.Series:
    path = reference / "us" / "psy_sp500_price_dividend.csv"
    return pd.read_csv(path, index_col="month").squeeze()[:"2010-12"]


@pytest.mark.parametrize("window", [36, 90])
def test_the_published_gsadf_of_the_sp500_is_found(
    prices_over_dividends: pd.Series, window: int
) -> None:
    assert psy.gsadf(prices_over_dividends.to_numpy(), window) == pytest.approx(4.21, abs=0.01)


def test_the_known_episodes_of_the_sp500_are_dated(prices_over_dividends: pd.Series) -> None:
    months = list(prices_over_dividends.index)
    statistic = psy.bsadf(prices_over_dividends.to_numpy(), 36)
    above = psy.pointwise(len(months), 36, 0.95, draws=300, seed=1)
    found = psy.dated(statistic, above, least_days=round(np.log(len(months))))
    spans = [(months[e.start], months[(e.end or len(months)) - 1]) for e in found]
    for start, end in [("1928", "1929"), ("1954", "1956"), ("1987", "1987"), ("1995", "2001")]:
        inside = [s for s in spans if s[0][:4] <= end and s[1][:4] >= start]
        assert inside, (start, spans)
        assert min(s[0] for s in inside)[:4] <= end


def test_a_stretch_too_short_or_unknown_is_no_episode() -> None:
    nan = np.nan
    statistic = np.array([1, 3, 3, 1, 3, 3, 3, nan, 3, 3, 3.0])
    found = psy.dated(statistic, np.full(11, 2.0), least_days=3)
    assert found == [psy.Explosive(4, 7), psy.Explosive(8, None)]


@pytest.mark.parametrize("lag", [0, 1])
def test_one_new_day_costs_one_sweep_and_says_the_same(lag: int) -> None:
    rows = np.array([walk(200, seed) for seed in range(5)])
    rows[3, 50] = np.nan
    rows[4, 190] = np.nan
    whole = [psy.bsadf(row, 27, lag)[-1] for row in rows]
    np.testing.assert_allclose(psy.newest(rows, 27, lag), whole, atol=1e-9)
    assert np.isnan(whole[4])
    assert not np.isnan(whole[3])


def test_a_day_of_a_trailing_span_does_not_depend_on_what_was_before() -> None:
    levels = walk(400)
    whole = psy.trailing(levels, 250, 30)
    assert psy.trailing(levels[137:], 250, 30)[-1] == whole[-1]
    assert whole[300] == pytest.approx(psy.bsadf(levels[51:301], 30)[-1], abs=1e-9)
    levels[200] = np.nan
    assert np.isnan(psy.trailing(levels, 250, 30)[200:]).all()


def test_critical_values_are_those_of_the_table_and_of_its_maker() -> None:
    # the table shipped with exuber (R, commit 298994d): 200 and 400 days
    for days, known in ((200, (1.88, 2.11, 2.61)), (400, (1.92, 2.15, 2.60))):
        for level, value, noise in zip(psy.LEVELS, known, (0.07, 0.07, 0.15), strict=True):
            assert psy.critical("gsadf", days, level) == pytest.approx(value, abs=noise)
    drawn = psy_table.values(100, 0, draws=1000)
    for name, values in drawn.items():
        made = psy.critical(name, 100, 0.95)
        assert np.quantile(values, 0.95) == pytest.approx(made, abs=0.12)
    assert psy.critical("gsadf", 400, 0.95) < psy.critical("gsadf", 450, 0.95)


@pytest.mark.parametrize("wrong", [("sadf", 500, 0.95), ("gsadf", 50, 0.95), ("gsadf", 500, 0.5)])
def test_a_critical_value_that_is_not_known_is_refused(wrong: tuple[str, int, float]) -> None:
    with pytest.raises(ValueError, match="no critical value"):
        psy.critical(*wrong)


def test_bootstrap_paths_have_the_statistics_of_their_levels() -> None:
    levels, weights = walk(80), psy.signs(20, 79, seed=3)
    paths = np.column_stack([np.zeros(20), (weights * np.diff(levels)).cumsum(axis=1)])
    wanted = [psy.gsadf(path, 16) for path in paths]
    np.testing.assert_allclose(psy.bootstrap(levels, weights, 16), wanted, atol=1e-9)
    assert set(np.unique(weights)) == {-1.0, 1.0}


def test_a_family_is_judged_by_its_largest() -> None:
    draws = np.array([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0]])
    assert psy.family(draws, 0.0) == 2.0
    assert psy.family(draws, 1.0) == 3.0


def test_a_change_of_volatility_alarms_the_random_walks_value_more_than_the_bootstrap() -> None:
    rng = np.random.default_rng(5)
    spread = np.repeat([1.0, 3.0], [100, 50])
    walks = (rng.standard_normal((120, 150)) * spread).cumsum(axis=1)
    weights = psy.signs(99, 149, seed=1)
    window = psy.least_window(150)
    highest = np.array([psy.gsadf(levels, window) for levels in walks])
    own = [np.quantile(psy.bootstrap(levels, weights, window), 0.95) for levels in walks]
    falsely = (highest > psy.critical("gsadf", 150, 0.95)).mean()
    assert falsely > 0.15
    assert (highest > own).mean() < falsely / 2


UNKNOWN = {
    "nothing": ([], "not a finite number"),
    "one value": ([5.0], "needs 30 days without a gap, has 1"),
    "three days": ([5.0, 6.0, 7.0], "has 3"),
    "a constant": ([3.0] * 200, "has not moved"),
    "zeros": ([0.0] * 200, "has not moved"),
    "a gap at the end": ([*walk(100), np.nan], "not a finite number"),
    "a gap near the end": ([*walk(100), np.nan, *walk(10)], "has 10"),
    "infinite": ([*walk(100), np.inf], "not a finite number"),
    "a straight line": (list(range(200)), "follows a formula"),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_cannot_be_tested_is_unknown_and_says_why(name: str) -> None:
    levels, reason = np.array(UNKNOWN[name][0], float), UNKNOWN[name][1]
    assert reason in (psy.unknown(levels, 30) or "")
    if len(levels):
        assert np.isnan(psy.bsadf(levels, 30)[-1])
        assert np.isnan(psy.newest(levels[None, :], 30)).all()
        assert np.isnan(psy.gsadf(levels, 30)) or np.isfinite(levels[:100]).all()
    assert psy.unknown(walk(100), 30) is None


@given(scale=st.sampled_from([1e-9, 1e-3, 1.0, 1e9]), shift=st.sampled_from([0.0, 1e3, -7.0]))
def test_neither_unit_nor_level_changes_the_statistic(scale: float, shift: float) -> None:
    levels = walk(60)
    moved = psy.bsadf((levels + shift) * scale, 16)
    np.testing.assert_allclose(moved, psy.bsadf(levels, 16), rtol=1e-8, atol=1e-9)


def test_a_stock_that_stood_still_for_months_does_not_spoil_its_windows() -> None:
    levels = np.concatenate([walk(80), np.full(60, walk(80)[-1]), walk(80)[-1] + walk(60, 2)])
    found = psy.bsadf(levels, 20)
    wanted = [
        max(
            regressed(levels[start : end + 1], 0)
            for start in range(end - 18)
            if np.ptp(levels[start : end + 1]) > 0
        )
        for end in (150, 199)
    ]
    np.testing.assert_allclose(found[[150, 199]], wanted, atol=1e-8)
    assert np.isfinite(found[139])  # windows that reach back to when it moved


@pytest.mark.parametrize(("window", "lag"), [(4, 0), (6, 1), (30, 2), (30, -1)])
def test_a_regression_without_freedom_is_refused(window: int, lag: int) -> None:
    with pytest.raises(ValueError, match=r"window needs|lag must be"):
        psy.bsadf(walk(50), window, lag)


def test_a_doubling_is_exuberant_and_a_collapse_is_not(rules: tuple[Rule, ...]) -> None:
    rule = next(r for r in rules if r.name == "exuberance")
    panel = markets.panel()
    days = len(panel.close)
    rng = np.random.default_rng(2)
    noise = rng.normal(0, 0.01, days).cumsum()
    run = np.concatenate([np.zeros(days - 40), np.linspace(0, 1, 40) ** 2])
    close = panel.close.copy()
    for column, path in zip(close.columns, itertools.cycle([noise + run, noise - run, noise])):
        close[column] = panel.benchmark * np.exp(path)
    said = rule.score(replace(panel, close=close), rule.params).iloc[-1]
    assert said.iloc[0] >= rule.threshold
    assert said.iloc[1] == 0.0
    assert said.iloc[2] < rule.threshold
