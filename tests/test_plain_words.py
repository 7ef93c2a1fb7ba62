"""What people type: plain words, names, slips, and what /help says of each command."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.commands import COMMANDS, PRESSED, Command, answer
from bot.commands.asked import Answer, Asked
from bot.commands.free_text import ABOUT, ALONE, meant
from bot.commands.named import initials, named, nearest, stocks
from bot.commands.usage import EXAMPLES, GROUPS, USAGES
from bot.records import Chat
from bot.script import simplified
from bot.texts import plain
from config.themes import load_themes
from market.source import Theme
from tests.wire import ADMIN, READER, Wired, offered, said, wired

KNOWN = [
    Theme("em-BK1", "机器人概念", "concept", "XSHG", "em", "members", "BK1090"),
    Theme("em-BK2", "白酒", "concept", "XSHG", "em", "members", "BK0896"),
    Theme("em-BK3", "ChatGPT概念", "concept", "XSHG", "em", "members", "BK1126"),
]


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wired]:
    with wired(tmp_path_factory.mktemp("home"), log=True) as made:
        made.app.store.save_names({"600001": "甲股", "600002": "乙股", "600011": "乙股份"})
        yield made


@pytest.mark.parametrize(
    ("words", "command", "rest"),
    [
        ("热题材", "theme", "热题材"),
        ("热题材 怎么样", "theme", "热题材"),
        ("請問熱題材怎麼樣？", "theme", "热题材"),
        ("为什么 热题材", "why", "热题材"),
        ("热题材为什么涨？", "why", "热题材"),
        ("热题材 历史", "history", "热题材"),
        ("取消静音 热题材", "unmute", "热题材"),
        ("静音 热题材", "mute", "热题材"),
        ("how is 热题材?", "theme", "热题材"),
        ("Why is the 热题材", "why", "热题材"),
        ("图", "chart", ""),
        ("预警准不准？", "record", ""),
        ("哪些題材最熱？", "themes", ""),
        ("现在什么热？", "themes", ""),
        ("What is hot?", "themes", ""),
        ("哪些题材有泡沫", "themes", ""),
        ("夜里别发消息", "settings", "quiet"),
        ("dark mode", "style", ""),
        ("英文", "lang", ""),
        ("为什么", "why", ""),
        ("热门", "themes", ""),
        ("帮助！", "help", ""),
        ("HELP", "help", ""),
        ("600001", "stock", "600001"),
        ("sh600001", "stock", "600001"),
        ("甲股", "stock", "甲股"),
        ("nothing of the kind", "theme", "nothing of the kind"),
        ("showhy", "theme", "showhy"),
    ],
)
def test_plain_words_mean_a_command(bot: Wired, words: str, command: str, rest: str) -> None:
    assert meant(bot.app, words) == (command, rest)


def test_every_phrase_leads_to_a_command_and_can_be_reached() -> None:
    assert {*(of for _, of in ABOUT), *ALONE.values()} <= COMMANDS.keys()
    phrases = [phrase for phrase, _ in ABOUT]
    for place, phrase in enumerate(phrases):  # a longer one behind its own part would never count
        assert not any(part in phrase for part in phrases[:place] if not part.isascii())
        assert simplified(phrase) == phrase


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("机器人", "em-BK1"),
        ("機器人概念", "em-BK1"),
        ("BK0896", "em-BK2"),
        ("em-bk2", "em-BK2"),
        ("jqr", "em-BK1"),
        ("bj", "em-BK2"),
        ("chatgpt", "em-BK3"),
    ],
)
def test_a_name_a_part_a_board_or_initials_find_a_theme(typed: str, found: str) -> None:
    assert [t.id for t in named(KNOWN, typed)] == [found]


@pytest.mark.parametrize(
    ("typed", "near"),
    [("机器入", "机器人概念"), ("白洒", "白酒"), ("白酒概念", "白酒"), ("chatgtp", "ChatGPT概念")],
)
def test_a_slip_gives_the_nearest_names(typed: str, near: str) -> None:
    assert named(KNOWN, typed) == []
    assert near in [theme.name for theme in nearest(KNOWN, typed)]


def test_nothing_is_near_to_nonsense_and_hostile_input_ends_soon() -> None:
    begun = time.process_time()  # not what others take of a busy machine
    for typed in (
        "x" * 4096,
        "机" * 4096,
        "👨‍👩‍👧‍👦" * 400,
        "'; DROP TABLE chat; --",
        "\u202e反转",
        "",
    ):
        assert nearest(KNOWN, typed) == []
    assert time.process_time() - begun < 1


def test_a_character_read_in_several_ways_is_found_by_each() -> None:
    bank = Theme("em-BK4", "AI银行", "concept", "XSHG", "em", "members")
    for typed in ("aiyh", "aiyx", "AIY"):
        assert named([*KNOWN, bank], typed) == [bank]
    assert named(KNOWN, "jqrgna") == []
    assert initials("AI人") == ("a", "i", "r")


def test_a_stock_is_found_in_traditional_too() -> None:
    assert stocks({"600519": "贵州茅台"}, "貴州茅台") == [("600519", "贵州茅台")]
    assert stocks({"300102": "乾照光电"}, "乾照光电") == [("300102", "乾照光电")]
    assert stocks({"600519": "贵州茅台"}, "") == []


@pytest.mark.parametrize("code", ["t", "w", "c", "n", "f"])
def test_without_a_name_themes_are_offered_to_press(bot: Wired, code: str) -> None:
    sent = bot.write(f"/{PRESSED[code]}", READER)
    assert offered(sent)[0] == f"{code}:hot"  # the largest run-up first


def test_a_missing_alert_offers_the_newest(bot: Wired) -> None:
    sent = bot.write("/alert", READER)
    assert offered(sent)[0].startswith("a:")
    assert "<b>" not in json.dumps(sent[0]["reply_markup"])
    assert "日志" in said(bot.press(offered(sent)[0], READER))


def test_an_unknown_command_tells_the_nearest_and_help(bot: Wired) -> None:
    assert "/themes" in said(bot.write("/thems", READER))
    assert "/help" in said(bot.write("/xyzzy", READER))
    assert "/users" not in said(bot.write("/user", READER))  # of admins only
    assert "/users" in said(bot.write("/user", ADMIN))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_help_tells_of_each_command_its_use_and_an_example(bot: Wired, language: str) -> None:
    chat = Chat(7, "private", "", language)  # type: ignore[arg-type]
    for name, command in COMMANDS.items():
        text = plain(answer(bot.app, "help", Asked(chat, ADMIN, name, bot.app.now().date())).text)
        use = USAGES[name]
        assert f"/{name} {use.typed(language)}".rstrip() in text  # type: ignore[arg-type]
        assert (use.zh if language == "zh" else use.en) in text
        assert (command.zh if language == "zh" else command.en) in text


def test_help_in_english_has_english_names_in_its_examples(bot: Wired) -> None:
    chat = Chat(7, "private", "", "en")
    for name in ("", *USAGES):
        text = answer(bot.app, "help", Asked(chat, ADMIN, name, bot.app.now().date())).text
        assert not any(chinese in text for chinese in EXAMPLES), name
    assert (
        "robots; how is liquor"
        in answer(bot.app, "help", Asked(chat, ADMIN, "", bot.app.now().date())).text
    )
    english = {name.casefold() for name in load_themes(Path("nowhere")).english.values()}
    assert set(EXAMPLES.values()) <= english  # a home as shipped knows them


def test_every_command_has_a_use_and_every_use_a_command() -> None:
    missing = COMMANDS.keys() - USAGES.keys()
    assert not missing, f"bot/commands/usage.py lacks {missing}"
    assert USAGES.keys() <= COMMANDS.keys()
    for name, use in USAGES.items():
        assert use.group in GROUPS
        assert (use.group == "admin") is COMMANDS[name].runs
        assert bool(use.example) is bool(use.zh_args) is bool(use.en_args)


def test_help_turns_pages_in_place_and_fits_a_phone(bot: Wired) -> None:
    assert len(said(bot.write("/help", READER)).splitlines()) <= 20
    sent = bot.write("/help all", READER)
    assert len(said(sent).splitlines()) <= 30
    assert offered(sent) == [f"help:+{group}" for group in GROUPS if group != "admin"]
    bot.press("help:+past", READER)
    page = bot.wire.asked_of("editMessageText")[0]["text"]
    assert "/similar — " in page
    assert "/mute" not in page


def test_a_command_whose_use_nobody_wrote_down_is_listed_all_the_same(bot: Wired) -> None:
    from bot.commands.help import pages

    chat = Chat(7, "private", "", "en")
    shown = {"novel": Command(lambda app, asked: Answer("x"), "新", "new")}
    for rest, text in (("all", "/novel"), ("+bot", "/novel — new"), ("novel", "/novel")):
        asked = Asked(chat, 7, rest, bot.app.now().date())
        assert text in plain(pages(bot.app, asked, shown).text)
