"""What alerts got wrong, worst first: episodes without a warning, warnings without a fall."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from signals.compare import Alerts
from signals.episodes import Episode, is_near, peaked
from signals.scorecard import Label, followed


@dataclass(frozen=True)
class FalseAlarm:
    """An alert that no fall followed."""

    theme: str
    day: date
    rise: float  # net fraction, the label's days later: what leaving then would have missed


def misses(
    net: pd.DataFrame, alerts: Alerts, since: date, until: date, label: Label
) -> list[Episode]:
    """Episodes that peaked between two days and had no alert near; the largest fall first."""
    rows = {day: row for row, day in enumerate(net.index)}
    told: dict[str, list[int]] = {}
    for day, theme in alerts:
        told.setdefault(theme, []).append(rows[day])
    missed = [
        episode
        for episode in peaked(net, since, until, label)
        if not any(is_near(rows[episode.peak], row) for row in told.get(episode.theme, []))
    ]
    return sorted(missed, key=lambda episode: -episode.fall)


def false_alarms(
    net: pd.DataFrame, alerts: Alerts, since: date, until: date, label: Label
) -> list[FalseAlarm]:
    """Alerts between two days that no fall followed; the largest rise after them first."""
    outcome = followed(net, label)
    rises = net.shift(-label.days) / net - 1
    found = [
        FalseAlarm(theme, day, float(rises[theme][day]))
        for day, theme in alerts
        if since <= day <= until and theme in net.columns and outcome.at[day, theme] == 0
    ]
    return sorted(found, key=lambda alarm: -np.nan_to_num(alarm.rise, nan=-1.0))
