"""How run-ups end: sizes, durations, what was given back, and how fast up against how fast down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import nan

import numpy as np

from signals.runs import AFTER_DAYS, Run

NORMAL_BREADTH = 0.5  # share; half of the members above their 20-day average
NORMAL_ACTIVITY = 1.0  # times; the median member trades no more than its own mean before


@dataclass(frozen=True)
class Ending:
    """The figures of one run-up; NaN where it is not known, or not known yet."""

    theme: str
    low: date
    begun: date
    peak: date  # so far, while it goes on
    over: date | None  # None while it goes on
    run_up: float  # net fraction, from the low before to the peak
    days_up: float  # trading days, likewise
    lasted: float  # trading days from begun to over; NaN while it goes on
    fall: float  # net fraction >= 0, from the peak to the lowest of the days followed
    days_down: float  # trading days, likewise
    given_back: float  # share of what it had risen; above 1 it is below the low before
    under_water: float  # trading days until the peak was regained; NaN: not within AFTER_DAYS
    up_per_day: float  # fraction a trading day, compound, from the low to the peak
    down_per_day: float  # likewise >= 0, from the peak to the lowest
    breadth_days: float  # trading days from the peak until breadth was back to normal
    activity_days: float  # likewise for activity

    @property
    def is_settled(self) -> bool:
        """Whether all that is followed of it has happened."""
        return self.fall == self.fall


@dataclass(frozen=True)
class FastBull:
    """Speed up against speed down over many settled run-ups: "fast bull, slow bear" as a figure."""

    runs: int
    up_per_day: float  # median, fraction a trading day
    down_per_day: float  # median, likewise
    ratio: float  # median of up / down of each; above 1: faster up than down
    days_up: float  # median, trading days
    days_down: float  # median, likewise
    given_back: float  # median share
    regained: int  # of them regained the peak within AFTER_DAYS
    breadth_days: float  # median of those known, trading days from the peak until normal again
    activity_days: float  # likewise


def ending(run: Run) -> Ending:
    """The figures of a run-up as far as it is known."""
    peak, low = run.levels[run.peak], run.levels[0]
    rise, days_up = float(peak / low - 1), run.peak
    up = _per_day(rise, days_up)
    over = None if run.over is None else run.days[run.over]
    lasted = float(run.age) if over else nan
    dates = (run.days[0], run.days[run.begun], run.days[run.peak], over)
    known = (run.theme, *dates, rise, float(days_up), lasted)
    if run.settled is None:
        return Ending(*known, nan, nan, nan, nan, up, nan, *_back_to_normal(run))
    after = run.levels[run.peak : run.settled + 1]
    down = int(np.nanargmin(after))
    fall = float(1 - after[down] / peak)
    wet = float(run.settled - run.peak) if after[-1] >= peak and len(after) > 1 else nan
    given = float((peak - after[down]) / (peak - low))
    slope = -_per_day(-fall, down)
    back = _back_to_normal(run)
    return Ending(*known, fall, float(down), given, wet, up, slope, *back)


def _per_day(size: float, days: int) -> float:
    """The compound rate of a day, as a fraction, of a return."""
    return float(np.expm1(np.log1p(size) / days)) if days else nan


def _back_to_normal(run: Run) -> tuple[float, float]:
    """Trading days from the peak until breadth and activity are normal; NaN while open."""
    if run.over is None:
        return nan, nan
    first = []
    for values, normal in ((run.breadth, NORMAL_BREADTH), (run.activity, NORMAL_ACTIVITY)):
        places = np.flatnonzero(values[run.peak :] <= normal)
        first.append(float(places[0]) if len(places) else nan)
    return first[0], first[1]


def fast_bull(endings: Sequence[Ending]) -> FastBull:
    """What the settled run-ups say together; NaN without any."""
    own = [e for e in endings if e.is_settled and e.days_down > 0]
    ratios = [e.up_per_day / e.down_per_day for e in own]

    def middle(values: Sequence[float]) -> float:
        known = [value for value in values if value == value]
        return float(np.median(known)) if known else nan

    return FastBull(
        len(own),
        middle([e.up_per_day for e in own]),
        middle([e.down_per_day for e in own]),
        middle(ratios),
        middle([e.days_up for e in own]),
        middle([e.days_down for e in own]),
        middle([e.given_back for e in own]),
        sum(e.under_water <= AFTER_DAYS for e in own),
        middle([e.breadth_days for e in own]),
        middle([e.activity_days for e in own]),
    )
