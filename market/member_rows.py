"""Memberships as rows of the store: who is in a theme, by dated lists."""

import json
from collections.abc import Iterable
from datetime import date

from market.database import Connection
from market.facts import as_date, as_int


class MemberRows:
    """What the store knows of memberships; its connection is the store's."""

    _db: Connection
    _bar: str  # table of the exchange's bars

    def members(self, theme: str, on: date | None = None) -> list[str]:
        """Codes of the newest membership at or before `on`, else of the oldest one known."""
        day = self.member_day(theme, on)
        if day is None:
            return []
        found = self._db.execute(
            "SELECT code FROM member WHERE theme=? AND as_of=?", (theme, as_int(day))
        )
        return [row[0] for row in found]

    def shared(self, codes: Iterable[str], on: date) -> dict[str, tuple[int, int]]:
        """Of each theme how many of these codes are its members, and how many members it has.

        Its members are those of the newest membership at or before `on`, else of the oldest.
        """
        newest = "coalesce(max(CASE WHEN as_of<=? THEN as_of END), min(as_of))"
        found = self._db.execute(
            f"WITH chosen AS (SELECT theme, {newest} AS as_of FROM member GROUP BY theme)"
            " SELECT theme, sum(code IN (SELECT value FROM json_each(?))), count(*)"
            " FROM chosen JOIN member USING (theme, as_of) GROUP BY theme",
            (as_int(on), json.dumps(list(codes))),
        )
        return {theme: (common, size) for theme, common, size in found}

    def member_day(self, theme: str, on: date | None = None) -> date | None:
        """The day of that membership; None when the theme has none."""
        until = as_int(on or date.max)
        (number,) = self._db.execute(
            "SELECT coalesce(max(CASE WHEN as_of<=? THEN as_of END), min(as_of))"
            " FROM member WHERE theme=?",
            (until, theme),
        ).fetchone()
        return as_date(number) if number else None

    def member_ages(self) -> dict[str, date]:
        """The day of each theme's newest membership, of those that have one."""
        newest = "(SELECT max(as_of) FROM member WHERE theme=id)"
        found = self._db.execute(f"SELECT id, {newest} FROM theme").fetchall()
        return {theme: as_date(day) for theme, day in found if day}

    def member_days(self, theme: str) -> list[date]:
        """Days of all memberships of a theme, ascending."""
        found = self._db.execute(
            "SELECT DISTINCT as_of FROM member WHERE theme=? ORDER BY as_of", (theme,)
        )
        return [as_date(row[0]) for row in found]

    def member_moves(self, day: date, theme: str) -> list[tuple[str, float]]:
        """Name (or code) and move on a day (fraction, NaN unknown) of members, the best first."""
        of = self.member_day(theme, day)
        rows = self._db.execute(
            "SELECT ifnull(name, m.code), b.close/b.prev_close-1 AS move FROM member AS m"
            f" LEFT JOIN {self._bar} AS b ON b.day=? AND b.code=m.code"
            " LEFT JOIN stock ON stock.code=m.code"
            " WHERE theme=? AND as_of=? ORDER BY move DESC NULLS LAST, m.code",
            (as_int(day), theme, as_int(of) if of else None),
        )
        return [(name, float("nan") if move is None else move) for name, move in rows]
