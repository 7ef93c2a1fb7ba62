"""Lines of news wires in the store, each once, with what they match and whom they name."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from market.database import Connection
from market.news import Line, key

COLUMNS = "n.at, n.source, n.title, n.body, n.link, n.kinds"


class NewsRows:
    """The table of news lines; its connection is the store's."""

    def __init__(self, db: Connection) -> None:
        """The connection stays its owner's to close."""
        self._db = db

    def save(self, lines: Iterable[tuple[Line, Iterable[str]]]) -> int:
        """Adds lines with the subjects they name; gives the number that were new."""
        new = 0
        for line, subjects in lines:
            words = line.source, line.title, line.body, line.link
            added = self._db.execute(
                "INSERT OR IGNORE INTO news (key, at, source, title, body, link, kinds)"
                " VALUES (?,?,?,?,?,?,?)",
                (key(line), _stamp(line.at), *words, ",".join(line.kinds)),
            )
            if added.rowcount:
                new += 1
                rows = [(subject, added.lastrowid) for subject in subjects]
                self._db.executemany("INSERT OR IGNORE INTO mention VALUES (?,?)", rows)
        return new

    def triggers(self, limit: int) -> list[Line]:
        """The newest lines that match a word list, the newest first."""
        query = f"SELECT {COLUMNS} FROM news n WHERE kinds != '' ORDER BY at DESC LIMIT ?"
        return [_line(*row) for row in self._db.execute(query, (limit,))]

    def naming(
        self, subjects: Sequence[str], since: datetime, limit: int, triggers: bool = False
    ) -> list[Line]:
        """Lines since an instant that name any of the subjects, the newest first.

        With `triggers`, only those that match a word list.
        """
        which = " AND n.kinds != ''" if triggers else ""
        query = (
            f"SELECT DISTINCT {COLUMNS} FROM mention m JOIN news n ON n.id=m.news WHERE m.subject"
            f" IN (SELECT value FROM json_each(?)) AND n.at>=?{which} ORDER BY n.at DESC LIMIT ?"
        )
        found = self._db.execute(query, (json.dumps(list(subjects)), _stamp(since), limit))
        return [_line(*row) for row in found]

    def forget(self, before: datetime) -> None:
        """Drops older lines."""
        old = (_stamp(before),)
        self._db.execute("DELETE FROM mention WHERE news IN (SELECT id FROM news WHERE at<?)", old)
        self._db.execute("DELETE FROM news WHERE at<?", old)

    def newest(self) -> tuple[datetime | None, str, int]:
        """When the newest line is of, its source, and how many are kept."""
        row = self._db.execute("SELECT at, source FROM news ORDER BY at DESC LIMIT 1").fetchone()
        (count,) = self._db.execute("SELECT count(*) FROM news").fetchone()
        return (datetime.fromisoformat(row[0]), row[1], count) if row else (None, "", 0)


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _line(at: str, source: str, title: str, body: str, link: str, kinds: str) -> Line:
    return Line(
        datetime.fromisoformat(at), source, title, body, link, tuple(filter(None, kinds.split(",")))
    )
