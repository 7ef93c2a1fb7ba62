"""Tables of the ledger and how they came about; one migration a release step."""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

migrations = Migrations("ledger")


@migrations()
def m001_ledger(db: Database) -> None:
    """States, readings, transitions, chats, mutes, outbox, runs, and small facts by name.

    Days and instants (UTC) are ISO text; bodies are JSON of the core types.
    """
    for statement in (
        "CREATE TABLE state (theme TEXT PRIMARY KEY, body TEXT)",
        "CREATE TABLE reading (theme TEXT PRIMARY KEY, body TEXT)",
        "CREATE TABLE transition (id INTEGER PRIMARY KEY, day TEXT, theme TEXT, kind TEXT,"
        " body TEXT, UNIQUE (day, theme, kind))",
        "CREATE INDEX transition_theme ON transition (theme, day)",
        "CREATE TABLE chat (id INTEGER PRIMARY KEY, kind TEXT, title TEXT, language TEXT,"
        " active INTEGER, off_reason TEXT)",
        "CREATE TABLE mute (chat INTEGER, theme TEXT, until TEXT, PRIMARY KEY (chat, theme))",
        "CREATE TABLE outbox (id INTEGER PRIMARY KEY, key TEXT, chat INTEGER, priority INTEGER,"
        " day TEXT, text TEXT, photo TEXT, silent INTEGER, created TEXT, not_before TEXT,"
        " attempts INTEGER DEFAULT 0, repeated INTEGER DEFAULT 0, plain INTEGER DEFAULT 0,"
        " state TEXT DEFAULT 'due', message_id INTEGER, sent TEXT, error TEXT,"
        " UNIQUE (key, chat))",
        "CREATE TABLE picture (hash TEXT PRIMARY KEY, png BLOB)",
        "CREATE INDEX outbox_due ON outbox (state, priority, id)",
        "CREATE TABLE run (job TEXT, slot TEXT, started TEXT, finished TEXT, report TEXT,"
        " PRIMARY KEY (job, slot))",
        "CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT)",
    ):
        db.execute(statement)


@migrations()
def m002_people(db: Database) -> None:
    """People with roles, wishes and watched themes of chats, the journal, votes."""
    for statement in (
        "CREATE TABLE person (id INTEGER PRIMARY KEY, role TEXT, name TEXT, since TEXT)",
        "CREATE INDEX outbox_chat ON outbox (chat, state)",
        "CREATE TABLE wish (chat INTEGER, name TEXT, value TEXT, PRIMARY KEY (chat, name))",
        "CREATE TABLE watch (chat INTEGER, theme TEXT, PRIMARY KEY (chat, theme))",
        "CREATE TABLE journal (day TEXT PRIMARY KEY, text TEXT, hash TEXT)",
        "CREATE TABLE vote (alert TEXT, user INTEGER, good INTEGER, PRIMARY KEY (alert, user))",
    ):
        db.execute(statement)


@migrations()
def m003_run_ups(db: Database) -> None:
    """Past run-ups: the day begun and its place in the trail, which is bytes of 64-bit floats."""
    db.execute(
        "CREATE TABLE run_up (theme TEXT, begun TEXT, place INTEGER, trail BLOB, evidence BLOB,"
        " PRIMARY KEY (theme, begun))"
    )


@migrations()
def m004_provisional(db: Database) -> None:
    """What was said within a day and what became of it; messages that change or answer another."""
    for statement in (
        "CREATE TABLE provisional (day TEXT, theme TEXT, body TEXT, outcome TEXT,"
        " PRIMARY KEY (day, theme))",
        "ALTER TABLE outbox ADD COLUMN operation TEXT DEFAULT 'send'",
        "ALTER TABLE outbox ADD COLUMN about TEXT",
        "ALTER TABLE outbox ADD COLUMN not_after TEXT",
        "CREATE INDEX outbox_about ON outbox (chat, about) WHERE about NOT NULL",
    ):
        db.execute(statement)


@migrations()
def m005_wishes(db: Database) -> None:
    """Mutes by the hour (an instant, UTC) and by the episode (its first day); what was not pushed.

    `voices` are the themes, a JSON list, that told the same of a transition's story before it.
    """
    for statement in (
        "ALTER TABLE mute ADD COLUMN at TEXT",
        "ALTER TABLE mute ADD COLUMN episode TEXT",
        "ALTER TABLE transition ADD COLUMN voices TEXT",
        "CREATE TABLE kept (chat INTEGER, day TEXT, theme TEXT, kind TEXT, reason TEXT,"
        " PRIMARY KEY (chat, day, theme, kind))",
    ):
        db.execute(statement)


@migrations()
def m006_threads(db: Database) -> None:
    """Which message of a chat told which alert, and what it said; buttons; topics of supergroups.

    States by the day they were entered, so that a day can be judged again; what was corrected.
    """
    for statement in (
        "CREATE TABLE telling (id INTEGER PRIMARY KEY, chat INTEGER, alert TEXT, episode TEXT,"
        " key TEXT, message_id INTEGER, UNIQUE (chat, alert))",
        "CREATE INDEX telling_episode ON telling (chat, episode)",
        "CREATE INDEX telling_key ON telling (chat, key)",
        "CREATE TABLE said (alert TEXT, language TEXT, text TEXT, PRIMARY KEY (alert, language))",
        "CREATE TABLE state_of (day TEXT, theme TEXT, body TEXT, PRIMARY KEY (theme, day))",
        "CREATE TABLE correction (id INTEGER PRIMARY KEY, revision INTEGER, alert TEXT, body TEXT,"
        " UNIQUE (revision, alert))",
        "ALTER TABLE outbox ADD COLUMN buttons TEXT",
        "ALTER TABLE chat ADD COLUMN topic INTEGER",
    ):
        db.execute(statement)


@migrations()
def m007_pictures(db: Database) -> None:
    """Telegram's file ids of pictures by name; pictures are drawn when sent, and kept no more."""
    db.execute("CREATE TABLE file (picture TEXT PRIMARY KEY, id TEXT, day TEXT)")
    db.execute("DROP TABLE picture")


@migrations()
def m008_language(db: Database) -> None:
    """Which chats read Chinese in traditional characters."""
    db.execute("ALTER TABLE chat ADD COLUMN hant INTEGER DEFAULT 0")


@migrations()
def m009_hong_kong(db: Database) -> None:
    """Whose day readings, transitions and journal entries are of: the mainland's until now.

    One chain of entries for both exchanges, in the order they were written.
    """
    for statement in (
        "ALTER TABLE reading ADD COLUMN exchange TEXT DEFAULT 'XSHG'",
        "ALTER TABLE transition ADD COLUMN exchange TEXT DEFAULT 'XSHG'",
        "ALTER TABLE journal RENAME TO journal_before",
        "CREATE TABLE journal (place INTEGER PRIMARY KEY, day TEXT, exchange TEXT, text TEXT,"
        " hash TEXT, UNIQUE (day, exchange))",
        "INSERT INTO journal (day, exchange, text, hash)"
        " SELECT day, 'XSHG', text, hash FROM journal_before ORDER BY day",
        "DROP TABLE journal_before",
    ):
        db.execute(statement)


@migrations()
def m010_topics(db: Database) -> None:
    """Further topics of a group, each a chat with wishes of its own: the group they are of.

    What the days before the first judged one would have told, for a chat that tries its settings.
    """
    db.execute("ALTER TABLE chat ADD COLUMN of_group INTEGER")
    db.execute("CREATE TABLE rehearsed (day TEXT, body TEXT, voices TEXT)")


@migrations()
def m010_exchanges(db: Database) -> None:
    """How many loud alerts are in a message; whose exchange a run-up is of."""
    db.execute("ALTER TABLE outbox ADD COLUMN loud INTEGER DEFAULT 0")
    db.execute("ALTER TABLE run_up ADD COLUMN exchange TEXT DEFAULT 'XSHG'")
