"""Tables of the store and how they came about; one migration a release step."""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from signals.panel import FRAMES

THEME_DAY = ("day", "theme", *FRAMES, "backfilled", "member_day")  # a row, as it is saved
LATER = ("board_height", "broken_boards")  # figures that came with a later migration
MACRO = ("series", "period", "value", "public", "fetched")  # a row of macro values
BALANCE = ("code", "report", "public", "fetched", "inventories", "assets", "equity")  # a row
STATEMENT = (
    *("code", "report", "public", "fetched"),
    *("profit", "core_profit", "pretax", "investment", "trading", "assets"),
)  # a row of what is fetched company by company
EVENT = (
    *("day", "code", "kind", "title", "link", "size", "source", "fetched"),
    *("shares", "float_share"),
)  # a row

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
def m005_cold_start(db: Database) -> None:
    """Stocks listed before their first bar here, stocks whose past was asked for, boards' counts.

    `seasoned`: on its first day here a stock was no new listing.
    """
    for statement in (
        "ALTER TABLE listing ADD COLUMN seasoned INTEGER NOT NULL DEFAULT 0",
        "UPDATE listing SET seasoned=1 WHERE day<=(SELECT min(day) FROM bar)",
        "CREATE TABLE past (code TEXT PRIMARY KEY, asked INTEGER, bars INTEGER) WITHOUT ROWID",
        "CREATE TABLE board_day (day INTEGER, theme TEXT, advancers INTEGER, decliners INTEGER,"
        " PRIMARY KEY (day, theme)) WITHOUT ROWID",
    ):
        db.execute(statement)


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
def m007_fundamentals(db: Database) -> None:
    """Balance sheets of all companies, statements of some, and when each was last looked at."""
    for table, columns in (("balance", BALANCE), ("statement", STATEMENT)):
        days, figures = columns[1:4], columns[4:]
        typed = [*(f"{name} INTEGER" for name in days), *(f"{name} REAL" for name in figures)]
        db.execute(
            f"CREATE TABLE {table} (code TEXT, {', '.join(typed)}, PRIMARY KEY (code, report))"
            " WITHOUT ROWID"
        )
    db.execute("CREATE TABLE company (code TEXT PRIMARY KEY, looked INTEGER) WITHOUT ROWID")


@migrations()
def m008_events(db: Database) -> None:
    """What happens beside a price, by day and stock; and the names last seen in a snapshot."""
    for statement in (
        "CREATE TABLE event (day INTEGER, code TEXT, kind TEXT, title TEXT, link TEXT, size REAL,"
        " source TEXT, fetched INTEGER, PRIMARY KEY (day, code, kind, title)) WITHOUT ROWID",
        "CREATE INDEX event_code ON event (code, day)",
        "CREATE TABLE seen_name (code TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID",
    ):
        db.execute(statement)


@migrations()
def m009_news(db: Database) -> None:
    """Lines of news wires, the kinds of word lists they match, and whom they name.

    `at` is ISO 8601 in UTC, `kinds` comma-separated, a subject a stock's code or a theme's id.
    """
    for statement in (
        "CREATE TABLE news (id INTEGER PRIMARY KEY, key TEXT UNIQUE, at TEXT, source TEXT,"
        " title TEXT, body TEXT, link TEXT, kinds TEXT)",
        "CREATE INDEX news_at ON news (at)",
        "CREATE INDEX news_kinds ON news (at) WHERE kinds != ''",
        "CREATE TABLE mention (subject TEXT, news INTEGER, PRIMARY KEY (subject, news))"
        " WITHOUT ROWID",
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


@migrations()
def m011_pools(db: Database) -> None:
    """Stocks at the upper limit as pools tell, JSON lists of codes, for days that have some.

    And of lock-ups and new funds the shares, and these over what was tradable before.
    """
    for statement in (
        "CREATE TABLE pool (day INTEGER PRIMARY KEY, sealed TEXT, broken TEXT, outside TEXT)",
        "ALTER TABLE event ADD COLUMN shares REAL",
        "ALTER TABLE event ADD COLUMN float_share REAL",
    ):
        db.execute(statement)
