"""The outbox: every message that is to go out, and what became of it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any

from bot.records import HELD_KEY, SEND, Buttons, Outgoing, Queued
from market.database import Connection, atomic

HELD = (  # of days before one, on an exchange
    f"state='due' AND attempts=0 AND day<? AND key LIKE '%:{HELD_KEY}:%'"
    " AND CASE WHEN substr(key, 1, 5)='XHKG:' THEN 'XHKG' ELSE 'XSHG' END=?"
)


class Outbox:
    """The ledger's messages; its connection, and its transactions, are the ledger's."""

    def __init__(self, db: Connection) -> None:
        """`db` holds the ledger's tables."""
        self._db = db

    def enqueue(self, message: Outgoing) -> bool:
        """Puts a message into the outbox; False when its key is there for that chat already."""
        row = asdict(message)
        row |= {"day": message.day.isoformat(), "created": stamp(message.created)}
        for bound in ("not_before", "not_after"):
            row[bound] = stamp(row[bound]) if row[bound] else None
        row["buttons"] = _rows(message.buttons)
        tells = row.pop("tells")
        names = ", ".join(row)
        marks = ", ".join(f":{name}" for name in row)
        added = self._db.execute(f"INSERT OR IGNORE INTO outbox ({names}) VALUES ({marks})", row)
        if not added.rowcount:
            return False
        self._db.executemany(  # alerts that were held are told by another message
            "INSERT INTO telling (chat, alert, episode, key) VALUES (?,?,?,?)"
            " ON CONFLICT (chat, alert) DO UPDATE SET key=excluded.key",
            [(message.chat, alert, episode, message.key) for alert, episode in tells],
        )
        return True

    def due(self, now: datetime, limit: int = 256) -> list[Queued]:
        """The next message of each chat that need not wait; alerts before digests, oldest first.

        A chat waits as long as any message that was tried and is tried again; what is held until
        its hour keeps no other waiting. What an edit has overtaken, or its own time, goes no more.
        """
        line = (
            "SELECT id, row_number() OVER (PARTITION BY chat ORDER BY priority, id) AS place,"
            " max(CASE WHEN attempts THEN ifnull(not_before, '') ELSE '' END)"
            " OVER (PARTITION BY chat) AS waits"
            " FROM outbox AS one WHERE state='due' AND NOT EXISTS (SELECT 1 FROM outbox"
            " WHERE chat=one.chat AND about=one.key AND operation='edit')"
            " AND (not_after IS NULL OR not_after>:now)"
            " AND (attempts OR ifnull(not_before, '')<=:now)"
        )
        first = f"SELECT id FROM ({line}) WHERE place=1 AND waits<=:now"
        where = f"id IN ({first}) ORDER BY priority, id LIMIT :limit"
        return self._queued(where, now=stamp(now), limit=limit)

    def waiting(self) -> list[Queued]:
        """All messages not sent yet and not parked."""
        return self._queued("state IN ('due', 'sending') ORDER BY priority, id")

    def parked(self) -> list[Queued]:
        """Messages that were given up; their errors say why."""
        return self._queued("state='parked' ORDER BY id")

    def count(self, *states: str) -> int:
        """How many messages are in any of these states: due, sending, parked, sent."""
        marks = ",".join("?" * len(states))
        found = self._db.execute(f"SELECT count(*) FROM outbox WHERE state IN ({marks})", states)
        return int(found.fetchone()[0])

    def _queued(self, where: str, **values: object) -> list[Queued]:
        rows = self._db.execute(
            f"SELECT key, chat, day, text, created, photo, priority, silent, loud, id, attempts,"
            f" repeated, plain, error, operation, about, buttons,"
            f" (SELECT topic FROM chat WHERE chat.id=outbox.chat),"
            f" (SELECT of_group FROM chat WHERE chat.id=outbox.chat),"
            f" coalesce((SELECT message_id FROM outbox AS other"
            f" WHERE state='sent' AND chat=outbox.chat AND key=outbox.about),"
            f" (SELECT message_id FROM telling WHERE chat=outbox.chat AND key=outbox.about))"
            f" FROM outbox WHERE {where}",
            values,
        )
        return [_message(row) for row in rows]

    def sending(self, id_: int) -> bool:
        """The message is on its way: after a crash it counts as perhaps delivered.

        False when it is due no more, because its chat left meanwhile.
        """
        claimed = self._db.execute(
            "UPDATE outbox SET state='sending', attempts=attempts+1 WHERE id=? AND state='due'",
            (id_,),
        )
        return claimed.rowcount > 0

    def unanchored(self, edit: Queued) -> Queued | None:
        """What becomes of an edit whose message is not known to have arrived.

        It goes as a message of its own when that one may have arrived after all; else both are
        dropped, for nothing was said: None.
        """
        with atomic(self._db):
            about = (edit.chat, edit.about)
            repeated = "SELECT repeated FROM outbox WHERE chat=? AND key=?"
            (perhaps,) = self._db.execute(repeated, about).fetchone() or (0,)
            self._db.execute("DELETE FROM outbox WHERE chat=? AND key=? AND state<>'sent'", about)
            if not perhaps:
                self._db.execute("DELETE FROM outbox WHERE id=?", (edit.id,))
                return None
            self._mark(edit.id, "operation='send', about=NULL")
        return replace(edit, operation=SEND, about=None)

    def other_held(self, message: Queued, now: datetime) -> Queued | None:
        """Beside what quiet hours held of one exchange, that of the other if it may go too."""
        if not message.key.endswith(f":{HELD_KEY}:1"):
            return None
        where = (
            "chat=:chat AND id<>:id AND state='due' AND attempts=0 AND key LIKE :held"
            " AND ifnull(not_before, '')<=:now ORDER BY id"
        )
        of = {"chat": message.chat, "id": message.id, "held": f"%:{HELD_KEY}:1"}
        found = self._queued(where, now=stamp(now), **of)
        return next((m for m in found if m.exchange != message.exchange), None)

    def absorbed(self, message: Queued, other: Queued, text: str) -> Queued:
        """A message with a text that tells the other's too, which is no more."""
        buttons, silent = message.buttons or other.buttons, message.silent and other.silent
        loud = message.loud + other.loud
        whole = replace(message, text=text, buttons=buttons, silent=silent, loud=loud)
        with atomic(self._db):
            told = (text, silent, loud, _rows(buttons))
            self._mark(message.id, "text=?, silent=?, loud=?, buttons=?", *told)
            self._db.execute("DELETE FROM outbox WHERE id=?", (other.id,))
            for table, column in (("telling", "key"), ("outbox", "about")):
                self._db.execute(
                    f"UPDATE {table} SET {column}=? WHERE chat=? AND {column}=?",
                    (message.key, message.chat, other.key),
                )
        return whole

    def addressed(self, key: str) -> list[int]:
        """Chats for which there is a message with a key that was not given up."""
        rows = self._db.execute(
            "SELECT chat FROM outbox WHERE key=? AND state<>'parked' ORDER BY chat", (key,)
        )
        return [chat for (chat,) in rows]

    def sent(self, id_: int, message_id: int, now: datetime) -> None:
        """The message arrived."""
        self._mark(id_, "state='sent', message_id=?, sent=?", message_id, stamp(now))

    def again(self, id_: int, at: datetime, error: str, perhaps_delivered: bool) -> None:
        """The message is tried again at a time; marked when it may have arrived already."""
        self._mark(
            id_,
            "state='due', not_before=?, error=?, repeated=max(repeated, ?)",
            stamp(at),
            error,
            perhaps_delivered,
        )

    def as_plain(self, id_: int, error: str) -> None:
        """Telegram refused the markup: the message goes once more as plain text."""
        self._mark(id_, "state='due', plain=1, error=?", error)

    def without_picture(self, message: Queued, words: str, error: str) -> None:
        """The chat takes no pictures: the caption goes alone, with words that say so."""
        text = f"{message.text}\n{words}"
        self._mark(message.id, "state='due', photo=NULL, text=?, error=?", text, error)

    def alone(self, id_: int, error: str) -> None:
        """The message it answers is gone: it goes by itself."""
        self._mark(id_, "state='due', about=NULL, error=?", error)

    def park(self, id_: int, error: str) -> None:
        """The message is given up, and kept with the reason."""
        self._mark(id_, "state='parked', error=?", error)

    def resume(self) -> int:
        """What was on its way when the program died is due again, marked; gives the count."""
        found = self._db.execute("UPDATE outbox SET state='due', repeated=1 WHERE state='sending'")
        return found.rowcount

    def doubt(self) -> None:
        """Whatever waits may have been sent by another database: after a restore."""
        self._db.execute(
            "UPDATE outbox SET state='due', repeated=1 WHERE state IN ('due', 'sending')"
        )

    def loud(self, chat: int, since: datetime, until: datetime, before: date, exchange: str) -> int:
        """Alerts with a sound for a chat between two instants, without what `held` tells of."""
        counted = (
            "SELECT ifnull(sum(loud), 0) FROM outbox WHERE chat=? AND created>=? AND created<?"
            f" AND state<>'parked' AND NOT ({HELD})"
        )
        of = (chat, stamp(since), stamp(until), before.isoformat(), exchange)
        return int(self._db.execute(counted, of).fetchone()[0])

    def held(self, before: date, exchange: str) -> dict[int, set[str]]:
        """Numbers of the alerts that still wait for their hour in messages of days before one."""
        rows = self._db.execute(
            "SELECT outbox.chat, alert FROM outbox LEFT JOIN telling USING (chat, key)"
            f" WHERE {HELD}",
            (before.isoformat(), exchange),
        )
        found: dict[int, set[str]] = {}
        for chat, alert in rows:
            found.setdefault(chat, set()).update([alert] if alert else [])
        return found

    def release(self, tellers: Mapping[int, Outgoing | None], before: date, exchange: str) -> None:
        """Drops what `held` tells of, for these chats; of each the message that tells it instead.

        That one is in the outbox already. A correction that waited goes after it, silently.
        """
        rows = [(before.isoformat(), exchange, chat) for chat in tellers]
        gone = f"SELECT key FROM outbox WHERE {HELD} AND chat=?"
        follows = f"key LIKE '%:correction:%' AND about IN ({gone}) AND chat=?"
        for chat, told in tellers.items():
            if told:
                at = stamp(told.created)
                self._db.execute(
                    "UPDATE outbox SET priority=1, silent=1, loud=0, about=?,"
                    " created=max(created, ?), not_before=max(ifnull(not_before, ''), ?)"
                    f" WHERE state='due' AND attempts=0 AND {follows}",
                    (told.key, at, at, before.isoformat(), exchange, chat, chat),
                )
        gone = f"SELECT key FROM outbox WHERE {HELD} AND chat=telling.chat"
        self._db.executemany(f"DELETE FROM telling WHERE key IN ({gone}) AND chat=?", rows)
        self._db.executemany(f"DELETE FROM outbox WHERE {HELD} AND chat=?", rows)

    def reword(self, day: date, known: Iterable[tuple[str, str]]) -> None:
        """Puts what is known now in place of what was, in messages of a day that still wait."""
        self._db.executemany(
            "UPDATE outbox SET text=replace(text, ?, ?)"
            " WHERE day=? AND state='due' AND attempts=0 AND instr(text, ?)",
            [(was, now, day.isoformat(), was) for was, now in known if was and was != now],
        )

    def sent_since(self, since: datetime) -> list[tuple[int, datetime]]:
        """Telegram's chats and instants (UTC) of what arrived since an instant, oldest first."""
        rows = self._db.execute(
            "SELECT coalesce((SELECT of_group FROM chat WHERE id=outbox.chat), chat), sent"
            " FROM outbox WHERE state='sent' AND sent>=? ORDER BY sent",
            (stamp(since),),
        )
        return [(chat, datetime.fromisoformat(sent)) for chat, sent in rows]

    def oldest(self) -> datetime | None:
        """Since when the oldest message waits that must go out, UTC."""
        (created,) = self._db.execute(
            "SELECT min(created) FROM outbox"
            " WHERE state IN ('due', 'sending') AND not_after IS NULL"
        ).fetchone()
        return datetime.fromisoformat(created) if created else None

    def last_sent(self) -> datetime | None:
        """When the last message arrived, UTC."""
        (stamp,) = self._db.execute("SELECT max(sent) FROM outbox").fetchone()
        return datetime.fromisoformat(stamp) if stamp else None

    def forget_sent(self, before: datetime) -> None:
        """Drops sent messages older than an instant: the outbox is no archive.

        Where an alert stands is kept: what follows answers it, however late.
        """
        self._db.execute(
            "UPDATE telling SET message_id=coalesce((SELECT message_id FROM outbox"
            " WHERE chat=telling.chat AND key=telling.key AND state='sent'), message_id)"
        )
        self._db.execute("DELETE FROM outbox WHERE state='sent' AND sent<?", (stamp(before),))

    def _mark(self, id_: int, what: str, *values: object) -> None:
        self._db.execute(f"UPDATE outbox SET {what} WHERE id=?", (*values, id_))


def stamp(instant: datetime) -> str:
    """UTC, to the microsecond always, so that text compares as time does."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def _rows(buttons: Buttons) -> str | None:
    return json.dumps(buttons) if buttons else None


def _message(row: tuple[Any, ...]) -> Queued:
    key, chat, day, text, created, photo, priority, silent, loud, id_, attempts, *rest = row
    again, plain, error, operation, about, buttons, topic, group, to = rest
    return Queued(
        key, chat, date.fromisoformat(day), text, datetime.fromisoformat(created), photo, priority,
        bool(silent), None, None, operation, about, json.loads(buttons or "[]"), (), loud,
        id_, attempts, bool(again), bool(plain), error, to, topic, group,
    )  # fmt: skip
