"""The ledger: what the bot remembers. States, transitions, chats, people, mutes, runs, outbox."""

import json
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.bodies import CHAT, body_of, chat_of, mute_of, thing
from bot.ledger_corrections import Corrections
from bot.ledger_files import Files
from bot.ledger_journal import Journal
from bot.ledger_kept import Keepsakes
from bot.ledger_people import People
from bot.ledger_places import Places
from bot.ledger_provisional import Provisionals
from bot.ledger_standing import Standing
from bot.ledger_threads import Tellings
from bot.outbox import Outbox, stamp
from bot.records import Chat, Grouping, Mute, Run, Wishes, wishes_of
from market.database import Connection, atomic, connection, opened, without_collector
from signals.model import Signal, ThemeState, Transition

if TYPE_CHECKING:
    from bot.ledger_runs import RunUps


class Ledger:
    """What the bot remembers, of one exchange's days; a connection belongs to its thread."""

    def __init__(self, path: Path | None, current: bool = False) -> None:
        """Opens the ledger (None: in memory); `current` trusts the file to be up to date."""
        self._db = connection(path) if current else _migrated(path)
        # a power cut must not forget that a message was on its way: it would go again, unmarked
        self._db.execute("PRAGMA synchronous=FULL")
        self.outbox = Outbox(self._db)
        self.files = Files(self._db)
        self.provisional = Provisionals(self._db)
        self.kept = Keepsakes(self._db)
        self.people = People(self._db)
        self.places = Places(self._db)
        self.journal = Journal(self._db, "XSHG")
        self.tellings = Tellings(self._db)
        self.corrections = Corrections(self._db)
        self.standing = Standing(self._db)
        self._run_ups: RunUps | None = None
        self.exchange = "XSHG"

    def of(self, exchange: str) -> "Ledger":
        """The same ledger, over the same connection, with the days of an exchange; "": of all."""
        other = copy(self)
        other.exchange = exchange
        other.journal, other._run_ups = Journal(self._db, exchange), None
        return other

    @property
    def run_ups(self) -> "RunUps":
        """Past run-ups; brings numpy, which who only asks for health must not wait for."""
        from bot.ledger_runs import RunUps

        self._run_ups = self._run_ups or RunUps(self._db, self.exchange)
        return self._run_ups

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
        return {theme: thing(ThemeState, body) for theme, body in rows}

    def save_states(self, states: Iterable[ThemeState]) -> None:
        """Replaces the states of these themes."""
        rows = [(state.theme, body_of(state)) for state in states]
        self._db.executemany("INSERT OR REPLACE INTO state VALUES (?,?)", rows)

    @without_collector()
    def readings(self) -> dict[str, tuple[Signal, ...]]:
        """What all rules said of every theme on the last evaluated day."""
        rows = self._db.execute(
            "SELECT theme, body FROM reading WHERE exchange=?", (self.exchange,)
        )
        return {theme: thing(tuple[Signal, ...], body) for theme, body in rows}

    def save_readings(self, readings: Mapping[str, tuple[Signal, ...]]) -> None:
        """Replaces all readings by these: of a theme judged no more nothing is said."""
        rows = [(theme, body_of(signals), self.exchange) for theme, signals in readings.items()]
        self._db.execute("DELETE FROM reading WHERE exchange=?", (self.exchange,))
        self._db.executemany("INSERT OR REPLACE INTO reading VALUES (?,?,?)", rows)

    def save_transitions(
        self, told: Iterable[Transition], voices: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        """Keeps transitions with their evidence; one already there stays.

        `voices` are, by the key of a transition, who tells the same of the same story before it.
        """
        known, of = voices or {}, self.exchange
        beside = ((t, json.dumps(known.get(t.key, ()))) for t in told)
        rows = [(t.day.isoformat(), t.theme, t.kind, body_of(t), said, of) for t, said in beside]
        into = "INSERT OR IGNORE INTO transition (day, theme, kind, body, voices, exchange)"
        self._db.executemany(f"{into} VALUES (?,?,?,?,?,?)", rows)

    @without_collector()
    def transitions(
        self, theme: str | None = None, since: date = date.min, until: date = date.max
    ) -> list[Transition]:
        """Transitions of a theme (or of all) between two days, oldest first."""
        rows = self._db.execute(
            "SELECT body FROM transition WHERE day BETWEEN ? AND ? AND ifnull(theme=?, 1)"
            " AND ? IN (exchange, '') ORDER BY day, id",
            (since.isoformat(), until.isoformat(), theme, self.exchange),
        )
        return [thing(Transition, body) for (body,) in rows]

    def newest_transitions(self, count: int) -> list[Transition]:
        """The last ones, newest first."""
        rows = self._db.execute(
            "SELECT body FROM transition WHERE ? IN (exchange, '') ORDER BY day DESC, id DESC"
            " LIMIT ?",
            (self.exchange, count),
        )
        return [thing(Transition, body) for (body,) in rows]

    def transition_days(self, count: int) -> list[date]:
        """The last days on which anything was told, newest first."""
        rows = self._db.execute(
            "SELECT DISTINCT day FROM transition WHERE ? IN (exchange, '')"
            " ORDER BY day DESC LIMIT ?",
            (self.exchange, count),
        )
        return [date.fromisoformat(day) for (day,) in rows]

    def grouping(self) -> Grouping:
        """The stories of the last evaluated day."""
        known = self.fact("stories")
        return thing(Grouping, known) if known else Grouping()

    def save_grouping(self, stories: Grouping) -> None:
        """Replaces the stories by those of a later day."""
        self.set_fact("stories", body_of(stories))

    def evaluated(self) -> date | None:
        """The last day that was evaluated."""
        known = self.fact("evaluated")
        return date.fromisoformat(known) if known else None

    # ---- small facts by name ------------------------------------------------------------------

    def fact(self, name: str) -> str | None:
        """A small fact, None when never told."""
        known = "SELECT value FROM fact WHERE name=?"
        row = self._db.execute(known, (self._named(name),)).fetchone()
        return row[0] if row else None

    def set_fact(self, name: str, value: str) -> None:
        """Tells a small fact."""
        self._db.execute("INSERT OR REPLACE INTO fact VALUES (?,?)", (self._named(name), value))

    def _named(self, fact: str) -> str:
        """The row of a fact: of the days of an exchange, its own."""
        of_days = fact in ("evaluated", "told", "stories", "rehearsed") or fact.startswith("half:")
        return f"{self.exchange}:{fact}" if of_days and self.exchange != "XSHG" else fact

    def facts(self, prefix: str) -> dict[str, str]:
        """Facts whose names begin so, without that beginning."""
        query = "SELECT substr(name, ?), value FROM fact WHERE substr(name, 1, ?)=? ORDER BY name"
        return dict(self._db.execute(query, (len(prefix) + 1, len(prefix), prefix)).fetchall())

    def served(self) -> dict[str, datetime]:
        """When each source last gave what it was asked for, UTC."""
        found = self.facts("served:").items()
        return {name: datetime.fromisoformat(value) for name, value in found}

    def kinds(self) -> dict[str, int]:
        """How many transitions of each kind were kept."""
        return dict(self._db.execute("SELECT kind, count(*) FROM transition GROUP BY kind"))

    # ---- chats and mutes ----------------------------------------------------------------------

    def chats(self, active_only: bool = True) -> list[Chat]:
        """Chats in the order of their ids."""
        where = "active>=? ORDER BY id"
        rows = self._db.execute(f"SELECT {CHAT} FROM chat WHERE {where}", (active_only,))
        return [chat_of(row) for row in rows]

    def chat_count(self) -> int:
        """Chats that ever sent /start; of a database of an earlier form as well."""
        return int(self._db.execute("SELECT count(*) FROM chat").fetchone()[0])

    def chat(self, id_: int) -> Chat | None:
        """One chat, None when it never sent /start."""
        row = self._db.execute(f"SELECT {CHAT} FROM chat WHERE id=?", (id_,)).fetchone()
        return chat_of(row) if row else None

    def reads_hant(self, id_: int) -> bool:
        """Whether a chat reads Chinese in traditional characters."""
        chat = self.chat(id_)
        return chat is not None and chat.hant

    def save_chat(self, chat: Chat) -> None:
        """Adds a chat or renews what is known of it."""
        row = tuple(asdict(chat).values())
        marks = ",".join("?" * len(row))
        self._db.execute(f"INSERT OR REPLACE INTO chat ({CHAT}) VALUES ({marks})", row)

    def turn_off(self, chat: int, reason: str) -> None:
        """No more pushes to this chat; what waits for it is parked."""
        self._db.execute("UPDATE chat SET active=0, off_reason=? WHERE id=?", (reason, chat))
        self._db.execute(
            "UPDATE outbox SET state='parked', error=? WHERE chat=? AND state='due'", (reason, chat)
        )

    def migrate(self, old: int, new: int) -> None:
        """A group became a supergroup with another id: everything of it moves along.

        But for Telegram's ids of its messages, which are counted anew there. A group has no
        topics before it moves.
        """
        self.tellings.unplace(old)
        for table in ("chat", "mute", "wish", "watch", "kept", "outbox", "telling"):
            column = "id" if table == "chat" else "chat"
            self._db.execute(
                f"UPDATE OR REPLACE {table} SET {column}=? WHERE {column}=?", (new, old)
            )

    def mute(
        self,
        chat: int,
        theme: str,
        until: date | None,
        at: datetime | None = None,
        episode: date | None = None,
    ) -> None:
        """No pushes of a theme to a chat for a while, see Mute; instead of the mute before."""
        last, instant = (until or date.max).isoformat(), stamp(at) if at else None
        row = (chat, theme, last, instant, episode and episode.isoformat())
        self._db.execute("INSERT OR REPLACE INTO mute VALUES (?,?,?,?,?)", row)

    def unmute(self, chat: int, theme: str) -> bool:
        """Ends a mute; whether there was one."""
        gone = self._db.execute("DELETE FROM mute WHERE chat=? AND theme=?", (chat, theme))
        return gone.rowcount > 0

    def mutes(self, chat: int) -> dict[str, Mute]:
        """A chat's mutes by theme, also those that have ended; see timing.silenced."""
        rows = self._db.execute("SELECT theme, until, at, episode FROM mute WHERE chat=?", (chat,))
        return {theme: mute_of(*row) for theme, *row in rows}

    def wishes(self, chat: int) -> Wishes:
        """What a chat wants to hear."""
        rows = self._db.execute("SELECT name, value FROM wish WHERE chat=?", (chat,))
        watched = self._db.execute("SELECT theme FROM watch WHERE chat=?", (chat,))
        return wishes_of(dict(rows.fetchall()), frozenset(theme for (theme,) in watched))

    def wish(self, chat: int, name: str, value: str) -> None:
        """Sets one wish, see records.wishes_of: a level, quiet hours as "22-8"; empty for none."""
        self._db.execute("INSERT OR REPLACE INTO wish VALUES (?,?,?)", (chat, name, value))

    def watch(self, chat: int, theme: str) -> None:
        """Adds a theme to those a chat is told of."""
        self._db.execute("INSERT OR IGNORE INTO watch VALUES (?,?)", (chat, theme))

    def unwatch(self, chat: int, theme: str) -> bool:
        """Takes a theme off; whether it was watched."""
        gone = self._db.execute("DELETE FROM watch WHERE chat=? AND theme=?", (chat, theme))
        return gone.rowcount > 0

    # ---- runs ---------------------------------------------------------------------------------

    def save_run(self, job: str, run: Run) -> bool:
        """Keeps what a job did for a slot; False when the slot was claimed before, and is kept."""
        ended = stamp(run.finished) if run.finished else None
        row = (job, run.slot, stamp(run.started), ended, json.dumps(run.report))
        added = self._db.execute("INSERT OR IGNORE INTO run VALUES (?,?,?,?,?)", row)
        return added.rowcount > 0

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


def _migrated(path: Path | None) -> Connection:
    from bot.ledger_schema import migrations

    return opened(path, migrations)
