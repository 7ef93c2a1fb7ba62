"""The journal's entries in the ledger, each chained by its hash to the one before."""

from datetime import date

from bot.records import Entry, chained
from market.database import Connection


class Journal:
    """The table of entries; its connection, and its transactions, are the ledger's."""

    def __init__(self, db: Connection) -> None:
        """`db` holds the ledger's tables."""
        self._db = db

    def add(self, day: date | str, text: str) -> None:
        """Chains a judged day's text, or that of corrections after it, to the entry before it."""
        last = "SELECT hash FROM journal ORDER BY day DESC LIMIT 1"
        before = (self._db.execute(last).fetchone() or ("",))[0]
        row = (str(day), text, chained(before, text))
        self._db.execute("INSERT INTO journal VALUES (?,?,?)", row)

    def entries(self) -> list[Entry]:
        """All entries of the journal, oldest first."""
        return [Entry(*row) for row in self._db.execute("SELECT * FROM journal ORDER BY day")]

    def entry(self, day: date) -> Entry | None:
        """The entry of a day."""
        found = self._db.execute("SELECT * FROM journal WHERE day=?", (day.isoformat(),)).fetchone()
        return Entry(*found) if found else None
