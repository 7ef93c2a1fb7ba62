"""The ledger keeps what it is told, once, and knows what became of every message."""

import sqlite3
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import isnan, nan
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot import journal, ledger_schema
from bot.ledger import Ledger
from bot.records import Chat, Kept, Mute, Outgoing, Person, Run, chained
from signals.model import Kind, Signal, Stage, ThemeState, Transition

DAY = date(2024, 3, 1)
NOW = datetime(2024, 3, 1, 7, 20, tzinfo=UTC)
SIGNALS = (Signal("t", "fall", DAY, 0.09, 0.08, "fraction"), Signal("t", "pe", DAY, nan, 1, "x"))
BEFORE = ThemeState("t", Stage.BUBBLE, DAY, DAY, 1.0, 1.5, DAY, Stage.BURSTING, 1, True, 2)
TURN = Transition("t", DAY, Kind.REVERSAL, BEFORE, replace(BEFORE, pending=None), SIGNALS)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger(None)


def message(key: str = "k", chat: int = 1, **more: object) -> Outgoing:
    return replace(Outgoing(key, chat, DAY, "<b>x</b>", NOW), **more)  # type: ignore[arg-type]


def test_states_readings_and_transitions_come_back_as_they_were(ledger: Ledger) -> None:
    ledger.save_states([BEFORE])
    ledger.save_readings({"t": SIGNALS})
    ledger.save_transitions([TURN, TURN])
    assert ledger.states() == {"t": BEFORE}
    (told,) = ledger.transitions("t")
    assert (told.before, told.after, told.kind) == (TURN.before, TURN.after, TURN.kind)
    assert told.signals[0] == SIGNALS[0]
    assert isnan(ledger.readings()["t"][1].value)
    assert ledger.transitions(since=DAY + timedelta(days=1)) == []


STEPS = [step.name for step in ledger_schema.migrations.pending(Database(memory=True))]


@pytest.mark.parametrize("known", range(1, len(STEPS) + 1))
def test_a_ledger_of_each_earlier_form_is_brought_up_to_date(tmp_path: Path, known: int) -> None:
    path = tmp_path / "paomo.db"
    later = STEPS[known] if known < len(STEPS) else None
    ledger_schema.migrations.apply(Database(path), stop_before=later)
    db = sqlite3.connect(path)
    db.execute("INSERT INTO chat (id, kind, language, active) VALUES (1, 'private', 'zh', 1)")
    db.commit()
    db.close()
    ledger = Ledger(path)
    assert [chat.id for chat in ledger.chats()] == [1]
    assert ledger.people.listed() == []
    ledger.close()


def test_a_journal_of_before_hong_kong_stays_a_whole_chain(tmp_path: Path) -> None:
    path = tmp_path / "paomo.db"
    ledger_schema.migrations.apply(Database(path), stop_before="m009_hong_kong")
    db, before = sqlite3.connect(path), ""
    for day in ("2026-03-02", "2026-03-03"):
        text = f'{{"alerts":[],"day":"{day}"}}'
        before = chained(before, text)
        db.execute("INSERT INTO journal VALUES (?,?,?)", (day, text, before))
    db.commit()
    db.close()
    ledger = Ledger(path)
    ledger.of("XHKG").journal.add(date(2026, 3, 3), '{"alerts":[],"day":"2026-03-03"}')
    assert [entry.day for entry in ledger.journal.entries()] == [
        "2026-03-02",
        "2026-03-03",
        "2026-03-03",
    ]
    assert journal.broken(ledger.journal.entries()) == ""
    ledger.close()


def test_a_message_is_kept_once_for_a_chat(ledger: Ledger) -> None:
    assert ledger.outbox.enqueue(message())
    assert not ledger.outbox.enqueue(message(text="other"))
    assert ledger.outbox.enqueue(message(chat=2))
    assert [m.text for m in ledger.outbox.due(NOW)] == ["<b>x</b>"] * 2


def test_a_transaction_that_fails_leaves_nothing(ledger: Ledger) -> None:
    def fails() -> None:
        with ledger.atomic():
            ledger.outbox.enqueue(message())
            ledger.set_fact("evaluated", "2024-03-01")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert ledger.outbox.waiting() == []
    assert ledger.evaluated() is None


def test_alerts_go_before_digests_and_the_oldest_first(ledger: Ledger) -> None:
    for key, priority in (("digest", 1), ("first", 0), ("second", 0)):
        ledger.outbox.enqueue(message(key, priority=priority))
    sent = []
    while due := ledger.outbox.due(NOW):
        (one,) = due  # of one chat the next message alone
        ledger.outbox.sent(one.id, 1, NOW)
        sent.append(one.key)
    assert sent == ["first", "second", "digest"]


def test_a_chat_waits_as_long_as_a_message_that_failed(ledger: Ledger) -> None:
    ledger.outbox.enqueue(message())
    ledger.outbox.enqueue(message(chat=2))
    (one, other) = ledger.outbox.due(NOW)
    ledger.outbox.sending(one.id)
    ledger.outbox.again(one.id, NOW + timedelta(seconds=30), "flood", perhaps_delivered=False)
    ledger.outbox.enqueue(message("alert", priority=-1))
    assert [m.key for m in ledger.outbox.due(NOW)] == [other.key]
    due = ledger.outbox.due(NOW + timedelta(seconds=31))
    assert [(m.chat, m.key) for m in due] == [(1, "alert"), (2, "k")]


def test_what_is_held_until_its_hour_keeps_no_other_waiting(ledger: Ledger) -> None:
    hour = timedelta(hours=1)
    ledger.outbox.enqueue(message("evening", created=NOW + hour, not_before=NOW + hour))
    ledger.outbox.enqueue(message("now", priority=1))
    (one,) = ledger.outbox.due(NOW)
    assert one.key == "now"
    assert ledger.outbox.due(NOW + hour)[0].key == "evening"
    assert ledger.outbox.oldest() == NOW  # of what is only held nobody says that it is stuck
    ledger.outbox.sent(one.id, 1, NOW)
    assert ledger.outbox.oldest() == NOW + hour


def test_loud_alerts_are_counted_between_two_instants(ledger: Ledger) -> None:
    hour, later = timedelta(hours=1), DAY + timedelta(days=1)
    for key, loud in ((f"{DAY}:alerts:1", 2), (f"XHKG:{DAY}:held:1", 1), (f"{DAY}:held:1", 4)):
        ledger.outbox.enqueue(message(key, loud=loud))
    ledger.outbox.enqueue(message(f"{DAY}:alerts:1", chat=2, loud=1))
    ledger.outbox.enqueue(message("later", created=NOW + hour, loud=8))
    ledger.outbox.enqueue(message("digest"))

    def loud(until: datetime, before: date = date.min, exchange: str = "XSHG") -> int:
        return ledger.outbox.loud(1, NOW, until, before, exchange)

    assert loud(NOW) == 0
    assert loud(NOW + hour) == 7
    assert loud(NOW + 2 * hour) == 15
    assert loud(NOW + hour, later) == 3  # what is held of days before is told anew
    assert loud(NOW + hour, later, "XHKG") == 6
    ledger.outbox.park(ledger.outbox.waiting()[0].id, "refused")
    assert loud(NOW + hour) == 5


def test_alerts_still_held_are_dropped_once_a_later_message_tells_them(ledger: Ledger) -> None:
    later = DAY + timedelta(days=1)
    for key, day in ((f"{DAY}:held:1", DAY), (f"{later}:held:1", later), ("k", DAY)):
        ledger.outbox.enqueue(message(key, day=day))
    sent, _ = ledger.outbox.waiting()[:2]
    assert ledger.outbox.held(later, "XSHG") == {1: set()}
    ledger.outbox.sending(sent.id)  # on its way already
    assert ledger.outbox.held(later, "XSHG") == {}
    ledger.outbox.release({1: None}, later, "XSHG")
    assert len(ledger.outbox.waiting()) == 3
    ledger.outbox.enqueue(message(f"{DAY}:held:2"))
    ledger.outbox.release({1: None}, later, "XSHG")
    assert f"{DAY}:held:2" not in {m.key for m in ledger.outbox.waiting()}


def test_what_is_held_of_one_exchange_is_not_dropped_by_the_evening_of_the_other(
    ledger: Ledger,
) -> None:
    later = DAY + timedelta(days=1)
    for key in (f"{DAY}:held:1", f"XHKG:{DAY}:held:1"):
        ledger.outbox.enqueue(message(key))
    ledger.outbox.release({1: None}, later, "XHKG")
    assert [m.key for m in ledger.outbox.waiting()] == [f"{DAY}:held:1"]


def test_what_was_kept_from_a_chat_is_forgotten_in_time(ledger: Ledger) -> None:
    kept = [Kept(DAY, "t", "surge", "muted"), Kept(DAY, "u", "surge", "weak")]
    ledger.kept.add(1, [*kept, kept[0]])
    assert ledger.kept.since(1, DAY) == kept
    assert ledger.kept.since(2, DAY) == []
    ledger.kept.forget(DAY)
    assert ledger.kept.since(1, DAY) == kept
    ledger.kept.forget(DAY + timedelta(days=1))
    assert ledger.kept.since(1, DAY) == []


def test_who_told_the_same_is_kept_beside_a_transition(ledger: Ledger) -> None:
    ledger.save_transitions([TURN], {TURN.key: ("u", "v")})
    assert ledger.kept.voices(DAY, DAY) == {(DAY, TURN.key): ("u", "v")}
    assert ledger.kept.voices(DAY + timedelta(days=1), date.max) == {}


def test_a_slot_is_claimed_once(ledger: Ledger) -> None:
    first, second = (Run("2024-03-01", NOW, NOW, {"by": by}) for by in (1, 2))
    assert ledger.save_run("daily", first)
    assert not ledger.save_run("daily", second)
    assert ledger.last_run("daily") == first


def test_a_person_has_the_role_given_last(ledger: Ledger) -> None:
    assert ledger.people.role(5) is None
    ledger.people.save(Person(5, "reader", "阿五", NOW))
    ledger.people.save(Person(6, "reader", "", NOW))
    ledger.people.save(Person(5, "nobody", "阿五", NOW + timedelta(days=1)))
    assert ledger.people.role(5) == "nobody"
    assert [p.id for p in ledger.people.listed()] == [5, 6]


def test_a_postponed_message_waits_for_its_time(ledger: Ledger) -> None:
    ledger.outbox.enqueue(message())
    (one,) = ledger.outbox.due(NOW)
    later = NOW + timedelta(seconds=30)
    ledger.outbox.again(one.id, later, "busy", perhaps_delivered=False)
    assert ledger.outbox.due(NOW) == []
    assert [m.repeated for m in ledger.outbox.due(later)] == [False]


def test_what_was_on_its_way_is_due_again_and_marked(ledger: Ledger) -> None:
    ledger.outbox.enqueue(message())
    (one,) = ledger.outbox.due(NOW)
    ledger.outbox.sending(one.id)
    assert ledger.outbox.due(NOW) == []
    assert ledger.outbox.resume() == 1
    (again,) = ledger.outbox.due(NOW)
    assert again.repeated
    assert again.attempts == 1


def test_a_sent_message_is_gone_from_the_queue(ledger: Ledger) -> None:
    ledger.outbox.enqueue(message(photo="heat|2024-03-01|zh|light|cn"))
    (one,) = ledger.outbox.due(NOW)
    assert one.photo == "heat|2024-03-01|zh|light|cn"
    ledger.outbox.sent(one.id, 77, NOW)
    assert ledger.outbox.waiting() == []
    assert ledger.outbox.last_sent() == NOW
    ledger.outbox.forget_sent(NOW + timedelta(days=1))
    assert ledger.outbox.enqueue(message())


def test_a_chat_that_is_turned_off_gets_nothing_more(ledger: Ledger) -> None:
    ledger.save_chat(Chat(1, "private", "", "zh"))
    ledger.outbox.enqueue(message())
    ledger.turn_off(1, "blocked")
    assert ledger.chats() == []
    assert ledger.chats(active_only=False)[0].off_reason == "blocked"
    assert [m.error for m in ledger.outbox.parked()] == ["blocked"]


def test_a_group_that_moves_takes_everything_along(ledger: Ledger) -> None:
    ledger.save_chat(Chat(-5, "group", "群", "zh"))
    ledger.mute(-5, "t", None)
    ledger.outbox.enqueue(message(chat=-5))
    ledger.migrate(-5, -1005)
    assert ledger.chat(-5) is None
    assert [m.chat for m in ledger.outbox.due(NOW)] == [-1005]
    assert ledger.mutes(-1005) == {"t": Mute()}


@pytest.mark.parametrize(
    "mute", [Mute(), Mute(until=DAY), Mute(at=NOW), Mute(episode=DAY)], ids=str
)
def test_a_mute_comes_back_as_it_was(ledger: Ledger, mute: Mute) -> None:
    ledger.mute(1, "t", mute.until, mute.at, mute.episode)
    assert ledger.mutes(1) == {"t": mute}
    assert ledger.unmute(1, "t")
    assert not ledger.unmute(1, "t")


def test_the_last_run_of_a_job_is_known(ledger: Ledger) -> None:
    assert ledger.last_run("daily") is None
    for days in (0, 1):
        at = NOW + timedelta(days=days)
        ledger.save_run("daily", Run(str(at.date()), at, at, {"messages": days}))
    last = ledger.last_run("daily")
    assert last
    assert (last.slot, last.report) == ("2024-03-02", {"messages": 1})
