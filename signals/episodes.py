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


def foresight(
    net: pd.DataFrame, alerts: list[tuple[date, str]], since: date, until: date
) -> Foresight:
    """How many episodes that peaked between two days had an alert, how early and how high.

    Of several alerts before a peak the first one counts.
    """
    rows = {day: row for row, day in enumerate(net.index)}
    known = [e for e in episodes(net) if since <= e.peak <= until]
    leads, prices = [], []
    for episode in known:
        peak = rows[episode.peak]
        near = [
            rows[day]
            for day, theme in alerts
            if theme == episode.theme and is_near(peak, rows[day])
        ]
        if near:
            leads.append(peak - near[0])
            levels = net[episode.theme].to_numpy(float)
            prices.append(float(levels[near[0]] / levels[peak]))
    recall = len(leads) / len(known) if known else float("nan")
    quartiles = np.quantile(leads, [0.25, 0.5, 0.75]) if leads else np.full(3, np.nan)
    price = float(np.median(prices)) if prices else float("nan")
    return Foresight(len(known), recall, tuple(map(float, quartiles)), price)  # type: ignore[arg-type]  # three of them
