"""Values of macro series in the store, each with the day it counts from; revisions stand beside."""

from collections.abc import Iterable
from datetime import date

import pandas as pd

from market.database import Connection
from market.facts import as_date, as_int, maybe_date
from market.schema import MACRO


class Readings:
    """The table of macro values; its connection is the store's."""

    def __init__(self, db: Connection) -> None:
        """The connection stays its owner's to close."""
        self._db = db

    def save(self, rows: Iterable[tuple[str, date, float, date, date]]) -> None:
        """Adds values: the columns of MACRO; one that is there already stays.

        Fetched after it was public, a value is backfilled: as it was revised until then.
        """
        numbers = [
            (series, as_int(period), value, as_int(public), as_int(fetched))
            for series, period, value, public, fetched in rows
        ]
        marks = ",".join("?" * len(MACRO))
        self._db.executemany(f"INSERT OR IGNORE INTO macro VALUES ({marks})", numbers)

    def known(self, series: str, day: date) -> pd.Series:
        """The values public by a day as then revised, by the last day of their period."""
        rows = self._db.execute(
            "SELECT period, value FROM macro WHERE series=? AND public<=? ORDER BY period, public",
            (series, as_int(day)),
        )
        newest = dict(rows.fetchall())  # a later revision of a period replaces the earlier one
        return pd.Series({as_date(period): value for period, value in newest.items()}, dtype=float)

    def renewed(self, after: date, until: date) -> list[str]:
        """Series that have a value that became public after one day and until another."""
        rows = self._db.execute(
            "SELECT DISTINCT series FROM macro WHERE public>? AND public<=? ORDER BY series",
            (as_int(after), as_int(until)),
        )
        return [row[0] for row in rows]

    def fetched(self, series: str) -> date | None:
        """The day a value of it last came in; None when none ever did."""
        row = self._db.execute("SELECT max(fetched) FROM macro WHERE series=?", (series,))
        return maybe_date(row.fetchone()[0])
