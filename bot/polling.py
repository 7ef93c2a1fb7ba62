"""How Telegram's updates come in, and that the bot is not deaf without knowing it."""

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from telegram import Update
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application
from telegram.request import HTTPXRequest

from bot import sender
from bot.home import sealed
from config.settings import Settings

CONFLICTS, CONFLICT_SECONDS = 6, 120.0  # so many within this time: another program polls too
DEAF_AFTER = 3  # rejections of polling in a row
UNHEARD_SECONDS = 180.0  # without a good poll; the longest pause between two is 30 s
# updates asked for, by name: what was asked for before, by whomever, would stand else
HEARD = [
    Update.MESSAGE, Update.CHANNEL_POST, Update.CALLBACK_QUERY, Update.INLINE_QUERY,
    Update.MY_CHAT_MEMBER,
]  # fmt: skip
log = logging.getLogger("paomo")
Telegram = Application[Any, Any, Any, Any, Any, Any]


class Hearing:
    """What is known of polling; after one 401 or 404 the library's polling is over for good."""

    def __init__(self, skipped: Callable[[str], None], clock: Callable[[], float]) -> None:
        """`skipped` is told of each update that cannot be read; `clock` counts seconds."""
        self._skipped, self._clock = skipped, clock
        self.lost = asyncio.Event()  # the session must end
        self.rejections = 0  # in a row
        self.heard: datetime | None = None  # last good poll, UTC
        self._begun = clock()  # the session, or its last good poll
        self._conflicts: deque[float] = deque(maxlen=CONFLICTS)

    def begin(self) -> None:
        """A new session; what was rejected before stays known."""
        self.lost.clear()
        self._begun = self._clock()

    def good(self) -> None:
        """A poll was answered."""
        self.rejections, self._begun = 0, self._clock()
        self.heard = datetime.now(UTC)

    def bad(self, code: int) -> None:
        """A poll was answered by an error."""
        if code in (401, 404):
            self.rejections += 1
            self.lost.set()
        elif code == 409:
            self._conflicts.append(self._clock())
            if self.is_shared:
                self.lost.set()

    def check(self) -> None:
        """Ends a session that has had no good poll for long, whatever the reason."""
        if self._clock() - self._begun > UNHEARD_SECONDS and not self.lost.is_set():
            log.warning("no answered poll for %.0f s; beginning anew", UNHEARD_SECONDS)
            self.lost.set()

    @property
    def is_shared(self) -> bool:
        """Whether another program polls with the same token."""
        full = len(self._conflicts) == CONFLICTS
        return full and self._clock() - self._conflicts[0] < CONFLICT_SECONDS

    @property
    def is_over(self) -> str:
        """Why there is no use in another session; empty while there is."""
        if self.is_shared:
            return (
                "another program receives this bot's updates too; stop it, or get a token"
                " of its own from @BotFather"
            )
        if self.rejections >= DEAF_AFTER:
            return f"Telegram rejected polling {self.rejections} times in a row"
        return ""

    def readable(self, body: bytes) -> bytes:
        """The answer to a poll, its unreadable updates made empty.

        The library stops at an update it cannot read and asks for it again, for ever.
        """
        answer = json.loads(body)
        updates = answer.get("result")
        if not updates or all(map(_can_be_read, updates)):
            return body
        answer["result"] = [self._or_empty(update) for update in updates if _number(update)]
        return json.dumps(answer).encode()

    def _or_empty(self, update: dict[str, Any]) -> dict[str, Any]:
        if _can_be_read(update):
            return update
        log.error("update %d cannot be read and is skipped", update["update_id"])
        self._skipped(json.dumps(update)[:4000])
        return {"update_id": update["update_id"]}


def _number(update: object) -> int | None:
    found = update.get("update_id") if isinstance(update, dict) else None
    return found if isinstance(found, int) else None


def _can_be_read(update: Any) -> bool:
    try:
        return Update.de_json(update, None) is not None and _number(update) is not None
    except Exception:  # whatever the library trips over
        return False


class Ear(HTTPXRequest):
    """The request object of getUpdates; it notes what the library keeps to itself."""

    def __init__(self, hearing: Hearing, **options: Any) -> None:
        """`options` are those of HTTPXRequest."""
        super().__init__(**options)
        self._hearing = hearing

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """One poll, noted."""
        code, body = await super().do_request(*args, **kwargs)
        if code != 200:
            self._hearing.bad(code)
            return code, body
        with suppress(ValueError, AttributeError):  # not an answer of Telegram's: no good poll
            body = self._hearing.readable(body)
            self._hearing.good()
        return code, body


async def listen(telegram: Telegram, known: Settings) -> None:
    """Begins to receive updates: by polling, or by webhook when an address is set."""
    assert telegram.updater
    if not known.telegram_webhook_url:
        await telegram.updater.start_polling(
            allowed_updates=HEARD, bootstrap_retries=-1, error_callback=_poll_failed
        )
        return
    await telegram.updater.start_webhook(
        known.webhook.listen,
        known.webhook.port,
        webhook_url=known.telegram_webhook_url,
        secret_token=sealed(known, "webhook"),
        bootstrap_retries=-1,
        allowed_updates=HEARD,
    )


async def listen_no_more(telegram: Telegram) -> None:
    """Stops receiving; what came in already is still answered."""
    assert telegram.updater
    if telegram.updater.running:
        with suppress(InvalidToken):
            await telegram.updater.stop()


def hearing(skipped: Callable[[str], None]) -> Hearing:
    """Made inside the event loop; counts by the monotonic clock, whatever the wall clock does."""
    return Hearing(skipped, time.monotonic)


def _poll_failed(error: TelegramError) -> None:
    log.warning("polling: %s", sender.told(error))
