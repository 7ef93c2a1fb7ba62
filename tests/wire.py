"""A bot whose Telegram is a wire in this process: updates go in, what would be sent comes out."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from telegram import Update
from telegram.request import BaseRequest, RequestData

from bot import sender
from bot.app import App, judge
from bot.gallery import Gallery
from bot.handlers import register
from bot.jobs import daily
from bot.ledger import Ledger
from bot.limits import Calm, Pace
from bot.polling import Telegram
from bot.replies import Talk
from bot.texts import plain
from config.settings import load
from market.derive import derive
from market.store import Store
from tests import markets

ADMIN, READER, STRANGER, GROUP = 1, 5, 9, -7
BOT = {"id": 123, "is_bot": True, "first_name": "P", "username": "paomo_bot"}


class Wire(BaseRequest):
    """Telegram at the other end of a wire that is not there; `sent` is what would go out."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []  # of methods that send nothing, with their names
        self.refusals: list[tuple[str, dict[str, Any]]] = []  # method and how it is refused next

    @property
    def read_timeout(self) -> float:
        return 5.0

    async def initialize(self) -> None:
        """Nothing."""

    async def shutdown(self) -> None:
        """Nothing."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **__: Any
    ) -> tuple[int, bytes]:
        await asyncio.sleep(0)  # others may go on meanwhile
        name = url.rsplit("/", 1)[-1]
        given = {"method": name, **(request_data.parameters if request_data else {})}
        if self.refusals and self.refusals[0][0] == name:
            refusal = {"ok": False, "error_code": 400, **self.refusals.pop(0)[1]}
            return refusal["error_code"], json.dumps(refusal).encode()
        result: Any = True
        if name == "getMe":
            result = BOT
        elif name in ("sendMessage", "sendPhoto"):
            self.sent.append(given)
            chat = {"id": int(given["chat_id"]), "type": "private"}
            result = {"message_id": 1, "date": 1, "chat": chat, "text": "x"}
        else:
            self.asked.append(given)
        return 200, json.dumps({"ok": True, "result": result}).encode()

    def asked_of(self, method: str) -> list[dict[str, Any]]:
        """All that was asked of a method."""
        return [given for given in self.asked if given["method"] == method]


class Wired:
    """The bot and what people do to it; each gives what was sent in answer."""

    def __init__(
        self, app: App, telegram: Telegram, wire: Wire, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.app, self.telegram, self.wire, self.loop = app, telegram, wire, loop

    def told(self, *updates: dict[str, Any]) -> list[dict[str, Any]]:
        """Updates, whatever they are, at the same time."""
        self.wire.sent.clear()
        self.wire.asked.clear()
        read = [Update.de_json(update, self.telegram.bot) for update in updates]

        async def all_of_them() -> None:
            await asyncio.gather(*map(self.telegram.process_update, read))

        self.loop.run_until_complete(all_of_them())
        return self.wire.sent

    def write(
        self, text: str, user: int = ADMIN, chat: int = 0, code: str = "zh-hans", **more: Any
    ) -> list[dict[str, Any]]:
        """Somebody writes."""
        written = message(text, user, chat, code) | more
        return self.told({"update_id": 1, "message": written})

    def press(
        self, data: str, user: int = ADMIN, chat: int = 0, code: str = "zh-hans"
    ) -> list[dict[str, Any]]:
        """Somebody presses a button."""
        under = message("?", user, chat, code)
        query = {"id": "1", "from": under["from"], "chat_instance": "1", "data": data}
        return self.told({"update_id": 1, "callback_query": query | {"message": under}})

    def type(self, text: str, user: int = ADMIN, code: str = "zh-hans") -> dict[str, Any]:
        """Somebody types @bot and a text in some chat; what is offered."""
        query = {"id": "1", "from": person(user, code), "query": text, "offset": ""}
        self.told({"update_id": 1, "inline_query": query})
        return self.wire.asked_of("answerInlineQuery")[-1]


def person(user: int, code: str = "zh-hans") -> dict[str, Any]:
    return {"id": user, "is_bot": False, "first_name": "<i>人", "language_code": code}


def message(text: str, user: int, chat: int = 0, code: str = "zh-hans") -> dict[str, Any]:
    """A message as Telegram tells of it; `chat` 0 is the person's own."""
    where: dict[str, Any] = {"id": user, "type": "private"}
    if chat:
        where = {"id": chat, "type": "supergroup", "title": "<群>"}
    return {
        "message_id": 1,
        "date": 1,
        "chat": where,
        "from": person(user, code),
        "text": text or "x",
    }


def said(sent: list[dict[str, Any]]) -> str:
    """The first text of what was sent, as it is read."""
    return plain(sent[0]["text"]) if sent else ""


def offered(sent: list[dict[str, Any]]) -> list[str]:
    """What the buttons under an answer ask."""
    rows = (sent[0].get("reply_markup") or {}).get("inline_keyboard", [])
    return [button["callback_data"] for row in rows for button in row]


@contextmanager
def wired(home: Path, log: bool = False, **more: str) -> Iterator[Wired]:
    """A bot of one admin and one reader, over a small simulated market; it hurries."""
    environ = {"PAOMO_HOME": str(home), "PAOMO_ADMINS": f"{ADMIN}", "PAOMO_ALLOWED": f"{READER}"}
    known = load(environ | more).model_copy(update={"telegram_token": SecretStr("1:x")})
    app = App(
        known,
        Store(None),
        Ledger(None),
        *judge(known),
        lambda: datetime(2024, 6, 28, 9, tzinfo=UTC),
    )
    markets.fill(app.store)
    derive(app.store, app.store.bar_days(), backfilled=True)
    daily(app, app.store.days()[-20])  # silently, as a first evening; what follows is told
    daily(app, app.store.days()[-1])

    async def at_once(_: float) -> None:
        """No pause."""

    async def here(job: Callable[[App], Any]) -> Any:
        """At hand."""
        return job(app)

    async def undrawn(_: object) -> None:
        """Pictures have their own tests."""

    ticks = iter(range(10**12))
    wire, loop = Wire(), asyncio.new_event_loop()
    telegram = sender.builder(known).request(wire).get_updates_request(Wire()).build()

    def hours() -> float:
        return next(ticks) * 1e3

    gallery = Gallery(app.ledger.files, undrawn)
    talk = Talk(app, Pace(lambda: 0.0, at_once), here, gallery, Calm(hours), Calm(hours))
    register(telegram, talk)
    logging.getLogger("paomo").disabled = not log
    loop.run_until_complete(telegram.initialize())
    yield Wired(app, telegram, wire, loop)
    loop.run_until_complete(telegram.shutdown())
    loop.close()
    logging.getLogger("paomo").disabled = False
    app.close()
