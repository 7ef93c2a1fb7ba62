"""Analogues: which past run-ups today's looks like most, at the same age, and how they went on.

Of a past run-up only what was known at that age is compared: the shape of its net path from the
low, scaled to its highest, and what the rules said that day. A past run-up counts when it was still
going on at that age and the label's days after it are known on the day asked about. Of one theme,
and of one wave of beginnings (WAVE_DAYS), only the nearest counts: a mania's themes are one case.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import nan

import numpy as np

from signals.nulls import WAVE_DAYS
from signals.runs import Run, until
from signals.scorecard import Label

POINTS = 20  # of a path, evenly from its low to the day
TAKEN = 5  # nearest ones
LEAST_RULES = 3  # rules known of both, else the evidence is not compared
SPREAD_LEAST = 10  # past run-ups from which a rule's spread is taken
Array = np.ndarray


@dataclass(frozen=True)
class Analogue:
    """One past run-up at the age that today's has, and how it went on."""

    theme: str
    day: date  # on which it was as old
    distance: float  # 2 is that of a middling past run-up, 0 the same
    ahead: float  # net return of the label's days after, fraction
    fell: bool  # the label's fall from its level


@dataclass(frozen=True)
class Likeness:
    """The nearest past run-ups, and all that could have been, to hold against them."""

    age: int  # trading days since today's began
    nearest: tuple[Analogue, ...]  # nearest first; one of a theme, one of a wave
    eligible: int  # past run-ups that were as old and whose label is known
    fell: float  # share of these that fell
    ahead: float  # their median net return, fraction


def likeness(runs: Sequence[Run], theme: str, day: date, label: Label) -> Likeness | None:
    """What today's run-up of a theme looks like, by what was known; None when none goes on."""
    own = [known for run in runs if run.theme == theme and (known := until(run, day))]
    if not own or own[-1].over is not None:
        return None
    today, age = own[-1], own[-1].age
    after = age + label.days
    past = [run for run in runs if run.begun + after < len(run.days)]
    past = [r for r in past if r.days[r.begun + after] <= day and _went(r, age, label)]
    if not past:
        return Likeness(age, (), 0, nan, nan)
    ranked = sorted(zip(_distances(today, past, age), map(_number, past), past, strict=True))
    all_of_them = [_analogue(run, age, distance, label) for distance, _, run in ranked]
    chosen = _one_a_wave([run for *_, run in ranked])
    return Likeness(
        age,
        tuple(all_of_them[place] for place in chosen),
        len(past),
        float(np.mean([one.fell for one in all_of_them])),
        float(np.median([one.ahead for one in all_of_them])),
    )


def _went(run: Run, age: int, label: Label) -> bool:
    """Whether a past run-up was still going on at an age."""
    return (run.over is None or run.over > run.begun + age) and bool(
        np.isfinite(run.levels[[run.begun + age, run.begun + age + label.days]]).all()
    )


def _number(run: Run) -> tuple[date, str]:
    return run.days[run.begun], run.theme  # so that equal distances have an order


def _analogue(run: Run, age: int, distance: float, label: Label) -> Analogue:
    at = run.begun + age
    after = run.levels[at + 1 : at + label.days + 1] / run.levels[at]
    fell = bool(np.nanmin(after) <= (1 - label.fall) * (1 + 1e-12))
    return Analogue(run.theme, run.days[at], float(distance), float(after[-1] - 1), fell)


def _one_a_wave(runs: Sequence[Run]) -> list[int]:
    """Places of the first TAKEN of which no two share a theme or a wave."""
    chosen: list[int] = []
    for place, run in enumerate(runs):
        if len(chosen) < TAKEN and not any(_same_story(run, runs[other]) for other in chosen):
            chosen.append(place)
    return chosen


def _same_story(one: Run, other: Run) -> bool:
    apart = abs((one.days[one.begun] - other.days[other.begun]).days)
    return one.theme == other.theme or apart <= WAVE_DAYS * 7 / 5


def _distances(today: Run, past: Sequence[Run], age: int) -> Array:
    """How far each past run-up is: shape and evidence, each on the median of all; their sum."""
    own = path(today, age)
    shape = np.array([np.sqrt(np.mean((path(run, age) - own) ** 2)) for run in past])
    told = np.array([run.evidence[age] for run in past])
    found: Array = _on_median(shape) + _on_median(_evidence(today.evidence[age], told))
    return found


def path(run: Run, age: int) -> Array:
    """The net path from the low to an age, POINTS values of log growth, the highest is 1."""
    levels = np.log(run.levels[: run.begun + age + 1] / run.levels[0])
    known = np.flatnonzero(np.isfinite(levels))
    even = np.linspace(0, len(levels) - 1, POINTS)
    shape: Array = np.interp(even, known, levels[known]) / levels[known].max()
    return shape


def _evidence(own: Array, told: Array) -> Array:
    """Root mean square difference over the rules known of both, in their spreads; NaN: too few."""
    usable = np.isfinite(told).sum(axis=0) >= min(SPREAD_LEAST, len(told))
    spread = np.full(told.shape[1], nan)
    spread[usable] = np.nanstd(told[:, usable], axis=0)
    spread[~(spread > 0)] = nan
    apart = ((told - own) / spread) ** 2
    known = np.isfinite(apart)
    count = known.sum(axis=1)
    total = np.where(known, apart, 0).sum(axis=1)
    mean: Array = np.sqrt(
        np.divide(total, count, out=np.full(len(told), nan), where=count >= LEAST_RULES)
    )
    return mean


def _on_median(distances: Array) -> Array:
    """Distances on their median; unknown ones count as middling."""
    known = distances[np.isfinite(distances)]
    middle = float(np.median(known)) if len(known) else nan
    scaled = distances / middle if middle > 0 else np.ones_like(distances)
    found: Array = np.where(np.isfinite(scaled), scaled, 1.0)
    return found
