"""Traditional Chinese: what goes out is converted at the edge, what comes in is read back.

Characters alone are converted (OpenCC's s2tw): its s2twp also changes words, and of the 441 themes
of the reference 38 would have another name (人工智能 would be 人工智慧). OpenCC loads when needed.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

from bot.words import Language

MARKUP = re.compile(r"(<[^<>]*>)")
TRADITIONAL = ("zh-hant", "zh-tw", "zh-hk", "zh-mo")  # how such language codes begin
# whether the picture being drawn is for a reader of traditional characters
_drawn: ContextVar[bool] = ContextVar("drawn", default=False)


def guessed(code: str) -> tuple[Language, bool]:
    """The language that a Telegram client's code stands for, and whether in traditional script."""
    known = code.casefold().replace("_", "-")
    return ("zh" if known.startswith("zh") else "en"), known.startswith(TRADITIONAL)


def spelt(text: str, hant: bool) -> str:
    """The text as its reader writes; markup stays, with the addresses in it."""
    if not hant or text.isascii():
        return text
    parts = MARKUP.split(text)
    return "".join(p if MARKUP.fullmatch(p) else _converter("s2tw").convert(p) for p in parts)


def simplified(text: str) -> str:
    """The text in simplified characters, by which names can be compared however they are typed."""
    return text if text.isascii() else _converter("t2s").convert(text)


@contextmanager
def drawing(hant: bool) -> Iterator[None]:
    """Pictures drawn within are spelt as their reader writes."""
    before = _drawn.set(hant)
    try:
        yield
    finally:
        _drawn.reset(before)


def drawn(text: str) -> str:
    """A picture's text, as the reader it is drawn for writes."""
    return spelt(text, _drawn.get())


@cache
def _converter(name: str) -> "OpenCC":
    from opencc import OpenCC

    return OpenCC(name)
