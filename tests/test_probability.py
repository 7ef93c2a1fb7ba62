"""Probabilities: nothing later is seen, planted skill is found, and none is claimed of noise."""

from datetime import date
from math import isnan

import numpy as np
import pandas as pd
import pytest

from signals.model import Kind, Stage, ThemeState, Transition
from signals.probability import STAGES, Skill, forecasts, skill, staged
from tests import markets

DAYS, THEMES = 1500, 30


def moved(theme: str, day: date, before: Stage, after: Stage) -> Transition:
    return Transition(
        theme, day, Kind.SURGE, ThemeState(theme, before), ThemeState(theme, after), ()
    )


def history(planted: bool) -> tuple[pd.DataFrame, list[Transition]]:
    """Every 150 days each theme is 40 days forming or in a bubble, then calm.

    Where `planted`, a bubble is followed by a fall of about a fifth in 20 days.
    """
    rng = np.random.default_rng(5)
    moves = rng.normal(0, 0.007, (DAYS, THEMES))
    index, told = markets.weekdays(DAYS), []
    for theme in range(THEMES):
        for start in range(70 + 3 * theme, DAYS - 70, 150):
            stage = Stage.BUBBLE if rng.random() < 0.5 else Stage.FORMING
            told.append(moved(str(theme), index[start], Stage.QUIET, stage))
            told.append(moved(str(theme), index[start + 40], stage, Stage.OVER))
            if planted and stage is Stage.BUBBLE:
                moves[start + 40 : start + 60, theme] -= 0.012
    net = pd.DataFrame(100 * np.cumprod(1 + moves, axis=0), index=index).rename(columns=str)
    return net, sorted(told, key=lambda t: t.day)


def judged(planted: bool) -> Skill:
    net, told = history(planted)
    return skill(net, told, net.index[0], net.index[-1], markets.LABEL)[0]


def test_a_stage_lasts_from_its_entry_to_the_next() -> None:
    net, _ = history(planted=False)
    told = [
        moved("3", net.index[100], Stage.QUIET, Stage.BUBBLE),
        moved("3", net.index[140], Stage.BUBBLE, Stage.OVER),
    ]
    found = staged(told, net)
    assert (found[100:140, 3] == STAGES.index(Stage.BUBBLE)).all()
    assert (found != -1).sum() == 40


@pytest.mark.parametrize("row", [900, 1000, 1100])
def test_what_comes_later_changes_no_forecast(row: int) -> None:
    net, told = history(planted=True)
    stage = staged(told, net)
    changed = net.copy()
    changed.iloc[row:] *= np.linspace(0.9, 0.2, DAYS - row)[:, None]
    before = forecasts(net, stage, markets.LABEL)[:, :row]
    assert (~np.isnan(before[0])).sum() > 1000
    np.testing.assert_array_equal(before, forecasts(changed, stage, markets.LABEL)[:, :row])


def test_a_planted_difference_between_stages_is_found_and_may_be_shown() -> None:
    found = judged(planted=True)
    assert found.brier_skill > 0.3
    assert found.over_volatility > 0.3
    assert found.interval[0] < found.brier_skill < found.interval[1]
    assert found.mean_forecast == pytest.approx(found.share, abs=0.05)
    assert found.shown


def test_of_noise_no_skill_is_shown() -> None:
    found = judged(planted=False)
    assert found.n > 5000
    assert abs(found.over_volatility) < 0.05
    assert not found.shown


def test_skill_over_climatology_alone_is_not_enough_to_be_shown() -> None:
    better, same = (0.02, 0.08), (-0.01, 0.03)
    assert not Skill(100, 5, 0.2, 0.2, 0.1, 0.05, better, 0.01, same).shown
    assert Skill(100, 5, 0.2, 0.2, 0.1, 0.05, better, 0.04, better).shown


def test_a_span_without_forecasts_has_no_skill() -> None:
    net, told = history(planted=True)
    none = skill(net, told, net.index[0], net.index[70], markets.LABEL)[0]
    assert (none.n, none.shown) == (0, False)
    assert isnan(none.brier_skill)
    late = skill(net, told, net.index[-60], net.index[-1], markets.LABEL)[0]
    assert late.n == 0  # nothing there is over: only the falls would be known
