"""Past run-ups and their peaks in a panel: what alerts should have seen coming. Net of the market.

A peak is the highest level within PEAK_DAYS on both sides, after a rise of at least RISE from the
lowest level of the RISE_DAYS before, and followed by the label's fall, here from the peak.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from signals.scorecard import (
    LEAST_ONSETS,
    UNKNOWN,
    Interval,
    Label,
    lowest_ahead,
    middle,
    months_drawn,
)

PEAK_DAYS = 60  # trading days on each side
RISE, RISE_DAYS = 0.60, 120  # net fraction; trading days before the peak
LEAST_MONTHS = 3  # of peaks; with fewer an interval says nothing
EARLY_DAYS, LATE_DAYS = 60, 5  # an alert from so long before to so long after a peak saw it


@dataclass(frozen=True)
class Episode:
    """One run-up that peaked and fell."""

    theme: str
    peak: date
    run_up: float  # net fraction, from the low before
    fall: float  # net fraction, >= 0, the largest within the days after


@dataclass(frozen=True)
class Foresight:
    """What alerts saw of the episodes; intervals are 95 %, of whole months of peaks."""

    episodes: int
    seen: int  # episodes with an alert of their own
    recall: float  # share of episodes that were seen
    recall_interval: Interval
    lead_days: tuple[float, float, float]  # trading days to the peak: quartiles; < 0 is late
    price_at_alert: float  # median of level at the alert / level at the peak
    price_interval: Interval


def episodes(net: pd.DataFrame, label: Label) -> list[Episode]:
    """All episodes of `net` (day x theme, points), by peak and theme."""
    around = net.rolling(2 * PEAK_DAYS + 1, center=True, min_periods=PEAK_DAYS + 1).max()
    rise = net / net.rolling(RISE_DAYS, min_periods=2).min() - 1
    drop = 1 - lowest_ahead(net, label.days) / net
    is_peak = ((net >= around) & (rise >= RISE) & (drop >= label.fall)).to_numpy()
    rises, drops = rise.to_numpy(float), drop.to_numpy(float)
    found = [
        Episode(net.columns[c], net.index[r], float(rises[r, c]), float(drops[r, c]))
        for r, c in zip(*np.nonzero(is_peak), strict=True)
    ]
    return sorted(found, key=lambda episode: (episode.peak, episode.theme))


def peaked(net: pd.DataFrame, since: date, until: date, label: Label) -> list[Episode]:
    """The episodes that peaked between two days."""
    return [episode for episode in episodes(net, label) if since <= episode.peak <= until]


def is_near(peak: int, alert: int) -> bool:
    """Whether an alert speaks for a peak; both as rows of the panel."""
    return -LATE_DAYS <= peak - alert <= EARLY_DAYS


@dataclass(frozen=True)
class Sighting:
    """The first alert that speaks for an episode's peak."""

    lead_days: int  # trading days to the peak; < 0 is late
    price_at_alert: float  # level at the alert / level at the peak


def sightings(
    net: pd.DataFrame, alerts: Sequence[tuple[date, str]], known: Sequence[Episode]
) -> dict[Episode, Sighting | None]:
    """Of each episode the first alert near its peak; None where there was none."""
    rows = {day: row for row, day in enumerate(net.index)}
    found: dict[Episode, Sighting | None] = {}
    for episode in known:
        peak, levels = rows[episode.peak], net[episode.theme].to_numpy(float)
        own = [rows[day] for day, theme in alerts if theme == episode.theme]
        near = [row for row in own if is_near(peak, row)]
        seen = Sighting(peak - near[0], float(levels[near[0]] / levels[peak])) if near else None
        found[episode] = seen
    return found


def foresight(
    net: pd.DataFrame, alerts: Sequence[tuple[date, str]], known: Sequence[Episode]
) -> Foresight:
    """How many of these episodes had an alert, how early and how high."""
    found = sightings(net, alerts, known)
    seen = [sighting for sighting in found.values() if sighting]
    came = np.array([sighting is not None for sighting in found.values()], float)
    leads, prices = [s.lead_days for s in seen], np.array([s.price_at_alert for s in seen])
    quartiles = np.quantile(leads, [0.25, 0.5, 0.75]) if leads else np.full(3, np.nan)
    return Foresight(
        len(found),
        len(seen),
        float(came.mean()) if len(came) else nan,
        _span(came, list(found), np.mean),
        tuple(map(float, quartiles)),  # type: ignore[arg-type]  # three of them
        float(np.median(prices)) if leads else nan,
        _span(prices, [episode for episode, sighting in found.items() if sighting], np.median),
    )


def _span(
    values: np.ndarray, of: Sequence[Episode], middle_of: Callable[[np.ndarray], np.floating[Any]]
) -> Interval:
    """95 % interval of a mean or a median over episodes, their months drawn whole."""
    months = np.array([episode.peak.year * 12 + episode.peak.month for episode in of], int)
    if len(values) < LEAST_ONSETS or len(np.unique(months)) < LEAST_MONTHS:
        return UNKNOWN
    return middle([float(middle_of(values[drawn])) for drawn in months_drawn(months)])
