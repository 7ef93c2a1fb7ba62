"""Delivery: what goes again, what is given up, how fast; without Telegram."""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from telegram.error import BadRequest, Forbidden, TelegramError

from bot import sender
from bot.deliver import Delivery, SendError, deliver
from bot.ledger import Ledger
from bot.limits import Pace
from bot.records import Chat, Outgoing, Queued
from bot.texts import plain

DAY = date(2024, 3, 1)
NOW = datetime(2024, 3, 1, 7, 20, tzinfo=UTC)


class Clock:
    """A clock that sleeps by moving on."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds - 100)


class FakeTelegram:
    """Takes messages, or fails as it is told."""

    def __init__(self, *faults: SendError) -> None:
        self.faults = list(faults)
        self.texts: list[str] = []
        self.chats: list[int] = []
        self.photos: list[bytes | None] = []

    async def send(self, message: Queued, text: str) -> int:
        if self.faults:
            raise self.faults.pop(0)
        self.texts.append(text)
        self.chats.append(message.chat)
        self.photos.append(message.photo)
        return len(self.texts)


@pytest.fixture
def ledger() -> Ledger:
    made = Ledger(None)
    made.save_chat(Chat(1, "private", "", "en"))
    made.outbox.enqueue(Outgoing("k", 1, DAY, "<b>a</b> &amp; b", NOW))
    return made


def once(ledger: Ledger, telegram: FakeTelegram, clock: Clock | None = None) -> int:
    clock = clock or Clock()
    needs = Delivery(ledger, telegram.send, Pace(clock, clock.sleep), clock.now, 45)
    return asyncio.run(deliver(needs))


def test_a_message_goes_out_once_with_its_time(ledger: Ledger) -> None:
    telegram = FakeTelegram()
    assert once(ledger, telegram) == 1
    assert once(ledger, telegram) == 0
    at = '<tg-time unix="1709277600">2024-03-01 15:20</tg-time>'
    assert telegram.texts == [f"<b>a</b> &amp; b\nsent {at}"]


def test_a_late_message_says_so(ledger: Ledger) -> None:
    telegram, clock = FakeTelegram(), Clock()
    clock.seconds += 7200
    once(ledger, telegram, clock)
    text = plain(telegram.texts[0])
    assert text.endswith("sent 2024-03-01 17:20 (late, after the close by 2 h 20 min)")


Check = Callable[[Ledger], bool]


@pytest.mark.parametrize(
    ("error", "waits", "marked"),
    [
        (SendError("refused connection"), 5, False),
        (SendError("flood", retry_after=30), 30, False),
        (SendError("502", uncertain=True), 5, True),
    ],
)
def test_what_can_succeed_is_tried_again(
    ledger: Ledger, error: SendError, waits: float, marked: bool
) -> None:
    telegram, clock = FakeTelegram(error), Clock()
    assert once(ledger, telegram, clock) == 0
    clock.seconds += waits - 1
    assert once(ledger, telegram, clock) == 0
    clock.seconds += 1.1
    assert once(ledger, telegram, clock) == 1
    assert telegram.texts[0].startswith("(may be a repeat)") is marked


def test_what_may_have_arrived_is_tried_for_half_a_day(ledger: Ledger) -> None:
    telegram, clock = (
        FakeTelegram(*(SendError("reset", uncertain=True) for _ in range(99))),
        Clock(),
    )
    while clock.seconds < 100 + 12 * 3600:
        once(ledger, telegram, clock)
        assert ledger.outbox.count("due") == 1
        clock.seconds += 600
    clock.seconds += 600
    once(ledger, telegram, clock)
    assert [m.error for m in ledger.outbox.parked()] == ["reset"]
    assert 60 < 99 - len(telegram.faults) < 80  # so many copies at the very worst, each marked


def test_a_refused_markup_goes_once_more_as_plain_text(ledger: Ledger) -> None:
    telegram = FakeTelegram(SendError("can't parse", refused=True))
    assert once(ledger, telegram) == 1
    assert telegram.texts[0].startswith("a & b")


def test_what_is_refused_twice_is_given_up_and_kept(ledger: Ledger) -> None:
    telegram = FakeTelegram(*(SendError("bad", refused=True) for _ in range(2)))
    assert once(ledger, telegram) == 0
    assert [m.error for m in ledger.outbox.parked()] == ["bad"]


def test_a_blocked_chat_is_turned_off(ledger: Ledger) -> None:
    once(ledger, FakeTelegram(SendError("Forbidden", gone=True)))
    assert ledger.chats() == []
    assert ledger.outbox.waiting() == []


def test_a_chat_without_rights_to_pictures_gets_the_text_and_stays_on(ledger: Ledger) -> None:
    ledger.outbox.enqueue(Outgoing("chart", 1, DAY, "verdict", NOW, photo=b"png"))
    telegram = FakeTelegram()
    once(ledger, telegram)
    ledger.outbox.enqueue(Outgoing("chart 2", 1, DAY, "verdict", NOW, photo=b"png"))
    telegram.faults.append(SendError("no rights to send photos", pictureless=True))
    assert once(ledger, telegram) == 1
    assert telegram.texts[-1].startswith("verdict\n(this chat allows no pictures;")
    assert telegram.photos == [None, b"png", None]
    assert ledger.chats()


@pytest.mark.parametrize(
    ("error", "is_pictureless"),
    [
        (BadRequest("Not enough rights to send photos to the chat"), True),
        (BadRequest("CHAT_SEND_PHOTOS_FORBIDDEN"), True),
        (Forbidden("CHAT_SEND_MEDIA_FORBIDDEN"), True),
        (BadRequest("Not enough rights to send text messages to the chat"), False),
        (Forbidden("bot was kicked from the group chat"), False),
        (BadRequest("Have no rights to send a message"), False),  # muted there
        (BadRequest("CHAT_WRITE_FORBIDDEN"), False),
        (BadRequest("CHAT_RESTRICTED"), False),
        (BadRequest("Need administrator rights in the channel chat"), False),
        (BadRequest("Group chat was deactivated"), False),
    ],
)
def test_no_rights_to_pictures_are_not_no_rights(
    error: TelegramError, is_pictureless: bool
) -> None:
    told = sender.told(error)
    assert told.pictureless is is_pictureless
    assert told.gone is not is_pictureless


def test_a_group_that_moved_is_followed(ledger: Ledger) -> None:
    telegram = FakeTelegram(SendError("moved", moved_to=-1005))
    ledger.outbox.enqueue(Outgoing("later", 1, DAY, "b", NOW))
    assert once(ledger, telegram) == 2
    assert telegram.chats == [-1005, -1005]
    assert [chat.id for chat in ledger.chats()] == [-1005]


def test_a_rejected_token_loses_nothing_and_is_told(ledger: Ledger) -> None:
    with pytest.raises(SendError, match="rejected"):
        once(ledger, FakeTelegram(SendError("rejected", rejected=True)))
    assert len(ledger.outbox.waiting()) == 1


def test_one_chat_that_fails_does_not_hold_up_another(ledger: Ledger) -> None:
    ledger.outbox.enqueue(Outgoing("k", 2, DAY, "b", NOW))
    telegram = FakeTelegram(SendError("flood", retry_after=30))
    assert once(ledger, telegram) == 1


def test_a_chat_that_left_meanwhile_gets_nothing(ledger: Ledger) -> None:
    clock, telegram = Clock(), FakeTelegram()

    async def leaves(seconds: float) -> None:
        ledger.turn_off(1, "blocked")

    needs = Delivery(ledger, telegram.send, Pace(clock, leaves), clock.now, 45)
    assert asyncio.run(deliver(needs)) == 0
    assert telegram.texts == []


def test_a_group_at_its_limit_keeps_no_other_waiting(ledger: Ledger) -> None:
    for n in range(25):
        ledger.outbox.enqueue(Outgoing(f"g{n}", -7, DAY, "group", NOW))
    ledger.outbox.enqueue(Outgoing("digest", 2, DAY, "other", NOW, priority=1))
    telegram = FakeTelegram()
    assert once(ledger, telegram) == 27
    assert telegram.chats.index(2) < 3


def test_told_to_stop_it_begins_no_more_sends(ledger: Ledger) -> None:
    clock, telegram = Clock(), FakeTelegram()
    for chat in range(2, 12):
        ledger.outbox.enqueue(Outgoing("k", chat, DAY, "x", NOW))
    pace, going = Pace(clock, clock.sleep), lambda: len(telegram.texts) < 3
    needs = Delivery(ledger, telegram.send, pace, clock.now, 45, going)
    assert asyncio.run(deliver(needs)) == 3
    assert ledger.outbox.count("due") == 8
    assert ledger.outbox.count("sending") == 0


def starts(chats: list[int], late: Callable[[], float] = lambda: 0.0) -> list[float]:
    """When each message may start, seconds; `late` is by how much the timer oversleeps."""
    clock, times = Clock(), []

    async def sleep(seconds: float) -> None:
        clock.seconds += seconds + late()

    pace = Pace(clock, sleep)

    async def run() -> None:
        for chat in chats:
            await pace.turn(chat)
            times.append(clock.seconds)

    asyncio.run(run())
    return times


def test_a_clock_that_was_set_back_makes_nobody_wait() -> None:
    """What was sent before the start then lies in the future."""
    clock = Clock()
    pace = Pace(clock, clock.sleep)
    pace.past(1, -86_400.0)
    start = clock.seconds
    asyncio.run(pace.turn(1))
    assert clock.seconds - start < 2


def test_the_pace_is_under_thirty_a_second_and_not_much() -> None:
    times = starts(list(range(1, 201)))
    busiest = max(sum(first <= t < first + 1 for t in times) for first in times)
    assert busiest <= 30
    assert 28.5 <= (len(times) - 1) / (times[-1] - times[0]) <= 30


def test_late_timers_neither_slow_it_nor_make_it_hurry() -> None:
    luck = random.Random(1)
    often = starts(list(range(1, 901)), lambda: luck.random() * 0.002)
    assert 28.5 <= (len(often) - 1) / (often[-1] - often[0]) <= 30
    stalls = starts(list(range(1, 901)), lambda: luck.choice((0, 0.001, 0.004, 0.02, 0.3)))
    for times in (often, stalls):
        assert max(sum(first <= t < first + 1 for t in times) for first in times) <= 30


def test_sends_before_a_restart_count_for_a_group() -> None:
    clock = Clock()
    pace = Pace(clock, clock.sleep)
    for n in range(20):
        pace.past(-7, 40 - n)
    begun = clock.seconds
    asyncio.run(pace.turn(-7))
    assert clock.seconds - begun >= 20


def test_one_chat_gets_one_message_a_second() -> None:
    assert min(b - a for a, b in pairwise(starts([7] * 5))) >= 1


def test_answers_to_one_chat_at_once_stand_in_line() -> None:
    clock, times = Clock(), []

    async def sleep(seconds: float) -> None:
        until = clock.seconds + seconds
        await asyncio.sleep(0)  # the others go on meanwhile
        clock.seconds = max(clock.seconds, until)

    pace = Pace(clock, sleep)

    async def answer() -> None:
        await pace.turn(7)
        times.append(clock.seconds)

    async def run() -> None:
        await asyncio.gather(*(answer() for _ in range(5)))

    asyncio.run(run())
    assert min(b - a for a, b in pairwise(times)) >= 1


def test_a_group_gets_twenty_messages_a_minute() -> None:
    times = starts([-7] * 45)
    assert max(sum(first <= t < first + 60 for t in times) for first in times) <= 20
