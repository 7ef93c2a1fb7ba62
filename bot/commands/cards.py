"""The cards of themes that are offered in other chats."""

from collections.abc import Iterator

from bot.app import App
from bot.commands.asked import Asked, all_states, hottest, stage_of
from bot.commands.lookups import card
from bot.commands.named import named, nearest
from bot.records import Chat
from market.calendar import SHANGHAI
from market.source import Theme


def cards(app: App, chat: Chat, text: str, count: int) -> Iterator[tuple[Theme, str, str]]:
    """Themes meant by a text (the hottest by none), a line about each, and its card as HTML."""
    known = app.store.themes().values()
    found = (named(known, text) or nearest(known, text)) if text.strip() else hottest(app, count)
    asked = Asked(chat, chat.id, text, app.now().astimezone(SHANGHAI).date())
    states = all_states(app)
    for theme in found[:count]:
        yield (
            theme,
            stage_of(states, theme.id, chat.language),
            card(app.of(theme.exchange), asked, theme).text,
        )
