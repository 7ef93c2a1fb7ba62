"""Run-ups: when they begin, peak and are over, and that nothing is known before its day."""

from datetime import date
from math import isnan

import numpy as np
import pandas as pd
import pytest

from signals.endings import ending, fast_bull
from signals.evaluate import evaluate
from signals.panel import Panel
from signals.rules import Rule
from signals.runs import AFTER_DAYS, STALL_DAYS, Run, Seen, follow, known_on, seen, until
from tests import markets, rides
from tests.rides import DOWN, FLAT, UP, found, frame, path

TOP = FLAT + 29  # row of the peak after UP
LONG = (200, 1.0)  # a flat leg, so that everything is settled


def test_a_run_up_is_dated_from_its_low_to_its_end() -> None:
    net = frame(t=path(UP, DOWN, LONG))
    (run,) = found(net)
    first = next(row for row in range(FLAT, TOP) if net["t"].iloc[row] >= 125)
    assert run.days[run.begun] == net.index[first]
    assert run.days[run.peak] == net.index[TOP]
    assert run.levels[0] == 100
    assert run.days[0] == net.index[FLAT - 1]  # the last of equal lows
    over = next(row for row in range(TOP, len(net)) if net["t"].iloc[row] <= 135)
    assert run.over is not None
    assert run.days[run.over] == net.index[over]
    assert run.age == over - first


def test_its_figures_are_those_of_the_path() -> None:
    (run,) = found(frame(t=path(UP, DOWN, LONG)))
    told = ending(run)
    assert told.run_up == pytest.approx(0.5)
    assert told.days_up == 30
    assert told.fall == pytest.approx(0.2)
    assert told.days_down == 40
    assert told.given_back == pytest.approx(30 / 50)
    assert isnan(told.under_water)
    assert told.up_per_day == pytest.approx(1.5 ** (1 / 30) - 1)
    assert told.down_per_day == pytest.approx(1 - 0.8 ** (1 / 40))
    assert fast_bull([told]).ratio == pytest.approx(told.up_per_day / told.down_per_day)


def test_a_regained_peak_ends_the_time_under_water() -> None:
    (run, *_) = found(frame(t=path(UP, (10, 0.85), (20, 1.3), LONG)))
    told = ending(run)
    climb = next(n for n in range(21) if 150 * 0.85 * (1 + 0.3 * n / 20) >= 150)
    assert told.under_water == 10 + climb
    assert told.fall == pytest.approx(0.15)
    assert fast_bull([told]).regained == 1


def test_a_flat_top_is_not_under_water() -> None:
    (run,) = found(frame(t=path(UP, (5, 1.0), DOWN, LONG)))
    assert run.days[run.peak] == run.days[30]
    assert ending(run).given_back == pytest.approx(0.6)


@pytest.mark.parametrize(("rise", "count"), [(1.24, 0), (1.251, 1)])
def test_a_quarter_up_is_needed(rise: float, count: int) -> None:
    assert len(found(frame(t=path((30, rise), LONG)))) == count


@pytest.mark.parametrize(("fall", "over"), [(0.901, False), (0.9, True)])
def test_a_tenth_down_is_the_end(fall: float, over: bool) -> None:
    (run,) = found(frame(t=path(UP, (10, fall))))
    assert (run.over is not None) is over


def test_without_a_new_peak_it_is_over_after_sixty_days() -> None:
    (run,) = found(frame(t=path(UP, (STALL_DAYS - 1, 1.0))))
    assert run.over is None
    (run,) = found(frame(t=path(UP, (STALL_DAYS, 1.0))))
    assert run.over == run.peak + STALL_DAYS


def test_a_dip_and_a_new_high_are_two_run_ups() -> None:
    first, second = found(frame(t=path(UP, (10, 0.85), (30, 1.5), DOWN, LONG)))
    assert first.over is not None
    assert first.days[first.over] < second.days[second.begun]
    assert second.levels[second.peak] == pytest.approx(150 * 0.85 * 1.5)


def test_what_goes_on_is_told_so_far_and_no_further() -> None:
    (run,) = found(frame(t=path(UP, (3, 0.97))))
    told = ending(run)
    assert (told.over, told.run_up) == (None, pytest.approx(0.5))
    assert told.up_per_day > 0
    unknown = (told.lasted, told.fall, told.given_back, told.down_per_day, told.breadth_days)
    assert all(map(isnan, unknown))
    assert fast_bull([told]).runs == 0


def test_what_is_over_and_not_settled_has_no_trough_yet() -> None:
    (run,) = found(frame(t=path(UP, DOWN)))
    told = ending(run)
    assert told.lasted > 0
    assert isnan(told.fall)
    assert run.settled is None


def test_days_to_normal_are_counted_from_the_peak() -> None:
    net = frame(t=path(UP, DOWN, LONG))
    share = np.where(np.arange(len(net)) < TOP + 7, 0.9, 0.4)[None, :, None]
    activity = np.where(np.arange(len(net)) < TOP + 12, 2.0, 0.9)[:, None]
    (run,) = follow((), Seen(rides.seen(net, share).scores, activity))
    assert ending(run).breadth_days == 7
    assert ending(run).activity_days == 12
    assert (fast_bull([ending(run)]).breadth_days, fast_bull([]).runs) == (7, 0)


def test_holes_and_constant_or_short_series_are_lived_with() -> None:
    holed = path(UP, DOWN, LONG)
    holed[[FLAT + 5, TOP - 3, TOP + 10]] = np.nan
    unborn = np.r_[np.full(FLAT + 20, np.nan), path(UP)]
    net = frame(t=holed, born=unborn, flat=np.full(80, 7.0), gone=np.full(80, np.nan))
    runs = found(net)
    assert [run.theme for run in runs] == ["born", "t"]
    assert ending(runs[1]).run_up == pytest.approx(0.5)
    assert found(net.iloc[:30]) == []


def same(one: Run, other: Run) -> bool:
    rows = ("levels", "breadth", "activity", "evidence")
    arrays = (np.array_equal(getattr(one, n), getattr(other, n), equal_nan=True) for n in rows)
    return (one.theme, one.begun, one.days) == (other.theme, other.begun, other.days) and all(
        arrays
    )


def alike(ones: list[Run], others: list[Run]) -> bool:
    return len(ones) == len(others) and all(map(same, ones, others))


def wild(seed: int) -> pd.DataFrame:
    """Simulated net levels of ten themes that jump about."""
    moves = np.random.default_rng(seed).normal(0.001, 0.035, (500, 10))
    index = markets.weekdays(500)
    return pd.DataFrame(100 * np.exp(moves.cumsum(axis=0)), index).rename(columns=str)


@pytest.mark.parametrize("seed", range(3))
def test_day_by_day_gives_what_all_days_at_once_give(seed: int) -> None:
    net = wild(seed)
    runs = found(net)
    assert len(runs) > 15
    known: list[Run] = []
    for row in range(60, len(net), 7):  # a week at a time, each with the days before it
        window = net.iloc[max(0, row - 255) : row + 7]
        known = follow(known, rides.seen(window), net.index[row] if known else date.min)
    assert alike(known, runs)


@pytest.mark.parametrize("row", [150, 260, 371])
def test_what_was_known_on_a_day_does_not_change_when_later_days_come(row: int) -> None:
    net = wild(4)
    day = net.index[row]
    assert alike(known_on(found(net), day), found(net.iloc[: row + 1]))


def test_a_run_up_that_has_not_begun_is_not_known() -> None:
    (run,) = found(frame(t=path(UP, DOWN)))
    assert until(run, run.days[run.begun - 1]) is None
    begun = until(run, run.days[run.begun])
    assert begun is not None
    assert begun.age == 0


def test_following_ends_where_nothing_more_is_told() -> None:
    (run,) = found(frame(t=path(UP, DOWN, LONG)))
    assert len(run.days) == run.peak + AFTER_DAYS + 1
    assert len(run.evidence) == run.age + 1


def test_a_panel_gives_breadth_activity_and_what_all_rules_said(rules: tuple[Rule, ...]) -> None:
    panel: Panel = markets.panel()
    scores = evaluate(panel, rules)
    runs = follow((), seen(panel, scores))
    (mania,) = [run for run in runs if run.theme == "t0" and ending(run).run_up > 0.8]
    at = scores.days.index(mania.days[mania.begun])
    assert np.array_equal(mania.evidence[0], scores.values[:, at, 0], equal_nan=True)
    assert np.isfinite(mania.breadth).all()
    assert np.isfinite(mania.activity).all()
    assert ending(mania).breadth_days > 0
