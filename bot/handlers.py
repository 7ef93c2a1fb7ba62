"""Telegram's updates become questions; what is answered goes back by bot/replies.py."""

import logging
from dataclasses import replace
from typing import Any, NamedTuple

from telegram import CallbackQuery, ChatMember, Message, Update
from telegram import Chat as TelegramChat
from telegram import User as TelegramUser
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from bot import sender
from bot.app import App
from bot.commands import COMMANDS, PRESSED, answer, may_ask, people, refused
from bot.commands.asked import Answer, Asked
from bot.inline import asked_inline
from bot.links import THEME
from bot.menus import set_admins
from bot.records import PRIVATE, Buttons, Chat
from bot.replies import Context, Talk, edit, reply, send, talk_of
from bot.script import guessed
from bot.words import Language, say
from market.calendar import SHANGHAI

OWNED = "@"  # before the id of the person whose button it is
SLASHES = "/／"  # the second is what a Chinese keyboard writes
log = logging.getLogger("paomo")


class Question(NamedTuple):
    """What somebody wants to know."""

    name: str  # of a command; empty: plain words
    rest: str
    pressed: int | None = None  # the message whose button asked it


def register(telegram: "Application[Any, Any, Any, Any, Any, Any]", talk: Talk) -> None:
    """Adds the handlers: messages, buttons, inline, being blocked, a group that moved."""
    telegram.bot_data["talk"] = talk
    moved = filters.StatusUpdate.MIGRATE
    telegram.add_handler(MessageHandler(moved, _moved))
    telegram.add_handler(MessageHandler(filters.TEXT & ~filters.UpdateType.EDITED, _written))
    telegram.add_handler(CallbackQueryHandler(_pressed))
    telegram.add_handler(InlineQueryHandler(asked_inline))
    telegram.add_handler(ChatMemberHandler(_membership, ChatMemberHandler.MY_CHAT_MEMBER))
    telegram.add_error_handler(_failed)


async def _written(update: Update, context: Context) -> None:
    message, user, chat = update.message, update.effective_user, update.effective_chat
    if not message or not user or not chat or not message.text:
        return
    if message.forward_origin or message.via_bot:  # somebody else's words, or a card of ours
        return
    question = _question(message, message.text.strip(), context)
    if question:
        await _answered(context, chat, user, question)


def _question(message: Message, text: str, context: Context) -> Question | None:
    """The command or the plain words; in a group only words that are addressed to the bot."""
    bot = context.bot
    if not text:
        return None
    if text[0] not in SLASHES:
        words = text if message.chat.type == PRIVATE else _to_us(message, text, context)
        return Question("", words) if words else None
    command, _, rest = " ".join(text[1:].split(maxsplit=1)).partition(" ")
    name, _, addressed = command.partition("@")
    if addressed and addressed.casefold() != bot.username.casefold():
        return None
    name, rest = name.casefold(), rest.strip()
    if name == "start" and rest.startswith(THEME):
        return Question("theme", rest.removeprefix(THEME))
    if not name.isascii():  # no command can be called so: /白酒
        return Question("", text[1:])
    if name not in COMMANDS and not addressed and message.chat.type != PRIVATE:
        return None  # of another bot in the group
    return Question(name or "help", rest)


def _to_us(message: Message, text: str, context: Context) -> str:
    """Words of a group that name the bot, or answer it; else nothing."""
    ours, name = context.bot.id, f"@{context.bot.username}"
    place = text.casefold().find(name.casefold())
    if place >= 0:
        return f"{text[:place]} {text[place + len(name) :]}".strip()
    to = message.reply_to_message
    return text if to and to.from_user and to.from_user.id == ours else ""


async def _pressed(update: Update, context: Context) -> None:
    query, user, chat = update.callback_query, update.effective_user, update.effective_chat
    if not query or not user:
        return
    code, _, rest = (query.data or "").partition(":")
    rest, _, owner = rest.partition(OWNED)
    fault = "not_yours" if owner and owner != str(user.id) else ""
    if not fault and (code not in PRESSED or not chat):
        fault = "expired"
    await _acknowledged(context, query, fault)
    if fault or not chat:
        return
    rest = f"{rest} 1d" if code == "m" and " " not in rest else rest  # a button of before
    pressed = query.message.message_id if query.message else 0
    press, under_way = (user.id, pressed, query.data or ""), talk_of(context).pressed
    if press in under_way:  # tapped again before its answer came
        return
    under_way.add(press)
    try:
        await _answered(context, chat, user, Question(PRESSED[code], rest, pressed or None))
    finally:
        under_way.discard(press)


async def _acknowledged(context: Context, query: CallbackQuery, fault: str) -> None:
    app, user = talk_of(context).app, query.from_user
    language, hant = _guess(user, app)
    words = say(fault, language) if fault else ""
    await sender.acknowledge(context.bot, query.id, words, hant)


def _owned(buttons: Buttons, chat: TelegramChat, user: int) -> Buttons:
    """Buttons that in a group only who asked may press."""
    if chat.type == PRIVATE:
        return buttons
    return [[(text, f"{data}{OWNED}{user}") for text, data in row] for row in buttons]


async def _answered(
    context: Context, chat: TelegramChat, user: TelegramUser, question: Question
) -> None:
    """Answers a question, if it may be asked."""
    talk = talk_of(context)
    app, name, rest = talk.app, question.name, question.rest
    here = _here(app, chat, user)
    calm = talk.calm.allows(user.id)
    if not calm:
        if calm is None:
            await send(context, here, say("too_fast", here.language))
        return
    welcome = name == "start" and people.accepted(app, user.id, user.full_name, rest)
    if not welcome and not may_ask(app, chat.id, user.id, name):
        await _turn_away(context, here, user.id)
        return
    today = app.now().astimezone(SHANGHAI).date()
    given = answer(app, name, Asked(here, user.id, rest, today))
    given = replace(given, buttons=_owned(given.buttons, chat, user.id))
    here = app.ledger.chat(chat.id) or here  # its language may be another now
    if given.in_place and question.pressed:
        await edit(context, here, question.pressed, given)
    else:
        await reply(context, here, given)
    if name == "start" and here.kind == PRIVATE and user.id in app.settings.admins:
        await set_admins(context.bot, user.id)


def _here(app: App, chat: TelegramChat, user: TelegramUser) -> Chat:
    """The chat as known, or as it would be if it subscribed now."""
    known = app.ledger.chat(chat.id)
    if known:
        return known
    language, hant = _guess(user, app)
    return Chat(chat.id, chat.type, chat.title or "", language, active=False, hant=hant)


def _guess(user: TelegramUser, app: App) -> tuple[Language, bool]:
    """The language of a person, as said by /lang in their own chat, else by their client."""
    known = app.ledger.chat(user.id)
    if known:
        return known.language, known.hant
    return (
        guessed(user.language_code) if user.language_code else (app.settings.chats.language, False)
    )


async def _turn_away(context: Context, here: Chat, user: int) -> None:
    """One polite refusal a person; after that silence."""
    app, name = talk_of(context).app, f"refused:{user}"
    if app.ledger.fact(name):
        return
    app.ledger.set_fact(name, app.now().isoformat())
    await reply(context, here, Answer(refused(user, here.language)))


async def _membership(update: Update, context: Context) -> None:
    """Blocked or removed: no more pushes. Coming back needs /start, or unblocking."""
    change = update.my_chat_member
    if change and change.new_chat_member.status in (ChatMember.LEFT, ChatMember.BANNED):
        talk_of(context).app.ledger.turn_off(change.chat.id, "blocked or removed")


async def _moved(update: Update, context: Context) -> None:
    message, ledger = update.message, talk_of(context).app.ledger
    if message and message.migrate_to_chat_id:
        with ledger.atomic():
            ledger.migrate(message.chat_id, message.migrate_to_chat_id)


async def _failed(update: object, context: Context) -> None:
    """A fault in a handler: into the log for the operator, a clear line for who asked."""
    log.error("an answer failed", exc_info=context.error)
    if isinstance(update, Update) and update.effective_chat and update.effective_user:
        here = _here(talk_of(context).app, update.effective_chat, update.effective_user)
        await send(context, here, say("failed", here.language))
