"""The way to Telegram: a bot made from settings, one send, Telegram's errors as ours."""

import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputMediaPhoto,
    InputTextMessageContent,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import ApplicationBuilder, Defaults, ExtBot
from telegram.request import HTTPXRequest

from bot.deliver import Send, SendError
from bot.gallery import Gallery, Sent
from bot.pictures import named
from bot.records import EDIT, LINK, Buttons, Queued
from bot.script import spelt
from config.settings import Settings

os.environ.setdefault("PTB_TIMEDELTA", "true")  # the library's own future; else it warns
API = "https://api.telegram.org"
REJECTED = "Telegram rejects the token; get the right one from @BotFather"
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
LOST = re.compile(
    "message to edit not found|message can't be edited|MESSAGE_ID_INVALID"
    "|message to be replied not found|replied message not found|REPLY_MESSAGE_ID_INVALID",
    re.I,
)
STALE = re.compile("wrong (remote )?file|FILE_REFERENCE|wrong type of the web page", re.I)
ASTRAY = re.compile("message thread not found|TOPIC_DELETED|TOPIC_CLOSED", re.I)
# a chat that takes texts but no pictures is no chat that is gone
PICTURELESS = re.compile(
    "not enough rights to send photos|CHAT_SEND_(PHOTOS|MEDIA)_FORBIDDEN", re.I
)
GONE = re.compile(  # or muted there, or without the rights of a channel's admin
    "chat not found|user is deactivated|bot was kicked|not enough rights|group chat was deactivated"
    "|no rights to send|CHAT_WRITE_FORBIDDEN|CHAT_RESTRICTED|need administrator rights",
    re.I,
)
TOAST, SHORT = 200, 60  # characters that Telegram shows above a chat; more than short ones stay
INLINE_SECONDS = 60  # that Telegram may keep the answer to an inline query


@dataclass(frozen=True)
class Card:
    """One result of an inline query."""

    id: str
    title: str
    about: str  # one line under the title
    text: str  # HTML, at most 4,096 units: what is sent when it is chosen


def builder(
    known: Settings, polling: Callable[..., HTTPXRequest] = HTTPXRequest
) -> ApplicationBuilder:  # type: ignore[type-arg]  # six parameters nobody reads
    """An application builder with the token, the ways out and our defaults."""
    assert known.telegram_token
    proxy = known.telegram_proxy
    made: ApplicationBuilder = (  # type: ignore[type-arg]  # likewise
        ApplicationBuilder()
        .token(known.telegram_token.get_secret_value())
        .job_queue(None)
        .rate_limiter(None)  # type: ignore[arg-type]  # Pace keeps the limits
        .defaults(
            Defaults(
                parse_mode=ParseMode.HTML,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        )
        .request(HTTPXRequest(connection_pool_size=64, pool_timeout=5, proxy=proxy))
        .get_updates_request(polling(connection_pool_size=1, proxy=proxy))
    )
    if known.telegram_base_url:
        made = made.base_url(f"{known.telegram_base_url}/bot")
        made = made.base_file_url(f"{known.telegram_base_url}/file/bot")
    return made


async def send(
    bot: ExtBot[None],
    chat: int,
    text: str,
    photo: bytes | str | None = None,
    silent: bool = False,
    plain: bool = False,
    buttons: Buttons = (),
    reply_to: int | None = None,
    topic: int | None = None,
    hant: bool = False,
) -> Sent:
    """Sends one message, `photo` as PNG or as Telegram's id of it. Raises SendError alone.

    `hant`: for a reader of traditional characters.
    """
    markup, text = _markup(buttons, hant), spelt(text, hant)
    mode = None if plain else ParseMode.HTML
    # a deleted message cannot be answered; the alert goes all the same
    answered = ReplyParameters(reply_to, allow_sending_without_reply=True) if reply_to else None
    try:
        if photo:  # with no caption rather than an empty one, of which the library makes "[]"
            sent = await bot.send_photo(
                chat, photo, text or None, disable_notification=silent, parse_mode=mode,
                reply_markup=markup, reply_parameters=answered, message_thread_id=topic,
            )  # fmt: skip
        else:
            sent = await bot.send_message(
                chat, text, disable_notification=silent, parse_mode=mode,
                reply_markup=markup, reply_parameters=answered, message_thread_id=topic,
            )  # fmt: skip
    except TelegramError as error:
        raise told(error) from None  # the cause holds the address, and with it the token
    return _sent(sent)


def _sent(message: Message) -> Sent:
    """The largest of a picture's sizes is the picture as it was sent."""
    return Sent(message.message_id, message.photo[-1].file_id if message.photo else None)


async def change_picture(
    bot: ExtBot[None],
    chat: int,
    message: int,
    photo: bytes | str,
    text: str,
    buttons: Buttons = (),
    hant: bool = False,
) -> Sent:
    """Puts another picture and caption in a message's place. Raises SendError and nothing else."""
    media = InputMediaPhoto(photo, spelt(text, hant), parse_mode=ParseMode.HTML)
    try:
        markup = _markup(buttons, hant)
        changed = await bot.edit_message_media(media, chat, message, reply_markup=markup)
    except BadRequest as error:
        if "not modified" not in error.message:
            raise told(error) from None
        return Sent(message)
    except TelegramError as error:
        raise told(error) from None  # likewise
    return _sent(changed) if isinstance(changed, Message) else Sent(message)


async def edit(
    bot: ExtBot[None],
    chat: int,
    message: int,
    text: str,
    buttons: Buttons = (),
    plain: bool = False,
    hant: bool = False,
) -> None:
    """Changes a message that was sent; one that already reads so stays. Raises SendError."""
    try:
        await bot.edit_message_text(
            spelt(text, hant), chat, message, reply_markup=_markup(buttons, hant),
            parse_mode=None if plain else ParseMode.HTML,
        )  # fmt: skip
    except BadRequest as error:
        if "not modified" not in error.message:
            raise told(error) from None
    except TelegramError as error:
        raise told(error) from None  # likewise


async def acknowledge(bot: ExtBot[None], query: str, words: str, hant: bool) -> None:
    """Ends the waiting mark of a pressed button, with words when there is something to say."""
    with suppress(TelegramError):  # too old to acknowledge; the answer itself still goes out
        shown = spelt(words, hant)[:TOAST]
        await bot.answer_callback_query(query, shown or None, show_alert=len(words) > SHORT)


async def busy(bot: ExtBot[None], chat: int, drawing: bool, topic: int | None) -> None:
    """Shows that an answer is being written, or drawn; no harm when it does not show."""
    action = ChatAction.UPLOAD_PHOTO if drawing else ChatAction.TYPING
    with suppress(TelegramError):
        await bot.send_chat_action(chat, action, message_thread_id=topic)


async def offer(
    bot: ExtBot[None], query: str, cards: Sequence[Card], more: str, hant: bool
) -> None:
    """Answers an inline query: cards to choose from, and a button into the chat with the bot."""
    results = [
        InlineQueryResultArticle(
            card.id,
            spelt(card.title, hant),
            InputTextMessageContent(spelt(card.text, hant), ParseMode.HTML),
            description=spelt(card.about, hant),
        )
        for card in cards
    ]
    button = InlineQueryResultsButton(spelt(more, hant), start_parameter="inline")
    with suppress(TelegramError):  # too old to answer: the person types on
        await bot.answer_inline_query(
            query, results, cache_time=INLINE_SECONDS, is_personal=True, button=button
        )


def _markup(buttons: Buttons, hant: bool) -> InlineKeyboardMarkup | None:
    rows = [[_button(spelt(text, hant), data) for text, data in row] for row in buttons]
    return InlineKeyboardMarkup(rows) if rows else None


def _button(text: str, data: str) -> InlineKeyboardButton:
    if data.startswith(LINK):
        return InlineKeyboardButton(text, url=data)
    return InlineKeyboardButton(text, callback_data=data)


def of_outbox(
    bot: ExtBot[None], is_hant: Callable[[int], bool], gallery: Gallery | None = None
) -> Send:
    """The way a row of the outbox goes out, as `deliver` takes it; without a gallery as text."""

    async def send_row(message: Queued, text: str) -> int:
        chat, target, buttons = message.address, message.target, message.buttons
        hant, plain = is_hant(message.chat), message.plain
        if message.operation == EDIT and target:
            await edit(bot, chat, target, text, buttons, plain, hant)
            return target

        async def way(photo: bytes | str | None) -> Sent:
            return await send(
                bot, chat, text, photo, message.silent, plain, buttons, target,
                message.topic, hant,
            )  # fmt: skip

        picture = named(message.photo) if message.photo else None
        shown = gallery.send(picture, way) if gallery and picture else way(None)
        return (await shown).message

    return send_row


def unreached(known: Settings, why: SendError) -> str:
    """That there is no way to Telegram, and which ways there may be; names no proxy."""
    host = urlsplit(known.telegram_base_url or API).hostname
    if known.telegram_proxy:
        return f"{host} cannot be reached by TELEGRAM_PROXY ({why}); is that proxy right, and up?"
    return (
        f"{host} cannot be reached ({why}); is this machine online? Where Telegram is blocked set"
        " TELEGRAM_PROXY=socks5://HOST:PORT or http://HOST:PORT"
    )


def told(error: TelegramError) -> SendError:
    """Telegram's error as ours; `BadRequest` and `TimedOut` are NetworkErrors, so they go first."""
    if isinstance(error, RetryAfter):
        wait = error.retry_after
        seconds = wait if isinstance(wait, int | float) else wait.total_seconds()
        return SendError("Telegram asks to wait", retry_after=float(seconds))
    if isinstance(error, ChatMigrated):
        return SendError("the group has a new id", moved_to=error.new_chat_id)
    if isinstance(error, Forbidden):
        pictureless = bool(PICTURELESS.search(error.message))
        return SendError(error.message, gone=not pictureless, pictureless=pictureless)
    if isinstance(error, InvalidToken):
        return SendError(REJECTED, rejected=True)
    if isinstance(error, BadRequest) and STALE.search(error.message):
        return SendError(error.message, stale=True)
    if isinstance(error, BadRequest):
        known = {"pictureless": PICTURELESS, "gone": GONE, "lost": LOST, "astray": ASTRAY}
        kind = next((k for k, words in known.items() if words.search(error.message)), "refused")
        return SendError(error.message, **{kind: True})
    if isinstance(error, NetworkError) and isinstance(error.__cause__, NOT_SENT):
        return SendError(f"not sent: {type(error.__cause__).__name__}")
    what = "no answer in time" if isinstance(error, TimedOut) else "connection or server failed"
    return SendError(what, uncertain=True)
