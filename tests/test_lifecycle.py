"""The stages: each step with both sides of its boundary, hysteresis, and live equal to replay."""

from datetime import date, timedelta
from math import nan

import pytest

from config.settings import Settings
from signals.evaluate import LOOK_BACK, evaluate
from signals.lifecycle import Policy, Reading, advance
from signals.model import Kind, Stage, ThemeState
from signals.replay import fold, replay
from signals.rules import Rule
from tests import markets

DAY = date(2024, 6, 3)
AT = {
    "run_up": 0.25,
    "breadth": 0.7,
    "fall": 0.08,
    "weakness": 0.5,
    "outflow": 0.3,
    "divergence": 0.25,
}


@pytest.fixture
def policy(settings: Settings) -> Policy:
    return Policy(**settings.policy)  # type: ignore[arg-type]


def reading(net: float = 1.0, **known: float) -> Reading:
    values = {"run_up": nan, "breadth": nan, "weakness": nan, "outflow": nan, "divergence": nan}
    return Reading(DAY, net, **{**values, **known})


def after(state: ThemeState, seen: Reading, policy: Policy, days: int) -> Stage:
    for _ in range(days):
        state, _told = advance(state, seen, policy, AT)
    return state.stage


PEAKED = {"peak_net": 1.0, "peak_day": DAY, "started": DAY, "start_net": 0.7}
TURNED = {"run_up": 0.2, "weakness": 0.5, "outflow": 0.3}


@pytest.mark.parametrize(
    ("stage", "seen", "days", "becomes"),
    [
        ("quiet", reading(run_up=0.15, breadth=0.7), 2, "forming"),
        ("quiet", reading(run_up=0.15, breadth=0.7), 1, "quiet"),
        ("quiet", reading(run_up=0.149, breadth=0.7), 9, "quiet"),
        ("quiet", reading(run_up=0.15, breadth=0.69), 9, "quiet"),
        ("quiet", reading(run_up=nan, breadth=0.9), 9, "quiet"),
        ("quiet", reading(run_up=0.9, breadth=nan), 9, "quiet"),
        ("over", reading(run_up=0.15, breadth=0.7), 2, "forming"),
        ("forming", reading(run_up=0.25, breadth=0.6), 2, "bubble"),
        ("forming", reading(run_up=0.25, breadth=0.59), 9, "forming"),
        ("forming", reading(run_up=0.049, breadth=0.6), 10, "over"),
        ("forming", reading(run_up=0.049, breadth=0.6), 9, "forming"),
        ("bubble", reading(0.92, **TURNED), 1, "bursting"),
        ("bubble", reading(0.921, **TURNED), 9, "bubble"),
        ("bubble", reading(0.92, **{**TURNED, "weakness": 0.49}), 9, "bubble"),
        ("bubble", reading(0.92, **{**TURNED, "outflow": nan}), 9, "bubble"),
        ("bubble", reading(0.99, run_up=0.04, breadth=0.5), 10, "over"),
        ("bursting", reading(0.97, run_up=0.15, weakness=0.4), 2, "bubble"),
        ("bursting", reading(0.96, run_up=0.15, weakness=0.4), 9, "bursting"),
        ("bursting", reading(0.9, run_up=-0.06, weakness=0.9), 10, "over"),
        ("bursting", reading(0.7, run_up=0.0, weakness=0.9), 10, "over"),
        ("bursting", reading(0.71, run_up=0.0, weakness=0.9), 30, "bursting"),
    ],
)
def test_a_stage_follows_from_what_is_seen_long_enough(
    stage: str, seen: Reading, days: int, becomes: str, policy: Policy
) -> None:
    state = ThemeState("t", Stage(stage), **PEAKED)  # type: ignore[arg-type]
    assert after(state, seen, policy, days) == becomes


def test_one_day_of_something_else_starts_the_count_again(policy: Policy) -> None:
    state = ThemeState("t")
    for seen in (reading(run_up=0.2, breadth=0.8), reading(run_up=0.1, breadth=0.8)) * 5:
        state, told = advance(state, seen, policy, AT)
        assert not told
    assert state.stage is Stage.QUIET


def test_a_day_without_a_price_moves_nothing(policy: Policy) -> None:
    state = ThemeState("t", pending=Stage.FORMING, pending_days=1)
    assert advance(state, reading(nan, run_up=0.9, breadth=0.9), policy, AT) == (state, ())


def test_the_peak_is_the_highest_of_the_episode(policy: Policy) -> None:
    state = ThemeState("t", Stage.BUBBLE, **PEAKED)  # type: ignore[arg-type]
    state, _ = advance(state, reading(1.2, run_up=0.3, breadth=0.8), policy, AT)
    state, _ = advance(state, reading(1.1, run_up=0.3, breadth=0.8), policy, AT)
    assert state.peak_net == 1.2


def test_a_divergence_is_told_once_until_it_has_gone(policy: Policy) -> None:
    state, told = ThemeState("t"), []
    diverging, level = reading(divergence=0.25), reading(divergence=0.1)
    for seen in [diverging] * 12 + [level] * 5 + [diverging] * 5:
        state, kinds = advance(state, seen, policy, AT)
        told += kinds
    assert told == [Kind.DIVERGENCE, Kind.DIVERGENCE]


def test_an_unknown_divergence_is_never_told(policy: Policy) -> None:
    state = ThemeState("t")
    for _ in range(30):
        state, told = advance(state, reading(), policy, AT)
        assert not told


def test_live_equals_replay(rules: tuple[Rule, ...], policy: Policy) -> None:
    panel = markets.panel(days=LOOK_BACK + 90)
    replayed = list(replay(panel, rules, policy))
    first = panel.days[-60]
    states = next(states for day, states, _ in replayed if day == first - timedelta(0))
    told = 0
    for day, after_day, transitions in replayed[-59:]:
        live = panel.until(day).last(LOOK_BACK)
        states, said = fold(states, evaluate(live, rules), day, policy)
        assert states == after_day
        assert repr(said) == repr(transitions)
        told += len(said)
    assert told > 0
