"""Telegram's updates become questions; the answers go back, paced like everything else."""

import logging
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from telegram import (
    BotCommand,
    CallbackQuery,
    ChatMember,
    MaybeInaccessibleMessage,
    Message,
    Update,
)
from telegram import Chat as TelegramChat
from telegram import User as TelegramUser
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
from bot.commands import COMMANDS, PRESSED, answer, may_ask, people, refused
from bot.commands.asked import Answer, Asked
from bot.deliver import SendError
from bot.gallery import Gallery, InWorker, Sent
from bot.limits import Calm, Pace
from bot.pictures import Picture
from bot.records import PRIVATE, Buttons, Chat
from bot.texts import CAPTION_LIMIT, plain, split, units
from bot.words import Language
from market.calendar import SHANGHAI

OWNED = "@"  # before the id of the person whose button it is
TOO_FAST = {"zh": "问得太快了，请稍候。", "en": "Too many questions at once; wait a moment."}
log = logging.getLogger("paomo")


@dataclass(frozen=True)
class Talk:
    """What the handlers need."""

    app: App
    pace: Pace
    in_worker: InWorker
    gallery: Gallery
    calm: Calm = field(default_factory=Calm)


class Pressed(NamedTuple):
    """The message whose button was pressed."""

    message: int  # Telegram's id
    is_picture: bool


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
    message, user, chat = update.message, update.effective_user, update.effective_chat
    if not message or not user or not chat or not message.text:
        return
    name, rest = _parsed(message.text, chat, context.bot.username)
    if name:
        await _answered(context, chat, user, name, rest)


def _parsed(text: str, chat: TelegramChat, username: str) -> tuple[str, str]:
    """Command and rest; plain words in a private chat ask for a theme, in a group for nothing."""
    if not text.startswith("/"):
        return ("theme", text) if chat.type == PRIVATE else ("", "")
    command, _, rest = text[1:].partition(" ")
    name, _, addressed = command.partition("@")
    ours = not addressed or addressed.casefold() == username.casefold()
    return (name.casefold(), rest.strip()) if ours else ("", "")


async def _pressed(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    query, user, chat = update.callback_query, update.effective_user, update.effective_chat
    if not query or not user or not chat:
        return
    code, _, rest = (query.data or "").partition(":")
    rest, _, owner = rest.partition(OWNED)
    theirs = not owner or owner == str(user.id)
    await _acknowledged(query, "" if theirs else "这是别人的按钮。 Not your button; ask yourself.")
    if code in PRESSED and theirs:
        span = " 1d" if code == "m" and " " not in rest else ""  # a button of before
        message = query.message
        pressed = Pressed(message.message_id, _has_picture(message)) if message else None
        await _answered(context, chat, user, PRESSED[code], rest + span, pressed)


def _has_picture(message: MaybeInaccessibleMessage) -> bool:
    return isinstance(message, Message) and bool(message.photo)


async def _acknowledged(query: CallbackQuery, words: str) -> None:
    with suppress(TelegramError):  # too old to acknowledge; the answer itself still goes out
        await query.answer(words or None, show_alert=bool(words))


def _owned(buttons: Buttons, chat: TelegramChat, user: int) -> Buttons:
    """Buttons that in a group only who asked may press."""
    if chat.type == PRIVATE:
        return buttons
    return [[(text, f"{data}{OWNED}{user}") for text, data in row] for row in buttons]


async def _answered(
    context: ContextTypes.DEFAULT_TYPE,
    chat: TelegramChat,
    user: TelegramUser,
    name: str,
    rest: str,
    pressed: Pressed | None = None,
) -> None:
    """Answers a question; `pressed` is the message whose button asked it."""
    talk: Talk = context.bot_data["talk"]
    app = talk.app
    known = app.ledger.chat(chat.id) or Chat(
        chat.id, chat.type, chat.title or "", _language(user, app), active=False
    )
    calm = talk.calm.allows(user.id)
    if not calm:
        if calm is None:
            await _send(context, talk, chat.id, TOO_FAST[known.language])
        return
    welcome = name == "start" and people.accepted(app, user.id, user.full_name, rest)
    if not welcome and not may_ask(app, chat.id, user.id, name):
        await _turn_away(context, talk, chat.id, user.id, known.language)
        return
    today = app.now().astimezone(SHANGHAI).date()
    given = answer(app, name, Asked(known, user.id, rest, today))
    given = replace(given, buttons=_owned(given.buttons, chat, user.id))
    # words cannot take a picture's place, nor a picture that of words
    if given.in_place and pressed and pressed.is_picture == bool(given.picture):
        await _edited(context, talk, chat.id, pressed.message, given)
    else:
        await _sent(context, talk, chat.id, given)


async def _edited(
    context: ContextTypes.DEFAULT_TYPE, talk: Talk, chat: int, pressed: int, given: Answer
) -> None:
    async def way(photo: bytes | str | None) -> Sent:
        await talk.pace.turn(chat)
        if photo:
            return await sender.change_picture(
                context.bot, chat, pressed, photo, given.text, given.buttons
            )
        if not given.picture:
            await sender.edit(context.bot, chat, pressed, given.text, given.buttons)
        return Sent(pressed)

    try:
        await (talk.gallery.send(given.picture, way) if given.picture else way(None))
    except SendError as error:
        log.warning("a message was not changed: %s", error)


def _language(user: TelegramUser, app: App) -> Language:
    if not user.language_code:
        return app.settings.chats.language
    return "zh" if user.language_code.startswith("zh") else "en"


async def _turn_away(
    context: ContextTypes.DEFAULT_TYPE, talk: Talk, chat: int, user: int, language: Language
) -> None:
    """One polite refusal a person; after that silence."""
    name = f"refused:{user}"
    if talk.app.ledger.fact(name):
        return
    talk.app.ledger.set_fact(name, talk.app.now().isoformat())
    await _sent(context, talk, chat, Answer(refused(user, language)))


async def _sent(context: ContextTypes.DEFAULT_TYPE, talk: Talk, chat: int, given: Answer) -> None:
    """Text, then the picture; or the picture with the text below it, and its buttons."""
    below = f"\n\n{await talk.in_worker(given.more)}" if given.more else ""
    text = f"{given.text}{below}".strip()
    captioned = given.picture is not None and given.captioned and units(text) <= CAPTION_LIMIT
    texts = [] if captioned else split(text)
    for place, part in enumerate(texts):
        buttons = given.buttons if place == len(texts) - 1 else ()
        await _send(context, talk, chat, part, buttons=buttons)
    if given.picture:
        caption, buttons = (text, given.buttons) if captioned else ("", ())
        await _show(context, talk, chat, given.picture, caption, buttons)


async def _show(
    context: ContextTypes.DEFAULT_TYPE,
    talk: Talk,
    chat: int,
    picture: Picture,
    caption: str,
    buttons: Buttons,
) -> None:
    """Sends a picture; its caption alone when there is nothing to draw."""

    async def way(photo: bytes | str | None) -> Sent:
        if not photo and not caption:
            return Sent(0)
        await talk.pace.turn(chat)
        return await sender.send(context.bot, chat, caption, photo, buttons=buttons)

    try:
        await talk.gallery.send(picture, way)
    except SendError as error:
        log.warning("an answer was not delivered: %s", error)


async def _send(
    context: ContextTypes.DEFAULT_TYPE, talk: Talk, chat: int, text: str, **more: Any
) -> None:
    """Sends an answer, as plain text if Telegram refuses its markup.

    One that cannot go is logged, and the person may ask again.
    """
    await talk.pace.turn(chat)
    try:
        await sender.send(context.bot, chat, text, **more)
    except SendError as error:
        log.warning("an answer was not delivered: %s", error)
        if error.refused and not more.get("plain"):
            await _send(context, talk, chat, plain(text), **more, plain=True)


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
    chat = update.effective_chat if isinstance(update, Update) else None
    if chat:
        words = "出错了，详见日志。 Something failed; the log says what."
        await _send(context, talk, chat.id, words)
