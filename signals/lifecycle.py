"""The stages of a theme and how they follow from one another; hysteresis is written here, once.

quiet -> forming: many members rise together (breadth) in a run-up that has begun;
forming -> bubble: the run-up is large and broad; forming -> over: it faded;
bubble -> bursting: a fall from the peak, confirmed by breadth gone and activity drying up;
bubble -> over: the run-up faded without a fall;
bursting -> bubble: back at the peak; bursting -> over: the run-up is given back.
A theme stays `over` until the next surge. Unknown values move nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import isnan

from signals.model import DECIMALS, Kind, Stage, ThemeState

KIND = {
    Stage.FORMING: Kind.SURGE,
    Stage.BUBBLE: Kind.SURGE,
    Stage.BURSTING: Kind.REVERSAL,
    Stage.OVER: Kind.OVER,
}


@dataclass(frozen=True)
class Policy:
    """How stages follow from scores; run-ups and falls net of the market."""

    surge_run_up: float  # fraction; run-up from which a broad rise is a surge
    bubble_breadth: float  # share 0..1; a bubble is at least this broad
    resume_fall: float  # fraction; a bursting theme this near its peak is a bubble again
    faded_run_up: float  # fraction; below it a surge or a bubble has faded
    given_back_run_up: float  # fraction; below it a burst is over
    given_back_fall: float  # fraction; a fall of this size ends a burst too
    for_days: int  # trading days a surge must be seen
    reversal_days: int  # trading days a reversal must be seen
    keep_firing_days: int  # trading days a stage is kept after what held it is gone
    divergence_days: int  # trading days a divergence must be seen, and unseen to be told again


@dataclass(frozen=True)
class Reading:
    """What one day says of one theme; NaN unknown. Units as in the rules."""

    day: date
    net: float  # points
    run_up: float
    breadth: float
    weakness: float
    outflow: float
    divergence: float


def advance(
    state: ThemeState, reading: Reading, policy: Policy, at: Mapping[str, float]
) -> tuple[ThemeState, tuple[Kind, ...]]:
    """The state after one more day, and what there is to tell of it (mostly nothing).

    `at` gives the rules' thresholds.
    """
    if isnan(reading.net):
        return state, ()
    state = _peaked(state, reading)
    state, diverged = _divergence(state, reading, policy, at)
    wanted = _wanted(state, reading, policy, at)
    if wanted is state.stage:
        if state.pending is not None:
            state = replace(state, pending=None, pending_days=0)
        return state, diverged
    seen = state.pending_days + 1 if wanted is state.pending else 1
    if seen < needed_days(wanted, policy):
        return replace(state, pending=wanted, pending_days=seen), diverged
    return _entered(state, wanted, reading), (*diverged, KIND[wanted])


def _peaked(state: ThemeState, reading: Reading) -> ThemeState:
    running = state.stage not in (Stage.QUIET, Stage.OVER)
    if running and reading.net > (state.peak_net or 0):
        return replace(state, peak_net=reading.net, peak_day=reading.day)
    return state


def _wanted(state: ThemeState, reading: Reading, policy: Policy, at: Mapping[str, float]) -> Stage:
    """The stage today's reading speaks for; comparisons with NaN are false and so move nothing."""
    if state.stage is Stage.FORMING:
        return _from_forming(reading, policy, at)
    if state.stage is Stage.BUBBLE:
        return _from_bubble(state, reading, policy, at)
    if state.stage is Stage.BURSTING:
        return _from_bursting(state, reading, policy)
    surging = reading.run_up >= policy.surge_run_up and reading.breadth >= at["breadth"]
    return Stage.FORMING if surging else state.stage


def _from_forming(reading: Reading, policy: Policy, at: Mapping[str, float]) -> Stage:
    if reading.run_up >= at["run_up"] and reading.breadth >= policy.bubble_breadth:
        return Stage.BUBBLE
    return Stage.OVER if reading.run_up < policy.faded_run_up else Stage.FORMING


def _from_bubble(
    state: ThemeState, reading: Reading, policy: Policy, at: Mapping[str, float]
) -> Stage:
    turned = (
        fall(state, reading) >= at["fall"]
        and reading.weakness >= at["weakness"]
        and reading.outflow >= at["outflow"]
    )
    if turned:
        return Stage.BURSTING
    return Stage.OVER if reading.run_up < policy.faded_run_up else Stage.BUBBLE


def _from_bursting(state: ThemeState, reading: Reading, policy: Policy) -> Stage:
    fell = fall(state, reading)
    strong = 1 - reading.weakness >= policy.bubble_breadth
    if fell <= policy.resume_fall and reading.run_up >= policy.surge_run_up and strong:
        return Stage.BUBBLE
    gone = reading.run_up < policy.given_back_run_up or fell >= policy.given_back_fall
    return Stage.OVER if gone else Stage.BURSTING


def fall(state: ThemeState, reading: Reading) -> float:
    """Fall from the episode's peak, net, fraction >= 0; NaN without a peak."""
    # rounded as scores are: 0.92 of a peak is a fall of 0.08, whatever its last binary digit says
    return round(1 - reading.net / state.peak_net, DECIMALS) if state.peak_net else float("nan")


def needed_days(wanted: Stage, policy: Policy) -> int:
    """Trading days for which a stage must be seen before it is entered."""
    if wanted is Stage.OVER:
        return policy.keep_firing_days
    return policy.reversal_days if wanted is Stage.BURSTING else policy.for_days


def _entered(state: ThemeState, stage: Stage, reading: Reading) -> ThemeState:
    entered = replace(state, stage=stage, since=reading.day, pending=None, pending_days=0)
    if stage is not Stage.FORMING:
        return entered
    begun = replace(entered, started=reading.day, start_net=reading.net)
    return replace(begun, peak_net=reading.net, peak_day=reading.day)


def _divergence(
    state: ThemeState, reading: Reading, policy: Policy, at: Mapping[str, float]
) -> tuple[ThemeState, tuple[Kind, ...]]:
    """Counts days for or against a divergence; told once when it has been there long enough."""
    if isnan(reading.divergence):
        return state, ()
    against = (reading.divergence >= at["divergence"]) is not state.diverging
    if not against:
        return (replace(state, diverging_days=0) if state.diverging_days else state), ()
    days = state.diverging_days + 1
    if days < policy.divergence_days:
        return replace(state, diverging_days=days), ()
    turned = replace(state, diverging=not state.diverging, diverging_days=0)
    return turned, ((Kind.DIVERGENCE,) if turned.diverging else ())
