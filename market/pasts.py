"""What came in beside an evening's bars: stocks' pasts, rows they completed, boards' own counts."""

from collections.abc import Iterable, Sequence
from datetime import date

from market.database import Connection
from market.facts import as_date, as_int
from signals.panel import FRAMES

GROWN = ("above_ma20", "ma20_known", "new_highs", "volume_ratio", "board_height")  # need a past
WHOLE = tuple(name for name in FRAMES if name != "close")  # unknown where only a board's points are


class Pasts:
    """Which stocks' earlier bars were asked for, and theme rows made whole by them."""

    def __init__(self, db: Connection) -> None:
        """The connection stays its owner's to close."""
        self._db = db

    def asked(self) -> dict[str, date]:
        """The day on which each stock's past was asked for, whatever came."""
        rows = self._db.execute("SELECT code, asked FROM past")
        return {code: as_date(day) for code, day in rows}

    def keep(self, code: str, asked: date, days: Sequence[date], seasoned: bool) -> None:
        """Notes that a stock's past came, of `days` (ascending, perhaps none).

        `seasoned`: it was listed before the first of them.
        """
        row = (code, as_int(asked), len(days))
        self._db.execute("INSERT OR REPLACE INTO past VALUES (?,?,?)", row)
        if days:
            self._db.execute(
                "INSERT INTO listing VALUES (?,?,?) ON CONFLICT (code) DO UPDATE"
                " SET day=min(day, excluded.day), seasoned=excluded.seasoned",
                (code, as_int(days[0]), int(seasoned)),
            )

    def unfinished(self, theme: str) -> list[date]:
        """Days whose row of a theme lacks figures that its members' bars could give, ascending."""
        rows = self._db.execute(
            "SELECT day FROM theme_day WHERE theme=? AND"
            " (member_day IS NULL OR ma20_known<covered) ORDER BY day",
            (theme,),
        )
        return [as_date(row[0]) for row in rows]

    def complete(self, rows: Iterable[tuple[date, str, Sequence[float], date]]) -> int:
        """Fills in what was unknown: day, theme, FRAMES, the membership's day; gives the rows.

        What a row knew already stays as it was; a row that was completed is backfilled.
        """
        before = self._db.total_changes
        for day, theme, figures, member_day in rows:
            known = dict(zip(FRAMES, (None if f != f else f for f in figures), strict=True))
            at = (as_int(day), theme)
            whole = [known[name] for name in WHOLE]
            self._set(
                WHOLE, ", member_day=?", "member_day IS NULL", [*whole, as_int(member_day)], at
            )
            grown = [known[name] for name in GROWN]
            self._set(GROWN, "", "ma20_known<?", grown, (*at, known["ma20_known"]))
        return self._db.total_changes - before

    def close(self, theme: str) -> None:
        """Fills in closes that rows of a theme lack from its board's points, where these came."""
        self._db.execute(
            "UPDATE theme_day SET close=point.close, backfilled=1 FROM point"
            " WHERE theme_day.theme=? AND theme_day.close IS NULL"
            " AND point.theme=theme_day.theme AND point.day=theme_day.day",
            (theme,),
        )

    def _set(
        self,
        names: Sequence[str],
        more: str,
        where: str,
        values: Sequence[float | None],
        at: Sequence[object],
    ) -> None:
        columns = ", ".join(f"{name}=?" for name in names)
        self._db.execute(
            f"UPDATE theme_day SET {columns}, backfilled=1{more}"
            f" WHERE day=? AND theme=? AND {where}",
            (*values, *at),
        )

    def uncounted(self) -> list[date]:
        """Days of the market that only an index is known of, ascending."""
        rows = self._db.execute("SELECT day FROM market_day WHERE stocks IS NULL ORDER BY day")
        return [as_date(row[0]) for row in rows]

    def count(self, day: date, figures: Sequence[float | None], source: str) -> None:
        """Fills in what such a day lacks: stocks, advancers, decliners, limit-ups, amount (CNY)."""
        self._db.execute(
            "UPDATE market_day SET stocks=?, advancers=?, decliners=?, limit_ups=?, amount=?,"
            " source=? WHERE day=? AND stocks IS NULL",
            (*figures, source, as_int(day)),
        )

    def begin_on(self, day: date, before: date) -> None:
        """Stocks whose bars begin on a day and have none of the whole day before are new on it."""
        self._db.execute(
            "UPDATE listing SET seasoned=0 WHERE day=?"
            " AND code NOT IN (SELECT code FROM bar WHERE day=?)",
            (as_int(day), as_int(before)),
        )


class BoardDays:
    """How many members of a board rose and fell on a day, as the list of boards says."""

    def __init__(self, db: Connection) -> None:
        """The connection stays its owner's to close."""
        self._db = db

    def save(self, day: date, rows: Iterable[tuple[str, float, float]]) -> None:
        """Adds theme, advancers and decliners of a day; old ones stay."""
        numbers = [(as_int(day), theme, int(up), int(down)) for theme, up, down in rows]
        self._db.executemany("INSERT OR IGNORE INTO board_day VALUES (?,?,?,?)", numbers)

    def newest(self) -> dict[str, int]:
        """How many members of each theme's board rose or fell, by the newest list."""
        rows = self._db.execute(
            "SELECT theme, advancers+decliners FROM board_day"
            " WHERE day=(SELECT max(day) FROM board_day)"
        )
        return dict(rows.fetchall())

    def counts(self, day: date) -> dict[str, tuple[int, int]]:
        """Advancers and decliners of each theme's board on a day."""
        rows = self._db.execute(
            "SELECT theme, advancers, decliners FROM board_day WHERE day=?", (as_int(day),)
        )
        return {theme: (up, down) for theme, up, down in rows}
