"""What happened beside a theme's price lately, and what is to come; read when first asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.texts import local
from market.announced import AHEAD_DAYS, PAST_DAYS, dates_read
from market.calendar import SHANGHAI
from market.events import Event, is_theme_fund
from market.news import Line
from market.source import Theme
from market.store import MAINLAND, Store

NEWS_DAYS = 7  # calendar days of trigger lines counted beside an alert
MANY = 200  # lines beyond which counting stops


@dataclass(frozen=True)
class Happened:
    """The events of one theme: the newest first, what is to come in the order it comes."""

    past: tuple[Event, ...]
    coming: tuple[Event, ...]
    named: int  # trigger lines of the last days that name the theme or a member
    read: int  # of the PAST_DAYS, the dates whose announcements were read; of the others none known
    lockups_known: bool  # whether those to come were looked up


class Beside:
    """Events and news by theme; belongs to the thread of its store."""

    def __init__(self, store: Store) -> None:
        """Reads nothing yet."""
        self._store = store
        self._read: dict[date, int] = {}  # dates read by day

    def theme(self, theme: Theme, day: date) -> Happened:
        """What is known of a theme on a day, with its members of then."""
        members = self._store.members(theme.id, day)
        since, until = day - timedelta(days=PAST_DAYS - 1), day + timedelta(days=AHEAD_DAYS)
        events = self._store.events
        past = events.between(since, day, members)
        funds = events.of_kind("etf", since, day)
        past += [fund for fund in funds if is_theme_fund(fund.title, theme.name)]
        coming = events.between(day + timedelta(days=1), until, members)
        lines = self._store.news.naming([theme.id, *members], begun(day, NEWS_DAYS), MANY, True)
        return Happened(
            tuple(sorted(past, key=lambda event: event.day, reverse=True)),
            tuple(reversed([event for event in coming if event.kind == "lockup"])),
            len(lines),
            self._dates_read(theme, day),
            theme.exchange == MAINLAND and self._looked_ahead(),
        )

    def _looked_ahead(self) -> bool:
        """Whether the last look at lock-ups to come brought them."""
        looked, _, fault = (self._store.note("events:lock-ups") or "").partition(" ")
        return bool(looked) and not fault

    def _dates_read(self, theme: Theme, day: date) -> int:
        """Of the last month; elsewhere than on the mainland none are."""
        if theme.exchange != MAINLAND:
            return 0
        if day not in self._read:
            self._read[day] = dates_read(self._store, day)
        return self._read[day]

    def lines(self, theme: Theme, day: date, days: int, limit: int) -> Sequence[Line]:
        """News lines of the last days that name a theme or a member, the newest first."""
        subjects = [theme.id, *self._store.members(theme.id, day)]
        return self._store.news.naming(subjects, begun(day, days), limit)


def begun(day: date, days: int) -> datetime:
    """The instant at which so many calendar days up to a day begin in Shanghai, in UTC."""
    first = day - timedelta(days=days - 1)
    return datetime.combine(first, time(), SHANGHAI).astimezone(UTC)


def fresh(store: Store, zone: ZoneInfo = SHANGHAI) -> list[tuple[str, str, int, str]]:
    """Of statements, events and news: the name, the newest, how many, and whence."""
    (filed, companies), (seen, events) = store.books.fetched(), store.events.newest()
    at, source, lines = store.news.newest()
    newest = local(at, zone) if at else ""
    return [
        ("filings", str(filed or ""), companies, "eastmoney, sina"),
        ("events", str(seen or ""), events, "eastmoney"),
        ("news", newest, lines, source),
    ]
