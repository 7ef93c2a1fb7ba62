"""When a chat is told: its quiet hours, its mutes, the hour and the weekday of its digest. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.records import Mute, Wishes
from market.calendar import SHANGHAI, closed
from signals.model import RUNNING, ThemeState


def held_until(
    now: datetime, quiet: tuple[int, int] | None, zone: ZoneInfo = SHANGHAI
) -> datetime | None:
    """The end of the quiet hours (of a zone) that an instant falls into; None outside them."""
    if not quiet:
        return None
    local, (first, last) = now.astimezone(zone), quiet
    hours = local.hour + local.minute / 60
    inside = first <= hours < last if first < last else hours >= first or hours < last
    if not inside:
        return None
    end = local.replace(hour=last, minute=0, second=0, microsecond=0)
    return (end if end > local else end + timedelta(days=1)).astimezone(UTC)


def day_of(instant: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When the calendar day of an instant begins in a zone, and when the next one does; UTC."""
    first = instant.astimezone(zone).date()
    begun, ended = (datetime.combine(first + timedelta(days=n), time(), zone) for n in (0, 1))
    return begun.astimezone(UTC), ended.astimezone(UTC)


def covers_close(wishes: Wishes, day: date) -> bool:
    """Whether the quiet hours hold what is told right after a day's close."""
    return held_until(closed(day), wishes.quiet, wishes.zone) is not None


def digest_due(wishes: Wishes, day: date) -> datetime:
    """The instant from which a day's digest may go: the chat's hour, first after the close; UTC."""
    close = closed(day)
    if wishes.digest_hour is None:
        return close.astimezone(UTC)
    local = close.astimezone(wishes.zone)
    at = datetime.combine(local.date(), time(wishes.digest_hour), wishes.zone)
    return (at if at >= local else at + timedelta(days=1)).astimezone(UTC)


def week(days: Sequence[date], told: date | None, weekday: int) -> list[date]:
    """The trading days a weekly digest is of, when it is due on the last of `days`; else none.

    `told` is the last day told before. It is due on the first day told on or after the weekday,
    and is of all days since the first one on or after the weekday before: none is left out,
    though the weekday was a holiday, or the bot was away on it.
    """
    day = days[-1]
    told = told or day - timedelta(days=1)
    if _latest(weekday, day) <= told:
        return []
    begun = _latest(weekday, told)
    last = next((d for d in days if begun <= d <= told), begun)
    return [d for d in days if last < d]


def _latest(weekday: int, day: date) -> date:
    """The last such weekday (Monday is 0) up to a day."""
    return day - timedelta(days=(day.weekday() - weekday) % 7)


def silenced(
    mutes: Mapping[str, Mute], day: date, now: datetime, states: Mapping[str, ThemeState]
) -> set[str]:
    """The muted themes: of a day, decided upon at an instant, standing at its end as they do."""
    return {theme for theme, mute in mutes.items() if _lasts(mute, day, now, states.get(theme))}


def _lasts(mute: Mute, day: date, now: datetime, state: ThemeState | None) -> bool:
    if mute.at:
        return now < mute.at
    if mute.episode:
        same = state is not None and state.started == mute.episode
        return same and state is not None and (state.stage in RUNNING or state.since == day)
    return mute.until is None or day <= mute.until
