"""Trading days, made from lists; no clock."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
CLOSE = time(15)  # of the mainland exchanges, in Shanghai


def closed(day: date) -> datetime:
    """When a trading day of the mainland ended."""
    return datetime.combine(day, CLOSE, SHANGHAI)


@dataclass(frozen=True)
class Calendar:
    """Known trading days; after the last of them every weekday may be one, unverified."""

    days: tuple[date, ...]  # ascending

    @classmethod
    def of(cls, days: Iterable[date]) -> "Calendar":
        """A calendar of days in any order."""
        return cls(tuple(sorted(set(days))))

    def is_session(self, day: date) -> bool:
        """Whether the exchange is open that day, as far as is known."""
        if self.days and day <= self.days[-1]:
            place = bisect_left(self.days, day)
            return self.days[place] == day
        return day.weekday() < 5

    def last_closed(self, now: datetime, ready: time) -> date:
        """The newest trading day whose figures are due: its own from `ready` on, in Shanghai."""
        local = now.astimezone(SHANGHAI)
        day = local.date() if local.time() >= ready else local.date() - timedelta(days=1)
        while not self.is_session(day):
            day -= timedelta(days=1)
        return day

    def between(self, after: date, before: date) -> list[date]:
        """Trading days strictly between two days."""
        span = (before - after).days
        days = (after + timedelta(days=n) for n in range(1, span))
        return [day for day in days if self.is_session(day)]

    def next(self, day: date) -> date:
        """The next trading day after a day, as far as is known."""
        following = day + timedelta(days=1)
        while not self.is_session(following):
            following += timedelta(days=1)
        return following

    def known_after(self, day: date) -> int:
        """How many trading days after a day are known."""
        return len(self.days) - bisect_right(self.days, day)
