"""What happens beside a price, in the store; and the names of stocks as last seen."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from market.database import Connection
from market.events import Event, renames
from market.facts import as_date, as_int, maybe_date
from market.schema import EVENT


class EventRows:
    """The table of events; its connection is the store's."""

    def __init__(self, db: Connection) -> None:
        """The connection stays its owner's to close."""
        self._db = db

    def save(self, events: Iterable[Event], fetched: date) -> None:
        """Adds events; one that is there already stays."""
        rows = [
            (
                *(as_int(e.day), e.code, e.kind, e.title, e.link, e.size, e.source),
                *(as_int(fetched), e.shares, e.float_share),
            )
            for e in events
        ]
        marks = ",".join("?" * len(EVENT))
        self._db.executemany(f"INSERT OR IGNORE INTO event VALUES ({marks})", rows)

    def replace_coming(self, kind: str, events: Iterable[Event], since: date) -> None:
        """Puts events in the place of a kind's from a day on: plans are moved and dropped."""
        self._db.execute("DELETE FROM event WHERE kind=? AND day>=?", (kind, as_int(since)))
        self.save(events, since)

    def between(self, since: date, until: date, codes: Sequence[str]) -> list[Event]:
        """Events of some stocks between two days, the newest first."""
        return self._found(
            "code IN (SELECT value FROM json_each(?))", json.dumps(list(codes)), since, until
        )

    def of_kind(self, kind: str, since: date, until: date) -> list[Event]:
        """All events of a kind between two days, the newest first."""
        return self._found("kind=?", kind, since, until)

    def _found(self, which: str, value: str, since: date, until: date) -> list[Event]:
        found = self._db.execute(
            "SELECT day, code, kind, title, link, size, source, shares, float_share FROM event"
            f" WHERE {which} AND day BETWEEN ? AND ? ORDER BY day DESC, code, title",
            (value, as_int(since), as_int(until)),
        )
        return [Event(as_date(day), *rest) for day, *rest in found]

    def see_names(self, names: Mapping[str, str], day: date) -> None:
        """Takes note of the names in a snapshot; one that changed since the last is an event."""
        before = dict(self._db.execute("SELECT code, name FROM seen_name").fetchall())
        changed = renames(before, names, day)
        self.save(changed, day)
        kept = {event.code for event in changed} | (names.keys() - before.keys())
        rows = [(code, names[code]) for code in kept]
        self._db.executemany("INSERT OR REPLACE INTO seen_name VALUES (?,?)", rows)

    def newest(self) -> tuple[date | None, int]:
        """The day anything last came in, and how many events are known."""
        last, count = self._db.execute("SELECT max(fetched), count(*) FROM event").fetchone()
        return maybe_date(last), count
