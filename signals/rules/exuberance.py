"""Exuberance: how surely a theme's net price explodes, by the test of Phillips, Shi and Yu.

The newest BSADF of the log net index within the last `past_days` days must first be above what
random walks reach (5 % of them, anywhere in such a span), with the theme up over `rise_days`, for
collapses explode too. Then the wild bootstrap of Harvey et al. (2016) says which share of paths
with this theme's own volatility it exceeds. See signals/psy.py.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd

from signals.panel import Panel

LEVEL = 0.95  # of the random walks' critical value
SEED = 20150612  # of the bootstrap's signs


@dataclass(frozen=True)
class Params:
    """Knobs of the rule."""

    past_days: int  # trading days the test looks at
    rise_days: int  # trading days over which the theme must have risen, net
    draws: int  # bootstrap paths


def score(panel: Panel, p: Params) -> pd.DataFrame:
    """Share of bootstrap paths that never exploded as much, 0..1, day x theme.

    0 where random walks reach as much, or the theme has not risen: there is nothing to test.
    """
    from signals import psy  # brings numba, which takes half a second

    net = panel.net
    levels = np.log(net.to_numpy(float)).T
    window, days = psy.least_window(p.past_days), len(net)
    weights = psy.signs(p.draws, p.past_days - 1, SEED)
    floor = psy.critical("gsadf", p.past_days, LEVEL)

    def of_theme(series: np.ndarray) -> np.ndarray:
        reached = psy.trailing(series, p.past_days, window)
        out = np.where(np.isnan(reached), np.nan, 0.0)
        before = np.concatenate([np.full(min(p.rise_days, days), np.nan), series])[:days]
        for row in np.flatnonzero((reached >= floor) & (series > before)):
            past = series[row - p.past_days + 1 : row + 1]
            out[row] = (psy.bootstrap(past, weights, window) < reached[row]).mean()
        return out

    with ThreadPoolExecutor() as pool:  # the kernels hold no interpreter lock
        found = list(pool.map(of_theme, levels))
    return pd.DataFrame(np.array(found).T, index=net.index, columns=net.columns)
