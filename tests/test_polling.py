"""Hearing: what is noted of polls, and updates the library cannot read."""

import asyncio
import json

import pytest

from bot.polling import CONFLICTS, DEAF_AFTER, UNHEARD_SECONDS, Hearing

GOOD = {
    "update_id": 3,
    "message": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}},
}


class Noted:
    """A hearing with a clock of ours; `skipped` is what it skipped."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.skipped: list[str] = []
        self.hearing = asyncio.run(self._made())

    async def _made(self) -> Hearing:
        return Hearing(self.skipped.append, lambda: self.seconds)


@pytest.fixture
def noted() -> Noted:
    return Noted()


def answer(*updates: object) -> bytes:
    return json.dumps({"ok": True, "result": updates}).encode()


def test_what_can_be_read_is_left_as_it_is(noted: Noted) -> None:
    for body in (answer(), answer(GOOD), b'{"ok": true, "result": true}'):
        if b"true}" not in body:
            assert noted.hearing.readable(body) is body
    assert noted.skipped == []


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 4, "message": {"message_id": 1}},
        {"update_id": 4, "message": []},
        {"update_id": 4, "callback_query": {"id": {}, "from": 7}},
        {"update_id": 4, "message": {"message_id": 1, "date": "x", "chat": {"id": 1}}},
    ],
)
def test_what_cannot_be_read_becomes_an_empty_update(noted: Noted, update: object) -> None:
    read = json.loads(noted.hearing.readable(answer(update, GOOD)))["result"]
    assert read == [{"update_id": 4}, GOOD]
    assert len(noted.skipped) == 1


@pytest.mark.parametrize("update", [7, None, [], {}, {"update_id": "4"}, {"update_id": None}])
def test_what_has_no_number_is_left_out(noted: Noted, update: object) -> None:
    assert json.loads(noted.hearing.readable(answer(GOOD, update)))["result"] == [GOOD]


def test_rejections_in_a_row_end_it_and_a_good_poll_forgives(noted: Noted) -> None:
    hearing = noted.hearing
    for _ in range(DEAF_AFTER - 1):
        hearing.bad(401)
        assert hearing.lost.is_set()
        assert not hearing.is_over
        hearing.begin()
    hearing.good()
    hearing.bad(404)
    assert not hearing.is_over
    for _ in range(DEAF_AFTER - 1):
        hearing.bad(404)
    assert "rejected polling 3 times" in hearing.is_over


def test_conflicts_end_it_only_when_they_come_close_together(noted: Noted) -> None:
    for _ in range(CONFLICTS * 2):
        noted.seconds += 60
        noted.hearing.bad(409)
        noted.hearing.good()
    assert not noted.hearing.is_over
    for _ in range(CONFLICTS):
        noted.seconds += 2
        noted.hearing.bad(409)
        noted.hearing.good()  # two who fight are each answered now and then
    assert "another program" in noted.hearing.is_over


def test_a_long_silence_ends_the_session_but_not_the_bot(noted: Noted) -> None:
    noted.seconds += UNHEARD_SECONDS - 1
    noted.hearing.check()
    assert not noted.hearing.lost.is_set()
    noted.seconds += 2
    noted.hearing.bad(502)
    noted.hearing.check()
    assert noted.hearing.lost.is_set()
    assert not noted.hearing.is_over
