"""What the words of alerts and answers mean: the terms of glossary.toml, found by their names."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from bot.names import KINDS, RULES, STAGES
from bot.script import simplified
from bot.words import Words

TERM = "?"  # before a term behind /help, which may be called like a command
FILE = Path(__file__).with_name("glossary.toml")
PARTS: dict[str, Words] = {  # in the order of the list
    "stage": {"zh": "阶段", "en": "Stages"},
    "kind": {"zh": "警报", "en": "Alerts"},
    "rule": {"zh": "指标", "en": "Measures"},
    "word": {"zh": "其他词语", "en": "Other words"},
}
SHOWN: dict[str, dict[str, Words]] = {  # names of terms that others show too, by part
    "stage": {str(stage): words for stage, words in STAGES.items()},
    "kind": {str(kind): words for kind, words in KINDS.items()},
    "rule": RULES,
}
BRACKETS = re.compile(r"\s*[（(].*?[）)]$")  # behind a rule's name
LONGEST, NEAREST = 40, 5  # characters that are compared; names offered for a slip


@dataclass(frozen=True, eq=False)
class Term:
    """One word, or several for the same."""

    id: str  # stands for it in buttons
    part: str  # of PARTS
    name: Words
    means: Words  # with settings in braces
    names: frozenset[str]  # all it is called, in small letters


@cache
def terms() -> tuple[Term, ...]:
    """All terms in the order of the file."""
    read = tomllib.loads(FILE.read_text("utf-8"))
    return tuple(_term(part, key, of) for part in PARTS for key, of in read[part].items())


def _term(part: str, key: str, of: dict[str, Any]) -> Term:
    name: Words = SHOWN[part][key] if part in SHOWN else of["name"]
    shown = [*name.values(), *of.get("also", ())]
    every = {form.casefold() for n in shown for form in (n, BRACKETS.sub("", n))}
    names = frozenset(every | {f"{part}-{key}"})
    return Term(f"{part}-{key}", part, name, {"zh": of["zh"], "en": of["en"]}, names)


def called(text: str) -> Sequence[Term]:
    """The terms that are called so."""
    wanted = simplified(" ".join(text.split())).casefold()
    return [term for term in terms() if wanted in term.names]


def every_name() -> dict[str, Term]:
    """The terms by all that they are called."""
    return {name: term for term in terms() for name in term.names}


def near(text: str, least: float) -> list[Term]:
    """Terms with a name close to a text, the closest first."""
    every = every_name()
    wanted = simplified(text.strip()[:LONGEST]).casefold()
    close = get_close_matches(wanted, every, NEAREST, least)
    return list(dict.fromkeys(every[name] for name in close))
