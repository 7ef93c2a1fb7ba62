"""The seam to the outside: what a source of market data must answer, and how it may fail."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

import pandas as pd


class SourceError(Exception):
    """A source could not answer; the class says whether trying again can help."""


class Banned(SourceError):
    """The upstream refuses us (dropped connection, 403, 429, HTML for JSON): leave it alone."""


class NoData(SourceError):
    """The upstream answered and has nothing for this day or key (yet)."""


class SchemaChanged(SourceError):
    """Columns, units or ranges are not as known: the operator must know, once."""


class Transient(SourceError):
    """Timeout or 5xx: the only failure that is retried."""


@dataclass(frozen=True)
class Theme:
    """A concept board, an industry board or a curated basket."""

    id: str  # ours, short ASCII, for ever: em-BK0800, basket-deepseek, file-3f9a1c20
    name: str  # as people say it, 人工智能; may be renamed
    group: str  # concept | industry | basket
    exchange: str  # calendar: XSHG | XHKG
    source: str  # em | file | basket | simulated
    basis: str  # its close: members (their equal-weight index) | board (its own index) | index
    board: str | None = None  # code upstream, BK0800 or HSTECH
    parent: str | None = None  # id of the theme it is a sub-industry of
    english: str = ""  # its name in English, from themes.toml; not stored


class Source(Protocol):
    """Market data in normal form: shares, CNY, fractions; days are `date`s, unknown is NaN.

    Every method may raise the four SourceErrors and nothing else.
    """

    name: str

    def calendar(self) -> list[date]:
        """All known trading days of the mainland exchanges, ascending."""
        ...

    def boards(self) -> pd.DataFrame:
        """Concept boards now: code, name, close (points), pct (fraction), turnover (fraction),
        advancers, decliners (counts)."""
        ...

    def boards_now(self) -> pd.DataFrame:
        """Boards' moves since the close before, in one request: name, pct (fraction)."""
        ...

    def limit_ups(self, day: date) -> pd.DataFrame:
        """Stocks at the upper limit now, `day` being today: code (6 digits), pct (fraction),
        streak (days at the limit in a row, from 1), breaks (times it was left since the open)."""
        ...

    def broken_boards(self, day: date) -> pd.DataFrame:
        """Stocks that touched the upper limit today and are below it now: code, pct (fraction)."""
        ...

    def members(self, board: str) -> pd.DataFrame:
        """Members of one board now: code (6 digits), name."""
        ...

    def board_history(self, board: str, since: date, until: date) -> pd.DataFrame:
        """Daily bars of one board, ascending: day, open, high, low, close (points), amount
        (CNY)."""
        ...

    def stock_history(self, code: str, since: date, until: date) -> pd.DataFrame:
        """Daily bars of one stock (6 digits), ascending, of the days it traded: day, open, high,
        low, close, prev_close (CNY, on one basis), volume (shares), amount (CNY). The previous
        close is NaN on its first day of all."""
        ...

    def snapshot(self) -> pd.DataFrame:
        """The whole A-share market now: code, name, open, high, low, close, prev_close (CNY),
        volume (shares), amount (CNY), turnover (fraction), pe_ttm, pb (ratio),
        market_cap, float_cap (CNY). Columns a provider lacks are NaN; `.attrs["provider"]` names
        it."""
        ...

    def market_day(self, day: date) -> pd.DataFrame:
        """The whole A-share market on a past day, as of a snapshot; of stocks that traded, without
        Beijing's, names and valuations. Only asked where the extra baostock is there."""
        ...

    def earnings(self, report: date) -> pd.DataFrame:
        """Reports of all companies for the quarter ending `report`: code, name, report (date),
        revenue (CNY, since the start of the year), profit (CNY, likewise, attributable),
        revenue_yoy, profit_yoy (fractions), published (date; NaT where the source has no
        trustworthy disclosure date)."""
        ...

    def index_history(self, code: str, since: date, until: date) -> pd.DataFrame:
        """Daily bars of an index (sh000985, HSTECH, .INX, SENSEX), ascending: day, open, high, low,
        close (points), amount (CNY or HKD, NaN if the provider has none)."""
        ...

    def hk_history(self, code: str, since: date, until: date) -> pd.DataFrame:
        """Daily bars of a stock of Hong Kong (5 digits), ascending: day, close, prev_close (on the
        same basis), open, high, low (HKD), volume (shares), amount (HKD, NaN if there is none)."""
        ...

    def macro(self, series: str) -> pd.DataFrame:
        """All values of a series of market/series.py, ascending: period (its last day), value (in
        the series' unit)."""
        ...

    def disclosures(self, report: date) -> pd.DataFrame:
        """Companies that have published the report of a quarter: code, published (date)."""
        ...

    def balances(self, report: date) -> pd.DataFrame:
        """Balance sheets of all companies at a quarter's end: code, inventories, assets, equity
        (CNY; a bank has no inventories, NaN). Shanghai and Shenzhen only."""
        ...

    def company(self, code: str) -> pd.DataFrame:
        """One company's statements of the last years, ascending: report (date), published (date;
        NaT unknown), profit (attributable), core_profit (without non-recurring items), pretax,
        investment (income), trading (financial assets), assets: CNY, since the start of the year
        or at its end."""
        ...

    def notices(self, day: date) -> pd.DataFrame:
        """All companies' announcements dated a calendar day: code, title, day, link."""
        ...

    def lockups(self, since: date, until: date) -> pd.DataFrame:
        """Restricted shares that may be sold from a day between two: code, day, title (their
        kind), size (CNY at the last price), shares (count), float_share (shares / those tradable
        before, fraction), link. NaN is unknown."""
        ...

    def new_funds(self) -> pd.DataFrame:
        """Funds by the day they were established: code, name, day, shares (raised, count)."""
        ...

    def telegraph(self) -> pd.DataFrame:
        """The newest lines of a news wire: at (UTC), title, body, link (empty where it has none).
        `.attrs["provider"]` names it."""
        ...
