"""Who was given a role in Telegram."""

from datetime import datetime

from bot.outbox import stamp
from bot.records import Person
from market.database import Connection


class People:
    """The ledger's people with roles; its connection is the ledger's."""

    def __init__(self, db: Connection) -> None:
        """`db` holds the ledger's tables."""
        self._db = db

    def role(self, user: int) -> str | None:
        """The role a person was given in Telegram; None when never given one."""
        row = self._db.execute("SELECT role FROM person WHERE id=?", (user,)).fetchone()
        return row[0] if row else None

    def save(self, person: Person) -> None:
        """Gives a person a role, instead of the one before."""
        row = (person.id, person.role, person.name, stamp(person.since))
        self._db.execute("INSERT OR REPLACE INTO person VALUES (?,?,?,?)", row)

    def listed(self) -> list[Person]:
        """All who were given a role, newest first."""
        rows = self._db.execute("SELECT id, role, name, since FROM person ORDER BY since DESC")
        return [Person(i, role, name, datetime.fromisoformat(at)) for i, role, name, at in rows]
