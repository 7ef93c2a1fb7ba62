"""Logging for the operator: to standard error, with the token redacted wherever it might show."""

import logging
import sys
import threading
from typing import Any
from urllib.parse import quote

from config.settings import Settings


class Redacting(logging.Formatter):
    """A formatter whose output, tracebacks included, never holds the secrets."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        """`secrets` are replaced by three dots."""
        super().__init__("%(asctime)s %(levelname)s %(message)s")
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The line without secrets."""
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, "…")
        return line


def set_up(known: Settings) -> None:
    """Sets up logging once, for a long-running program."""
    token = known.telegram_token.get_secret_value() if known.telegram_token else ""
    secrets = (token, quote(token, safe=""), known.ping_url or "")
    handler = logging.StreamHandler()
    handler.setFormatter(Redacting(tuple(filter(None, secrets))))
    logging.basicConfig(level=known.log.level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught  # its own way to standard error would pass the formatter by
    threading.excepthook = lambda end: _uncaught(end.exc_type, end.exc_value, end.exc_traceback)
    if known.log.level != "DEBUG":
        for noisy in ("httpx", "httpcore", "telegram", "apscheduler"):  # httpx logs every URL
            logging.getLogger(noisy).setLevel(logging.WARNING)


def _uncaught(*error: Any) -> None:
    logging.getLogger("paomo").critical("not caught", exc_info=error)
