"""Deep links: the name of a theme that, pressed, opens the theme in the chat with the bot."""

import re
from html import escape

from bot.names import theme_name
from bot.words import Language
from market.source import Theme

THEME = "t_"  # before a theme's id in what comes with /start
PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")  # all that Telegram passes on


def linked(theme: Theme, language: Language, username: str | None) -> str:
    """The name of a theme as HTML; a link once the bot's own name is known."""
    name, payload = escape(theme_name(theme, language)), f"{THEME}{theme.id}"
    if not username or not PAYLOAD.fullmatch(payload):
        return name
    return f'<a href="https://t.me/{username}?start={payload}">{name}</a>'
