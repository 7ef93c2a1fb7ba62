"""When a chat is told: both sides of each boundary of hours, days, weeks and mutes."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.records import Mute, Wishes, wishes_of
from bot.timing import covers_close, digest_due, held_until, silenced, week
from market.calendar import SHANGHAI
from signals.model import Stage, ThemeState

DAY = date(2024, 6, 28)  # a Friday
NOW = datetime(2024, 6, 28, 7, 20, tzinfo=UTC)  # 15:20 in Shanghai
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("clock", "quiet", "until"),
    [
        ("14:59", (22, 8), None),
        ("21:59", (22, 8), None),
        ("22:00", (22, 8), "2024-06-29 08:00"),
        ("03:00", (22, 8), "2024-06-28 08:00"),
        ("08:00", (22, 8), None),
        ("12:30", (12, 14), "2024-06-28 14:00"),
        ("11:59", (12, 14), None),
        ("14:00", (12, 14), None),
        ("03:00", None, None),
    ],
)
@pytest.mark.parametrize("zone", [SHANGHAI, BERLIN])
def test_quiet_hours_of_a_zone_hold_until_they_end(
    clock: str, quiet: tuple[int, int] | None, until: str | None, zone: ZoneInfo
) -> None:
    now = datetime.fromisoformat(f"2024-06-28 {clock}").replace(tzinfo=zone)
    held = held_until(now.astimezone(UTC), quiet, zone)
    assert (f"{held.astimezone(zone):%Y-%m-%d %H:%M}" if held else None) == until


def test_quiet_hours_end_by_the_clock_on_the_wall_when_the_clocks_change() -> None:
    night = datetime(2024, 3, 30, 23, tzinfo=BERLIN)  # at 2:00 it is 3:00
    held = held_until(night.astimezone(UTC), (22, 8), BERLIN)
    assert held == datetime(2024, 3, 31, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "zone", "covered"),
    [
        (None, SHANGHAI, False),
        ((22, 8), SHANGHAI, False),
        ((15, 16), SHANGHAI, True),
        ((14, 15), SHANGHAI, False),
        ((22, 8), NEW_YORK, True),  # the close is at 3:00 there
        ((22, 8), BERLIN, False),  # at 9:00
        ((22, 10), BERLIN, True),
    ],
)
def test_quiet_hours_that_cover_the_close_are_known(
    quiet: tuple[int, int] | None, zone: ZoneInfo, covered: bool
) -> None:
    assert covers_close(Wishes({}, quiet, zone=zone), DAY) is covered


@pytest.mark.parametrize(
    ("hour", "zone", "due"),
    [
        (None, SHANGHAI, "2024-06-28 07:00"),
        (15, SHANGHAI, "2024-06-28 07:00"),  # the close itself
        (16, SHANGHAI, "2024-06-28 08:00"),
        (14, SHANGHAI, "2024-06-29 06:00"),
        (8, SHANGHAI, "2024-06-29 00:00"),
        (20, BERLIN, "2024-06-28 18:00"),
        (8, BERLIN, "2024-06-29 06:00"),  # the close is at 9:00 there
        (9, BERLIN, "2024-06-28 07:00"),
        (None, BERLIN, "2024-06-28 07:00"),
    ],
)
def test_a_digest_is_due_at_the_first_such_hour_after_the_close(
    hour: int | None, zone: ZoneInfo, due: str
) -> None:
    at = digest_due(Wishes({}, digest_hour=hour, zone=zone), DAY)
    assert f"{at:%Y-%m-%d %H:%M}" == due


def days(*numbers: int) -> list[date]:
    """Days of June 2024; the 3rd, 10th, 17th and 24th were Mondays."""
    return [date(2024, 6, number) for number in numbers]


TWO_WEEKS = (12, 13, 14, 17, 18, 19, 20, 21)  # the 10th was a holiday


@pytest.mark.parametrize(
    ("known", "told", "weekday", "covered"),
    [
        (TWO_WEEKS, 20, 4, [17, 18, 19, 20, 21]),  # Friday after Friday
        (TWO_WEEKS[:-1], 19, 4, []),  # Thursday
        (TWO_WEEKS[:-1], 19, 3, [14, 17, 18, 19, 20]),
        ((6, 7, 11, 12), 11, 0, []),  # Monday's was told on Tuesday, Monday having been a holiday
        ((3, 4, 5, 6, 7, 11), 7, 0, [4, 5, 6, 7, 11]),
        ((3, 4, 5, 6, 7, 11, 12, 13, 14, 17), 14, 0, [12, 13, 14, 17]),
        ((13, 14, 17, 18), 14, 4, []),  # Friday's was told
        ((14, 17, 18, 19, 20, 21, 24), 20, 4, [17, 18, 19, 20, 21, 24]),  # away on Friday
        ((7, 11, 12, 13, 14, 17, 18), 7, 4, [11, 12, 13, 14, 17, 18]),  # away for a week
        ((21,), None, 4, [21]),
        ((20,), None, 4, []),
    ],
)
def test_a_weekly_digest_is_of_all_days_since_the_last(
    known: tuple[int, ...], told: int | None, weekday: int, covered: list[int]
) -> None:
    last = date(2024, 6, told) if told else None
    assert week(days(*known), last, weekday) == days(*covered)


@pytest.mark.parametrize("weekday", range(5))
def test_weekly_digests_leave_no_day_out_and_tell_none_twice(weekday: int) -> None:
    every = [DAY + timedelta(days=n) for n in range(120)]
    open_ = [d for d in every if d.weekday() < 5 and not date(2024, 9, 30) <= d < date(2024, 10, 8)]
    told = [
        d for n in range(1, len(open_)) for d in week(open_[: n + 1][-15:], open_[n - 1], weekday)
    ]
    assert told == open_[open_.index(told[0]) : open_.index(told[-1]) + 1]
    assert len(open_) - len(told) < 14 + 5


RUNNING = ThemeState("t", Stage.BUBBLE, DAY, started=date(2024, 6, 3))


@pytest.mark.parametrize(
    ("mute", "day", "now", "state", "muted"),
    [
        (Mute(), DAY, NOW, RUNNING, True),
        (Mute(until=DAY), DAY, NOW, RUNNING, True),
        (Mute(until=DAY), DAY + timedelta(days=1), NOW, RUNNING, False),
        (Mute(at=NOW), DAY, NOW - timedelta(seconds=1), RUNNING, True),
        (Mute(at=NOW), DAY, NOW, RUNNING, False),
        (Mute(episode=date(2024, 6, 3)), DAY, NOW, RUNNING, True),
        (Mute(episode=date(2024, 6, 3)), DAY, NOW, replace(RUNNING, stage=Stage.OVER), True),
        (
            Mute(episode=date(2024, 6, 3)),
            DAY + timedelta(days=1),  # it ended the day before
            NOW,
            replace(RUNNING, stage=Stage.OVER),
            False,
        ),
        (Mute(episode=date(2024, 6, 3)), DAY, NOW, replace(RUNNING, started=DAY), False),
        (Mute(episode=date(2024, 6, 3)), DAY, NOW, ThemeState("t"), False),
        (Mute(episode=date(2024, 6, 3)), DAY, NOW, None, False),
    ],
)
def test_a_mute_lasts_for_days_hours_or_an_episode(
    mute: Mute, day: date, now: datetime, state: ThemeState | None, muted: bool
) -> None:
    states = {"t": state} if state else {}
    assert silenced({"t": mute}, day, now, states) == ({"t"} if muted else set())


def test_wishes_come_back_from_their_texts() -> None:
    named = {
        "surge": "off", "quiet": "22-8", "sense": "strong", "budget": "3", "digest_hour": "0",
        "digest_weekday": "0", "zone": "Europe/Berlin",
    }  # fmt: skip
    expected = Wishes({"surge": "off"}, (22, 8), frozenset("t"), "strong", 3, 0, 0, BERLIN)
    assert wishes_of(named, frozenset("t")) == expected
    emptied = {name: "" for name in named if name not in ("surge", "sense")}
    assert wishes_of(emptied, frozenset()) == Wishes({})


def test_a_zone_that_is_known_no_more_leaves_the_exchanges() -> None:
    assert wishes_of({"zone": "Europe/Atlantis"}, frozenset()).zone == SHANGHAI


def test_the_hour_of_the_close_is_that_of_the_exchange() -> None:
    close = datetime.combine(DAY, time(15), SHANGHAI)
    assert digest_due(Wishes({}), DAY) == close
