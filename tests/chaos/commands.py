"""Generated commands and button presses, through the bot's own handlers, from several people."""

import tempfile
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.commands import COMMANDS, PRESSED
from tests.chaos import Row
from tests.wire import ADMIN, GROUP, READER, STRANGER, message, wired

PEOPLE = (ADMIN, READER, STRANGER)
CHANNEL = -100
KINDS = (  # some more often
    *("message", "message", "message", "callback_query", "callback_query"),
    *("inline_query", "forwarded", "addressed", "edited_message", "channel_post"),
)
SILENT = (
    "forwarded",
    "edited_message",
)
HOSTILE = (
    "<b>", "</b><script>", "&lt;", "'; DROP TABLE chat; --", "\u202e反转", "👨‍👩‍👧‍👦" * 40, "\x00",
    "{0.__class__}", "{{ 7*7 }}", "../../etc", "@5", "hot@9", "i99999999999-x", "9" * 400,
    "%s%n", "热题材", "熱題材 怎麼樣", "為什麼", "t_hot", "600001",
    "题材", "3d", "-1d", "٣d", "hot ?", "hot episode", "hot ٣h",
    "tz Europe/Berlin", "tz ../../etc", "quiet 22-8", "quiet ٢-8", "budget 3", "digest at 20",
    "digest day fri", "sense strongest", "unwatch hot", "kept", "watched", "\n\n", "/",
)  # fmt: skip


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
        _update,
        st.sampled_from(PEOPLE),
        st.booleans(),
        _texts(),
        _presses(),
        st.sampled_from(KINDS),
    )


def _update(user: int, in_group: bool, text: str, data: str, kind: str) -> dict[str, Any]:
    written = message(text, user, GROUP if in_group else 0, "en")
    if kind == "callback_query":
        query = {"id": "1", "from": written["from"], "chat_instance": "1", "data": data}
        return {"update_id": 1, kind: query | {"message": written}}
    if kind == "inline_query":
        query = {"id": "1", "from": written["from"], "query": text[:256], "offset": ""}
        return {"update_id": 1, kind: query}
    if kind == "forwarded":
        origin = {"type": "hidden_user", "date": 1, "sender_user_name": "x"}
        return {"update_id": 1, "message": written | {"forward_origin": origin}}
    if kind == "channel_post":
        where = {"id": CHANNEL, "type": "channel", "title": "x"}
        return {"update_id": 1, kind: written | {"chat": where, "sender_chat": where}}
    if kind == "addressed":
        return {"update_id": 1, "message": written | {"text": f"@paomo_bot {text}"}}
    return {"update_id": 1, kind: written}


class Tags(HTMLParser):
    """Whether all that was opened is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.right = True
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.right &= tag in ("a", "b", "code", "i", "blockquote", "tg-time")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.right &= bool(self.open) and self.open.pop() == tag


def _fault(update: dict[str, Any], sent: list[dict[str, Any]], people: frozenset[int]) -> str:
    """What is wrong with the answers to an update; empty when nothing is."""
    kind = next(name for name in update if name != "update_id")
    part = update[kind]
    user = part.get("sender_chat", part.get("from"))["id"]
    if kind == "inline_query":
        return _offer_fault(sent, user in people)
    if kind in SILENT or "forward_origin" in part:
        return f"answered: {sent}" if sent else ""
    chat = (part.get("chat") or part["message"]["chat"])["id"]
    for each in sent:
        text = each.get("text", "")
        if int(each["chat_id"]) != chat:
            return f"an answer to {chat} went to {each['chat_id']}"
        if "Something failed" in text or "出错了" in text:
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


def _offer_fault(offered: list[dict[str, Any]], may_ask: bool) -> str:
    """What is wrong with what is offered inline."""
    if len(offered) != 1 or (offered[0]["results"] and not may_ask):
        return f"offered to a stranger, or not once: {offered}"
    for one in offered[0]["results"]:
        content = one["input_message_content"]["message_text"]
        tags = Tags(content)
        if not tags.right or tags.open or len(content.encode("utf-16-le")) > 2 * 4096:
            return f"not to be sent: {content[:80]!r}"
    return ""


def commands(count: int) -> Row:
    """So many updates; each is answered to whom it came from, well-formed, or not at all."""
    found: list[str] = []
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, wired(Path(folder)) as bot:
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
            sent = bot.told(update)
            offered = bot.wire.asked_of("answerInlineQuery")
            if fault := _fault(update, offered if "inline_query" in update else sent, people):
                found.append(fault)

        each()
    seconds = time.monotonic() - begun
    figure = found[0] if found else f"{1000 * seconds / count:.1f} ms each"
    return Row("generated commands and buttons", count, len(found), 0, 0, figure, not found)
