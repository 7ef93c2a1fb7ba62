"""Could it be luck? Alerts moved through the calendar, episodes left out, the least lift shown.

Moved: every alert is shifted by the same number of days around the span, so that their clusters and
themes stay and only their timing goes; every shift is taken, none is drawn.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from signals.compare import Alerts, labelled
from signals.scorecard import (
    Interval,
    Label,
    followed,
    quarter_numbers,
    unripe,
    volatility_deciles,
)

WAVE_DAYS = 20  # trading days without an alert that part one wave of alerts from the next
SIGNIFICANT, POWER = 1.96, 0.84  # normal quantiles: 5 % two-sided, 80 % power


@dataclass(frozen=True)
class Moved:
    """Alerts against themselves moved through the calendar."""

    shifts: int  # all that are the label's days or more away, both ways round
    p_precision: float  # share of shifts at least as precise
    p_lift: float  # likewise by precision / that of equally volatile themes of the same quarter


@dataclass(frozen=True)
class LeftOut:
    """The range of precision when each group of alerts in turn is left out."""

    months: int
    by_month: Interval  # lowest, highest share
    waves: int  # runs of alerts with no gap above WAVE_DAYS
    by_wave: Interval


def moved(net: pd.DataFrame, alerts: Alerts, since: date, until: date, label: Label) -> Moved:
    """P-values of alerts between two days, one-sided; NaN without an alert or room to move."""
    outcome, ripe = followed(net, label).to_numpy(float), ~unripe(len(net), label.days)
    inside = np.array([since <= day <= until for day in net.index]) & ripe
    circle = np.flatnonzero(inside)
    rows = {day: row for row, day in enumerate(net.index[circle])}
    columns = {theme: column for column, theme in enumerate(net.columns)}
    places = [(rows[d], columns[t]) for d, t in alerts if d in rows and t in columns]
    shifts = range(label.days, len(circle) - label.days + 1)
    if not places or not shifts:
        return Moved(0, float("nan"), float("nan"))
    expected = _expected(net, outcome, ripe)[circle]
    at = np.array(places)
    seen = np.array([_worth(outcome[circle], expected, at, shift) for shift in (0, *shifts)])
    as_good = (seen[1:] >= seen[0]).sum(axis=0)
    shares = (1 + as_good) / (1 + len(shifts))
    return Moved(len(shifts), float(shares[0]), float(shares[1]))


def left_out(net: pd.DataFrame, alerts: Alerts, since: date, until: date, label: Label) -> LeftOut:
    """How much the precision of alerts between two days hangs on one month or one wave of them."""
    labels = labelled(followed(net, label), sorted(alerts), since, until)
    rows = np.array([net.index.get_loc(day) for day in labels.index], int)
    months = np.array([day.year * 12 + day.month for day in labels.index], int)
    waves = np.cumsum(np.diff(rows, prepend=rows[:1]) > WAVE_DAYS)
    hits = labels.to_numpy(float)
    return LeftOut(
        len(np.unique(months)),
        _without_each(hits, months),
        len(np.unique(waves)),
        _without_each(hits, waves),
    )


def detectable_lift(lift_interval: Interval) -> float:
    """The least lift such a sample finds above 1 in four of five cases, from its own interval."""
    low, high = lift_interval
    return 1 + (SIGNIFICANT + POWER) * (high - low) / (2 * SIGNIFICANT)


def _expected(net: pd.DataFrame, outcome: np.ndarray, ripe: np.ndarray) -> np.ndarray:
    """Share of equally volatile theme-days of the quarter that were followed by the fall."""
    quarters = quarter_numbers(net)
    cells = (quarters - quarters[0])[:, None] * 11 + volatility_deciles(net)
    known = ~np.isnan(outcome) & ripe[:, None]
    count = np.bincount(cells[known], minlength=cells.max() + 1)
    hits = np.bincount(cells[known], outcome[known], cells.max() + 1)
    rates = np.divide(hits, count, out=np.full(len(count), np.nan), where=count > 0)
    found: np.ndarray = rates[cells]
    return found


def _worth(
    outcome: np.ndarray, expected: np.ndarray, at: np.ndarray, shift: int
) -> tuple[float, float]:
    """Precision and lift of alerts (row, column) moved by `shift` rows around the span."""
    rows, columns = (at[:, 0] + shift) % len(outcome), at[:, 1]
    hits, like = outcome[rows, columns], expected[rows, columns]
    known = ~np.isnan(hits) & ~np.isnan(like)
    if not known.any():
        return float("nan"), float("nan")
    chance = float(like[known].sum())
    return float(hits[known].mean()), float(hits[known].sum() / chance) if chance else float("nan")


def _without_each(hits: np.ndarray, groups: np.ndarray) -> Interval:
    rests = [hits[groups != group] for group in np.unique(groups)]
    shares = [float(rest.mean()) for rest in rests if len(rest)]
    return (min(shares), max(shares)) if shares else (float("nan"), float("nan"))
