"""One SQLite file, opened alike by the store and the ledger: WAL, patient, one writer at a time."""

import gc
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from sqlite_utils.migrations import Migrations

# for those who hold or catch one and need no more of the library
Connection = sqlite3.Connection
DatabaseError = sqlite3.Error
DAMAGED = ("malformed", "not a database", "file is encrypted")
TOLD = (  # what SQLite says, and what to do about it
    (
        DAMAGED,
        "is damaged; stop the bot, then `paomo restore` puts back the newest backup",
    ),
    (("full",), "cannot grow: the disk is full; free some space. Nothing half-done was kept"),
    (("locked", "busy"), "is held by another program, such as an import; try again when it ended"),
    (
        ("readonly", "unable to open", "permission"),
        "cannot be written; check its owner, and that its disk is not mounted read-only",
    ),
    (("disk i/o",), "cannot be read or written; check the disk and its free space"),
)


def told(error: sqlite3.Error | str, path: Path | str = "the database") -> str:
    """What a fault of the database means, and what to do."""
    said = str(error)
    for words, meaning in TOLD:
        if any(word in said.lower() for word in words):
            return f"{path} {meaning} ({said})"
    return f"{path} failed ({said})"


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is broken, so that trying again cannot help."""
    return any(word in str(error).lower() for word in DAMAGED)


def opened(path: Path | None, migrations: "Migrations") -> sqlite3.Connection:
    """A connection to the file, brought up to date; None keeps it in memory.

    It belongs to the thread that made it.
    """
    import sqlite_utils  # brings pandas along; who only asks for health must not wait for it

    db = connection(path)
    migrations.apply(sqlite_utils.Database(db))
    return db


def connection(path: Path | None) -> sqlite3.Connection:
    """A connection to the file as it is."""
    # autocommit: transactions are begun by `atomic` alone, with BEGIN IMMEDIATE
    db = sqlite3.connect(path or ":memory:", isolation_level=None)
    for pragma in (
        "journal_mode=WAL",
        "busy_timeout=10000",
        "synchronous=NORMAL",
        "foreign_keys=ON",
    ):
        db.execute(f"PRAGMA {pragma}")
    return db


def damage(path: Path) -> str:
    """What is wrong inside a file; empty when nothing is. Reads all of it: seconds to a GB."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as db:
            (found,) = db.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        return str(error)
    return "" if found == "ok" else f"malformed: {found}"


def copy(path: Path, target: Path) -> None:
    """A whole and compact copy of a file as it is at this moment; writers go on meanwhile."""
    with closing(connection(path)) as db:
        db.execute("VACUUM INTO ?", (str(target),))


@contextmanager
def without_collector() -> Iterator[None]:
    """No garbage collection meanwhile: over a million rows it takes a sixth of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


@contextmanager
def atomic(db: sqlite3.Connection) -> Iterator[None]:
    """One transaction: all of it is kept, or none."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
