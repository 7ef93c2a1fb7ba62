"""The clock: how long past run-ups lasted, those still going on counted as far as they got.

Kaplan and Meier (1958, JASA 53:457) with Greenwood's variance on the log-log scale. Run-ups of many
themes at once are one story rather than many, so the interval is widened to that of a bootstrap of
whole calendar months of their beginnings, wherever that one is wider.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import exp, isnan, log, nan, sqrt

import numpy as np

from signals.nulls import WAVE_DAYS
from signals.runs import Run, known_on
from signals.scorecard import DRAWS, SEED, Interval, middle

LEAST = 20  # past run-ups; with fewer there is no clock
NORMAL = 1.959963984540054  # 95 %, two-sided
Array = np.ndarray


@dataclass(frozen=True)
class Standing:
    """Where a run-up stands among those before it."""

    age: int  # trading days since it began
    past: int  # other run-ups known, over or not
    months: int  # distinct calendar months in which they began
    waves: int  # of them: beginnings with no gap above WAVE_DAYS
    longer: float  # share that lasted longer, 0..1; NaN with fewer than LEAST
    interval: Interval  # 95 %
    left: float  # trading days until half of those that got as far were over; NaN unknown


def standing(runs: Sequence[Run], theme: str, day: date) -> Standing | None:
    """Where a theme's run-up stands on a day by what was known then; None when none goes on."""
    known = known_on(runs, day)
    today = [run for run in known if run.theme == theme and run.over is None]
    if not today:
        return None
    past = [run for run in known if run is not today[-1]]
    begun = [run.days[run.begun] for run in past]
    months = np.array([one.year * 12 + one.month for one in begun], int)
    counts = (len(past), len(np.unique(months)), waves(begun))
    if len(past) < LEAST:
        return Standing(today[-1].age, *counts, nan, (nan, nan), nan)
    lasted = np.array([run.age for run in past])
    ended = np.array([run.over is not None for run in past])
    return _placed(today[-1].age, counts, lasted, ended, months)


def _placed(
    age: int, counts: tuple[int, int, int], lasted: Array, ended: Array, months: Array
) -> Standing:
    times, share, variance = survival(lasted, ended)
    place = int(np.searchsorted(times, age, "right")) - 1
    longer = float(share[place]) if place >= 0 else 1.0
    narrow = log_log(longer, float(variance[place])) if place >= 0 else (nan, nan)
    wide = by_month(lasted, ended, months, age)
    interval = min(narrow[0], wide[0]), max(narrow[1], wide[1])
    if isnan(narrow[0]):
        interval = wide
    halved = np.flatnonzero(share <= longer / 2)
    left = float(times[halved[0]] - age) if len(halved) else nan
    return Standing(age, *counts, longer, interval, left)


def survival(lasted: Array, ended: Array) -> tuple[Array, Array, Array]:
    """Days on which something ended, the share that lasted longer, Greenwood's sum of it.

    `ended` is False for what goes on: it counts among those at risk through its last day.
    """
    times = np.unique(lasted[ended])
    died, at_risk = _counts(lasted, ended, times)
    share = np.cumprod(1 - died / at_risk)
    with np.errstate(divide="ignore"):  # all gone: the variance is not known
        terms = died / (at_risk * (at_risk - died))
    return times, share, np.cumsum(terms)


def _counts(lasted: Array, ended: Array, times: Array) -> tuple[Array, Array]:
    died = ((lasted[:, None] == times) & ended[:, None]).sum(axis=0)
    return died, (lasted[:, None] >= times).sum(axis=0)


def log_log(share: float, variance: float) -> Interval:
    """95 % interval of a share by the log-log of it (Kalbfleisch and Prentice 1980), in 0..1."""
    if not 0 < share < 1:
        return nan, nan
    size = NORMAL * sqrt(variance) / log(share)
    return share ** exp(-size), share ** exp(size)


def by_month(lasted: Array, ended: Array, months: Array, age: int) -> Interval:
    """95 % interval of the share that lasted longer than `age`, over draws of whole months."""
    times = np.unique(lasted[ended & (lasted <= age)])
    groups = np.unique(months)
    if not len(times) or len(groups) < 2:
        return nan, nan
    tables = [_counts(lasted[months == m], ended[months == m], times) for m in groups]
    died, at_risk = (np.array(part, float) for part in zip(*tables, strict=True))
    even = np.full(len(groups), 1 / len(groups))
    drawn = np.random.default_rng(SEED).multinomial(len(groups), even, DRAWS)
    gone, left = drawn @ died, drawn @ at_risk
    rate = np.divide(gone, left, out=np.zeros_like(gone), where=left > 0)
    return middle((1 - rate).prod(axis=1))


def waves(begun: Sequence[date]) -> int:
    """Runs of beginnings with no gap above WAVE_DAYS trading days (taken as calendar days)."""
    days = sorted(day.toordinal() for day in begun)
    return int((np.diff(days) > WAVE_DAYS * 7 / 5).sum()) + 1 if days else 0
