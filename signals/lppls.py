"""LPPLS: does a price rise faster than exponentially, with oscillations that quicken to an end?

ln p = A + B x^m + x^m (C1 cos(w ln x) + C2 sin(w ln x)), x = tc - t, time in trading days; fitted
in the reduced form of Filimonov and Sornette (2013, Physica A 392), in which A, B, C1 and C2
follow from tc, m and w. Confidence is that of Sornette et al. (2015, J. Investment Strategies
4(4)): the share of ALL windows ending on a day whose fit passes their filters. The evidence for it
is mixed: fits are sloppy in tc, and on the Hang Seng index it did little.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from signals import lppls_kernels as kernels
from signals.lppls_scan import scan

LONG = range(130, 751, 5)  # the authors' windows, trading days: 125 of them
YEAR = range(30, 251, 5)  # windows within a year, trading days: 45 of them
M, W = (0.01, 1.2), (2.0, 25.0)  # bounds of the search and of the filter, open
NEAREST, FARTHEST = 0.05, 0.2  # of tc behind the last day: trading days; share of the window
LATEST = 0.10  # share of the window; tc farther ahead than this passes no filter
OSCILLATIONS, DAMPING, ERROR = 2.5, 0.8, 0.05  # filters: more than, more than, less than
HELD = 1.001  # tc nearer than this times NEAREST was held there, and is no optimum
BLOCK_DAYS = 5  # averaged at first in windows of LEAST_BLOCKS or more such blocks
LEAST_BLOCKS = 20
DELTAS, FAR = np.geomspace(0.08, 140, 15), 2.0  # trading days; a start nearer than FAR, one farther
Floats = np.ndarray


@dataclass(frozen=True)
class Fits:
    """The best fit of each window ending on a day; arrays, shortest window first."""

    days: Floats  # levels in the window
    delta: Floats  # critical time after the last day, trading days
    m: Floats
    w: Floats
    a: Floats  # log price
    b: Floats  # log price per day^m; negative in a rising bubble
    c1: Floats
    c2: Floats
    error: Floats  # sum of squared residuals of log price

    @property
    def oscillations(self) -> Floats:
        """Turns that the fitted oscillation makes within the window."""
        turns: Floats = self.w / (2 * np.pi) * np.log((self.delta + self.days - 1) / self.delta)
        return turns

    @property
    def damping(self) -> Floats:
        """m |B| / (w |C|): from 1 on the fitted hazard is nowhere negative; 0 without waves."""
        size = self.w * np.hypot(self.c1, self.c2)
        none = np.zeros(len(size))
        found: Floats = np.divide(self.m * np.abs(self.b), size, out=none, where=size > 0)
        return found

    @property
    def relative_error(self) -> Floats:
        """Root mean square of the residuals, which for logs is a fraction of the price."""
        found: Floats = np.sqrt(self.error / self.days)
        return found


def passed(found: Fits) -> Floats:
    """Which fits are a rising bubble by condition 1 of Sornette et al. (2015, table 1), bools.

    Their tc may lie up to 5 % of the window before its end; here it lies ahead.
    """
    inside = (M[0] < found.m) & (found.m < M[1]) & (W[0] < found.w) & (found.w < W[1])
    ahead = (found.delta > NEAREST * HELD) & (found.delta < LATEST * (found.days - 1))
    waves = (found.oscillations > OSCILLATIONS) & (found.damping > DAMPING)
    return inside & ahead & waves & (found.b < 0) & (found.relative_error < ERROR)


def unknown(levels: Floats, windows: range = LONG) -> str | None:
    """Why log prices have no confidence; None when they have one."""
    longest, least = windows[-1], windows[0]
    if len(levels) < longest:
        return f"needs {longest} days, has {len(levels)}"
    last = np.asarray(levels, float)[-longest:]
    if not np.isfinite(last).all():
        return f"a price of the last {longest} days is not known or not above zero"
    still = np.ptp(last[-least:]) == 0
    return f"the price has not moved for {least} days" if still else None


def confidence(levels: Floats, windows: range = LONG) -> float:
    """Share of all windows ending on the last day whose fit passes, 0..1; NaN if unknown.

    `levels` are log prices, oldest first; what lies before the longest window is not looked at.
    """
    if unknown(levels, windows):
        return float("nan")
    return float(passed(fits(levels, windows)).mean())


def confidences(rows: Floats, windows: range = LONG) -> Floats:
    """The confidence of each row of log prices (series x days), series; shared among the cores."""
    with ThreadPoolExecutor() as pool:  # the kernels hold no interpreter lock
        return np.array(list(pool.map(lambda row: confidence(row, windows), rows)))


def fits(levels: Floats, windows: range = LONG) -> Fits:
    """The best fit of each window ending on the last day.

    Window lengths ascend in steps of 5. Raises ValueError for what `unknown` names.
    """
    reason = unknown(levels, windows)
    if reason:
        raise ValueError(reason)
    grid = _grid(windows)
    last = np.asarray(levels, float)[-windows[-1] :]
    level = last.mean()
    back = np.ascontiguousarray(last[::-1]) - level
    means = back.reshape(-1, grid.block).mean(axis=1)
    least, stride = windows[0] // grid.block, windows.step // grid.block
    nodes = scan(means, grid.table, grid.groups, grid.reach, least, stride)
    counts, box = np.array(windows), np.array([[NEAREST, M[0], W[0]], [FARTHEST, M[1], W[1]]])
    found = kernels.search(back, means, grid.shapes[nodes], counts, box, grid.days, grid.logs).T
    delta, m, w, a, b, c1, c2, error = found
    return Fits(counts, np.exp(delta), m, w, a + level, b, c1, c2, error)


@dataclass(frozen=True)
class _Grid:
    """Nodes of the scan, the same for every series: the basis does not depend on prices."""

    block: int  # days averaged
    shapes: Floats  # nodes x 3: log delta, m, w
    groups: Floats  # 0 for a near critical time, 1 for a far one; nodes
    reach: Floats  # least window for which a node is admissible, blocks; nodes
    table: Floats  # 3 x blocks x nodes: f, g, h at the middle of each block
    days: Floats  # 0, 1, ..., as floats
    logs: Floats  # their logarithms


@lru_cache
def _grid(windows: range) -> _Grid:
    """The grid of some windows; a step in w is a third of a turn's difference over the longest."""
    longest = windows[-1]
    block = BLOCK_DAYS if windows[0] >= BLOCK_DAYS * LEAST_BLOCKS else 1
    shapes = np.array(
        [
            (np.log(delta), m, w + 0.3)
            for delta in DELTAS
            for m in (0.1, 0.3, 0.5, 0.7, 0.9, 1.1)
            for w in np.arange(*W, 2.0 / np.log((delta + longest) / delta))
        ]
    )
    delta, m, w = np.exp(shapes[:, 0]), shapes[:, 1], shapes[:, 2]
    log = np.log(delta + np.arange((block - 1) / 2, longest, block)[:, None])
    f = np.exp(m * log)
    table = np.stack([f, f * np.cos(w * log), f * np.sin(w * log)])
    days = np.arange(2.0 * longest)
    logs = np.log(np.maximum(days, 1.0))
    groups = (delta >= FAR).astype(np.int64)
    return _Grid(block, shapes, groups, delta / FARTHEST / block, table, days, logs)


def warm() -> None:
    """Calls every kernel once, so that it is compiled and kept."""
    confidence(np.random.default_rng(0).normal(0, 0.01, 250).cumsum(), YEAR)
