"""The record of the week: alerts whose end came to be known in it, told whatever they were."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from bot.app import NET, App, labels
from bot.calendars import ends_week
from signals.model import RUNNING, Transition
from signals.scorecard import Label, followed


@dataclass(frozen=True)
class Due:
    """An alert whose end is known: it fell, or its label's days are over."""

    alert: Transition
    fell: bool  # as far as the label says, net, within its days
    days: int  # trading days from the alert to the fall, else the label's
    change: float  # net since the alert to that day, fraction


@dataclass(frozen=True)
class Week:
    """What a week brought to an end, and how the alerts of the days looked back stand."""

    due: tuple[Due, ...]  # oldest alert first
    known: int  # alerts whose end is known
    fell: int  # of them
    waiting: int  # alerts whose end is not known yet
    days: int  # trading days looked back, as far as the bot judged them
    label: Label  # the fall that alerts are judged by


def week_of(app: App, day: date, today: Sequence[Transition]) -> Week | None:
    """The record of the week that a day ends; None on other days, and while there was no alert.

    Of the bot's own alerts only: what was told before the fact, not a replay. Those of `today` may
    not be in the ledger yet.
    """
    return record_since(app, _monday(day), day, today) if ends_week(app, day) else None


def record_since(app: App, since: date, day: date, today: Sequence[Transition]) -> Week | None:
    """Likewise of all days from one on to `day`, whatever weekday that is."""
    days = app.store.days(until=day)[-app.settings.data.history_days :]
    began = app.ledger.kept.began()
    before = app.ledger.transitions(since=days[0], until=day - timedelta(days=1))
    known = app.store.themes()
    told = [t for t in (*before, *today) if entered(t) and t.theme in known]
    if not told:
        return None
    themes = sorted({t.theme for t in told})
    net = app.store.net(min(t.day for t in told), day, themes)
    found = week(told, net, labels(app.settings)[NET], since)
    lived = sum(began <= one for one in days) if began else 1  # the first is being judged
    return replace(found, days=lived)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def entered(told: Transition) -> bool:
    """Whether it is an alert that is scored: one that entered a stage of an episode."""
    return told.after.stage in RUNNING and told.before.stage is not told.after.stage


def week(told: Sequence[Transition], net: pd.DataFrame, label: Label, since: date) -> Week:
    """Likewise, of alerts within the days of `net` (day x theme, points of theme / market)."""
    before = sum(day < since for day in net.index)
    now, then = followed(net, label), followed(net.iloc[:before], label)
    row = {day: n for n, day in enumerate(net.index)}
    column = {theme: n for n, theme in enumerate(net.columns)}
    inside = [t for t in told if t.day in row and t.theme in column]
    at = [row[t.day] for t in inside], [column[t.theme] for t in inside]
    ends = now.to_numpy()[at]
    earlier = np.pad(then.to_numpy(), ((0, len(net) - before), (0, 0)), constant_values=np.nan)[at]
    due = np.flatnonzero(~np.isnan(ends) & np.isnan(earlier))
    known = int((~np.isnan(ends)).sum())
    return Week(
        tuple(_due(inside[n], net[inside[n].theme], label) for n in due),
        known,
        int((ends == 1).sum()),
        len(inside) - known,
        len(net),
        label,
    )


def _due(alert: Transition, net: pd.Series, label: Label) -> Due:
    levels = net.loc[alert.day :].to_numpy(float)[: label.days + 1]
    ahead = levels / levels[0] - 1
    fallen = np.flatnonzero(ahead <= -label.fall + 1e-12)
    end = int(fallen[0]) if len(fallen) else len(ahead) - 1
    return Due(alert, len(fallen) > 0, end, float(ahead[end]))
