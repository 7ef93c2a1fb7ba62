"""What alerts turned out to be when their figures proved wrong, and the states of past days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from bot.bodies import body_of, thing
from market.database import Connection
from signals.model import ThemeState, Transition

SINCE, BY = "states_since", "states_by"  # facts: from which day states are kept, by which rules


@dataclass(frozen=True)
class Correction:
    """One alert by the figures as they were and as they are."""

    revision: int  # of the store
    alert: str  # its number
    was: Transition | None  # as said before; None: it was not said
    now: Transition | None  # None: it would not be said
    data_was: str  # hash of the figures; empty where none is known
    data_now: str


class Corrections:
    """The ledger's corrections and states by day; its transactions are the ledger's."""

    def __init__(self, db: Connection) -> None:
        """`db` holds the ledger's tables."""
        self._db = db

    def add(self, correction: Correction) -> None:
        """Keeps a correction."""
        row = (correction.revision, correction.alert, body_of(correction))
        added = "INSERT OR IGNORE INTO correction (revision, alert, body) VALUES (?,?,?)"
        self._db.execute(added, row)

    def all(self, alert: str | None = None) -> list[Correction]:
        """All corrections (of an alert), oldest first."""
        rows = self._db.execute(
            "SELECT body FROM correction WHERE ifnull(alert=?, 1) ORDER BY id", (alert,)
        )
        return [thing(Correction, body) for (body,) in rows]

    def keep(self, day: date, states: Iterable[ThemeState]) -> None:
        """Keeps states that themes had at a day's close, of those that changed on it."""
        rows = [(day.isoformat(), state.theme, body_of(state)) for state in states]
        self._db.executemany("INSERT OR REPLACE INTO state_of VALUES (?,?,?)", rows)

    def states(self, day: date) -> dict[str, ThemeState]:
        """The state of every theme at a day's close; of days since `since` alone."""
        rows = self._db.execute(
            "SELECT theme, body, max(day) FROM state_of WHERE day<=? GROUP BY theme",
            (day.isoformat(),),
        )
        return {theme: thing(ThemeState, body) for theme, body, _ in rows}

    def forget_after(self, day: date) -> None:
        """Drops the states of later days: they are about to be made anew."""
        self._db.execute("DELETE FROM state_of WHERE day>?", (day.isoformat(),))

    def forget_before(self, day: date) -> None:
        """Drops states that were no more at a day's close."""
        newest = "SELECT max(day) FROM state_of WHERE theme=one.theme AND day<=?"
        gone = f"DELETE FROM state_of AS one WHERE day<({newest})"
        self._db.execute(gone, (day.isoformat(),))
