"""The store of facts in SQLite: themes, dated membership, bars, theme days, reports."""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import astuple
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from market.bar_rows import bars_between, days_with_bars
from market.books import Books
from market.database import atomic, opened
from market.event_rows import EventRows
from market.facts import Listing, MarketDay, ThemeFacts, as_date, as_int, maybe_date
from market.member_rows import MemberRows
from market.news_rows import NewsRows
from market.panels import read_net, read_panel
from market.pasts import BoardDays, Pasts
from market.pools import Pools
from market.readings import Readings
from market.revisions import Revisions
from market.schema import THEME_DAY, migrations
from market.source import Theme
from signals.panel import Panel

MARKET_INDEX = "index-market"  # whose points are the cap-weighted index
MAINLAND = "XSHG"
THEME_COLUMNS = 8  # of a theme as it is stored
TABLES = {MAINLAND: ("bar", "market_day"), "XHKG": ("hk_bar", "hk_market_day")}
BAR = ("close", "prev_close", "open", "high", "low", "volume", "amount")


class Store(MemberRows):
    """Facts of the market. A connection belongs to the thread that made it.

    Bars, days and panels are those of one exchange, the mainland's at first; all else is shared.
    """

    def __init__(self, path: Path | None, english: Mapping[str, str] | None = None) -> None:
        """Opens or creates the store; None keeps it in memory. `english`: of themes by name."""
        self._db = opened(path, migrations)
        self._english = english or {}
        self.macro = Readings(self._db)
        self.revisions = Revisions(self._db)
        self.pasts = Pasts(self._db)
        self.board_days = BoardDays(self._db)
        self.books = Books(self._db)
        self.events = EventRows(self._db)
        self.news = NewsRows(self._db)
        self.pools = Pools(self._db)
        self.exchange = MAINLAND
        self._bar, self._market_day = TABLES[self.exchange]

    def of(self, exchange: str) -> "Store":
        """The same store, over the same connection, with the bars and days of an exchange."""
        other = copy(self)
        other.exchange = exchange
        other._bar, other._market_day = TABLES[exchange]
        return other

    def close(self) -> None:
        """Closes the connection."""
        self._db.close()

    def atomic(self) -> AbstractContextManager[None]:
        """One transaction: all of it is kept, or none."""
        return atomic(self._db)

    def save_themes(self, themes: Iterable[Theme]) -> None:
        """Adds themes, or renews what is known of them."""
        rows = [astuple(theme)[:THEME_COLUMNS] for theme in themes]
        self._db.executemany("INSERT OR REPLACE INTO theme VALUES (?,?,?,?,?,?,?,?)", rows)

    def themes(self) -> dict[str, Theme]:
        """All themes by id, in the order of their ids."""
        rows = self._db.execute("SELECT * FROM theme ORDER BY id")
        return {row[0]: Theme(*(*row, self._english.get(row[1], ""))) for row in rows}

    def save_members(self, theme: str, day: date, codes: Iterable[str]) -> int:
        """Adds a dated membership; gives the number of rows that were new."""
        rows = [(theme, as_int(day), code) for code in codes]
        return self._insert("member", 3, rows)

    def stocks(self) -> dict[str, str]:
        """Names of stocks by code."""
        return dict(self._db.execute("SELECT code, name FROM stock ORDER BY code").fetchall())

    def save_names(self, names: Mapping[str, str]) -> None:
        """Names of stocks by code."""
        self._db.executemany("INSERT OR REPLACE INTO stock VALUES (?,?)", names.items())

    def themes_of(self, code: str) -> list[Theme]:
        """Themes that have the stock as a member, by their newest memberships."""
        newest = "(SELECT max(as_of) FROM member WHERE theme=m.theme)"
        query = f"SELECT theme FROM member m WHERE code=? AND as_of={newest}"
        found = {theme for (theme,) in self._db.execute(query, (code,))}
        return [theme for id_, theme in self.themes().items() if id_ in found]

    def save_bars(self, rows: Iterable[tuple[Any, ...]]) -> int:
        """Adds bars (day number, code, then BAR); those already there stay. Gives the new rows."""
        return self._insert(self._bar, 2 + len(BAR), rows)

    def bar_days(self) -> list[date]:
        """Days that have bars, ascending."""
        return [as_date(day) for day in days_with_bars(self._db, self._bar, 0, as_int(date.max))]

    def bars(self, since: date, until: date, of: Iterable[str] | None = None) -> pd.DataFrame:
        """Bars (of some codes) between two days: day, code, then BAR; CNY, shares, NaN unknown."""
        rows = bars_between(self._db, self._bar, as_int(since), as_int(until), of)
        frame = pd.DataFrame(rows, columns=["day", "code", *BAR])
        return frame.assign(day=frame["day"].map({n: as_date(n) for n in frame["day"].unique()}))

    def forget_bars(self, before: date) -> None:
        """Drops bars and valuations of earlier days; the theme rows made of them stay."""
        for table in ("bar", "hk_bar", "valuation", "pool"):
            self._db.execute(f"DELETE FROM {table} WHERE day<?", (as_int(before),))

    def note_listings(self, since: date, until: date) -> None:
        """Takes note of the stocks that have bars between two days, for `listings`.

        Who is there on the store's first day was listed before it, as far as is known.
        """
        self._db.execute(
            "INSERT INTO listing SELECT code, min(day),"
            f" min(day)<=(SELECT min(day) FROM {self._bar}) FROM {self._bar}"
            " WHERE day BETWEEN ? AND ? GROUP BY code ON CONFLICT (code) DO UPDATE"
            " SET day=min(day, excluded.day), seasoned=max(seasoned, excluded.seasoned)",
            (as_int(since), as_int(until)),
        )

    def listings(self) -> dict[str, Listing]:
        """Where each stock's bars begin, as noted.

        Kept in a table of its own: asking millions of bars every evening takes seconds.
        """
        rows = self._db.execute("SELECT code, day, seasoned FROM listing").fetchall()
        kinds = {kind: Listing(as_date(kind[0]), bool(kind[1])) for kind in {r[1:] for r in rows}}
        return {code: kinds[day, seasoned] for code, day, seasoned in rows}

    def save_reports(self, rows: Iterable[tuple[Any, ...]]) -> int:
        """Adds reports: the columns of `reports`, days as numbers; old ones stay."""
        return self._insert("report", 7, rows)

    def reports(self, since: date, until: date, of: Iterable[str] | None = None) -> pd.DataFrame:
        """Reports (of some codes) public between two days: code, report, public (dates), CNY."""
        few = "" if of is None else " AND code IN (SELECT value FROM json_each(?))"
        named = () if of is None else (json.dumps(list(of)),)
        query = f"SELECT * FROM report WHERE public BETWEEN ? AND ?{few}"
        found = self._db.execute(query, (as_int(since), as_int(until), *named))
        names = ["code", "report", "public", "profit", "profit_yoy", "revenue", "revenue_yoy"]
        frame = pd.DataFrame(found.fetchall(), columns=names)
        for column in ("report", "public"):
            dates = {number: as_date(number) for number in frame[column].unique()}
            frame[column] = frame[column].map(dates).astype(object)
        return frame.astype(dict.fromkeys(names[3:], float))

    def save_theme_days(self, rows: Iterable[tuple[Any, ...]]) -> int:
        """Adds theme rows (columns of THEME_DAY); a day once written is not rewritten."""
        named = f"theme_day ({', '.join(THEME_DAY)})"  # columns of later forms stand at the end
        return self._insert(named, len(THEME_DAY), rows)

    def last_closes(self, day: date) -> dict[str, float]:
        """Each theme's newest index level in the 60 days before a day, points."""
        found = self._db.execute(
            "SELECT theme, close, max(day) FROM theme_day WHERE close NOT NULL AND day<? AND day>="
            f"(SELECT min(day) FROM (SELECT day FROM {self._market_day} WHERE day<?"
            " ORDER BY day DESC LIMIT 60)) GROUP BY theme",
            (as_int(day), as_int(day)),
        )
        return {row[0]: row[1] for row in found}

    def save_points(self, rows: Iterable[tuple[Any, ...]]) -> int:
        """Adds levels: theme, day number, close (points), amount (CNY), source; old ones stay."""
        return self._insert("point", 5, rows)

    def points(self, since: date, until: date, of: str = "") -> dict[tuple[date, str], float]:
        """Levels of boards and indices (or of one) between two days, points, by day and theme."""
        one, theme = ("theme=? AND ", (of,)) if of else ("", ())
        query = f"SELECT day, theme, close FROM point WHERE {one}day BETWEEN ? AND ?"
        found = self._db.execute(query, (*theme, as_int(since), as_int(until)))
        return {(as_date(day), theme): close for day, theme, close in found}

    def save_valuations(self, rows: Iterable[tuple[Any, ...]]) -> int:
        """Adds valuations: day number, code, pe (trailing, times), cap (CNY)."""
        return self._insert("valuation", 4, rows)

    def valuations(self, day: date) -> dict[str, tuple[float, float]]:
        """(pe, cap) of each stock on a day."""
        known = "SELECT code, pe, cap FROM valuation WHERE day=? AND pe+cap IS NOT NULL"
        return {code: (pe, cap) for code, pe, cap in self._db.execute(known, (as_int(day),))}

    def note(self, name: str) -> str | None:
        """A small fact about what was fetched, None when never noted."""
        row = self._db.execute("SELECT value FROM note WHERE name=?", (name,)).fetchone()
        return row[0] if row else None

    def set_note(self, name: str, value: str) -> None:
        """Notes a small fact about what was fetched."""
        self._db.execute("INSERT OR REPLACE INTO note VALUES (?,?)", (name, value))

    def save_market_days(self, rows: Iterable[tuple[Any, ...]]) -> int:
        """Adds rows of market_day, in the order of its columns; old ones stay."""
        return self._insert(self._market_day, 8, rows)

    def benchmark(self, before: date) -> float | None:
        """The equal-weight index of all stocks on the last day before, points."""
        newest = f"SELECT max(day), benchmark FROM {self._market_day} WHERE day<?"
        _, points = self._db.execute(newest, (as_int(before),)).fetchone()
        return None if points is None else float(points)

    def days(self, until: date | None = None, limit: int = -1) -> list[date]:
        """The last `limit` days that have market rows (all by default), ascending."""
        found = self._db.execute(
            f"SELECT day FROM {self._market_day} WHERE day<=? ORDER BY day DESC LIMIT ?",
            (as_int(until or date.max), limit),
        ).fetchall()
        return [as_date(row[0]) for row in reversed(found)]

    def market_day(self, day: date) -> MarketDay | None:
        """The whole market on a day, None when not known."""
        row = self._db.execute(
            "SELECT benchmark, stocks, advancers, decliners, limit_ups, ifnull(amount, 9e999),"
            f" source FROM {self._market_day} WHERE day=?",
            (as_int(day),),
        ).fetchone()
        if not row or row[1] is None:  # of a day that only has an index, nothing is counted
            return None
        points, stocks, up, down, limits, amount, source = row
        known = amount if np.isfinite(amount) else float("nan")
        counts = (int(stocks), int(up), int(down), int(limits))
        before = self.days(until=day, limit=2)[0]
        index = self.points(before, day, MARKET_INDEX)
        now, then = (index.get((d, MARKET_INDEX), float("nan")) for d in (day, before))
        change = points / (self.benchmark(day) or float("nan")) - 1
        return MarketDay(points, *counts, known, source, change, now / then - 1)

    def theme_facts(self, day: date) -> dict[str, ThemeFacts]:
        """What each theme's row of a day rests on, where its members are known."""
        rows = self._db.execute(
            "SELECT theme, members, covered, backfilled, member_day FROM theme_day"
            " WHERE day=? AND members IS NOT NULL",
            (as_int(day),),
        )
        return {
            theme: ThemeFacts(int(members), int(covered or 0), bool(late), maybe_date(made_with))
            for theme, members, covered, late, made_with in rows
        }

    def panel(self, until: date, days: int, themes: Sequence[str] | None = None) -> Panel:
        """The exchange's themes (or those named) over the last `days` days to `until`; NaN: no row.

        Raises ValueError when the store has no day at or before `until`, and for a theme of
        another exchange: its days and its market are not these.
        """
        index = self.days(until, days)
        if not index:
            raise ValueError(f"no day at or before {until} is stored; import or run daily first")
        known = self.themes()
        own = [theme.id for theme in known.values() if theme.exchange == self.exchange]
        strange = {*(themes or ())} & {*known} - {*own}
        if strange:
            raise ValueError(f"{min(strange)} is no theme of {self.exchange}")
        chosen = own if themes is None else themes
        return read_panel(self._db, self._market_day, index, chosen, len(known))

    def net(self, since: date, until: date, themes: Sequence[str]) -> pd.DataFrame:
        """Net levels of some themes between two days, points, day x theme; NaN: no row."""
        index = [day for day in self.days(until) if day >= since]
        return read_net(self._db, self._market_day, index, themes, len(self.themes()))

    def _insert(self, table: str, columns: int, rows: Iterable[tuple[Any, ...]]) -> int:
        before, marks = self._db.total_changes, ",".join("?" * columns)
        self._db.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)
        return self._db.total_changes - before
