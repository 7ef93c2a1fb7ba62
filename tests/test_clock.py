"""The clock against a published example and scipy, and what it says when little is known.

The example is that of Freireich et al. (1963, Blood 21:699), weeks of remission under 6-MP, the one
of most textbooks; the shares are those printed there (Kleinbaum and Klein 2012, table 2.4).
"""

from math import isnan

import numpy as np
import pytest
from scipy import stats

from signals.clock import by_month, log_log, standing, survival, waves
from signals.runs import Run
from tests import markets, rides
from tests.rides import DOWN, UP

OVER = [6, 6, 6, 7, 10, 13, 16, 22, 23]
ON = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]  # in remission when last seen
LASTED = np.array([*OVER, *ON])
ENDED = np.arange(len(LASTED)) < len(OVER)


def test_the_shares_are_those_of_the_textbook() -> None:
    times, share, _ = survival(LASTED, ENDED)
    assert times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    expected = [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert share == pytest.approx(expected, abs=5e-5)


def test_greenwoods_variance_is_that_worked_by_hand() -> None:
    _, share, variance = survival(LASTED, ENDED)
    by_hand = 3 / (21 * 18) + 1 / (17 * 16) + 1 / (15 * 14)
    assert variance[2] == pytest.approx(by_hand)
    assert share[2] * np.sqrt(by_hand) == pytest.approx(0.0963, abs=5e-5)  # as printed


def test_shares_and_intervals_are_those_of_scipy() -> None:
    times, share, variance = survival(LASTED, ENDED)
    known = stats.CensoredData(uncensored=LASTED[ENDED], right=LASTED[~ENDED])
    theirs = stats.ecdf(known).sf
    span = theirs.confidence_interval(method="log-log")
    assert share == pytest.approx(theirs.evaluate(times))
    ours = [log_log(s, v) for s, v in zip(share, variance, strict=True)]
    assert [low for low, _ in ours] == pytest.approx(span.low.evaluate(times))
    assert [high for _, high in ours] == pytest.approx(span.high.evaluate(times))


def test_months_that_say_the_same_make_the_interval_wider_not_narrower() -> None:
    rng = np.random.default_rng(5)
    lasted = rng.integers(5, 60, 400)
    ended, apart = np.ones(400, bool), np.arange(400)
    clustered = np.sort(lasted)  # run-ups of a month last about as long as one another
    alone = by_month(lasted, ended, apart, 30)
    together = by_month(clustered, ended, apart // 20, 30)
    times, share, variance = survival(lasted, ended)
    at = int(np.searchsorted(times, 30, "right")) - 1
    narrow = log_log(share[at], variance[at])
    assert alone == pytest.approx(narrow, abs=0.015)
    assert together[1] - together[0] > 2.5 * (alone[1] - alone[0])


def ridden(count: int) -> list[Run]:
    """One run-up that goes on for ever, and `count` before it, of falls after different days."""
    past = [[UP, (place % 12 + 1, 1.0), DOWN, (300, 1.0)] for place in range(count)]
    return rides.many([[(350, 1.0), (40, 1.5)], *past])


def test_a_run_up_stands_among_those_before_it() -> None:
    runs = ridden(24)
    today = next(run for run in runs if run.theme == "t0")
    found = standing(runs, "t0", today.days[-1])
    assert found is not None
    lasted = np.array([run.age for run in runs if run is not today])
    assert (found.age, found.past) == (today.age, 24)
    assert found.longer == pytest.approx((lasted > today.age).mean())
    assert found.months >= 1
    assert found.waves == 1


def test_nothing_later_than_the_day_is_counted() -> None:
    runs = ridden(24)
    one = next(run for run in runs if run.theme == "t5")
    day = one.days[one.begun + 2]
    found = standing(runs, "t5", day)
    assert found is not None
    assert found.longer == 1.0  # nothing was over yet
    assert isnan(found.left)
    assert standing(runs, "t5", one.days[one.begun - 1]) is None


@pytest.mark.parametrize(("past", "known"), [(19, False), (20, True)])
def test_with_too_few_there_is_no_clock(past: int, known: bool) -> None:
    runs = ridden(past)
    found = standing(runs, "t0", next(run for run in runs if run.theme == "t0").days[-1])
    assert found is not None
    assert isnan(found.longer) is not known
    assert found.past == past


def test_a_theme_without_a_run_up_has_no_clock() -> None:
    runs = ridden(24)
    assert standing(runs, "t1", runs[0].days[-1]) is None
    assert standing(runs, "none", runs[0].days[-1]) is None


def test_waves_are_parted_by_a_month_without_a_beginning() -> None:
    days = markets.weekdays(100)
    assert waves([]) == 0
    assert waves([days[0], days[10], days[20]]) == 1
    assert waves([days[0], days[10], days[45]]) == 2
