"""Telegram's updates become questions; what is answered goes back by bot/replies.py."""

import logging
from dataclasses import replace
from typing import Any, NamedTuple

from telegram import CallbackQuery, ChatMember, Message, Update, User
from telegram import Chat as TelegramChat
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
from bot.commands import COMMANDS, PRESSED, VOTES, answer, may_ask, people, refused
from bot.commands.asked import Answer, Asked
from bot.inline import asked_inline
from bot.links import THEME
from bot.menus import set_admins
from bot.records import CHANNEL, LINK, PRIVATE, Buttons, Chat
from bot.replies import Context, Place, Talk, edit, reply, send, talk_of
from bot.script import guessed
from bot.texts import plain
from bot.words import Language, say
from market.calendar import SHANGHAI

SETTINGS = "settings"
OWNED = "@"  # before the id of the person whose button it is
SLASHES = "/／"  # the second is what a Chinese keyboard writes
# what a channel's own posts may ask: about its pushes alone, for all readers see the answer
IN_CHANNEL = {"start", "stop", "id", "mute", "unmute", "watch", "unwatch", "lang", SETTINGS}
log = logging.getLogger("paomo")


class Speaker(NamedTuple):
    """Who asks: a person, or a chat that somebody speaks as."""

    id: int  # of a chat it is negative
    name: str  # as Telegram names them; may be empty
    language_code: str | None  # as their program is set


class Question(NamedTuple):
    """What somebody wants to know, and where."""

    name: str  # of a command; empty: plain words
    rest: str
    topic: int | None = None  # Telegram's id of it; None: none, or the general one
    query: CallbackQuery | None = None  # of the button that asked it

    @property
    def pressed(self) -> int | None:
        """The message whose button asked."""
        under = self.query.message if self.query else None
        return under.message_id if under else None


def register(telegram: "Application[Any, Any, Any, Any, Any, Any]", talk: Talk) -> None:
    """Adds the handlers: messages, buttons, inline, being blocked, a group that moved."""
    telegram.bot_data["talk"] = talk
    moved = filters.StatusUpdate.MIGRATE
    telegram.add_handler(MessageHandler(moved, _moved))
    telegram.add_handler(MessageHandler(filters.TEXT & ~filters.UpdateType.EDITED, _written))
    wordless = filters.ChatType.PRIVATE & ~filters.TEXT & ~filters.StatusUpdate.ALL
    telegram.add_handler(MessageHandler(wordless & ~filters.UpdateType.EDITED, _wordless))
    telegram.add_handler(CallbackQueryHandler(_pressed))
    telegram.add_handler(InlineQueryHandler(asked_inline))
    telegram.add_handler(ChatMemberHandler(_membership, ChatMemberHandler.MY_CHAT_MEMBER))
    telegram.add_error_handler(_failed)


async def _written(update: Update, context: Context) -> None:
    message = update.message or update.channel_post
    if not message or not message.text:
        return
    # somebody else's words, a card of ours, or what a channel posts and comes to its group itself
    if message.forward_origin or message.via_bot or message.is_automatic_forward:
        return
    question, who = _question(message, message.text.strip(), context), _speaker(message)
    in_channel = message.chat.type == CHANNEL
    if question and who and (not in_channel or question.name in IN_CHANNEL):
        await _answered(context, message.chat, who, question._replace(topic=_topic(message)))


async def _wordless(update: Update, context: Context) -> None:
    """A sticker, a picture, a voice: says that words are what is understood; once an album."""
    message, seen = update.message, context.chat_data if context.chat_data is not None else {}
    who, album = (_speaker(message), message.media_group_id) if message else (None, None)
    if not message or not who or message.via_bot or (album and seen.get("album") == album):
        return
    seen["album"], talk = album, talk_of(context)
    place = Place(_here(talk.app, message.chat, who, None))
    if not may_ask(talk.app, message.chat.id, who.id, "help"):
        await _turn_away(context, place, who.id, None)
    elif talk.calm.allows(who.id):
        await send(context, place, say("words_only", place.chat.language))


def _speaker(message: Message) -> Speaker | None:
    """Who wrote it. Who speaks as a chat is that chat: nothing is known of the person behind."""
    chat, user = message.sender_chat, message.from_user
    if chat:
        return Speaker(chat.id, chat.title or "", None)
    return _person(user) if user else None


def _person(user: User) -> Speaker:
    return Speaker(user.id, user.full_name, user.language_code)


def _topic(message: Any) -> int | None:
    """The topic of a supergroup that a message stands in; of one too old to be seen: None."""
    return message.message_thread_id if getattr(message, "is_topic_message", False) else None


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
    query, chat = update.callback_query, update.effective_chat
    if not query:
        return
    who, (code, _, rest) = _person(query.from_user), (query.data or "").partition(":")
    rest, _, owner = rest.partition(OWNED)
    fault = "not_yours" if owner and owner != str(who.id) else ""
    if not fault and (code not in PRESSED or not chat):
        fault = "expired"
    if fault or not chat:
        await _acknowledged(context, query, say(fault, _guess(who, talk_of(context).app)[0]))
        return
    pressed = query.message.message_id if query.message else 0
    press, under_way = (who.id, pressed, query.data or ""), talk_of(context).pressed
    # in a channel an answer would be for all; or tapped again before its answer came
    heard = chat.type != CHANNEL or PRESSED[code] in VOTES or _sets(code, who, context)
    if not heard or press in under_way:
        await _acknowledged(context, query)
        return
    rest = f"{rest} 1d" if code == "m" and " " not in rest else rest  # a button of before
    under_way.add(press)
    try:
        question = Question(PRESSED[code], rest, _topic(query.message), query)
        await _answered(context, chat, who, question)
    finally:
        under_way.discard(press)


async def _acknowledged(context: Context, query: CallbackQuery | None, words: str = "") -> None:
    """Tells Telegram that a button was heard, where one was pressed; the words are shown above."""
    if query:
        _, hant = _guess(_person(query.from_user), talk_of(context).app)
        await sender.acknowledge(context.bot, query.id, words, hant)


def _sets(code: str, who: Speaker, context: Context) -> bool:
    """Whether an admin of the bot changes a setting, in place: nobody is told anything by it."""
    return PRESSED[code] == SETTINGS and who.id in talk_of(context).app.settings.admins


def _owned(buttons: Buttons, chat: TelegramChat, who: Speaker, name: str) -> Buttons:
    """Buttons that in a group only who asked may press; who presses is never anonymous.

    In a channel all would read what they answer, but for its settings.
    """
    if chat.type == CHANNEL:
        return buttons if name == SETTINGS else ()
    if chat.type == PRIVATE or who.id < 0:
        return buttons
    return [
        [(text, data if data.startswith(LINK) else f"{data}{OWNED}{who.id}") for text, data in row]
        for row in buttons
    ]


async def _answered(context: Context, chat: TelegramChat, who: Speaker, question: Question) -> None:
    """Answers a question, if it may be asked."""
    talk = talk_of(context)
    app, name, query = talk.app, question.name, question.query
    place = Place(_here(app, chat, who, question.topic), question.topic, question.pressed)
    here, calm = place.chat, talk.calm.allows(who.id)
    if not calm:
        words = say("too_fast", here.language)
        await _acknowledged(context, query, words)
        if calm is None and not query:
            await send(context, place, words)
        return
    welcome = name == "start" and people.accepted(app, who.id, who.name, question.rest)
    if not welcome and not may_ask(app, chat.id, who.id, name):
        await _turn_away(context, place, who.id, query)
        return
    today = app.now().astimezone(SHANGHAI).date()
    given = answer(app, name, Asked(here, who.id, question.rest, today, place.topic))
    # its language may be another now
    place = replace(place, chat=app.ledger.places.at(chat.id, place.topic) or here)
    await _given(
        context, place, replace(given, buttons=_owned(given.buttons, chat, who, name)), query
    )
    if name == "start" and here.kind == PRIVATE and who.id in app.settings.admins:
        await set_admins(context.bot, who.id)


async def _given(
    context: Context, place: Place, given: Answer, query: CallbackQuery | None
) -> None:
    """An answer where it belongs: above the chat, in place of what was pressed, or below."""
    short = given.is_brief and query is not None
    await _acknowledged(context, query, plain(given.text) if short else "")
    # words cannot take a picture's place, nor a picture that of words
    if given.in_place and place.pressed and _has_picture(query) == bool(given.picture):
        await edit(context, place, place.pressed, given)
    elif not short:
        await reply(context, place, given)


def _has_picture(query: CallbackQuery | None) -> bool:
    under = query.message if query else None
    return isinstance(under, Message) and bool(under.photo)


def _here(app: App, chat: TelegramChat, who: Speaker, topic: int | None) -> Chat:
    """The chat as known, or as it would be if it subscribed now."""
    known = app.ledger.places.at(chat.id, topic)
    if known:
        return known
    language, hant = _guess(who, app)
    return Chat(chat.id, chat.type, chat.title or "", language, active=False, hant=hant)


def _guess(who: Speaker, app: App) -> tuple[Language, bool]:
    """The language of a person, as said by /lang in their own chat, else by their client."""
    known = app.ledger.chat(who.id)
    if known:
        return known.language, known.hant
    return guessed(who.language_code) if who.language_code else (app.settings.chats.language, False)


async def _turn_away(context: Context, place: Place, who: int, query: CallbackQuery | None) -> None:
    """One polite refusal a person; after that silence."""
    app, name = talk_of(context).app, f"refused:{who}"
    words = refused(app.settings, who, place.chat.language)
    await _acknowledged(context, query, plain(words))
    if query or app.ledger.fact(name):
        return
    app.ledger.set_fact(name, app.now().isoformat())
    await reply(context, place, Answer(words))


async def _membership(update: Update, context: Context) -> None:
    """Blocked or removed: no more pushes. Coming back needs /start, or unblocking."""
    change = update.my_chat_member
    if change and change.new_chat_member.status in (ChatMember.LEFT, ChatMember.BANNED):
        talk_of(context).app.ledger.places.leave(change.chat.id, "blocked or removed")


async def _moved(update: Update, context: Context) -> None:
    message, ledger = update.message, talk_of(context).app.ledger
    if message and message.migrate_to_chat_id:
        with ledger.atomic():
            ledger.migrate(message.chat_id, message.migrate_to_chat_id)


async def _failed(update: object, context: Context) -> None:
    """A fault in a handler: into the log for the operator, a clear line for who asked."""
    log.error("an answer failed", exc_info=context.error)
    if not isinstance(update, Update) or not update.effective_chat:
        return
    message, query, app = update.effective_message, update.callback_query, talk_of(context).app
    who = _person(query.from_user) if query else _speaker(message) if message else None
    if who:
        topic = _topic(message)
        here = _here(app, update.effective_chat, who, topic)
        await _acknowledged(context, query)
        await send(context, Place(here, topic), say("failed", here.language))
