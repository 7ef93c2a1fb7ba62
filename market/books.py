"""What companies report beside profit and revenue, in the store: balance sheets and statements.

A row counts from its public day. Fetched after that day it is as it was revised until then.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from market.database import Connection
from market.facts import as_date, as_int, maybe_date
from market.schema import BALANCE, STATEMENT

COLUMNS = {"balance": BALANCE, "statement": STATEMENT}


class Books:
    """The tables of balance sheets and statements; their connection is the store's."""

    def __init__(self, db: Connection) -> None:
        """The connection stays its owner's to close."""
        self._db = db

    def save(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Adds rows of COLUMNS[table], days as numbers.

        A row that is there already learns what it did not know; known figures stay.
        """
        columns = COLUMNS[table]
        learnt = ", ".join(f"{name}=coalesce({name}, excluded.{name})" for name in columns[4:])
        self._db.executemany(
            f"INSERT INTO {table} VALUES ({','.join('?' * len(columns))})"
            f" ON CONFLICT (code, report) DO UPDATE SET {learnt}",
            rows,
        )

    def known(self, table: str, day: date, since: date, of: Sequence[str] | None) -> pd.DataFrame:
        """Rows public by a day, of reports since another: code, report, public (dates), figures.

        Of some codes, or of all.
        """
        few = "" if of is None else " AND code IN (SELECT value FROM json_each(?))"
        named = () if of is None else (json.dumps(list(of)),)
        query = f"SELECT * FROM {table} WHERE public<=? AND report>=?{few}"
        found = self._db.execute(query, (as_int(day), as_int(since), *named)).fetchall()
        frame = pd.DataFrame(found, columns=list(COLUMNS[table]))
        for column in ("report", "public"):
            dates = {number: as_date(number) for number in frame[column].unique()}
            frame[column] = frame[column].map(dates).astype(object)
        return frame.astype(dict.fromkeys(COLUMNS[table][4:], float))

    def has(self, table: str, report: date) -> bool:
        """Whether any row of a report is there."""
        query = f"SELECT 1 FROM {table} WHERE report=? LIMIT 1"
        return self._db.execute(query, (as_int(report),)).fetchone() is not None

    def disclose(self, report: date, published: Mapping[str, date], known: date) -> None:
        """Moves what counts only after `known` to the day on which it was published."""
        rows = [(as_int(d), code, as_int(report), as_int(known)) for code, d in published.items()]
        for table in ("report", *COLUMNS):
            self._db.executemany(
                f"UPDATE {table} SET public=? WHERE code=? AND report=? AND public>?", rows
            )

    def public(self, report: date) -> dict[str, date]:
        """The day from which each company's report of a quarter counts."""
        rows = self._db.execute("SELECT code, public FROM report WHERE report=?", (as_int(report),))
        return {code: as_date(day) for code, day in rows}

    def public_of(self, code: str) -> dict[date, date]:
        """The day from which each report of a company counts."""
        rows = self._db.execute("SELECT report, public FROM report WHERE code=?", (code,))
        return {as_date(report): as_date(day) for report, day in rows}

    def reported(self, day: date) -> dict[str, date]:
        """The newest report of each company that is public by a day."""
        query = "SELECT code, max(report) FROM report WHERE public<=? GROUP BY code"
        return {code: as_date(report) for code, report in self._db.execute(query, (as_int(day),))}

    def newest(self) -> dict[str, date]:
        """The newest report of each company with statements."""
        rows = self._db.execute("SELECT code, max(report) FROM statement GROUP BY code")
        return {code: as_date(report) for code, report in rows}

    def looked(self) -> dict[str, date]:
        """The day each company was last looked at."""
        rows = self._db.execute("SELECT code, looked FROM company")
        return {code: as_date(day) for code, day in rows}

    def look(self, code: str, day: date) -> None:
        """Takes note that a company was looked at."""
        self._db.execute("INSERT OR REPLACE INTO company VALUES (?,?)", (code, as_int(day)))

    def fetched(self) -> tuple[date | None, int]:
        """The day anything last came in, and the number of companies with statements."""
        (balances,) = self._db.execute("SELECT max(fetched) FROM balance").fetchone()
        last, count = self._db.execute(
            "SELECT max(fetched), count(DISTINCT code) FROM statement"
        ).fetchone()
        newest = max(filter(None, (balances, last)), default=None)
        return maybe_date(newest), count
