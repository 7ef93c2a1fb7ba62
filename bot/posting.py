"""How a chat's messages of a day go out: when, and what goes as one. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot import wish_messages
from bot.records import HELD_KEY, Outgoing, Wishes
from bot.texts import split
from bot.timing import held_until
from bot.words import Language


def posted(
    news: Sequence[Outgoing],
    glance: Sequence[Outgoing],
    due: datetime,
    wishes: Wishes,
    language: Language,
) -> list[Outgoing]:
    """The messages, each with the instant it waits for, if it does.

    `news` would go at once; `glance`, a digest mostly, is due at an instant. In quiet hours the
    news waits for their end and is then one message, with the glance if that is due as well.
    """
    if not news and not glance:
        return []
    now = (*news, *glance)[0].created
    hold, at = _free(now, wishes), _free(max(now, due), wishes)
    if hold == now or not news:
        return [*news, *_from(at, glance)]
    together, later = (glance, ()) if at <= hold else ((), glance)
    held = _as_one([*news, *together], all(m.silent for m in news), hold, wishes, language)
    return [*_from(hold, held), *_from(at, later)]


def with_rest(digest: Sequence[Outgoing], rest: Outgoing) -> list[Outgoing]:
    """A digest that also has what a budget left over, above its foot; else that alone."""
    told = [part for part in digest if not part.photo]
    if not told:
        return [*digest, rest]
    body, _, foot = "\n".join(part.text for part in told).rpartition("\n\n")
    parts = numbered(told[0], split("\n\n".join([body, rest.text, foot])))
    return [*parts, *(part for part in digest if part.photo)]


def _free(instant: datetime, wishes: Wishes) -> datetime:
    """The instant, or the end of the quiet hours it falls into."""
    return held_until(instant, wishes.quiet, wishes.zone) or instant


def _from(at: datetime, messages: Sequence[Outgoing]) -> list[Outgoing]:
    """The messages, waiting for an instant unless they are no earlier; what is old then goes."""
    messages = [m for m in messages if not m.not_after or m.not_after > at]
    return [m if m.created >= at else replace(m, created=at, not_before=at) for m in messages]


def _as_one(
    messages: Sequence[Outgoing],
    silent: bool,
    until: datetime,
    wishes: Wishes,
    language: Language,
) -> list[Outgoing]:
    """Messages as one, without pictures; it answers what the first of them would have answered."""
    first = messages[0]
    texts = [m.text for m in messages if not m.is_aside]
    parts = wish_messages.held(texts, first.day, until, wishes.zone, language)
    about = next((m.about for m in messages if m.about), None)
    exchange = first.key.partition(f"{first.day}")[0]  # of Hong Kong its code, else nothing
    key = f"{exchange}{first.day}:{HELD_KEY}:1"
    tells = tuple(each for m in messages for each in m.tells)
    buttons = next((m.buttons for m in messages if m.buttons), ())
    told = replace(first, key=key, photo=None, priority=0, silent=silent, about=about)
    told = replace(told, tells=tells, buttons=buttons, loud=sum(m.loud for m in messages))
    return numbered(told, parts)


def numbered(first: Outgoing, texts: Sequence[str]) -> list[Outgoing]:
    """A message for each text, keyed by number; what follows the first makes no sound."""
    stem = first.key.rpartition(":")[0]
    rest = replace(first, silent=True, about=None, tells=(), buttons=(), loud=0)
    made = [replace(first, text=texts[0])]
    return made + [replace(rest, key=f"{stem}:{n}", text=t) for n, t in enumerate(texts[1:], 2)]
