"""What the same code says of days the bot did not judge, found by folding all stored days."""

from dataclasses import replace
from datetime import date

from bot.alerting import strongest_first
from bot.app import App, judged_themes
from signals.evaluate import LOOK_BACK, evaluate
from signals.model import Stage, Transition
from signals.replay import NEEDED, folded

Entered = tuple[date, Stage]  # a stage and the first day of it


def stages(app: App, theme: str, since: date, until: date) -> list[Entered]:
    """The stages a theme was in between two days, oldest first; the first may be older.

    Those that were judged are as they were; before them the same rules fold the stored days.
    """
    told = [t for t in app.ledger.transitions(theme) if t.before.stage is not t.after.stage]
    first = told[0].before if told else app.ledger.standing.state(theme)
    known = [(t.day, t.after.stage) for t in told]
    if first.since:
        known = [(first.since, first.stage), *known]
        if first.since > since:
            known = [*_looked_back(app, theme, first.since), *known]
    return [(day, stage) for day, stage in known if day <= until]


def _looked_back(app: App, theme: str, before: date) -> list[Entered]:
    """The stages a theme entered before a day, as stages follow from all stored days."""
    needed = [rule for rule in app.rules if rule.name in NEEDED]
    scores = evaluate(app.store.panel(before, -1, [theme]), needed)
    return [
        (day, t.after.stage)
        for day, _, told in folded(scores, app.policy)
        for t in told
        if day < before and t.before.stage is not t.after.stage
    ]


def would_have_told(app: App, day: date) -> list[Transition]:
    """The transitions of a stored day, strongest first; takes seconds with ten years of days.

    Only the rules that stages follow from are asked of all days; the others of the day alone.
    """
    panel = app.store.panel(day, -1, judged_themes(app.settings, app.store))
    needed = [rule for rule in app.rules if rule.name in NEEDED]
    *_, (_, _, told) = folded(evaluate(panel, needed), app.policy)
    if not told:
        return []
    scores = evaluate(panel.last(LOOK_BACK), app.rules)
    return strongest_first(replace(t, signals=scores.signals(day, t.theme)) for t in told)
