"""Delivery: due messages, paced, sent, marked. At least once; what may be a repeat says so."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.ledger import Ledger
from bot.limits import Pace
from bot.records import EDIT, Outgoing, Queued
from bot.texts import STAMP_ROOM, TEXT_LIMIT, plain, stamped, units
from bot.words import Language, say
from market.calendar import EXCHANGES, closed

RETRY_SECONDS = 5  # first pause after a failure; it grows fourfold
LONGEST_PAUSE = 600  # seconds
ROOM = 64  # chats waited for; with fewer more are taken on
PARAGRAPH = "\n\n"  # between the head of what quiet hours held and the rest
GIVE_UP = timedelta(hours=12)  # age of a message that may have arrived at each of its attempts


class SendError(Exception):
    """A message was not, or perhaps not, delivered; the fields say what can be done."""

    def __init__(
        self,
        message: str,
        retry_after: float | None = None,
        uncertain: bool = False,
        gone: bool = False,
        refused: bool = False,
        rejected: bool = False,
        moved_to: int | None = None,
        lost: bool = False,
        stale: bool = False,
        pictureless: bool = False,
        astray: bool = False,
    ) -> None:
        """Without any field: provably not sent, and may be tried again."""
        super().__init__(message)
        self.retry_after = retry_after  # seconds to wait, this chat only
        self.uncertain = uncertain  # may have arrived
        self.gone = gone  # the chat does not want us or is no more
        self.refused = refused  # this message, as it is, will never be taken
        self.rejected = rejected  # the token is not valid
        self.moved_to = moved_to  # the chat's new id
        self.lost = lost  # the message it is about was deleted, or can be changed no more
        self.stale = stale  # Telegram does not know the file id: send the picture itself
        self.pictureless = pictureless  # the chat takes no pictures from us
        self.astray = astray  # the topic is gone or closed


Send = Callable[[Queued, str], Awaitable[int]]  # message and its text as sent -> Telegram's id


@dataclass(frozen=True)
class Delivery:
    """What delivery needs."""

    ledger: Ledger
    send: Send
    pace: Pace
    now: Callable[[], datetime]  # UTC
    late_minutes: int  # after the close; see texts.stamped
    going: Callable[[], bool] = lambda: True  # False: no more sends are begun


async def deliver(d: Delivery) -> int:
    """Sends until nothing is due, chats side by side, each in order; gives the number delivered.

    A slow chat keeps no other waiting. Raises SendError only when the token is rejected.
    """
    delivered, flying = 0, dict[asyncio.Task[bool], int]()  # a task and its chat
    try:
        while True:
            if len(flying) < ROOM and d.going():
                busy = set(flying.values())
                fresh = [m for m in d.ledger.outbox.due(d.now()) if m.chat not in busy]
                flying |= {asyncio.create_task(_sent(d, m)): m.chat for m in fresh}
            if not flying:
                return delivered
            done, _ = await asyncio.wait(flying, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                del flying[task]
                delivered += task.result()
    finally:
        await asyncio.gather(*flying, return_exceptions=True)  # none is left behind


async def _sent(d: Delivery, message: Queued) -> bool:
    """Sends a message when it is its turn; whether it arrived."""
    await d.pace.turn(message.address)
    if not d.going():
        return False
    if message.operation == EDIT and message.target is None:
        settled = d.ledger.outbox.unanchored(message)
        if not settled:
            return False
        message = settled
    message = _with_other_held(d, message)
    if not d.ledger.outbox.sending(message.id):
        return False
    try:
        message_id = await d.send(message, _text(d, message))
    except SendError as error:
        _failed(d, message, error)
        return False
    d.ledger.outbox.sent(message.id, message_id, d.now())
    return True


def _with_other_held(d: Delivery, message: Queued) -> Queued:
    """What quiet hours held of one exchange with what they held of the other, if both fit."""
    other = d.ledger.outbox.other_held(message, d.now())
    if not other:
        return message
    text = f"{message.text}\n\n{other.text.partition(PARAGRAPH)[2]}"  # without its head
    fits = units(text) <= TEXT_LIMIT - STAMP_ROOM
    return d.ledger.outbox.absorbed(message, other, text) if fits else message


def _text(d: Delivery, message: Queued) -> str:
    language = _language(d, message)
    again = message.repeated and message.operation != EDIT  # twice changed is changed
    half = bool(d.ledger.of(message.exchange).fact(f"half:{message.day}"))
    ended = closed(message.day, EXCHANGES[message.exchange], half)
    zone = d.ledger.wishes(message.chat).zone
    stamp = (message.day, d.now(), d.late_minutes, again, language, zone, ended)
    text = stamped(message.text, *stamp)
    return plain(text) if message.plain else text


def _language(d: Delivery, message: Queued) -> Language:
    chat = d.ledger.chat(message.chat)
    return chat.language if chat else "zh"


def _failed(d: Delivery, message: Queued, error: SendError) -> None:
    """Marks what is to become of a message that failed."""
    ledger, why = d.ledger, str(error)
    outbox = ledger.outbox
    with ledger.atomic():
        if error.gone:
            outbox.park(message.id, why)
            ledger.places.leave(message.address, why)
        elif error.moved_to:
            outbox.again(message.id, d.now(), why, perhaps_delivered=False)
            ledger.migrate(message.address, error.moved_to)
        elif error.pictureless:
            outbox.without_picture(message, say("no_pictures", _language(d, message)), why)
        elif error.lost:
            (outbox.park if message.operation == EDIT else outbox.alone)(message.id, why)
        elif error.astray and message.topic:
            outbox.again(message.id, d.now(), why, perhaps_delivered=False)
            _leave_topic(d, message)
        elif error.refused or error.astray:
            (outbox.park if message.plain else outbox.as_plain)(message.id, why)
        elif error.uncertain and d.now() - message.created > GIVE_UP:
            outbox.park(message.id, why)
        else:
            at = d.now() + _pause(message, error)
            outbox.again(message.id, at, why, perhaps_delivered=error.uncertain)
    if error.rejected:
        raise error


def _leave_topic(d: Delivery, message: Queued) -> None:
    """Pushes end where another topic of the group has them, else they go to the general one.

    That is told, once.
    """
    chat = d.ledger.chat(message.chat)
    if not chat or chat.topic != message.topic:  # it has moved to another one meanwhile
        return
    beside = d.ledger.places.beside(chat)
    if beside:
        d.ledger.turn_off(chat.id, "the topic is gone")
    else:
        d.ledger.save_chat(replace(chat, topic=None))
    key, here = f"topic:{message.topic}", (*beside, chat)[0].id
    words = say("topic_ended" if beside else "topic_gone", chat.language)
    d.ledger.outbox.enqueue(Outgoing(key, here, message.day, words, d.now(), silent=True))


def _pause(message: Queued, error: SendError) -> timedelta:
    if error.retry_after is not None:
        return timedelta(seconds=error.retry_after)
    return timedelta(seconds=min(LONGEST_PAUSE, RETRY_SECONDS * 4 ** min(message.attempts, 8)))
