"""What words mean: every stage, alert and rule has an entry, and its numbers are those in force."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.app import App, judge
from bot.commands import answer
from bot.commands.asked import Answer, Asked
from bot.commands.terms import figures
from bot.commands.usage import USAGES
from bot.glossary import PARTS, called, near, terms
from bot.ledger import Ledger
from bot.names import KINDS, RULES, STAGES
from bot.records import Chat
from bot.script import simplified
from bot.texts import plain, units
from bot.words import LANGUAGES
from config.settings import Settings
from market.store import Store
from signals import rules
from signals.model import Kind, Stage

TODAY = date(2024, 6, 28)
ZH, EN = Chat(7, "private", "", "zh"), Chat(8, "private", "", "en")
BRACES = re.compile(r"{(\w+)}")
CHINESE = re.compile(r"[\u3400-\u9fff\uff00-\uffef]")
WORDS = re.compile(r"[a-z]{3,}")


@pytest.fixture(scope="module")
def app(settings: Settings) -> App:
    store, ledger = Store(None), Ledger(None)
    return App(settings, store, ledger, *judge(settings), lambda: datetime(2024, 6, 28, tzinfo=UTC))


def ask(app: App, rest: str, chat: Chat = ZH, name: str = "help") -> Answer:
    return answer(app, name, Asked(chat, 7, rest, TODAY))


def test_every_stage_alert_and_rule_has_an_entry() -> None:
    found = {(term.part, term.id) for term in terms()}
    wanted = {("stage", f"stage-{stage}") for stage in Stage}
    wanted |= {("kind", f"kind-{kind}") for kind in Kind}
    wanted |= {("rule", f"rule-{rule}") for rule in rules.RULES}
    assert wanted <= found
    assert {part for part, _ in found - wanted} == {"word"}
    assert [term.id for term in terms() if term.part == "stage"] == [f"stage-{s}" for s in Stage]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_that_is_shown_is_explained(app: App, language: str) -> None:
    chat = ZH if language == "zh" else EN
    for words in (*STAGES.values(), *KINDS.values(), *RULES.values()):
        name = words[language]  # type: ignore[index]
        assert f"<b>{name}</b>" in ask(app, name, chat).text.replace("&#x27;", "'"), name


def test_what_is_explained_is_short_and_of_its_language() -> None:
    for term in terms():
        zh, en = term.means["zh"], term.means["en"]
        for text in (zh, en):
            assert 1 <= len(re.findall(r"[。.](?= |$|[^\d])", BRACES.sub("x", text))) <= 3, term.id
        assert not CHINESE.search(en), term.id
        said = re.sub(r"/[a-z]+", "", BRACES.sub("", zh))
        assert not WORDS.search(said), term.id
        assert simplified(zh) == zh
        assert BRACES.findall(zh).sort() == BRACES.findall(en).sort()


def test_numbers_are_the_settings_in_force(app: App) -> None:
    for language in LANGUAGES:
        numbers = figures(app, language)
        for term in terms():
            assert set(BRACES.findall(term.means[language])) <= numbers.keys(), term.id
    assert "至少 25%" in ask(app, "60日净涨幅").text
    blocks = {name: dict(of) for name, of in app.settings.rules.items()}
    blocks["run_up"]["threshold"], blocks["breadth"]["window_days"] = 0.325, 9
    policy = {**app.settings.policy, "for_days": 4, "given_back_run_up": -0.08}
    known = app.settings.model_copy(update={"rules": blocks, "policy": policy})
    other = replace(app, settings=known, rules=judge(known)[0], policy=judge(known)[1])
    assert "at 32.5% or" not in ask(app, "bubble", EN).text
    assert "run-up of 32.5% or more over 60 days" in ask(other, "bubble", EN).text
    assert "连续4日" in ask(other, "发酵").text
    assert "取9日平均" in ask(other, "宽度").text
    assert "below -8%" in ask(other, "over", EN).text
    assert "50%" in ask(other, "coverage", EN).text


def test_no_number_of_the_settings_is_written_out(app: App) -> None:
    for term in terms():
        for text in term.means.values():
            left = re.sub(r"20日|20-day|last 20|最近20|95%", "", BRACES.sub("", text))
            assert not re.search(r"\d", left), term.id


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("高潮", ["stage-bubble"]),
        ("Bubble", ["stage-bubble"]),
        ("背離", ["kind-divergence", "rule-divergence"]),
        ("结束", ["stage-over", "kind-over"]),
        ("站上20日线占比", ["rule-breadth"]),
        ("站上20日线占比（5日均）", ["rule-breadth"]),
        ("爆炸性上涨", ["rule-exuberance"]),
        ("●", ["word-dots"]),
        ("base  rate", ["word-base_rate"]),
        ("本轮", ["word-episode"]),
        ("白酒", []),
    ],
)
def test_a_word_is_found_by_all_it_is_called(typed: str, ids: list[str]) -> None:
    assert [term.id for term in called(typed)] == ids


def test_a_slip_offers_the_nearest_words(app: App) -> None:
    assert near("宽渡", 0.5)[0].id == "rule-breadth"
    given = ask(app, "coverege", EN)
    assert given.buttons[0][0] == ("coverage", "help:?word-coverage")
    assert "members with figures" in ask(app, "?word-coverage", EN).text
    assert "没有词语" in ask(app, "?qqqqqq").text
    assert "No such command" in ask(app, "thems", EN).text  # a slip in a command
    assert ask(app, "record").text.startswith("<b>/record")  # what is a command stays one
    assert "n 是次数" in ask(app, "?record").text


@pytest.mark.parametrize("chat", [ZH, EN])
def test_the_list_names_all_and_each_part_explains_its_own(app: App, chat: Chat) -> None:
    text = plain(ask(app, "words", chat).text)
    for term in terms():
        assert term.name[chat.language] in text
    data = [data for row in ask(app, "words", chat).buttons for _, data in row]
    assert data == [f"help:+words-{part}" for part in PARTS]
    for each in data:
        page = ask(app, each.removeprefix("help:"), chat)
        assert page.in_place
        assert units(page.text) < 4096
        assert "{" not in page.text


def test_terms_are_reached_from_help_and_say_which_of_two_they_are(app: App) -> None:
    assert ("📖 词语解释", "help:words") in ask(app, "").buttons[-1]
    assert "结束</b> · 阶段" in ask(app, "结束").text
    assert "结束</b> · 警报" in ask(app, "结束").text
    assert ("📖 What words mean", "help:words") in ask(app, "breadth", EN).buttons[-1]
    for term in terms():
        assert len(f"help:?{term.id}@9999999999".encode()) <= 64
        assert term.id not in USAGES


@pytest.mark.parametrize(
    ("chat", "said", "text"),
    [
        (ZH, "高潮是什么意思", "涨得多、涨得广"),
        (ZH, "什么是背离", "价格跑到业绩前面去"),
        (ZH, "爆炸性上涨", "滚雪球"),
        (ZH, "站上20日线占比是什么意思", "占几成"),
        (EN, "what is breadth", "above its own 20-day average"),
        (EN, "what does bubble mean?", "It looks like a bubble"),
        (EN, "base rate", "equally volatile"),
    ],
)
def test_words_are_explained_without_a_command(app: App, chat: Chat, said: str, text: str) -> None:
    assert text in ask(app, said, chat, "").text
