"""Explosiveness in the sense of Phillips, Shi and Yu (2015, International Economic Review 56(4)).

For each window the ADF regression of a level's change on the level of the day before, with an
intercept and `lag` lagged changes, gives a right-tailed t-statistic. BSADF of a day is its largest
over all windows ending there, GSADF the largest BSADF. It says that a series grows from its own
level, not that it will fall: collapses trigger it too, and of 49 US industries few that it named
crashed. Alarms use the wild bootstrap of Harvey, Leybourne, Sollis and Taylor (2016, Journal of
Empirical Finance), whose paths keep the timing of volatility; the values of random walks alarm
falsely wherever volatility changes.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from os import cpu_count
from pathlib import Path

import numpy as np
import pandas as pd

from signals import psy_kernels as kernels

TABLE = Path(__file__).with_name("psy_critical.csv")  # made by `python -m signals.psy_table`
LEVELS = (0.90, 0.95, 0.99)
Floats = np.ndarray


def least_window(days: int) -> int:
    """Levels in the shortest window, the authors' rule: days * (0.01 + 1.8 / sqrt(days))."""
    return int(days * (0.01 + 1.8 / np.sqrt(days)))


def unknown(levels: Floats, window: int) -> str | None:
    """Why the last day of a series has no statistic; None when it has one."""
    whole = _since_gap(levels)
    if not len(whole):
        return "the newest level is not a finite number"
    if len(whole) < window:
        return f"needs {window} days without a gap, has {len(whole)}"
    moved = bsadf(whole, window)[-1]
    return "the series has not moved, or follows a formula exactly" if np.isnan(moved) else None


def bsadf(levels: Floats, window: int, lag: int = 0) -> Floats:
    """BSADF of each day of a series (t-statistic), as long as the series.

    `window`: levels in the shortest window. NaN where fewer days stand since the last gap, and
    where no window has moved. Raises ValueError for a window or lag that no regression allows.
    """
    _checked(window, lag)
    levels = np.ascontiguousarray(levels, float)
    out = np.full(len(levels), np.nan)
    gaps = np.flatnonzero(~np.isfinite(levels))
    for first, last in zip(np.append(-1, gaps) + 1, np.append(gaps, len(levels)), strict=True):
        if last - first >= window:
            whole = levels[first:last]
            inverse = kernels.reciprocals(len(whole))
            out[first:last] = kernels.path(whole, window, lag, inverse)
    return out


def gsadf(levels: Floats, window: int, lag: int = 0) -> float:
    """The highest BSADF of a series (t-statistic); NaN where none is known."""
    known = bsadf(levels, window, lag)
    known = known[~np.isnan(known)]
    return float(known.max()) if len(known) else float("nan")


def trailing(levels: Floats, days: int, window: int, lag: int = 0) -> Floats:
    """BSADF of each day within its last `days` days (t-statistic), as long as the series.

    What a bot that keeps `days` days would have said each day. NaN unless all of them are known.
    """
    _checked(window, lag)
    levels = np.ascontiguousarray(levels, float)
    out = kernels.trailing(levels, days, window, lag, kernels.reciprocals(days))
    gaps = np.cumsum(~np.isfinite(levels))
    whole = gaps == np.concatenate([np.zeros(days, int), gaps[:-days]])[: len(gaps)]
    out[~whole] = np.nan
    return out


def newest(levels: Floats, window: int, lag: int = 0) -> Floats:
    """BSADF of the last day of each row (series x days of levels), series; one new day's work.

    A row with a gap stands on the days after it.
    """
    _checked(window, lag)
    levels = np.ascontiguousarray(levels, float)
    whole = np.isfinite(levels).all(axis=1)
    out = np.full(len(levels), np.nan)
    inverse = kernels.reciprocals(levels.shape[1])
    if levels.shape[1] >= window:
        rows = levels if whole.all() else levels[whole]
        out[whole] = _shared(lambda part: kernels.newest(part, window, lag, inverse), rows)
    for row in np.flatnonzero(~whole):
        since = _since_gap(levels[row])
        if len(since) >= window:
            out[row] = newest(since[None, :], window, lag)[0]
    return out


def signs(draws: int, days: int, seed: int) -> Floats:
    """Rademacher weights (-1 or 1), draws x days; one matrix serves a whole family of themes.

    Themes that share it keep their correlation in each draw.
    """
    return np.random.default_rng(seed).choice(np.array([-1.0, 1.0]), size=(draws, days))


def bootstrap(levels: Floats, weights: Floats, window: int, lag: int = 0) -> Floats:
    """GSADF of wild-bootstrap paths of a series without gaps (t-statistic), draws.

    `weights`: draws x (days - 1), applied to the changes in their order, so that each path has the
    volatility of the series where the series has it. Their quantile is the critical value: under no
    explosiveness one series exceeds the 95 % one in 5 % of samples of this length.
    """
    _checked(window, lag)
    changes = np.diff(np.ascontiguousarray(levels, float))
    inverse = kernels.reciprocals(len(levels))
    drawn: Floats = kernels.wild(changes, weights, window, lag, inverse)
    return drawn


def family(draws: Floats, level: float) -> float:
    """The value that the largest of several series exceeds by chance in 1 - level of samples.

    `draws`: series x draws of `bootstrap`, made with the same weights.
    """
    return float(np.quantile(draws.max(axis=0), level))


def random_walks(days: int, draws: int, seed: int) -> Floats:
    """Random walks with the authors' drift of 1 / days, draws x days."""
    rng = np.random.default_rng(seed)
    return (rng.standard_normal((draws, days)) + 1 / days).cumsum(axis=1)


def pointwise(days: int, window: int, level: float, draws: int, seed: int, lag: int = 0) -> Floats:
    """Quantile of each day's BSADF over random walks, days; for dating only.

    Somewhere in its life nearly every random walk exceeds it: never an alarm.
    """
    inverse = kernels.reciprocals(days)
    walks = random_walks(days, draws, seed)
    paths = np.array([kernels.path(walk, window, lag, inverse) for walk in walks])
    out = np.full(days, np.nan)
    out[window - 1 :] = np.quantile(paths[:, window - 1 :], level, axis=0)
    return out


@lru_cache
def critical(statistic: str, days: int, level: float, lag: int = 0) -> float:
    """Critical value for random walks: `gsadf`, or `bsadf` of one day; linear in log(days).

    Raises ValueError for days, levels or lags that the table does not cover.
    """
    table = pd.read_csv(TABLE)
    rows = table[(table.statistic == statistic) & (table.level == level) & (table.lag == lag)]
    if rows.empty or not rows.days.min() <= days <= rows.days.max():
        raise ValueError(f"no critical value of {statistic} for {days} days, {level}, lag {lag}")
    return float(np.interp(np.log(days), np.log(rows.days), rows.value))


@dataclass(frozen=True)
class Explosive:
    """A stretch of days in which a statistic stood above its critical value."""

    start: int  # row of the first day above
    end: int | None  # row of the first day no longer above; None while it lasts


def dated(statistic: Floats, above: Floats, least_days: int) -> list[Explosive]:
    """Stretches of at least `least_days` days above the critical values, in order.

    The authors take log(days) days. An unknown day ends a stretch.
    """
    over = np.concatenate([[False], statistic > above, [False]]).astype(int)
    starts, ends = np.flatnonzero(np.diff(over) == 1), np.flatnonzero(np.diff(over) == -1)
    return [
        Explosive(int(start), int(end) if end < len(statistic) else None)
        for start, end in zip(starts, ends, strict=True)
        if end - start >= least_days
    ]


def warm() -> None:
    """Calls every kernel once, so that it is compiled and kept."""
    levels = random_walks(60, 1, seed=0)
    for lag in (0, 1):
        newest(levels, 20, lag)
        bsadf(levels[0], 20, lag)
        trailing(levels[0], 50, 20, lag)
        bootstrap(levels[0], signs(1, 59, seed=0), 20, lag)


def _since_gap(levels: Floats) -> Floats:
    gaps = np.flatnonzero(~np.isfinite(np.asarray(levels, float)))
    return np.asarray(levels, float)[gaps[-1] + 1 if len(gaps) else 0 :]


def _checked(window: int, lag: int) -> None:
    if lag not in (0, 1):
        raise ValueError(f"lag must be 0 or 1, not {lag}")
    if window < 5 + 2 * lag:
        raise ValueError(f"a window needs {5 + 2 * lag} levels for lag {lag}, {window} were given")


def _shared(work: Callable[[Floats], Floats], rows: Floats) -> Floats:
    """The same work on parts of the rows, a part each core: kernels hold no interpreter lock."""
    parts = np.array_split(rows, min(cpu_count() or 1, len(rows))) if len(rows) > 1 else [rows]
    if len(parts) == 1:
        return work(rows)
    with ThreadPoolExecutor(len(parts)) as pool:
        return np.concatenate(list(pool.map(work, parts)))
