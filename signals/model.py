"""The words of the core: stages, signals, states, transitions. Units stand behind each field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

DECIMALS = 9  # scores are kept to this; beyond it is float noise, not measurement


class Stage(StrEnum):
    """Where a theme stands."""

    QUIET = "quiet"
    FORMING = "forming"
    BUBBLE = "bubble"
    BURSTING = "bursting"
    OVER = "over"


RUNNING = (Stage.FORMING, Stage.BUBBLE, Stage.BURSTING)  # the stages of an episode


class Kind(StrEnum):
    """What an alert tells."""

    SURGE = "surge"
    DIVERGENCE = "divergence"
    REVERSAL = "reversal"
    OVER = "over"


@dataclass(frozen=True)
class Signal:
    """What one rule says of one theme on one day."""

    theme: str  # theme id
    rule: str  # a key of RULES
    day: date
    value: float  # in `unit`; NaN means unknown
    threshold: float  # in `unit`
    # share and percentile (0..1), fraction (a return), loss (its size), ratio (times), days
    unit: str

    @property
    def firing(self) -> bool:
        """Whether the value is at or above the threshold; unknown never fires."""
        return self.value >= self.threshold


@dataclass(frozen=True)
class ThemeState:
    """What the lifecycle remembers of one theme: all `advance` needs beside today's reading."""

    theme: str  # theme id
    stage: Stage = Stage.QUIET
    since: date | None = None  # first day of this stage
    started: date | None = None  # first day of the episode (when it left quiet)
    start_net: float | None = None  # net index at the episode's start, points
    peak_net: float | None = None  # highest net index of the episode, points
    peak_day: date | None = None  # day of peak_net
    pending: Stage | None = None  # stage seen but not for long enough yet
    pending_days: int = 0  # trading days it has been seen
    diverging: bool = False  # divergence told and not yet ended
    diverging_days: int = 0  # trading days seen (or, once told, unseen) in a row


@dataclass(frozen=True)
class Transition:
    """One thing to tell: a change of stage, or a divergence inside one."""

    theme: str  # theme id
    day: date
    kind: Kind
    before: ThemeState
    after: ThemeState
    signals: tuple[Signal, ...]  # the evidence: all rules' values on the day
    net: float | None = None  # net index of the day, points; None in what was kept before it was

    @property
    def key(self) -> str:
        """Which of a day's transitions it is."""
        return f"{self.theme}:{self.kind}"

    @property
    def episode(self) -> str:
        """The run-up it is part of, by theme and first day; empty outside of one."""
        state = self.before if self.kind is Kind.OVER else self.after
        running = state.stage in RUNNING and state.started
        return f"{self.theme}:{state.started}" if running else ""


@dataclass(frozen=True)
class Story:
    """Themes that are told as one, because they share members and moved together."""

    since: date  # day it began
    lead: str  # theme id; it names the story and speaks first for it
    sizes: Mapping[str, int]  # themes in it -> members on the day each joined
    # what was told of it -> day, by which theme, of how many members
    told: Mapping[str, tuple[date, str, int]] = field(default_factory=dict)

    @property
    def themes(self) -> list[str]:
        """Ids of its themes, the largest first."""
        return sorted(self.sizes, key=lambda theme: (-self.sizes[theme], theme))
