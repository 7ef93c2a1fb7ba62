"""The ways a theme can go from its stage: what each asks, what is there, what is still missing.

The same conditions as in `signals/lifecycle.py`, spelled out for people; a test holds the two
together.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from signals.lifecycle import Policy, Reading, fall, needed_days
from signals.model import Stage, ThemeState

BEFORE = {  # the stage that each stage of an episode is first entered from
    Stage.FORMING: Stage.QUIET,
    Stage.BUBBLE: Stage.FORMING,
    Stage.BURSTING: Stage.BUBBLE,
}


@dataclass(frozen=True)
class Condition:
    """One thing that a way asks, on the newest day."""

    what: str  # a rule; or strength (members above their average) or peak_fall (from its peak)
    value: float  # in `unit`; NaN unknown
    bound: float  # in `unit`
    unit: str  # fraction | loss | share
    side: int = 1  # 1: the value must be at the bound or above; -1: at it or below; -2: below it

    @property
    def holds(self) -> bool:
        """Whether it is met; what is not known never is."""
        if self.side == 1:
            return self.value >= self.bound
        return self.value < self.bound if self.side == -2 else self.value <= self.bound

    @property
    def missing(self) -> float:
        """How far the value is from the bound, >= 0, in its unit; NaN unknown."""
        return abs(self.bound - self.value) * (not self.holds)


@dataclass(frozen=True)
class Way:
    """One stage that may come next."""

    stage: Stage
    conditions: tuple[Condition, ...]
    any_of: bool  # one condition is enough; else all must hold
    days: int  # trading days they must hold
    seen: int  # of them so far

    @property
    def is_open(self) -> bool:
        """Whether today speaks for it."""
        met = [condition.holds for condition in self.conditions]
        return any(met) if self.any_of else all(met)


def ways(state: ThemeState, reading: Reading, policy: Policy, at: Mapping[str, float]) -> list[Way]:
    """The ways from a stage, the first open one is taken; `at` gives the rules' thresholds."""
    run_up = reading.run_up
    faded = [Condition("run_up", run_up, policy.faded_run_up, "fraction", -2)]
    surging = Condition("run_up", run_up, policy.surge_run_up, "fraction")
    if state.stage is Stage.FORMING:
        large = Condition("run_up", run_up, at["run_up"], "fraction")
        broad = Condition("breadth", reading.breadth, policy.bubble_breadth, "share")
        open_to = {Stage.BUBBLE: [large, broad], Stage.OVER: faded}
    elif state.stage is Stage.BUBBLE:
        open_to = {Stage.BURSTING: _turn(state, reading, at), Stage.OVER: faded}
    elif state.stage is Stage.BURSTING:
        fell = fall(state, reading)
        near = Condition("peak_fall", fell, policy.resume_fall, "loss", -1)
        strong = Condition("strength", 1 - reading.weakness, policy.bubble_breadth, "share")
        given_back = [
            Condition("run_up", run_up, policy.given_back_run_up, "fraction", -2),
            Condition("peak_fall", fell, policy.given_back_fall, "loss"),
        ]
        open_to = {Stage.BUBBLE: [near, surging, strong], Stage.OVER: given_back}
    else:
        broad = Condition("breadth", reading.breadth, at["breadth"], "share")
        open_to = {Stage.FORMING: [surging, broad]}
    return [_way(state, stage, asked, policy) for stage, asked in open_to.items()]


def entry(
    state: ThemeState, reading: Reading, policy: Policy, at: Mapping[str, float]
) -> tuple[Condition, ...]:
    """What a running stage asks of who enters it, on the newest day; empty outside an episode.

    A stage is kept until a way out of it opens, whether these still hold or not.
    """
    before = BEFORE.get(state.stage)
    if not before:
        return ()
    found = ways(replace(state, stage=before), reading, policy, at)
    return next(way.conditions for way in found if way.stage is state.stage)


def _turn(state: ThemeState, reading: Reading, at: Mapping[str, float]) -> list[Condition]:
    return [
        Condition("peak_fall", fall(state, reading), at["fall"], "loss"),
        Condition("weakness", reading.weakness, at["weakness"], "share"),
        Condition("outflow", reading.outflow, at["outflow"], "loss"),
    ]


def _way(state: ThemeState, stage: Stage, asked: list[Condition], policy: Policy) -> Way:
    seen = state.pending_days if state.pending is stage else 0
    any_of = state.stage is Stage.BURSTING and stage is Stage.OVER
    return Way(stage, tuple(asked), any_of, needed_days(stage, policy), seen)
