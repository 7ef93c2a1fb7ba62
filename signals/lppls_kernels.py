"""Compiled fitting behind signals/lppls.py: a scan over a shared grid, then bounded refinement.

In trading days before the window's end the basis depends on the three shape parameters alone, so
one table serves every window, day and series. The refinement is variable projection: the four
linear parameters follow from the shape by least squares, so only three are searched. Logarithm,
exponential, sine and cosine are series here: four lanes at once instead of one library call each.
"""

import numpy as np
from numba import njit

Floats = np.ndarray
FAST = {"nnan", "ninf", "nsz", "contract", "reassoc", "arcp"}
TURN, TURN_REST = 6.283185307179586, 2.4492935982947064e-16  # 2 pi, and what a float leaves of it
STEPS = 60  # of the refinement; most end after a dozen
ENOUGH = 1e-9  # relative gain below which a step ends the refinement
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
def refine(
    y: Floats, shape: Floats, low: Floats, high: Floats, days: Floats, logs: Floats, linear: Floats
) -> float:
    """Squared error at the optimum near `shape` (log delta, m, w), which is moved to it.

    Levenberg-Marquardt inside the box; a parameter that pushes against its bound is held there.
    """
    b, gram, sums, normal = np.empty((5, y.size)), np.empty((3, 3)), np.empty(3), np.empty((3, 3))
    tried, step, trial = np.empty(4), np.empty(3), np.empty(3)
    basis(shape, days, logs, b)
    error, damping = project(y, b, gram, sums, linear), 1e-2
    for _ in range(STEPS):
        slope = gradient(y, b, shape, linear, gram, sums, normal)
        for a in range(3):
            pushes = slope[a] < 0 if shape[a] <= low[a] else slope[a] > 0 and shape[a] >= high[a]
            if pushes:
                normal[a, :], normal[:, a], normal[a, a], slope[a] = 0.0, 0.0, 1.0, 0.0
        before = error
        while damping < 1e8:
            damped = normal.copy()
            for a in range(3):
                damped[a, a] *= 1 + damping
            solve(damped, slope, step)
            for a in range(3):
                trial[a] = min(max(shape[a] + step[a], low[a]), high[a])
            basis(trial, days, logs, b)
            reached = project(y, b, gram, sums, tried)
            if reached < error:
                error, damping = reached, damping / 8
                shape[:], linear[:] = trial, tried
                break
            damping *= 6
        if before - error <= ENOUGH * before:
            break
    return error


@compiled
def scan(
    blocks: Floats, table: Floats, groups: Floats, reach: Floats, least: int, block: int
) -> tuple[Floats, Floats]:
    """The best node of each group (nodes of one delta) for every window; both windows x groups.

    `blocks` are means of y over `block` days, newest first; `table` is 3 x blocks x nodes (f, g, h
    at the blocks); the windows have `least`, `least` + 1, ... blocks. `reach` is the least number
    of days a group's delta is admissible for. Gives squared errors and nodes.
    """
    nodes, windows = table.shape[2], blocks.size - least + 1
    errors = np.full((windows, reach.size), 1e300)
    best = np.zeros((windows, reach.size), np.int64)
    s = np.zeros((12, nodes))
    row = np.empty(nodes)
    sy = yy = 0.0
    for k in range(blocks.size):
        y, f, g, h = blocks[k], table[0, k], table[1, k], table[2, k]
        sy, yy, n = sy + y, yy + y * y, k + 1.0
        for i in range(nodes):
            s[0, i] += f[i]
            s[1, i] += g[i]
            s[2, i] += h[i]
            s[3, i] += f[i] * f[i]
            s[4, i] += f[i] * g[i]
            s[5, i] += f[i] * h[i]
            s[6, i] += g[i] * g[i]
            s[7, i] += g[i] * h[i]
            s[8, i] += h[i] * h[i]
            s[9, i] += y * f[i]
            s[10, i] += y * g[i]
            s[11, i] += y * h[i]
        if k + 1 < least:
            continue
        _errors(s, n, sy, yy, row)
        window = k + 1 - least
        for i in range(nodes):
            group = groups[i]
            if row[i] < errors[window, group] and reach[group] <= (k + 1) * block:
                errors[window, group], best[window, group] = row[i], i
    return errors, best


@compiled
def _errors(s: Floats, n: float, sy: float, yy: float, out: Floats) -> None:
    """Squared error of every node from its sums, by the determinants of three equations."""
    for i in range(out.size):
        sf, sg, sh = s[0, i] / n, s[1, i] / n, s[2, i] / n
        a, b, c = s[3, i] - sf * s[0, i], s[4, i] - sf * s[1, i], s[5, i] - sf * s[2, i]
        d, e, q = s[6, i] - sg * s[1, i], s[7, i] - sg * s[2, i], s[8, i] - sh * s[2, i]
        u, v, z = s[9, i] - sf * sy, s[10, i] - sg * sy, s[11, i] - sh * sy
        first, second, third = d * q - e * e, c * e - b * q, b * e - c * d
        det = a * first + b * second + c * third
        x0 = first * u + second * v + third * z
        x1 = second * u + (a * q - c * c) * v + (b * c - a * e) * z
        x2 = third * u + (b * c - a * e) * v + (a * d - b * b) * z
        known = det > 1e-12 * a * d * q
        out[i] = yy - sy * sy / n - ((x0 * u + x1 * v + x2 * z) / det if known else 0.0)
