"""Topics of a group: each where /start was written is a chat, with wishes and threads of its own.

The first has the group's id; of a further one the id is made here, and the group is noted.
"""

from dataclasses import replace

from bot.bodies import CHAT, chat_of
from bot.records import Chat
from market.database import Connection

OURS = 1 << 53  # ids from here on are made here: Telegram's are smaller


class Places:
    """The ledger's chats by where they are; its connection is the ledger's."""

    def __init__(self, db: Connection) -> None:
        """`db` holds the ledger's tables."""
        self._db = db

    def at(self, address: int, topic: int | None) -> Chat | None:
        """The chat of a topic, else one of the group that is told; `address` is Telegram's id.

        Two are of one topic where a deleted one's pushes moved to it: the one that is told speaks.
        """
        row = self._db.execute(
            f"SELECT {CHAT} FROM chat WHERE ? IN (id, of_group)"
            " ORDER BY topic IS ? DESC, active DESC, of_group NOT NULL LIMIT 1",
            (address, topic),
        ).fetchone()
        return chat_of(row) if row else None

    def beside(self, chat: Chat) -> list[Chat]:
        """The other topics of a chat's group that are told anything."""
        rows = self._db.execute(
            f"SELECT {CHAT} FROM chat WHERE ? IN (id, of_group) AND id<>? AND active ORDER BY id",
            (chat.address, chat.id),
        )
        return [chat_of(row) for row in rows]

    def further(self, chat: Chat, topic: int | None) -> Chat:
        """A further topic of a chat's group, to be saved."""
        (last,) = self._db.execute("SELECT max(id) FROM chat").fetchone()
        new = max(last or 0, OURS) + 1
        return replace(chat, id=new, of_group=chat.address, topic=topic)

    def leave(self, address: int, reason: str) -> None:
        """No more pushes to any topic of a group; what waits for them is parked."""
        self._db.execute(
            "UPDATE chat SET active=0, off_reason=? WHERE ? IN (id, of_group)", (reason, address)
        )
        self._db.execute(
            "UPDATE outbox SET state='parked', error=? WHERE state='due'"
            " AND (chat=? OR chat IN (SELECT id FROM chat WHERE of_group=?))",
            (reason, address, address),
        )
