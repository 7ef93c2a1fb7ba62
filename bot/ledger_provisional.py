"""What was said of themes within trading days, and what became of it after the close."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.bodies import body_of, thing
from market.database import Connection
from signals.model import Transition


class Outcome(StrEnum):
    """What became of a provisional word."""

    CONFIRMED = "confirmed"  # the close said the same
    WITHDRAWN = "withdrawn"  # it did not
    UNCONFIRMED = "unconfirmed"  # the day's figures did not come


@dataclass(frozen=True)
class Provisional:
    """What a theme would become if the day closed as it stood, and the few figures behind it."""

    at: datetime  # UTC, of the look
    would: Transition  # its evidence is estimated
    move: float  # of its board since the close before, fraction
    market: float  # the boards' median move, fraction
    members: float  # known; this and the next three NaN when the limit-ups did not come
    limit_ups: float  # members at the upper limit, count
    longest: float  # longest run of limit-ups among them, days
    broken: float  # of them, how many were off the limit in between, count

    @property
    def key(self) -> str:
        """The key of its message in the outbox."""
        return key_of(self.would.day, self.would.theme)


def key_of(day: date, theme: str) -> str:
    """The key of a theme's provisional message of a day."""
    return f"{prefix(day)}{theme}"


def prefix(day: date) -> str:
    """How the keys of a day's provisional messages begin."""
    return f"{day}:provisional:"


class Provisionals:
    """The ledger's provisional words; its connection, and its transactions, are the ledger's."""

    def __init__(self, db: Connection) -> None:
        """`db` holds the ledger's tables."""
        self._db = db

    def add(self, word: Provisional) -> bool:
        """Keeps a word; False when one of that theme and day is kept already."""
        row = (word.would.day.isoformat(), word.would.theme, body_of(word))
        added = self._db.execute("INSERT OR IGNORE INTO provisional VALUES (?,?,?,NULL)", row)
        return added.rowcount > 0

    def waiting(self, until: date) -> list[Provisional]:
        """Words of days up to one with no outcome yet, in the order of days and themes."""
        rows = self._db.execute(
            "SELECT body FROM provisional WHERE outcome IS NULL AND day<=? ORDER BY day, theme",
            (until.isoformat(),),
        )
        return [thing(Provisional, body) for (body,) in rows]

    def undecided(self, day: date) -> list[Provisional]:
        """A day's words that the close has neither confirmed nor withdrawn."""
        rows = self._db.execute(
            "SELECT body FROM provisional WHERE day=? AND ifnull(outcome, ?)=? ORDER BY theme",
            (day.isoformat(), Outcome.UNCONFIRMED, Outcome.UNCONFIRMED),
        )
        return [thing(Provisional, body) for (body,) in rows]

    def settle(self, word: Provisional, outcome: Outcome) -> None:
        """Notes what became of a word."""
        self._db.execute(
            "UPDATE provisional SET outcome=? WHERE day=? AND theme=?",
            (outcome, word.would.day.isoformat(), word.would.theme),
        )

    def count(self, since: date) -> int:
        """How many words there were since a day."""
        counted = "SELECT count(*) FROM provisional WHERE day>=?"
        return int(self._db.execute(counted, (since.isoformat(),)).fetchone()[0])
