"""Beside the transitions: who told the same before, from whom one was kept, what readers say."""

import json
from collections.abc import Iterable
from datetime import date

from bot.bodies import body_of, thing
from bot.records import Kept
from market.database import Connection
from signals.model import Transition


class Keepsakes:
    """What the ledger holds beside transitions; its connection is the ledger's."""

    def __init__(self, db: Connection) -> None:
        """`db` holds the ledger's tables."""
        self._db = db

    def add(self, chat: int, kept: Iterable[Kept]) -> None:
        """Notes what was kept from a chat; what is noted already stays."""
        rows = [(chat, k.day.isoformat(), k.theme, k.kind, k.reason) for k in kept]
        self._db.executemany("INSERT OR IGNORE INTO kept VALUES (?,?,?,?,?)", rows)

    def since(self, chat: int, day: date) -> list[Kept]:
        """What was kept from a chat since a day, newest first."""
        rows = self._db.execute(
            "SELECT day, theme, kind, reason FROM kept WHERE chat=? AND day>=?"
            " ORDER BY day DESC, rowid",
            (chat, day.isoformat()),
        )
        return [Kept(date.fromisoformat(at), *row) for at, *row in rows]

    def voices(self, since: date, until: date) -> dict[tuple[date, str], tuple[str, ...]]:
        """By day and key of a transition: who told the same of the same story before it."""
        rows = self._db.execute(
            "SELECT day, theme, kind, voices FROM transition"
            " WHERE day BETWEEN ? AND ? AND voices NOT NULL",
            (since.isoformat(), until.isoformat()),
        )
        return {
            (date.fromisoformat(day), f"{theme}:{kind}"): tuple(json.loads(voices))
            for day, theme, kind, voices in rows
        }

    def rehearse(self, told: Iterable[tuple[Transition, tuple[str, ...]]]) -> None:
        """Keeps transitions of days nobody was told of, each with who tells the same before it."""
        rows = [(t.day.isoformat(), body_of(t), json.dumps(voices)) for t, voices in told]
        self._db.executemany("INSERT INTO rehearsed VALUES (?,?,?)", rows)

    def rehearsed(self, since: date) -> dict[Transition, tuple[str, ...]]:
        """Those since a day, oldest first."""
        rows = self._db.execute(
            "SELECT body, voices FROM rehearsed WHERE day>=? ORDER BY day, rowid",
            (since.isoformat(),),
        )
        return {thing(Transition, body): tuple(json.loads(voices)) for body, voices in rows}

    def judged(self, since: date) -> int:
        """How many days were judged since one."""
        day = "exchange='XSHG' AND day NOT LIKE '%#%'"  # not the entries of corrections
        counted = f"SELECT count(*) FROM journal WHERE day>=? AND {day}"
        return int(self._db.execute(counted, (since.isoformat(),)).fetchone()[0])

    def began(self) -> date | None:
        """The first day that was judged, and not only looked back upon."""
        (day,) = self._db.execute("SELECT min(day) FROM journal WHERE exchange='XSHG'").fetchone()
        return date.fromisoformat(day) if day else None

    def forget(self, before: date) -> None:
        """Drops what is of days before one: the transitions themselves stay in the ledger."""
        self._db.execute("DELETE FROM kept WHERE day<?", (before.isoformat(),))

    def vote(self, alert: str, user: int, good: bool) -> None:
        """Whether a reader found an alert useful; the last word counts."""
        self._db.execute("INSERT OR REPLACE INTO vote VALUES (?,?,?)", (alert, user, good))

    def votes(self) -> dict[str, tuple[int, int]]:
        """How many found each alert useful, and how many not."""
        rows = self._db.execute("SELECT alert, sum(good), sum(1-good) FROM vote GROUP BY alert")
        return {alert: (good, bad) for alert, good, bad in rows}
