"""Revisions of the store: what proved wrong is replaced, and kept as it was beside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from market.database import Connection
from market.facts import as_date, as_int
from market.schema import THEME_DAY

TABLES = {  # name -> columns that name a row
    "bar": ("day", "code"),
    "theme_day": ("day", "theme"),
    "market_day": ("day",),
}


@dataclass(frozen=True)
class Revision:
    """One correction of bars, and of all that was made of them."""

    id: int
    made: date  # the day it came to light
    since: date  # the oldest day with a wrong bar
    why: str  # how it came to light: "next_close" or "operator"
    bars: int  # corrected, count


class Revisions:
    """The tables of what was; the connection, and its transactions, are the store's."""

    def __init__(self, db: Connection) -> None:
        """`db` holds the store's tables."""
        self._db = db

    def begin(self, made: date, since: date, why: str, bars: int) -> Revision:
        """A new revision."""
        row = (as_int(made), as_int(since), why, bars)
        added = "INSERT INTO revision (made, since, why, bars) VALUES (?,?,?,?)"
        return Revision(int(self._db.execute(added, row).lastrowid or 0), made, since, why, bars)

    def all(self) -> list[Revision]:
        """All revisions, oldest first."""
        rows = self._db.execute("SELECT * FROM revision ORDER BY id")
        return [Revision(i, as_date(m), as_date(s), why, bars) for i, m, s, why, bars in rows]

    def replace(
        self, revision: int, table: str, row: tuple[object, ...], figures: Mapping[str, float]
    ) -> None:
        """Gives a row new figures (NaN: not known); what it said before is kept."""
        where = " AND ".join(f"{name}=?" for name in TABLES[table])
        columns = ", ".join(THEME_DAY) if table == "theme_day" else "*"
        names = f"(revision, {columns})" if table == "theme_day" else ""
        before = f"INSERT INTO {table}_before {names} SELECT ?, {columns} FROM {table}"
        self._db.execute(f"{before} WHERE {where}", (revision, *row))
        sets = ", ".join(f"{name}=?" for name in figures)
        values = [None if value != value else value for value in figures.values()]
        self._db.execute(f"UPDATE {table} SET {sets} WHERE {where}", (*values, *row))

    def levels(self, since: date) -> dict[date, float]:
        """The equal-weight index from a day on, points."""
        rows = self._db.execute(
            "SELECT day, benchmark FROM market_day WHERE day>=? ORDER BY day", (as_int(since),)
        )
        return {as_date(day): level for day, level in rows}

    def closes(self, day: date) -> dict[str, float]:
        """The level of each theme that has a row of a day, points; NaN where not known."""
        known = "SELECT theme, ifnull(close, 9e999) FROM theme_day WHERE day=?"
        rows = self._db.execute(known, (as_int(day),))
        return {theme: close if close < 1e300 else float("nan") for theme, close in rows}

    def before(self, revision: int, table: str, *of: str) -> list[tuple[object, ...]]:
        """Columns of all rows of a table as they were before a revision."""
        names = ", ".join((*TABLES[table], *of))
        kept = f"SELECT {names} FROM {table}_before WHERE revision=? ORDER BY {names}"
        return self._db.execute(kept, (revision,)).fetchall()
