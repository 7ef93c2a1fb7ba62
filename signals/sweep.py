"""A replay in parts that come to the same to the last digit wherever they are done.

A part is some themes: what the rules say of them, with the bootstrap paths of each, and then the
stages that follow. Rules that hold a theme against the others are asked of all themes at once.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter, itemgetter
from typing import Any

import numpy as np

from signals.compare import Alerts, crossings
from signals.evaluate import Scores, evaluate
from signals.lifecycle import Policy
from signals.model import Transition
from signals.panel import FRAMES, Panel
from signals.replay import folded
from signals.rules import ACROSS, Rule

THEMES_A_PART = 56
Spread = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]  # as `map`, in order


@dataclass(frozen=True)
class Told:
    """What all days of some themes gave, by day and theme."""

    transitions: list[Transition]
    crossed: dict[str, Alerts]  # rule -> its onsets


def pieces(panel: Panel) -> list[Panel]:
    """The panel cut by themes."""
    names = list(panel.close.columns)
    cuts = [names[at : at + THEMES_A_PART] for at in range(0, len(names), THEMES_A_PART)]
    return [replace(panel, **{f: getattr(panel, f)[own] for f in FRAMES}) for own in cuts]


def told(panel: Panel, rules: Sequence[Rule], policy: Policy, spread: Spread = map) -> Told:
    """Transitions of all stages and onsets of all rules over a panel."""
    parts = [(scores, policy) for scores in _scores(panel, rules, spread)]
    found = list(spread(stages_of_themes, parts))
    by_day = [t for part in found for t in part.transitions]
    crossed = {
        rule.name: sorted((a for part in found for a in part.crossed[rule.name]), key=itemgetter(0))
        for rule in rules
    }
    return Told(sorted(by_day, key=attrgetter("day")), crossed)


def _scores(panel: Panel, rules: Sequence[Rule], spread: Spread) -> Iterable[Scores]:
    """What all rules say, by the themes of each piece."""
    alone = [rule for rule in rules if rule.name not in ACROSS]
    across = evaluate(panel, [rule for rule in rules if rule.name in ACROSS])
    names = [rule.name for rule in (*alone, *across.rules)]
    order = [names.index(rule.name) for rule in rules]
    at = 0
    for part in spread(rules_of_themes, [(piece, alone) for piece in pieces(panel)]):
        own = slice(at, at + len(part.themes))
        beside = across.values[:, :, own] if across.rules else part.values[:0]
        at += len(part.themes)
        values = np.concatenate([part.values, beside])[order]
        yield replace(part, rules=tuple(rules), values=values)


def rules_of_themes(part: tuple[Panel, Sequence[Rule]]) -> Scores:
    """What rules say of some themes."""
    return evaluate(*part)


def stages_of_themes(part: tuple[Scores, Policy]) -> Told:
    """What all days of some themes gave."""
    scores, policy = part
    moved = [t for _, _, of_day in folded(scores, policy) for t in of_day]
    return Told(moved, {r.name: crossings(scores.frame(r.name), r.threshold) for r in scores.rules})
