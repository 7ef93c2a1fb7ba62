"""Compiled scan behind signals/lppls.py: which of a grid's shapes fits each window best.

In trading days before the window's end the basis depends on the shape alone, so one table serves
every window, day and series, and a window's sums are those of the shorter one and a block more.
"""

import numpy as np

from signals.lppls_kernels import NOTHING, Floats, compiled


@compiled
def scan(
    means: Floats, table: Floats, groups: Floats, reach: Floats, least: int, stride: int
) -> Floats:
    """The best node of each group for every window, windows x groups.

    `means` are those of blocks of days, newest first; `table` is 3 x blocks x nodes (f, g, h at
    the blocks); windows have `least`, `least` + `stride`, ... blocks. `reach` is the least number
    of blocks for which a node is admissible.
    """
    nodes, windows = table.shape[2], (means.size - least) // stride + 1
    errors = np.full((windows, groups.max() + 1), NOTHING)
    best = np.zeros(errors.shape, np.int64)
    s, row, sy, yy = np.zeros((12, nodes)), np.empty(nodes), 0.0, 0.0
    for k in range(means.size):
        sy, yy = sy + means[k], yy + means[k] * means[k]
        _add(s, means[k], table[:, k])
        window = (k + 1 - least) // stride
        if k + 1 < least or (k + 1 - least) % stride:
            continue
        _errors(s, k + 1.0, sy, yy, row)
        for i in range(nodes):
            group = groups[i]
            if row[i] < errors[window, group] and reach[i] <= k + 1:
                errors[window, group], best[window, group] = row[i], i
    return best


@compiled
def _add(s: Floats, y: float, fgh: Floats) -> None:
    """Adds a block to the sums of every node."""
    f, g, h = fgh[0], fgh[1], fgh[2]
    for i in range(f.size):
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
