"""LPPLS against numpy, scipy and planted bubbles, its filters, and what must not be said."""

import warnings

import numpy as np
import pytest
from scipy.optimize import least_squares

from signals import lppls
from signals import lppls_kernels as kernels
from signals.lppls import LONG, YEAR, Fits

DAYS = np.arange(1600.0)
LOGS = np.log(np.maximum(DAYS, 1))


def walk(days: int, seed: int = 1, daily: float = 0.01) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, daily, days).cumsum()


def columns(days: int, delta: float, m: float, w: float) -> np.ndarray:
    """1, f, g, h of a window by numpy, oldest first."""
    x = delta + np.arange(days)[::-1]
    f, wave = x**m, w * np.log(x)
    return np.column_stack([np.ones(days), f, f * np.cos(wave), f * np.sin(wave)])


def bubble(days: int = 400, noise: float = 0.004, seed: int = 2) -> np.ndarray:
    """A simulated rise of the model's own shape: delta 15, m 0.5, w 8."""
    planted = columns(days, 15, 0.5, 8) @ np.array([5, -0.05, 0.002, 0.002])
    return planted + np.random.default_rng(seed).normal(0, noise, days)


def left(levels: np.ndarray, delta: float, m: float, w: float) -> np.ndarray:
    """Residuals of the best linear parameters, by least squares."""
    design = columns(len(levels), delta, m, w)
    return levels - design @ np.linalg.lstsq(design, levels, rcond=None)[0]


SHAPES = [(0.05, 0.01, 2), (0.3, 0.5, 25), (1, 1.2, 7), (7.9, 0.33, 13), (150, 1.2, 25)]


@pytest.mark.parametrize(("delta", "m", "w"), SHAPES)
def test_the_basis_is_that_of_numpy_to_twelve_digits(delta: float, m: float, w: float) -> None:
    out = np.empty((5, 750))
    kernels.basis(np.array([np.log(delta), m, w]), DAYS, LOGS, out)
    x = delta + np.arange(750.0)
    f = x**m
    # the angle of a wave has itself an error of 1e-14: w log x reaches 170
    for row, known, scale in (
        (out[0], np.log(x), 1.0),
        (out[1] * x, np.ones(750), 1.0),
        (out[2] / f, np.ones(750), 1.0),
        (out[3] / f, np.cos(w * np.log(x)), 1.0),
        (out[4] / f, np.sin(w * np.log(x)), 1.0),
    ):
        assert np.abs(row - known).max() < 1e-12 * scale


@pytest.mark.parametrize(("delta", "m", "w"), SHAPES)
def test_linear_parameters_are_those_of_least_squares(delta: float, m: float, w: float) -> None:
    levels = walk(300)
    back = np.ascontiguousarray(levels[::-1])
    basis, linear = np.empty((5, 300)), np.empty(4)
    kernels.basis(np.array([np.log(delta), m, w]), DAYS, LOGS, basis)
    error = kernels.project(back, basis, np.empty((3, 3)), np.empty(3), linear)
    rest = left(levels, delta, m, w)
    assert error == pytest.approx(rest @ rest, rel=1e-8)
    fitted = columns(300, delta, m, w) @ linear
    np.testing.assert_allclose(fitted, levels - rest, atol=1e-5)


def test_the_slope_of_the_error_is_its_finite_difference() -> None:
    levels, shape = walk(200), np.array([np.log(7.0), 0.6, 9.0])
    back, basis, linear = np.ascontiguousarray(levels[::-1]), np.empty((5, 200)), np.empty(4)
    gram, sums, normal = np.empty((3, 3)), np.empty(3), np.empty((3, 3))
    kernels.basis(shape, DAYS, LOGS, basis)
    kernels.project(back, basis, gram, sums, linear)
    slope = kernels.gradient(back, basis, shape, linear, gram, sums, normal)
    design = columns(200, 7.0, 0.6, 9.0)
    directions = []
    for a in range(3):
        step = 1e-5 * (np.arange(3) == a)
        there, here = (left(levels, np.exp(s[0]), s[1], s[2]) for s in (shape + step, shape - step))
        assert slope[a] == pytest.approx(-(there @ there - here @ here) / 4e-5, rel=1e-4)
        ahead, behind = (
            columns(200, np.exp(s[0]), s[1], s[2]) @ linear for s in (shape + step, shape - step)
        )
        directions.append((ahead - behind) / 2e-5)
    jacobian = np.array(directions).T
    jacobian -= design @ np.linalg.lstsq(design, jacobian, rcond=None)[0]
    np.testing.assert_allclose(normal, jacobian.T @ jacobian, rtol=1e-5, atol=1e-8)


def searched(levels: np.ndarray) -> float:
    """Least squared error from many starts with scipy, nothing shared with the kernels."""
    days = len(levels)
    low, high = [np.log(0.05), 0.01, 2.0], [np.log(0.2 * days), 1.2, 25.0]
    starts = [
        (np.log(delta), m, w)
        for delta in (1, 0.1 * days)
        for m in (0.3, 0.8)
        for w in (4, 7, 11, 16, 22)
    ]
    ends = [
        least_squares(lambda s: left(levels, np.exp(s[0]), s[1], s[2]), start, bounds=(low, high))
        for start in starts
    ]
    return float(2 * min(end.cost for end in ends))


@pytest.mark.parametrize(("windows", "days"), [(LONG, 200), (LONG, 450), (YEAR, 60), (YEAR, 245)])
def test_no_search_with_scipy_finds_a_better_fit(windows: range, days: int) -> None:
    levels = walk(750, 3)
    mine = lppls.fits(levels, windows).error[list(windows).index(days)]
    assert mine <= 1.001 * searched(levels[-days:])


def test_the_error_told_is_that_of_the_parameters_told() -> None:
    levels = walk(750, 4) + 7
    fits = lppls.fits(levels)
    for at in (0, 60, 124):
        days = fits.days[at]
        design = columns(days, fits.delta[at], fits.m[at], fits.w[at])
        linear = np.array([fits.a[at], fits.b[at], fits.c1[at], fits.c2[at]])
        rest = levels[-days:] - design @ linear
        assert rest @ rest == pytest.approx(fits.error[at], rel=1e-6)


def test_planted_parameters_are_found_again() -> None:
    fits = lppls.fits(bubble(), range(200, 401, 5))
    assert np.median(fits.delta) == pytest.approx(15, abs=5)
    assert np.median(fits.m) == pytest.approx(0.5, abs=0.1)
    assert np.median(fits.w) == pytest.approx(8, abs=0.5)
    assert np.median(fits.b) == pytest.approx(-0.05, abs=0.02)
    assert np.median(np.sqrt(fits.error / fits.days)) == pytest.approx(0.004, rel=0.05)


def test_a_planted_bubble_has_confidence_and_neither_trend_nor_fall_has() -> None:
    trend = np.linspace(0, 1, 750) + walk(750, 5, 0.004)
    assert lppls.confidence(bubble(750)) > 0.6
    assert lppls.confidence(trend) < 0.2
    assert lppls.confidence(-bubble(750)) == 0.0


def test_random_walks_seldom_pass() -> None:
    rows = np.array([walk(250, seed, 0.02) for seed in range(60)])
    found = lppls.confidences(rows, YEAR)
    assert len(found) * len(YEAR) == 2700
    assert found.mean() < 0.01
    assert found.max() < 0.3


#             days delta   m    w    b   c1   error     passes
PASSES = {
    "all well": ((250, 10, 0.5, 8, -1, 0.05, 0.1), True),
    "m at its least": ((250, 10, 0.01, 8, -1, 0.0001, 0.1), False),
    "m above its least": ((250, 10, 0.011, 8, -1, 0.0001, 0.1), True),
    "m below its most": ((250, 10, 1.199, 8, -1, 0.05, 0.1), True),
    "m at its most": ((250, 10, 1.2, 8, -1, 0.05, 0.1), False),
    "w at its least": ((250, 0.06, 0.5, 2, -1, 0.05, 0.1), False),
    "w above its least": ((250, 0.06, 0.5, 2.01, -1, 0.05, 0.1), True),
    "w below its most": ((250, 10, 0.5, 24.99, -1, 0.01, 0.1), True),
    "w at its most": ((250, 10, 0.5, 25, -1, 0.01, 0.1), False),
    "tc held at the last day": ((250, 0.05, 0.5, 8, -1, 0.05, 0.1), False),
    "tc just ahead": ((250, 0.051, 0.5, 8, -1, 0.05, 0.1), True),
    "tc within a tenth": ((250, 24.8, 0.5, 8, -1, 0.05, 0.1), True),
    "tc beyond a tenth": ((250, 24.91, 0.5, 8, -1, 0.05, 0.1), False),
    "turns enough": ((250, 10, 0.5, 4.83, -1, 0.05, 0.1), True),
    "turns too few": ((250, 10, 0.5, 4.82, -1, 0.05, 0.1), False),
    "damped enough": ((250, 10, 0.5, 8, -1, 0.078, 0.1), True),
    "damped too little": ((250, 10, 0.5, 8, -1, 0.0782, 0.1), False),
    "no waves": ((250, 10, 0.5, 8, -1, 0.0, 0.1), False),
    "falling": ((250, 10, 0.5, 8, 1, 0.05, 0.1), False),
    "error below a twentieth": ((250, 10, 0.5, 8, -1, 0.05, 0.624), True),
    "error above a twentieth": ((250, 10, 0.5, 8, -1, 0.05, 0.626), False),
}


@pytest.mark.parametrize("name", PASSES)
def test_a_fit_passes_within_the_bounds_and_not_beyond(name: str) -> None:
    values, wanted = PASSES[name]
    days, delta, m, w, b, c1, error = (np.array([value], float) for value in values)
    none = np.zeros(1)
    assert lppls.passed(Fits(days, delta, m, w, none, b, c1, none, error))[0] == wanted


@pytest.mark.parametrize("shift", [np.log(1e-9), np.log(1e9)])
def test_neither_the_unit_of_prices_nor_what_was_before_changes_a_fit(shift: float) -> None:
    levels = bubble(750)
    moved = np.concatenate([[np.nan, 3.0], levels + shift])
    assert lppls.confidence(moved) == lppls.confidence(levels)
    np.testing.assert_allclose(lppls.fits(moved).error, lppls.fits(levels).error, rtol=1e-3)


def test_all_series_at_once_say_what_each_says_alone() -> None:
    rows = np.array([bubble(250), walk(250), np.full(250, np.nan)])
    alone = [lppls.confidence(row, YEAR) for row in rows]
    np.testing.assert_array_equal(lppls.confidences(rows, YEAR), alone)
    assert alone[0] > 0
    assert np.isnan(alone[2])
    assert len(lppls.confidences(np.empty((0, 250)), YEAR)) == 0


UNKNOWN = {
    "nothing": ([], "needs 250 days, has 0"),
    "one value": ([5.0], "needs 250 days, has 1"),
    "three days": ([5.0, 6.0, 7.0], "has 3"),
    "a constant": ([3.0] * 250, "has not moved for 30 days"),
    "a suspension": ([*walk(220), *[0.5] * 30], "has not moved for 30 days"),
    "a gap at the start": ([np.nan, *walk(249)], "not known"),
    "a gap at the end": ([*walk(249), np.nan], "not known"),
    "a price of zero": ([*walk(249), -np.inf], "not above zero"),
    "an infinite price": ([np.inf, *walk(249)], "not known"),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_cannot_be_fitted_is_unknown_and_says_why(name: str) -> None:
    levels, reason = np.array(UNKNOWN[name][0], float), UNKNOWN[name][1]
    assert reason in (lppls.unknown(levels, YEAR) or "")
    assert np.isnan(lppls.confidence(levels, YEAR))
    with pytest.raises(ValueError, match=r"needs|not"):
        lppls.fits(levels, YEAR)


@pytest.mark.parametrize(
    "levels",
    [
        np.linspace(0, 1, 250),
        np.repeat([0.0, 1.0], [235, 15]),
        np.concatenate([np.zeros(249), [1.0]]),
        walk(250, daily=1e-12),
        walk(250, daily=10),
        np.tile([0.0, 1.0], 125),
    ],
    ids=["a line", "a step", "a last day", "hardly moved", "wild", "to and fro"],
)
def test_odd_prices_have_a_confidence_without_a_warning(levels: np.ndarray) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert 0 <= lppls.confidence(levels, YEAR) < 0.5
        assert np.isfinite(lppls.fits(levels, YEAR).error).all()
