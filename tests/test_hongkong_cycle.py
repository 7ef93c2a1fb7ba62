"""Hong Kong's evening and days that no list knows: AKShare in its child, the loopback upstream."""

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot import hongkong, watch
from bot.app import App, open_app
from bot.by_hand import run_daily
from bot.calendars import calendar_of
from bot.cycle import catch_up
from bot.errors import UserError
from bot.records import Chat
from config.settings import load
from market.akshare.fetch import offline_calendar
from market.hongkong_days import built
from market.simulate import simulate
from tests.led import environ
from tests.upstream import Upstream

YEAR = [day for day in offline_calendar() if day <= date(2026, 12, 31)][-400:]
AFTER = [date(2027, 1, 4), date(2027, 1, 5)]  # the mainland trades, and no list of ours knows
HK_DAYS = [day for day in built(date(2026, 12, 31)).days if day >= date(2025, 6, 1)]
DAY, BEFORE = date(2026, 7, 15), date(2026, 7, 14)
CODES = ("00700", "09988", "03690", "09618", "01024", "01810", "00981", "02015", "09868")
THEMES = (
    '[[theme]]\nid = "hk-hstech"\nname = "恒生科技"\nexchange = "XHKG"\nindex = "HSTECH"\n'
    '[[theme]]\nid = "hk-some"\nname = "港股若干"\nexchange = "XHKG"\n[theme.members]\n'
    + "\n".join(f'{code} = "模拟{code}"' for code in CODES)
)


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    served = Upstream(simulate(8), [*YEAR, *AFTER], tmp_path_factory.mktemp("upstream"))
    served.hk_days = HK_DAYS
    yield served
    served.close()


@pytest.fixture
def app(upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(upstream.ca))
    (tmp_path / "themes.toml").write_text(THEMES, "utf-8")
    opened = open_app(load(environ(upstream, tmp_path) | {"PAOMO_ADMINS": "7"}))
    opened.ledger.save_chat(Chat(7, "private", "", "zh"))
    yield opened
    opened.close()
    upstream.faults.clear()
    upstream.hk_today = None
    upstream.requests.clear()


def at(app: App, day: date, hour: int, minute: int) -> App:
    """The app at a time in Shanghai."""
    now = datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=8)
    return replace(app, now=lambda: now)


def test_an_evening_asks_for_each_member_once(app: App, upstream: Upstream) -> None:
    upstream.hk_today = DAY
    report = hongkong.catch_up(at(app, DAY, 16, 40))
    assert report
    assert (report.day, report.new) == (DAY, True)
    counted = Counter(upstream.requests)
    assert counted == {"hongkong": 2, "hk_stock": len(CODES), "hk_factors": len(CODES)}
    there = app.of("XHKG")
    panel = there.store.panel(DAY, 200)
    assert panel.days == [day for day in HK_DAYS if day <= DAY][-200:]
    assert panel.close.notna().all().all()
    assert panel.covered["hk-some"].iloc[-1] == len(CODES)
    assert there.ledger.readings().keys() == {"hk-some"}
    assert app.ledger.outbox.waiting() == []
    upstream.requests.clear()
    assert hongkong.catch_up(at(app, DAY, 16, 50)) is None
    assert upstream.requests == []


def test_by_hand_both_exchanges_are_judged_and_twice_is_once(
    app: App, upstream: Upstream, capsys: pytest.CaptureFixture[str]
) -> None:
    upstream.today = upstream.hk_today = DAY
    evening = at(app, DAY, 16, 45)
    run_daily(evening, None, True, True)
    said = capsys.readouterr().err
    assert f"\n{DAY}: judged, 0 transitions" in said
    assert f"fetching Hong Kong …\nHong Kong, {DAY}: judged, 0 transitions" in said
    assert [app.ledger.evaluated(), app.of("XHKG").ledger.evaluated()] == [DAY, DAY]
    upstream.requests.clear()
    run_daily(evening, DAY, True, True)
    assert capsys.readouterr().err.count("had been judged before") == 2
    assert upstream.requests == []


def test_by_hand_what_keeps_one_exchange_from_its_day_does_not_keep_the_other(
    app: App, upstream: Upstream, capsys: pytest.CaptureFixture[str]
) -> None:
    upstream.today = upstream.hk_today = DAY
    morning = at(app, DAY + timedelta(days=1), 10, 0)
    with pytest.raises(UserError, match="trading has begun again"):
        run_daily(morning, None, True, False)
    assert f"Hong Kong, {DAY}: judged" in capsys.readouterr().err
    assert app.ledger.evaluated() is None
    other = at(app, DAY + timedelta(days=1), 16, 0)  # the mainland's is due, Hong Kong's is not
    upstream.today = DAY + timedelta(days=1)
    run_daily(other, upstream.today, True, False)
    said = capsys.readouterr().err
    assert f"\n{upstream.today}: judged" in said
    assert f"only its last closed trading day, {DAY}, can be fetched" in said
    with pytest.raises(UserError, match=f"{BEFORE} is before {upstream.today}, the last"):
        run_daily(other, BEFORE, False, False)


def test_a_day_is_not_taken_before_it_is_over(app: App, upstream: Upstream) -> None:
    upstream.hk_today = DAY  # whose bar is there all day long, unfinished
    report = hongkong.catch_up(at(app, DAY, 16, 39))
    assert report
    assert report.day == BEFORE
    assert app.of("XHKG").store.days()[-1] == BEFORE
    assert not app.of("XHKG").store.bars(DAY, DAY).size


def test_a_half_day_is_taken_at_noon(app: App, upstream: Upstream, tmp_path: Path) -> None:
    upstream.hk_today = DAY
    (tmp_path / "calendar.toml").write_text(f"[XHKG]\nhalf = [{DAY}]\n", "utf-8")
    report = hongkong.catch_up(at(app, DAY, 12, 40))
    assert report
    assert report.day == DAY
    assert app.of("XHKG").ledger.fact(f"half:{DAY}")
    assert not app.ledger.fact(f"half:{DAY}")


def test_figures_that_do_not_come_are_told_to_the_admin_and_had_later(
    app: App, upstream: Upstream
) -> None:
    upstream.hk_today = BEFORE
    with pytest.raises(UserError, match=f"HSI has no bar of {DAY}"):
        hongkong.catch_up(at(app, DAY, 16, 40))
    assert "hong_kong" not in watch.troubles(at(app, DAY, 17, 0))
    assert "HSI has no bar" in watch.troubles(at(app, DAY, 17, 45))["hong_kong"]
    assert watch.tell(at(app, DAY, 17, 45)) == 1
    assert "取不到港股数据" in app.ledger.outbox.waiting()[0].text
    upstream.hk_today = DAY
    later = at(app, DAY + timedelta(days=1), 10, 0)  # trading has begun again, and no bar is lost
    report = hongkong.catch_up(later)
    assert report
    assert report.day == DAY
    assert "hong_kong" not in watch.troubles(later)


def test_a_refusal_keeps_what_came_and_judges_nothing(app: App, upstream: Upstream) -> None:
    upstream.hk_today, upstream.faults["hk_factors"] = DAY, "403"
    with pytest.raises(UserError, match=r"Hong Kong, .* HTTP 403; it is tried again"):
        hongkong.catch_up(at(app, DAY, 16, 40))
    assert app.of("XHKG").store.days() == []
    assert app.of("XHKG").ledger.evaluated() is None


def test_a_bot_that_is_told_to_stop_notes_no_fault(app: App) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(UserError, match="stopping"):
        hongkong.catch_up(at(app, DAY, 16, 40), stop)
    assert not app.ledger.fact(hongkong.FAULT)


def test_without_hong_kong_in_themes_toml_nothing_is_asked(
    app: App, upstream: Upstream, tmp_path: Path
) -> None:
    (tmp_path / "themes.toml").write_text('[[theme]]\nboards = ["a"]\n', "utf-8")
    assert hongkong.catch_up(at(app, DAY, 16, 40)) is None
    assert upstream.requests == []


def test_a_weekday_that_no_list_knows_waits_for_the_index(app: App, upstream: Upstream) -> None:
    upstream.faults["calendar"] = "null"  # Sina does not tell of the new year either
    upstream.today = YEAR[-1]
    weekday = AFTER[0]  # it may be a holiday: Spring Festival moves
    for hour in (15, 23):  # also when it is late nobody is told that figures are missing
        with pytest.raises(UserError, match="the index has no bar of it"):
            catch_up(at(app, weekday, hour, 40), threading.Event())
    assert app.ledger.outbox.waiting() == []
    assert not app.ledger.fact("fault")
    assert app.store.days() == []
    upstream.today = weekday
    report = catch_up(at(app, weekday, 23, 50), threading.Event())
    assert report
    assert report.day == weekday
    assert calendar_of(app).horizon == weekday
    assert app.store.note(f"faults:{AFTER[0]}") == '[["filling", "0/0 · 0/19"]]'
