"""The journal's entries in the ledger, each chained by its hash to the one before."""

from datetime import date

from bot.records import Entry, chained
from market.database import Connection

ENTRY = "SELECT day, text, hash FROM journal"


class Journal:
    """The table of entries, of every exchange; its connection, and its transactions, are the
    ledger's."""

    def __init__(self, db: Connection, exchange: str) -> None:
        """`db` holds the ledger's tables; `exchange` is whose days are added and asked for."""
        self._db, self._exchange = db, exchange

    def add(self, day: date | str, text: str) -> None:
        """Chains a judged day's text, or that of corrections after it, to the entry before it."""
        last = "SELECT hash FROM journal ORDER BY place DESC LIMIT 1"
        before = (self._db.execute(last).fetchone() or ("",))[0]
        row = (str(day), self._exchange, text, chained(before, text))
        self._db.execute("INSERT INTO journal (day, exchange, text, hash) VALUES (?,?,?,?)", row)

    def entries(self) -> list[Entry]:
        """All entries of the journal, of every exchange, oldest first."""
        return [Entry(*row) for row in self._db.execute(f"{ENTRY} ORDER BY place")]

    def entry(self, day: date) -> Entry | None:
        """The entry of a day."""
        of = (day.isoformat(), self._exchange)
        found = self._db.execute(f"{ENTRY} WHERE day=? AND exchange=?", of).fetchone()
        return Entry(*found) if found else None
