"""Pictures by name. A name says all that its picture shows, so that none is drawn or sent up twice.

Messages carry names; what is named is drawn when it is first sent, see bot/draw.py.
"""

from dataclasses import dataclass
from datetime import date
from typing import get_args

from bot.style import COLOURS, PAPERS, Look
from bot.words import Language

BETWEEN = "|"  # the parts of a name; no theme id holds it
HANT = "hant"  # in place of a language: Chinese in traditional characters
CHART_DAYS = 250  # trading days a theme's chart shows where none are asked for
CHART, HEAT, CHAIN, MACRO, COMPARED = "chart", "heat", "chain", "macro", "compared"


@dataclass(frozen=True)
class Picture:
    """What is to be seen."""

    kind: str  # a key of bot/draw.py
    day: date  # the last day it shows
    language: Language
    look: Look
    of: tuple[str, ...] = ()  # what else the kind asks for: themes, days

    @property
    def name(self) -> str:
        """What it is told from all others by."""
        look = (HANT if self.look.hant else self.language, self.look.paper, self.look.colours)
        return BETWEEN.join((self.kind, self.day.isoformat(), *look, *self.of))


def named(name: str) -> Picture | None:
    """The picture of a name; None when it is no name of ours, such as one of an older release."""
    kind, day, language, paper, colours, *of = [*name.split(BETWEEN), "", "", "", ""]
    hant = language == HANT
    language = "zh" if hant else language
    known = language in get_args(Language) and paper in PAPERS and colours in COLOURS
    if not known:
        return None
    look = Look(paper, colours, hant)  # type: ignore[arg-type]  # looked for just above
    parts = tuple(of[:-4])
    return Picture(kind, date.fromisoformat(day), language, look, parts)  # type: ignore[arg-type]  # likewise
