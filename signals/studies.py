"""What pictures of the record show: paths around alerts, precision by year, forecasts by size.

Intervals are 95 %, over draws of whole calendar months (of half-years for forecasts), for alerts
cluster and labels overlap.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import nan

import numpy as np
import pandas as pd

from signals.compare import Alerts, labelled
from signals.model import Kind, Transition
from signals.scorecard import (
    DRAWS,
    LEAST_ONSETS,
    SEED,
    UNKNOWN,
    Interval,
    Label,
    followed,
    middle,
)

AROUND_DAYS = 60  # trading days on both sides of an alert
LEAST_MONTHS = 3  # with fewer an interval says nothing
LEAST_HALVES = 4  # likewise, of half-years
HIGH = 0.85  # of the peak's level; below it a reversal is told late
BINS = 8  # of forecasts, each with as many


@dataclass(frozen=True)
class Around:
    """The mean net path around alerts, from AROUND_DAYS before to as many after."""

    alerts: int  # whose whole path is known
    months: int  # calendar months they lie in
    mean: tuple[float, ...]  # net fraction above the level at the alert
    low: tuple[float, ...]  # 95 %
    high: tuple[float, ...]


@dataclass(frozen=True)
class Year:
    """The alerts of one calendar year."""

    year: int
    onsets: int  # whose label is known
    months: int  # calendar months they lie in
    precision: float  # share followed by the fall
    interval: Interval
    base_rate: float  # share of all theme-days of the year followed by it


@dataclass(frozen=True)
class Bin:
    """Forecasts of about the same size, and what came of them."""

    n: int  # theme-days
    forecast: float  # mean share
    share: float  # that came true
    interval: Interval


@dataclass(frozen=True)
class Turns:
    """How far under the episode's peak reversal alerts came; levels on the peak's, net."""

    n: int
    lowest: float
    levels: tuple[float, float, float]  # quartiles
    high: float  # share at HIGH of the peak or more
    high_interval: Interval  # 95 %, months drawn whole


def turns(told: Iterable[Transition], since: date, until: date) -> Turns:
    """The levels of reversal alerts between two days."""
    own = [t for t in told if t.kind is Kind.REVERSAL and since <= t.day <= until]
    known = [(t.day, t.net / t.before.peak_net) for t in own if t.net and t.before.peak_net]
    levels = np.array([level for _, level in known])
    if not known:
        return Turns(0, nan, (nan, nan, nan), nan, UNKNOWN)
    high = (levels >= HIGH)[:, None].astype(float)
    low, top = block_spans(high, _months([day for day, _ in known]), LEAST_MONTHS)
    quartiles = tuple(map(float, np.quantile(levels, [0.25, 0.5, 0.75])))
    span = float(low[0]), float(top[0])
    return Turns(len(levels), float(levels.min()), quartiles, float(high.mean()), span)  # type: ignore[arg-type]  # three of them


def around(net: pd.DataFrame, alerts: Alerts, since: date, until: date) -> Around:
    """The mean path around alerts between two days, over `net` (day x theme, points)."""
    rows = {day: row for row, day in enumerate(net.index)}
    levels = {theme: net[theme].to_numpy(float) for theme in net}
    inside = [(rows[d], d, t) for d, t in alerts if since <= d <= until and t in levels]
    whole = [
        (d, levels[t][row - AROUND_DAYS : row + AROUND_DAYS + 1] / levels[t][row] - 1)
        for row, d, t in inside
        if AROUND_DAYS <= row < len(net) - AROUND_DAYS
    ]
    known = [(d, path) for d, path in whole if not np.isnan(path).any()]
    months = _months([d for d, _ in known])
    if not known:
        return Around(0, 0, *((float("nan"),) * (2 * AROUND_DAYS + 1),) * 3)
    paths = np.array([path for _, path in known])
    spans = block_spans(paths, months, LEAST_MONTHS)
    count = len(np.unique(months))
    mean, low, high = (tuple(map(float, part)) for part in (paths.mean(0), *spans))
    return Around(len(known), count, mean, low, high)


def by_year(
    net: pd.DataFrame, alerts: Alerts, since: date, until: date, label: Label
) -> list[Year]:
    """Precision in each calendar year with an alert whose label is known."""
    outcome = followed(net, label)
    labels = labelled(outcome, alerts, since, until)
    years = np.array([day.year for day in labels.index], int)
    return [_year(int(year), labels[years == year], outcome) for year in np.unique(years)]


def _year(year: int, labels: pd.Series, outcome: pd.DataFrame) -> Year:
    months = _months(list(labels.index))
    hits = labels.to_numpy(float)[:, None]
    low, high = block_spans(hits, months, LEAST_MONTHS)
    whole = outcome.loc[date(year, 1, 1) : date(year, 12, 31)]
    base, count = float(np.nanmean(whole.to_numpy(float))), len(np.unique(months))
    span = float(low[0]), float(high[0])
    return Year(year, len(labels), count, float(hits.mean()), span, base)


def reliability(judged: np.ndarray) -> list[Bin]:
    """Forecasts in bins of equal count, smallest first; `judged` is as `probability.skill` gives.

    Equal forecasts stay in one bin.
    """
    if judged.shape[1] < BINS:
        return []
    forecast = judged[0]
    edges = np.unique(np.quantile(forecast, np.arange(1, BINS) / BINS))
    place = np.searchsorted(edges, forecast, side="right")
    return [_bin(*judged[:, place == n]) for n in np.unique(place)]


def _bin(forecast: np.ndarray, came: np.ndarray, halves: np.ndarray) -> Bin:
    low, high = block_spans(came[:, None], halves, LEAST_HALVES)
    return Bin(
        len(came), float(forecast.mean()), float(came.mean()), (float(low[0]), float(high[0]))
    )


def slope(judged: np.ndarray) -> float:
    """How far outcomes move with forecasts: 1 is calibrated, below it they are too bold."""
    forecast, came, _ = judged
    spread = float(np.var(forecast)) if len(forecast) else 0.0
    return float(np.cov(forecast, came, bias=True)[0, 1]) / spread if spread else float("nan")


def _months(days: Sequence[date]) -> np.ndarray:
    return np.array([day.year * 12 + day.month for day in days], int)


def block_spans(
    values: np.ndarray, blocks: np.ndarray, least: int
) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper ends for the mean of each column (n x k), over draws of whole blocks."""
    names, place = np.unique(blocks, return_inverse=True)
    if len(values) < LEAST_ONSETS or len(names) < least:
        return (np.full(values.shape[1], np.nan),) * 2
    sums = np.zeros((len(names), values.shape[1]))
    np.add.at(sums, place, values)
    counts = np.bincount(place)
    drawn = np.random.default_rng(SEED).integers(0, len(names), (DRAWS, len(names)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)[:, None]
    ends = np.array([middle(column) for column in means.T])
    return ends[:, 0], ends[:, 1]
