"""Trading days and closes of the mainland and of Hong Kong, made from lists; no clock."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.calendar import Days

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Exchange:
    """An exchange and when it ends, in Shanghai, whose time Hong Kong keeps."""

    code: str  # ISO 10383
    close: time
    half_close: time  # of a half day; the mainland has none
    never: frozenset[tuple[int, int]] = frozenset()  # months and days it is shut on in every year


# New Year, Labour Day and three days of National Day, holidays by law since 1999
BY_LAW = frozenset({(1, 1), (5, 1), (10, 1), (10, 2), (10, 3)})
MAINLAND = Exchange("XSHG", time(15), time(15), BY_LAW)
# its closing auction ends at random, 16:10 or 12:10 at the latest
HONG_KONG = Exchange("XHKG", time(16, 10), time(12, 10))
EXCHANGES = {each.code: each for each in (MAINLAND, HONG_KONG)}


def closed(day: date, exchange: Exchange = MAINLAND, half: bool = False) -> datetime:
    """When a trading day ended, whole or half."""
    return datetime.combine(day, exchange.half_close if half else exchange.close, SHANGHAI)


@dataclass(frozen=True)
class Calendar:
    """Known trading days; after the horizon every weekday may be one, unverified, but by law.

    A weekend is none, also where the mainland works on it to make up for a holiday.
    """

    days: tuple[date, ...]  # ascending
    horizon: date  # up to it the days are all there are
    half: frozenset[date] = frozenset()  # days that end at noon
    shut: frozenset[date] = frozenset()  # days after the horizon known to be none
    exchange: Exchange = MAINLAND

    @classmethod
    def of(
        cls,
        days: Iterable[date],
        half: Iterable[date] = (),
        given: Days | None = None,
        exchange: Exchange = MAINLAND,
    ) -> "Calendar":
        """A calendar of days in any order, and of what the operator knows better."""
        own, known = given or Days(), set(days)
        horizon = max(known, default=date.min)
        if own.until and own.until > horizon:
            known |= _weekdays(horizon, own.until, exchange) if known else set()
            horizon = own.until
        known = (known | own.open | own.half) - own.closed
        halves = frozenset({*half, *own.half} - own.closed - (own.open - own.half))
        return cls(tuple(sorted(known)), horizon, halves, frozenset(own.closed), exchange)

    def is_session(self, day: date) -> bool:
        """Whether the exchange is open that day, as far as is known."""
        place = bisect_left(self.days, day)
        if place < len(self.days) and self.days[place] == day:
            return True
        return day > self.horizon and not self._is_shut(day)

    def is_verified(self, day: date) -> bool:
        """Whether a list says what the day is."""
        return day <= self.horizon or day in self.days or self._is_shut(day)

    def _is_shut(self, day: date) -> bool:
        """Whether it is certain, also after the horizon, that a day is no trading day."""
        return day in self.shut or not _may_trade(day, self.exchange)

    def ends(self, day: date) -> datetime:
        """When a trading day of the calendar ends."""
        return closed(day, self.exchange, day in self.half)

    def last_closed(self, now: datetime, ready: time) -> date:
        """The newest trading day whose figures are due: its own from `ready` on, in Shanghai.

        On a half day they are due as much earlier as it ends.
        """
        local = now.astimezone(SHANGHAI)
        day, due = local.date(), datetime.combine(local.date(), ready, SHANGHAI)
        if local < due - (closed(day, self.exchange) - self.ends(day)):
            day -= timedelta(days=1)
        while not self.is_session(day):
            day -= timedelta(days=1)
        return day

    def between(self, after: date, before: date) -> list[date]:
        """Verified trading days strictly between two days."""
        span = (before - after).days
        days = (after + timedelta(days=n) for n in range(1, span))
        return [day for day in days if self.is_session(day) and self.is_verified(day)]

    def next(self, day: date) -> date:
        """The next trading day after a day, as far as is known."""
        following = day + timedelta(days=1)
        while not self.is_session(following):
            following += timedelta(days=1)
        return following

    def before(self, day: date) -> date:
        """The trading day before a day, as far as is known."""
        earlier = day - timedelta(days=1)
        while not self.is_session(earlier):
            earlier -= timedelta(days=1)
        return earlier

    def known_after(self, day: date) -> int:
        """How many trading days after a day are known."""
        return len(self.days) - bisect_right(self.days, day)


def _weekdays(after: date, until: date, exchange: Exchange) -> set[date]:
    """Weekdays after one day up to and with another, without those that are never traded on."""
    span = (after + timedelta(days=n) for n in range(1, (until - after).days + 1))
    return {day for day in span if _may_trade(day, exchange)}


def _may_trade(day: date, exchange: Exchange) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in exchange.never
