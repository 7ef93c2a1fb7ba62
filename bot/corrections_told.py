"""What chats are told when figures proved wrong: one message each, as their alerts were grouped."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.alerting import PUSHED, decide, heard_voices, strongest_first
from bot.app import App
from bot.budget import left
from bot.choices import Voices
from bot.correction_messages import Told, corrections
from bot.judged import oldest_news
from bot.ledger_corrections import Correction
from bot.messages import Day
from bot.posting import numbered
from bot.records import HELD_KEY, ON, Chat, Outgoing
from bot.timing import held_until, silenced
from signals.model import ThemeState, Transition
from signals.stories import heard


def tell(app: App, day: Day, found: Sequence[Correction], states: Mapping[str, ThemeState]) -> None:
    """One message for each chat that was told any of the alerts, or would be now.

    Of what was never said, one theme of a story speaks. Within a transaction.
    """
    moved = {_what(c.now): c for c in found if c.was is None and c.now}
    instead = {c.alert: moved.get(_what(c.was)) for c in found if c.was and not c.now}
    late = {other.alert for other in instead.values() if other}
    said = [(Told(c, instead.get(c.alert)), app.ledger.tellings.heard(c.alert))
            for c in found if c.was]  # fmt: skip
    new = [c for c in found if c.was is None and c.alert not in late]
    voices = _voices(app, [c.now for c in new if c.now])
    waits = [m for m in app.ledger.outbox.waiting() if f":{HELD_KEY}:" in m.key and not m.attempts]
    held = {(m.chat, m.key): m.created for m in waits}  # by quiet hours, until then
    for chat in app.ledger.chats():
        mine: list[tuple[Told, str | None]] = [
            (told, keys[chat.id]) for told, keys in said if chat.id in keys
        ]
        for one in new:
            if one.now and _wants(app, chat, one.now, new, voices, states):
                mine.append((Told(one), app.ledger.tellings.thread(chat.id, one.now.episode)))
        if mine:
            keys = [key for _, key in mine if key]
            # it answers what is still held, and waits for it
            about = next((key for key in keys if (chat.id, key) in held), (*keys, None)[0])
            goes = held.get((chat.id, about or ""))
            others = len(found) - len(late) - len(mine)
            _enqueue(app, day, [told for told, _ in mine], chat, about, goes, others, states)


def _what(transition: Transition | None) -> tuple[object, ...]:
    return (transition.theme, transition.kind, transition.after.stage) if transition else ()


def _voices(app: App, new: Sequence[Transition]) -> Voices:
    """Who tells the same of the same story, by the stories as they stand."""
    stories, themes = app.ledger.grouping().stories, app.store.themes()
    parents = {theme.id: theme.parent for theme in themes.values()}
    found: dict[tuple[date, str], tuple[str, ...]] = {}
    for day in sorted({t.day for t in new}):
        since = app.store.days(until=day, limit=app.settings.stories.again_days + 1)[0]
        for story in stories:
            own = [t for t in new if t.day == day and t.theme in story.sizes]
            found |= {(day, k): who for k, who in heard(story, own, since, parents).items()}
    return found


def _wants(
    app: App,
    chat: Chat,
    now: Transition,
    new: Iterable[Correction],
    voices: Voices,
    states: Mapping[str, ThemeState],
) -> bool:
    wishes = app.ledger.wishes(chat.id)
    muted = silenced(app.ledger.mutes(chat.id), now.day, app.now(), states)
    news_since = oldest_news(app, app.ledger.evaluated() or now.day)
    today = [c.now for c in new if c.now and c.now.day == now.day]
    before = heard_voices(voices.get((now.day, now.key), ()), now, today, wishes)
    return decide(now, muted, wishes, news_since, before) in PUSHED


def _enqueue(
    app: App,
    day: Day,
    told: Sequence[Told],
    chat: Chat,
    about: str | None,
    goes: datetime | None,
    others: int,
    states: Mapping[str, ThemeState],
) -> None:
    """Puts a chat's corrections into the outbox, strongest first; not before the instant `goes`."""
    wishes, revision = app.ledger.wishes(chat.id), app.store.revisions.all()[-1]
    place = {t: n for n, t in enumerate(strongest_first(one.subject for one in told))}
    told = sorted(told, key=lambda one: place[one.subject])
    texts = corrections(told, revision, states, day, chat.language, others)
    loud = any(wishes.level(one.subject.kind) == ON for one in told)
    loud &= left(app.ledger, chat.id, wishes, app.now()) != 0
    new = [c for one in told for c in (one.correction, one.instead) if c and c.was is None]
    hold = max(filter(None, (goes, held_until(app.now(), wishes.quiet, wishes.zone))), default=None)
    at = hold or app.now()
    draft = Outgoing(f"{day.day}:correction:{revision.id}:1", chat.id, day.day, "", at)
    draft = replace(draft, about=about, not_before=hold, silent=not loud, loud=int(loud))
    tells = tuple((c.alert, c.now.episode) for c in new if c.now)
    for message in numbered(replace(draft, tells=tells), texts):
        app.ledger.outbox.enqueue(message)
