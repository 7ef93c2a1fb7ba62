"""Explosiveness against pyexuber (C++): the same statistic, the same series, one thread each."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from scipy.stats import binomtest

from signals import psy
from tests.bench.row import Row, best

DAYS = (500, 1000, 1680, 2500)
THEMES, NEWEST_DAYS = 500, 2500
WILD_DAYS, DRAWS = 500, 499
FASTER = 10  # times, asked of each
AGREES = 1e-9  # of a t-statistic
NEW_DAY_SECONDS = 0.004
SIMULATIONS, LEVEL = 2000, 0.05
RULE_DAYS, RULE_DRAWS = 250, 199  # as the rule looks at them


def rows() -> Iterator[Row]:
    """Full paths, the wild bootstrap, one new day, and false alarms."""
    for lag in (0, 1):
        for days in DAYS:
            yield _path(days, lag)
    yield _wild()
    yield from _new_day()
    yield from false_alarms()


def walk(days: int, seed: int = 1) -> np.ndarray:
    """A random walk, days."""
    return np.random.default_rng(seed).standard_normal(days).cumsum()


def _path(days: int, lag: int) -> Row:
    import exuber

    levels, rows = walk(days), psy.least_window(days)
    # its window counts rows of the regression, ours levels: one more, and one for each lag
    window = rows + 1 + lag
    theirs = exuber.radf(levels, minw=rows, lag=lag).bsadf[:, 0]
    ours = psy.bsadf(levels, window, lag)[-len(theirs) :]
    apart = float(np.abs(ours - theirs).max())
    fast = best(lambda: psy.bsadf(levels, window, lag))
    slow = best(lambda: exuber.radf(levels, minw=rows, lag=lag))
    name = f"BSADF of all days, {days} days, lag {lag} (apart {apart:.0e})"
    holds = slow >= FASTER * fast and apart <= AGREES
    return Row(name, fast * 1e3, slow * 1e3, "ms", f"{FASTER}x, within 1e-9", holds)


def _wild() -> Row:
    import exuber

    levels, rows = walk(WILD_DAYS), psy.least_window(WILD_DAYS)
    weights = psy.signs(DRAWS, WILD_DAYS - 1, seed=1)
    fast = best(lambda: psy.bootstrap(levels, weights, rows + 1))
    slow = best(lambda: exuber.radf_wb_cv(levels, minw=rows, nboot=DRAWS, seed=1), least_runs=2)
    name = f"wild bootstrap, {WILD_DAYS} days, {DRAWS} paths"
    return Row(name, fast * 1e3, slow * 1e3, "ms", f"{FASTER}x", slow >= FASTER * fast)


def _new_day() -> Iterator[Row]:
    """The newest BSADF of many themes, against all days anew and against reading the arrays."""
    levels = np.array([walk(NEWEST_DAYS, seed) for seed in range(THEMES)])
    window = psy.least_window(NEWEST_DAYS)
    new = best(lambda: psy.newest(levels, window))
    read = best(levels.sum)
    one = best(lambda: psy.bsadf(levels[0], window))
    name = f"one new day, {THEMES} themes x {NEWEST_DAYS} days"
    reach, holds = f"{NEW_DAY_SECONDS * 1e3:.0f} ms", new <= NEW_DAY_SECONDS
    yield Row(f"{name}, against all days", new * 1e3, one * THEMES * 1e3, "ms", reach, holds)
    yield Row(f"{name}, against reading", new * 1e3, read * 1e3, "ms", reach, holds)


def false_alarms() -> Iterator[Row]:
    """How often walks without a bubble alarm, by the wild bootstrap and by random walks' values."""
    weights, window = psy.signs(RULE_DRAWS, RULE_DAYS - 1, seed=2), psy.least_window(RULE_DAYS)
    floor = psy.critical("gsadf", RULE_DAYS, 1 - LEVEL)
    for name, changes in (("random walks", _normal), ("GARCH-t walks, volatility x3", _garch)):
        walks = changes(np.random.default_rng(3), SIMULATIONS, RULE_DAYS).cumsum(axis=1)
        with ThreadPoolExecutor() as pool:  # the kernels hold no interpreter lock
            reached = np.array(list(pool.map(lambda walk: psy.gsadf(walk, window), walks)))
            drawn = list(pool.map(lambda walk: psy.bootstrap(walk, weights, window), walks))
        wild = (np.array(drawn) < reached[:, None]).mean(axis=1) >= 1 - LEVEL
        fixed = reached >= floor
        low, high = binomtest(int(wild.sum()), SIMULATIONS).proportion_ci(method="wilson")
        told = f"false alarms on {SIMULATIONS} {name} ({low:.3f}-{high:.3f})"
        holds = low <= LEVEL <= high
        yield Row(told, wild.mean(), fixed.mean(), "share", f"{LEVEL:.0%} in the interval", holds)


def _normal(rng: np.random.Generator, walks: int, days: int) -> np.ndarray:
    return rng.standard_normal((walks, days))


def _garch(rng: np.random.Generator, walks: int, days: int) -> np.ndarray:
    """Changes whose volatility clusters and trebles in the last third, walks x days."""
    shocks = rng.standard_t(5, (walks, days)) / np.sqrt(5 / 3)
    variance, out = np.ones(walks), np.empty((walks, days))
    for day in range(days):
        out[:, day] = shocks[:, day] * np.sqrt(variance)
        variance = 0.05 + 0.10 * out[:, day] ** 2 + 0.85 * variance
    out[:, days - days // 3 :] *= 3
    return out
