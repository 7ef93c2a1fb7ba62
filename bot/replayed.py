"""What the same code would have told of a day, found by folding all stored days before it."""

from dataclasses import replace
from datetime import date

from bot.alerting import strongest_first
from bot.app import App, judged_themes
from signals.evaluate import LOOK_BACK, evaluate
from signals.model import Transition
from signals.replay import NEEDED, folded


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
