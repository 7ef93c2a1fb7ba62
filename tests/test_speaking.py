"""What people press and where they write: buttons, links, inline, groups, odd updates, refusals."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.commands import COMMANDS, PRESSED
from bot.digest import digest
from bot.gallery import Gallery
from bot.menus import LANGUAGES, menus
from bot.messages import Day
from bot.records import Chat
from bot.texts import plain
from market.source import Theme
from signals.model import Stage, ThemeState
from tests.botapi import BotApi
from tests.process import ADMIN as HEAD
from tests.process import Bot
from tests.wire import ADMIN, BOT, GROUP, READER, STRANGER, Wired, message, offered, said, wired


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wired]:
    with wired(tmp_path_factory.mktemp("home"), log=True) as made:
        made.app.store.save_names({"600001": "甲股", "600002": "乙股", "600011": "乙股份"})
        yield made


def test_commands_are_read_however_they_are_typed(bot: Wired) -> None:
    for typed in ("/HELP", "／help", "/help@paomo_bot", "/", "/help\n", "/帮助"):
        assert "/themes" in said(bot.write(typed, READER)), typed
    assert bot.write("/help@other_bot", READER) == []
    assert "<b>热题材" in bot.write("/热题材", READER)[0]["text"]
    assert bot.write(" \n ", READER) == []


def test_start_says_what_it_does_in_three_lines_and_what_to_press(bot: Wired) -> None:
    sent = bot.write("/start", READER)
    lines = said(sent).splitlines()
    assert len(lines[: lines.index("")]) == 3
    for data in offered(sent):
        answered = bot.press(data, READER)
        assert answered, data
        assert "没有" not in said(answered)
    bot.write("/stop", READER)


def wordless(user: int, chat: int = 0, **more: Any) -> dict[str, Any]:
    """A message that is no text: a photo unless told otherwise."""
    photo = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
    bare = {k: v for k, v in message("x", user, chat).items() if k != "text"}
    return {"update_id": 1, "message": bare | (more or {"photo": photo})}


def test_a_picture_or_a_sticker_gets_a_hint_in_a_private_chat_alone(bot: Wired) -> None:
    assert "只认文字" in said(bot.told(wordless(READER)))
    voice = {"file_id": "f", "file_unique_id": "u", "duration": 1}
    assert "只认文字" in said(bot.told(wordless(READER, voice=voice)))
    assert bot.told(wordless(READER, GROUP)) == []
    assert bot.told(wordless(READER, pinned_message=message("x", READER))) == []
    photo = wordless(READER)["message"]["photo"]
    album = [wordless(READER, photo=photo, media_group_id="g") for _ in range(3)]
    assert len([sent for one in album for sent in bot.told(one)]) == 1


def test_a_deep_link_opens_a_theme_and_subscribes_nobody(bot: Wired) -> None:
    assert "<b>热题材</b>" in bot.write("/start t_hot", READER)[0]["text"]
    assert not bot.app.ledger.chats()
    assert "没有找到" in said(bot.write("/start t_gone", READER))
    assert "<code>9</code>" in bot.write("/start t_hot", STRANGER)[0]["text"]


def test_the_digest_and_the_lists_link_names_once_the_bots_own_is_known(bot: Wired) -> None:
    themes = {"a": Theme("a", "<甲>", "concept", "XSHG", "em", "members"),
              "题": Theme("题", "乙", "concept", "XSHG", "em", "members")}  # fmt: skip
    states = {t: ThemeState(t, Stage.BUBBLE) for t in themes}
    day = Day(bot.app.now().date(), None, themes, {}, (("holes", "2024-06-27"),))
    sizes = {"a": 0.3, "题": 0.2}
    bare = digest(day, (), states, sizes, "zh")
    linked = digest(replace(day, username="paomo_bot"), (), states, sizes, "zh")
    assert plain(linked) == plain(bare)
    assert linked.count('<a href="https://t.me/paomo_bot?start=t_a">&lt;甲&gt;</a>') == 1
    assert linked.count("<a ") == 1  # an id that cannot be in a link has none
    bot.app.ledger.set_fact("username", "paomo_bot")
    assert 'start=t_hot">热题材</a>' in bot.write("/top", READER)[0]["text"]
    bot.app.ledger.set_fact("username", "")
    assert "<a" not in bot.write("/top", READER)[0]["text"]


def test_inline_offers_cards_to_those_who_may_ask(bot: Wired) -> None:
    found = bot.type("热", READER)
    assert [one["id"] for one in found["results"]] == ["hot"]
    assert "60日净涨幅" in found["results"][0]["input_message_content"]["message_text"]
    assert found["is_personal"] is True
    assert bot.type("", READER)["results"][0]["id"] == "hot"  # nothing typed: the hottest
    assert bot.type("zzzz", READER)["results"] == []
    refused = bot.type("热", STRANGER)
    assert refused["results"] == []
    assert "获准" in refused["button"]["text"]
    assert refused["button"]["start_parameter"] == "inline"


def test_an_inline_flood_is_not_answered(bot: Wired) -> None:
    talk = bot.telegram.bot_data["talk"]
    held = replace(talk, typing=type(talk.typing)(lambda: 0.0, at_once=2))
    bot.telegram.bot_data["talk"] = held
    answers = []
    for _ in range(4):
        query = {"id": "1", "from": message("", READER)["from"], "query": "热", "offset": ""}
        bot.told({"update_id": 1, "inline_query": query})
        answers.append(len(bot.wire.asked_of("answerInlineQuery")))
    bot.telegram.bot_data["talk"] = talk
    assert answers == [1, 1, 0, 0]


def test_in_a_group_only_what_is_addressed_is_answered(bot: Wired) -> None:
    assert bot.write("热题材", ADMIN, GROUP) == []
    assert bot.write("/weather", ADMIN, GROUP) == []  # of another bot there
    assert "没有这个命令" in said(bot.write("/weather@paomo_bot", ADMIN, GROUP))
    assert "热题材" in said(bot.write("@paomo_bot 热题材 怎么样", ADMIN, GROUP))
    assert bot.write("@paomo_bot", ADMIN, GROUP) == []
    to_us = message("x", 1) | {"from": BOT}
    assert "热题材" in said(bot.write("热题材", ADMIN, GROUP, reply_to_message=to_us))
    to_other = message("x", 1)
    assert bot.write("热题材", ADMIN, GROUP, reply_to_message=to_other) == []


def test_forwards_edits_and_channel_posts_are_no_questions(bot: Wired) -> None:
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "x"}
    assert bot.write("/stop", READER, forward_origin=origin) == []
    assert bot.write("热题材", READER, via_bot=BOT) == []  # a card of ours, chosen in this chat
    assert bot.told({"update_id": 1, "edited_message": message("/help", READER)}) == []
    post = {"message_id": 1, "date": 1, "chat": {"id": -100, "type": "channel", "title": "x"}}
    assert bot.told({"update_id": 1, "channel_post": post | {"text": "/help"}}) == []


@pytest.mark.parametrize(
    "data", ["", "zz:hot", "t", "t:gone", "m:", "k:nonsense", "a:zzzzzz", "help:+x"]
)
def test_an_odd_button_is_acknowledged(bot: Wired, data: str) -> None:
    answered = bot.press(data, READER)
    (acknowledged,) = bot.wire.asked_of("answerCallbackQuery")
    if data.partition(":")[0] not in PRESSED:
        assert "失效" in acknowledged["text"]
        assert answered == []


def test_a_button_too_old_to_be_acknowledged_is_answered_all_the_same(bot: Wired) -> None:
    old = {"description": "Bad Request: query is too old and response timeout expired"}
    bot.wire.refusals.append(("answerCallbackQuery", old))
    assert "热题材" in said(bot.press("t:hot", READER))


@pytest.mark.parametrize("told", ["Have no rights to send a message", "chat not found"])
def test_an_answer_into_a_chat_that_takes_none_is_only_logged(bot: Wired, told: str) -> None:
    bot.wire.refusals.extend([("sendMessage", {"description": f"Bad Request: {told}"})] * 2)
    assert bot.write("/top", READER) == []
    bot.wire.refusals.clear()
    assert bot.write("/top", READER)


def test_a_button_under_an_inline_message_does_no_harm(bot: Wired) -> None:
    query = {"id": "1", "from": message("", READER)["from"], "chat_instance": "1"}
    assert bot.told({"update_id": 1, "callback_query": query | {"data": "t:hot"}}) == []
    assert "失效" in bot.wire.asked_of("answerCallbackQuery")[0]["text"]


def test_a_chat_that_takes_no_pictures_is_told_so(bot: Wired) -> None:
    photo = {"description": "Bad Request: not enough rights to send photos to the chat"}
    talk = bot.telegram.bot_data["talk"]

    async def at_hand(job: Any) -> bytes:
        return b"png"

    gallery = Gallery(bot.app.ledger.files, at_hand)
    bot.telegram.bot_data["talk"] = replace(talk, gallery=gallery)
    bot.wire.refusals.append(("sendPhoto", photo))
    sent = bot.write("/theme 热题材", READER)
    bot.telegram.bot_data["talk"] = talk
    assert len(sent) == 2
    assert "不允许发送图片" in sent[1]["text"]
    assert {"typing", "upload_photo"} >= {a["action"] for a in bot.wire.asked_of("sendChatAction")}


def asked_slowly(bot: Wired, text: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """What is sent when the slow part comes after all patience, and what it is changed into."""
    talk = bot.telegram.bot_data["talk"]

    async def slowly(job: Any) -> Any:
        while not bot.wire.sent:
            await asyncio.sleep(0)
        return job(bot.app)

    bot.telegram.bot_data["talk"] = replace(talk, in_worker=slowly, patience_seconds=0.0)
    sent = bot.write(text, READER)
    bot.telegram.bot_data["talk"] = talk
    (changed,) = bot.wire.asked_of("editMessageText")
    return sent, changed


def test_slow_work_is_answered_at_once_and_then_in_place(bot: Wired) -> None:
    sent, changed = asked_slowly(bot, "/why 热题材")
    assert "正在计算" in sent[0]["text"]
    assert "LPPLS" in changed["text"]
    assert "正在计算" not in changed["text"]
    assert [asked["action"] for asked in bot.wire.asked_of("sendChatAction")] == ["typing"]


def test_slow_words_beside_a_picture_take_the_place_of_the_wait(bot: Wired) -> None:
    sent, changed = asked_slowly(bot, "/digest")
    assert "正在计算" in sent[0]["text"]
    assert "每日摘要" in changed["text"]


def test_a_button_tapped_again_before_its_answer_is_answered_once(bot: Wired) -> None:
    under = message("?", READER)
    query = {"id": "1", "from": under["from"], "chat_instance": "1", "data": "t:hot"}
    update = {"update_id": 1, "callback_query": query | {"message": under}}
    assert len(bot.told(*[update] * 3)) == 1
    assert len(bot.wire.asked_of("answerCallbackQuery")) == 3
    assert len(bot.told(update)) == 1


def test_an_answer_follows_a_group_that_moved(bot: Wired) -> None:
    bot.app.ledger.save_chat(Chat(GROUP, "group", "", "zh"))
    moved = {"description": "moved", "parameters": {"migrate_to_chat_id": -1009}}
    bot.wire.refusals.append(("sendMessage", moved))
    assert bot.write("/top", ADMIN, GROUP)[0]["chat_id"] == -1009
    assert bot.app.ledger.chat(GROUP) is None
    assert bot.app.ledger.chat(-1009) is not None
    bot.app.ledger.turn_off(-1009, "test")


def test_what_telegram_cannot_parse_goes_plain_and_the_rest_is_logged(bot: Wired) -> None:
    bot.wire.refusals.append(("sendMessage", {"description": "Bad Request: can't parse entities"}))
    sent = bot.write("/theme 热题材", READER)
    assert "<b>" not in sent[0]["text"]
    assert "parse_mode" not in sent[0]
    gone = {"error_code": 403, "description": "Forbidden: bot was blocked by the user"}
    bot.wire.refusals.append(("sendMessage", gone))
    assert bot.write("/help", READER) == []


def test_the_menus_are_within_telegrams_limits_and_fit_their_chats() -> None:
    of = {scope.type: shown for scope, shown in menus()}
    assert of["all_private_chats"].keys() == {n for n, c in COMMANDS.items() if not c.runs}
    assert "mute" not in of["all_group_chats"]
    assert "mute" in of["all_chat_administrators"]
    assert list(LANGUAGES) == [None, "zh"]
    assert len(COMMANDS) <= 100
    for name, command in COMMANDS.items():
        assert name.isascii()
        assert len(name) <= 32
        assert all(1 <= len(words) <= 256 for words in (command.zh, command.en))


def test_a_running_bot_speaks_inline_by_link_and_in_traditional(home: Path, api: BotApi) -> None:
    running = Bot(home, api)
    api.called("setMyCommands", 6)
    told = [given for given in api.asked if given["method"] == "setMyCommands"]
    assert [given.get("language_code") for given in told] == [None, "zh"] * 3
    scope = json.loads(api.asked_of("setMyCommands")["scope"])["type"]
    assert scope == "all_chat_administrators"
    api.write("/start", HEAD)
    assert "已为本聊天开启" in api.until(1)[0]["text"]
    api.called("setMyCommands", 8)  # the admin's own menu
    assert json.loads(api.asked_of("setMyCommands")["scope"]) == {"type": "chat", "chat_id": HEAD}
    api.write("/start t_hot", HEAD)
    assert "热题材" in api.until(2)[1]["text"]
    query = {"id": "7", "from": {"id": HEAD, "is_bot": False, "first_name": "x"}, "offset": ""}
    api.told({"inline_query": query | {"query": "熱題材"}})
    api.called("answerInlineQuery")
    results = json.loads(api.asked_of("answerInlineQuery")["results"])
    assert [one["id"] for one in results] == ["hot"]
    api.write("/lang hant", HEAD)
    api.until(3)
    api.write("熱題材 怎麼樣", HEAD)
    assert any("熱題材" in sent.get("text", "") for sent in api.until(5)[3:])  # the charts beside
    assert running.end() == 0
    assert "Traceback" not in running.log.read_text()
