"""Run-ups from their beginning to their end and after: dated day by day, without looking ahead.

Begun: the first day on which a theme, without a run-up going on, is RUN_UP or more above its net
level of RUN_UP_DAYS before and at its highest of these days; the low is its lowest of them. Over:
the first day FALL or more under the peak since, or STALL_DAYS without a new peak. Followed until
the peak is regained, or AFTER_DAYS after it.

`signals/episodes.py` has another notion on purpose: peaks found with both sides known, to score
alerts against. A run-up here may be compared with today's at the same age, so nothing may be known
of it that was not known then. The stages of `signals/lifecycle.py` need members; this a level.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from signals.compare import RUN_UP, RUN_UP_DAYS
from signals.evaluate import Scores
from signals.panel import Panel
from signals.rolling import rolling_mean

FALL = 0.10  # net fraction under the peak
STALL_DAYS = 60  # trading days without a new peak
AFTER_DAYS = 120  # trading days after the peak that are followed
SMOOTH_DAYS = 5  # trading days of the mean of activity, as of the rules
EDGE = 1 + 1e-12  # a fall of just that size counts
Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Run:
    """One run-up and what came after, as far as it is followed; one row a trading day."""

    theme: str
    begun: int  # place in `days` of the day it was seen to have begun
    days: tuple[date, ...]  # from the low before
    levels: Array  # net, points; NaN unknown
    breadth: Array  # members above their 20-day average, share, mean of 5 days; NaN unknown
    activity: Array  # volume on its own mean of 60 days before, times, mean of 5 days; NaN unknown
    evidence: Array  # what the rules said, day since `begun` while it went on x rule

    @cached_property
    def peak(self) -> int:
        """Place of the highest level since it began, until it was over."""
        ends = None if self.over is None else self.over + 1
        return self.begun + int(np.nanargmax(self.levels[self.begun : ends]))

    @cached_property
    def over(self) -> int | None:
        """Place of the day it was over; None while it goes on."""
        return _over(self.levels, self.begun)

    @property
    def age(self) -> int:
        """Trading days since it began, until it was over or the last day known."""
        return (len(self.days) - 1 if self.over is None else self.over) - self.begun

    @cached_property
    def settled(self) -> int | None:
        """Place of the day after which nothing more is followed; None until then."""
        if self.over is None:
            return None
        after = self.levels[self.over + 1 : self.peak + 1 + AFTER_DAYS]
        regained = np.flatnonzero(after >= self.levels[self.peak])
        last = self.over + 1 + int(regained[0]) if len(regained) else self.peak + AFTER_DAYS
        return last if last < len(self.days) else None


ROWS = ("levels", "breadth", "activity")  # of a Run, one value a day


@dataclass(frozen=True)
class Seen:
    """What run-ups are found in: days x themes, and what the rules said."""

    scores: Scores
    activity: Array  # day x theme, times, mean of SMOOTH_DAYS

    @property
    def breadth(self) -> Array:
        """Day x theme, share; NaN unknown."""
        names = [rule.name for rule in self.scores.rules]
        found: Array = self.scores.values[names.index("breadth")]
        return found


def seen(panel: Panel, scores: Scores) -> Seen:
    """The activity beside the scores; the panel may begin before them."""
    activity = rolling_mean(panel.volume_ratio, SMOOTH_DAYS).loc[list(scores.days)]
    return Seen(scores, activity.to_numpy(float))


def follow(known: Iterable[Run], of: Seen, since: date = date.min) -> list[Run]:
    """Run-ups known before, carried on over the days from `since`, and the new ones of these days.

    Day after day gives what all days at once give. By theme, then by day.
    """
    first = bisect_left(of.scores.days, since)
    starts = _starts(of.scores.net)
    mine: dict[str, list[Run]] = {}
    for run in known:
        going = run if run.settled is not None else _extended(run, of, first)
        mine.setdefault(run.theme, []).append(going)
    for column, theme in enumerate(of.scores.themes):
        rows = np.flatnonzero(starts[:, column])
        found = mine.setdefault(theme, [])
        at = first
        while (at := _free(found, of, at)) < len(of.scores.days):
            later = rows[rows >= at]
            if not len(later):
                break
            found.append(_begun(of, int(later[0]), column))
    return [run for theme in sorted(mine) for run in mine[theme]]


def until(run: Run, day: date) -> Run | None:
    """A run-up as it was known on a day; None when it had not begun."""
    count = bisect_right(run.days, day)
    if count <= run.begun:
        return None
    return run if count == len(run.days) else _cut(run, count)


def known_on(runs: Iterable[Run], day: date) -> list[Run]:
    """Run-ups as they were known on a day."""
    return [known for run in runs if (known := until(run, day))]


def _starts(net: Array) -> Array:
    """Where a run-up begins, if none is going on: day x theme."""
    level = pd.DataFrame(net)
    highest = level.rolling(RUN_UP_DAYS + 1, min_periods=1).max()
    found: Array = (
        (level / level.shift(RUN_UP_DAYS) - 1 >= RUN_UP) & (level >= highest)
    ).to_numpy()
    return found


def _free(runs: Sequence[Run], of: Seen, at: int) -> int:
    """First row from `at` on which another run-up may begin."""
    if not runs:
        return at
    over = runs[-1].over
    if over is None:
        return len(of.scores.days)
    return max(at, bisect_right(of.scores.days, runs[-1].days[over]))


def _begun(of: Seen, row: int, column: int) -> Run:
    before = of.scores.net[row - RUN_UP_DAYS : row + 1, column]
    rising = RUN_UP_DAYS - int(np.nanargmin(before[::-1]))  # the last of equal lows
    low = row - RUN_UP_DAYS + rising
    rows = slice(low, None)
    return _trimmed(_of_rows(of, column, rows, row - low))


def _of_rows(of: Seen, column: int, rows: slice, begun: int) -> Run:
    levels, breadth, activity = (
        table[rows, column] for table in (of.scores.net, of.breadth, of.activity)
    )
    told = of.scores.values[:, rows, column].T[begun:]
    days = of.scores.days[rows]
    return Run(of.scores.themes[column], begun, days, levels, breadth, activity, told)


def _extended(run: Run, of: Seen, first: int) -> Run:
    """The run-up with the rows from `first` that it does not have yet."""
    first = max(first, bisect_right(of.scores.days, run.days[-1]))
    if run.theme not in of.scores.themes or first == len(of.scores.days):
        return run
    more = _of_rows(of, of.scores.themes.index(run.theme), slice(first, None), 0)
    rows = {name: np.concatenate([getattr(run, name), getattr(more, name)]) for name in ROWS}
    told = np.vstack([run.evidence, more.evidence]) if run.over is None else run.evidence
    return _trimmed(Run(run.theme, run.begun, run.days + more.days, evidence=told, **rows))


def _trimmed(run: Run) -> Run:
    """Without days that are no longer followed, and without evidence once it is over."""
    return _cut(run, len(run.days) if run.settled is None else run.settled + 1)


def _cut(run: Run, count: int) -> Run:
    """The first `count` days of a run-up."""
    rows = {name: getattr(run, name)[:count] for name in ROWS}
    short = replace(run, days=run.days[:count], **rows)
    return replace(short, evidence=run.evidence[: short.age + 1])


def _over(levels: Array, begun: int) -> int | None:
    """Place of the day on which a run-up that began there was over; None while it goes on."""
    since = levels[begun:]
    peaks = np.fmax.accumulate(since)
    new = np.r_[True, since[1:] > peaks[:-1]]
    places = np.arange(len(since))
    stalled = places - np.maximum.accumulate(np.where(new, places, 0)) >= STALL_DAYS
    ended = np.flatnonzero((since <= peaks * (1 - FALL) * EDGE) | stalled)
    return begun + int(ended[0]) if len(ended) else None
