"""What the operator knows better of trading days: calendar.toml in PAOMO_HOME."""

import tomllib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from config.layers import SettingsError, told

FILE = "calendar.toml"


class Days(BaseModel):
    """Days of one exchange that are other than the lists say."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    closed: frozenset[date] = frozenset()  # such as a typhoon's
    open: frozenset[date] = frozenset()
    half: frozenset[date] = frozenset()  # trading ends at noon; Hong Kong's alone
    until: date | None = None  # up to it every weekday that is not named closed is a session


@dataclass(frozen=True)
class Overrides:
    """What calendar.toml says, by exchange."""

    XSHG: Days = field(default_factory=Days)
    XHKG: Days = field(default_factory=Days)


def load_overrides(home: Path) -> Overrides:
    """The operator's calendar.toml, nothing without one; raises SettingsError with every fault."""
    path = home / FILE
    if not path.exists():
        return Overrides()
    try:
        given: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{path}: cannot be read as TOML ({error}); correct it") from None
    strange = given.keys() - {"XSHG", "XHKG"}
    faults = [f"{name}: no exchange; expected [XSHG] or [XHKG]" for name in sorted(strange)]
    read = {name: _read(name, block, faults) for name, block in given.items()}
    if faults:
        raise SettingsError("\n".join(f"{path}: {fault}" for fault in faults))
    return Overrides(**read)


def _read(name: str, block: Any, faults: list[str]) -> Days:
    try:
        days = Days.model_validate(block)
    except ValidationError as error:
        faults += [f"{name}.{told(fault, Days)}" for fault in error.errors()]
        return Days()
    twice = sorted(days.closed & (days.open | days.half))
    faults += [f"{name}: {day} is given closed and open" for day in twice]
    # also mainland weekends that are made working days: the exchanges rest
    weekend = sorted(day for day in days.open | days.half if day.weekday() > 4)
    faults += [f"{name}: {day} is a {day:%A}; no exchange here trades then" for day in weekend]
    if name == "XSHG" and days.half:
        faults.append(f"{name}: half days are Hong Kong's; the mainland has none")
    return days
