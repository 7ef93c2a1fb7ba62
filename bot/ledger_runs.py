"""Past run-ups and how themes go with the centre: made of the store's days, kept to answer fast."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import numpy as np

from market.database import Connection
from signals.lead import Lead
from signals.runs import ROWS, Run

STAMP = "run_ups"  # fact: through which day, of which rules, and how often written


class RunUps:
    """The ledger's run-ups of an exchange; its connection and transactions are the ledger's."""

    def __init__(self, db: Connection, exchange: str) -> None:
        """`db` holds the ledger's tables."""
        self._db, self._exchange = db, exchange
        self._held: tuple[str, list[Run]] = ("", [])  # stamp, and what was read at it

    def followed(self, rules: Sequence[str]) -> date | None:
        """The day through which run-ups are followed with these rules; None: from the beginning."""
        known = json.loads(self._stamp() or "{}")
        return date.fromisoformat(known["through"]) if known.get("rules") == list(rules) else None

    def all(self) -> list[Run]:
        """All run-ups by theme and day, read once after each time they were written."""
        stamp = self._stamp()
        if stamp != self._held[0]:
            rows = self._db.execute(
                "SELECT theme, begun, place, trail, evidence FROM run_up"
                " WHERE exchange=? ORDER BY theme, begun",
                (self._exchange,),
            )
            self._held = stamp, [_run(*row) for row in rows]
        return self._held[1]

    def save(self, changed: Iterable[Run], through: date, rules: Sequence[str]) -> None:
        """Writes run-ups, and through which day all are followed."""
        rows = [(*_row(run), self._exchange) for run in changed]
        self._db.executemany("INSERT OR REPLACE INTO run_up VALUES (?,?,?,?,?,?)", rows)
        writes = json.loads(self._stamp() or "{}").get("writes", 0) + 1
        stamp = {"through": through.isoformat(), "rules": list(rules), "writes": writes}
        self._set(STAMP, stamp)

    def forget(self) -> None:
        """Drops all run-ups, to be made anew."""
        self._db.execute("DELETE FROM run_up WHERE exchange=?", (self._exchange,))

    def leads(self) -> dict[str, Lead]:
        """How themes go with the centre, as of the last judged day; only those that stand out."""
        found = self._fact("leads")
        return {theme: Lead(**lead) for theme, lead in json.loads(found or "{}").items()}

    def save_leads(self, leads: dict[str, Lead]) -> None:
        """Keeps the leads that stand out instead of those before."""
        self._set("leads", {t: asdict(lead) for t, lead in leads.items() if lead.is_significant})

    def _stamp(self) -> str:
        return self._fact(STAMP)

    def _fact(self, name: str) -> str:
        known = "SELECT value FROM fact WHERE name=?"
        row = self._db.execute(known, (self._named(name),)).fetchone()
        return row[0] if row else ""

    def _set(self, name: str, value: Any) -> None:
        row = (self._named(name), json.dumps(value))
        self._db.execute("INSERT OR REPLACE INTO fact VALUES (?,?)", row)

    def _named(self, fact: str) -> str:
        return fact if self._exchange == "XSHG" else f"{self._exchange}:{fact}"


def _row(run: Run) -> tuple[str, str, int, bytes, bytes]:
    days = [float(day.toordinal()) for day in run.days]
    trail = np.array([days, *(getattr(run, name) for name in ROWS)], "<f8")
    begun = run.days[run.begun].isoformat()
    return run.theme, begun, run.begun, trail.tobytes(), run.evidence.astype("<f8").tobytes()


def _run(theme: str, day: str, begun: int, trail: bytes, evidence: bytes) -> Run:
    ordinals, levels, breadth, activity = np.frombuffer(trail, "<f8").reshape(1 + len(ROWS), -1)
    days = tuple(date.fromordinal(int(ordinal)) for ordinal in ordinals)
    bare = Run(theme, begun, days, levels, breadth, activity, np.empty((0, 0)))
    return replace(bare, evidence=np.frombuffer(evidence, "<f8").reshape(bare.age + 1, -1))
