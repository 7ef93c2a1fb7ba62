"""`paomo ask`: a question and its answer as text, without Telegram, by what answers there."""

from collections.abc import Iterator
from contextlib import closing

from bot.app import App, open_app
from bot.commands import COMMANDS, PRESSED, answer
from bot.commands.asked import Answer, Asked
from bot.commands.free_text import meant
from bot.errors import UserError
from bot.home import lived_in
from bot.records import LINK, PRIVATE, Chat
from bot.texts import plain
from bot.words import Language
from market.calendar import SHANGHAI

NOBODY = 0  # id of who asks, and of the chat: no real one has it
OF_A_CHAT = {"settings", "style", "useful", "useless"}  # beside those that say so themselves


def run_ask(words: str, language: Language | None) -> None:
    """Prints the answer to a command or to plain words, and what its buttons would ask."""
    known = lived_in()
    with closing(open_app(known)) as app:
        for line in said(app, words.strip(), language or known.chats.language):
            print(line)


def said(app: App, words: str, language: Language) -> Iterator[str]:
    """The answer, line by line. A UserError where it would change what a chat is told."""
    name, _, rest = words.removeprefix("/").partition(" ")
    name = name.casefold()
    if not words.startswith("/"):
        name, rest = meant(app, words)
    if _is_of_a_chat(name):
        raise UserError(f"/{name} is about what a chat hears; write it to the bot in Telegram")
    here = Chat(NOBODY, PRIVATE, "", language, active=False)
    today = app.now().astimezone(SHANGHAI).date()
    given = answer(app, name or "help", Asked(here, NOBODY, rest.strip(), today))
    yield plain(given.text)
    if given.more:
        yield f"\n{plain(given.more(app))}"
    yield from _buttons(given)


def _buttons(given: Answer) -> list[str]:
    """Each button that only asks, and what to ask instead of pressing it."""
    lines = []
    for label, data in (button for row in given.buttons for button in row):
        code, _, rest = data.partition(":")
        if data.startswith(LINK):
            lines.append(f"[{label}] {data}")
        elif not _is_of_a_chat(PRESSED[code]):
            lines.append(f"[{label}] /{PRESSED[code]} {rest}".strip())
    return ["", *lines] if lines else []


def _is_of_a_chat(name: str) -> bool:
    return name in OF_A_CHAT or (name in COMMANDS and COMMANDS[name].changes)
