"""The record of alerts: labels at their edges, base rates, intervals over whole months."""

from datetime import date
from math import isnan

import numpy as np
import pandas as pd
import pytest

from bot.app import labels
from bot.errors import UserError
from bot.lived import settings_hash
from config.settings import Settings
from signals.model import Kind, Stage, ThemeState, Transition
from signals.scorecard import Label, Score, followed, onsets, score
from tests import markets


def net(*columns: list[float]) -> pd.DataFrame:
    days = markets.weekdays(len(columns[0]))
    return pd.DataFrame(dict(enumerate(columns)), index=days).rename(columns=str)


@pytest.mark.parametrize(
    ("levels", "label"),
    [
        ([100, 95, 90, 100, 100], 1),  # just 10 %
        ([100, 95, 90.1, 100, 100], 0),
        ([100, 100, 100, 90, 100], 0),  # a day too late
        ([100, 80, 100, 100, 100], 1),
    ],
)
def test_a_fall_counts_from_the_alert_and_within_its_days(levels: list[float], label: int) -> None:
    assert followed(net(levels), Label(0.10, 2))["0"].iloc[0] == label


def test_what_is_not_over_yet_is_not_known() -> None:
    outcome = followed(net([100, 100, 100, 85, 100]), Label(0.10, 2))["0"]
    assert outcome.tolist()[:3] == [0, 1, 1]
    assert outcome.iloc[3:].isna().all()


def test_a_fall_that_has_come_is_known_before_its_days_are_over() -> None:
    assert followed(net([100, 100, 80]), Label(0.10, 50))["0"].tolist()[:2] == [1, 1]


@pytest.mark.parametrize(("fall", "days"), [(0.0, 60), (1.0, 60), (0.1, 0), (0.1, 251)])
def test_a_label_that_cannot_be_is_refused(fall: float, days: int) -> None:
    with pytest.raises(ValueError, match="a label's"):
        Label(fall, days)


def test_the_labels_are_those_of_the_settings(settings: Settings) -> None:
    shipped = {"net": Label(0.10, 60), "raw": Label(0.20, 60), "raw_long": Label(0.30, 120)}
    assert labels(settings) == shipped
    assert shipped["net"] == markets.LABEL
    other = settings.model_copy(update={"labels": {"net": {"fall": 0.2, "days": 40}}})
    assert labels(other) == {"net": Label(0.2, 40)}
    assert settings_hash(other) != settings_hash(settings)
    wrong = settings.model_copy(update={"labels": {"net": {"fall": 2, "days": 40}}})
    with pytest.raises(UserError, match="settings: labels: a label's fall must be between 0 and 1"):
        labels(wrong)


def random_net(seed: int, crash: bool) -> pd.DataFrame:
    """Forty themes; where `crash`, the first ten fall by a third after row 300."""
    rng = np.random.default_rng(seed)
    moves = rng.normal(0, 0.01, (500, 40))
    if crash:
        moves[300:340, :10] -= 0.01
    frame = pd.DataFrame(np.cumprod(1 + moves, axis=0), index=markets.weekdays(500))
    return frame.rename(columns=str)


def alerts(frame: pd.DataFrame, rows: range) -> list[tuple[date, str]]:
    return [(frame.index[row], str(row % 10)) for row in rows]


def scored(frame: pd.DataFrame, made: list[tuple[date, str]], first: int = 0) -> Score:
    """The record of alerts from a row on."""
    span = (frame.index[first], frame.index[-1])
    return score("x", frame, followed(frame, markets.LABEL), made, *span)


def test_alerts_before_a_crash_have_a_lift_above_one() -> None:
    frame = random_net(1, crash=True)
    found = scored(frame, alerts(frame, range(280, 300)))
    assert (found.onsets, found.dates) == (20, 20)
    assert found.precision > 0.9
    assert found.base_rate < 0.6
    assert found.lift > 1.5
    assert found.interval[0] <= found.precision <= found.interval[1]


def test_alerts_at_random_have_a_lift_of_about_one() -> None:
    frame = random_net(2, crash=False)
    rng = np.random.default_rng(3)
    made = [(frame.index[row], str(rng.integers(40))) for row in rng.integers(70, 430, 300)]
    found = scored(frame, made)
    assert found.lift_interval[0] < 1 < found.lift_interval[1]
    assert 0.7 < found.lift < 1.4


def test_few_alerts_have_no_interval_and_none_have_no_precision() -> None:
    frame = random_net(1, crash=True)
    few = scored(frame, alerts(frame, range(290, 293)))
    assert few.onsets == 3
    assert isnan(few.interval[0])
    none = scored(frame, [])
    assert none.onsets == 0
    assert isnan(none.precision)


def test_an_alert_without_a_volatility_has_nothing_to_be_matched_with() -> None:
    frame = random_net(1, crash=True)
    early = scored(frame, alerts(frame, range(10)))
    assert early.onsets == 10
    assert isnan(early.matched_base_rate)


def test_only_the_alerts_of_the_span_count() -> None:
    frame = random_net(1, crash=True)
    made = alerts(frame, range(280, 300))
    assert scored(frame, made, 290).onsets == 10


def test_an_onset_is_an_entry_into_a_stage() -> None:
    def moved(before: Stage, after: Stage) -> Transition:
        states = ThemeState("t", before), ThemeState("t", after)
        return Transition("t", date(2024, 1, 2), Kind.SURGE, *states, ())

    told = [
        moved(Stage.FORMING, Stage.BUBBLE),
        moved(Stage.BUBBLE, Stage.BUBBLE),
        moved(Stage.BUBBLE, Stage.BURSTING),
    ]
    assert onsets(told, Stage.BUBBLE) == [(date(2024, 1, 2), "t")]
