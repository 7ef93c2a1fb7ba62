"""Compiled sweeps behind signals/psy.py: the largest ADF t-statistic over all starts of a window.

Each window's regression follows from prefix sums in some twenty operations. The loop over starts
has no branch and no root: it compares t * |t|, which orders like t, so that the compiler can do
four windows at once. One root is taken for each end. Sums are taken on the centred series: a
level of 1,000 left in them would cost ten digits.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

# NaN never enters (psy.py cuts series at gaps), infinities may: so all of fastmath but "ninf"
FAST = {"nnan", "nsz", "contract", "reassoc", "arcp"}
MOVES = 1e-11  # of a series' whole variation; a window with less has not moved
FITS = 1e-12  # of the squared changes; less is left over only by a straight line or a formula
NOT_KNOWN = -1e300  # what a window that has not moved counts as in a maximum
Floats = np.ndarray


@intrinsic
def _of_two(_context: Any, _a: Any, _b: Any) -> Any:
    """The larger of two numbers, in the one form LLVM reduces over lanes."""

    def generate(_: Any, builder: Any, _signature: Any, args: Any) -> Any:
        double = ir.DoubleType()
        kind = ir.FunctionType(double, [double, double])
        function = builder.module.declare_intrinsic("llvm.maxnum", [double], kind)
        return builder.call(function, args, fastmath=("nnan", "nsz"))

    return types.float64(types.float64, types.float64), generate


_larger: Any = _of_two  # numba gives the first argument itself
# "numpy" lets a division by zero give inf; the check that Python wants would forbid the lanes
compiled = njit(fastmath=FAST, error_model="numpy", cache=True, nogil=True)


@compiled
def reciprocals(days: int) -> Floats:
    """1 / (days - j) at j: read from `days - n` on it gives 1/n, 1/(n-1), ... in one direction."""
    out = np.empty(days)
    for j in range(days):
        out[j] = 1.0 / (days - j)
    return out


@compiled
def _lagged_sums(y: Floats, pxz: Floats, pzz: Floats, pdz: Floats) -> None:
    sxz = szz = sdz = 0.0
    for i in range(2, y.size):
        z = y[i - 1] - y[i - 2]
        sxz, szz, sdz = sxz + y[i - 1] * z, szz + z * z, sdz + (y[i] - y[i - 1]) * z
        pxz[i], pzz[i], pdz[i] = sxz, szz, sdz


@compiled
def room(days: int, lag: int) -> Floats:
    """Space for `fill`, to be used again for the next series."""
    return np.zeros((5 + 3 * lag, days))


@compiled
def fill(p: Floats, levels: Floats, lag: int) -> None:
    """Prefix sums of x, xx, xd, dd, for lag 1 of xz, zz, dz, then the levels, into p.

    x is the level of the day before, d today's change, z yesterday's; levels centred and scaled.
    """
    y = p[4 + 3 * lag]
    middle, squares = levels.mean(), 0.0
    for i in range(levels.size):
        y[i] = levels[i] - middle
        squares += y[i] * y[i]
    y *= 1 / np.sqrt(squares / levels.size) if squares > 0 else 0.0
    px, pxx, pxd, pdd = p[0], p[1], p[2], p[3]
    sx = sxx = sxd = sdd = 0.0
    for i in range(1 + lag, levels.size):
        x, d = y[i - 1], y[i] - y[i - 1]
        sx, sxx, sxd, sdd = sx + x, sxx + x * x, sxd + x * d, sdd + d * d
        px[i], pxx[i], pxd[i], pdd[i] = sx, sxx, sxd, sdd
    if lag == 1:
        _lagged_sums(y, p[4], p[5], p[6])


@compiled
def _plain(p: Floats, inverse: Floats, end: int, starts: int, floor: float) -> float:
    """Largest t * |t| of the windows ending at `end`, lag 0; n = end - start rows."""
    px, pxx, pxd, pdd, y = p[0], p[1], p[2], p[3], p[4]
    ex, exx, exd, edd, ey = px[end], pxx[end], pxd[end], pdd[end], y[end]
    freedom = float(end - 2)
    best = NOT_KNOWN
    for s in range(starts):
        x, d, one_nth = ex - px[s], ey - y[s], inverse[s]
        mean = x * one_nth
        cxx = (exx - pxx[s]) - x * mean
        cxd = (exd - pxd[s]) - d * mean
        sdd = edd - pdd[s]
        cdd = sdd - d * d * one_nth
        left = cxx * cdd - cxd * cxd
        value = cxd * abs(cxd) * (freedom - s) / left
        known = (cxx > floor) & (left > FITS * (cxx * sdd))
        best = _larger(best, value if known else NOT_KNOWN)
    return best


@compiled
def _lagged(p: Floats, inverse: Floats, end: int, starts: int, floor: float) -> float:
    """The same with yesterday's change partialled out, lag 1; n = end - start - 1 rows."""
    px, pxx, pxd, pdd = p[0, 1:], p[1, 1:], p[2, 1:], p[3, 1:]
    pxz, pzz, pdz, y, later = p[4, 1:], p[5, 1:], p[6, 1:], p[7], p[7, 1:]
    e = end - 1
    ex, exx, exd, edd = px[e], pxx[e], pxd[e], pdd[e]
    exz, ezz, edz, ey, before = pxz[e], pzz[e], pdz[e], y[end], y[e]
    freedom = float(end - 4)
    best = NOT_KNOWN
    for s in range(starts):
        x, d, z, one_nth = ex - px[s], ey - later[s], before - y[s], inverse[s]
        mx, mz = x * one_nth, z * one_nth
        cxx, cxd = (exx - pxx[s]) - x * mx, (exd - pxd[s]) - d * mx
        cxz, czz = (exz - pxz[s]) - z * mx, (ezz - pzz[s]) - z * mz
        sdd = edd - pdd[s]
        cdd, cdz = sdd - d * d * one_nth, (edz - pdz[s]) - d * mz
        xx = cxx * czz - cxz * cxz
        xd = cxd * czz - cxz * cdz
        dd = cdd * czz - cdz * cdz
        left = xx * dd - xd * xd
        value = xd * abs(xd) * (freedom - s) / left
        known = (cxx > floor) & (xx > MOVES * cxx * czz) & (left > FITS * (xx * sdd * czz))
        best = _larger(best, value if known else NOT_KNOWN)
    return best


@compiled
def at_end(p: Floats, inverse: Floats, end: int, window: int, lag: int) -> float:
    """BSADF of the day `end`: largest t over windows of `window` levels or more; NaN if none."""
    days = p.shape[1]
    starts, tail = end - window + 2, inverse[days - end + lag :]
    floor = MOVES * days
    shared = (p, tail, end, starts, floor)
    best = _plain(*shared) if lag == 0 else _lagged(*shared)
    if best <= NOT_KNOWN:
        return np.nan
    root: float = np.sqrt(best) if best > 0 else -np.sqrt(-best)
    return root


@compiled
def path(levels: Floats, window: int, lag: int, inverse: Floats) -> Floats:
    """BSADF of each day, days; NaN before the first window."""
    out = np.full(levels.size, np.nan)
    p = room(levels.size, lag)
    fill(p, levels, lag)
    for end in range(window - 1, levels.size):
        out[end] = at_end(p, inverse, end, window, lag)
    return out


@compiled
def newest(levels: Floats, window: int, lag: int, inverse: Floats) -> Floats:
    """BSADF of the last day of each row, rows; one sweep a row."""
    out, p = np.empty(levels.shape[0]), room(levels.shape[1], lag)
    for row in range(levels.shape[0]):
        fill(p, levels[row], lag)
        out[row] = at_end(p, inverse, levels.shape[1] - 1, window, lag)
    return out


@compiled
def trailing(levels: Floats, days: int, window: int, lag: int, inverse: Floats) -> Floats:
    """BSADF of each row's day within the last `days` days alone, rows; NaN before.

    Each day stands on its own sums, so that it does not depend on where the series begins.
    """
    out, p = np.full(levels.size, np.nan), room(days, lag)
    for end in range(days - 1, levels.size):
        fill(p, levels[end - days + 1 : end + 1], lag)
        out[end] = at_end(p, inverse, days - 1, window, lag)
    return out


@compiled
def highest(p: Floats, levels: Floats, window: int, lag: int, inverse: Floats) -> float:
    """GSADF: the highest BSADF of a series; `p` is room. What has not moved is left out."""
    best = NOT_KNOWN
    fill(p, levels, lag)
    for end in range(window - 1, levels.size):
        value = at_end(p, inverse, end, window, lag)
        best = value if value > best else best
    return best


@compiled
def wild(changes: Floats, weights: Floats, window: int, lag: int, inverse: Floats) -> Floats:
    """GSADF of bootstrap paths, one for each row of weights: cumulated weight x change."""
    out = np.empty(weights.shape[0])
    levels = np.zeros(changes.size + 1)
    p = room(levels.size, lag)
    for draw in range(weights.shape[0]):
        for i in range(changes.size):
            levels[i + 1] = levels[i] + weights[draw, i] * changes[i]
        out[draw] = highest(p, levels, window, lag, inverse)
    return out
