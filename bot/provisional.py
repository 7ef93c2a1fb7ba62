"""Provisional words: told within the day, confirmed or withdrawn after its close in place."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.alerting import PUSHED, Reason, decide
from bot.app import App
from bot.budget import left
from bot.ledger_provisional import Outcome, Provisional, key_of
from bot.messages import Day, number
from bot.provisional_messages import Ending, provisional
from bot.records import EDIT, OFF, ON, PROVISIONAL, Outgoing
from bot.timing import held_until, silenced
from market.calendar import closed
from market.intraday import Look
from signals.model import ThemeState, Transition
from signals.panel import Panel

LOOKED = "looked"  # fact: when the market was last looked at within a day, and what failed


def tell(app: App, day: Day, words: Iterable[Provisional], day_is_open: bool) -> int:
    """Tells the chats that want to hear; gives the words that are new. One a theme and day.

    Says nothing once the day is judged or its trading has ended.
    """
    with app.ledger.atomic():
        evaluated = app.ledger.evaluated()
        if not day_is_open or (evaluated and evaluated >= day.day):
            return 0
        new = [word for word in words if app.ledger.provisional.add(word)]
        for chat in app.ledger.chats():
            for word in new:
                _enqueue(app, day, word, chat.id)
    return len(new)


def _enqueue(app: App, day: Day, word: Provisional, chat_id: int) -> None:
    wishes, now, would = app.ledger.wishes(chat_id), app.now(), word.would
    # the episode it would be of: a theme that comes alive begins another than the one muted
    mutes, standing = app.ledger.mutes(chat_id), {would.theme: would.before}
    muted = silenced(mutes, day.day, now, standing)
    why = decide(would, muted, wishes, day.day, day.stories.before(would))
    level = wishes.level(PROVISIONAL)
    # held until after the quiet hours it would be no news any more
    if why not in PUSHED or level == OFF or held_until(now, wishes.quiet, wishes.zone):
        return
    chat = app.ledger.chat(chat_id)
    assert chat
    text = provisional(word, day, chat.language, zone=wishes.zone)
    spent = left(app.ledger, chat_id, wishes, now) == 0
    silent = level != ON or why is Reason.SILENT or spent
    draft = Outgoing(word.key, chat_id, day.day, text, now, silent=silent, loud=int(not silent))
    app.ledger.outbox.enqueue(replace(draft, not_after=closed(day.day)))


def words_of(would: Sequence[Transition], look: Look, now: datetime) -> list[Provisional]:
    """What there is to say of a look."""
    glimpse, unknown, words = look.glimpse, float("nan"), []
    for t in would:
        known = look.at_limit.get(t.theme)
        counts = (known.members, known.now, known.longest, known.broken) if known else [unknown] * 4
        words.append(Provisional(now, t, glimpse.moves[t.theme], glimpse.market, *counts))
    return words


def at_close(
    app: App,
    day: Day,
    told: Iterable[Transition],
    states: Mapping[str, ThemeState],
    panel: Panel,
) -> None:
    """Confirms or withdraws a judged day's words; `panel` ends with it. Within a transaction.

    A day that was only filled in later has no figures to judge them by.
    """
    if not day.market:
        return
    same = {(t.theme, t.kind, t.after.stage): t for t in told}
    for word in app.ledger.provisional.undecided(day.day):
        would = word.would
        found = same.get((would.theme, would.kind, would.after.stage))
        if found:
            _change(app, day, word, Outcome.CONFIRMED, Ending(number(found)))
            continue
        closes = panel.close.get(would.theme)
        moved = float(closes.iloc[-1] / closes.iloc[-2] - 1) if closes is not None else float("nan")
        stage = states[would.theme].stage
        _change(app, day, word, Outcome.WITHDRAWN, Ending(moved=moved, stage=stage))


def give_up(app: App, until: date, day_of: Callable[[App, date], Day]) -> None:
    """Says of words up to a day that its figures did not come."""
    if not app.ledger.provisional.waiting(until):
        return
    with app.ledger.atomic():
        for word in app.ledger.provisional.waiting(until):
            _change(app, day_of(app, word.would.day), word, Outcome.UNCONFIRMED, Ending())


def _change(app: App, day: Day, word: Provisional, outcome: Outcome, ending: Ending) -> None:
    """Notes the outcome, and changes the message in every chat that has it."""
    app.ledger.provisional.settle(word, outcome)
    draft = Outgoing(f"{word.key}:{outcome}", 0, day.day, "", app.now(), operation=EDIT)
    for chat_id in app.ledger.outbox.addressed(word.key):
        chat = app.ledger.chat(chat_id)
        if chat and chat.active:
            zone = app.ledger.wishes(chat_id).zone
            text = provisional(word, day, chat.language, outcome, ending, zone)
            app.ledger.outbox.enqueue(replace(draft, chat=chat_id, text=text, about=word.key))


def answered(app: App, day: date, told: Sequence[Transition]) -> str | None:
    """The key of the provisional message that alerts answer: that of the strongest such theme."""
    said = {word.would.theme for word in app.ledger.provisional.undecided(day)}
    return next((key_of(day, t.theme) for t in told if t.theme in said), None)
