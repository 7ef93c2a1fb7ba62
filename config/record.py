"""Records: how often alerts were followed by a net fall; the shipped ones are in record.toml."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("record.toml")
RULES = "rules"  # the table of the rules' own records


@dataclass(frozen=True)
class Record:
    """How often alerts that entered one stage, or onsets of a rule, were followed by a net fall."""

    since: date
    until: date
    members: date  # the membership all days were made with
    fall: float  # fraction
    days: int  # trading days within which it came
    onsets: int
    hits: int  # onsets followed by it
    low: float  # share; 95 % interval of hits / onsets
    high: float
    matched: float  # share among equally volatile themes


@dataclass(frozen=True)
class Own:
    """What one's own store has to say of each stage: a record, or how little there is."""

    enough: dict[str, Record]
    few: dict[str, int]  # onsets decided so far


@cache
def shipped() -> dict[str, Record]:
    """The record of each stage that has one."""
    common, read = _read()
    return {
        stage: Record(**common, **figures)
        for stage, figures in read.items()
        if isinstance(figures, dict) and stage != RULES
    }


@cache
def shipped_rules() -> dict[str, Record]:
    """The record of each rule that has one: of the days on which it began to fire."""
    common, read = _read()
    return {name: Record(**common, **figures) for name, figures in read.get(RULES, {}).items()}


def _read() -> tuple[dict[str, Any], dict[str, Any]]:
    """What all records share, and the whole file."""
    read = tomllib.loads(FILE.read_text("utf-8"))
    return {key: value for key, value in read.items() if not isinstance(value, dict)}, read
