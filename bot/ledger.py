"""The ledger: what the bot remembers. States, transitions, chats, mutes, outbox, runs."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from bot.records import Chat, Outgoing, Queued, Run
from market.database import atomic, connection, opened
from signals.model import Signal, ThemeState, Transition


class Ledger:
    """What the bot remembers; a connection belongs to the thread that made it."""

    def __init__(self, path: Path | None, current: bool = False) -> None:
        """Opens the ledger (None: in memory); `current` trusts the file to be up to date."""
        if current:
            self._db = connection(path)
            return
        from bot.ledger_schema import migrations

        self._db = opened(path, migrations)

    def has_tables(self) -> bool:
        """Whether the file is a ledger already, though perhaps not the newest form of it."""
        found = self._db.execute("SELECT 1 FROM sqlite_master WHERE name='fact'").fetchone()
        return found is not None

    def close(self) -> None:
        """Closes the connection."""
        self._db.close()

    def atomic(self) -> AbstractContextManager[None]:
        """One transaction: all of it is kept, or none."""
        return atomic(self._db)

    # ---- stages -----------------------------------------------------------------------------

    def states(self) -> dict[str, ThemeState]:
        """The state of every theme evaluated so far, by id."""
        rows = self._db.execute("SELECT theme, body FROM state")
        return {theme: _thing(ThemeState, body) for theme, body in rows}

    def save_states(self, states: Iterable[ThemeState]) -> None:
        """Replaces the states of these themes."""
        rows = [(state.theme, _body(state)) for state in states]
        self._db.executemany("INSERT OR REPLACE INTO state VALUES (?,?)", rows)

    def readings(self) -> dict[str, tuple[Signal, ...]]:
        """What all rules said of every theme on the last evaluated day."""
        rows = self._db.execute("SELECT theme, body FROM reading")
        return {theme: _thing(tuple[Signal, ...], body) for theme, body in rows}

    def save_readings(self, readings: Mapping[str, tuple[Signal, ...]]) -> None:
        """Replaces the readings of these themes."""
        rows = [(theme, _body(signals)) for theme, signals in readings.items()]
        self._db.executemany("INSERT OR REPLACE INTO reading VALUES (?,?)", rows)

    def save_transitions(self, told: Iterable[Transition]) -> None:
        """Keeps transitions with their evidence; one already there stays."""
        rows = [(t.day.isoformat(), t.theme, t.kind, _body(t)) for t in told]
        self._db.executemany(
            "INSERT OR IGNORE INTO transition (day, theme, kind, body) VALUES (?,?,?,?)", rows
        )

    def transitions(
        self, theme: str | None = None, since: date = date.min, until: date = date.max
    ) -> list[Transition]:
        """Transitions of a theme (or of all) between two days, oldest first."""
        rows = self._db.execute(
            "SELECT body FROM transition WHERE day BETWEEN ? AND ? AND ifnull(theme=?, 1)"
            " ORDER BY day, id",
            (since.isoformat(), until.isoformat(), theme),
        )
        return [_thing(Transition, body) for (body,) in rows]

    def evaluated(self) -> date | None:
        """The last day that was evaluated."""
        known = self.fact("evaluated")
        return date.fromisoformat(known) if known else None

    # ---- small facts by name ------------------------------------------------------------------

    def fact(self, name: str) -> str | None:
        """A small fact, None when never told."""
        row = self._db.execute("SELECT value FROM fact WHERE name=?", (name,)).fetchone()
        return row[0] if row else None

    def set_fact(self, name: str, value: str) -> None:
        """Tells a small fact."""
        self._db.execute("INSERT OR REPLACE INTO fact VALUES (?,?)", (name, value))

    # ---- chats and mutes ----------------------------------------------------------------------

    def chats(self, active_only: bool = True) -> list[Chat]:
        """Chats in the order of their ids."""
        rows = self._db.execute("SELECT * FROM chat WHERE active>=? ORDER BY id", (active_only,))
        return [_chat(row) for row in rows]

    def chat(self, id_: int) -> Chat | None:
        """One chat, None when it never sent /start."""
        row = self._db.execute("SELECT * FROM chat WHERE id=?", (id_,)).fetchone()
        return _chat(row) if row else None

    def save_chat(self, chat: Chat) -> None:
        """Adds a chat or renews what is known of it."""
        row = tuple(asdict(chat).values())
        self._db.execute("INSERT OR REPLACE INTO chat VALUES (?,?,?,?,?,?)", row)

    def turn_off(self, chat: int, reason: str) -> None:
        """No more pushes to this chat; what waits for it is parked."""
        self._db.execute("UPDATE chat SET active=0, off_reason=? WHERE id=?", (reason, chat))
        self._db.execute(
            "UPDATE outbox SET state='parked', error=? WHERE chat=? AND state='due'", (reason, chat)
        )

    def migrate(self, old: int, new: int) -> None:
        """A group became a supergroup with another id: everything of it moves along."""
        for table, column in (("chat", "id"), ("mute", "chat"), ("outbox", "chat")):
            self._db.execute(
                f"UPDATE OR REPLACE {table} SET {column}=? WHERE {column}=?", (new, old)
            )

    def mute(self, chat: int, theme: str, until: date | None) -> None:
        """No pushes of a theme to a chat up to and with a day; None: until unmuted."""
        last = (until or date.max).isoformat()
        self._db.execute("INSERT OR REPLACE INTO mute VALUES (?,?,?)", (chat, theme, last))

    def unmute(self, chat: int, theme: str) -> bool:
        """Ends a mute; whether there was one."""
        gone = self._db.execute("DELETE FROM mute WHERE chat=? AND theme=?", (chat, theme))
        return gone.rowcount > 0

    def muted(self, chat: int, day: date) -> dict[str, date]:
        """Themes muted for a chat on a day, with the last day of each (date.max: for good)."""
        rows = self._db.execute(
            "SELECT theme, until FROM mute WHERE chat=? AND until>=?", (chat, day.isoformat())
        )
        return {theme: date.fromisoformat(until) for theme, until in rows}

    # ---- outbox -------------------------------------------------------------------------------

    def enqueue(self, message: Outgoing) -> bool:
        """Puts a message into the outbox; False when its key is there for that chat already."""
        row = asdict(message)
        row |= {"day": message.day.isoformat(), "created": _stamp(message.created)}
        row["photo"] = self._picture(message.photo) if message.photo else None
        names = ", ".join(row)
        marks = ", ".join(f":{name}" for name in row)
        added = self._db.execute(f"INSERT OR IGNORE INTO outbox ({names}) VALUES ({marks})", row)
        return added.rowcount > 0

    def _picture(self, png: bytes) -> str:
        """The name of a picture, kept once however many chats get it."""
        name = hashlib.sha256(png).hexdigest()
        self._db.execute("INSERT OR IGNORE INTO picture VALUES (?,?)", (name, png))
        return name

    def due(self, now: datetime, limit: int = 500) -> list[Queued]:
        """Messages whose time has come, alerts before digests, oldest first."""
        picture = "(SELECT png FROM picture WHERE hash=photo)"
        due = "state='due' AND ifnull(not_before, '')<=? ORDER BY priority, id LIMIT ?"
        return self._queued(due, _stamp(now), limit, photo=picture)

    def waiting(self) -> list[Queued]:
        """All messages not sent yet and not parked, without their pictures."""
        return self._queued("state IN ('due', 'sending') ORDER BY priority, id")

    def parked(self) -> list[Queued]:
        """Messages that were given up, without their pictures; their errors say why."""
        return self._queued("state='parked' ORDER BY id")

    def count(self, *states: str) -> int:
        """How many messages are in any of these states: due, sending, parked, sent."""
        marks = ",".join("?" * len(states))
        found = self._db.execute(f"SELECT count(*) FROM outbox WHERE state IN ({marks})", states)
        return int(found.fetchone()[0])

    def _queued(self, where: str, *values: object, photo: str = "NULL") -> list[Queued]:
        rows = self._db.execute(
            f"SELECT key, chat, day, text, created, {photo}, priority, silent, id, attempts,"
            f" repeated, plain, error FROM outbox WHERE {where}",
            values,
        )
        return [_message(row) for row in rows]

    def sending(self, id_: int) -> None:
        """The message is on its way: after a crash it counts as perhaps delivered."""
        self._mark(id_, "state='sending', attempts=attempts+1")

    def sent(self, id_: int, message_id: int, now: datetime) -> None:
        """The message arrived."""
        self._mark(id_, "state='sent', message_id=?, sent=?", message_id, _stamp(now))

    def again(self, id_: int, at: datetime, error: str, perhaps_delivered: bool) -> None:
        """The message is tried again at a time; marked when it may have arrived already."""
        self._mark(
            id_,
            "state='due', not_before=?, error=?, repeated=max(repeated, ?)",
            _stamp(at),
            error,
            perhaps_delivered,
        )

    def as_plain(self, id_: int, error: str) -> None:
        """Telegram refused the markup: the message goes once more as plain text."""
        self._mark(id_, "state='due', plain=1, error=?", error)

    def park(self, id_: int, error: str) -> None:
        """The message is given up, and kept with the reason."""
        self._mark(id_, "state='parked', error=?", error)

    def resume(self) -> int:
        """What was on its way when the program died is due again, marked; gives the count."""
        found = self._db.execute("UPDATE outbox SET state='due', repeated=1 WHERE state='sending'")
        return found.rowcount

    def last_sent(self) -> datetime | None:
        """When the last message arrived, UTC."""
        (stamp,) = self._db.execute("SELECT max(sent) FROM outbox").fetchone()
        return datetime.fromisoformat(stamp) if stamp else None

    def forget_sent(self, before: datetime) -> None:
        """Drops sent messages older than an instant: the outbox is no archive."""
        self._db.execute("DELETE FROM outbox WHERE state='sent' AND sent<?", (_stamp(before),))
        used = "SELECT photo FROM outbox WHERE photo IS NOT NULL"
        self._db.execute(f"DELETE FROM picture WHERE hash NOT IN ({used})")

    def _mark(self, id_: int, what: str, *values: object) -> None:
        self._db.execute(f"UPDATE outbox SET {what} WHERE id=?", (*values, id_))

    # ---- runs ---------------------------------------------------------------------------------

    def save_run(self, job: str, run: Run) -> None:
        """Keeps what a job did for a slot; a later run of the slot replaces it."""
        ended = _stamp(run.finished) if run.finished else None
        row = (job, run.slot, _stamp(run.started), ended, json.dumps(run.report))
        self._db.execute("INSERT OR REPLACE INTO run VALUES (?,?,?,?,?)", row)

    def last_run(self, job: str) -> Run | None:
        """The run of a job that started last."""
        row = self._db.execute(
            "SELECT slot, started, finished, report FROM run WHERE job=? ORDER BY started DESC",
            (job,),
        ).fetchone()
        if not row:
            return None
        slot, started, finished, report = row
        ended = datetime.fromisoformat(finished) if finished else None
        return Run(slot, datetime.fromisoformat(started), ended, json.loads(report))


def _stamp(instant: datetime) -> str:
    """UTC, to the microsecond always, so that text compares as time does."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def _chat(row: tuple[Any, ...]) -> Chat:
    id_, kind, title, language, active, reason = row
    return Chat(id_, kind, title, language, bool(active), reason)


def _message(row: tuple[Any, ...]) -> Queued:
    key, chat, day, text, created, photo, priority, silent, id_, attempts, again, plain, error = row
    return Queued(
        key, chat, date.fromisoformat(day), text, datetime.fromisoformat(created), photo, priority,
        bool(silent), id_, attempts, bool(again), bool(plain), error,
    )  # fmt: skip


def _body(thing: object) -> str:
    bare = [asdict(part) for part in thing] if isinstance(thing, tuple) else asdict(thing)  # type: ignore[call-overload]  # dataclasses only
    return json.dumps(bare, default=str)  # dates as ISO text; NaN stays NaN


def _thing(kind: Any, body: str) -> Any:
    return _adapter(kind).validate_python(json.loads(body))


@cache
def _adapter(kind: Any) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)
