"""Luck: alerts moved through the calendar, episodes left out, and what a sample can show."""

from math import isnan

import numpy as np
import pandas as pd
import pytest

from signals.compare import Alerts
from signals.nulls import detectable_lift, left_out, moved
from tests import markets


def net(bust: bool) -> pd.DataFrame:
    """Thirty themes; with `bust`, a third of them fall by a third between rows 300 and 340."""
    rng = np.random.default_rng(7)
    moves = rng.normal(0, 0.008, (600, 30))
    if bust:
        moves[300:340, :10] -= 0.01
    frame = pd.DataFrame(100 * np.cumprod(1 + moves, axis=0), index=markets.weekdays(600))
    return frame.rename(columns=str)


def at(frame: pd.DataFrame, *rows: int) -> Alerts:
    return [(frame.index[row], str(theme)) for row in rows for theme in range(10)]


def test_alerts_in_time_are_seldom_matched_by_the_same_alerts_moved() -> None:
    frame = net(bust=True)
    found = moved(frame, at(frame, 290, 295), frame.index[0], frame.index[-1], markets.LABEL)
    assert found.shifts == 540 - 2 * 60 + 1
    assert found.p_precision <= 0.05
    assert found.p_lift <= 0.05


def test_alerts_at_a_wrong_time_are_not_significant() -> None:
    frame = net(bust=True)
    found = moved(frame, at(frame, 420, 425), frame.index[0], frame.index[-1], markets.LABEL)
    assert found.p_precision > 0.2
    assert found.p_lift > 0.2


def test_alerts_whose_days_are_not_over_are_left_out() -> None:
    frame = net(bust=False)
    frame.iloc[-5:] *= 0.5  # known to have fallen, while those that did not are not known yet
    found = moved(frame, at(frame, 560), frame.index[0], frame.index[-1], markets.LABEL)
    assert found.shifts == 0
    assert isnan(found.p_precision)


def test_precision_that_hangs_on_one_month_shows_when_it_is_left_out() -> None:
    frame = net(bust=True)
    calm = at(frame, 100, 130, 400, 430)
    found = left_out(frame, at(frame, 295) + calm, frame.index[0], frame.index[-1], markets.LABEL)
    assert (found.months, found.waves) == (5, 5)
    assert found.by_month[0] < 0.15
    assert found.by_month[1] > 0.2
    together = left_out(
        frame, at(frame, 285, 295, 305), frame.index[0], frame.index[-1], markets.LABEL
    )
    assert together.waves == 1
    assert isnan(together.by_wave[0])  # nothing is left


@pytest.mark.parametrize(("interval", "least"), [((1.0, 1.0), 1), ((0.51, 2.47), 2.4)])
def test_a_wide_interval_shows_only_large_lifts(
    interval: tuple[float, float], least: float
) -> None:
    assert detectable_lift(interval) == pytest.approx(least)
