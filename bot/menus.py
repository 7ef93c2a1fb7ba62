"""The menus of commands that Telegram shows: by kind of chat, by language, and for admins.

Telegram knows languages by two letters: who reads traditional characters gets the Chinese menu.
"""

import logging
from collections.abc import Mapping
from typing import Any

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.app import App
from bot.commands import COMMANDS, Command
from bot.records import PRIVATE
from bot.words import Language

# by Telegram's code; without one: everybody else (the library makes "[]" of an empty one)
LANGUAGES: dict[str | None, Language] = {None: "en", "zh": "zh"}
log = logging.getLogger("paomo")
Shown = Mapping[str, Command]


def menus() -> list[tuple[BotCommandScope, Shown]]:
    """The scopes that everybody falls under, and the commands of each."""
    known = {name: one for name, one in COMMANDS.items() if not one.runs}
    read = {name: one for name, one in known.items() if not one.changes}
    return [
        (BotCommandScopeAllPrivateChats(), known),
        (BotCommandScopeAllGroupChats(), read),
        (BotCommandScopeAllChatAdministrators(), known),
    ]


async def set_menus(bot: ExtBot[Any], app: App) -> None:
    """Registers all menus; without them the bot works all the same."""
    for scope, shown in menus():
        await _set(bot, scope, shown)
    for chat in app.ledger.chats():
        if chat.kind == PRIVATE and chat.id in app.settings.admins:
            await set_admins(bot, chat.id)


async def set_admins(bot: ExtBot[Any], admin: int) -> None:
    """The menu of an admin's own chat: with what runs the bot."""
    await _set(bot, BotCommandScopeChat(admin), COMMANDS)


async def _set(bot: ExtBot[Any], scope: BotCommandScope, shown: Shown) -> None:
    for code, language in LANGUAGES.items():
        menu = [
            BotCommand(name, one.zh if language == "zh" else one.en) for name, one in shown.items()
        ]
        try:
            await bot.set_my_commands(menu, scope, code)
        except TelegramError as error:
            log.warning("a menu (%s) could not be set: %s", scope.type, type(error).__name__)
