"""Laws that hold for every registered rule, and a check that the first law can catch a leak."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from config.settings import Settings
from signals.evaluate import LOOK_BACK, evaluate
from signals.panel import FRAMES, Panel
from signals.rules import ACROSS, RULES, Rule, build
from tests import markets

Score = Callable[[Panel], pd.DataFrame]


@pytest.fixture(params=sorted(RULES))
def rule(request: pytest.FixtureRequest, rules: tuple[Rule, ...]) -> Rule:
    return next(r for r in rules if r.name == request.param)


def sees_the_future(score: Score, panel: Panel) -> bool:
    """Whether what is said of past days changes when later days arrive."""
    whole = score(panel)
    for cut in (-60, -41, -20, -7):
        day = panel.days[cut]
        if not score(panel.until(day)).equals(whole.loc[:day]):
            return True
    return False


def test_a_rule_sees_no_future(rule: Rule) -> None:
    panel = markets.panel()
    assert rule.score(panel, rule.params).notna().any(axis=None)
    assert not sees_the_future(lambda p: rule.score(p, rule.params), panel)


LEAKS: dict[str, Score] = {
    "full-sample maximum": lambda p: p.net / p.net.max(),
    "full-sample z-score": lambda p: (p.net - p.net.mean()) / p.net.std(),
    "centred mean": lambda p: p.net.rolling(5, center=True).mean(),
    "tomorrow": lambda p: p.net.shift(-1),
    "backfill": lambda p: p.net.where(p.advancers > 5).bfill(),
}


@pytest.mark.parametrize("leak", LEAKS)
def test_the_law_catches_a_planted_leak(leak: str) -> None:
    assert sees_the_future(LEAKS[leak], markets.panel())


def test_a_rule_says_the_same_from_a_shorter_history(rule: Rule) -> None:
    panel = markets.panel(days=LOOK_BACK + 40)
    short = rule.score(panel.last(LOOK_BACK), rule.params)
    pd.testing.assert_series_equal(
        short.iloc[-1], rule.score(panel, rule.params).iloc[-1], check_exact=True
    )


def test_a_rule_writes_to_nothing(rule: Rule) -> None:
    panel, same = markets.panel(), markets.panel()
    rule.score(panel, rule.params)
    for field in fields(Panel):
        assert getattr(panel, field.name).equals(getattr(same, field.name))


def test_a_rule_keeps_the_shape(rule: Rule) -> None:
    panel = markets.panel()
    score = rule.score(panel, rule.params)
    assert score.index.equals(panel.close.index)
    assert list(score.columns) == list(panel.close.columns)


def test_a_rule_looks_at_other_themes_only_if_it_says_so(rule: Rule) -> None:
    panel = markets.panel()
    few = list(panel.close.columns)[:2]
    part = replace(panel, **{name: getattr(panel, name)[few] for name in FRAMES})
    whole, alone = (evaluate(of, [rule]).values[0] for of in (panel, part))
    assert np.array_equal(whole[:, :2], alone, equal_nan=True) is (rule.name not in ACROSS)


def test_a_rule_does_not_mind_the_level_of_prices(rule: Rule) -> None:
    panel = markets.panel()
    tenfold = replace(panel, close=panel.close * 10)
    pd.testing.assert_frame_equal(
        rule.score(panel, rule.params), rule.score(tenfold, rule.params), rtol=1e-9
    )


def test_a_rule_does_not_know_on_short_history(rule: Rule) -> None:
    short = markets.panel().last(2)
    said = rule.score(short, rule.params)
    assert rule.name in ("weakness", "board_height") or said.isna().all(axis=None)


def test_a_rule_does_not_make_up_what_is_missing(rule: Rule) -> None:
    panel = markets.panel()
    blank = {f.name: getattr(panel, f.name) * np.nan for f in fields(Panel)}
    assert rule.score(Panel(**blank), rule.params).isna().all(axis=None)


def odd(name: str) -> Panel:
    """A panel whose prices are not what prices should be; the counts beside them are sound."""
    panel = markets.panel()
    close, benchmark = panel.close.copy(), panel.benchmark
    if name == "prices that stand still":
        close.loc[:, :], benchmark = 1000.0, benchmark * 0 + 1000.0
    elif name == "a price of zero today":
        close.iloc[-1] = 0.0
    elif name == "prices of zero":
        close.loc[:, :] = 0.0
    elif name == "a price in another unit for a day":
        close.iloc[-5] *= 1e9
    elif name == "a price of next to nothing":
        close.iloc[-1] = 1e-9
    elif name == "unknown at either end":
        close.iloc[[0, 1, -1]] = np.nan
    elif name == "holes":
        close[np.random.default_rng(1).random(close.shape) < 0.3] = np.nan
    elif name == "a market without a level":
        benchmark = benchmark * 0
    return replace(panel, close=close, benchmark=benchmark)


ODD = (
    *("prices that stand still", "a price of zero today", "prices of zero", "holes"),
    *("a price in another unit for a day", "a price of next to nothing"),
    *("unknown at either end", "a market without a level"),
)


@pytest.mark.parametrize("name", ODD)
def test_odd_prices_give_no_warning_and_nothing_infinite(rule: Rule, name: str) -> None:
    panel = odd(name)  # a warning would end the test
    (scores,) = evaluate(panel, [rule]).values
    assert not np.isinf(scores).any()
    blank = rule.score(replace(panel, close=panel.close * np.nan), rule.params)
    if name in ("unknown at either end", "a price of zero today") and blank.isna().all(axis=None):
        assert np.isnan(scores[-1]).all()  # a rule on prices
    assert not sees_the_future(lambda p: rule.score(p, rule.params), panel)


@pytest.mark.parametrize("days", [0, 1, 3])
def test_a_rule_lives_with_next_to_no_days(rule: Rule, days: int) -> None:
    panel = markets.panel()
    few = panel.since(panel.days[-days]) if days else panel.until(date(1999, 1, 1))
    assert rule.score(few, rule.params).shape == (days, len(panel.close.columns))


def test_a_panel_with_a_day_twice_is_refused(rules: tuple[Rule, ...]) -> None:
    panel = markets.panel(days=30)
    twice = Panel(**{f.name: getattr(panel, f.name).iloc[[*range(30), 29]] for f in fields(Panel)})
    with pytest.raises(ValueError, match="days must ascend, each once: 2024-06-28"):
        evaluate(twice, rules)


def test_a_rule_is_documented(rule: Rule, settings: Settings) -> None:
    module = RULES[rule.name][0]
    assert module.__doc__
    assert "day x theme" in module.score.__doc__
    assert set(settings.rules[rule.name]) == {
        "threshold",
        *(f.name for f in fields(module.Params)),
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"bogus": {"threshold": 1}}, "rules.bogus: unknown rule"),
        ({"fall": {"threshold": 1}}, "rules.fall.window_days: missing"),
        ({"fall": {"threshold": 1, "window_days": 5, "x": 1}}, "rules.fall.x: unknown key"),
    ],
)
def test_a_wrong_block_is_named(change: dict[str, Any], said: str, settings: Settings) -> None:
    with pytest.raises(ValueError, match=said):
        build({**settings.rules, **change})
