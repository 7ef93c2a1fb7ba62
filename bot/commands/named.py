"""Which theme, stock or command somebody means by what they typed."""

import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache

from bot.script import simplified
from market.source import Theme

MARKS = re.compile(r"^[\W_]+|[\W_]+$")  # signs and emoji around what was typed
CODE = re.compile(r"(?:sh|sz|bj)?(\d{6})(?:\.(?:sh|ss|sz|bj))?", re.I)  # of a stock
LATIN = re.compile(r"[a-z0-9]+")
BOARD = re.compile(r"(?<=..)(概念|板块)$")  # what people leave away at the end of a name
# words of English sentences that are no theme's, though a name may hold them
SMALL = {"a", "an", "and", "as", "at", "by", "for", "in", "it", "new", "of", "on", "the", "to"}
CLOSE = 0.5  # difflib's ratio from which a name is near: one wrong of two characters still is
LONGEST = 40  # characters of what was typed that are compared
NEAREST = 5  # names offered for a slip


def named(themes: Iterable[Theme], text: str) -> list[Theme]:
    """Themes whose id, board or name it is; else those whose name has it as a part.

    A name in English, traditional characters, pinyin (jiqiren: 机器人) or its initials (jqr) stand
    for a name too, and so does what is shown in English, both names together; signs and emoji
    around it do no harm.
    """
    wanted, known = text.strip().casefold(), list(themes)
    bare = MARKS.sub("", wanted[: 4 * LONGEST])
    found = _named(known, wanted)
    return found if found or not bare or bare == wanted else _named(known, bare)


def _named(known: Sequence[Theme], wanted: str) -> list[Theme]:
    exact = [t for t in known if wanted in (t.id.casefold(), (t.board or "").casefold())]
    names = {t.id: _called(t) for t in known}
    exact += [t for t in known if wanted in names[t.id] and t not in exact]
    part = exact or [t for t in known if wanted in t.name.casefold() or _begins_word(t, wanted)]
    if part or not wanted:
        return part
    if not wanted.isascii():
        return _in_simplified(known, simplified(wanted))
    if not wanted.replace(" ", "").isalnum() or len(wanted) > LONGEST:
        return []
    spelt = [t for t in known if _spells(syllables(t.name), wanted.replace(" ", ""))]
    return spelt or [t for t in known if _begins(initials(t.name), wanted)]


def mentioned(themes: Iterable[Theme], text: str) -> list[Theme]:
    """Themes that a sentence names, the longest name first; of two names at one place the longer.

    Where it has none in full: those with one of its Latin words in a name (AI: AI芯片).
    """
    said, known = simplified(text[: 4 * LONGEST].casefold()), list(themes)
    words = {*LATIN.findall(said)} - SMALL
    places = {t.id: _place(t, said) for t in known}
    names = {place for place in places.values() if place}
    whole = {name for name in names if not any(name in one for one in names - {name})}
    found = [t for t in known if places[t.id] in whole]
    found.sort(key=lambda t: -len(places[t.id]))
    return found or [t for t in known if any(words & {*LATIN.findall(n)} for n in _called(t))]


def _place(theme: Theme, said: str) -> str:
    """The longest of its names that is said; empty: none is."""
    names = [simplified(name) for name in _called(theme)]
    short = [BOARD.sub("", name) for name in names]
    return max((name for name in names + short if _stands(name, said)), key=len, default="")


def _stands(name: str, said: str) -> bool:
    """Whether a name is in what was said, in Latin letters as words of its own."""
    if len(name) < 2 or name not in said:
        return False
    if not name.isascii():
        return True
    return re.search(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", said) is not None


def _called(theme: Theme) -> list[str]:
    """All that a theme is called, in small letters."""
    name, english = theme.name.casefold(), theme.english.casefold()
    return [name, english, f"{name} {english}"] if english else [name]


def _begins_word(theme: Theme, wanted: str) -> bool:
    """Whether a word of its English name begins so: letters within would often be pinyin's."""
    return bool(wanted) and f" {wanted}" in f" {theme.english.casefold()}"


def _in_simplified(known: Sequence[Theme], wanted: str) -> list[Theme]:
    names = {t.id: simplified(t.name.casefold()) for t in known}
    exact = [t for t in known if names[t.id] == wanted]
    return exact or [t for t in known if wanted in names[t.id]]


def nearest(themes: Iterable[Theme], text: str) -> list[Theme]:
    """Themes whose names are close to what was typed, the closest first."""
    names = {simplified(name): theme for theme in themes for name in _called(theme)}
    near = (names[name] for name in close(names, simplified(text.strip().casefold())))
    return list(dict.fromkeys(near))


def code_of(text: str) -> str:
    """The code of a stock that a text is, with its exchange or without; empty: it is none."""
    found = CODE.fullmatch(text.strip())
    return found[1] if found else ""


def stocks(known: Mapping[str, str], text: str) -> list[tuple[str, str]]:
    """Code and name of the stocks meant: of that code or name; else of which it is a part."""
    wanted = code_of(text) or text.strip()
    exact = [stock for stock in known.items() if wanted in stock]
    part = exact or [stock for stock in known.items() if wanted and wanted in stock[1]]
    if part or wanted.isascii():
        return part
    plain = simplified(wanted)
    return stocks(known, plain) if plain != wanted else []


def close(names: Collection[str], text: str) -> list[str]:
    """The names that are close to a text, the closest first."""
    return get_close_matches(text[:LONGEST], names, NEAREST, CLOSE)


def _begins(letters: Sequence[str], wanted: str) -> bool:
    return len(wanted) <= len(letters) and all(map(str.__contains__, letters, wanted))


def _spells(name: Sequence[tuple[str, ...]], wanted: str) -> bool:
    """Whether the pinyin of a name begins so, by whole syllables and two at least."""
    ends = {0}  # how much of it the syllables so far may be
    for n, readings in enumerate(name, 1):
        ends = {e + len(one) for e in ends for one in readings if wanted.startswith(one, e)}
        if n > 1 and len(wanted) in ends:
            return True
    return False


@lru_cache(4096)
def initials(name: str) -> tuple[str, ...]:
    """The first letters of a name's pinyin, as people type them (jqr: 机器人); of a character that
    is read in several ways, each.
    """
    # what is not Chinese comes as it is, several letters in one
    return tuple(
        letters
        for read in _pinyin(name, "FIRST_LETTER")
        for letters in (["".join(read)] if len(read) > 1 else list(read[0]))
    )


@lru_cache(4096)
def syllables(name: str) -> tuple[tuple[str, ...], ...]:
    """The pinyin of each character of a name without tones, every reading of it."""
    return tuple(tuple(read) for read in _pinyin(name, "NORMAL"))


def _pinyin(name: str, style: str) -> list[list[str]]:
    # the phrases that would tell one reading from another take 40 MiB
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, pinyin

    return pinyin(name.casefold(), getattr(Style, style), heteronym=True)
