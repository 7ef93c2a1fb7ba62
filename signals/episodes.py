"""Past run-ups and their peaks in a panel: what alerts should have seen coming. Net of the market.

A peak is the highest level within PEAK_DAYS on both sides, after a rise of at least RISE from the
lowest level of the RISE_DAYS before, and followed by a fall of at least `fall` within `days`.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from signals.scorecard import DAYS, FALL, lowest_ahead

PEAK_DAYS = 60  # trading days on each side
RISE, RISE_DAYS = 0.60, 120  # net fraction; trading days before the peak
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
    """What alerts saw of the episodes."""

    episodes: int
    recall: float  # share of episodes with an alert of their own
    lead_days: tuple[float, float, float]  # trading days to the peak: quartiles; < 0 is late
    price_at_alert: float  # median of level at the alert / level at the peak


def episodes(net: pd.DataFrame, fall: float = FALL, days: int = DAYS) -> list[Episode]:
    """All episodes of `net` (day x theme, points), by peak and theme."""
    around = net.rolling(2 * PEAK_DAYS + 1, center=True, min_periods=PEAK_DAYS + 1).max()
    rise = net / net.rolling(RISE_DAYS, min_periods=2).min() - 1
    drop = 1 - lowest_ahead(net, days) / net
    is_peak = ((net >= around) & (rise >= RISE) & (drop >= fall)).to_numpy()
    rises, drops = rise.to_numpy(float), drop.to_numpy(float)
    found = [
        Episode(net.columns[c], net.index[r], float(rises[r, c]), float(drops[r, c]))
        for r, c in zip(*np.nonzero(is_peak), strict=True)
    ]
    return sorted(found, key=lambda episode: (episode.peak, episode.theme))


def is_near(peak: int, alert: int) -> bool:
    """Whether an alert speaks for a peak; both as rows of the panel."""
    return -LATE_DAYS <= peak - alert <= EARLY_DAYS


@dataclass(frozen=True)
class Sighting:
    """The first alert that speaks for an episode's peak."""

    lead_days: int  # trading days to the peak; < 0 is late
    price_at_alert: float  # level at the alert / level at the peak


def sightings(
    net: pd.DataFrame, alerts: list[tuple[date, str]], since: date, until: date
) -> list[Sighting | None]:
    """For each episode that peaked between two days its sighting; None where no alert was near."""
    rows = {day: row for row, day in enumerate(net.index)}
    found: list[Sighting | None] = []
    for episode in episodes(net):
        if since <= episode.peak <= until:
            peak, levels = rows[episode.peak], net[episode.theme].to_numpy(float)
            own = [rows[day] for day, theme in alerts if theme == episode.theme]
            near = [row for row in own if is_near(peak, row)]
            seen = Sighting(peak - near[0], float(levels[near[0]] / levels[peak])) if near else None
            found.append(seen)
    return found


def foresight(
    net: pd.DataFrame, alerts: list[tuple[date, str]], since: date, until: date
) -> Foresight:
    """How many episodes that peaked between two days had an alert, how early and how high."""
    known = sightings(net, alerts, since, until)
    seen = [sighting for sighting in known if sighting]
    recall = len(seen) / len(known) if known else float("nan")
    leads = [sighting.lead_days for sighting in seen]
    quartiles = np.quantile(leads, [0.25, 0.5, 0.75]) if leads else np.full(3, np.nan)
    price = float(np.median([s.price_at_alert for s in seen])) if seen else float("nan")
    return Foresight(len(known), recall, tuple(map(float, quartiles)), price)  # type: ignore[arg-type]  # three of them
