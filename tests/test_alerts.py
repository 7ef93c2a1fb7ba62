"""Alerts: what each kind rests on, in which order it is said, and what would end it."""

from dataclasses import replace
from datetime import date
from math import nan
from types import SimpleNamespace
from typing import cast

import pytest

from bot import context, messages, texts
from bot.evidence import ends, evidence, grounds, shown_condition
from bot.past import Past
from bot.words import Language
from signals.model import Kind, Stage, Transition
from signals.ways import Condition
from tests.test_messages import BUBBLE, DAY, FACTS, POLICY, SURGE, TOLD, TURN, golden, storied


def each_kind() -> list[Transition]:
    """A theme that becomes a bubble, diverges, and is over after a burst."""
    values = {"run_up": 0.31, "breadth": 0.9, "weakness": 0.1, "fall": 0.0, "outflow": 0.05}
    rise = tuple(replace(s, value=values.get(s.rule, s.value)) for s in TURN.signals)
    fallen = {"run_up": -0.06, "breadth": 0.1, "weakness": 0.9, "fall": 0.31, "outflow": 0.6}
    fell = tuple(replace(s, value=fallen.get(s.rule, s.value)) for s in TURN.signals)
    forming = replace(BUBBLE, stage=Stage.FORMING)
    grown = replace(TURN, kind=Kind.SURGE, before=forming, after=BUBBLE, signals=rise, net=1.4)
    apart = tuple(replace(s, value=0.28) if s.rule == "divergence" else s for s in rise)
    over = replace(TURN.after, stage=Stage.OVER)
    return [
        grown,
        replace(grown, kind=Kind.DIVERGENCE, before=BUBBLE, signals=apart),
        replace(TURN, kind=Kind.OVER, before=TURN.after, after=over, signals=fell, net=0.97),
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_alert_of_each_other_kind_says_what_it_rests_on_and_what_would_end_it(
    language: Language,
) -> None:
    known = replace(TOLD, past=cast(Past, SimpleNamespace(runs=(), days=[BUBBLE.started, DAY])))
    told = [messages.alerts([t], known, language)[0] for t in each_kind()]
    golden(f"kinds_{language}", "\n\n~~~\n\n".join(told))


def test_an_alert_goes_from_the_verdict_to_what_would_end_it() -> None:
    told, day = storied()
    (text,) = messages.alerts(told[:1], replace(day, is_wide=False), "zh")
    parts = [
        "高潮 → 退潮",
        "● ",
        "同类警报",
        "子题材",
        "同一故事",
        "结束的条件",
        "成分股",
        "未达阈值",
        "编号",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_the_end_of_an_episode_is_told_before_anything_else() -> None:
    days = [BUBBLE.started, date(2024, 2, 20), DAY]
    known = replace(TOLD, past=cast(Past, SimpleNamespace(runs=(), days=days)))
    (text,) = messages.alerts([each_kind()[-1]], known, "en")
    _, ended, run_up, fell, *_ = text.splitlines()
    assert ended.startswith("from 2024-01-15 it lasted 2 trading days: up 40.0% net to its peak")
    assert "then down 30.7%; all of the rise given back, and more" in ended
    assert "-6.0%" in run_up
    assert "30.7%" in fell
    assert "over when" not in text  # it is


def test_what_a_stage_was_entered_on_is_said_and_not_a_rule_with_another_threshold() -> None:
    policy = replace(POLICY, surge_run_up=0.30)
    shown = evidence(SURGE.signals, "en", SURGE.kind, grounds(SURGE, policy))
    first, second = shown["leading"][:2]
    assert (first["value"], first["threshold"]) == ("+31.0%", "≥\N{NO-BREAK SPACE}+30.0%")
    assert (second["dot"], second["value"]) == ("○", "41%")
    for blind in (replace(SURGE, net=None), replace(SURGE, signals=SURGE.signals[:3])):
        assert not grounds(blind, policy)  # of an older release, or without a rule it hangs on
        assert not ends(blind, policy, "en")


@pytest.mark.parametrize(
    ("value", "side", "dot", "shown"),
    [
        (0.04996, -2, "●", "+4.996%"),
        (0.0499999999, -2, "●", "<+5.0%"),
        (0.05, -2, "○", "+5.0%"),
        (0.0500001, -1, "○", ">+5.0%"),
        (0.05, -1, "●", "+5.0%"),
    ],
)
def test_a_value_beside_its_bound_reads_as_the_side_it_is_on(
    value: float, side: int, dot: str, shown: str
) -> None:
    said = shown_condition(Condition("run_up", value, 0.05, "fraction", side), "en")
    assert (said["dot"], said["value"]) == (dot, shown)


def test_of_many_members_those_that_moved_most_are_named() -> None:
    moves = [(f"股{n}", (30 - n) / 1000) for n in range(40)]
    text = context.constituents(FACTS["t"], [*moves, ("停牌", nan)], "zh")
    counts, listed, *named = text.split(texts.BETWEEN)
    assert (counts, listed) == ("成分股 40, 有数据 38", "名单 2024-02-26")
    assert named[0] == "当日最强 股0 +3.0%"
    assert named[4:7] == ["股4 +2.6%", "最弱 股39 -0.9%", "股38 -0.8%"]
    assert named[-1] == "股35 -0.5%"
    few = context.constituents(None, moves[:10], "zh").split(texts.BETWEEN)
    assert (few[0], few[-1], len(few)) == ("当日 股0 +3.0%", "股9 +2.1%", 10)
    assert context.constituents(None, [("停牌", nan)], "en") == ""
