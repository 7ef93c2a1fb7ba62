"""Why a theme is still in a stage that it would not enter today."""

from math import nan

import pytest

from bot.app import judge
from bot.evidence import is_past, stays
from bot.words import Language
from config.settings import Settings
from signals.evaluate import thresholds
from signals.lifecycle import Reading, advance
from signals.model import Stage, ThemeState
from signals.ways import BEFORE, Way, entry, ways
from tests import markets

DAY = markets.weekdays(1)[0]
PEAK = 100.0


def said(settings: Settings, state: ThemeState, today: Reading, language: Language = "zh") -> str:
    rules, policy = judge(settings)
    of = (state, today, policy, thresholds(rules))
    return stays(state.stage, entry(*of), ways(*of), language)


def today(net: float = 96.3, run_up: float = 0.092, breadth: float = 0.05) -> Reading:
    """The market fell, and the theme with it: little of its run-up is left, net it is near its
    peak.
    """
    return Reading(DAY, net, run_up, breadth, weakness=0.89, outflow=0.6, divergence=nan)


def state(stage: Stage, pending: Stage | None = None, days: int = 0) -> ThemeState:
    return ThemeState("t", stage, peak_net=PEAK, pending=pending, pending_days=days)


def test_a_bubble_whose_own_conditions_are_gone_says_what_keeps_it(settings: Settings) -> None:
    line = said(settings, state(Stage.BUBBLE), today())
    assert line == (
        "仍在高潮：进入高潮的条件已不满足，"
        "但转折的条件未满足（距本轮高点净回落 ≥\N{NO-BREAK SPACE}8.0%，现 3.7%），"
        "结束的条件未满足（60日净涨幅 <\N{NO-BREAK SPACE}+5.0%，现 +9.2%）"
    )
    english = said(settings, state(Stage.BUBBLE), today(), "en")
    assert english.startswith("Still bubble: what “bubble” is entered on no longer holds, but")
    assert "now 3.7%" in english


def test_days_that_must_follow_are_counted(settings: Settings) -> None:
    line = said(settings, state(Stage.FORMING, Stage.OVER, 3), today(run_up=0.01))
    assert "结束的条件满足后须连续10日（已3日）" in line


@pytest.mark.parametrize(
    ("stage", "reading"),
    [
        (Stage.BUBBLE, today(run_up=0.3, breadth=0.8)),  # it would be entered today
        (Stage.BUBBLE, today(run_up=nan, breadth=nan)),  # not known: nothing is gone
        (Stage.BURSTING, today(net=80.0)),
        (Stage.OVER, today()),
        (Stage.QUIET, today()),
    ],
)
def test_where_nothing_is_gone_nothing_is_said(
    settings: Settings, stage: Stage, reading: Reading
) -> None:
    assert said(settings, state(stage), reading) == ""


@pytest.mark.parametrize("stage", BEFORE)
@pytest.mark.parametrize("run_up", [0.09, 0.2, 0.3])
@pytest.mark.parametrize("breadth", [0.3, 0.65, 0.9])
@pytest.mark.parametrize("net", [97.0, 90.0])
def test_a_stage_is_past_where_the_lifecycle_would_not_enter_it(
    settings: Settings, stage: Stage, run_up: float, breadth: float, net: float
) -> None:
    rules, policy = judge(settings)
    at, reading = thresholds(rules), today(net, run_up, breadth)
    asked = entry(state(stage), reading, policy, at)
    days = {Stage.BURSTING: policy.reversal_days}.get(stage, policy.for_days)
    before = state(BEFORE[stage], stage, days - 1)  # what is seen today is the last day of it
    after, _ = advance(before, reading, policy, at)
    assert is_past(asked) is (after.stage is not stage)


def test_of_a_way_that_is_shut_only_what_is_missing_is_named(settings: Settings) -> None:
    rules, policy = judge(settings)
    of = (state(Stage.BUBBLE), today(), policy, thresholds(rules))
    turn: Way = ways(*of)[0]
    assert [asked.holds for asked in turn.conditions] == [False, True, True]
    assert "跌破20日线" not in said(settings, *of[:2])
