"""The chain: which sub-industries ignited when, and which companies are in, each counted once."""

from dataclasses import replace
from datetime import UTC, date, datetime
from math import nan

import numpy as np
import pandas as pd
import pytest

from bot import context, jobs
from bot.app import App, judge
from bot.chain_chart import Ignition, chain_chart, figure
from bot.chains import chains_of
from bot.commands import answer
from bot.commands.asked import Answer, Asked
from bot.draw import draw
from bot.ledger import Ledger
from bot.records import Chat
from bot.style import Look
from bot.texts import plain
from config.settings import Settings
from market.derive import above_average, derive
from market.source import Theme
from market.store import Store
from signals.chain import Chain, Link, chain
from signals.model import Stage, ThemeState
from tests import markets
from tests.test_messages import golden

DAYS = markets.weekdays(130)
DAY = DAYS[-1]


def state(theme: str, stage: Stage, started: date | None = None) -> ThemeState:
    return ThemeState(theme, stage, DAY, started)


STATES = {
    "early": state("early", Stage.BURSTING, DAYS[10]),
    "late": state("late", Stage.FORMING, DAYS[30]),
    "mid": state("mid", Stage.BUBBLE, DAYS[20]),
    "done": state("done", Stage.OVER, DAYS[5]),
}
MEMBERS = {"late": "ab", "calm": "xy", "mid": "bc", "early": "cd", "done": "e", "wild": "z"}
RUN_UPS = {"calm": 0.01, "wild": 0.2, "late": 0.3, "mid": 0.4, "early": 0.1, "done": nan}


def made(above: dict[str, bool]) -> Chain:
    codes = {theme: list(own) for theme, own in MEMBERS.items()}
    return chain(codes, STATES, RUN_UPS, {"late": 0.8}, above)


def test_sub_industries_come_in_the_order_of_ignition_the_rest_by_run_up() -> None:
    links = made({}).links
    assert [link.theme for link in links] == ["early", "mid", "late", "wild", "calm", "done"]
    assert [link.ignited for link in links[:3]] == [DAYS[10], DAYS[20], DAYS[30]]
    assert {link.ignited for link in links[3:]} == {None}  # what is over is not burning


@pytest.mark.parametrize(
    ("above", "known", "companies_in"),
    [
        ({"a": True, "b": True, "c": True}, 3, 3),  # b is in two sub-industries, and counts once
        ({"a": True, "b": False, "c": True}, 3, 2),
        ({"d": True, "e": True, "x": True}, 3, 0),  # only where the sub-industry is not in
        ({"q": True}, 0, 0),
    ],
)
def test_a_company_is_in_by_its_own_average_and_its_sub_industrys_stage(
    above: dict[str, bool], known: int, companies_in: int
) -> None:
    found = made(above)
    assert (found.links_in, len(found.links)) == (2, 6)
    assert (found.companies, found.known, found.companies_in) == (8, known, companies_in)


@pytest.fixture(scope="module")
def app(settings: Settings) -> App:
    """The small market under a parent of all its stocks: the hot theme ignites, the other not."""
    store, ledger = Store(None), Ledger(None)
    markets.fill(store)
    for id_, theme in store.themes().items():
        store.save_themes([replace(theme, parent="all", id=id_)])
    store.save_themes(
        [
            Theme("all", "总<&>链", "concept", "XSHG", "file", "members"),
            Theme("part", "分题材", "concept", "XSHG", "file", "members"),
            Theme("alone", "独题材", "concept", "XSHG", "file", "members"),
        ]
    )
    codes = [f"{600000 + n}" for n in range(24)]
    store.save_members("all", DAY, codes)
    store.save_members("part", DAY, codes[10:14])
    store.save_members("alone", DAY, ["700000"])
    derive(store, store.bar_days(), backfilled=True)
    ledger.save_chat(Chat(7, "private", "", "zh"))
    rules, policy = judge(settings)
    quick = tuple(rule for rule in rules if rule.name != "exuberance")
    made = App(settings, store, ledger, quick, policy, lambda: datetime(2024, 6, 28, tzinfo=UTC))
    for day in store.days()[-14:]:
        jobs.daily(made, day)
    return made


def ask(app: App, name: str, language: str = "zh") -> Answer:
    chat = Chat(7, "private", "", language)  # type: ignore[arg-type]
    return answer(app, "chain", Asked(chat, 7, name, DAY))


def said_of(app: App, name: str, language: str = "zh") -> str:
    """The answer with the lines that a worker makes."""
    given = ask(app, name, language)
    assert given.more
    return plain(given.more(app))


def test_the_chain_of_a_parent_is_its_curated_sub_industries(app: App) -> None:
    said = said_of(app, "总")
    assert said.startswith("总<&>链\n2 个子题材中有 1 个已点燃，24 家公司中有 ")
    started = app.ledger.states()["hot"].started
    assert f"● 1. 热题材 · 发酵 · 点燃 {started}" in said
    assert "○ 普通题材 · 冰点\n" in said
    assert "人工指定" in said
    assert "1 of 2 sub-industries are in" in said_of(app, "总", "en")
    assert "nan" not in said


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_chain_reads_as_it_was_read(app: App, language: str) -> None:
    golden(f"chain_{language}", said_of(app, "总", language))


def test_asked_for_a_sub_industry_its_parents_chain_is_shown(app: App) -> None:
    assert said_of(app, "热题材") == said_of(app, "总")


def test_before_any_judged_day_there_is_no_chain(app: App) -> None:
    assert "No day has been judged" in ask(replace(app, ledger=Ledger(None)), "总", "en").text


def test_ignition_is_the_day_the_surge_was_told(app: App) -> None:
    first = app.ledger.transitions("hot")[0]
    assert first.after.started == first.day == app.ledger.states()["hot"].started


def test_without_curation_the_themes_that_lie_in_it_are_shown_and_said_so(
    app: App, settings: Settings
) -> None:
    store = app.store
    known = store.themes()
    freed = [replace(theme, parent=None) for theme in known.values()]
    store.save_themes(freed)
    said = said_of(app, "普通题材")
    store.save_themes(known.values())
    assert "按成分股重合" in said
    assert "分题材" in said
    assert "热题材" not in said  # shares no stock
    assert "没有指定子题材，也没有" in said_of(app, "独题材")


def test_the_alert_of_a_parent_says_how_much_of_its_chain_is_in(app: App) -> None:
    found = Chain((Link("hot", Stage.BUBBLE, DAY, 0.3, 0.9, 8),), 152, 150, 96)
    assert context.chain(found, "zh") == "1 个子题材中有 1 个已点燃，150 家公司中有 96 家在其中"
    assert context.chain(found, "en") == "1 of 1 sub-industries are in, 96 of 150 companies"
    assert context.chain(replace(found, known=0), "en") == "1 of 1 sub-industries are in"
    assert context.chain(None, "en") == ""
    told = next(t for t in app.ledger.transitions("hot"))
    (shown,) = chains_of(app, [replace(told, theme="all")], DAY, {}, {}).values()
    assert (len(shown.links), shown.companies) == (2, 24)


def test_members_above_their_average_are_those_that_breadth_counts(app: App) -> None:
    codes = app.store.members("hot")
    above = above_average(app.store, codes, DAY)
    panel = app.store.panel(DAY, 1, ["hot"])
    assert sum(above.values()) == panel.above_ma20["hot"].item()
    assert len(above) == panel.ma20_known["hot"].item()
    assert above_average(app.store, codes, date(2020, 1, 1)) == {}
    assert above_average(app.store, ["999999"], DAY) == {}


def picture(run_ups: pd.DataFrame) -> Ignition:
    links = tuple(
        Link(theme, Stage.FORMING, DAYS[100 + 5 * row], 0.2, 0.8, 10)
        for row, theme in enumerate(run_ups.columns)
    )
    themes = {
        link.theme: Theme(link.theme, "算力概念", "concept", "XSHG", "em", "board")
        for link in links
    }
    parent = Theme("p", "奇\U000e0041", "concept", "XSHG", "simulated", "members")
    look = Look("light", "cn")
    return Ignition(parent, Chain(links, 20, 20, 10), run_ups, themes, "zh", look)


def run_ups(rows: int = 40) -> pd.DataFrame:
    values = np.linspace(-0.3, 0.6, rows * 2).reshape(rows, 2)
    return pd.DataFrame(values, index=DAYS[-rows:], columns=["a", "b"])


def test_the_picture_is_as_wide_as_a_phone_and_marks_ignitions() -> None:
    png = chain_chart(picture(run_ups()))
    assert png
    assert int.from_bytes(png[16:20], "big") == 1080
    made = figure(picture(run_ups()))
    axes = made.axes[0]
    # a name that the font cannot write is shown by its id
    assert f"【模拟数据】p · {DAY}" in [text.get_text() for text in made.texts]
    assert [line.get_xdata()[0] for line in axes.lines] == [10, 15]  # type: ignore[index]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["算力概念", "算力概念"]


def test_who_reads_english_sees_english_names_in_two_lines_if_need_be() -> None:
    shown = picture(run_ups())
    known = {
        **shown.themes,
        "a": replace(shown.themes["a"], english="Computing power"),
        "b": replace(shown.themes["b"], english="Artificial intelligence"),
    }
    axes = figure(replace(shown, themes=known, language="en")).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["Computing power", "Artificial\nintelligence"]


def test_what_is_not_known_is_hatched_and_nothing_gives_no_picture() -> None:
    holes = run_ups()
    holes.iloc[:5, 0] = np.nan
    (shown,) = figure(picture(holes)).axes[0].images
    array = shown.get_array()
    assert array is not None
    assert int(np.ma.count_masked(array)) == 5
    assert figure(picture(holes)).axes[0].patch.get_hatch()
    assert chain_chart(picture(run_ups() * np.nan)) is None


def test_the_command_brings_its_picture_along(app: App) -> None:
    drawn = ask(app, "总").picture
    assert drawn
    assert (draw(app, drawn) or b"")[:4] == b"\x89PNG"
