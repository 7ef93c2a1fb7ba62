"""What the first evenings leave for later, fetched beside the day's cycle: a little each day."""

import logging
import threading
from collections.abc import Callable, Iterable
from datetime import date, time, timedelta

from filelock import FileLock, Timeout
from rich.console import Console

from bot.app import App
from bot.cycle import calendar_of, upstreams
from bot.home import LOCK, themes
from bot.progress import shown
from bot.words import Language
from market.calendar import SHANGHAI
from market.filling import Backlog, Quota, Step, backlog, days_left, filled, whole
from market.memberships import Followed
from signals.evaluate import evaluate
from signals.replay import folded

log = logging.getLogger("paomo")
MORNING = time(9)  # Shanghai; before it the day of the upstreams' budgets (UTC) has just begun
SPAN = timedelta(minutes=30)  # of one go; then another sees what has become due meanwhile
FAULT = "filling_fault"  # fact: why it stopped last, empty when nothing was wrong


def followed_of(app: App) -> Followed:
    """Themes with a board: the curated ones and those that a chat watches first."""
    watched = {t for chat in app.ledger.chats() for t in app.ledger.wishes(chat.id).watched}
    return Followed.of(app.store, themes(app.settings.home), sorted(watched))


def today_of(app: App) -> date:
    """Today in Shanghai."""
    return app.now().astimezone(SHANGHAI).date()


def quota(app: App) -> Quota:
    """How much is fetched, by the settings."""
    known = app.settings.source
    return Quota(known.followed_days, known.members_days, known.boards_a_day, known.bars_a_day)


def backlog_of(app: App) -> Backlog:
    """What is still missing today."""
    return backlog(app.store, followed_of(app), today_of(app), quota(app))


def may_fill(app: App) -> bool:
    """Whether the day's own figures are in, or none are due: these go first."""
    now = app.now().astimezone(SHANGHAI)
    if calendar_of(app).is_session(now.date()):
        return app.ledger.evaluated() == now.date()
    return now.time() >= MORNING and app.ledger.evaluated() is not None


def fill(
    app: App, stop: threading.Event, seen: Callable[[Step], None] = lambda step: None
) -> list[Step]:
    """Fetches what the day's quota still allows; gives the last step of each kind.

    Ends early when told to stop, and after SPAN; what came in is kept.
    """
    missing, began = backlog_of(app), app.now()
    if not may_fill(app) or not (missing.boards or missing.codes or missing.waiting):
        return []
    last: dict[str, Step] = {}
    with upstreams(app, stop) as source:
        for step in filled(source, app.store, followed_of(app), today_of(app), quota(app)):
            seen(step)
            last[step.what] = step
            if step.theme:
                refold(app, [step.theme])
            if stop.is_set() or app.now() - began >= SPAN:
                break
    faults = [step.fault.detail for step in last.values() if step.fault]
    if last and not stop.is_set():
        app.ledger.set_fact(FAULT, "; ".join(faults))
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
    *_, (_, states, _) = folded(evaluate(panel, app.rules), app.policy)
    app.ledger.save_states(states.values())


def told(app: App, language: Language) -> list[str]:
    """What is still missing and for how long, a line each; none when nothing is."""
    missing, zh = backlog_of(app), language == "zh"
    absent, lines = missing.themes - missing.known, []
    if absent or missing.codes:
        known = app.settings.source
        days = max(
            days_left(absent, known.boards_a_day), days_left(len(missing.codes), known.bars_a_day)
        )
        lines.append(
            f"成分股历史行情 {missing.done:,}/{missing.companies:,} 家；"
            f"成分股名单 {missing.known}/{missing.themes} 个板块；约需 {days} 天"
            if zh
            else f"members' bars {missing.done:,} of {missing.companies:,} companies;"
            f" memberships {missing.known} of {missing.themes} boards; about {days} days left"
        )
    return lines + _breadth(app, missing, zh) + _stopped(app, zh)


def _breadth(app: App, missing: Backlog, zh: bool) -> list[str]:
    """Of how many followed themes breadth is not known, and of how many it will be."""
    evaluated, lines = str(app.ledger.evaluated() or date.max), []
    fresh = [
        theme
        for theme in followed_of(app).closely
        if (app.store.note(whole(theme.id)) or "") >= evaluated
    ]
    if missing.waiting:
        n = len(missing.waiting)
        lines.append(
            f"{n} 个关注题材的宽度待历史行情补齐"
            if zh
            else f"breadth of {n} followed themes waits for their members' bars"
        )
    if fresh:
        n = len(fresh)
        lines.append(
            f"{n} 个关注题材的宽度自下一交易日收盘起可用"
            if zh
            else f"breadth of {n} followed themes known from the next evening"
        )
    return lines


def _stopped(app: App, zh: bool) -> list[str]:
    fault = app.ledger.fact(FAULT)
    return [f"{'补取暂停' if zh else 'fetching paused'}: {fault}"] if fault else []


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
    for line in told(app, "en"):
        notes.print(line, soft_wrap=True, highlight=False)


NAMES = {"members": "memberships", "bars": "members' bars", "completed": "themes made whole"}
