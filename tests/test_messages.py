"""Messages: what they say, in two languages, escaped, and never too long."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from math import nan
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import messages, names, texts
from bot.digest import digest, watched_table
from bot.evidence import evidence
from bot.records import Grouping
from bot.words import Language
from market.facts import MarketDay, ThemeFacts
from market.source import Theme
from signals.chain import Chain, Link
from signals.lifecycle import Policy
from signals.model import Kind, Signal, Stage, Story, ThemeState, Transition
from signals.rules import Rule

GOLDEN = Path(__file__).with_name("golden")
DAY = date(2024, 3, 1)
POLICY = Policy(0.15, 0.6, 0.03, 0.05, -0.05, 0.3, 2, 1, 10, 5)
BUBBLE = ThemeState(
    "t", Stage.BUBBLE, date(2024, 2, 1), date(2024, 1, 15), 1, 1.4, date(2024, 2, 20)
)
TURN = Transition(
    "t",
    DAY,
    Kind.REVERSAL,
    BUBBLE,
    replace(BUBBLE, stage=Stage.BURSTING, since=DAY),
    (
        Signal("t", "run_up", DAY, 0.31, 0.25, "fraction"),
        Signal("t", "fall", DAY, 0.091, 0.08, "loss"),
        Signal("t", "weakness", DAY, 0.62, 0.5, "share"),
        Signal("t", "outflow", DAY, 0.455, 0.3, "loss"),
        Signal("t", "divergence", DAY, nan, 0.25, "fraction"),
        Signal("t", "brand_new", DAY, 2.06, 2.0, "ratio"),
        Signal("t", "breadth", DAY, 0.41, 0.7, "share"),
        Signal("t", "heat", DAY, 0.2, 0.95, "percentile"),
        Signal("t", "board_height", DAY, 5, 4, "days"),
        Signal("t", "broken_boards", DAY, 0.38, 0.35, "share"),
        Signal("t", "crowding", DAY, nan, 0.95, "percentile"),
    ),
    1.2726,  # 9.1 % below its peak
)
SURGE = replace(
    TURN, kind=Kind.SURGE, before=ThemeState("t"), after=replace(BUBBLE, stage=Stage.FORMING)
)
THEMES = {"t": Theme("t", "白酒 <&> Co", "concept", "XSHG", "em", "board", "BK0896")}
FACTS = {"t": ThemeFacts(40, 38, False, date(2024, 2, 26))}
MARKET = MarketDay(5000.0, 5100, 3210, 1820, 62, 1.23e12, "tencent", 0.012, -0.003)
TOLD = messages.Day(DAY, MARKET, THEMES, FACTS, (("holes", "2024-02-28"),), policy=POLICY)


def golden(name: str, text: str) -> None:
    """Compares with a file made once and read by a person; missing means: write it, look at it."""
    file = GOLDEN / f"{name}.txt"
    if not file.exists():
        GOLDEN.mkdir(exist_ok=True)
        file.write_text(text + "\n", "utf-8")
        pytest.fail(f"{file.name} was missing and has been written: read it, then run again")
    assert text == file.read_text("utf-8").rstrip("\n")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_alert_shows_its_evidence_its_day_and_its_members(language: Language) -> None:
    moves = [("贵州<茅台>", 0.0312), *((f"股{n}", -n / 1000) for n in range(20)), ("停牌", nan)]
    (text,) = messages.alerts([TURN], replace(TOLD, moves=lambda theme: moves), language)
    golden(f"alert_{language}", text)


def test_what_an_alert_rests_on_comes_first_and_mood_never_leads() -> None:
    shown = evidence(TURN.signals, "en", Kind.REVERSAL)
    leading = [line["rule"] for line in shown["leading"]]
    assert leading[0] == names.RULES["fall"]["en"]
    assert leading[-1] == "brand_new"
    assert [line["dot"] for line in shown["mood"]] == ["●", "●"]  # beyond what traders go by
    assert not {line["rule"] for line in shown["mood"]} & set(leading)
    surge = evidence(TURN.signals, "en", Kind.SURGE)
    assert [line["value"] for line in surge["leading"]][:2] == ["+31.0%", "41%"]


@pytest.mark.parametrize("kind", Kind)
def test_every_rule_is_said_once(kind: Kind, rules: tuple[Rule, ...]) -> None:
    signals = [Signal("t", r.name, DAY, r.threshold - 1, r.threshold, r.unit) for r in rules]
    signals[4] = replace(signals[4], value=nan)
    shown = evidence(signals, "zh", kind)
    said = [line["rule"] for name in ("leading", "mood", "rest") for line in shown[name]]
    assert sorted([*said, *shown["unknown"]]) == sorted(names.RULES[r.name]["zh"] for r in rules)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_tag_spans_a_line(language: Language) -> None:
    (text,) = messages.alerts([TURN], TOLD, language)
    for line in text.split("\n"):
        assert re.sub(r"<(\w+)[^>]*>[^<]*</\1>", "", line).count("<") == 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_many_alerts_are_one_message_with_the_strongest_in_full(language: Language) -> None:
    (text,) = messages.alerts([TURN, *[SURGE] * 11], TOLD, language)
    golden(f"alerts_{language}", text)


def test_below_alerts_stands_how_all_other_themes_are() -> None:
    each = [Stage.BURSTING, Stage.BUBBLE, *[Stage.FORMING] * 4, *[Stage.OVER] * 3]
    stages = dict(zip("tabcdefgh", each, strict=True))
    themes = {t: replace(THEMES["t"], id=t, name=f"题材{t}") for t in stages}
    day = replace(TOLD, themes=themes, stages=stages)
    (text,) = messages.alerts([TURN], day, "en")
    assert (
        "other themes: bubble 1: 题材a · forming 4: 题材b, 题材c, 题材d, … · the other 3 quiet"
        in text
    )
    (text,) = messages.alerts(
        [TURN], replace(day, stages={"t": Stage.BURSTING, "a": Stage.QUIET}), "zh"
    )
    assert "\n其他 1 个题材都平静\n数据日" in text
    for unknown in ({}, {"t": Stage.BURSTING}):
        assert "其他" not in messages.alerts([TURN], replace(day, stages=unknown), "zh")[0]


def storied() -> tuple[list[Transition], messages.Day]:
    """Three themes of one story that turn on a market-wide day; the third turned before."""
    names = {"t": "白酒 <&> Co", "u": "啤酒", "v": "黄酒"}
    themes = {id_: replace(THEMES["t"], id=id_, name=name) for id_, name in names.items()}
    told = [replace(TURN, theme=id_) for id_ in names]
    story = Story(DAY, "t", {"t": 40, "u": 20, "v": 10})
    heard = {"t:reversal": (), "u:reversal": ("t",), "v:reversal": ("t", "u")}
    links = [Link(t, Stage.BURSTING, DAY, 0.3, 0.4, 10) for t in "uv"]
    found = Chain((replace(links[0], stage=Stage.BUBBLE), links[1]), 50, 48, 31)
    grouping = Grouping(DAY, (story,), heard)
    day = replace(TOLD, themes=themes, stories=grouping, chains={"t": found}, is_wide=True)
    return told, day


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_a_market_wide_day_the_market_comes_first_and_one_theme_in_full(
    language: Language,
) -> None:
    told, day = storied()
    (text,) = messages.alerts(told[:2], day, language)
    golden(f"wide_{language}", text)


def test_a_digest_has_one_line_for_all_who_join_a_story() -> None:
    told, day = storied()
    text = digest(day, told, {}, {}, "zh")
    assert "🔻 与“白酒 &lt;&amp;&gt; Co”同一故事: 啤酒, 黄酒 → 退潮" in text
    assert text.count("🔻") == 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_digest_shows_the_market_the_stages_and_the_faults(language: Language) -> None:
    states = {"t": TURN.after}
    own = watched_table({"t"}, TOLD, states, {"t": TURN.signals}, language)
    text = digest(TOLD, [TURN], states, {"t": 0.31}, language, own=own)
    golden(f"digest_{language}", text)


def test_what_others_wrote_is_escaped() -> None:
    (text,) = messages.alerts([TURN], TOLD, "zh")
    assert "白酒 &lt;&amp;&gt; Co" in text
    assert texts.plain(text).count("白酒 <&> Co") == 1


def test_simulated_figures_are_labelled() -> None:
    simulated = {"t": replace(THEMES["t"], source="simulated")}
    told = replace(TOLD, themes=simulated)
    assert messages.alerts([TURN], told, "zh")[0].startswith("【模拟数据】")
    assert messages.caption(TURN, told, "en").startswith("[SIMULATED]")
    assert "[SIMULATED]" in digest(told, [], {}, {}, "en")


def test_the_number_of_an_alert_is_its_own() -> None:
    assert messages.number(TURN) == messages.number(replace(TURN, signals=()))
    assert messages.number(TURN) != messages.number(SURGE)


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (nan, "share", "未知"),
        (0.256, "fraction", "+25.6%"),
        (-0.05, "fraction", "-5.0%"),
        (-0.0004, "fraction", "+0.0%"),
        (0.091, "loss", "9.1%"),
        (0.0327, "rate", "3.27%"),
        (0.7, "share", "70%"),
        (2.06, "ratio", "2.1x"),
        (3.0, "days", "3天"),
    ],
)
def test_figures_carry_their_units(value: float, unit: str, said: str) -> None:
    assert texts.figure(value, unit, "zh") == said


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(45, None), (46, "46 min"), (125, "2 h 5 min"), (1440 * 2 + 60, "2 d 1 h")],
)
def test_lateness_is_said_beyond_its_limit(minutes: int, said: str | None) -> None:
    at = datetime.fromtimestamp(datetime(2024, 3, 1, 7, tzinfo=UTC).timestamp() + minutes * 60, UTC)
    text = texts.stamped("x", DAY, at, 45, False, "en")
    assert text.endswith(f"by {said})") if said else "late" not in text


LINES = st.lists(st.text(st.sampled_from("泡a&<😀 "), max_size=300), max_size=60)


@given(LINES)
def test_no_part_is_too_long_and_no_word_is_lost(lines: list[str]) -> None:
    text = "\n".join(f"<b>{messages.html.escape(line)}</b>" for line in lines)
    parts = texts.split(text, 1000)
    assert all(texts.units(part) <= 1000 for part in parts)
    assert all(part.count("<b>") == part.count("</b>") for part in parts)


@given(st.lists(st.text(st.sampled_from("泡a& "), max_size=80), max_size=80))
def test_parts_joined_have_every_line(lines: list[str]) -> None:
    text = "\n".join(lines)
    joined = "\n".join(texts.split(text, 500)).split("\n")
    assert [line for line in joined if line] == [line for line in lines if line]


@given(
    st.lists(st.text(st.sampled_from("泡a&<😀"), min_size=1, max_size=90), min_size=1, max_size=90)
)
def test_a_folded_list_is_cut_between_its_members_and_stays_folded(names: list[str]) -> None:
    listed = texts.BETWEEN.join(map(messages.html.escape, names))
    text = f"<b>头</b>\n{texts.OPEN}{listed}{texts.CLOSE}\n尾"
    parts = texts.split(text, 700)
    assert all(texts.units(part) <= 700 for part in parts)
    lines = [line for part in parts for line in part.split("\n") if texts.OPEN in line]
    members = [m for line in lines for m in texts.plain(line).split(texts.BETWEEN)]
    assert members == names
    assert all(texts.QUOTE.fullmatch(line) for line in lines)


def test_length_is_counted_in_utf16() -> None:
    assert texts.units("泡😀a") == 4


@pytest.mark.parametrize(
    ("value", "shown"), [(0.24996, "+24.996%"), (0.2499999999, "<+25.0%"), (0.25, "+25.0%")]
)
def test_a_value_just_below_its_threshold_does_not_read_as_if_it_were_there(
    value: float, shown: str
) -> None:
    signal = Signal("t", "run_up", DAY, value, 0.25, "fraction")
    text = texts.plain(messages.alerts([replace(TURN, signals=(signal,))], TOLD, "en")[0])
    assert f"net run-up, 60 days {shown} (" in text
