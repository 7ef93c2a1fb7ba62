"""Lines of a news wire: which word lists they match, and whom they name. Pure."""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from config.news import Kind
from market.events import bare

LEAST_STOCK, LEAST_THEME = 3, 2  # characters of a name that is looked for
LONGEST = 12


@dataclass(frozen=True)
class Line:
    """One line as stored."""

    at: datetime  # UTC
    source: str
    title: str
    body: str
    link: str  # empty where its source gives none
    kinds: tuple[str, ...] = ()  # keys of the word lists it matches


def key(line: Line) -> str:
    """What makes a line itself: its link, else source, minute and words."""
    if line.link:
        return line.link
    said = f"{line.source} {line.at:%Y-%m-%dT%H:%M} {line.title}{line.body}"
    return hashlib.sha256(said.encode()).hexdigest()


def matcher(kinds: Sequence[Kind]) -> Callable[[str], tuple[str, ...]]:
    """Gives the kinds whose words a text has: Chinese anywhere, English as whole words."""
    patterns = [(kind.key, _pattern(kind)) for kind in kinds]
    return lambda text: tuple(name for name, pattern in patterns if pattern.search(text))


def _pattern(kind: Kind) -> re.Pattern[str]:
    parts = [*map(re.escape, kind.zh), *(rf"\b{re.escape(word)}\b" for word in kind.en)]
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)


def subjects(stocks: Mapping[str, str], themes: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Who goes by a name: codes by stocks' names, ids by themes' names without 概念.

    A name that is a stock's and a theme's is the theme's: its words are everyday ones.
    """
    found: dict[str, tuple[str, ...]] = {}
    for code, name in stocks.items():
        if len(bare(name)) >= LEAST_STOCK:
            found[bare(name)] = (*found.get(bare(name), ()), code)
    own: dict[str, tuple[str, ...]] = {}
    for id_, name in themes.items():
        core = name.removesuffix("概念")
        if len(core) >= LEAST_THEME:
            own[core] = (*own.get(core, ()), id_)
    return found | own


def named(text: str, known: Mapping[str, Sequence[str]]) -> set[str]:
    """The subjects whose names a text has; `known` as `subjects` gives it."""
    spans = (
        text[first : first + size]
        for size in range(LEAST_THEME, LONGEST + 1)
        for first in range(len(text) - size + 1)
    )
    return {subject for span in spans if span in known for subject in known[span]}


def matched(
    lines: Iterable[Line], kinds: Sequence[Kind], known: Mapping[str, Sequence[str]]
) -> list[tuple[Line, set[str]]]:
    """Lines with the kinds they match, and the subjects they name."""
    of = matcher(kinds)
    texts = [(line, f"{line.title}\n{line.body}") for line in lines]
    return [(replace(line, kinds=of(text)), named(text, known)) for line, text in texts]
