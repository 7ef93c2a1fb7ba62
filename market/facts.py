"""What the store gives back beside frames, and how it writes days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class ThemeFacts:
    """What a theme's row of a day rests on."""

    members: int
    covered: int  # members with a known return
    backfilled: bool  # made after the day
    member_day: date | None  # the membership it was made with


@dataclass(frozen=True)
class Listing:
    """When a stock's bars begin here."""

    first: date
    seasoned: bool  # it was no new listing then


@dataclass(frozen=True)
class MarketDay:
    """The whole market on a day."""

    benchmark: float  # equal-weight index, points
    stocks: int  # with a known return
    advancers: int
    decliners: int
    limit_ups: int
    amount: float  # CNY; NaN unknown
    source: str
    change: float = float("nan")  # of the benchmark since the day before, fraction
    index_change: float = float("nan")  # of the cap-weighted index likewise, fraction


def as_int(day: date) -> int:
    """20240628 for 2024-06-28: four bytes a row in SQLite, and readable."""
    return day.year * 10000 + day.month * 100 + day.day


def as_date(number: int) -> date:
    """The date of a number made by `as_int`."""
    return date(number // 10000, number // 100 % 100, number % 100)


def maybe_date(number: int | None) -> date | None:
    """Likewise, where there may be none."""
    return as_date(number) if number else None


def as_figures(figures: Sequence[float]) -> list[float | None]:
    """Figures as the database wants them: None where not known (NaN)."""
    return [None if figure != figure else figure for figure in figures]
