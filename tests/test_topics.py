"""Topics of a group: each where /start was written is told by itself, by wishes of its own."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.ledger import Ledger
from bot.records import Chat, Outgoing
from bot.texts import plain
from tests.wire import ADMIN, GROUP, Wired, said, wired

FIRST, SECOND, THIRD = 33, 34, 35


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Wired]:
    with wired(tmp_path, PAOMO_ALLOWED=f"{GROUP}") as running:
        yield running


def write(bot: Wired, text: str, topic: int | None) -> list[dict[str, Any]]:
    """The group's admin writes in a topic; None: in the general one."""
    more: dict[str, Any] = {"is_topic_message": True, "message_thread_id": topic} if topic else {}
    return bot.write(text, ADMIN, GROUP, **more)


def pushed(bot: Wired) -> dict[int | None, Chat]:
    """Chats that are told, by their topic."""
    return {chat.topic: chat for chat in bot.app.ledger.chats()}


def test_a_second_topic_is_told_beside_the_first_by_wishes_of_its_own(bot: Wired) -> None:
    """The digest in one topic, the alerts of one theme in another."""
    write(bot, "/start", FIRST)
    (hello,) = write(bot, "/start", SECOND)
    assert "1 处" in hello["text"]
    assert (hello["chat_id"], hello["message_thread_id"]) == (GROUP, SECOND)
    write(bot, "/watch 热题材", SECOND)
    write(bot, "/settings digest off", SECOND)
    known, wishes = pushed(bot), bot.app.ledger.wishes
    assert {topic: chat.address for topic, chat in known.items()} == {FIRST: GROUP, SECOND: GROUP}
    assert wishes(known[SECOND].id).watched == {"hot"}
    assert wishes(known[SECOND].id).level("digest") == "off"
    assert wishes(known[FIRST].id) == wishes(0)


def test_the_settings_say_of_which_topic_they_are(bot: Wired) -> None:
    write(bot, "/start", FIRST)
    assert said(write(bot, "/settings", FIRST)).startswith("本话题的设置")
    general = said(write(bot, "/settings", None))
    assert general.startswith("本聊天的设置")
    assert "推送发往本群的另一话题" in general


def test_a_topic_of_its_own_ends_by_itself_and_begins_again_as_it_was(bot: Wired) -> None:
    for topic in (FIRST, SECOND):
        write(bot, "/start", topic)
    write(bot, "/settings quiet 22-8", SECOND)
    write(bot, "/stop", SECOND)
    assert set(pushed(bot)) == {FIRST}
    write(bot, "/start", SECOND)
    assert bot.app.ledger.wishes(pushed(bot)[SECOND].id).quiet == (22, 8)
    write(bot, "/stop", FIRST)
    assert "处" not in said(write(bot, "/start", SECOND))  # it is the only one now
    write(bot, "/start", THIRD)
    assert set(pushed(bot)) == {SECOND, THIRD}


def test_a_stop_where_nothing_is_pushed_says_where_to_write_it(bot: Wired) -> None:
    for topic in (FIRST, SECOND):
        write(bot, "/start", topic)
    assert "本群有 2 处收推送" in said(write(bot, "/stop", THIRD))
    assert set(pushed(bot)) == {FIRST, SECOND}
    assert "另有 1 处仍收推送" in said(write(bot, "/stop", FIRST))
    assert "已停止本群另一话题的推送" in said(write(bot, "/stop", None))  # the only one left
    assert pushed(bot) == {}


def test_after_a_topic_was_deleted_its_pushes_can_be_stopped(bot: Wired) -> None:
    """They moved to the general one, which had been stopped before: two chats of one place."""
    for topic in (None, SECOND):
        write(bot, "/start", topic)
    write(bot, "/stop", None)
    moved = pushed(bot)[SECOND]
    bot.app.ledger.save_chat(replace(moved, topic=None))
    write(bot, "/start", None)
    assert [chat.id for chat in bot.app.ledger.chats()] == [moved.id]
    write(bot, "/stop", None)
    assert pushed(bot) == {}


def test_a_mute_where_no_topic_was_begun_is_of_one_that_is_told(bot: Wired) -> None:
    for topic in (FIRST, SECOND):
        write(bot, "/start", topic)
    write(bot, "/stop", FIRST)
    write(bot, "/mute 热题材 always", None)
    assert set(bot.app.ledger.mutes(pushed(bot)[SECOND].id)) == {"hot"}


def test_a_question_where_no_topic_was_begun_is_answered_as_in_the_groups_first(bot: Wired) -> None:
    write(bot, "/start", FIRST)
    write(bot, "/lang en", FIRST)
    write(bot, "/start", SECOND)
    write(bot, "/lang hant", SECOND)
    for topic in (FIRST, THIRD, None):
        assert "Market" in said(write(bot, "/market", topic))
    assert "漲停" in said(write(bot, "/market", SECOND))


def test_who_leaves_a_group_leaves_all_its_topics(bot: Wired) -> None:
    for topic in (FIRST, SECOND, None):
        write(bot, "/start", topic)
    assert set(pushed(bot)) == {FIRST, SECOND, None}
    bot.app.ledger.places.leave(GROUP, "blocked")
    assert pushed(bot) == {}
    assert bot.app.ledger.chat(GROUP)


def test_the_id_of_a_further_topic_is_the_groups(bot: Wired) -> None:
    for topic in (FIRST, SECOND):
        write(bot, "/start", topic)
    assert plain(write(bot, "/id", SECOND)[0]["text"]).startswith(f"本聊天 {GROUP} · 话题 {SECOND}")


def test_what_a_further_topic_got_counts_for_its_group() -> None:
    """Also after a restart: Telegram's twenty a minute are the group's."""
    ledger, group, now = Ledger(None), Chat(GROUP, "supergroup", "群", "zh"), datetime.now(UTC)
    further = ledger.places.further(group, SECOND)
    for chat in (group, further):
        ledger.save_chat(chat)
        ledger.outbox.enqueue(Outgoing("k", chat.id, now.date(), "text", now))
    waiting = ledger.outbox.due(now)
    assert len(waiting) == 2
    for message in waiting:
        ledger.outbox.sent(message.id, 1, now)
    assert [chat for chat, _ in ledger.outbox.sent_since(now - timedelta(minutes=1))] == [GROUP] * 2


def test_ids_made_here_are_none_of_telegrams_and_no_two_are_the_same() -> None:
    ledger, group = Ledger(None), Chat(GROUP, "supergroup", "群", "zh", topic=FIRST)
    ledger.save_chat(group)
    made = [ledger.places.further(group, SECOND)]
    ledger.save_chat(made[0])
    made.append(ledger.places.further(replace(made[0], topic=SECOND), THIRD))
    ledger.save_chat(made[1])
    assert len({chat.id for chat in made}) == 2
    assert all(chat.id > 2**52 and chat.address == GROUP for chat in made)
    assert ledger.places.at(GROUP, THIRD) == made[1]
    assert ledger.places.beside(made[0]) == [group, made[1]]
