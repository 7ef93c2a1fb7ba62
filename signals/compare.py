"""Rules, and one line that needs no bot, scored beside the stages: what do the stages add?

An onset of a rule is its first firing after a day on which it did not fire, and not within
COOL_DAYS of the onset before: a score that dances on its threshold is one alert.
The difference between two kinds of alerts is drawn over the same calendar months for both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from signals.scorecard import DRAWS, LEAST_ONSETS, SEED, Interval, Label, followed, middle

COOL_DAYS = 20  # trading days
RUN_UP, RUN_UP_DAYS = 0.25, 60  # the one-line baseline: net fraction; trading days
STEP = 0.0025  # net fraction; how finely a threshold is looked for that gives as many onsets
Alerts = list[tuple[date, str]]


@dataclass(frozen=True)
class Difference:
    """Precision of some alerts less that of others at about the same number of onsets."""

    threshold: float  # net fraction; the baseline's, set by the number of onsets alone
    onsets: tuple[int, int]  # whose label is known: ours, the baseline's
    precision: tuple[float, float]  # shares: ours, the baseline's
    difference: float  # of the two
    interval: Interval  # 95 %, months drawn jointly for both
    months: int  # calendar months with an onset of either


def crossings(scores: pd.DataFrame, threshold: float) -> Alerts:
    """Onsets of a rule (day x theme, in its unit): day and theme, by day; unknown days are passed.

    A theme whose first known score is above the threshold already did not begin to fire that day.
    """
    values = scores.to_numpy(float)
    known = ~np.isnan(values)
    fires = values >= threshold
    before = pd.DataFrame(np.where(known, fires, np.nan)).ffill().shift().to_numpy(float)
    found: Alerts = []
    last: dict[int, int] = {}  # row of the onset before, by column
    for row, column in zip(*np.nonzero(fires & (before == 0)), strict=True):
        if row - last.get(column, -COOL_DAYS - 1) > COOL_DAYS:
            last[column] = row
            found.append((scores.index[row], scores.columns[column]))
    return found


def risen(net: pd.DataFrame) -> pd.DataFrame:
    """Net return over RUN_UP_DAYS, fraction, day x theme: the baseline's score."""
    return net / net.shift(RUN_UP_DAYS) - 1


def against_baseline(
    net: pd.DataFrame, alerts: Alerts, since: date, until: date, label: Label
) -> Difference:
    """Alerts between two days against the baseline at about as many onsets.

    The baseline's threshold is moved until it gives as many; outcomes are not looked at for that.
    """
    outcome = followed(net, label)
    ours = labelled(outcome, alerts, since, until)
    scores = risen(net)
    tried = [
        (threshold, labelled(outcome, crossings(scores, threshold), since, until))
        for threshold in _thresholds(scores, len(ours), since, until)
    ]
    threshold, theirs = min(tried, key=lambda t: (abs(len(t[1]) - len(ours)), abs(t[0] - RUN_UP)))
    return _difference(threshold, ours, theirs)


def labelled(outcome: pd.DataFrame, alerts: Alerts, since: date, until: date) -> pd.Series:
    """1 or 0 of every alert between two days whose label is known, indexed by its day."""
    inside = [(d, t) for d, t in alerts if since <= d <= until and t in outcome.columns]
    found = pd.Series([outcome.at[d, t] for d, t in inside], [d for d, _ in inside], dtype=float)
    return found.dropna()


def _thresholds(scores: pd.DataFrame, wanted: int, since: date, until: date) -> list[float]:
    """Thresholds around the one that gives about `wanted` onsets, by halving; net fractions."""
    low, high = 1, round(2 / STEP)  # in steps
    while high - low > 8:
        middle = (low + high) // 2
        count = sum(since <= day <= until for day, _ in crossings(scores, middle * STEP))
        low, high = (middle, high) if count > wanted else (low, middle)
    return [round(n * STEP, 4) for n in range(max(low - 4, 1), high + 5)]


def _difference(threshold: float, ours: pd.Series, theirs: pd.Series) -> Difference:
    months = sorted({(d.year, d.month) for part in (ours, theirs) for d in part.index})
    sums = [_by_month(part, months) for part in (ours, theirs)]
    unknown = (float("nan"), float("nan"))
    both = tuple(float(part.mean()) for part in (ours, theirs))
    counts = (len(ours), len(theirs))
    interval = paired(sums[0], sums[1]) if min(counts) >= LEAST_ONSETS else unknown
    return Difference(
        threshold, counts, (both[0], both[1]), both[0] - both[1], interval, len(months)
    )


def _by_month(labels: pd.Series, months: Sequence[tuple[int, int]]) -> np.ndarray:
    """Hits and onsets of each month, 2 x month."""
    place = [months.index((day.year, day.month)) for day in labels.index]
    hits = np.bincount(place, labels.to_numpy(float), len(months))
    return np.array([hits, np.bincount(place, minlength=len(months))])


def paired(ours: np.ndarray, theirs: np.ndarray) -> Interval:
    """95 % interval of the difference in precision; every draw takes the same months of both."""
    rng, count = np.random.default_rng(SEED), ours.shape[1]
    drawn = rng.integers(0, count, (DRAWS, count))
    with np.errstate(invalid="ignore"):  # a draw without an onset has no precision
        one, other = (part[0][drawn].sum(1) / part[1][drawn].sum(1) for part in (ours, theirs))
    return middle(one - other)
