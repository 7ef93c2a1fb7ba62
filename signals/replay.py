"""Folding days into states: `fold` is one day, `replay` is many; the bot's day is the last fold."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np

from signals.evaluate import Scores, evaluate, thresholds
from signals.lifecycle import Policy, Reading, advance
from signals.model import Kind, ThemeState, Transition
from signals.panel import Panel
from signals.rules import Rule

States = Mapping[str, ThemeState]
READ = ("run_up", "breadth", "weakness", "outflow", "divergence")  # what the lifecycle reads
NEEDED = frozenset({*READ, "fall"})  # rules that stages follow from; of `fall` the threshold alone


def replay(
    panel: Panel, rules: Sequence[Rule], policy: Policy, before: States | None = None
) -> Iterator[tuple[date, dict[str, ThemeState], list[Transition]]]:
    """Day, states and transitions for every day of the panel, in order."""
    yield from folded(evaluate(panel, rules), policy, before)


def folded(
    scores: Scores, policy: Policy, before: States | None = None
) -> Iterator[tuple[date, dict[str, ThemeState], list[Transition]]]:
    """Likewise, of scores that are there already."""
    states = dict(before or {})
    for row, day in enumerate(scores.days):
        states, transitions = _folded(states, scores, row, policy)
        yield day, states, transitions


def fold(
    before: States, scores: Scores, day: date, policy: Policy
) -> tuple[dict[str, ThemeState], list[Transition]]:
    """One day of already evaluated scores folded into the states."""
    return _folded(before, scores, scores.days.index(day), policy)


def _folded(
    before: States, scores: Scores, row: int, policy: Policy
) -> tuple[dict[str, ThemeState], list[Transition]]:
    at, day = thresholds(scores.rules), scores.days[row]
    names = [rule.name for rule in scores.rules]
    read = [names.index(name) for name in READ]
    columns = np.vstack([scores.net[row], scores.values[read, row]]).T.tolist()
    after, told = dict(before), []
    for theme, values in zip(scores.themes, columns, strict=True):
        state = before.get(theme) or ThemeState(theme)
        after[theme], kinds = advance(state, Reading(day, *values), policy, at)
        told += [_transition(theme, day, kind, state, after[theme], scores) for kind in kinds]
    return after, told


def _transition(
    theme: str, day: date, kind: Kind, before: ThemeState, after: ThemeState, scores: Scores
) -> Transition:
    if kind is Kind.DIVERGENCE:  # told inside a stage, whatever else happened that day
        after = ThemeState(**{**after.__dict__, "stage": before.stage})
    net = float(scores.net[scores.days.index(day), scores.themes.index(theme)])
    return Transition(theme, day, kind, before, after, scores.signals(day, theme), net)
