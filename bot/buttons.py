"""The buttons under alerts: chart, evidence, mute, useful or not; in groups the way to a private
chat, for what concerns one reader is no news for all."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.messages import Day, number
from bot.names import theme_name
from bot.records import CHANNEL, LINK, PRIVATE, Buttons
from bot.words import Language, say
from signals.model import Transition

PICK = "?"  # instead of a span of muting: offers the spans as buttons
MORE = {"m": f" {PICK}"}  # behind the theme of a button: for how long is chosen next
NAME = 6  # characters of a theme's name on a button
Row = list[tuple[str, str]]


class Reach(NamedTuple):
    """What the buttons of a chat depend on."""

    kind: str  # of the chat
    username: str  # of the bot; empty when not known yet


def under_alerts(full: Sequence[Transition], day: Day, language: Language, reach: Reach) -> Buttons:
    """Two rows for one alert told in full, one for each of several; a link for groups."""
    seen, rows = set[str](), list[Row]()
    for t in full:
        if t.theme in seen:  # a surge and a divergence of one day
            continue
        seen.add(t.theme)
        rows += _rows(t, day, language, reach, alone=len({t.theme for t in full}) == 1)
    link = _link(full[0], language, reach)
    return [*rows, link] if link else rows


def _rows(t: Transition, day: Day, language: Language, reach: Reach, alone: bool) -> list[Row]:
    asks = {"📈": ("p", "to_chart"), "❔": ("w", "to_why"), "🔕": ("m", "to_mute")}
    theme = day.themes[t.theme]
    english = theme.english if language == "en" else ""  # both would not fit
    name = (english or theme_name(theme, language))[:NAME]
    votes = {"👍": ("g", "is_useful"), "👎": ("b", "is_useless")}

    def row(marks: dict[str, tuple[str, str]], of: str) -> Row:
        return [
            (
                f"{mark} {say(words, language)}" if alone else mark,
                f"{code}:{of}{MORE.get(code, '')}",
            )
            for mark, (code, words) in marks.items()
        ]

    if reach.kind == CHANNEL:  # an answer there would be for all who read it
        named = row(votes, number(t))
        return [named if alone else [(f"{m} {name}", data) for m, data in named]]
    first, last = row(asks, t.theme), row(votes, number(t))
    if alone:
        return [first, last]
    return [[(f"📈 {name}", first[0][1]), *first[1:], *last]]


def _link(t: Transition, language: Language, reach: Reach) -> Row:
    """The private chat with the bot, opened at a theme."""
    if reach.kind == PRIVATE or not reach.username:
        return []
    words = f"💬 {say('in_private', language)}"
    return [(words, f"{LINK}t.me/{reach.username}?start=t_{t.theme}")]
