"""When figures prove wrong: the days are judged again, and what was said of them is corrected.

The same code as every evening folds the corrected days from the states before them, so that a
replay goes on saying what the bot does. Stories stay as they were told.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot import journal
from bot.alerting import strongest_first
from bot.app import App, judged_themes
from bot.corrections_told import tell
from bot.ledger_corrections import BY, SINCE, Correction
from bot.messages import Day, number
from market.revise import REVISED
from signals.evaluate import LOOK_BACK, evaluate
from signals.model import Signal, ThemeState, Transition
from signals.panel import Panel
from signals.replay import fold

REACH_DAYS = 60  # trading days that can be judged again
MATTERS = 0.01  # a figure that moved by less (share, fraction; days and times: 1) is as it was said
log = logging.getLogger("paomo")


@dataclass(frozen=True)
class Again:
    """Days judged again."""

    days: Sequence[date]
    panel: Panel  # ends with the last of them
    states: Mapping[date, dict[str, ThemeState]]
    told: Sequence[Transition]
    readings: Mapping[str, tuple[Signal, ...]]  # of the last day


def reach(app: App) -> date | None:
    """The newest day whose states are given: days after it can be judged again."""
    known = app.ledger.fact(SINCE)
    return date.fromisoformat(known) if known else None


def remember(app: App, day: date, changed: Iterable[ThemeState]) -> None:
    """Keeps the states that a day's close changed, for REACH_DAYS. Within a transaction."""
    app.ledger.corrections.keep(day, changed)
    first = app.store.days(until=day, limit=REACH_DAYS + 1)[0]
    since = reach(app)
    if since and first > since:
        app.ledger.corrections.forget_before(first)
        app.ledger.set_fact(SINCE, first.isoformat())


def begin(app: App, states: Iterable[ThemeState]) -> None:
    """Keeps all states as they are, where none are kept yet, or those of other rules."""
    by, evaluated = _by(app), app.ledger.evaluated()
    if not evaluated or app.ledger.fact(BY) == by:
        return
    with app.ledger.atomic():
        app.ledger.corrections.forget_after(date.min)
        app.ledger.corrections.keep(evaluated, states)
        app.ledger.set_fact(SINCE, evaluated.isoformat())
        app.ledger.set_fact(BY, by)


def _by(app: App) -> str:
    """The rules and the policy that states hang on, as text."""
    rules = [f"{rule.name} {rule.threshold} {rule.params}" for rule in app.rules]
    return f"{rules} {app.policy}"


def settle(app: App, day_of: Callable[[App, date], Day]) -> int:
    """Judges days again whose figures were corrected; gives the number of alerts corrected.

    Doing it twice says nothing twice.
    """
    noted, evaluated, since = app.store.note(REVISED), app.ledger.evaluated(), reach(app)
    if not noted:
        return 0
    first, found = date.fromisoformat(noted), []
    if app.ledger.fact(BY) not in (None, _by(app)):
        log.warning("%s is not judged again: rules or policy are others now", first)
    elif evaluated and since and since < first <= evaluated:
        try:
            found = _settled(app, first, evaluated, day_of)
        except Exception:  # whatever it is, the next day must be judged all the same
            log.exception("%s could not be judged again", first)
    elif evaluated and first <= evaluated:
        log.warning("%s cannot be judged again: states are kept from %s", first, since)
    app.store.set_note(REVISED, "")
    return len(found)


def _settled(
    app: App, first: date, evaluated: date, day_of: Callable[[App, date], Day]
) -> list[Correction]:
    again = _judged_again(app, [d for d in app.store.days(until=evaluated) if d >= first])
    found = _differences(app, again)
    before = app.store.days(until=first, limit=2)[0]
    with app.ledger.atomic():
        app.ledger.corrections.forget_after(before)
        for day in again.days:
            app.ledger.corrections.keep(day, again.states[day].values())
        app.ledger.save_states(again.states[evaluated].values())
        app.ledger.save_readings(again.readings)
        app.ledger.run_ups.forget()  # made anew with the next day
        _forget_pictures(app, first)
        if found:
            _enter(app, evaluated, found)
            tell(app, day_of(app, evaluated), found, again.states[evaluated])
    return found


def _forget_pictures(app: App, first: date) -> None:
    """What was drawn of these days shows the figures that were wrong."""
    from bot.draw import ALBUM

    app.ledger.files.forget_since(first)
    ALBUM.clear()


def _judged_again(app: App, days: Sequence[date]) -> Again:
    """Days folded once more, as every evening does it; `days` are stored and ascending."""
    span = app.settings.data.history_days + len(days) - 1
    panel = app.store.panel(days[-1], span, judged_themes(app.settings, app.store))
    scores = evaluate(panel.last(LOOK_BACK + len(days) - 1), app.rules)
    before = app.store.days(until=days[0], limit=2)[0]
    states: Mapping[str, ThemeState] = {
        t: s for t, s in app.ledger.corrections.states(before).items() if t in panel.close.columns
    }
    by_day, told = {}, []
    for day in days:
        known = states
        states, new = fold(known, scores, day, app.policy)
        by_day[day] = {t: s for t, s in states.items() if s != known.get(t)}
        told += strongest_first(new)
    by_day[days[-1]] = dict(states)
    readings = {theme: scores.signals(days[-1], theme) for theme in scores.themes}
    return Again(days, panel, by_day, told, readings)


def _differences(app: App, again: Again) -> list[Correction]:
    """What was said of the days, and what would be, where that matters."""
    first, last = again.days[0], again.days[-1]
    said: dict[str, Transition | None] = {
        number(t): t for t in app.ledger.transitions(since=first, until=last)
    }
    hashes = journal.data_hashes(app.ledger.journal.entries())
    for one in app.ledger.corrections.all():
        subject = one.now or one.was
        if subject and first <= subject.day <= last:
            said[one.alert], hashes[one.alert] = one.now, one.data_now
    would: dict[str, Transition | None] = {number(t): t for t in again.told}
    revision = app.store.revisions.all()[-1].id
    found = []
    for alert in dict.fromkeys([*said, *would]):
        was, now = said.get(alert), would.get(alert)
        subject = now or was
        # a theme that is judged no more has no figures to be judged by again
        if subject and subject.theme in again.panel.close and not same(was, now):
            data = journal.data_hash(again.panel.until(subject.day), subject.theme)
            found.append(Correction(revision, alert, was, now, hashes.get(alert, ""), data))
    return found


def same(was: Transition | None, now: Transition | None) -> bool:
    """Whether two say the same, but for figures too small to matter."""
    if not was or not now:
        return was is now
    if was.after.stage is not now.after.stage:
        return False
    values = {s.rule: s for s in now.signals}
    return all(s.rule in values and _alike(s, values[s.rule]) for s in was.signals)


def _alike(was: Signal, now: Signal) -> bool:
    if was.firing is not now.firing:
        return False
    unknown = (was.value != was.value, now.value != now.value)
    if any(unknown):
        return all(unknown)
    size = 1.0 if was.unit in ("days", "ratio") else MATTERS
    return abs(was.value - now.value) < size


def _enter(app: App, evaluated: date, found: Sequence[Correction]) -> None:
    """The corrections into the ledger, and as an entry of their own into the journal."""
    for one in found:
        app.ledger.corrections.add(one)
    entries = {entry.day for entry in app.ledger.journal.entries()}
    place = next(n for n in range(1, 100) if f"{evaluated}#{n:02}" not in entries)
    name = f"{evaluated}#{place:02}"
    known = app.store.revisions.all()[-1]
    app.ledger.journal.add(name, journal.corrected(name, known, found, app.store.themes()))
