"""News lines: each stored once, matched by editable words, with whom they name."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot import sources, wire
from bot.app import App, judge
from bot.intraday import recent
from bot.ledger import Ledger
from config.layers import SettingsError
from config.news import load_news
from config.settings import Settings, load
from market.news import Line, matcher, named, subjects
from market.simulate import SimulatedMarket, simulate
from market.source import Banned, Theme
from market.store import Store
from tests.fakes import FakeSource

AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
LINE = Line(AT, "eastmoney", "标题", "正文", "https://example.com/1")


@pytest.fixture(scope="module")
def market() -> SimulatedMarket:
    return simulate(8)


@pytest.fixture
def source(market: SimulatedMarket) -> FakeSource:
    return FakeSource(market, date(2023, 10, 12))


@pytest.fixture
def app(settings: Settings, tmp_path: Path) -> Iterator[App]:
    known = settings.model_copy(update={"home": tmp_path})
    made = App(known, Store(None), Ledger(None), *judge(known), lambda: AT)
    made.store.save_themes(
        [Theme("hot", "模拟·深思链概念", "concept", "XSHG", "em", "board", "BK1")]
    )
    made.store.save_names({"600001": "甲乙丙股份", "600002": "深思链", "600003": "科技"})
    yield made
    made.close()


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("美方宣布新的出口管制措施", ("export_controls",)),
        ("Firms were added to the Entity List, new EXPORT CONTROLS follow",
         ("export_controls", "entity_list")),
        ("海关查获一起走私芯片案", ("smuggling",)),
        ("对某公司立案调查", ("investigation",)),
        ("城镇调查失业率公布", ()),
        ("The problem of probes: probed", ("investigation",)),
        ("reprobed", ()),
        ("天气晴", ()),
    ],
)  # fmt: skip
def test_a_line_matches_the_lists_whose_words_it_has(
    text: str, kinds: tuple[str, ...], tmp_path: Path
) -> None:
    assert matcher(load_news(tmp_path))(text) == kinds


def test_an_operators_lists_take_the_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "news.toml").write_text(
        '[[kind]]\nkey = "chips"\nname_zh = "芯片"\nname_en = "chips"\nzh = ["芯片"]\n', "utf-8"
    )
    (kind,) = load_news(tmp_path)
    assert matcher([kind])("芯片出口管制 export controls") == ("chips",)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[[kind]\n", "cannot be read as TOML"),
        ('[[kind]]\nkey = "Ä"\nname_zh = "a"\nname_en = "b"\nzh = ["xx"]\n', "kind.0.key"),
        ('[[kind]]\nkey = "ab"\nname_zh = "a"\nname_en = "b"\n', "two characters or more"),
        ('[[kind]]\nkey = "ab"\nname_zh = "a"\nname_en = "b"\nzh = ["是"]\n', "two characters"),
        ('[[kind]]\nkey = "ab"\nname_zh = "a"\nname_en = "b"\nzh = ["x."]\n' * 2, "given twice"),
        ('[[kind]]\nkey = "ab"\nname_zh = "a"\nname_en = "b"\nwords = ["xx"]\n', "words"),
    ],
)
def test_a_list_that_cannot_be_used_is_told(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "news.toml").write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=fault):
        load_news(tmp_path)


def test_names_are_found_and_an_everyday_word_is_the_themes() -> None:
    known = subjects(
        {"1": "甲乙丙股份", "2": "机器人", "3": "*ST丁戊己", "4": "万科"},
        {"robots": "机器人概念", "wine": "白酒"},
    )
    assert named("机器人公司甲乙丙股份与丁戊己签约，万科未参与", known) == {"robots", "1", "3"}
    assert named("", known) == set()


def test_a_line_is_stored_once_by_link_else_by_its_words(store: Store) -> None:
    bare = replace(LINE, link="")
    lines = [LINE, replace(LINE, title="同一链接，改了标题"), bare, bare]
    lines.append(replace(bare, body="另一条"))
    assert store.news.save((line, ["600001"]) for line in lines) == 3
    assert store.news.save([(LINE, [])]) == 0
    assert store.news.newest() == (AT, "eastmoney", 3)


def test_lines_are_found_by_whom_they_name_and_forgotten_by_age(store: Store) -> None:
    old = replace(LINE, link="https://example.com/0", at=AT - timedelta(days=40))
    trigger = replace(LINE, link="https://example.com/2", kinds=("embargo",))
    store.news.save([(old, ["hot"]), (LINE, ["hot", "600001"]), (trigger, ["600001"])])
    since = AT - timedelta(days=30)
    assert len(store.news.naming(["hot", "600001"], since, 9)) == 2  # a line once, whoever it names
    assert store.news.naming(["hot"], since, 9) == [LINE]
    assert store.news.naming(["hot", "600001"], since, 9, triggers=True) == [trigger]
    assert store.news.triggers(9) == [trigger]
    store.news.forget(since)
    assert store.news.newest()[2] == 2
    assert store.news.naming(["hot"], datetime.min.replace(tzinfo=UTC), 9) == [LINE]


def test_a_look_stores_what_is_new_with_its_kinds_and_names(app: App, source: FakeSource) -> None:
    assert wire.keep(app, source) == 3
    assert wire.keep(app, source) == 0
    assert [line.kinds for line in app.store.news.triggers(9)] == [
        ("investigation",),
        ("export_controls",),
    ]
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    assert len(app.store.news.naming(["600001"], long_ago, 9)) == 1
    assert len(app.store.news.naming(["600002"], long_ago, 9)) == 1
    assert app.store.news.naming(["600003"], long_ago, 9) == []


def test_a_wire_that_fails_is_told_until_it_answers(app: App, source: FakeSource) -> None:
    source.faults["telegraph"] = Banned("eastmoney: HTTP 403")
    assert wire.keep(app, source) == 0
    (down,) = sources.down(app)
    assert (down.need, down.why) == ("news", "Banned: eastmoney: HTTP 403")
    assert "新闻快讯" in sources.told(down, "zh")
    source.faults.clear()
    wire.keep(app, source)
    assert sources.down(app) == []


@pytest.mark.parametrize(
    ("minutes", "due"), [(-1, False), (0, True), (9, True), (10, False), (60, False)]
)
def test_a_look_is_due_for_ten_minutes_whatever_the_market_does(minutes: int, due: bool) -> None:
    now = datetime(2026, 11, 22, 12, 40, tzinfo=UTC) + timedelta(minutes=minutes)  # a Sunday
    assert (recent([time(20, 40)], now) is not None) is due


def test_between_its_times_nothing_is_asked(app: App) -> None:
    assert wire.look(app, threading.Event()) == 0  # noon: no time of the settings
    assert app.ledger.last_run(wire.JOB) is None


def test_times_of_looks_may_come_from_the_environment(tmp_path: Path) -> None:
    known = load({"PAOMO_HOME": str(tmp_path), "PAOMO_NEWS__TIMES": "07:00, 21:30"})
    assert known.news.times == (time(7), time(21, 30))
    assert load({"PAOMO_HOME": str(tmp_path), "PAOMO_NEWS__TIMES": ""}).news.times == ()
