"""Which theme, stock or command somebody means by what they typed."""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache

from bot.script import simplified
from market.source import Theme

CLOSE = 0.5  # difflib's ratio from which a name is near: one wrong of two characters still is
LONGEST = 40  # characters of what was typed that are compared
NEAREST = 5  # names offered for a slip


def named(themes: Iterable[Theme], text: str) -> list[Theme]:
    """Themes whose id, board or name it is; else those whose name has it as a part.

    A name in English, traditional characters and the initials of pinyin (jqr: 机器人) stand for a
    name too, and so does what is shown in English, both names together.
    """
    wanted, known = text.strip().casefold(), list(themes)
    exact = [t for t in known if wanted in (t.id.casefold(), (t.board or "").casefold())]
    names = {t.id: _called(t) for t in known}
    exact += [t for t in known if wanted in names[t.id] and t not in exact]
    part = exact or [t for t in known if wanted in t.name.casefold() or _begins_word(t, wanted)]
    if part or not wanted:
        return part
    if not wanted.isascii():
        return _in_simplified(known, simplified(wanted))
    return [t for t in known if _begins(initials(t.name), wanted)] if wanted.isalnum() else []


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


def stocks(known: Mapping[str, str], text: str) -> list[tuple[str, str]]:
    """Code and name of the stocks meant: of that code or name; else of which it is a part."""
    wanted = text.strip()
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


@lru_cache(4096)
def initials(name: str) -> tuple[str, ...]:
    """The first letters of a name's pinyin, as people type them (jqr: 机器人); of a character that
    is read in several ways, each.
    """
    # the phrases that would tell one reading from another take 40 MiB
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, pinyin

    found = pinyin(name.casefold(), Style.FIRST_LETTER, heteronym=True)
    # what is not Chinese comes as it is, several letters in one
    return tuple(
        letters
        for read in found
        for letters in (["".join(read)] if len(read) > 1 else list(read[0]))
    )
