"""A theme's sub-industries: which ignited when, and how much of the chain is in at once. Pure.

A sub-industry ignites on the first day of its current episode, the day its surge was told: breadth
and net run-up at their thresholds for `for_days` days. That evening knew it, and no later day moves
it. A sub-industry is in while it is forming or a bubble; a company is in while it is a member of
such a one and closed above its own 20-day average. Each company counts once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from signals.model import RUNNING, Stage, ThemeState

IN = (Stage.FORMING, Stage.BUBBLE)


@dataclass(frozen=True)
class Link:
    """One sub-industry of a chain."""

    theme: str  # theme id
    stage: Stage
    ignited: date | None  # first day of its current episode; None while there is none
    run_up: float  # fraction, net over 60 days
    breadth: float  # share of members above their 20-day average, 0..1
    members: int

    @property
    def is_in(self) -> bool:
        """Whether it is rising with the chain."""
        return self.stage in IN


@dataclass(frozen=True)
class Chain:
    """Sub-industries in the order of their ignition, then the others by net run-up."""

    links: tuple[Link, ...]
    companies: int  # members of all, each counted once
    known: int  # of those, with a known 20-day average
    companies_in: int  # of those, above it and in a sub-industry that is in

    @property
    def links_in(self) -> int:
        """How many sub-industries are in."""
        return sum(link.is_in for link in self.links)


def chain(
    members: Mapping[str, Sequence[str]],
    states: Mapping[str, ThemeState],
    run_ups: Mapping[str, float],
    breadths: Mapping[str, float],
    above: Mapping[str, bool],
) -> Chain:
    """The chain of the themes in `members` (theme -> codes).

    `above` says of each company with a known 20-day average whether it closed above it.
    """
    nan = float("nan")
    links = [
        _link(theme, states, run_ups.get(theme, nan), breadths.get(theme, nan), len(codes))
        for theme, codes in members.items()
    ]
    everyone = {code for codes in members.values() for code in codes}
    swept = {code for link in links if link.is_in for code in members[link.theme]}
    risen = sum(above.get(code, False) for code in swept)
    ordered = tuple(sorted(links, key=_order))
    return Chain(ordered, len(everyone), len(everyone & above.keys()), risen)


def _link(
    theme: str, states: Mapping[str, ThemeState], run_up: float, breadth: float, members: int
) -> Link:
    state = states.get(theme) or ThemeState(theme)
    ignited = state.started if state.stage in RUNNING else None
    return Link(theme, state.stage, ignited, run_up, breadth, members)


def _order(link: Link) -> tuple[date, float, str]:
    """By ignition; of one day, and among those without, the larger run-up first."""
    size = -link.run_up if link.run_up == link.run_up else float("inf")
    return link.ignited or date.max, size, link.theme
