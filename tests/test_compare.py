"""Rules beside the stages: what an onset of a rule is, and a fair race against one line."""

from math import isnan, nan

import numpy as np
import pandas as pd
import pytest

from signals.compare import COOL_DAYS, Alerts, against_baseline, crossings, risen
from tests import markets


def frame(*columns: list[float]) -> pd.DataFrame:
    days = markets.weekdays(len(columns[0]))
    return pd.DataFrame(dict(enumerate(columns)), index=days).rename(columns=str)


@pytest.mark.parametrize(
    ("scores", "rows"),
    [
        ([0, 1, 1, 0], [1]),
        ([0, 0.99, 1, 1], [2]),  # at the threshold it fires
        ([1, 1, 0, 0], []),  # nobody knows when it began
        ([nan, 1, 0, 0], []),
        ([0, nan, 1, 0], [2]),  # an unknown day says nothing either way
        ([0, 1, nan, 1], [1]),
    ],
)
def test_a_rule_s_onset_is_its_first_firing_after_not_firing(
    scores: list[float], rows: list[int]
) -> None:
    made = frame(scores)
    assert crossings(made, 1.0) == [(made.index[row], "0") for row in rows]


@pytest.mark.parametrize(("apart", "onsets"), [(COOL_DAYS, 1), (COOL_DAYS + 1, 2)])
def test_a_score_that_dances_on_its_threshold_is_one_alert(apart: int, onsets: int) -> None:
    scores = [0.0] * 60
    scores[5] = scores[5 + apart] = 1.0
    assert len(crossings(frame(scores), 1.0)) == onsets


def walks(seed: int = 4) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    moves = rng.normal(0, 0.012, (900, 40))
    net = pd.DataFrame(100 * np.cumprod(1 + moves, axis=0), index=markets.weekdays(900))
    return net.rename(columns=str)


def before_falls(net: pd.DataFrame, step: int) -> Alerts:
    """Alerts of one who sees twenty days ahead: where a fall of 12 % is just coming."""
    ahead = net.shift(-20) / net - 1
    rows, columns = np.nonzero((ahead < -0.12).to_numpy())
    places = sorted(zip(rows.tolist(), columns.tolist(), strict=True))[::step]
    return [(net.index[row], net.columns[column]) for row, column in places]


def test_one_who_sees_ahead_beats_the_baseline_at_as_many_onsets() -> None:
    net = walks()
    found = against_baseline(net, before_falls(net, 12), net.index[0], net.index[-1], markets.LABEL)
    assert abs(found.onsets[0] - found.onsets[1]) <= 3
    assert found.precision[0] == 1
    assert found.difference == pytest.approx(1 - found.precision[1])
    assert 0 < found.interval[0] < found.difference < found.interval[1]


def test_the_baseline_is_no_better_than_itself_in_any_draw() -> None:
    net = walks()
    found = against_baseline(
        net, crossings(risen(net), 0.25), net.index[0], net.index[-1], markets.LABEL
    )
    assert found.threshold == 0.25
    assert found.difference == 0
    assert found.interval == (0, 0)  # drawn apart, it would be as wide as two precisions


def test_few_alerts_have_a_difference_without_an_interval() -> None:
    net = walks()
    few = before_falls(net, 12)[:4]
    assert isnan(against_baseline(net, few, net.index[0], net.index[-1], markets.LABEL).interval[0])
    none = against_baseline(net, [], net.index[0], net.index[-1], markets.LABEL)
    assert none.onsets[0] == 0
    assert isnan(none.difference)
