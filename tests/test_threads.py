"""One episode is one thread in each chat: through grouping, restores, migrations and faults."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot import jobs
from bot.app import App, judge
from bot.buttons import Reach, under_alerts
from bot.deliver import Delivery, deliver
from bot.drafts import THREADS, drafts_of
from bot.judged import Judged
from bot.ledger import Ledger
from bot.limits import Pace
from bot.messages import number
from bot.records import EDIT, Chat, Grouping, Outgoing
from bot.sender import builder, of_outbox
from config.settings import Settings, load
from market.derive import derive
from market.store import Store
from signals.model import Kind, Stage, Story, ThemeState, Transition
from tests import markets
from tests.botapi import TOKEN, BotApi

NOW = datetime(2024, 6, 28, 9, tzinfo=UTC)
BEGUN = date(2024, 6, 24)  # of every episode here
ME, GROUP, CHANNEL = 7, -7, -100


@pytest.fixture
def app(settings: Settings) -> App:
    store, ledger = Store(None), Ledger(None)
    markets.fill(store)
    derive(store, store.bar_days(), backfilled=True)
    names = {f"t{n}": f"题材{n}" for n in range(6)}
    hot = store.themes()["hot"]
    store.save_themes(replace(hot, id=id_, name=name) for id_, name in names.items())
    ledger.save_chat(Chat(ME, "private", "", "zh"))
    return App(settings, store, ledger, *judge(settings), lambda: NOW)


def change(theme: str, day: date, stage: Stage = Stage.FORMING) -> Transition:
    """A theme's entry into a stage of the episode begun on BEGUN."""
    kinds = {Stage.FORMING: Kind.SURGE, Stage.BUBBLE: Kind.SURGE, Stage.OVER: Kind.OVER}
    kind = kinds.get(stage, Kind.REVERSAL)
    was = ThemeState(theme, Stage.BUBBLE, BEGUN, BEGUN)
    before = ThemeState(theme) if stage is Stage.FORMING else was
    return Transition(theme, day, kind, before, ThemeState(theme, stage, day, BEGUN), ())


def told(app: App, day: date, *of_day: Transition, **facts: Any) -> list[Outgoing]:
    """What a day's changes become, put into the outbox; alerts alone."""
    known = replace(jobs.facts_of(app, day), **facts)
    drafts = drafts_of(app, Judged(known, of_day, {}, {})).messages
    alerts = [d for d in drafts if "digest" not in d.key and not d.photo]
    with app.ledger.atomic():
        for draft in alerts:
            app.ledger.outbox.enqueue(draft)
    return alerts


def delivered(app: App, api: BotApi) -> list[dict[str, Any]]:
    """Delivers what is due; gives what reached people with it."""
    seen = len(api.sent)
    known = load({"PAOMO_HOME": "unused", "TELEGRAM_TOKEN": TOKEN, "TELEGRAM_BASE_URL": api.url})

    async def at_once(_: float) -> None:
        """No pause."""

    async def all_due() -> None:
        bot = builder(known).build().bot
        async with bot:
            pace = Pace(sleep=at_once)
            await deliver(
                Delivery(app.ledger, of_outbox(bot, app.ledger.reads_hant), pace, lambda: NOW, 45)
            )

    asyncio.run(all_due())
    return api.sent[seen:]


def answers(message: dict[str, Any]) -> int | None:
    """The message that one hangs on, by Telegram's id."""
    found = json.loads(message.get("reply_parameters", "{}"))
    assert found.get("allow_sending_without_reply", True)
    return found.get("message_id")


DAYS = markets.weekdays(5)


def test_changes_of_an_episode_answer_the_message_that_told_it_first(app: App, api: BotApi) -> None:
    told(app, DAYS[0], change("t0", DAYS[0]), change("t1", DAYS[0]))
    (first,) = delivered(app, api)
    assert answers(first) is None
    for day, stage in zip(DAYS[1:], (Stage.BUBBLE, Stage.BURSTING, Stage.OVER), strict=False):
        told(app, day, change("t1", day, stage))
        (next_,) = delivered(app, api)
        assert answers(next_) == 1


def test_a_running_episode_speaks_in_its_thread_and_new_ones_together(
    app: App, api: BotApi
) -> None:
    told(app, DAYS[0], change("t0", DAYS[0]))
    told(app, DAYS[0] + timedelta(days=1), change("t1", DAYS[0]))
    delivered(app, api)
    news = [change("t1", DAYS[2], Stage.BURSTING), *(change(f"t{n}", DAYS[2]) for n in (2, 3))]
    made = told(app, DAYS[2], *news, change("t0", DAYS[2], Stage.OVER))
    assert [[alert for alert, _ in d.tells] for d in made] == [
        [number(news[0])],
        [number(news[1]), number(news[2])],
        [number(change("t0", DAYS[2], Stage.OVER))],
    ]
    sent = delivered(app, api)
    assert [answers(m) for m in sent] == [2, None, 1]
    assert "题材警报" in sent[1]["text"]


@pytest.mark.parametrize(("is_wide", "apart"), [(False, THREADS), (True, 0)])
def test_on_a_full_day_the_rest_stays_together(
    app: App, api: BotApi, is_wide: bool, apart: int
) -> None:
    told(app, DAYS[0], *(change(f"t{n}", DAYS[0]) for n in range(6)))
    delivered(app, api)
    made = told(app, DAYS[1], *(change(f"t{n}", DAYS[1], Stage.OVER) for n in range(6)),
                is_wide=is_wide)  # fmt: skip
    assert len(made) == apart + 1
    assert len(made[-1].tells) == 6 - apart
    assert {answers(m) for m in delivered(app, api)} == {1}  # the strongest one's thread


def test_a_message_counts_no_changes_that_others_tell(app: App, api: BotApi) -> None:
    told(app, DAYS[0], change("t0", DAYS[0]))
    day, news = DAYS[1], [change("t0", DAYS[1], Stage.BURSTING)]
    news += [change("t1", day), change("t2", day)]
    heard = {"t0:reversal": (), "t4:reversal": ("t0",), "t1:surge": (), "t2:surge": ()}
    stories = Grouping(day, (Story(day, "t0", {"t0": 5, "t4": 3}),), heard | {"t5:surge": ("t1",)})
    own, rest = told(app, day, *news, stories=stories)
    assert "同一故事另有 1 个题材: 题材4" in own.text
    assert "连同其故事里的题材共 3 项变动" in rest.text


def test_a_first_message_that_was_given_up_is_no_thread(app: App, api: BotApi) -> None:
    told(app, DAYS[0], change("t0", DAYS[0]))
    api.faults["sendMessage"] = ["400", "400"]
    delivered(app, api)
    delivered(app, api)
    assert app.ledger.outbox.count("parked") == 1
    told(app, DAYS[1], change("t0", DAYS[1], Stage.BUBBLE))
    told(app, DAYS[2], change("t0", DAYS[2], Stage.OVER))
    assert [answers(m) for m in delivered(app, api)] == [None, 1]
    assert app.ledger.tellings.heard(number(change("t0", DAYS[0]))) == {}


def test_a_thread_outlives_the_outbox(app: App, api: BotApi) -> None:
    told(app, DAYS[0], change("t0", DAYS[0]))
    delivered(app, api)
    for _ in range(2):
        app.ledger.outbox.forget_sent(NOW + timedelta(days=1))
    assert app.ledger.outbox.count("sent") == 0
    told(app, DAYS[1], change("t0", DAYS[1], Stage.OVER))
    assert [answers(m) for m in delivered(app, api)] == [1]


def test_a_group_that_moves_begins_its_threads_anew(app: App, api: BotApi) -> None:
    """In its new form messages are counted from one again: an answer would hang on a stranger."""
    app.ledger.save_chat(Chat(GROUP, "group", "群", "zh"))
    told(app, DAYS[0], change("t0", DAYS[0]))
    delivered(app, api)
    with app.ledger.atomic():
        for _ in range(2):  # Telegram tells of it twice
            app.ledger.migrate(GROUP, -1007)
    told(app, DAYS[1], change("t0", DAYS[1], Stage.BUBBLE))
    told(app, DAYS[2], change("t0", DAYS[2], Stage.OVER))
    moved = [m for m in delivered(app, api) if m["chat_id"] == "-1007"]
    assert answers(moved[0]) is None
    assert answers(moved[1]) == api.sent.index(moved[0]) + 1
    assert app.ledger.tellings.heard(number(change("t0", DAYS[0]))).keys() == {ME, -1007}


def test_what_would_change_a_message_left_behind_is_said_anew(app: App, api: BotApi) -> None:
    app.ledger.save_chat(Chat(GROUP, "group", "群", "zh"))
    app.ledger.outbox.enqueue(Outgoing("word", GROUP, DAYS[0], "word", NOW))
    delivered(app, api)
    app.ledger.migrate(GROUP, -1007)
    edit = Outgoing("end", -1007, DAYS[0], "end", NOW, operation=EDIT, about="word")
    app.ledger.outbox.enqueue(edit)
    assert [m["text"].split("\n")[0] for m in delivered(app, api)] == ["end"]
    assert "editMessageText" not in api.calls


def test_where_the_first_message_was_deleted_the_next_goes_by_itself(app: App, api: BotApi) -> None:
    told(app, DAYS[0], change("t0", DAYS[0]))
    delivered(app, api)
    told(app, DAYS[1], change("t0", DAYS[1], Stage.OVER))
    api.faults["sendMessage"] = ["unanswerable"]  # as in a topic, where Telegram is strict
    (alone,) = delivered(app, api)
    assert answers(alone) is None


def test_a_deleted_topic_falls_back_to_the_group_and_says_so_once(app: App, api: BotApi) -> None:
    app.ledger.save_chat(Chat(GROUP, "supergroup", "群", "en", topic=33))
    for n in range(2):
        app.ledger.outbox.enqueue(Outgoing(f"k{n}", GROUP, DAYS[0], f"n{n}", NOW))
    api.misbehave = lambda method, given: "astray" if "message_thread_id" in given else ""
    sent = delivered(app, api)
    assert [m["text"].split("\n")[0][:9] for m in sent] == ["n0", "n1", "The topic"]
    assert not any("message_thread_id" in m for m in sent)
    known = app.ledger.chat(GROUP)
    assert known
    assert known.topic is None


def test_pushes_go_to_each_topic_of_a_group_in_threads_of_its_own(app: App, api: BotApi) -> None:
    first = Chat(GROUP, "supergroup", "群", "zh", topic=33)
    app.ledger.save_chat(first)
    app.ledger.save_chat(app.ledger.places.further(first, 34))
    told(app, DAYS[0], change("t0", DAYS[0]))
    topics = {(m["chat_id"], m.get("message_thread_id")) for m in delivered(app, api)}
    assert topics == {(str(ME), None), (str(GROUP), "33"), (str(GROUP), "34")}
    told(app, DAYS[1], change("t0", DAYS[1], Stage.OVER))
    ended = [m for m in delivered(app, api) if m["chat_id"] == str(GROUP)]
    assert len({answers(m) for m in ended}) == len(ended) == 2
    assert None not in {answers(m) for m in ended}


def test_a_deleted_topic_ends_where_another_of_its_group_is_told(app: App, api: BotApi) -> None:
    first = Chat(GROUP, "supergroup", "群", "en", topic=33)
    second = app.ledger.places.further(first, 34)
    for chat in (first, second):
        app.ledger.save_chat(chat)
        app.ledger.outbox.enqueue(Outgoing("k", chat.id, DAYS[0], "n", NOW))
    api.misbehave = lambda _, given: "astray" if given.get("message_thread_id") == "33" else ""
    sent = delivered(app, api)
    assert [(m["text"][:1], m["message_thread_id"]) for m in sent] == [("n", "34"), ("A", "34")]
    assert [chat.topic for chat in app.ledger.chats() if chat.address == GROUP] == [34]


# ---- buttons ---------------------------------------------------------------------------------


def data(rows: Sequence[Sequence[tuple[str, str]]]) -> list[list[str]]:
    return [[each for _, each in row] for row in rows]


@pytest.mark.parametrize("kind", ["private", "supergroup", "channel"])
def test_buttons_under_an_alert_are_what_its_chat_can_use(app: App, kind: str) -> None:
    day, one = jobs.facts_of(app, DAYS[0]), change("t0", DAYS[0])
    rows = data(under_alerts([one], day, "en", Reach(kind, "paomo_bot")))
    votes = [f"g:{number(one)}", f"b:{number(one)}"]
    link = ["https://t.me/paomo_bot?start=t_t0"]
    asks = ["p:t0", "w:t0", "m:t0 ?"]
    assert (
        rows
        == {
            "private": [asks, votes],
            "supergroup": [asks, votes, link],
            "channel": [votes, link],
        }[kind]
    )
    many = [change(f"t{n}", DAYS[0]) for n in range(3)]
    rows = data(under_alerts([*many, many[0]], day, "zh", Reach(kind, "")))
    assert len(rows) == 3  # those in full, and no link while the bot's name is not known
    assert all(len(each.encode()) <= 64 for row in rows for each in row)


def test_pushed_buttons_reach_telegram(app: App, api: BotApi) -> None:
    app.ledger.set_fact("username", "paomo_bot")
    app.ledger.save_chat(Chat(CHANNEL, "channel", "频道", "zh"))
    told(app, DAYS[0], change("t0", DAYS[0]))
    sent = {m["chat_id"]: json.loads(m["reply_markup"]) for m in delivered(app, api)}
    first = sent[str(ME)]["inline_keyboard"][0][0]
    assert first == {"text": "📈 图", "callback_data": "p:t0"}
    link = sent[str(CHANNEL)]["inline_keyboard"][-1][0]
    assert link == {"text": "💬 私聊细看", "url": "https://t.me/paomo_bot?start=t_t0"}


def test_alerts_that_quiet_hours_hold_are_told_by_the_message_that_goes(
    app: App, api: BotApi
) -> None:
    told(app, DAYS[0], change("t0", DAYS[0]))
    delivered(app, api)
    app.ledger.wish(ME, "quiet", "16-8")  # it is 17:00 in Shanghai
    (held,) = told(app, DAYS[1], change("t0", DAYS[1], Stage.BUBBLE), change("t1", DAYS[1]))
    assert [alert for alert, _ in held.tells] == [
        number(change("t0", DAYS[1], Stage.BUBBLE)), number(change("t1", DAYS[1]))
    ]  # fmt: skip
    assert held.about == app.ledger.tellings.thread(ME, f"t0:{BEGUN}")
    assert held.buttons
    with app.ledger.atomic():
        app.ledger.outbox.release({ME: None}, DAYS[2], "XSHG")
    assert app.ledger.tellings.heard(number(change("t1", DAYS[1]))) == {}
