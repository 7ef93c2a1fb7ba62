"""Bars as rows of the store: all of some days, or a few stocks' without reading all."""

import json
from collections.abc import Iterable
from typing import Any

from market.database import Connection


def days_with_bars(db: Connection, table: str, first: int, last: int) -> list[int]:
    """Numbers of days between two that have bars, ascending."""
    # the index skip of DISTINCT would read millions of rows; this hops from day to day
    found = db.execute(
        f"WITH RECURSIVE d(day) AS (SELECT min(day) FROM {table} WHERE day>=? UNION ALL"
        f" SELECT (SELECT min(day) FROM {table} WHERE day>d.day) FROM d WHERE day<?)"
        " SELECT day FROM d WHERE day<=?",
        (first, last, last),
    )
    return [day for (day,) in found]


def bars_between(
    db: Connection, table: str, first: int, last: int, of: Iterable[str] | None
) -> list[tuple[Any, ...]]:
    """Bars between two days, of all stocks or of these codes, by day and code."""
    if of is None:
        every = f"SELECT * FROM {table} WHERE day BETWEEN ? AND ?"
        return db.execute(every, (first, last)).fetchall()
    # a look for each of them reads less than all bars of the days
    few = (
        f"SELECT * FROM {table} WHERE day IN (SELECT value FROM json_each(?))"
        " AND code IN (SELECT value FROM json_each(?)) ORDER BY day, code"
    )
    days = days_with_bars(db, table, first, last)
    return db.execute(few, (json.dumps(days), json.dumps(sorted(set(of))))).fetchall()
