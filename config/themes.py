"""The curated themes and the boards that are no themes, from themes.toml."""

import re
import tomllib
from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.layers import SettingsError, told

DEFAULTS = Path(__file__).with_name("themes.toml")


class Curated(BaseModel):
    """A theme that is followed from the first evening: a board, an index, or a basket of stocks."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    boards: tuple[str, ...] = ()  # names; the first that the upstream lists is the theme
    parent: str | None = None  # first board of the theme it is a sub-industry of
    id: str | None = Field(None, pattern=r"^[a-z0-9-]{3,24}$")  # not of boards; fits a button
    name: str | None = Field(None, min_length=1, max_length=40)  # not of boards
    exchange: Literal["XSHG", "XHKG"] = "XSHG"
    index: str | None = None  # code upstream, HSTECH
    members: Mapping[str, str] = Field(default_factory=dict)  # of a basket: names by code


class Exclude(BaseModel):
    """Boards that are no themes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    names: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()  # regular expressions


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    exclude: Exclude = Exclude()
    theme: tuple[Curated, ...] = ()
    english: Mapping[str, Annotated[str, Field(min_length=1, max_length=24)]] = Field(
        default_factory=dict
    )


@dataclass(frozen=True)
class Themes:
    """What themes.toml says."""

    curated: tuple[Curated, ...]
    excluded: frozenset[str]
    pattern: re.Pattern[str]  # matches names of boards that are no themes
    english: Mapping[str, str]  # names in English by the name of the theme

    def is_theme(self, board: str) -> bool:
        """Whether a concept board is a theme."""
        return board not in self.excluded and not self.pattern.search(board)

    @property
    def hong_kong(self) -> tuple[Curated, ...]:
        """Baskets and indices of Hong Kong."""
        return tuple(one for one in self.curated if one.exchange == "XHKG")

    def followed(self, listed: Container[str]) -> dict[str, str | None]:
        """Boards followed closely among those listed, in order, each with its parent board."""
        chosen = {
            c.boards[0]: next((b for b in c.boards if b in listed), None)
            for c in self.curated
            if c.boards
        }
        found = {}
        for one in self.curated:
            board = chosen[one.boards[0]] if one.boards else None
            if board:
                found[board] = chosen.get(one.parent) if one.parent else None
        return found


def load_themes(home: Path) -> Themes:
    """The operator's themes.toml, else ours; raises SettingsError with every fault at once."""
    own = home / "themes.toml"
    path = own if own.exists() else DEFAULTS
    try:
        given: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        read = _File.model_validate(given)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{path}: cannot be read as TOML ({error}); correct it") from None
    except ValidationError as error:
        told_each = [f"{path}: {told(fault, _File)}" for fault in error.errors()]
        raise SettingsError("\n".join(told_each)) from None
    faults = [f"{path}: {fault}" for fault in _faults(read)]
    if faults:
        raise SettingsError("\n".join(faults))
    pattern = re.compile("|".join(f"(?:{p})" for p in read.exclude.patterns) or r"(?!)")
    return Themes(read.theme, frozenset(read.exclude.names), pattern, read.english)


def _faults(read: _File) -> list[str]:
    firsts = [theme.boards[0] for theme in read.theme if theme.boards]
    named = firsts + [theme.id for theme in read.theme if theme.id]
    faults = [
        f"theme {name}: given twice" for name in sorted({n for n in named if named.count(n) > 1})
    ]
    for theme in read.theme:
        label = theme.boards[0] if theme.boards else theme.name or theme.id or "(nameless)"
        if theme.parent and theme.parent not in firsts:
            faults.append(f"theme {label}: parent {theme.parent} is not the first board of a theme")
        if sum(map(bool, (theme.boards, theme.index, theme.members))) != 1:
            faults.append(f"theme {label}: expected either boards or an index, or members")
        if (theme.index or theme.members) and not (theme.id and theme.name):
            faults.append(f"theme {label}: an index or a basket needs an id and a name")
        if theme.exchange == "XHKG" and theme.boards:
            faults.append(f"theme {label}: Hong Kong has no boards here; give members")
        faults += _member_faults(label, theme)
    return faults + [f for pattern in read.exclude.patterns for f in _bad(pattern)]


def _member_faults(label: str, theme: Curated) -> list[str]:
    if theme.members and theme.exchange != "XHKG":
        return [f"theme {label}: members are for Hong Kong's baskets; on the mainland give boards"]
    bad = [code for code in theme.members if not re.fullmatch(r"\d{5}", code)]
    return [f"theme {label}: {code} is no code of Hong Kong, such as 00700" for code in bad]


def _bad(pattern: str) -> list[str]:
    try:
        re.compile(pattern)
    except re.error as error:
        return [f"exclude.patterns: {pattern!r} is no regular expression ({error})"]
    return []
