"""Run-ups of the past beside the day's cycle: followed each evening, made anew after an import."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from functools import cached_property

from bot.app import App, judged_themes
from market.filling import whole
from market.store import MAINLAND
from market.world import NASDAQ
from signals.evaluate import LOOK_BACK, Scores, evaluate
from signals.lead import Lead, leads
from signals.panel import Panel
from signals.runs import Run, follow, seen

MARKET = "market"  # among leads: all stocks of the store, equal weight


class Past:
    """What is known of run-ups, read when first asked for; belongs to the thread of its app."""

    def __init__(self, app: App) -> None:
        """Reads nothing yet."""
        self._app = app

    @cached_property
    def runs(self) -> Sequence[Run]:
        """Run-ups of judged themes, also those after the day that is spoken of.

        `known_on` leaves those out.
        """
        judged = set(judged_themes(self._app.settings, self._app.store))
        return [run for run in self._app.ledger.run_ups.all() if run.theme in judged]

    @cached_property
    def days(self) -> Sequence[date]:
        """All trading days stored, ascending."""
        return self._app.store.days()


def marks(app: App) -> list[str]:
    """What run-ups hang on: the rules with their knobs, and the themes whose past has come in."""
    store = app.store
    own = [one for one in store.themes().values() if one.exchange == store.exchange]
    fetched = sum(store.note(f"history:{theme.id}") is not None for theme in own)
    made_whole = sum(store.note(whole(theme.id)) is not None for theme in own)
    rules = [f"{rule.name} {rule.params}" for rule in app.rules]
    marks = [*rules, f"histories {fetched}", f"whole {made_whole}"]
    return marks if store.exchange == MAINLAND else [*marks, f"themes {len(own)}"]


def follow_up(app: App, panel: Panel, scores: Scores) -> None:
    """Carries the run-ups on through the last day of the scores, and how themes go with the centre.

    Both are made of what is stored, so that doing it twice changes nothing.
    """
    through = app.ledger.run_ups.followed(marks(app))
    first = bisect_right(scores.days, through) if through else 0
    if through is None or first < LOOK_BACK - 1 <= len(scores.days) - 1:
        return rebuild(app, scores.days[-1])  # the rules looked back too short for these days
    before, after = app.ledger.run_ups.all(), None
    if first < len(scores.days):
        after = follow(before, seen(panel, scores), scores.days[first])
    found = _leads(app, panel)  # all is made before the write begins: others wait for it
    with app.ledger.atomic():
        if after is not None:
            _save(app, after, scores, before)
        app.ledger.run_ups.save_leads(found)
    return None


def rebuild(app: App, until: date) -> None:
    """Makes all run-ups anew from all stored days; takes as long as a replay."""
    panel = app.store.panel(until, -1, judged_themes(app.settings, app.store))
    remember(app, panel, evaluate(panel, app.rules))


def remember(app: App, panel: Panel, scores: Scores) -> None:
    """Keeps the run-ups of all days of the scores instead of those before."""
    after, found = follow((), seen(panel, scores)), _leads(app, panel)
    with app.ledger.atomic():
        app.ledger.run_ups.forget()
        _save(app, after, scores, ())
        app.ledger.run_ups.save_leads(found)


def _save(app: App, after: Sequence[Run], scores: Scores, before: Sequence[Run]) -> None:
    kept = set(map(id, before))
    changed = [run for run in after if id(run) not in kept]
    app.ledger.run_ups.save(changed, scores.days[-1], marks(app))


def _leads(app: App, panel: Panel) -> dict[str, Lead]:
    """The leads of all themes and of the market, as of the panel's last day."""
    closes = app.store.points(panel.days[0], panel.as_of, NASDAQ.id)
    index = {day: close for (day, _), close in closes.items()}
    if app.store.exchange != MAINLAND:  # whose figures alone were held against chance
        index = {}
    found: dict[str, Lead] = leads(panel.net, index) if index else {}
    market = leads(panel.benchmark.to_frame(MARKET), index) if index else {}
    return found | market
