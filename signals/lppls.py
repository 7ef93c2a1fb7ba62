"""LPPLS: does a price rise faster than exponentially, with oscillations that quicken to an end?

ln p = A + B x^m + x^m (C1 cos(w ln x) + C2 sin(w ln x)), x = tc - t, time in trading days; fitted in
the reduced form of Filimonov and Sornette (2013, Physica A 392), in which A, B, C1 and C2 follow
from tc, m and w. Confidence is that of Sornette et al. (2015, J. Investment Strategies 4(4)): the
share of ALL windows ending on a day whose fit passes their filters. The evidence for it is mixed:
fits are sloppy in tc, and on the Hang Seng index it did little. One weak piece among others.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from signals import lppls_kernels as kernels

STEP = 5  # trading days between window lengths, and averaged for the scan
LONG = tuple(range(750, 129, -STEP))  # the authors' windows, trading days
M, W = (0.01, 1.2), (2.0, 25.0)  # bounds of the search and of the filter, open
NEAREST, FARTHEST = 0.05, 0.2  # of tc behind the last day: trading days; share of the window
LATEST = 0.10  # share of the window; tc farther ahead than this passes no filter
OSCILLATIONS, DAMPING, ERROR = 2.5, 0.8, 0.05  # filters: more than, more than, less than
STARTS = 3  # grid nodes of different tc from which a fit is refined
DELTAS = np.geomspace(0.3, 140, 13)  # trading days
Floats = np.ndarray


@dataclass(frozen=True)
class Fit:
    """One window's best fit."""

    days: int  # levels in the window
    delta: float  # critical time after the last day, trading days
    m: float
    w: float
    a: float  # log price
    b: float  # log price per day^m; negative in a rising bubble
    c1: float
    c2: float
    error: float  # sum of squared residuals of log price

    @property
    def oscillations(self) -> float:
        """Turns that the fitted oscillation makes within the window."""
        return self.w / (2 * np.pi) * float(np.log((self.delta + self.days - 1) / self.delta))

    @property
    def damping(self) -> float:
        """m |B| / (w |C|): above 1 the fitted hazard is nowhere negative; inf without waves."""
        size = self.w * float(np.hypot(self.c1, self.c2))
        return self.m * abs(self.b) / size if size > 0 else float("inf")

    @property
    def relative_error(self) -> float:
        """Root mean square of the residuals, which for logs is a fraction of the price."""
        return float(np.sqrt(self.error / self.days))


def passes(fit: Fit) -> bool:
    """Whether a fit is a rising bubble by condition 1 of Sornette et al. (2015), table 1.

    Their tc may lie up to 5 % of the window before its end; here it lies ahead.
    """
    inside = M[0] * 1.001 < fit.m < M[1] * 0.999 and W[0] * 1.001 < fit.w < W[1] * 0.999
    ahead = NEAREST * 1.001 < fit.delta < LATEST * (fit.days - 1)
    waves = fit.oscillations > OSCILLATIONS and fit.damping > DAMPING
    return inside and ahead and waves and fit.b < 0 and fit.relative_error < ERROR


def unknown(levels: Floats, windows: tuple[int, ...] = LONG) -> str | None:
    """Why log prices have no confidence; None when they have one."""
    longest = max(windows)
    if len(levels) < longest:
        return f"needs {longest} days, has {len(levels)}"
    last = np.asarray(levels, float)[-longest:]
    if not np.isfinite(last).all():
        return f"a price of the last {longest} days is not known or not above zero"
    return "the price has not moved" if np.ptp(last[-min(windows) :]) == 0 else None


def confidence(levels: Floats, windows: tuple[int, ...] = LONG) -> float:
    """Share of all windows ending on the last day whose fit passes, 0..1; NaN if unknown.

    `levels` are log prices, oldest first; what lies before the longest window is not looked at.
    """
    if unknown(levels, windows):
        return float("nan")
    return float(np.mean([passes(fit) for fit in fits(levels, windows)]))


def confidences(rows: Floats, windows: tuple[int, ...] = LONG) -> Floats:
    """The confidence of each row of log prices (series x days), series; shared among the cores."""
    with ThreadPoolExecutor() as pool:
        return np.array(list(pool.map(lambda row: confidence(row, windows), rows)))


def fits(levels: Floats, windows: tuple[int, ...] = LONG) -> list[Fit]:
    """The best fit of each window ending on the last day, in the order of `windows`.

    Window lengths are multiples of 5 days. Raises ValueError for what `unknown` names.
    """
    reason = unknown(levels, windows)
    if reason:
        raise ValueError(reason)
    longest, least = max(windows), min(windows)
    back = np.ascontiguousarray(np.asarray(levels, float)[-longest:][::-1])
    back = back - back.mean()
    grid = _grid(longest)
    blocks = back.reshape(-1, STEP).mean(axis=1)
    errors, nodes = kernels.scan(
        blocks, grid.table, grid.groups, DELTAS / FARTHEST, least // STEP, STEP
    )
    level = float(np.asarray(levels, float)[-longest:].mean())
    found = []
    for days in windows:
        row = (days - least) // STEP
        starts = [nodes[row, group] for group in np.argsort(errors[row])[:STARTS]]
        found.append(_best(back[:days], grid, starts, level))
    return found


def _best(back: Floats, grid: "_Grid", starts: list[int], level: float) -> Fit:
    """The best of the refinements from several nodes; `back` is newest first, centred."""
    low = np.array([np.log(NEAREST), M[0], W[0]])
    high = np.array([np.log(FARTHEST * len(back)), M[1], W[1]])
    best = None
    for node in starts:
        shape, linear = np.clip(grid.shapes[node], low, high), np.zeros(4)
        error = kernels.refine(back, shape, low, high, grid.days, grid.logs, linear)
        if best is None or error < best.error:
            a, b, c1, c2 = linear.tolist()
            delta = float(np.exp(shape[0]))
            best = Fit(
                len(back), delta, float(shape[1]), float(shape[2]), a + level, b, c1, c2, error
            )
    assert best
    return best


@dataclass(frozen=True)
class _Grid:
    """Nodes of the scan and what is the same for every series."""

    shapes: Floats  # nodes x 3: log delta, m, w
    groups: Floats  # index into DELTAS of each node
    table: Floats  # 3 x blocks x nodes: f, g, h at the middle of each block
    days: Floats  # 0, 1, ..., as floats
    logs: Floats  # their logarithms


@lru_cache
def _grid(longest: int) -> _Grid:
    """The grid for windows up to `longest` days; a step in w is a third of a turn's difference."""
    nodes = [
        (np.log(delta), m, w, group)
        for group, delta in enumerate(DELTAS)
        for m in (0.1, 0.3, 0.5, 0.7, 0.9, 1.1)
        for w in np.arange(*W, 2.0 / np.log((delta + longest) / delta)) + 0.3
    ]
    array = np.array(nodes)
    middles = np.arange(longest // STEP) * STEP + (STEP - 1) / 2
    log = np.log(np.exp(array[:, 0]) + middles[:, None])
    f = np.exp(array[:, 1] * log)
    table = np.stack([f, f * np.cos(array[:, 2] * log), f * np.sin(array[:, 2] * log)])
    days = np.arange(2.0 * longest)
    logs = np.log(np.maximum(days, 1.0))
    return _Grid(
        np.ascontiguousarray(array[:, :3]), array[:, 3].astype(np.int64), table, days, logs
    )
