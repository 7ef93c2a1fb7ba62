"""Simplified, traditional, English: the first guess, /lang, and that all that goes out is spelt."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bot import names, sender, words
from bot.app import App, judge
from bot.charts import font, png
from bot.commands import COMMANDS, PRESSED
from bot.commands.usage import GROUPS, USAGES
from bot.jobs import daily
from bot.ledger import Ledger
from bot.records import EDIT, Chat, Queued
from bot.script import drawing, guessed, simplified, spelt
from bot.texts import plain, units
from config.settings import Settings
from market.derive import derive
from market.store import Store
from tests import markets
from tests.wire import ADMIN, GROUP, READER, Wired, wired


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wired]:
    with wired(tmp_path_factory.mktemp("home"), log=True) as made:
        yield made


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("zh-hans", ("zh", False)),
        ("zh", ("zh", False)),
        ("zh-CN", ("zh", False)),
        ("zh-sg", ("zh", False)),
        ("zh-hant", ("zh", True)),
        ("zh-Hant-HK", ("zh", True)),
        ("zh_TW", ("zh", True)),
        ("zh-HK", ("zh", True)),
        ("zh-mo", ("zh", True)),
        ("en-GB", ("en", False)),
        ("ja", ("en", False)),
        ("", ("en", False)),
    ],
)
def test_the_first_guess_comes_from_the_clients_code(code: str, language: tuple[str, bool]) -> None:
    assert guessed(code) == language


def every_word() -> list[str]:
    tables = [words.WORDS, names.STAGES, names.KINDS, names.RULES, names.FAULTS, names.TROUBLES]
    said = [entry["zh"] for table in tables for entry in table.values()]  # type: ignore[attr-defined]
    said += [command.zh for command in COMMANDS.values()]
    return said + [text for use in USAGES.values() for text in (use.zh_args, use.zh)]


def test_traditional_texts_are_no_longer_and_turn_back_into_what_they_were() -> None:
    for text in every_word():
        assert units(spelt(text, True)) == units(text)
        assert simplified(spelt(text, True)) == text
    assert spelt("净涨幅居前，里面", True) == "淨漲幅居前，裡面"
    assert spelt("净涨幅", False) == "净涨幅"


def test_names_keep_their_words_and_markup_its_form() -> None:
    html = '<a href="https://t.me/x?start=t_em-BK0800">人工智能</a> &lt;软件&gt; <b>芯片</b>'
    assert spelt(html, True) == html.replace("软件", "軟件")  # not 人工智慧, 軟體, 晶片
    assert plain(spelt(html, True)) == "人工智能 <軟件> 芯片"


def test_what_is_typed_in_either_script_finds_a_theme(bot: Wired) -> None:
    for typed in ("/theme 熱題材", "熱題材", "热题材 怎么样", "熱題材 怎麼樣"):
        assert "<b>热题材</b>" in bot.write(typed)[0]["text"]
    # a name that is not simplified through and through is found as it is written
    assert simplified("华为昇腾") == "华为升腾"


def test_a_chat_in_traditional_reads_everything_so(bot: Wired) -> None:
    said = bot.write("/lang hant", READER)[0]["text"]
    assert said == "本聊天使用繁體中文。"
    card = bot.write("/theme 热题材", READER)[0]
    assert "淨漲幅" in card["text"]
    assert "净涨幅" not in card["text"]
    buttons = [b for row in card["reply_markup"]["inline_keyboard"] for b in row]
    assert buttons[0] == {"text": "依據", "callback_data": "w:hot"}
    bot.press("k:surge", READER)
    assert "設置" in bot.wire.asked_of("editMessageText")[0]["text"]
    bot.press("nonsense:1", READER)
    assert "這個按鈕已失效" in bot.wire.asked_of("answerCallbackQuery")[0]["text"]
    assert "熱題材" in bot.type("热题材", READER)["results"][0]["title"]
    assert "热题材" in bot.write("/theme 热题材", ADMIN)[0]["text"]  # another's chat stays
    bot.write("/lang zh", READER)


def test_a_new_person_is_spoken_to_in_their_clients_language(bot: Wired) -> None:
    for code, said in (("zh-hant", "為何"), ("zh-hans", "为何"), ("en", "No theme")):
        text = bot.write("/theme 为何", READER, code=code)[0]["text"]
        if bot.app.ledger.chat(READER) is None:
            assert said in text
    assert "沒有找到" in bot.write("/theme xyzzy", 1, GROUP, code="zh-tw")[0]["text"]


def test_lang_offers_three_and_in_a_group_only_to_admins(bot: Wired) -> None:
    rows = bot.write("/lang")[0]["reply_markup"]["inline_keyboard"]
    assert [row[0]["callback_data"] for row in rows] == ["lang:zh", "lang:hant", "lang:en"]
    assert "lang" in PRESSED
    assert bot.press("lang:en")[0]["text"] == "This chat is in English."
    assert "themes in all" in bot.write("/themes")[0]["text"]
    assert bot.app.ledger.chat(ADMIN) == Chat(ADMIN, "private", "", "en", active=False)
    bot.write("/lang zh")


def test_pushes_keep_a_chats_script_in_text_and_picture(settings: Settings) -> None:
    store, ledger = Store(None), Ledger(None)
    markets.fill(store)
    derive(store, store.bar_days(), backfilled=True)
    now = datetime(2024, 6, 11, 8, tzinfo=UTC)
    app = App(settings, store, ledger, *judge(settings), lambda: now)
    ledger.save_chat(Chat(7, "private", "", "zh"))
    ledger.save_chat(Chat(8, "private", "", "zh", hant=True))
    surge = date(2024, 6, 11)
    daily(app, store.days()[store.days().index(surge) - 1])
    daily(app, surge)
    due = {m.chat: m for m in every_due(ledger) if m.photo}
    assert due[7].photo != due[8].photo
    assert due[7].text == due[8].text  # what is kept is simplified; the edge converts it
    assert [ledger.reads_hant(chat) for chat in (7, 8, 9)] == [False, True, False]
    ledger.migrate(8, -8)
    assert ledger.reads_hant(-8)


def every_due(ledger: Ledger) -> Iterator[Queued]:
    now = datetime(2024, 6, 12, tzinfo=UTC)
    while due := ledger.outbox.due(now):
        for message in due:
            yield message
            ledger.outbox.sent(message.id, 1, now)


def test_a_row_of_the_outbox_goes_out_as_its_reader_writes(bot: Wired) -> None:
    send = sender.of_outbox(bot.telegram.bot, lambda chat: chat == 8)
    row = Queued("k", 8, date(2024, 6, 11), "<b>净涨幅</b>", datetime(2024, 6, 11, tzinfo=UTC))
    bot.wire.sent.clear()
    for message in (row, replace(row, chat=7), replace(row, operation=EDIT, about="k", target=1)):
        bot.loop.run_until_complete(send(message, message.text))
    assert [sent["text"] for sent in bot.wire.sent] == ["<b>淨漲幅</b>", "<b>净涨幅</b>"]
    assert bot.wire.asked_of("editMessageText")[-1]["text"] == "<b>淨漲幅</b>"


def test_a_picture_is_spelt_as_its_reader_writes() -> None:
    from matplotlib.figure import Figure

    def made(title: str, tick: str) -> Figure:
        figure = Figure(figsize=(3, 1))
        axes = figure.subplots()
        axes.set_title(title, fontproperties=font(9))
        axes.set_yticks([0, 1], [tick, "x"], fontproperties=font(9))
        return figure

    wanted = png(lambda: made("題材", "漲幅"))
    with drawing(True):
        assert png(lambda: made("题材", "涨幅")) == wanted
    assert png(lambda: made("题材", "涨幅")) != wanted


def test_no_converter_loads_before_it_is_needed() -> None:
    code = "import sys, bot.session; print([m for m in ('opencc', 'pypinyin') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_of_the_reference_every_name_is_found_again_in_traditional(reference: Path) -> None:
    from bot.commands.named import named
    from market.source import Theme

    found = pd.read_csv(reference / "ashare/members.csv.gz", dtype=str)
    known = [
        Theme(f"t{n}", name, "concept", "XSHG", "file", "members")
        for n, name in enumerate(np.unique(found["theme"].astype(str)))
    ]
    missed = [t.name for t in known if t not in named(known, spelt(t.name, True))]
    assert len(known) > 400
    assert missed == []


def test_groups_of_help_have_words_in_both_languages() -> None:
    assert all(words["zh"] and words["en"] for words in GROUPS.values())


def test_addresses_stay_as_they_are_in_traditional_text() -> None:
    said = '<a href="https://x.cn/中国发展">中国发展</a>'
    assert spelt(said, hant=True) == '<a href="https://x.cn/中国发展">中國發展</a>'
