"""A loopback stand-in for Telegram's Bot API: getMe, getUpdates, sending, with injected faults."""

import json
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bot.words import say
from tests.loopback import Loopback

TOKEN = "123456:loopback-token"
PATIENCE_SECONDS = 90.0  # with what must come, however busy the machine is


class BotApi:
    """A Bot API of one bot; `sent` is what reached people, `faults` what goes wrong next."""

    def __init__(self, delay_seconds: float = 0.0) -> None:
        self.delay_seconds = delay_seconds  # before a message is taken
        self.sent: list[dict[str, Any]] = []
        # a bot without a way to data says so in Shanghai's small hours; what the real time is when
        # a test runs must not matter to it
        self.asides: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.asked: list[dict[str, Any]] = []  # what was asked of methods that send nothing
        self.times: list[float] = []  # of each delivered message, seconds
        self.faults: defaultdict[str, list[str]] = defaultdict(list)  # method -> next faults
        self.misbehave: Callable[[str, dict[str, Any]], str] = lambda method, given: ""
        self.arrivals: list[float] = []  # of each request to send, taken or not, seconds
        self.down = False  # True: every connection is cut
        self.token = TOKEN
        self._updates: list[dict[str, Any]] = []
        self._lock = threading.Condition()
        self.server = Loopback(Handler, self)
        self.url = self.server.url

    def close(self) -> None:
        self.server.close()

    def write(
        self, text: str, user: int = 1, chat: int | None = None, code: str = "zh-hans"
    ) -> None:
        """Somebody writes to the bot; `code` is the language their program is set to."""
        self.told({"message": self.message(text, user, chat, code)})

    def message(
        self, text: str, user: int, chat: int | None = None, code: str = "zh-hans"
    ) -> dict[str, Any]:
        """A message as Telegram tells of it."""
        where = {"id": user, "type": "private"}
        if chat is not None:
            where = {"id": chat, "type": "supergroup", "title": "群"}
        message = {"message_id": 1, "date": int(time.time()), "chat": where, "text": text}
        return message | {"from": person(user, code)}

    def press(
        self,
        data: str,
        user: int = 1,
        chat: int | None = None,
        picture: bool = False,
        code: str = "zh-hans",
    ) -> None:
        """Somebody presses a button, under words or under a picture."""
        message = self.message("?", user, chat, code) | ({"photo": [size(0)]} if picture else {})
        query = {"id": f"{user}", "from": person(user, code), "chat_instance": "1", "data": data}
        self.told({"callback_query": query | {"message": message}})

    def told(self, update: dict[str, Any]) -> None:
        """An update for the bot, whatever it is."""
        with self._lock:
            self._updates.append({"update_id": len(self._updates) + 1, **update})
            self._lock.notify_all()

    def until(self, count: int, seconds: float = PATIENCE_SECONDS) -> list[dict[str, Any]]:
        """The messages once there are so many; fails when they do not come."""
        with self._lock:
            came = self._lock.wait_for(lambda: len(self.sent) >= count, seconds)
        assert came, f"only {len(self.sent)} of {count} messages came: {self.sent}"
        return self.sent

    def texts(self, count: int) -> list[str]:
        """So many texts, sorted; of what said to wait, what it was changed into."""
        texts = [message["text"] for message in self.until(count)]
        waiting = [text for text in texts if say("working", "zh") in text]
        self.when(lambda: len(self._changed()) >= len(waiting))
        return sorted([text for text in texts if text not in waiting] + self._changed())

    def _changed(self) -> list[str]:
        return [given["text"] for given in self.asked if given["method"] == "editMessageText"]

    def when(self, came: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> bool:
        """Waits until something is so of what was sent or asked; whether it came."""
        with self._lock:
            return self._lock.wait_for(came, seconds)

    def called(self, method: str, count: int = 1, seconds: float = PATIENCE_SECONDS) -> None:
        """Waits until a method was called so many times."""
        with self._lock:
            came = self._lock.wait_for(lambda: self.calls.count(method) >= count, seconds)
        assert came, f"{method} was called {self.calls.count(method)} times"

    def answer(self, method: str, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        with self._lock:
            self.calls.append(method)
            self._lock.notify_all()
        odd = [key for key in ("text", "caption", "language_code") if given.get(key) == "[]"]
        if odd:  # what the library makes of an empty one
            told = f"Bad Request: wrong {odd[0]} specified"
            return 400, {"ok": False, "error_code": 400, "description": told}
        if method == "getUpdates":
            wanted = json.loads(given.get("allowed_updates", "[]"))
            fresh = self._fresh(int(given.get("offset", 0)))
            return 200, {"ok": True, "result": [u for u in fresh if {*wanted} & u.keys()]}
        if method == "getMe":
            me = {"id": 123456, "is_bot": True, "first_name": "Paomo", "username": "paomo_bot"}
            return 200, {"ok": True, "result": me}
        if method in ("sendMessage", "sendPhoto"):
            return 200, {"ok": True, "result": self._kept(method, given)}
        with self._lock:
            self.asked.append({"method": method, **given})
            self._lock.notify_all()
        return 200, {"ok": True, "result": True}

    def asked_of(self, method: str) -> dict[str, Any]:
        """What was last asked of a method."""
        return next(given for given in reversed(self.asked) if given["method"] == method)

    def _fresh(self, offset: int) -> list[dict[str, Any]]:
        with self._lock:
            self._lock.wait_for(lambda: len(self._updates) >= max(offset, 1), 0.5)
            return self._updates[max(offset, 1) - 1 :]

    def _kept(self, method: str, given: dict[str, Any]) -> dict[str, Any]:
        arrived = time.monotonic()
        time.sleep(self.delay_seconds)
        with self._lock:
            aside = say("no_figures", "zh") in given.get("text", "")
            (self.asides if aside else self.sent).append({"method": method, **given})
            self.times.append(arrived)
            number = len(self.sent) + len(self.asides)
            self._lock.notify_all()
        where = {"id": int(given["chat_id"]), "type": "private"}
        made = {"message_id": number, "date": int(time.time()), "chat": where, "text": "x"}
        return made | ({"photo": [size(number)]} if method == "sendPhoto" else {})


def size(number: int) -> dict[str, Any]:
    """A size of a picture as Telegram tells of it."""
    return {"file_id": f"file{number}", "file_unique_id": str(number), "width": 9, "height": 9}


def person(user: int, code: str = "zh-hans") -> dict[str, Any]:
    return {"id": user, "is_bot": False, "first_name": "读者", "language_code": code}


REFUSALS = {
    "429": (429, {"ok": False, "error_code": 429, "description": "Too Many Requests",
                  "parameters": {"retry_after": 1}}),
    "404": (404, {"ok": False, "error_code": 404, "description": "Not Found"}),
    "409": (409, {"ok": False, "error_code": 409, "description": "Conflict: other getUpdates"}),
    "401": (401, {"ok": False, "error_code": 401, "description": "Unauthorized"}),
    "403": (403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked"}),
    "400": (400, {"ok": False, "error_code": 400, "description": "Bad Request: can't parse"}),
    "502": (502, {"ok": False, "error_code": 502, "description": "Bad Gateway"}),
    "wrong file": (400, {"ok": False, "error_code": 400,
                         "description": "Bad Request: wrong file identifier/HTTP URL specified"}),
    "same": (400, {"ok": False, "error_code": 400,
                   "description": "Bad Request: message is not modified: the same as before"}),
    "deleted": (400, {"ok": False, "error_code": 400,
                      "description": "Bad Request: message to edit not found"}),
    "old": (400, {"ok": False, "error_code": 400,
                  "description": "Bad Request: message can't be edited"}),
    "unanswerable": (400, {"ok": False, "error_code": 400,
                           "description": "Bad Request: message to be replied not found"}),
    "astray": (400, {"ok": False, "error_code": 400,
                     "description": "Bad Request: message thread not found"}),
    "moved": (400, {"ok": False, "error_code": 400, "description": "upgraded to a supergroup",
                    "parameters": {"migrate_to_chat_id": -1009}}),
}  # fmt: skip


def moved(fault: str) -> tuple[int, dict[str, Any]]:
    """The refusal of a group that has another id now: "moved to -1005"."""
    code, told = REFUSALS["moved"]
    new = int(fault.removeprefix("moved to ") or 0) if fault.startswith("moved to ") else 0
    return code, told | {"parameters": {"migrate_to_chat_id": new}}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    of: BotApi

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        # a client that takes us for its proxy asks by the whole address
        token, _, method = urlsplit(self.path).path.removeprefix("/bot").partition("/")
        if token != self.of.token:
            self._reply(*REFUSALS["401"])
            return
        given = self._given(body)
        if method.startswith("send"):
            self.of.arrivals.append(time.monotonic())
        faults = self.of.faults[method]
        fault = faults.pop(0) if faults else self.of.misbehave(method, given)
        if fault in REFUSALS or fault.startswith("moved to "):
            self.of.calls.append(method)
            self._reply(*REFUSALS.get(fault, moved(fault)))
            return
        if fault == "reset before" or self.of.down:
            self._hang_up()
            return
        if fault == "slow":
            time.sleep(2)
        code, reply = self.of.answer(method, given)
        if fault == "reset after":
            self._hang_up()
        else:
            self._reply(code, reply)

    def _given(self, body: bytes) -> dict[str, Any]:
        kind = self.headers.get("Content-Type", "")
        if not kind.startswith("multipart"):
            return dict(parse_qsl(body.decode()))
        head = f"Content-Type: {kind}\r\n\r\n".encode()
        parts = BytesParser(EmailMessage, policy=HTTP).parsebytes(head + body)
        return {
            str(part.get_param("name", header="content-disposition")): self._part(part)
            for part in parts.iter_parts()  # type: ignore[attr-defined]
        }

    def _part(self, part: Any) -> Any:
        content = part.get_payload(decode=True)
        return content if part.get_filename() else content.decode()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _reply(self, code: int, reply: dict[str, Any]) -> None:
        body = json.dumps(reply).encode()
        with suppress(OSError):  # a killed bot does not wait for its answer
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""
