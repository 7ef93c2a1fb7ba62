"""Which pictures Telegram has already, and under which file id it wants them named."""

from datetime import date

from market.database import Connection


class Files:
    """The ledger's table of Telegram's files; its connection, and its transactions, are its own."""

    def __init__(self, db: Connection) -> None:
        """`db` holds the ledger's tables."""
        self._db = db

    def known(self, picture: str) -> str | None:
        """Telegram's id of a picture by its name; None when it was never sent."""
        row = self._db.execute("SELECT id FROM file WHERE picture=?", (picture,)).fetchone()
        return row[0] if row else None

    def keep(self, picture: str, id_: str, day: date) -> None:
        """Remembers the id of a picture; `day` says from when it may be forgotten."""
        row = (picture, id_, day.isoformat())
        self._db.execute("INSERT OR REPLACE INTO file VALUES (?,?,?)", row)

    def forget(self, picture: str) -> None:
        """Telegram knows the id no more."""
        self._db.execute("DELETE FROM file WHERE picture=?", (picture,))

    def forget_since(self, day: date) -> None:
        """Forgets the ids of pictures that show a day or later ones."""
        self._db.execute("DELETE FROM file WHERE day>=?", (day.isoformat(),))

    def forget_before(self, day: date) -> None:
        """Drops pictures of earlier days: nobody asks for them again."""
        self._db.execute("DELETE FROM file WHERE day<?", (day.isoformat(),))
