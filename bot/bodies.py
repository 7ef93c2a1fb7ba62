"""Dataclasses as JSON text, and back: what the ledger keeps whole."""

import json
from dataclasses import asdict
from functools import cache
from typing import Any


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
