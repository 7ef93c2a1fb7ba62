"""Hong Kong's trading days by exchange_calendars, which knows its holidays by rule."""

import json
from dataclasses import dataclass
from datetime import date, timedelta

SINCE = date(2010, 1, 1)


@dataclass(frozen=True)
class HongKongDays:
    """Weekdays without trading and half days, complete between two days."""

    until: date
    closed: tuple[date, ...]
    half: tuple[date, ...]

    @property
    def days(self) -> list[date]:
        """All sessions from SINCE on, ascending."""
        shut = set(self.closed)
        every = (SINCE + timedelta(days=n) for n in range((self.until - SINCE).days + 1))
        return [day for day in every if day.weekday() < 5 and day not in shut]

    def text(self) -> str:
        """What `read` reads; holidays alone, for they are few."""
        told = {"closed": self.closed, "half": self.half}
        return json.dumps(
            {"until": str(self.until), **{k: [*map(str, v)] for k, v in told.items()}}
        )


def read(text: str) -> HongKongDays:
    """What `text` wrote."""
    told = json.loads(text)
    closed, half = (tuple(map(date.fromisoformat, told[name])) for name in ("closed", "half"))
    return HongKongDays(date.fromisoformat(told["until"]), closed, half)


def built(until: date) -> HongKongDays:
    """The days up to one, from the library; it misses some of the typhoons of the past."""
    import exchange_calendars  # brings pandas along

    made = exchange_calendars.get_calendar("XHKG", start=str(SINCE), end=str(until))
    open_days = {stamp.date() for stamp in made.sessions}
    every = (SINCE + timedelta(days=n) for n in range((until - SINCE).days + 1))
    closed = tuple(day for day in every if day.weekday() < 5 and day not in open_days)
    return HongKongDays(until, closed, tuple(stamp.date() for stamp in made.early_closes))
