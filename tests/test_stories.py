"""Stories: what is told as one, who speaks, and that no day's noise changes it."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bot.alerting import is_wide
from bot.app import judge
from bot.grouping import Grouper
from bot.records import Grouping
from config.settings import Settings
from market.facts import MarketDay
from market.theme_days import membership
from signals.evaluate import evaluate
from signals.model import Kind, Stage, Story, ThemeState, Transition
from signals.replay import fold
from signals.rules import Rule
from signals.stories import (
    Likeness,
    Merging,
    gathered,
    heard,
    likeness,
    overlap,
    spoken,
)
from tests import markets
from tests import reference as ref

DAYS = markets.weekdays(120)
TODAY, SINCE = DAYS[-1], DAYS[-60]
MERGING = Merging(0.3, 0.6, 60, 60)
SIZES = {"ai": 100, "chat": 40, "cpo": 20, "wine": 30}


def alike(*pairs: tuple[str, str]) -> Likeness:
    """The themes of SIZES, of which only these pairs are alike."""
    themes = tuple(SIZES)
    shared = np.zeros((len(themes), len(themes)))
    for one, other in pairs:
        places = themes.index(one), themes.index(other)
        shared[places] = shared[places[::-1]] = 0.5
    return Likeness(themes, shared)


def stories(
    before: Sequence[Story],
    themes: Sequence[str],
    known: Likeness,
    parents: dict[str, str | None] | None = None,
) -> dict[str, set[str]]:
    """Lead and themes of each story of the day."""
    found = gathered(before, themes, SIZES, known, TODAY, parents or {})
    return {story.lead: set(story.sizes) for story in found}


def test_overlap_is_the_share_of_the_smaller_theme() -> None:
    members = {"all": "abcdefgh", "half": "abcd", "other": "dxyz", "none": ""}
    codes = sorted({code for own in members.values() for code in own})
    found = overlap(membership({t: list(m) for t, m in members.items()}, list(members), codes))
    expected = [[1, 1, 0.25, 0], [1, 1, 0.25, 0], [0.25, 0.25, 1, 0], [0, 0, 0, 0]]
    assert found.tolist() == expected


def net(seed: int, together: float) -> pd.DataFrame:
    """Net levels of two themes whose daily returns have about this correlation."""
    rng = np.random.default_rng(seed)
    common, own = rng.normal(0, 0.02, (120, 1)), rng.normal(0, 0.02, (120, 2))
    returns = np.sqrt(together) * common + np.sqrt(1 - together) * own
    return pd.DataFrame(np.cumprod(1 + returns, axis=0), index=DAYS, columns=["a", "b"])


@pytest.mark.parametrize(
    ("shared", "together", "one_story"),
    [(0.3, 0.9, True), (0.29, 0.9, False), (0.9, 0.2, False), (0.0, 0.9, False)],
)
def test_one_story_needs_common_members_and_a_common_way(
    shared: float, together: float, one_story: bool
) -> None:
    both = np.array([[1, shared], [shared, 1]])
    found = likeness(["a", "b"], both, net(3, together), MERGING)
    assert (found.of("a", "b") > 0) is one_story


def test_what_is_not_known_is_no_likeness() -> None:
    levels = net(3, 0.99)
    levels.loc[DAYS[-40] :, "a"] = np.nan  # fewer than half of the days
    assert likeness(["a", "b"], np.ones((2, 2)), levels, MERGING).of("a", "b") == 0
    flat = net(3, 0.99).assign(a=1.0)
    assert likeness(["a", "b"], np.ones((2, 2)), flat, MERGING).of("a", "b") == 0


def test_only_the_last_days_count() -> None:
    levels = net(3, 0.9)
    changed = levels.copy()
    changed.iloc[: 120 - MERGING.correlation_days - 1] *= np.array([3, 0.1])
    shared = np.ones((2, 2))
    before, after = (likeness(["a", "b"], shared, x, MERGING).shared for x in (levels, changed))
    assert (before == after).all()


def test_of_one_day_the_largest_leads_what_the_smaller_join() -> None:
    known = alike(("ai", "chat"), ("ai", "cpo"))
    assert stories([], ["chat", "ai", "cpo", "wine"], known) == {
        "ai": {"ai", "chat", "cpo"},
        "wine": {"wine"},
    }


def test_a_story_keeps_its_themes_when_they_are_alike_no_more() -> None:
    held = [Story(SINCE, "chat", {"chat": 40, "cpo": 20})]
    assert stories(held, ["chat", "cpo"], alike()) == {"chat": {"chat", "cpo"}}


def test_the_lead_passes_to_a_larger_theme_that_joins_and_at_its_end() -> None:
    held = [Story(SINCE, "chat", {"chat": 40, "cpo": 20})]
    assert stories(held, ["ai", "chat", "cpo"], alike(("ai", "chat"))) == {
        "ai": {"ai", "chat", "cpo"}
    }
    assert stories(held, ["cpo"], alike()) == {"cpo": {"cpo"}}
    assert stories(held, [], alike()) == {}


def test_a_theme_of_the_same_size_does_not_take_the_lead() -> None:
    held = [Story(SINCE, "wine", {"wine": 30})]
    twin = {**SIZES, "cpo": 30}
    (story,) = gathered(held, ["cpo", "wine"], twin, alike(("cpo", "wine")), TODAY, {})
    assert (story.lead, story.since) == ("wine", SINCE)


def test_a_theme_alike_to_a_follower_only_begins_a_story_of_its_own() -> None:
    held = [Story(SINCE, "ai", {"ai": 100, "chat": 40})]
    assert len(stories(held, ["ai", "chat", "cpo"], alike(("chat", "cpo")))) == 2


def test_a_curated_parent_takes_the_stories_of_its_sub_industries_along() -> None:
    held = [Story(SINCE, "chat", {"chat": 40}), Story(SINCE, "cpo", {"cpo": 20})]
    known = alike(("ai", "chat"), ("ai", "cpo"))
    apart = stories(held, ["ai", "chat", "cpo"], known)
    assert apart == {"ai": {"ai", "chat"}, "cpo": {"cpo"}}
    one = stories(held, ["ai", "chat", "cpo"], known, {"chat": "ai", "cpo": "ai"})
    assert one == {"ai": {"ai", "chat", "cpo"}}


def told(theme: str, kind: Kind = Kind.SURGE, stage: Stage = Stage.BUBBLE) -> Transition:
    before, after = ThemeState(theme), ThemeState(theme, stage)
    return Transition(theme, TODAY, kind, before, after, ())


def turn(theme: str) -> Transition:
    return told(theme, Kind.REVERSAL, Stage.BURSTING)


def end(theme: str) -> Transition:
    return told(theme, Kind.OVER, Stage.OVER)


BUBBLE, TURN, OVER = "surge:bubble", "reversal:bursting", "over:over"
CHAT = (TODAY, "chat", 40)


@pytest.mark.parametrize(
    ("today", "before", "voices"),
    [
        # of one day the lead speaks, then the larger
        (["ai", "chat", "cpo"], {}, {"ai": (), "chat": ("ai",), "cpo": ("ai", "chat")}),
        (["cpo", "chat"], {}, {"chat": (), "cpo": ("chat",)}),
        # told within the days: nobody speaks again, not even the lead
        (["ai", "cpo"], {BUBBLE: CHAT}, {"ai": ("chat",), "cpo": ("ai", "chat")}),
        (["cpo"], {BUBBLE: (SINCE, "chat", 40)}, {"cpo": ("chat",)}),
        (["cpo"], {BUBBLE: (DAYS[-61], "chat", 40)}, {"cpo": ()}),
        (["chat"], {BUBBLE: CHAT}, {"chat": ()}),  # its own second one is news
        (["cpo"], {"surge:forming": CHAT}, {"cpo": ()}),  # another stage is news
        # a turn is merged only under a larger one that told its own
        ([turn("cpo"), turn("chat")], {}, {"chat": (), "cpo": ("chat",)}),
        ([turn("cpo")], {TURN: CHAT}, {"cpo": ("chat",)}),
        ([turn("chat")], {TURN: (TODAY, "cpo", 20)}, {"chat": ()}),
        ([turn("ai")], {TURN: (TODAY, "cpo", 20)}, {"ai": ()}),
        ([turn("ai")], {TURN: (TODAY, "big", 900)}, {"ai": ()}),  # the lead's is always told
        ([turn("cpo")], {TURN: CHAT, BUBBLE: (SINCE, "cpo", 20)}, {"cpo": ()}),  # told a bubble
        # an end is the lead's to tell
        ([end("cpo")], {}, {"cpo": ("ai",)}),
        ([end("ai"), end("cpo")], {}, {"ai": (), "cpo": ("ai",)}),
        ([end("ai")], {OVER: CHAT}, {"ai": ("chat",)}),
    ],
)
def test_who_is_heard_before_whom(
    today: list[Transition | str],
    before: dict[str, tuple[date, str, int]],
    voices: dict[str, tuple[str, ...]],
) -> None:
    story = Story(SINCE, "ai", {"ai": 100, "chat": 40, "cpo": 20}, before)
    transitions = [told(t) if isinstance(t, str) else t for t in today]
    found = heard(story, transitions, SINCE, {})
    assert {name.split(":")[0]: said for name, said in found.items()} == voices


def test_a_parent_does_not_hear_its_sub_industries() -> None:
    story = Story(SINCE, "chat", {"chat": 40, "cpo": 20}, {BUBBLE: CHAT})
    assert heard(story, [told("cpo")], SINCE, {"chat": "cpo"}) == {"cpo:surge": ()}


def test_a_story_remembers_who_spoke_and_not_who_joined() -> None:
    story = Story(SINCE, "ai", {"ai": 100, "chat": 40, "cpo": 20})
    today = [told("cpo"), told("chat"), turn("ai")]
    after = spoken(story, today, heard(story, today, SINCE, {}))
    assert after.told == {BUBBLE: CHAT, TURN: (TODAY, "ai", 100)}


def market(stocks: int, up: int, down: int) -> MarketDay:
    return MarketDay(1000.0, stocks, up, down, 0, 1e12, "x")


@pytest.mark.parametrize(
    ("voices", "figures", "wide"),
    [
        (5, None, True),
        (4, None, False),
        (0, market(1000, 900, 50), True),
        (0, market(1000, 899, 50), False),
        (0, market(1000, 50, 900), True),
        (0, market(0, 0, 0), False),
    ],
)
def test_a_day_is_market_wide_by_its_stories_or_by_its_stocks(
    voices: int, figures: MarketDay | None, wide: bool, settings: Settings
) -> None:
    spoke = [told(f"t{n}") for n in range(voices)]
    assert is_wide(spoke, figures, settings.stories) is wide


AI = [
    "AI语料", "ChatGPT概念", "Kimi概念", "Sora概念", "AIGC概念", "虚拟数字人", "数字水印",
    "多模态AI", "智谱AI", "CPO概念", "光通信模块", "F5G概念", "数据要素", "白酒",
]  # fmt: skip


def test_the_run_of_2023_is_told_in_few_stories(
    reference: Path, rules: tuple[Rule, ...], settings: Settings
) -> None:
    panel = ref.panel(reference, [2022, 2023], AI)
    quick = tuple(rule for rule in rules if rule.name != "exuberance")
    roster = ref.members(reference, AI)
    of = Grouper(lambda theme, day: roster[theme], {}, MERGING)
    _, policy = judge(settings)
    scores, states, grouping = evaluate(panel, quick), {}, Grouping()
    counts, largest = {True: 0, False: 0}, set()
    for row, day in enumerate(scores.days, 1):
        states, today = fold(states, scores, day, policy)
        grouping = of.grouped(grouping, states, today, panel.net.iloc[:row])
        for t in today:
            counts[not grouping.before(t)] += 1
        if day == date(2023, 4, 14):
            largest = max((set(story.sizes) for story in grouping.stories), key=len)
    assert {"AI语料", "ChatGPT概念", "Kimi概念", "AIGC概念"} <= largest
    assert "白酒" not in largest
    assert counts[True] < 0.6 * sum(counts.values())


@pytest.mark.parametrize(
    ("day", "wide"),
    [
        ("2015-07-10", True),  # 77 % of stocks at their upper limit
        ("2020-02-03", True),  # the first day after the holidays of the epidemic
        ("2024-02-05", True),
        ("2020-02-20", False),  # eleven themes surge, in two stories, while the market rises 2 %
        ("2024-02-07", False),
    ],
)
def test_market_wide_days_are_known_as_such(
    day: str, wide: bool, reference: Path, settings: Settings
) -> None:
    up, down, stocks = ref.breadth(reference, day)
    assert is_wide([], market(stocks, up, down), settings.stories) is wide
