"""How an answer goes back: paced, what takes long after what is there, and the chat as it is."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from telegram.ext import ContextTypes

from bot import sender
from bot.app import App
from bot.commands.asked import Answer
from bot.deliver import SendError
from bot.drawn import chart, last_day
from bot.limits import Calm, Pace
from bot.records import Chat
from bot.script import drawing
from bot.texts import plain, split
from bot.words import say

TYPING = 30, 0.5  # inline questions of one person, who types: so many, then one in so many seconds
InWorker = Callable[[Callable[[App], Any]], Awaitable[Any]]
Context = ContextTypes.DEFAULT_TYPE
log = logging.getLogger("paomo")


@dataclass(frozen=True)
class Place:
    """Where an answer goes."""

    chat: Chat  # as known, or as it would be if it subscribed now
    topic: int | None = None  # Telegram's id of it; None: none, or the general one
    pressed: int | None = None  # the message whose button asked: what it asked for hangs on it


@dataclass(frozen=True)
class Talk:
    """What the handlers need."""

    app: App
    pace: Pace
    in_worker: InWorker
    calm: Calm = field(default_factory=Calm)
    typing: Calm = field(default_factory=partial(Calm, at_once=TYPING[0], seconds_each=TYPING[1]))
    patience_seconds: float = 1.0  # that an answer waits for its slow part before it goes without
    # presses that are being answered: person, message, button
    pressed: set[tuple[int, int, str]] = field(default_factory=set)
    beside: set["asyncio.Task[None]"] = field(default_factory=set)  # what no answer waits for


def talk_of(context: Context) -> Talk:
    """What was handed to the handlers."""
    talk: Talk = context.bot_data["talk"]
    return talk


async def reply(context: Context, place: Place, given: Answer) -> None:
    """Sends an answer: its text, what takes long below it, its picture."""
    if given.more:
        await _with_more(context, place, given)
    elif not given.is_caption:
        await _parts(context, place, split(given.text), given)
    talk, picture, hant = talk_of(context), _picture(context, place, given), place.chat.hant
    drawn = None
    if picture:
        _busy(context, place, is_drawing=True)
        drawn = await talk.in_worker(partial(_spelt, picture=picture, hant=hant))
    if drawn:
        caption = given.text if given.is_caption else ""
        await send(context, place, caption, photo=drawn)
    elif given.is_caption:
        await send(context, place, f"{given.text}\n{say('no_chart', place.chat.language)}")


async def _with_more(context: Context, place: Place, given: Answer) -> None:
    """The text with its slow part; when that takes long the text goes at once and is changed."""
    assert given.more
    talk = talk_of(context)
    work = asyncio.ensure_future(talk.in_worker(given.more))
    _busy(context, place, is_drawing=False)
    done, _ = await asyncio.wait([work], timeout=talk.patience_seconds)
    first = None
    if not done:
        waiting = f"{given.text}\n\n{say('working', place.chat.language)}".strip()
        first = await send(context, place, split(waiting)[-1])
    whole = split(f"{given.text}\n\n{await work}".strip())
    if first is None:
        await _parts(context, place, whole, given)
        return
    buttons = given.buttons if len(whole) == 1 else ()
    await edit(context, place, first, replace(given, text=whole[0], buttons=buttons))
    await _parts(context, place, whole[1:], given)


async def _parts(context: Context, place: Place, texts: list[str], given: Answer) -> None:
    for number, text in enumerate(texts):
        if text:
            buttons = given.buttons if number == len(texts) - 1 else ()
            await send(context, place, text, buttons=buttons)


def _picture(context: Context, place: Place, given: Answer) -> Callable[[App], bytes | None] | None:
    """What draws the picture of an answer."""
    day = last_day(talk_of(context).app, given.chart) if given.chart else None
    if given.chart and day:
        return partial(chart, theme=given.chart, language=place.chat.language, day=day)
    return given.picture


def _spelt(app: App, picture: Callable[[App], bytes | None], hant: bool) -> bytes | None:
    with drawing(hant):
        return picture(app)


def _busy(context: Context, place: Place, is_drawing: bool) -> None:
    """Shows that an answer comes, beside the work: it must not wait for that."""
    beside = talk_of(context).beside
    shown = sender.busy(context.bot, place.chat.id, is_drawing, place.topic)
    task = asyncio.create_task(shown)
    beside.add(task)  # a task that nobody holds may be collected before it ends
    task.add_done_callback(beside.discard)


async def send(context: Context, place: Place, text: str, **more: Any) -> int | None:
    """Sends a message, once more where that can help; gives its id.

    One that cannot go is logged, and the person may ask again.
    """
    talk, chat = talk_of(context), place.chat
    await talk.pace.turn(chat.id)
    more |= {"hant": chat.hant, "topic": place.topic, "reply_to": place.pressed}
    try:
        return await sender.send(context.bot, chat.id, text, **more)
    except SendError as error:
        try:
            return await _otherwise(context, chat, text, error, more)
        except SendError as final:
            log.warning("an answer was not delivered: %s", final)
            return None


async def _otherwise(
    context: Context, chat: Chat, text: str, error: SendError, more: dict[str, Any]
) -> int:
    """Sends what the first try showed how to: to the new id, without picture, without markup."""
    talk, bot = talk_of(context), context.bot
    if error.moved_to:
        with talk.app.ledger.atomic():
            talk.app.ledger.migrate(chat.id, error.moved_to)
        await talk.pace.turn(error.moved_to)
        return await sender.send(bot, error.moved_to, text, **more | {"reply_to": None})
    await talk.pace.turn(chat.id)
    if error.pictureless:
        words = f"{text}\n{say('no_pictures', chat.language)}".strip()
        return await sender.send(bot, chat.id, words, **more | {"photo": None})
    if error.refused and text:
        return await sender.send(bot, chat.id, plain(text), **more | {"plain": True})
    raise error


async def edit(context: Context, place: Place, message: int, given: Answer) -> None:
    """Changes a message into an answer; one that is gone is sent anew."""
    chat, text, buttons = place.chat, given.text, given.buttons
    await talk_of(context).pace.turn(chat.id)
    try:
        await sender.edit(context.bot, chat.id, message, text, buttons, hant=chat.hant)
    except SendError as error:
        if error.lost:
            await send(context, replace(place, pressed=None), text, buttons=buttons)
        else:
            log.warning("a message was not changed: %s", error)
