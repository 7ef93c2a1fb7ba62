"""How an answer goes back: paced, what takes long after what is there, and the chat as it is."""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from telegram.ext import ContextTypes

from bot import sender
from bot.app import App
from bot.commands.asked import Answer
from bot.deliver import SendError
from bot.gallery import Gallery, InWorker, Sent, Way
from bot.limits import Calm, Pace
from bot.records import Buttons, Chat
from bot.texts import CAPTION_LIMIT, plain, split, units
from bot.words import say

TYPING = 30, 0.5  # inline questions of one person, who types: so many, then one in so many seconds
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
    gallery: Gallery
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
    """Sends an answer: its text, what takes long below it, its picture; or that with its words."""
    captioned = given.captioned and not given.more and units(given.text) <= CAPTION_LIMIT
    if given.more:
        await _with_more(context, place, given)
    elif not captioned or not given.picture:
        await _parts(context, place, split(given.text), given)
    if given.picture:
        _busy(context, place, is_drawing=True)
        shown = given if captioned else replace(given, text="", buttons=())
        await _show(context, place, shown)


async def _show(context: Context, place: Place, given: Answer) -> None:
    """Sends a picture with its words; those alone when there is nothing to draw."""
    assert given.picture

    async def way(photo: bytes | str | None) -> Sent:
        words = given.text if photo else _none_drawn(given, place)
        return await _sent(context, place, words, photo=photo, buttons=given.buttons)

    await _tried(talk_of(context).gallery.send(given.picture, way))


def _none_drawn(given: Answer, place: Place) -> str:
    return f"{given.text}\n{say('no_chart', place.chat.language)}" if given.text else ""


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
    words = replace(given, text=whole[0], buttons=buttons, more=None, picture=None)
    await edit(context, place, first, words)
    await _parts(context, place, whole[1:], given)


async def _parts(context: Context, place: Place, texts: list[str], given: Answer) -> None:
    for number, text in enumerate(texts):
        if text:
            buttons = given.buttons if number == len(texts) - 1 else ()
            await send(context, place, text, buttons)


def _busy(context: Context, place: Place, is_drawing: bool) -> None:
    """Shows that an answer comes, beside the work: it must not wait for that."""
    beside = talk_of(context).beside
    shown = sender.busy(context.bot, place.chat.address, is_drawing, place.topic)
    task = asyncio.create_task(shown)
    beside.add(task)  # a task that nobody holds may be collected before it ends
    task.add_done_callback(beside.discard)


async def send(context: Context, place: Place, text: str, buttons: Buttons = ()) -> int | None:
    """Sends a message, once more where that can help; gives its id.

    One that cannot go is logged, and the person may ask again.
    """
    sent = await _tried(_sent(context, place, text, buttons=buttons))
    return sent.message if sent else None


async def _tried(sending: Awaitable[Sent]) -> Sent | None:
    try:
        return await sending
    except SendError as error:
        log.warning("an answer was not delivered: %s", error)
        return None


async def _sent(context: Context, place: Place, text: str, **more: Any) -> Sent:
    """Sends a message, once more where that can help. Raises SendError."""
    talk, chat = talk_of(context), place.chat
    if not text and not more.get("photo"):
        return Sent(0)
    await talk.pace.turn(chat.address)
    more |= {"hant": chat.hant, "topic": place.topic, "reply_to": place.pressed}
    try:
        return await sender.send(context.bot, chat.address, text, **more)
    except SendError as error:
        return await _otherwise(context, chat, text, error, more)


async def _otherwise(
    context: Context, chat: Chat, text: str, error: SendError, more: dict[str, Any]
) -> Sent:
    """Sends what the first try showed how to: to the new id, without picture, without markup."""
    talk, bot = talk_of(context), context.bot
    if error.moved_to:
        with talk.app.ledger.atomic():
            talk.app.ledger.migrate(chat.address, error.moved_to)
        await talk.pace.turn(error.moved_to)
        return await sender.send(bot, error.moved_to, text, **more | {"reply_to": None})
    await talk.pace.turn(chat.address)
    if error.pictureless:
        words = f"{text}\n{say('no_pictures', chat.language)}".strip()
        return await sender.send(bot, chat.address, words, **more | {"photo": None})
    if error.refused and text:
        return await sender.send(bot, chat.address, plain(text), **more | {"plain": True})
    raise error


async def edit(context: Context, place: Place, message: int, given: Answer) -> None:
    """Changes a message into an answer, of words or with a picture; one that is gone is new."""
    if given.more:
        below = await talk_of(context).in_worker(given.more)
        given = replace(given, text=f"{given.text}\n\n{below}".strip(), more=None)
    try:
        if given.picture:
            await talk_of(context).gallery.send(
                given.picture, _changing(context, place, message, given)
            )
        else:
            await _changed(context, place, message, given)
    except SendError as error:
        if error.lost:
            await reply(context, replace(place, pressed=None), given)
        else:
            log.warning("a message was not changed: %s", error)


async def _changed(context: Context, place: Place, message: int, given: Answer) -> None:
    chat = place.chat
    await talk_of(context).pace.turn(chat.address)
    text, *rest = split(given.text)
    buttons = () if rest else given.buttons
    await sender.edit(context.bot, chat.address, message, text, buttons, hant=chat.hant)
    await _parts(context, place, rest, given)


def _changing(context: Context, place: Place, message: int, given: Answer) -> Way:
    """How a picture takes the place of the one in a message."""
    chat = place.chat

    async def way(photo: bytes | str | None) -> Sent:
        if not photo:
            return Sent(message)
        await talk_of(context).pace.turn(chat.address)
        return await sender.change_picture(
            context.bot, chat.address, message, photo, given.text, given.buttons, chat.hant
        )

    return way
