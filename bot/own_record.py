"""The record of one's own store, made anew each month: a replay of all its days, scored.

It is told in place of the shipped one for each stage that has enough alerts whose end is known.
"""

from datetime import date

import numpy as np
from pydantic import TypeAdapter

from bot.app import NET, App, judged_themes, labels
from bot.ledger import Ledger
from config.record import Own, Record
from signals.compare import Alerts, labelled
from signals.evaluate import evaluate
from signals.model import Stage
from signals.panel import Panel
from signals.replay import NEEDED, folded
from signals.scorecard import Label, followed, onsets, score

ENOUGH_ONSETS, ENOUGH_MONTHS = 30, 12  # decided alerts, and calendar months they lie in
UNTUNED = date(2022, 1, 1)  # the rules were tuned on days before: there they look better
STAGES = (Stage.FORMING, Stage.BUBBLE, Stage.BURSTING)
OWN, MADE = "own_record", "own_record_month"  # facts of the ledger
ADAPTER = TypeAdapter(Own)


def kept(ledger: Ledger) -> Own | None:
    """The record as it was made last; None before the first time."""
    text = ledger.fact(OWN)
    return ADAPTER.validate_json(text) if text else None


def renew_monthly(app: App, today: date) -> None:
    """Makes the record once a calendar month, when a day was judged."""
    month = f"{today:%Y-%m}"
    if app.ledger.fact(MADE) == month or not app.ledger.evaluated():
        return
    own = made(app)
    with app.ledger.atomic():
        app.ledger.set_fact(OWN, ADAPTER.dump_json(own).decode())
        app.ledger.set_fact(MADE, month)


def made(app: App) -> Own:
    """The record of all stored days; a stage with too little has only its count."""
    days, themes = app.store.days(), judged_themes(app.settings, app.store)
    panel = app.store.panel(days[-1], len(days), themes)
    rules = [rule for rule in app.rules if rule.name in NEEDED]
    told = [t for _, _, of_day in folded(evaluate(panel, rules), app.policy) for t in of_day]
    listed = [day for theme in themes for day in app.store.member_days(theme)[:1]]
    members = min(listed, default=days[-1])
    label = labels(app.settings)[NET]
    found = {stage.value: _record(panel, onsets(told, stage), members, label) for stage in STAGES}
    return Own(
        {stage: one for stage, one in found.items() if isinstance(one, Record)},
        {stage: one for stage, one in found.items() if isinstance(one, int)},
    )


def _record(panel: Panel, alerts: Alerts, members: date, label: Label) -> Record | int:
    """The record of a stage's alerts, or how many are decided where that is too few."""
    since, until, net = max(panel.days[0], UNTUNED), panel.as_of, panel.net
    outcome = followed(net, label)
    decided = labelled(outcome, alerts, since, until)
    months = {(day.year, day.month) for day in decided.index}
    if len(decided) < ENOUGH_ONSETS or len(months) < ENOUGH_MONTHS:
        return len(decided)
    found = score("own", net, outcome, alerts, since, until)
    if np.isnan(found.matched_base_rate):
        return len(decided)
    low, high = found.interval
    figures = (label.fall, label.days, found.onsets, found.hits, low, high, found.matched_base_rate)
    return Record(since, until, members, *figures)
