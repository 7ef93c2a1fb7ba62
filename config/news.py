"""The word lists by which news lines count as triggers, from news.toml."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.layers import SettingsError, told

DEFAULTS = Path(__file__).with_name("news.toml")


class Kind(BaseModel):
    """One kind of trigger and its words."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    key: str = Field(pattern=r"^[a-z0-9_]{2,30}$")
    name_zh: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    zh: tuple[str, ...] = ()  # anywhere in a text
    en: tuple[str, ...] = ()  # as whole words


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: tuple[Kind, ...]


def load_news(home: Path) -> tuple[Kind, ...]:
    """The operator's news.toml, else ours; raises SettingsError with every fault at once."""
    own = home / "news.toml"
    path = own if own.exists() else DEFAULTS
    try:
        given: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        kinds = _File.model_validate(given).kind
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{path}: cannot be read as TOML ({error}); correct it") from None
    except ValidationError as error:
        faults = [f"{path}: {told(fault, _File)}" for fault in error.errors()]
        raise SettingsError("\n".join(faults)) from None
    faults = _faults(kinds)
    if faults:
        raise SettingsError("\n".join(f"{path}: {fault}" for fault in faults))
    return kinds


def _faults(kinds: tuple[Kind, ...]) -> list[str]:
    keys = [kind.key for kind in kinds]
    twice = [f"kind {key}: given twice" for key in sorted({k for k in keys if keys.count(k) > 1})]
    empty = [
        f"kind {kind.key}: expected words of two characters or more"
        for kind in kinds
        if not (kind.zh or kind.en) or any(len(w.strip()) < 2 for w in (*kind.zh, *kind.en))
    ]
    return twice + empty
