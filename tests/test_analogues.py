"""Analogues: the like is found, only by what was known, and one mania counts once."""

from collections.abc import Sequence
from math import isnan

import numpy as np
import pytest

from signals.analogues import likeness, path
from signals.runs import Run, follow
from tests import markets, rides
from tests.rides import frame

TODAY = [(1300, 1.0), (30, 1.5)]
STEADY, LATE = [(30, 1.5)], [(20, 1.05), (10, 1.5 / 1.05)]
AFTER = {"up": [(80, 1.3), (200, 1.0)], "down": [(60, 0.7), (200, 1.0)]}


def ridden(past: Sequence[tuple[int, list[tuple[int, float]], str]]) -> list[Run]:
    """Today's steady rise as t0, and past ones: days before, the legs, what came after."""
    legs = [[(wait, 1.0), *rise, *AFTER[after]] for wait, rise, after in past]
    return rides.many([TODAY, *legs])


def last(runs: list[Run]) -> Run:
    return next(run for run in runs if run.theme == "t0")


def apart(count: int, rise: list[tuple[int, float]], after: str, first: int = 0) -> list:  # type: ignore[type-arg]  # as above
    return [(first + 60 * place, rise, after) for place in range(count)]


def test_the_like_shape_is_nearest_and_how_it_went_on_is_told() -> None:
    runs = ridden([*apart(6, STEADY, "down"), *apart(6, LATE, "up", first=400)])
    found = likeness(runs, "t0", last(runs).days[-1], markets.LABEL)
    assert found is not None
    assert len(found.nearest) == 5
    assert {one.theme for one in found.nearest} < {f"t{n}" for n in range(1, 7)}
    assert all(one.fell for one in found.nearest)
    assert all(one.ahead < -0.25 for one in found.nearest)
    assert found.eligible == 12
    assert found.fell == pytest.approx(0.5)
    assert [one.distance for one in found.nearest] == sorted(o.distance for o in found.nearest)


def test_one_mania_of_many_themes_counts_once() -> None:
    same_time = [(100, STEADY, "down")] * 8
    runs = ridden([*same_time, (400, LATE, "up")])
    found = likeness(runs, "t0", last(runs).days[-1], markets.LABEL)
    assert found is not None
    assert found.eligible == 9
    assert len(found.nearest) == 2


def test_one_theme_counts_once() -> None:
    twice = [(100, 1.0), *STEADY, *AFTER["down"], (100, 1.0), *STEADY, *AFTER["down"]]
    runs = rides.many([TODAY, twice])
    found = likeness(runs, "t0", last(runs).days[-1], markets.LABEL)
    assert found is not None
    assert (found.eligible, len(found.nearest)) == (2, 1)


def test_what_came_after_is_not_looked_at_for_likeness() -> None:
    one, other = (ridden([(100, STEADY, after), (300, LATE, "up")]) for after in ("up", "down"))
    found = [likeness(runs, "t0", last(runs).days[-1], markets.LABEL) for runs in (one, other)]
    assert found[0] is not None
    assert found[1] is not None
    ranks = [[(a.theme, a.day, a.distance) for a in each.nearest] for each in found if each]
    assert ranks[0] == ranks[1]
    assert [a.fell for a in found[0].nearest] != [a.fell for a in found[1].nearest]


def test_a_past_run_up_counts_once_its_days_after_are_known() -> None:
    runs = rides.many([TODAY, [(1300 - 40, 1.0), *STEADY, (40, 1.1)]])
    today, past = last(runs), runs[1]
    at = past.begun + today.age
    assert past.days[at] < today.days[-1]
    assert len(past.days) <= at + markets.LABEL.days
    found = likeness(runs, "t0", today.days[-1], markets.LABEL)
    assert found is not None
    assert found.eligible == 0
    assert isnan(found.fell)


def test_a_past_run_up_that_was_over_at_that_age_does_not_count() -> None:
    runs = rides.many([[(1300, 1.0), (60, 1.6)], [(100, 1.0), (25, 1.4), *AFTER["down"]]])
    found = likeness(runs, "t0", last(runs).days[-1], markets.LABEL)
    assert found is not None
    assert last(runs).age > next(run for run in runs if run.theme == "t1").age
    assert found.eligible == 0


def test_a_theme_without_a_run_up_is_like_none() -> None:
    runs = ridden([(100, STEADY, "down")])
    assert likeness(runs, "t1", last(runs).days[-1], markets.LABEL) is None


def test_shapes_are_scaled_to_their_highest() -> None:
    runs = rides.many([[(30, 1.5)], [(30, 3.0)]])
    shapes = [path(run, run.age) for run in runs]
    assert shapes[0][0] == shapes[1][0] == 0
    assert shapes[0].max() == shapes[1].max() == 1


def test_of_equal_shapes_the_rules_decide() -> None:
    waits = [0, 100, 200, 300, 400, 500]
    net = frame(
        t0=rides.path(*TODAY),
        **{f"t{n}": rides.path((w, 1.0), *STEADY, *AFTER["up"]) for n, w in enumerate(waits, 1)},
    )
    told = np.empty((4, *net.shape))
    told[:] = np.arange(net.shape[1]) * 1.0  # the theme's number, whatever the rule
    told[:, :, 0] = 3.1
    runs = follow((), rides.seen(net, told))
    found = likeness(runs, "t0", last(runs).days[-1], markets.LABEL)
    assert found is not None
    assert [one.theme for one in found.nearest] == ["t3", "t4", "t2", "t5", "t1"]
