"""Does a net fall follow more, or less, often where a candidate is high? With the noise it has.

Differences in frequency of the label between high and low, plain or matched within strata; their
intervals from draws of whole months; and how large the largest of many would be by luck alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from signals.compare import risen
from signals.panel import Panel
from signals.scorecard import DRAWS, SEED, followed, quarter_numbers, volatility_deciles
from tests import markets
from tests.bench.candidates import RUN_UP, Array, Candidate

SIZES = (0.18, 0.21, 0.25, 0.32)  # net run-ups that part those days into about equal fifths
HIGH = (0.5, 0.8)  # quantiles of the candidate on those days that part low from high
LEAST = 30  # theme-days on either side
SHUFFLES = 500  # of themes within months
Span = tuple[date, date]


@dataclass(frozen=True)
class Sample:
    """Theme-days of a span inside run-ups, ordered by month, theme and day."""

    rows: Array  # of the panel
    columns: Array
    label: Array  # 0 or 1
    month: Array  # of the span's months with such days, from 0
    volatile: Array  # stratum: quarter and decile of net volatility
    sized: Array  # stratum: quarter and size of the net run-up
    begins: Array  # where each theme's days of a month begin
    month_of: Array  # the month of each of those


@dataclass(frozen=True)
class Tried:
    """A candidate with a threshold, and what it told on the tuning years."""

    of: Candidate
    threshold: float
    plain: tuple[float, ...]  # difference in frequency, then that of every draw of months
    matched: tuple[float, ...]

    @property
    def surprise(self) -> float:
        """The matched difference in standard errors."""
        return self.matched[0] / float(np.nanstd(self.matched[1:]))


def sample(panel: Panel, span: Span) -> Sample:
    """The theme-days of a span with a net run-up of RUN_UP or more and a known label."""
    label = followed(panel.net, markets.LABEL).to_numpy(float)
    up = risen(panel.net).to_numpy(float)
    deciles, quarters = volatility_deciles(panel.net), quarter_numbers(panel.net)
    inside = np.array([span[0] <= day <= span[1] for day in panel.days])
    at = (up >= RUN_UP) & inside[:, None] & ~np.isnan(label) & (deciles > 0)
    row, column = np.nonzero(at)
    month = np.array([panel.days[r].year * 12 + panel.days[r].month for r in row])
    order = np.lexsort((row, column, month))
    row, column, month = row[order], column[order], _numbered(month[order])
    begins = np.flatnonzero(np.diff(month * 10**4 + column, prepend=-1))
    return Sample(
        row,
        column,
        label[row, column],
        month,
        _numbered(quarters[row] * 11 + deciles[row, column]),
        _numbered(quarters[row] * 11 + np.digitize(up[row, column], SIZES)),
        begins,
        month[begins],
    )


def _numbered(values: Array) -> Array:
    """Each value by its place among those that occur."""
    return np.asarray(np.unique(values, return_inverse=True)[1])


def differences(high: Array, of: Sample, stratum: Array | None = None) -> tuple[float, ...]:
    """Frequency of the label among high days less that among low ones; then of every draw.

    `high` is 1, 0, or NaN unknown. Strata count by how much they tell: n n' / (n + n').
    """
    known = ~np.isnan(high)
    strata = np.zeros(len(high), int) if stratum is None else stratum
    shape = (int(of.month.max()) + 1, int(strata.max()) + 1, 2)
    place = np.ravel_multi_index((of.month, strata, np.nan_to_num(high).astype(int)), shape)[known]
    size = int(np.prod(shape))
    days = np.bincount(place, minlength=size).reshape(shape).astype(float)
    hits = np.bincount(place, of.label[known], size).reshape(shape)
    rng = np.random.default_rng(SEED)
    drawn = rng.multinomial(shape[0], np.full(shape[0], 1 / shape[0]), DRAWS)
    weights = np.vstack([np.ones(shape[0]), drawn])
    return tuple(_weighted(np.tensordot(weights, days, 1), np.tensordot(weights, hits, 1)))


def _weighted(days: Array, hits: Array) -> Array:
    """Difference of shares over the last axis, over strata; any leading axes."""
    low, high = days[..., 0], days[..., 1]
    weight = low * high / np.maximum(low + high, 1)
    share = hits / np.maximum(days, 1)
    total = weight.sum(-1)
    gap = (weight * (share[..., 1] - share[..., 0])).sum(-1)
    return np.divide(gap, total, out=np.full(total.shape, np.nan), where=total > 0)


def sides(of: Candidate, threshold: float, at: Sample) -> Array:
    """1 where the candidate is at or above the threshold, 0 below, NaN unknown."""
    values = of.values.to_numpy(float)[at.rows, at.columns]
    return np.where(np.isnan(values), np.nan, values >= threshold)


def tried(all_of_them: Sequence[Candidate], at: Sample) -> list[Tried]:
    """Every candidate at every threshold that parts the days."""
    found = []
    for candidate in all_of_them:
        values = candidate.values.to_numpy(float)[at.rows, at.columns]
        for threshold in _thresholds(values[~np.isnan(values)]):
            high = sides(candidate, threshold, at)
            if min(np.nansum(high), np.nansum(1 - high)) >= LEAST:
                plain, matched = differences(high, at), differences(high, at, at.volatile)
                found.append(Tried(candidate, threshold, plain, matched))
    return found


def _thresholds(values: Array) -> list[float]:
    """Quantiles of the values; the next above where a quantile is the least and parts nothing."""
    levels = np.unique(values)
    wanted = {float(np.quantile(values, share)) for share in HIGH} if len(values) else set()
    return sorted({max(w, float(levels[1])) for w in wanted}) if len(levels) > 1 else []


def largest_by_months(found: Sequence[Tried]) -> Array:
    """Largest surprise of all that were tried in each draw of months, were all differences 0."""
    draws = np.array([t.matched[1:] for t in found])
    centred = np.abs(draws - np.array([[t.matched[0]] for t in found]))
    return np.asarray(np.nanmax(centred / np.nanstd(draws, axis=1, keepdims=True), axis=0))


def largest_by_shuffles(found: Sequence[Tried], at: Sample) -> Array:
    """Largest surprise of all when themes change places within each month, by shuffle."""
    highs = np.array([sides(t.of, t.threshold, at) for t in found])
    errors = np.array([np.nanstd(t.matched[1:]) for t in found])
    ends = np.append(at.begins[1:], len(at.rows))
    length = ends - at.begins
    unit = np.repeat(np.arange(len(length)), length)
    step = np.arange(len(unit)) - at.begins[unit]
    rng, largest = np.random.default_rng(SEED), []
    for _ in range(SHUFFLES):
        other = np.lexsort((rng.random(len(length)), at.month_of))[unit]
        taken = at.begins[other] + step * length[other] // length[unit]
        gaps = [_gap(high[taken], at) for high in highs]
        largest.append(np.nanmax(np.abs(gaps) / errors))
    return np.array(largest)


def _gap(high: Array, at: Sample) -> float:
    known = ~np.isnan(high)
    strata = int(at.volatile.max()) + 1
    place = at.volatile[known] * 2 + high[known].astype(int)
    days = np.bincount(place, minlength=strata * 2).reshape(strata, 2).astype(float)
    hits = np.bincount(place, at.label[known], strata * 2).reshape(strata, 2)
    return float(_weighted(days, hits))
