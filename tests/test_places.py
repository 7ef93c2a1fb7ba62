"""Where answers go and who speaks: topics, channels, anonymous admins, buttons under pushes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.messages import number
from bot.polling import HEARD
from signals.model import Kind, Stage, ThemeState, Transition
from tests.wire import ADMIN, GROUP, READER, STRANGER, wired

CHANNEL, OTHER = -100, -200
GROUP_BOT, CHANNEL_BOT, TELEGRAM = 1087968824, 136817688, 777000  # who stands in for a chat


class Here:
    """A bot to which updates are handed; `sent` and `toasts` are what came back."""

    def __init__(self, home: Path) -> None:
        self._running = wired(home, PAOMO_ALLOWED=f"{READER},{GROUP},{CHANNEL}")
        self._bot = self._running.__enter__()
        self.app: App = self._bot.app

    def close(self) -> None:
        self._running.__exit__(None, None, None)

    @property
    def toasts(self) -> list[str]:
        """What was shown above the chat upon the last update."""
        asked = self._bot.wire.asked_of("answerCallbackQuery")
        return [given.get("text", "") for given in asked]

    def told(self, **update: Any) -> list[dict[str, Any]]:
        """What is sent upon an update."""
        assert update.keys() <= set(HEARD)
        return self._bot.told({"update_id": 1, **update})

    def post(self, text: str, chat: int = CHANNEL) -> list[dict[str, Any]]:
        """A post of a channel."""
        where = {"id": chat, "type": "channel", "title": "频道"}
        post = {"message_id": 5, "date": 1, "chat": where, "sender_chat": where, "text": text}
        return self.told(channel_post=post)

    def press(self, data: str, chat: dict[str, Any], user: int, **more: Any) -> list[Any]:
        """Somebody presses a button under message 9."""
        message = {"message_id": 9, "date": 1, "chat": chat, "text": "x", **more}
        query = {"id": "1", "from": person(user), "chat_instance": "1", "data": data}
        return self.told(callback_query=query | {"message": message})


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Here]:
    made = Here(tmp_path)
    yield made
    made.close()


def person(user: int) -> dict[str, Any]:
    return {"id": user, "is_bot": user > 10**8, "first_name": "人", "language_code": "en"}


SUPERGROUP = {"id": GROUP, "type": "supergroup", "title": "群"}
IN_TOPIC = {"is_topic_message": True, "message_thread_id": 33}


def said(text: str, user: int = ADMIN, **more: Any) -> dict[str, Any]:
    message = {"message_id": 5, "date": 1, "chat": SUPERGROUP, "from": person(user), "text": text}
    return message | more


def test_answers_and_pushes_go_to_the_topic_where_asked(here: Here) -> None:
    (answer,) = here.told(message=said("/start", **IN_TOPIC))
    assert answer["message_thread_id"] == 33
    (answer,) = here.told(message=said("/help", READER, **IN_TOPIC | {"message_thread_id": 34}))
    assert answer["message_thread_id"] == 34
    known = here.app.ledger.chat(GROUP)
    assert known
    assert known.topic == 33
    (answer,) = here.told(message=said("/id", STRANGER, **IN_TOPIC))
    assert "topic <code>33</code>" in answer["text"]


def test_a_thread_of_replies_is_no_topic(here: Here) -> None:
    (answer,) = here.told(message=said("/start", message_thread_id=4))
    assert "message_thread_id" not in answer
    known = here.app.ledger.chat(GROUP)
    assert known
    assert known.topic is None


def test_a_channel_begins_and_ends_its_pushes_by_posts(here: Here) -> None:
    (answer,) = here.post("/start")
    assert int(answer["chat_id"]) == CHANNEL
    known = here.app.ledger.chat(CHANNEL)
    assert known
    assert (known.kind, known.active) == ("channel", True)
    assert here.post("/theme 热题材") == []  # all its readers would see the answer
    assert here.post("今天的热题材") == []
    assert "静音" in here.post("/mute 热题材")[0]["text"]
    here.post("/stop")
    assert here.app.ledger.chats() == []


def test_a_channels_settings_are_a_post_with_buttons_for_the_bots_admins(here: Here) -> None:
    here.post("/start")
    (page,) = here.post("/settings")
    data = [b["callback_data"] for row in page["reply_markup"]["inline_keyboard"] for b in row]
    assert "k:digest" in data
    channel = {"id": CHANNEL, "type": "channel", "title": "频道"}
    for user, level in ((READER, "on"), (ADMIN, "off")):  # its readers press in vain
        assert here.press("k:digest off", channel, user) == []
        assert here.app.ledger.wishes(CHANNEL).level("digest") == level
    assert "22:00–8:00" in here.post("/settings quiet 22-8")[0]["text"]


def test_a_strange_channel_is_told_its_id_once(here: Here) -> None:
    assert f"<code>{OTHER}</code>" in here.post("/start", OTHER)[0]["text"]
    assert here.post("/start", OTHER) == []
    assert here.app.ledger.chat(OTHER) is None


@pytest.mark.parametrize(
    ("stands_in", "speaks_as", "may"),
    [(GROUP_BOT, GROUP, True), (CHANNEL_BOT, OTHER, False), (TELEGRAM, CHANNEL, None)],
)
def test_who_speaks_as_the_group_may_change_what_it_is_told(
    here: Here, stands_in: int, speaks_as: int, may: bool | None
) -> None:
    """An anonymous admin may; somebody's channel may ask; a forwarded post is not even heard."""
    chat = {"id": speaks_as, "type": "channel", "title": "x"}
    more: dict[str, Any] = {"is_automatic_forward": True} if may is None else {}
    heard = here.told(message=said("/start", stands_in, sender_chat=chat, **more))
    assert bool(heard) is (may is not None)
    assert bool(here.app.ledger.chats()) is bool(may)


def test_nobody_runs_the_bot_unseen(here: Here) -> None:
    (answer,) = here.told(message=said("/users", GROUP_BOT, sender_chat=SUPERGROUP))
    assert "没有这个命令" in answer["text"]


def test_buttons_for_an_anonymous_admin_are_anyones(here: Here) -> None:
    """A button tells who pressed it: the person, never the group."""
    (answer,) = here.told(message=said("/theme 热题材", GROUP_BOT, sender_chat=SUPERGROUP))
    buttons = [b["callback_data"] for row in answer["reply_markup"]["inline_keyboard"] for b in row]
    assert buttons
    assert not any("@" in each for each in buttons)


def test_a_chart_hangs_on_the_message_whose_button_asked(here: Here) -> None:
    (answer,) = here.press("p:hot", SUPERGROUP, READER, **IN_TOPIC)
    assert answer["reply_parameters"]["message_id"] == 9
    assert answer["message_thread_id"] == 33
    assert answer["text"].endswith("there is nothing to draw yet")  # this bot draws none


def test_a_vote_is_taken_without_a_message(here: Here) -> None:
    day = here.app.store.days()[-1]
    states = ThemeState("hot"), ThemeState("hot", Stage.FORMING, day, day)
    told = Transition("hot", day, Kind.SURGE, *states, ())
    here.app.ledger.save_transitions([told])
    channel = {"id": CHANNEL, "type": "channel", "title": "频道"}
    for chat in (SUPERGROUP, channel):
        assert here.press(f"g:{number(told)}", chat, STRANGER) == []
        assert here.toasts.pop().startswith(("已记下", "Noted"))
    assert here.app.ledger.kept.votes() == {number(told): (1, 0)}
    assert here.press("p:hot", channel, STRANGER) == []
    assert here.toasts.pop() == ""


def test_who_may_not_is_told_so_above_the_chat(here: Here) -> None:
    assert here.press("m:hot", SUPERGROUP, READER) == []
    assert here.toasts.pop() == "In groups only admins change this."
    stranger = {"id": STRANGER, "type": "private"}
    assert here.press("w:hot", stranger, STRANGER) == []
    assert f"Your id is {STRANGER}" in here.toasts.pop()
