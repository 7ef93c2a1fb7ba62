"""Messages that change or answer another: through faults, kills and a real process."""

import asyncio
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import sender
from bot.deliver import Delivery, deliver
from bot.home import DATABASE
from bot.ledger import Ledger
from bot.limits import Pace
from bot.records import EDIT, Chat, Outgoing
from bot.texts import plain
from config.settings import load
from tests import within
from tests.botapi import TOKEN, BotApi
from tests.process import ADMIN, Bot
from tests.upstream import Upstream
from tests.within import BOARD, THEME, TODAY, at

DAY = date(2024, 3, 1)
NOW = datetime(2024, 3, 1, 7, 20, tzinfo=UTC)


@pytest.fixture
def ledger() -> Ledger:
    made = Ledger(None)
    made.save_chat(Chat(7, "private", "", "zh"))
    made.outbox.enqueue(Outgoing("word", 7, DAY, "<b>word</b>", NOW))
    return made


def change(ledger: Ledger, key: str = "end") -> None:
    ledger.outbox.enqueue(Outgoing(key, 7, DAY, "<b>end</b>", NOW, operation=EDIT, about="word"))


def delivered(ledger: Ledger, api: BotApi) -> int:
    known = load({"PAOMO_HOME": "unused", "TELEGRAM_TOKEN": TOKEN, "TELEGRAM_BASE_URL": api.url})

    async def all_due() -> int:
        bot = sender.builder(known).build().bot
        async with bot:
            needs = Delivery(
                ledger, sender.of_outbox(bot, ledger.reads_hant), Pace(), lambda: NOW, 45
            )
            return await deliver(needs)

    return asyncio.run(all_due())


@pytest.mark.parametrize(
    ("fault", "state", "calls"),
    [
        ("", "sent", 1),
        ("same", "sent", 1),  # it reads so already
        ("deleted", "parked", 1),  # by the reader: never again
        ("old", "parked", 1),
        ("400", "sent", 2),  # the markup: once more as plain text
        ("429", "due", 1),
        ("502", "due", 1),
        ("reset after", "due", 1),
        ("403", "parked", 1),
    ],
)
def test_what_becomes_of_a_change(
    ledger: Ledger, api: BotApi, fault: str, state: str, calls: int
) -> None:
    delivered(ledger, api)
    change(ledger)
    api.faults["editMessageText"] = [fault] if fault else []
    delivered(ledger, api)
    assert api.calls.count("editMessageText") == calls
    assert ledger.outbox.count(state) == 1 + (state == "sent")
    delivered(ledger, api)
    assert len(api.sent) == 1


def test_a_change_that_was_perhaps_made_is_made_again_without_a_mark(
    ledger: Ledger, api: BotApi
) -> None:
    delivered(ledger, api)
    change(ledger)
    ledger.outbox.sending(ledger.outbox.waiting()[0].id)
    ledger.outbox.resume()
    assert delivered(ledger, api) == 1
    asked = api.asked_of("editMessageText")
    assert asked["text"].startswith("<b>end</b>")
    assert asked["message_id"] == "1"


def test_a_message_overtaken_before_it_went_never_goes(ledger: Ledger, api: BotApi) -> None:
    change(ledger)
    assert delivered(ledger, api) == 0
    assert ledger.outbox.waiting() == []
    assert api.sent == []


def test_one_that_may_have_gone_is_ended_by_another_message(ledger: Ledger, api: BotApi) -> None:
    ledger.outbox.sending(ledger.outbox.waiting()[0].id)
    ledger.outbox.resume()
    change(ledger)
    assert delivered(ledger, api) == 1
    assert [m["text"].split("\n")[0] for m in api.sent] == ["<b>end</b>"]
    assert ledger.outbox.waiting() == []


def test_what_is_no_news_any_more_is_not_sent(ledger: Ledger, api: BotApi) -> None:
    old = Outgoing("old", 7, DAY, "old", NOW, not_after=NOW)
    ledger.outbox.enqueue(old)
    ledger.outbox.enqueue(replace(old, key="fresh", not_after=NOW + timedelta(seconds=1)))
    assert delivered(ledger, api) == 2
    assert [m["text"].split("\n")[0] for m in api.sent] == ["<b>word</b>", "old"]
    assert [m.key for m in ledger.outbox.waiting()] == ["old"]
    assert ledger.outbox.oldest() is None  # nobody waits for it


def test_the_last_of_two_changes_stands(ledger: Ledger, api: BotApi) -> None:
    delivered(ledger, api)
    change(ledger)
    ledger.outbox.enqueue(Outgoing("x", 7, DAY, "later", NOW, operation=EDIT, about="word"))
    assert delivered(ledger, api) == 2
    assert api.asked_of("editMessageText")["text"].startswith("later")


def test_an_answer_hangs_on_the_message_it_is_about_if_that_arrived(
    ledger: Ledger, api: BotApi
) -> None:
    delivered(ledger, api)
    for key, about in (("a", "word"), ("b", "never")):
        ledger.outbox.enqueue(Outgoing(key, 7, DAY, key, NOW, about=about))
    delivered(ledger, api)
    on, off = api.sent[1:]
    told = json.loads(on["reply_parameters"])
    assert told.items() >= {"message_id": 1, "allow_sending_without_reply": True}.items()
    assert "reply_parameters" not in off


# ---- a real process ------------------------------------------------------------------------


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[Upstream]:
    served = Upstream(within.market(), within.DAYS[-420:], tmp_path)
    served.today = TODAY
    yield served
    served.close()


class Clocked(Bot):
    """A running bot whose clock says what it is told."""

    def __init__(self, home: Path, api: BotApi, upstream: Upstream, clock: str) -> None:
        file = home / "clock.txt"
        file.write_text(at(TODAY, clock).isoformat())
        more = {"TEST_CLOCK": str(file), "REQUESTS_CA_BUNDLE": str(upstream.ca)}
        super().__init__(home, api, **within.environ(home, upstream), **more)

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "tests.clocked", *words]


def judged(home: Path, evening: bytes) -> None:
    """A bot's home on the evening before."""
    (home / DATABASE).write_bytes(evening)
    (home / "themes.toml").write_text(within.ALL, "utf-8")
    with closing(Ledger(home / DATABASE)) as ledger:
        ledger.save_chat(Chat(ADMIN, "private", "", "zh"))


def falls(upstream: Upstream) -> None:
    """Until the look the board rises; at the close its members have fallen."""
    upstream.moves[BOARD] = 0.03
    own = [upstream.codes.index(code) for code in within.market().members[THEME]]
    before = upstream.bars["prev_close"][upstream.row, own]
    upstream.bars["close"][upstream.row, own] = before * 0.93


@pytest.mark.parametrize("holds", [True, False])
def test_a_word_within_the_day_is_confirmed_or_withdrawn_in_the_same_message(
    tmp_path: Path, api: BotApi, upstream: Upstream, evening: bytes, holds: bool
) -> None:
    judged(tmp_path, evening)
    if not holds:
        falls(upstream)
    with running(tmp_path, api, upstream, "13:31") as bot:
        (word,) = api.until(1)
        assert plain(word["text"]).startswith("盘中（暂定） 01-08 13:31 · 模拟·算力")
        assert sorted(upstream.requests) == ["boards_now", "index", "limit_ups"]
        api.called("getUpdates", api.calls.count("getUpdates") + 2)  # it is marked as sent by then
        bot.end(signal.SIGKILL)
    with running(tmp_path, api, upstream, "15:10") as bot:
        api.called("editMessageText")
        edit: dict[str, Any] = api.asked_of("editMessageText")
        assert edit["message_id"] == "1"
        assert ("收盘已确认" if holds else "已撤回") in edit["text"]
        if holds:
            alert = next(m for m in api.until(2) if "编号 #" in m["text"])
            assert json.loads(alert["reply_parameters"])["message_id"] == 1
        assert bot.end() == 0
    ledger = Ledger(tmp_path / DATABASE)
    assert ledger.provisional.waiting(TODAY) == []
    ledger.close()


@contextmanager
def running(home: Path, api: BotApi, upstream: Upstream, clock: str) -> Iterator[Clocked]:
    bot = Clocked(home, api, upstream, clock)
    try:
        yield bot
    finally:
        if bot.process.poll() is None:
            bot.end(signal.SIGKILL)
