"""Generated commands and button presses, through the bot's own handlers, from several people."""

import asyncio
import json
import logging
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from telegram import Update
from telegram.request import BaseRequest, RequestData

from bot import sender
from bot.app import App, judge
from bot.commands import COMMANDS, PRESSED
from bot.handlers import Talk, register
from bot.jobs import daily
from bot.ledger import Ledger
from bot.limits import Calm, Pace
from bot.polling import Telegram
from config.settings import load
from market.derive import derive
from market.store import Store
from tests import markets
from tests.chaos import Row

ADMIN, READER, STRANGER, GROUP = 1, 5, 9, -7
PEOPLE = (ADMIN, READER, STRANGER)
HOSTILE = (
    "<b>", "</b><script>", "&lt;", "'; DROP TABLE chat; --", "\u202e反转", "👨‍👩‍👧‍👦" * 40, "\x00",
    "{0.__class__}", "{{ 7*7 }}", "../../etc", "@5", "hot@9", "i99999999999-x", "9" * 400,
    "%s%n", "热题材", "600001", "题材", "3d", "-1d", "٣d", "hot ?", "hot episode", "hot ٣h",
    "tz Europe/Berlin", "tz ../../etc", "quiet 22-8", "quiet ٢-8", "budget 3", "digest at 20",
    "digest day fri", "sense strongest", "unwatch hot", "kept", "watched", "\n\n", "/",
)  # fmt: skip


class Wire(BaseRequest):
    """Telegram at the other end of a wire that is not there; `sent` is what would go out."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.toasts: list[str] = []  # shown above a chat where a button was pressed

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
        name = url.rsplit("/", 1)[-1]
        result: Any = True
        if name == "getMe":
            result = {"id": 1, "is_bot": True, "first_name": "P", "username": "paomo_bot"}
        elif name == "answerCallbackQuery":
            self.toasts.append(request_data.parameters.get("text", "") if request_data else "")
        elif name.startswith("send"):
            parameters = request_data.parameters if request_data else {}
            self.sent.append(parameters)
            chat = {"id": int(parameters["chat_id"]), "type": "private"}
            result = {"message_id": 1, "date": 1, "chat": chat, "text": "x"}
        return 200, json.dumps({"ok": True, "result": result}).encode()


def _texts() -> st.SearchStrategy[str]:
    rest = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60), st.just("x" * 4096))
    command = st.sampled_from([*COMMANDS, "nonsense", "START", "theme@paomo_bot", "help@other", ""])
    return st.one_of(
        st.builds("/{} {}".format, command, rest), rest, st.builds("{} {}".format, rest, rest)
    )


def _presses() -> st.SearchStrategy[str]:
    code = st.sampled_from([*PRESSED, "x", ""])
    what = st.one_of(st.sampled_from([*HOSTILE, "hot", "calm", "hot@5", "hot@1"]), st.text())
    return st.one_of(st.builds("{}:{}".format, code, what), st.text(max_size=64))


def _updates() -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        _update, st.sampled_from(PEOPLE), st.booleans(), _texts(), _presses(), st.booleans()
    )


def _update(user: int, in_group: bool, text: str, data: str, is_press: bool) -> dict[str, Any]:
    where: dict[str, Any] = {"id": user, "type": "private"}
    if in_group:
        where = {"id": GROUP, "type": "supergroup", "title": "<群>"}
    person = {"id": user, "is_bot": False, "first_name": "<i>人", "language_code": "en"}
    message = {"message_id": 1, "date": 1, "chat": where, "from": person, "text": text or "x"}
    if not is_press:
        return {"update_id": 1, "message": message}
    query = {"id": "1", "from": person, "chat_instance": "1", "data": data, "message": message}
    return {"update_id": 1, "callback_query": query}


class Tags(HTMLParser):
    """Whether all that was opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.right = True
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.right &= tag in ("b", "code", "i", "blockquote", "tg-time")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.right &= bool(self.open) and self.open.pop() == tag


def _fault(update: dict[str, Any], sent: list[dict[str, Any]], people: frozenset[int]) -> str:
    """What is wrong with the answers to an update; empty when nothing is."""
    part = update.get("message") or update["callback_query"]
    user = part["from"]["id"]
    chat = (part.get("chat") or part["message"]["chat"])["id"]
    for each in sent:
        text = each.get("text", "")
        if int(each["chat_id"]) != chat:
            return f"an answer to {chat} went to {each['chat_id']}"
        if "Something failed" in text:
            return "a fault was met"
        tags = Tags(text)
        if not tags.right or tags.open or len(text.encode("utf-16-le")) > 2 * 4096:
            return f"not to be sent: {text[:80]!r}"
        if user not in people and f"<code>{user}</code>" not in text:
            return f"a stranger was answered: {text[:80]!r}"
        buttons = [
            b for row in (each.get("reply_markup") or {}).get("inline_keyboard", []) for b in row
        ]
        if any(len(b["callback_data"].encode()) > 64 for b in buttons):
            return "a button holds too much"
    return ""


def commands(count: int) -> Row:
    """So many updates; each is answered to whom it came from, well-formed, or not at all."""
    found: list[str] = []
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, quick_bot(Path(folder)) as (telegram, wire, loop):
        people = frozenset({ADMIN, READER})

        @settings(
            max_examples=count,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(_updates())
        def each(update: dict[str, Any]) -> None:
            wire.sent.clear()
            loop.run_until_complete(telegram.process_update(Update.de_json(update, telegram.bot)))
            if fault := _fault(update, wire.sent, people):
                found.append(fault)

        each()
    seconds = time.monotonic() - begun
    figure = found[0] if found else f"{1000 * seconds / count:.1f} ms each"
    return Row("generated commands and buttons", count, len(found), 0, 0, figure, not found)


@contextmanager
def quick_bot(
    home: Path, **more: str
) -> Iterator[tuple[Telegram, Wire, asyncio.AbstractEventLoop]]:
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
    daily(app, app.store.days()[-1])

    async def at_once(_: float) -> None:
        """No pause."""

    async def no_chart(_: object) -> None:
        """Charts have their own tests."""

    ticks = iter(range(10**12))
    wire, loop = Wire(), asyncio.new_event_loop()
    telegram = sender.builder(known).request(wire).get_updates_request(Wire()).build()
    calm = Calm(lambda: next(ticks) * 1e3)
    register(telegram, Talk(app, Pace(lambda: 0.0, at_once), no_chart, calm))
    logging.getLogger("paomo").disabled = True
    loop.run_until_complete(telegram.initialize())
    yield telegram, wire, loop
    loop.run_until_complete(telegram.shutdown())
    loop.close()
    logging.getLogger("paomo").disabled = False
    app.close()
