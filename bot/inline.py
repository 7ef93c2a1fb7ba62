"""Inline mode: @bot and a theme's name in any chat offers the cards of the themes meant."""

from functools import partial

from telegram import Update

from bot import sender
from bot.app import App
from bot.commands import people
from bot.commands.cards import cards
from bot.names import theme_name
from bot.records import PRIVATE, Chat
from bot.replies import Context, talk_of
from bot.script import guessed
from bot.sender import Card
from bot.texts import split
from bot.words import say

CARDS = 5  # offered at once; each is made anew while somebody types


async def asked_inline(update: Update, context: Context) -> None:
    """Offers cards to those who may ask; to others a button that leads to the bot."""
    query, talk = update.inline_query, talk_of(context)
    if not query or talk.typing.allows(query.from_user.id) is not True:
        return
    user = query.from_user
    chat = talk.app.ledger.chat(user.id) or _unknown(user.id, user.language_code, talk.app)
    if people.role(talk.app, user.id, user.id) == people.NOBODY:
        words = say("inline_refused", chat.language)
        await sender.offer(context.bot, query.id, [], words, chat.hant)
        return
    offered = await talk.in_worker(partial(_cards, chat=chat, text=query.query))
    words = say("inline_open" if offered else "inline_none", chat.language)
    await sender.offer(context.bot, query.id, offered or [], words, chat.hant)


def _unknown(user: int, code: str | None, app: App) -> Chat:
    language, hant = guessed(code) if code else (app.settings.chats.language, False)
    return Chat(user, PRIVATE, "", language, active=False, hant=hant)


def _cards(app: App, chat: Chat, text: str) -> list[Card]:
    return [
        Card(theme.id, theme_name(theme, chat.language), about, split(shown)[0])
        for theme, about, shown in cards(app, chat, text, CARDS)
    ]
