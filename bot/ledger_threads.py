"""Which message of which chat told which alert: what answers, and what corrects, hangs on it."""

from market.database import Connection

# the message arrived and can be answered, or it still is to arrive
STANDS = (
    "(message_id NOT NULL OR EXISTS (SELECT 1 FROM outbox WHERE chat=telling.chat"
    " AND key=telling.key AND (state IN ('due', 'sending') OR message_id NOT NULL)))"
)


class Tellings:
    """The ledger's tellings, written by `Outbox.enqueue`; its transactions are the ledger's."""

    def __init__(self, db: Connection) -> None:
        """`db` holds the ledger's tables."""
        self._db = db

    def thread(self, chat: int, episode: str) -> str | None:
        """The key of the message that told a chat of an episode first, where there is one."""
        found = self._db.execute(
            f"SELECT key FROM telling WHERE chat=? AND episode=? AND episode<>'' AND {STANDS}"
            " ORDER BY id LIMIT 1",
            (chat, episode),
        ).fetchone()
        return found[0] if found else None

    def heard(self, alert: str) -> dict[int, str]:
        """The chats that were told an alert, each with the key of the message."""
        rows = self._db.execute(
            "SELECT chat, key FROM telling WHERE alert=? AND NOT EXISTS (SELECT 1 FROM outbox"
            " WHERE chat=telling.chat AND key=telling.key AND state='parked') ORDER BY chat",
            (alert,),
        )
        return dict(rows.fetchall())

    def unplace(self, chat: int) -> None:
        """What was told stays told, but its messages cannot be answered where the chat is now.

        Their ids are others' there: an answer would hang on a stranger's words. What would change
        a message goes as one of its own.
        """
        self._db.execute("UPDATE telling SET message_id=NULL WHERE chat=?", (chat,))
        self._db.execute(
            "UPDATE outbox SET message_id=NULL, repeated=1 WHERE chat=? AND state='sent'", (chat,)
        )

    def say(self, alert: str, language: str, text: str) -> None:
        """Keeps an alert's text as it was when it was told."""
        self._db.execute("INSERT OR IGNORE INTO said VALUES (?,?,?)", (alert, language, text))

    def said(self, alert: str, language: str) -> str | None:
        """That text; None of an alert told before texts were kept."""
        known = "SELECT text FROM said WHERE alert=? AND language=?"
        found = self._db.execute(known, (alert, language)).fetchone()
        return found[0] if found else None
