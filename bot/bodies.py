"""Dataclasses as JSON text or rows, and back: what the ledger keeps."""

import json
from dataclasses import asdict, fields
from datetime import date, datetime
from functools import cache
from typing import Any

from bot.records import Chat, Mute

CHAT = ", ".join(field.name for field in fields(Chat))  # columns, named as its fields are


def body_of(thing: object) -> str:
    """A dataclass, or a tuple of them, as text."""
    bare = [asdict(part) for part in thing] if isinstance(thing, tuple) else asdict(thing)  # type: ignore[call-overload]  # dataclasses only
    return json.dumps(bare, default=str)  # dates as ISO text; NaN stays NaN


def thing(kind: Any, body: str) -> Any:
    """What `body_of` made text of, as a `kind`."""
    return _adapter(kind).validate_python(json.loads(body))


@cache
def _adapter(kind: Any) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def chat_of(row: tuple[Any, ...]) -> Chat:
    """A chat from its row, whose columns are in the order of its fields."""
    known = dict(zip((field.name for field in fields(Chat)), row, strict=True))
    return Chat(**known | {flag: bool(known[flag]) for flag in ("active", "hant")})


def mute_of(until: str, at: str | None, episode: str | None) -> Mute:
    """A mute from its row."""
    last = date.fromisoformat(until)
    return Mute(
        None if last == date.max else last,
        datetime.fromisoformat(at) if at else None,
        date.fromisoformat(episode) if episode else None,
    )
