"""What stands of one theme, or what one rule says, without reading all of it."""

import json

from bot.bodies import thing
from market.database import Connection
from signals.model import Signal, ThemeState


class Standing:
    """Parts of the ledger's states and readings; its connection is the ledger's."""

    def __init__(self, db: Connection) -> None:
        """`db` holds the ledger's tables."""
        self._db = db

    def state(self, theme: str) -> ThemeState:
        """The state of a theme; that of one never evaluated is quiet."""
        row = self._db.execute("SELECT body FROM state WHERE theme=?", (theme,)).fetchone()
        return thing(ThemeState, row[0]) if row else ThemeState(theme)

    def reading(self, theme: str) -> tuple[Signal, ...]:
        """What all rules said of a theme on the last evaluated day; empty when it was not asked."""
        row = self._db.execute("SELECT body FROM reading WHERE theme=?", (theme,)).fetchone()
        return thing(tuple[Signal, ...], row[0]) if row else ()

    def values(self, rule: str, exchange: str) -> dict[str, float]:
        """What one rule said of every theme of an exchange on that day; NaN unknown."""
        query = "SELECT theme, body FROM reading WHERE exchange=?"
        rows = self._db.execute(query, (exchange,))
        said = ((theme, s) for theme, body in rows for s in json.loads(body) if s["rule"] == rule)
        return {theme: signal["value"] for theme, signal in said}
