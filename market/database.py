"""One SQLite file, opened alike by the store and the ledger: WAL, patient, one writer at a time."""

import gc
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils.migrations import Migrations


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
    for pragma in ("journal_mode=WAL", "busy_timeout=10000", "synchronous=NORMAL"):
        db.execute(f"PRAGMA {pragma}")
    return db


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
