"""Telegram's updates become questions; the answers go back, paced like everything else."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

from telegram import BotCommand, CallbackQuery, ChatMember, Message, Update
from telegram import Chat as TelegramChat
from telegram.error import TelegramError
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from bot import sender
from bot.app import App
from bot.commands import COMMANDS, PRESSED, VOTES, answer, may_ask, people, refused
from bot.commands.asked import Answer, Asked
from bot.deliver import SendError
from bot.drafts import chart
from bot.limits import Calm, Pace
from bot.records import CHANNEL, LINK, PRIVATE, Buttons, Chat
from bot.texts import plain, split
from bot.words import Language, say
from market.calendar import SHANGHAI

OWNED = "@"  # before the id of the person whose button it is
# what a channel's own posts may ask: about its pushes alone, for all readers see the answer
IN_CHANNEL = {"start", "stop", "id", "mute", "unmute", "watch", "unwatch"}
TOAST, SHORT = 200, 60  # characters that Telegram shows above a chat; more than short ones stay
TOO_FAST = {"zh": "问得太快了，请稍候。", "en": "Too many questions at once; wait a moment."}
InWorker = Callable[[Callable[[App], Any]], Awaitable[Any]]
log = logging.getLogger("paomo")


class Speaker(NamedTuple):
    """Who asks: a person, or a chat that somebody speaks as."""

    id: int  # of a chat it is negative
    name: str  # as Telegram names them; may be empty
    language_code: str | None  # as their program is set


@dataclass(frozen=True)
class Place:
    """Where an answer goes."""

    chat: TelegramChat
    topic: int | None  # Telegram's id of it; None: none, or the general one
    query: CallbackQuery | None = None  # of the button that asked

    @property
    def pressed(self) -> int | None:
        """The message whose button asked."""
        under = self.query.message if self.query else None
        return under.message_id if under else None


@dataclass(frozen=True)
class Talk:
    """What the handlers need."""

    app: App
    pace: Pace
    in_worker: InWorker
    calm: Calm = field(default_factory=Calm)


def register(telegram: "Application[Any, Any, Any, Any, Any, Any]", talk: Talk) -> None:
    """Adds the handlers: messages, buttons, being blocked, a group that moved."""
    telegram.bot_data["talk"] = talk
    moved = filters.StatusUpdate.MIGRATE
    telegram.add_handler(MessageHandler(moved, _moved))
    telegram.add_handler(MessageHandler(filters.TEXT & ~filters.UpdateType.EDITED, _written))
    telegram.add_handler(CallbackQueryHandler(_pressed))
    telegram.add_handler(ChatMemberHandler(_membership, ChatMemberHandler.MY_CHAT_MEMBER))
    telegram.add_error_handler(_failed)


async def set_menu(telegram: "Application[Any, Any, Any, Any, Any, Any]") -> None:
    """Registers the command menu; without it the bot works all the same."""
    try:
        for language in ("", "zh"):
            menu = [
                BotCommand(name, command.zh if language else command.en)
                for name, command in COMMANDS.items()
                if not command.runs
            ]
            await telegram.bot.set_my_commands(menu, language_code=language)
    except TelegramError as error:
        log.warning("the command menu could not be set: %s", type(error).__name__)


async def _written(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    message = update.message or update.channel_post
    # what a channel posts comes into its group again by itself
    if not message or not message.text or message.is_automatic_forward:
        return
    name, rest = _parsed(message.text, message.chat, context.bot.username)
    who = _speaker(message)
    if name and who and (message.chat.type != CHANNEL or name in IN_CHANNEL):
        await _answered(context, Place(message.chat, _topic(message)), who, name, rest)


def _parsed(text: str, chat: TelegramChat, username: str) -> tuple[str, str]:
    """Command and rest; plain words in a private chat ask for a theme, in a group for nothing."""
    if not text.startswith("/"):
        return ("theme", text) if chat.type == PRIVATE else ("", "")
    command, _, rest = text[1:].partition(" ")
    name, _, addressed = command.partition("@")
    ours = not addressed or addressed.casefold() == username.casefold()
    return (name.casefold(), rest.strip()) if ours else ("", "")


def _speaker(message: Message) -> Speaker | None:
    """Who wrote it. Who speaks as a chat is that chat: nothing is known of the person behind."""
    chat, user = message.sender_chat, message.from_user
    if chat:
        return Speaker(chat.id, chat.title or "", None)
    return Speaker(user.id, user.full_name, user.language_code) if user else None


def _topic(message: Any) -> int | None:
    """The topic of a supergroup that a message stands in; of one too old to be seen: None."""
    return message.message_thread_id if getattr(message, "is_topic_message", False) else None


async def _pressed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    query, user, chat = update.callback_query, update.effective_user, update.effective_chat
    if not query or not user or not chat:
        return
    code, _, rest = (query.data or "").partition(":")
    rest, _, owner = rest.partition(OWNED)
    theirs = not owner or owner == str(user.id)
    known = code in PRESSED and (chat.type != CHANNEL or PRESSED[code] in VOTES)
    if not theirs or not known:
        words = "" if theirs else "这是别人的按钮。 Not your button; ask yourself."
        await _acknowledged(query, words)
        return
    span = " 1d" if code == "m" and " " not in rest else ""  # a button of before
    who = Speaker(user.id, user.full_name, user.language_code)
    place = Place(chat, _topic(query.message), query)
    await _answered(context, place, who, PRESSED[code], rest + span)


async def _acknowledged(query: CallbackQuery | None, words: str = "") -> None:
    """Tells Telegram that a button was heard, where one was pressed; the words are shown above."""
    if query:
        with suppress(TelegramError):  # too old to acknowledge; the answer itself still goes out
            await query.answer(words[:TOAST] or None, show_alert=len(words) > SHORT)


def _owned(buttons: Buttons, chat: TelegramChat, who: Speaker) -> Buttons:
    """Buttons that in a group only who asked may press; who presses is never anonymous."""
    if chat.type == PRIVATE or who.id < 0:
        return buttons
    return [
        [(text, data if data.startswith(LINK) else f"{data}{OWNED}{who.id}") for text, data in row]
        for row in buttons
    ]


async def _answered(
    context: ContextTypes.DEFAULT_TYPE, place: Place, who: Speaker, name: str, rest: str
) -> None:
    """Answers a question."""
    talk: Talk = context.bot_data["talk"]
    app, chat = talk.app, place.chat
    known = app.ledger.chat(chat.id) or Chat(
        chat.id, chat.type, chat.title or "", _language(who, app), active=False
    )
    calm = talk.calm.allows(who.id)
    if not calm:
        await _acknowledged(place.query, TOO_FAST[known.language])
        if calm is None and not place.query:
            await _send(context, talk, place, TOO_FAST[known.language])
        return
    welcome = name == "start" and people.accepted(app, who.id, who.name, rest)
    if not welcome and not may_ask(app, chat.id, who.id, name):
        await _turn_away(context, talk, place, who.id, known.language)
        return
    today = app.now().astimezone(SHANGHAI).date()
    given = answer(app, name, Asked(known, who.id, rest, today, place.topic))
    short = given.is_brief and place.query is not None
    await _acknowledged(place.query, plain(given.text) if short else "")
    given = replace(given, buttons=_owned(given.buttons, chat, who))
    if given.in_place and place.query:
        await _edited(context, talk, place, given)
    elif not short:
        await _sent(context, talk, place, known.language, given)


async def _edited(
    context: ContextTypes.DEFAULT_TYPE, talk: Talk, place: Place, given: Answer
) -> None:
    if not place.pressed:  # so old that Telegram does not say which
        return
    await talk.pace.turn(place.chat.id)
    try:
        await sender.edit(context.bot, place.chat.id, place.pressed, given.text, given.buttons)
    except SendError as error:
        log.warning("a message was not changed: %s", error)


def _language(who: Speaker, app: App) -> Language:
    if not who.language_code:
        return app.settings.chats.language
    return "zh" if who.language_code.startswith("zh") else "en"


async def _turn_away(
    context: ContextTypes.DEFAULT_TYPE, talk: Talk, place: Place, who: int, language: Language
) -> None:
    """One polite refusal a person; after that silence."""
    name, words = f"refused:{who}", refused(who, language)
    await _acknowledged(place.query, plain(words))
    if place.query or talk.app.ledger.fact(name):
        return
    talk.app.ledger.set_fact(name, talk.app.now().isoformat())
    await _sent(context, talk, place, language, Answer(words))


async def _sent(
    context: ContextTypes.DEFAULT_TYPE, talk: Talk, place: Place, language: Language, given: Answer
) -> None:
    below = f"\n\n{await talk.in_worker(given.more)}" if given.more else ""
    texts = [] if given.is_caption else split(f"{given.text}{below}".strip())
    for number, text in enumerate(texts):
        buttons = given.buttons if number == len(texts) - 1 else ()
        await _send(context, talk, place, text, buttons=buttons)
    day = talk.app.ledger.evaluated()
    theme, picture = given.chart, given.picture
    if theme and day:
        picture = partial(chart, theme=theme, language=language, day=day)
    drawn = await talk.in_worker(picture) if picture else None
    if drawn:
        await _send(context, talk, place, given.text if given.is_caption else "", photo=drawn)
    elif given.is_caption:
        await _send(context, talk, place, f"{given.text}\n{say('no_chart', language)}")


async def _send(
    context: ContextTypes.DEFAULT_TYPE, talk: Talk, place: Place, text: str, **more: Any
) -> None:
    """Sends an answer, as plain text if Telegram refuses its markup.

    One that cannot go is logged, and the person may ask again. What a button asked for hangs on
    the message it was under.
    """
    await talk.pace.turn(place.chat.id)
    more |= {"topic": place.topic, "reply_to": place.pressed}
    try:
        await sender.send(context.bot, place.chat.id, text, **more)
    except SendError as error:
        log.warning("an answer was not delivered: %s", error)
        if error.refused and not more.get("plain"):
            await _send(context, talk, place, plain(text), **more, plain=True)


async def _membership(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Blocked or removed: no more pushes. Coming back needs /start, or unblocking."""
    change = update.my_chat_member
    talk: Talk = context.bot_data["talk"]
    if change and change.new_chat_member.status in (ChatMember.LEFT, ChatMember.BANNED):
        talk.app.ledger.turn_off(change.chat.id, "blocked or removed")


async def _moved(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    message = update.message
    talk: Talk = context.bot_data["talk"]
    if message and message.migrate_to_chat_id:
        with talk.app.ledger.atomic():
            talk.app.ledger.migrate(message.chat_id, message.migrate_to_chat_id)


async def _failed(update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    """A fault in a handler: into the log for the operator, a clear line for who asked."""
    log.error("an answer failed", exc_info=context.error)
    talk: Talk = context.bot_data["talk"]
    if not isinstance(update, Update) or not update.effective_chat:
        return
    words = "出错了，详见日志。 Something failed; the log says what."
    place = Place(update.effective_chat, _topic(update.effective_message))
    await _send(context, talk, place, words)
