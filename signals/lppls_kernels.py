"""Compiled fitting behind signals/lppls.py: variable projection inside bounds, from good starts.

The four linear parameters follow from the shape (log delta, m, w) by least squares, so only three
are searched. A start is refined on means of a few days first: x^m and log-periodic waves in blocks
of days are again x^m and waves, with another delta, so the same code does it at a fraction of the
cost. Logarithm, exponential, sine and cosine are series here: several days at once instead of one
library call each.
"""

import numpy as np
from numba import njit

Floats = np.ndarray
FAST = {"nnan", "ninf", "nsz", "contract", "reassoc", "arcp"}
TURN, TURN_REST = 6.283185307179586, 2.4492935982947064e-16  # 2 pi, and what a float leaves of it
STEPS = 60  # of a refinement; most end after a dozen
ROUGHLY, ENOUGH = 1e-3, 1e-5  # relative gain below which no step is taken: on means, on days
NEAR = np.array([0.1, 0.01, 0.1])  # log delta, m, w; a start this near its best leads nowhere new
NOTHING = 1e300  # squared error of a window without a fit yet
compiled = njit(fastmath=FAST, error_model="numpy", cache=True, nogil=True)


@compiled
def basis(shape: Floats, days: Floats, logs: Floats, out: Floats) -> None:
    """Rows of `out`: log x, 1 / x, f = x^m, f cos(w log x), f sin(w log x); x = delta + days.

    `shape` is log delta, m, w; `days` counts 0, 1, ...; `logs` their logarithms and more.
    """
    delta, m, w = np.exp(shape[0]), shape[1], shape[2]
    whole = int(delta)
    rest, base, tabled = delta - whole, days[whole], logs[whole:]
    log, inverse, f, g, h = out[0], out[1], out[2], out[3], out[4]
    for j in range(out.shape[1]):
        x = base + days[j]
        # log(x + rest) = log x + 2 artanh(rest / (2 x + rest))
        s = rest / (x + x + rest)
        t = s * s
        p = 1 / 23 + t * (1 / 25 + t * (1 / 27 + t / 29))
        p = 1 / 15 + t * (1 / 17 + t * (1 / 19 + t * (1 / 21 + t * p)))
        p = 1 / 7 + t * (1 / 9 + t * (1 / 11 + t * (1 / 13 + t * p)))
        log[j] = tabled[j] + 2 * s * (1 + t * (1 / 3 + t * (1 / 5 + t * p)))
        inverse[j] = 1 / (x + rest)
    if whole == 0:
        log[0] = np.log(delta)
    for j in range(out.shape[1]):
        e = log[j] * (m / 64)
        p = 1 + e / 6 * (1 + e / 7 * (1 + e / 8 * (1 + e / 9)))
        p = 1 + e * (1 + e / 2 * (1 + e / 3 * (1 + e / 4 * (1 + e / 5 * p))))
        p *= p
        p *= p
        p *= p
        p *= p
        p *= p
        f[j] = p * p
    for j in range(out.shape[1]):
        angle = w * log[j]
        turns = np.floor(angle / TURN + 0.5)
        r = (angle - turns * TURN - turns * TURN_REST) / 4
        t = r * r
        p = 1 - t / 110 * (1 - t / 156 * (1 - t / 210))
        sine = r * (1 - t / 6 * (1 - t / 20 * (1 - t / 42 * (1 - t / 72 * p))))
        p = 1 - t / 90 * (1 - t / 132 * (1 - t / 182 * (1 - t / 240)))
        cosine = 1 - t / 2 * (1 - t / 12 * (1 - t / 30 * (1 - t / 56 * p)))
        sine, cosine = 2 * sine * cosine, 1 - 2 * sine * sine
        g[j] = f[j] * (1 - 2 * sine * sine)
        h[j] = f[j] * 2 * sine * cosine


@compiled
def solve(a: Floats, b: Floats, x: Floats) -> None:
    """x of a x = b, three symmetric equations; zeros where they do not determine it."""
    c00 = a[1, 1] * a[2, 2] - a[1, 2] * a[1, 2]
    c01 = a[0, 2] * a[1, 2] - a[0, 1] * a[2, 2]
    c02 = a[0, 1] * a[1, 2] - a[0, 2] * a[1, 1]
    det = a[0, 0] * c00 + a[0, 1] * c01 + a[0, 2] * c02
    if abs(det) <= 1e-14 * abs(a[0, 0] * a[1, 1] * a[2, 2]):
        x[:] = 0.0
        return
    c11 = a[0, 0] * a[2, 2] - a[0, 2] * a[0, 2]
    c12 = a[0, 1] * a[0, 2] - a[0, 0] * a[1, 2]
    c22 = a[0, 0] * a[1, 1] - a[0, 1] * a[0, 1]
    x[0] = (c00 * b[0] + c01 * b[1] + c02 * b[2]) / det
    x[1] = (c01 * b[0] + c11 * b[1] + c12 * b[2]) / det
    x[2] = (c02 * b[0] + c12 * b[1] + c22 * b[2]) / det


@compiled
def project(y: Floats, b: Floats, gram: Floats, sums: Floats, linear: Floats) -> float:
    """Squared error of the best A, B, C1, C2 for a basis; they go into `linear`.

    `gram` (3 x 3, centred) and `sums` (3) of f, g, h are left for `gradient`.
    """
    f, g, h = b[2], b[3], b[4]
    sf = sg = sh = ff = fg = fh = gg = gh = hh = yf = yg = yh = sy = yy = 0.0
    for j in range(y.size):
        sf, sg, sh, sy = sf + f[j], sg + g[j], sh + h[j], sy + y[j]
        ff, fg, fh = ff + f[j] * f[j], fg + f[j] * g[j], fh + f[j] * h[j]
        gg, gh, hh = gg + g[j] * g[j], gh + g[j] * h[j], hh + h[j] * h[j]
        yf, yg, yh = yf + y[j] * f[j], yg + y[j] * g[j], yh + y[j] * h[j]
        yy += y[j] * y[j]
    n = y.size
    sums[0], sums[1], sums[2] = sf, sg, sh
    gram[0, 0], gram[0, 1], gram[0, 2] = ff - sf * sf / n, fg - sf * sg / n, fh - sf * sh / n
    gram[1, 1], gram[1, 2], gram[2, 2] = gg - sg * sg / n, gh - sg * sh / n, hh - sh * sh / n
    gram[1, 0], gram[2, 0], gram[2, 1] = gram[0, 1], gram[0, 2], gram[1, 2]
    wanted = np.array([yf - sy * sf / n, yg - sy * sg / n, yh - sy * sh / n])
    solve(gram, wanted, linear[1:])
    linear[0] = (sy - linear[1] * sf - linear[2] * sg - linear[3] * sh) / n
    error: float = 0.0
    for j in range(n):
        rest = y[j] - linear[0] - linear[1] * f[j] - linear[2] * g[j] - linear[3] * h[j]
        error += rest * rest
    return error


@compiled
def gradient(
    y: Floats, b: Floats, shape: Floats, linear: Floats, gram: Floats, sums: Floats, normal: Floats
) -> Floats:
    """Kaufman's gradient of the projected error; its 3 x 3 normal matrix goes into `normal`."""
    log, inverse, f, g, h = b[0], b[1], b[2], b[3], b[4]
    delta, m, w = np.exp(shape[0]), shape[1], shape[2]
    one, two, three = linear[1], linear[2], linear[3]
    d = np.empty((3, y.size))
    rest = np.empty(y.size)
    for j in range(y.size):
        p = one * f[j] + two * g[j] + three * h[j]
        q = three * g[j] - two * h[j]
        rest[j] = y[j] - linear[0] - p
        d[0, j] = delta * inverse[j] * (m * p + w * q)
        d[1, j] = log[j] * p
        d[2, j] = log[j] * q
    found, cross, part = np.zeros(3), np.zeros((3, 3)), np.zeros(3)
    for a in range(3):
        own, sr, sd, sf, sg, sh = d[a], 0.0, 0.0, 0.0, 0.0, 0.0
        for j in range(y.size):
            sr, sd, sf = sr + own[j] * rest[j], sd + own[j], sf + own[j] * f[j]
            sg, sh = sg + own[j] * g[j], sh + own[j] * h[j]
        found[a] = sr
        mean = sd / y.size
        cross[a, 0], cross[a, 1] = sf - mean * sums[0], sg - mean * sums[1]
        cross[a, 2] = sh - mean * sums[2]
        for c in range(a + 1):
            other, both, total = d[c], 0.0, 0.0
            for j in range(y.size):
                both, total = both + own[j] * other[j], total + other[j]
            normal[a, c] = both - mean * total
    for a in range(3):  # what the linear parameters take up of the direction
        solve(gram, cross[a], part)
        for c in range(a + 1):
            normal[a, c] -= part[0] * cross[c, 0] + part[1] * cross[c, 1] + part[2] * cross[c, 2]
            normal[c, a] = normal[a, c]
    return found


@compiled
def _inside(shape: Floats, low: Floats, high: Floats) -> None:
    for a in range(3):
        shape[a] = min(max(shape[a], low[a]), high[a])


@compiled
def refine(
    y: Floats,
    shape: Floats,
    bounds: Floats,
    days: Floats,
    logs: Floats,
    enough: float,
    linear: Floats,
) -> float:
    """Squared error at the optimum near `shape` (log delta, m, w), which is moved to it.

    Levenberg-Marquardt inside `bounds` (2 x 3), until a step promises a relative gain below
    `enough`; a parameter that pushes against its bound is held there. A, B, C1, C2 go into
    `linear`.
    """
    b, gram, sums, normal = np.empty((5, y.size)), np.empty((3, 3)), np.empty(3), np.empty((3, 3))
    tried, step, trial, low, high = np.empty(4), np.empty(3), np.empty(3), bounds[0], bounds[1]
    _inside(shape, low, high)
    basis(shape, days, logs, b)
    error, damping = project(y, b, gram, sums, linear), 1e-2
    for _ in range(STEPS):
        slope = gradient(y, b, shape, linear, gram, sums, normal)
        for a in range(3):
            pushes = slope[a] < 0 if shape[a] <= low[a] else slope[a] > 0 and shape[a] >= high[a]
            if pushes:
                normal[a, :], normal[:, a], normal[a, a], slope[a] = 0.0, 0.0, 1.0, 0.0
        while True:
            if _step(normal, slope, damping, step) <= enough * error:
                return error
            trial[:] = shape + step
            _inside(trial, low, high)
            basis(trial, days, logs, b)
            reached = project(y, b, gram, sums, tried)
            if reached < error:
                break
            damping *= 6
        error, damping = reached, damping / 8
        shape[:], linear[:] = trial, tried
    return error


@compiled
def _step(normal: Floats, slope: Floats, damping: float, step: Floats) -> float:
    """The squared error that a damped step promises to take away, at least."""
    damped = normal.copy()
    for a in range(3):
        damped[a, a] *= 1 + damping
    solve(damped, slope, step)
    promise: float = slope[0] * step[0] + slope[1] * step[1] + slope[2] * step[2]
    return promise


@compiled
def _improve(
    y: Floats, start: Floats, box: Floats, days: Floats, logs: Floats, best: Floats
) -> None:
    """Keeps in `best` (log delta, m, w, A, B, C1, C2, error) what a start leads to, if better."""
    bounds, shape, linear = box.copy(), start.copy(), np.empty(4)
    bounds[0, 0], bounds[1, 0] = np.log(box[0, 0]), np.log(box[1, 0] * y.size)
    _inside(shape, bounds[0], bounds[1])
    if best[7] < NOTHING and (np.abs(shape - best[:3]) < NEAR).all():
        return
    error = refine(y, shape, bounds, days, logs, ENOUGH, linear)
    if error < best[7]:
        best[:3], best[3:7], best[7] = shape, linear, error


@compiled
def _roughly(
    means: Floats, block: int, shape: Floats, box: Floats, days: Floats, logs: Floats
) -> None:
    """Moves a shape to the optimum over means of `block` days; time is counted in blocks there."""
    middle = (block - 1) / 2
    bounds, linear = box.copy(), np.empty(4)
    bounds[0, 0] = np.log((box[0, 0] + middle) / block)
    bounds[1, 0] = np.log((box[1, 0] * means.size * block + middle) / block)
    shape[0] = np.log((np.exp(shape[0]) + middle) / block)
    refine(means, shape, bounds, days, logs, ROUGHLY, linear)
    shape[0] = np.log(max(np.exp(shape[0]) * block - middle, box[0, 0]))


@compiled
def search(
    back: Floats,
    means: Floats,
    starts: Floats,
    counts: Floats,
    box: Floats,
    days: Floats,
    logs: Floats,
) -> Floats:
    """Best fits of the newest `counts` days each: log delta, m, w, A, B, C1, C2, error (x windows).

    `back` is newest first, `means` those of blocks of it; `starts` windows x starts x 3; `box` the
    least and greatest delta (days; share of the window), m and w. Neighbouring windows have
    neighbouring optima, so that each is also tried from that of the longer and the shorter one.
    """
    found = np.full((counts.size, 8), NOTHING)
    block, shape = back.size // means.size, np.empty(3)
    for i in range(counts.size):
        for j in range(starts.shape[1]):
            shape[:] = starts[i, j]
            _roughly(means[: counts[i] // block], block, shape, box, days, logs)
            _improve(back[: counts[i]], shape, box, days, logs, found[i])
    for i in range(counts.size - 2, -1, -1):
        _improve(back[: counts[i]], found[i + 1, :3], box, days, logs, found[i])
    for i in range(1, counts.size):
        _improve(back[: counts[i]], found[i - 1, :3], box, days, logs, found[i])
    return found
