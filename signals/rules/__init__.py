"""The rules Paomo knows: name -> module with `Params` and `score(panel, params)`, and its unit.

A rule scores; it neither remembers nor decides. Every score is made so that high means more: it
fires at or above its threshold. A new rule is one file, one line here, one block in default.toml.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

from signals.panel import Panel
from signals.rules import (
    board_height,
    breadth,
    broken_boards,
    crowding,
    divergence,
    exuberance,
    fall,
    heat,
    outflow,
    run_up,
    valuation,
    weakness,
)

RULES: dict[str, tuple[Any, str]] = {
    "run_up": (run_up, "fraction"),
    "breadth": (breadth, "share"),
    "heat": (heat, "percentile"),
    "exuberance": (exuberance, "share"),
    "divergence": (divergence, "fraction"),
    "valuation": (valuation, "percentile"),
    "fall": (fall, "loss"),
    "weakness": (weakness, "share"),
    "outflow": (outflow, "loss"),
    "board_height": (board_height, "days"),
    "broken_boards": (broken_boards, "share"),
    "crowding": (crowding, "percentile"),
}
ACROSS = frozenset({"divergence"})  # rules that hold a theme against the other themes of the day


@dataclass(frozen=True)
class Rule:
    """A rule with its knobs set."""

    name: str  # key of RULES
    score: Callable[[Panel, Any], pd.DataFrame]  # panel, params -> day x theme, in `unit`
    params: Any  # the rule's own frozen Params
    threshold: float  # in `unit`
    unit: str  # fraction | loss (its size) | share (0..1) | percentile (0..1) | ratio | days


def build(blocks: Mapping[str, Mapping[str, float]]) -> tuple[Rule, ...]:
    """Rules from their config blocks, in the order of RULES.

    Raises ValueError naming each block or key that is missing or unknown.
    """
    faults = [f"rules.{name}: unknown rule" for name in blocks if name not in RULES]
    faults += [f"rules.{name}: block missing" for name in RULES if name not in blocks]
    for name in RULES.keys() & blocks.keys():
        faults += _key_faults(name, blocks[name])
    if faults:
        raise ValueError("; ".join(sorted(faults)))
    return tuple(_rule(name, blocks[name]) for name in RULES)


def _key_faults(name: str, block: Mapping[str, float]) -> list[str]:
    expected = {"threshold"} | {f.name for f in fields(RULES[name][0].Params)}
    unknown = [f"rules.{name}.{key}: unknown key" for key in block.keys() - expected]
    return unknown + [f"rules.{name}.{key}: missing" for key in expected - block.keys()]


def _rule(name: str, block: Mapping[str, float]) -> Rule:
    module, unit = RULES[name]
    knobs = {f.name: _typed(f.type, block[f.name]) for f in fields(module.Params)}
    return Rule(name, module.score, module.Params(**knobs), float(block["threshold"]), unit)


def _typed(kind: Any, value: float) -> float:
    return int(value) if kind is int else float(value)
