"""What is said to be missing for the next stage is what the lifecycle asks."""

from dataclasses import replace
from math import isnan, nan

import numpy as np
import pytest

from bot.app import judge
from config.settings import Settings
from signals.evaluate import thresholds
from signals.lifecycle import Reading, advance
from signals.model import Stage, ThemeState
from signals.ways import Condition, ways
from tests import markets

DAY = markets.weekdays(1)[0]


def reading(rng: np.random.Generator) -> Reading:
    """Any day: values on and around every threshold, some of them unknown."""
    values = [
        float(rng.choice([nan, *grid]))
        for grid in (
            (-0.06, -0.05, 0.0, 0.05, 0.15, 0.25, 0.4),
            (0.3, 0.6, 0.7, 0.9),
            (0.1, 0.4, 0.5, 0.8),
            (0.1, 0.3, 0.5),
        )
    ]
    return Reading(DAY, float(rng.choice([65.0, 70.0, 92.0, 97.0, 99.0])), *values, nan)


def test_the_first_open_way_is_the_one_the_lifecycle_takes(settings: Settings) -> None:
    rules, policy = judge(settings)
    quick = replace(policy, for_days=1, reversal_days=1, keep_firing_days=1)
    at, rng, moved = thresholds(rules), np.random.default_rng(3), set()
    for _ in range(4000):
        stage = Stage(rng.choice(list(Stage)))
        state = ThemeState("t", stage, peak_net=100.0)
        today = reading(rng)
        after, _ = advance(state, today, quick, at)
        open_to = [way.stage for way in ways(state, today, quick, at) if way.is_open]
        assert (open_to[0] if open_to else stage) is after.stage
        moved.add((stage, after.stage))
    assert len(moved) == 5 + 8  # staying in each, and every way from each


def test_days_seen_are_those_of_the_stage_that_is_pending(settings: Settings) -> None:
    rules, policy = judge(settings)
    state = ThemeState("t", Stage.FORMING, pending=Stage.OVER, pending_days=4)
    today = Reading(DAY, 100.0, 0.02, 0.5, 0.5, 0.1, nan)
    bubble, over = ways(state, today, policy, thresholds(rules))
    assert (bubble.stage, bubble.days, bubble.seen) == (Stage.BUBBLE, policy.for_days, 0)
    assert (over.stage, over.days, over.seen) == (Stage.OVER, policy.keep_firing_days, 4)


@pytest.mark.parametrize(
    ("side", "value", "missing"), [(1, 0.2, 0.05), (1, 0.25, 0), (-1, 0.3, 0.05), (-2, 0.2, 0)]
)
def test_what_is_missing_is_the_way_to_the_bound(side: int, value: float, missing: float) -> None:
    assert Condition("run_up", value, 0.25, "fraction", side).missing == pytest.approx(missing)
    assert isnan(Condition("run_up", nan, 0.25, "fraction", side).missing)
