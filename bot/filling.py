"""What the first evenings leave for later, fetched beside the day's cycle: a little each day."""

import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import date, datetime, time, timedelta

from filelock import FileLock, Timeout
from rich.console import Console

from bot.app import App, followed
from bot.calendars import calendar_of
from bot.corrections import reach
from bot.cycle import quota_of, upstreams
from bot.filling_texts import Standing, missing
from bot.home import LOCK
from bot.progress import shown
from market.calendar import SHANGHAI
from market.filling import Backlog, Step, backlog, filled, whole
from market.source import Source
from signals.evaluate import evaluate
from signals.replay import folded

log = logging.getLogger("paomo")
MORNING = time(9)  # Shanghai; before it the day of the upstreams' budgets (UTC) has just begun
SPAN = timedelta(minutes=30)  # of one go; then another sees what has become due meanwhile
AGAIN = timedelta(hours=1)  # after a fault
FAULT = "filling_fault"  # fact: when and why it stopped last, empty when nothing was wrong
NAMES = {
    "members": "memberships",
    "days": "days of the whole market",
    "bars": "members' bars",
    "completed": "themes made whole",
}
Opened = Callable[[App, threading.Event], AbstractContextManager[Source]]


def today_of(app: App) -> date:
    """Today in Shanghai."""
    return app.now().astimezone(SHANGHAI).date()


def backlog_of(app: App) -> Backlog:
    """What is still missing today."""
    return backlog(app.store, followed(app), today_of(app), quota_of(app.settings))


def standing(app: App) -> Standing:
    """How far it is, for people to read."""
    known, evaluated = backlog_of(app), str(app.ledger.evaluated() or date.max)
    notes = [app.store.note(whole(theme.id)) or "" for theme in followed(app).closely]
    fresh = sum(made >= evaluated for made in notes)
    _, _, why = (app.ledger.fact(FAULT) or "").partition(" ")
    return Standing(known, quota_of(app.settings), fresh, why)


def may_fill(app: App) -> bool:
    """Whether the day's own figures are in, or none are due: these go first."""
    failed, _, _ = (app.ledger.fact(FAULT) or "").partition(" ")
    if failed and app.now() - datetime.fromisoformat(failed) < AGAIN:
        return False
    now = app.now().astimezone(SHANGHAI)
    if calendar_of(app).is_session(now.date()):
        return app.ledger.evaluated() == now.date()
    return now.time() >= MORNING and app.ledger.evaluated() is not None


def fill(
    app: App,
    stop: threading.Event,
    seen: Callable[[Step], None] = lambda step: None,
    opened: Opened = upstreams,
) -> list[Step]:
    """Fetches what the day's quota still allows; gives the last step of each kind.

    Ends early when told to stop, and after SPAN; what came in is kept.
    """
    left, began = backlog_of(app), app.now()
    if not may_fill(app) or not (left.boards or left.days or left.codes or left.waiting):
        return []
    last: dict[str, Step] = {}
    with opened(app, stop) as source:
        for step in filled(source, app.store, followed(app), today_of(app), quota_of(app.settings)):
            seen(step)
            last[step.what] = step
            if step.theme:
                refold(app, [step.theme])
            if stop.is_set() or app.now() - began >= SPAN:
                break
    stopped = [step.fault for step in last.values() if step.fault and step.fault.kind != "thin"]
    faults = "; ".join(fault.detail for fault in stopped)
    if last and not stop.is_set():
        app.ledger.set_fact(FAULT, f"{app.now().isoformat()} {faults}" if faults else "")
    return list(last.values())


def refold(app: App, made_whole: Iterable[str]) -> None:
    """States of themes whose past has become whole, as a replay leaves them; without a word.

    A theme of which something was told keeps its state: messages hang on it.
    """
    day = app.ledger.evaluated()
    silent = [theme for theme in made_whole if not app.ledger.transitions(theme)]
    if not day or not silent:
        return
    panel = app.store.panel(day, -1, silent)
    since, lived = reach(app), list(folded(evaluate(panel, app.rules), app.policy))
    with app.ledger.atomic():
        for known, states, _ in lived:
            if since and known >= since:  # a day judged again begins with them
                app.ledger.corrections.keep(known, states.values())
        app.ledger.save_states(lived[-1][1].values())


def run_filling(app: App) -> None:
    """By hand, after the day: with a bar, until the day's quota is used up, or Ctrl-C."""
    notes, stop = Console(stderr=True), threading.Event()
    try:
        with FileLock(app.settings.home / LOCK, timeout=0), shown() as report:
            fill(app, stop, lambda step: report(NAMES[step.what], step.done, step.of))
    except Timeout:
        notes.print("the running bot goes on fetching what is missing")
    except KeyboardInterrupt:
        notes.print("stopped; what came in is kept, and it goes on next time")
    for line in missing(standing(app), "en"):
        notes.print(line, soft_wrap=True, highlight=False)
