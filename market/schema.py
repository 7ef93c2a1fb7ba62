"""Tables of the store and how they came about; one migration a release step."""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from signals.panel import FRAMES

THEME_DAY = ("day", "theme", *FRAMES, "backfilled", "member_day")  # a row, as it is saved
LATER = ("board_height", "broken_boards")  # figures that came with a later migration
MACRO = ("series", "period", "value", "public", "fetched")  # a row of macro values

migrations = Migrations("store")


@migrations()
def m001_facts(db: Database) -> None:
    """Themes, dated membership, stocks, bars, reports, and the rows made of them.

    Days are numbers like 20240628; money is CNY, volume shares. WITHOUT ROWID keeps rows in the
    order they are read in: by day.
    """
    figures = ", ".join(f'"{name}" REAL' for name in FRAMES if name not in LATER)
    for statement in (
        'CREATE TABLE theme (id TEXT PRIMARY KEY, name TEXT, "group" TEXT, exchange TEXT,'
        " source TEXT, basis TEXT, board TEXT, parent TEXT)",
        "CREATE TABLE member (theme TEXT, as_of INTEGER, code TEXT,"
        " PRIMARY KEY (theme, as_of, code)) WITHOUT ROWID",
        "CREATE INDEX member_code ON member (code)",
        "CREATE TABLE stock (code TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID",
        "CREATE TABLE bar (day INTEGER, code TEXT, close REAL, prev_close REAL, open REAL,"
        " high REAL, low REAL, volume REAL, amount REAL, PRIMARY KEY (day, code)) WITHOUT ROWID",
        "CREATE TABLE listing (code TEXT PRIMARY KEY, day INTEGER) WITHOUT ROWID",
        "CREATE TABLE report (code TEXT, report INTEGER, public INTEGER, profit REAL,"
        " profit_yoy REAL, revenue REAL, revenue_yoy REAL, PRIMARY KEY (code, report))"
        " WITHOUT ROWID",
        f"CREATE TABLE theme_day (day INTEGER, theme TEXT, {figures}, backfilled INTEGER,"
        " member_day INTEGER, PRIMARY KEY (day, theme)) WITHOUT ROWID",
        "CREATE TABLE market_day (day INTEGER PRIMARY KEY, benchmark REAL, stocks INTEGER,"
        " advancers INTEGER, decliners INTEGER, limit_ups INTEGER, amount REAL, source TEXT)",
    ):
        db.execute(statement)


@migrations()
def m002_upstream(db: Database) -> None:
    """What an upstream gives beside bars: points of boards and indices, valuations, notes."""
    for statement in (
        "CREATE TABLE point (theme TEXT, day INTEGER, close REAL, amount REAL, source TEXT,"
        " PRIMARY KEY (theme, day)) WITHOUT ROWID",
        "CREATE TABLE valuation (day INTEGER, code TEXT, pe REAL, cap REAL,"
        " PRIMARY KEY (day, code)) WITHOUT ROWID",
        "CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT)",
    ):
        db.execute(statement)


@migrations()
def m003_boards(db: Database) -> None:
    """Runs of limit-ups and broken boards; of days derived before this they are not known."""
    for name in LATER:
        db.execute(f"ALTER TABLE theme_day ADD COLUMN {name} REAL")


@migrations()
def m004_macro(db: Database) -> None:
    """Values of macro series; a revision is a row of its own, by the day it became public."""
    db.execute(
        "CREATE TABLE macro (series TEXT, period INTEGER, value REAL, public INTEGER,"
        " fetched INTEGER, PRIMARY KEY (series, period, public)) WITHOUT ROWID"
    )


@migrations()
def m006_hong_kong(db: Database) -> None:
    """Bars and days of Hong Kong, in tables of their own; money there is HKD.

    What stood of its themes on the mainland's days is made anew on its own.
    """
    for statement in (
        "CREATE TABLE hk_bar (day INTEGER, code TEXT, close REAL, prev_close REAL, open REAL,"
        " high REAL, low REAL, volume REAL, amount REAL, PRIMARY KEY (day, code)) WITHOUT ROWID",
        "CREATE TABLE hk_market_day (day INTEGER PRIMARY KEY, benchmark REAL, stocks INTEGER,"
        " advancers INTEGER, decliners INTEGER, limit_ups INTEGER, amount REAL, source TEXT)",
        "DELETE FROM theme_day WHERE theme IN (SELECT id FROM theme WHERE exchange='XHKG')",
    ):
        db.execute(statement)


@migrations()
def m010_revisions(db: Database) -> None:
    """What proved wrong: rows as they were before each revision, beside those that hold now."""
    figures = ", ".join(f'"{name}" REAL' for name in FRAMES)
    bar = "close REAL, prev_close REAL, open REAL, high REAL, low REAL, volume REAL, amount REAL"
    for statement in (
        "CREATE TABLE revision (id INTEGER PRIMARY KEY, made INTEGER, since INTEGER, why TEXT,"
        " bars INTEGER)",
        f"CREATE TABLE bar_before (revision INTEGER, day INTEGER, code TEXT, {bar},"
        " PRIMARY KEY (revision, day, code)) WITHOUT ROWID",
        f"CREATE TABLE theme_day_before (revision INTEGER, day INTEGER, theme TEXT, {figures},"
        " backfilled INTEGER, member_day INTEGER, PRIMARY KEY (revision, day, theme))"
        " WITHOUT ROWID",
        "CREATE TABLE market_day_before (revision INTEGER, day INTEGER, benchmark REAL,"
        " stocks INTEGER, advancers INTEGER, decliners INTEGER, limit_ups INTEGER, amount REAL,"
        " source TEXT, PRIMARY KEY (revision, day)) WITHOUT ROWID",
    ):
        db.execute(statement)
