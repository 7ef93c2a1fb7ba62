"""A running bot over a small home, and people who each ask it one thing: an answer is known by
its chat, and nobody is too fast."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bot.app import App, judge
from bot.home import DATABASE
from bot.jobs import daily
from bot.ledger import Ledger
from bot.messages import number
from bot.texts import plain
from bot.words import say
from config.settings import load
from market.derive import derive
from market.source import Theme
from market.store import Store
from tests import markets
from tests.botapi import PATIENCE_SECONDS, BotApi
from tests.process import Bot

CODES = {"zh": "zh-hans", "hant": "zh-tw", "en": "en"}  # how clients name the languages
THEMES = {"hot": "机器人", "calm": "白酒", "ai": "人工智能"}  # those that /help names
ENGLISH = {"机器人": "Robots", "白酒": "Liquor", "人工智能": "Artificial intelligence"}
STOCKS = {"600001": "甲股", "600519": "贵州茅台"}
FIRST, PEOPLE = 1000, 320  # id of the first admin; how many there are
READER, STRANGERS = 5, range(7, 10)
LAST = date(2024, 6, 28)
SECONDS = 2 * PATIENCE_SECONDS  # with all of them


def judged(home: Path) -> str:
    """Fills a home with those themes and judges them; the number of an alert that was told."""
    store, ledger = Store(home / DATABASE), Ledger(home / DATABASE)
    markets.fill(store)
    store.save_themes(Theme(t, n, "concept", "XSHG", "file", "members") for t, n in THEMES.items())
    store.save_members("ai", LAST, [f"{600000 + n}" for n in range(6)])
    store.save_members("calm", LAST, [*(f"{600000 + n}" for n in range(8, 24)), "600519"])
    store.save_names(STOCKS)
    derive(store, store.bar_days(), backfilled=True)
    names = [f'"{name}" = "{english}"' for name, english in ENGLISH.items()]
    (home / "themes.toml").write_text("\n".join(["[english]", *names]), "utf-8")
    known = load({"PAOMO_HOME": str(home)})
    app = App(known, store, ledger, *judge(known), lambda: datetime(2024, 6, 28, 9, tzinfo=UTC))
    for day in (store.days()[-20], LAST):  # the first silently
        daily(app, day)
    told = number(ledger.transitions()[-1])
    app.close()
    return told


@dataclass
class Answered:
    """What came to one chat."""

    texts: list[str] = field(default_factory=list)  # HTML; what was changed counts as changed
    photos: int = 0
    buttons: list[tuple[str, str]] = field(default_factory=list)  # label and what it asks

    @property
    def said(self) -> str:
        """All of it as it is read."""
        return plain("\n".join([*self.texts, *(label for label, _ in self.buttons)]))

    @property
    def is_whole(self) -> bool:
        """Whether nothing is still being worked out."""
        waiting = [say("working", "zh"), say("working", "en")]
        return bool(self.texts) and not any(w in text for w in waiting for text in self.texts)


class Hall:
    """The bot, and everybody who asks."""

    def __init__(self, home: Path) -> None:
        self.alert = judged(home)
        self.api = BotApi()
        self.asked: dict[int, tuple[str, str]] = {}  # person -> what, in which language
        admins = ",".join(str(FIRST + n) for n in range(PEOPLE))
        self.bot = Bot(home, self.api, PAOMO_ADMINS=admins, PAOMO_ALLOWED=str(READER))
        self.api.called("getUpdates")

    def ask(self, text: str, language: str, user: int = 0) -> int:
        """Somebody writes, an admin of their own unless said; gives who."""
        user = user or FIRST + len(self.asked)
        self.asked[user] = text, language
        self.api.write(text, user, code=CODES[language])
        return user

    def press(self, data: str, language: str) -> int:
        """Somebody presses a button; gives who."""
        user = FIRST + len(self.asked)
        self.asked[user] = data, language
        self.api.press(data, user, code=CODES[language])
        return user

    def got(self, user: int) -> Answered:
        """What came to somebody so far."""
        found = Answered()
        for given in [*self.api.sent, *self.api.asked]:
            if given.get("chat_id") == str(user):
                self._add(found, given)
        return found

    def _add(self, found: Answered, given: dict[str, Any]) -> None:
        if given["method"] == "sendChatAction":
            return
        if given["method"] == "editMessageText":  # of the first, which said to wait
            found.texts = [t for t in found.texts if "⏳" not in t]
        found.photos += given["method"] == "sendPhoto"
        found.texts += [given.get("text") or given.get("caption") or ""]
        rows = json.loads(given.get("reply_markup") or "{}").get("inline_keyboard", [])
        found.buttons += [(b["text"], b.get("callback_data", "")) for row in rows for b in row]

    def answers(self, people: Iterable[int], photos: Iterable[int] = ()) -> dict[int, Answered]:
        """What came to each, once all are answered, and some of them with a picture."""
        people, drawn = list(people), set(photos)
        left = list(people)

        def all_are() -> bool:
            while left:
                found = self.got(left[-1])
                if not found.is_whole or (left[-1] in drawn and not found.photos):
                    return False
                left.pop()
            return True

        self.api.when(all_are, SECONDS)
        return {user: self.got(user) for user in people}

    def responded(self, user: int) -> bool:
        """Whether a press was answered: by a message, by a change, or above the chat."""

        def is_so() -> bool:
            above = [g for g in self.api.asked if g.get("callback_query_id") == str(user)]
            return bool(self.got(user).texts or any(g.get("text") for g in above))

        return self.api.when(is_so)

    def offered(self, query: str) -> list[dict[str, Any]]:
        """What was offered inline to a query of that id."""

        def found() -> list[dict[str, Any]]:
            return [g for g in self.api.asked if g.get("inline_query_id") == query]

        self.api.when(lambda: bool(found()))
        return list(json.loads(found()[0]["results"]))

    def close(self) -> int:
        """Ends the bot; its exit code."""
        code = self.bot.end()
        self.api.close()
        return code
