"""Centre to periphery: does United States technology lead a theme, or the theme it?

Rank correlation of daily net returns of a theme with daily returns of the index, at lags of trading
days in China. Lag 1 is the United States session that closed last before China's day opened, lag 0
the one that opens after China's close of the same date; so at 1 and above the index leads, at 0 and
below the theme does. The band is Bartlett's (1946): the variance of a cross-correlation of two
unrelated series with memory of their own, divided among all lags looked at (Bonferroni).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

import numpy as np
import pandas as pd

LAGS = tuple(range(-5, 6))  # trading days
DAYS = 250  # trading days looked at
LEAST_DAYS = 120  # known pairs; with fewer nothing is said
MEMORY = 5  # lags of each series' own memory in the band
FALSE_ALARMS = 0.05  # share of unrelated pairs that pass the band at any lag
STALE_DAYS = 5  # calendar days; an older close is none: the index's own holidays are shorter
Array = np.ndarray


@dataclass(frozen=True)
class Lead:
    """Where a theme and the index go together most."""

    lag: int  # trading days; 1 and above: the index leads
    correlation: float  # of ranks, -1..1
    band: float  # beyond it at any lag by chance in FALSE_ALARMS of cases
    days: int  # known pairs

    @property
    def is_significant(self) -> bool:
        """Whether it is beyond the band."""
        return abs(self.correlation) > self.band


def leads(net: pd.DataFrame, index: Mapping[date, float]) -> dict[str, Lead]:
    """The strongest lag of each theme over the last DAYS of `net` (day x theme, points).

    `index` are closes by the date of their own session. Themes with too few known days are left
    out.
    """
    if len(net) <= LEAST_DAYS:
        return {}
    levels = net.iloc[-(DAYS + 1) :]
    before = known_before(index, list(levels.index))
    moves = levels.pct_change(fill_method=None).iloc[1:].to_numpy(float)
    found = strongest(moves, np.diff(np.log(before)))
    return {str(theme): lead for theme, lead in zip(net.columns, found, strict=True) if lead}


def known_before(index: Mapping[date, float], days: list[date]) -> Array:
    """The index's newest close before each day opens in China, points; NaN without a fresh one."""
    known = sorted(index)
    ordinals = np.array([day.toordinal() for day in known], int)
    wanted = np.array([day.toordinal() for day in days], int)
    places = np.searchsorted(ordinals, wanted)  # closes of an earlier date alone
    closes = np.array([np.nan, *(index[day] for day in known)])[places]
    fresh = wanted - np.r_[0, ordinals][places] <= STALE_DAYS
    return np.where(fresh, closes, np.nan)


def strongest(themes: Array, centre: Array) -> list[Lead | None]:
    """Of each column of `themes` (day x theme) the lag that stands out most; None: not known.

    `centre` is the return of the index as known before each of the days opened.
    """
    x, y = _ranked(themes), _ranked(centre[:, None])
    wide = 1 + 2 * (_memory(x) * _memory(y)).sum(axis=0)
    quantile = NormalDist().inv_cdf(1 - FALSE_ALARMS / 2 / len(LAGS))
    tables = [_at_lag(x, y, lag) for lag in LAGS]
    correlation, size = (np.array(part) for part in zip(*tables, strict=True))
    with np.errstate(invalid="ignore", divide="ignore"):
        band = quantile * np.sqrt(np.maximum(wide, 1) / size)
        height = np.where(size >= LEAST_DAYS, np.abs(correlation) / band, np.nan)
    best = np.argmax(np.nan_to_num(height, nan=-1.0), axis=0)
    return [
        Lead(LAGS[row], float(correlation[row, n]), float(band[row, n]), int(size[row, n]))
        if np.isfinite(height[row, n])
        else None
        for n, row in enumerate(best.tolist())
    ]


def _at_lag(x: Array, y: Array, lag: int) -> tuple[Array, Array]:
    """Correlation and number of known pairs of each column, the index taken `lag` days earlier."""
    later = lag - 1  # what was known before the open is lag 1
    ahead, behind = max(later, 0), max(-later, 0)
    count = len(x)
    ours, theirs = x[ahead : count - behind], y[behind : count - ahead]
    both = np.isfinite(ours) & np.isfinite(theirs)
    product = np.where(both, ours * theirs, 0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        power = [np.where(both, part**2, 0).sum(axis=0) for part in (ours, theirs)]
        return product / np.sqrt(power[0] * power[1]), both.sum(axis=0)


def _ranked(values: Array) -> Array:
    """Ranks of each column about their mean; NaN unknown, or everywhere in a constant one."""
    ranks = pd.DataFrame(values).rank().to_numpy(float)
    centred = ranks - np.where(np.isfinite(ranks), ranks, 0).sum(axis=0) / np.maximum(
        np.isfinite(ranks).sum(axis=0), 1
    )
    return np.where((np.nan_to_num(centred) != 0).any(axis=0), centred, np.nan)


def _memory(ranked: Array) -> Array:
    """Correlation of each column with its own past: MEMORY x column."""
    filled = np.nan_to_num(ranked)
    power = np.maximum((filled**2).sum(axis=0), 1e-12)
    return np.array(
        [(filled[lag:] * filled[:-lag]).sum(axis=0) / power for lag in range(1, MEMORY + 1)]
    )
