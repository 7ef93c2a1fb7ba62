"""Trading days of both exchanges: holidays, half days, make-up days, what no list knows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pandas as pd
import pytest

from bot.app import App, judge
from bot.calendars import calendar_of, ends_week, is_proven, renew
from bot.errors import UserError
from bot.ledger import Ledger
from config.calendar import Days, load_overrides
from config.settings import Settings
from market import hongkong_days
from market.akshare.fetch import offline_calendar
from market.calendar import BY_LAW, HONG_KONG, Calendar
from market.hongkong_days import HongKongDays
from market.source import NoData
from market.store import Store
from tests.refused import refusal

LAST = date(2026, 12, 31)  # of AKShare's own list
READY, HK_READY = time(15, 5), time(16, 20)


@pytest.fixture(scope="module")
def known() -> HongKongDays:
    return hongkong_days.built(date(2027, 12, 31))


@pytest.fixture(scope="module")
def hong_kong(known: HongKongDays) -> Calendar:
    return Calendar.of(known.days, known.half, exchange=HONG_KONG)


@pytest.fixture
def app(settings: Settings, tmp_path: Path) -> App:
    home = settings.model_copy(update={"home": tmp_path})
    now = datetime(2026, 11, 24, 8, tzinfo=UTC)
    return App(home, Store(None), Ledger(None), *judge(home), lambda: now)


@pytest.mark.parametrize(
    ("day", "mainland", "hong_kong_open"),
    [
        (date(2024, 10, 1), False, False),  # National Day
        (date(2024, 10, 2), False, True),  # the golden week
        (date(2024, 10, 7), False, True),
        (date(2024, 10, 8), True, True),
        (date(2024, 10, 11), True, False),  # Chung Yeung
        (date(2024, 12, 24), True, True),
        (date(2024, 12, 25), True, False),
        (date(2024, 12, 26), True, False),
        (date(2025, 1, 26), False, False),  # a Sunday the mainland worked on
        (date(2026, 2, 14), False, False),  # a Saturday likewise
        (date(2027, 1, 1), False, False),  # by law
        (date(2027, 2, 8), True, False),  # what the mainland does at New Year is not known yet
    ],
)
def test_each_exchange_has_its_own_days(
    hong_kong: Calendar, day: date, mainland: bool, hong_kong_open: bool
) -> None:
    assert Calendar.of(offline_calendar()).is_session(day) is mainland
    assert hong_kong.is_session(day) is hong_kong_open


@pytest.mark.parametrize("day", [date(2024, 2, 9), date(2024, 12, 24), date(2024, 12, 31)])
def test_a_half_day_ends_at_noon_and_its_figures_are_due_then(
    hong_kong: Calendar, day: date
) -> None:
    assert hong_kong.ends(day).time() == time(12, 10)
    noon = datetime.combine(day, time(4, 20), UTC)  # 12:20 there
    assert hong_kong.last_closed(noon, HK_READY) == day
    assert hong_kong.last_closed(noon.replace(minute=19), HK_READY) < day


def test_a_whole_day_of_hong_kong_ends_an_hour_after_the_mainlands(hong_kong: Calendar) -> None:
    now = datetime(2024, 12, 23, 8, 19, tzinfo=UTC)
    assert Calendar.of(offline_calendar()).last_closed(now, READY) == date(2024, 12, 23)
    assert hong_kong.last_closed(now, HK_READY) == date(2024, 12, 20)
    assert hong_kong.last_closed(now.replace(minute=20), HK_READY) == date(2024, 12, 23)


def test_hong_kongs_days_are_kept_as_a_note(app: App, known: HongKongDays) -> None:
    made = calendar_of(app, HONG_KONG)
    assert made.days == tuple(known.days)
    assert made.half == frozenset(known.half)
    note = app.store.note("calendar:XHKG") or ""
    assert hongkong_days.read(note) == known
    assert len(note) < 8_000
    app.store.set_note("calendar:XHKG", note.replace("2027-12-31", "2026-12-31", 1))
    assert calendar_of(app, HONG_KONG).horizon == date(2027, 12, 31)  # made anew for a new year


def test_the_operator_knows_better(app: App, tmp_path: Path) -> None:
    (tmp_path / "calendar.toml").write_text(
        "[XHKG]\nclosed = [2023-09-01, 2023-09-08]  # Saola, and the rain after it\n"
        "half = [2026-11-24]\n[XSHG]\nuntil = 2027-01-08\nclosed = [2027-01-06]\n",
        "utf-8",
    )
    hong_kong, mainland = calendar_of(app, HONG_KONG), calendar_of(app)
    assert not hong_kong.is_session(date(2023, 9, 1))
    assert hong_kong.ends(date(2026, 11, 24)).time() == time(12, 10)
    assert not mainland.is_session(date(2027, 1, 6))
    assert not mainland.is_session(date(2027, 1, 1))  # it need not be told
    assert mainland.is_verified(date(2027, 1, 8))
    assert mainland.known_after(LAST) == 4
    assert not mainland.is_verified(date(2027, 1, 11))


def test_every_fault_of_the_operators_file_is_told_at_once(tmp_path: Path) -> None:
    own = tmp_path / "calendar.toml"
    said = refusal(
        load_overrides,
        own,
        "[XSHG]\nopen = [2026-02-14, 2026-03-02]\nclosed = [2026-03-02]\nhalf = [2026-03-03]\n"
        "[NYSE]\n[XHKG]\nclosed = ['soon']\nshut = []\n",
    )
    for fault in (
        "2026-02-14 is a Saturday", "2026-03-02 is given closed and open", "half days are Hong",
        "NYSE: no exchange", "XHKG.closed.0", "XHKG.shut",
    ):  # fmt: skip
        assert fault in said
    assert "cannot be read as TOML" in refusal(load_overrides, own, "[XSHG")


def test_a_fault_in_the_file_stops_a_cycle_with_words(app: App, tmp_path: Path) -> None:
    (tmp_path / "calendar.toml").write_text("[NYSE]\n", "utf-8")
    with pytest.raises(UserError, match="NYSE: no exchange"):
        calendar_of(app)


def test_beyond_the_horizon_a_weekday_is_not_verified() -> None:
    calendar = Calendar.of(offline_calendar(), given=Days(closed=frozenset({date(2027, 1, 5)})))
    assert not calendar.is_session(date(2027, 1, 5))
    assert calendar.is_verified(date(2027, 1, 5))
    assert calendar.is_session(date(2027, 1, 4))
    assert not calendar.is_verified(date(2027, 1, 4))
    assert calendar.is_verified(date(2027, 1, 2))  # a Saturday
    assert calendar.between(LAST, date(2027, 1, 8)) == []  # none of them is a hole


def test_the_mainland_never_trades_on_what_the_law_makes_a_holiday() -> None:
    of_the_law = [day for day in offline_calendar() if day.year >= 2000]  # it is of 1999
    assert not [day for day in of_the_law if (day.month, day.day) in BY_LAW]
    calendar = Calendar.of(offline_calendar())
    for day in (date(2027, 1, 1), date(2028, 5, 1), date(2029, 10, 1), date(2029, 10, 3)):
        assert day.weekday() < 5
        assert not calendar.is_session(day)
        assert calendar.is_verified(day)
    assert calendar.next(LAST) == date(2027, 1, 4)


def test_the_last_week_that_is_known_ends_though_the_next_year_is_not(app: App) -> None:
    assert calendar_of(app).horizon == LAST  # a Thursday
    assert ends_week(app, LAST)
    assert not ends_week(app, date(2027, 1, 4))
    assert ends_week(app, date(2027, 1, 8))


class Index:
    """A source of the days that an index has bars of, and of Sina's list."""

    def __init__(self, days: Sequence[date]) -> None:
        self.days, self.listed = days, list[date]()

    def index_history(self, code: str, since: date, until: date) -> pd.DataFrame:
        days = [day for day in self.days if since <= day <= until]
        if not days:
            raise NoData(code)
        return pd.DataFrame({"day": days})

    def calendar(self) -> list[date]:
        return self.listed


def test_a_weekday_counts_when_the_index_has_a_bar_of_it(app: App) -> None:
    source = Index([LAST, date(2027, 1, 4), date(2027, 1, 5)])
    assert not is_proven(app, source, date(2027, 1, 1))  # type: ignore[arg-type]
    assert is_proven(app, source, date(2027, 1, 5))  # type: ignore[arg-type]
    learnt = calendar_of(app)
    assert learnt.horizon == date(2027, 1, 5)
    assert learnt.is_session(date(2027, 1, 4))
    assert not learnt.is_session(date(2027, 1, 1))
    assert is_proven(app, Index([]), date(2027, 1, 5))  # type: ignore[arg-type]


def test_a_new_list_does_not_forget_what_was_learnt_before(app: App) -> None:
    source = Index([])
    source.listed = [LAST, date(2027, 1, 4)]
    renew(app, source, date(2026, 12, 20))  # type: ignore[arg-type]
    source.listed = [date(2028, 1, 4)]
    renew(app, source, date(2026, 12, 21))  # type: ignore[arg-type]
    later = calendar_of(replace(app)).days
    assert {date(2027, 1, 4), date(2028, 1, 4)} <= set(later)
