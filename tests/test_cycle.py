"""The daily cycle: AKShare's code in its child, the loopback upstream, a clock of our own."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from filelock import FileLock

from bot import sources, wire
from bot.app import App, open_app
from bot.by_hand import run_daily
from bot.cycle import catch_up, due_day
from bot.errors import UserError
from bot.filling import run_filling
from bot.home import LOCK
from bot.records import Chat
from config.settings import load
from market.akshare.fetch import offline_calendar
from market.facts import as_int
from market.simulate import simulate
from market.source import Theme
from tests.led import environ
from tests.upstream import Upstream

DAYS = [day for day in offline_calendar() if date(2024, 1, 1) < day <= date(2026, 7, 15)]
EVENING = datetime(2026, 7, 15, 12, tzinfo=UTC)  # 20:00 in Shanghai
THEMES = """
[[theme]]
boards = ["模拟·深思链"]
[[theme]]
boards = ["模拟·算力"]
parent = "模拟·深思链"
[[theme]]
id = "hk-hstech"
name = "恒生科技"
exchange = "XHKG"
index = "HSTECH"
"""


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    served = Upstream(simulate(8), DAYS[-420:], tmp_path_factory.mktemp("upstream"))
    yield served
    served.close()


@pytest.fixture
def app(upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(upstream.ca))
    (tmp_path / "themes.toml").write_text(THEMES, "utf-8")
    opened = open_app(load(environ(upstream, tmp_path)), lambda: EVENING)
    yield opened
    opened.close()
    upstream.faults.clear()


def test_a_first_evening_fetches_judges_and_says_that_nothing_was_delivered(
    app: App, upstream: Upstream, capsys: pytest.CaptureFixture[str]
) -> None:
    app.ledger.save_chat(Chat(7, "private", "", "zh"))
    run_daily(app, None, True, True)
    first = capsys.readouterr()
    assert f"{upstream.today}: judged" in first.err
    assert "no TELEGRAM_TOKEN is set; 2 messages wait" in first.err
    assert app.ledger.fact("cycle") == "2026-07-15: 600 stocks from tencent"
    assert app.store.note("faults:2026-07-15") == '[["filling", "0/40 · 2/19"]]'
    assert "来源 tencent" in app.ledger.outbox.waiting()[0].text
    run_daily(app, None, True, True)
    again = capsys.readouterr()
    assert "nothing new was sent" in again.err
    assert again.out == first.out
    assert all(json.loads(line)["day"] == "2026-07-15" for line in first.out.splitlines())


def test_an_evening_without_figures_stores_nothing_and_late_tells_the_chats(
    app: App, upstream: Upstream
) -> None:
    app.ledger.save_chat(Chat(7, "private", "", "zh"))
    upstream.faults |= dict.fromkeys(("tencent", "sina", "eastmoney"), "403")
    with pytest.raises(UserError, match=r"tencent: HTTP 403; then .*; nothing was stored"):
        catch_up(app, threading.Event())
    assert app.store.days() == []
    assert app.ledger.outbox.waiting() == []
    asked = len(upstream.requests)
    late = replace(app, now=lambda: EVENING + timedelta(hours=3, minutes=40))
    with pytest.raises(UserError, match="left alone until"):  # the breaker outlives the child
        catch_up(late, threading.Event())
    assert len(upstream.requests) == asked
    assert "没有取到可用的数据" in app.ledger.outbox.waiting()[0].text


@pytest.mark.parametrize(
    ("last", "gap"),
    [
        (date(2026, 7, 14), None),
        (date(2026, 7, 10), "2026-07-13, 2026-07-14"),
        (date(2026, 6, 30), "10 (2026-07-01 … 2026-07-14)"),
    ],
)
def test_trading_days_that_were_missed_are_told(app: App, last: date, gap: str | None) -> None:
    app.store.save_market_days([(as_int(last), 1000.0, 5, 3, 2, 0, None, "imported")])
    run_daily(app, None, True, False)
    noted = json.loads(app.store.note("faults:2026-07-15") or "")
    told = dict(noted)
    assert told.pop("filling")
    assert told == ({"gap": gap} if gap else {})


def test_trading_days_that_cannot_be_filled_are_holes(app: App, upstream: Upstream) -> None:
    upstream.faults |= {"index": "403", "sina_index": "403"}
    app.store.save_market_days([(as_int(DAYS[-4]), 1000.0, 5, 3, 2, 0, None, "imported")])
    run_daily(app, None, True, False)
    noted = dict(json.loads(app.store.note("faults:2026-07-15") or ""))
    assert noted["holes"] == "2026-07-13, 2026-07-14"


MONTHLY = ("confidence", "m2", "fdi", "deflator", "cpi", "ppi", "homes")


def test_the_backdrop_is_asked_for_within_what_was_counted(app: App, upstream: Upstream) -> None:
    asked = []
    for evening, today in enumerate(DAYS[-2:]):
        upstream.today, upstream.requests = today, []
        run_daily(replace(app, now=lambda n=evening: EVENING - timedelta(1 - n)), None, True, False)
        asked.append(Counter(upstream.requests))
    first, second = asked
    # two pages for its count and its rows; live there are 4 of southbound flow and 8 of margins
    daily = {"america": 2, "india": 1, "southbound": 2, "margin": 2}
    assert {name: first[name] for name in daily} == daily
    assert {name: second[name] for name in daily} == daily
    assert {name: first[name] for name in (*MONTHLY, "climate")} == {
        **dict.fromkeys(MONTHLY, 1),
        "climate": 2,
    }
    assert not any(second[name] for name in (*MONTHLY, "climate"))
    # of the mainland the benchmark and Shanghai; of Hong Kong, whose evening comes later, one
    assert (second["index"], second["hongkong"]) == (2, 1)
    assert {name: app.store.macro.fetched(name) for name in ("cpi", "margin")} == {
        "cpi": DAYS[-2],
        "margin": DAYS[-1],
    }
    assert app.store.note(f"faults:{DAYS[-1]}") == '[["filling", "0/40 · 2/19"]]'


def test_by_hand_it_goes_on_with_what_is_missing_within_the_days_quota(
    app: App, upstream: Upstream, capsys: pytest.CaptureFixture[str]
) -> None:
    few = app.settings.source.model_copy(update={"bars_a_day": 4, "pages_a_day": 5})
    app = replace(app, settings=app.settings.model_copy(update={"source": few}))
    run_daily(app, None, True, False)
    upstream.requests = []
    run_filling(app)
    asked = Counter(upstream.requests)
    assert (asked["members"], asked["begin"]) == (5 - 2, 4)  # two came with the evening itself
    said = capsys.readouterr().err
    assert "members' bars 4 of 40 companies · memberships 5 of 19 boards · about 9 days" in said
    run_filling(app)
    assert Counter(upstream.requests) == asked
    with FileLock(app.settings.home / LOCK):
        run_filling(app)
    assert "the running bot goes on" in capsys.readouterr().err


def test_once_judged_there_is_nothing_to_catch_up_with(app: App, upstream: Upstream) -> None:
    report = catch_up(app, threading.Event())
    assert report
    assert report.new
    asked = len(upstream.requests)
    assert catch_up(app, threading.Event()) is None
    assert len(upstream.requests) == asked


def test_quotes_of_a_day_that_has_begun_are_not_taken_for_the_day_before(
    app: App, upstream: Upstream
) -> None:
    morning = replace(app, now=lambda: datetime(2026, 7, 16, 2, tzinfo=UTC))  # 10:00 there
    assert due_day(morning) == date(2026, 7, 15)
    asked = len(upstream.requests)
    assert catch_up(morning, threading.Event()) is None
    with pytest.raises(UserError, match="trading has begun again"):
        run_daily(morning, None, True, False)
    assert len(upstream.requests) == asked


def test_a_day_that_is_neither_stored_nor_the_last_one_is_refused(app: App) -> None:
    with pytest.raises(UserError, match="only its last closed trading day, 2026-07-15, can"):
        run_daily(app, date(2026, 7, 9), True, False)


def test_a_bot_that_is_told_to_stop_stops_fetching(app: App, upstream: Upstream) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(UserError, match="stopping"):
        catch_up(app, stop)
    assert app.ledger.fact("cycle") is None


def test_a_morning_look_brings_news_events_and_filings_through_akshares_own_code(
    app: App, upstream: Upstream
) -> None:
    members = upstream.codes[:3]
    app.store.save_themes([Theme("hot", "模拟·深思链", "concept", "XSHG", "em", "board", "BK0801")])
    app.store.save_members("hot", DAYS[-1], members)
    app.store.save_market_days([(as_int(DAYS[-1]), 1000.0, 1, 1, 0, 0, None, "x")])
    app.store.save_valuations((as_int(DAYS[-1]), code, 20.0, 1e9) for code in members)
    upstream.requests.clear()
    upstream.faults["lockups"] = "403"
    morning = replace(app, now=lambda: datetime(2026, 7, 15, 23, 31, tzinfo=UTC))  # 07:31 there
    assert wire.look(morning, threading.Event()) == 5
    assert wire.look(morning, threading.Event()) == 0  # once a slot
    asked = Counter(upstream.requests)
    assert asked["wire"] == 1
    # the first refusal closed the whole group's door, and what went before it is kept
    assert asked["lockups"] == 1
    assert app.store.events.newest()[1] > 0
    assert {one.need for one in sources.down(app)} == {"events", "filings"}
    upstream.faults.clear()
    app.store.set_note("doors", "{}")
    noon = replace(app, now=lambda: datetime(2026, 7, 16, 23, 31, tzinfo=UTC))
    wire.look(noon, threading.Event())
    assert sources.down(app) == []
    assert app.store.books.fetched() == (date(2026, 7, 17), 3)
    assert len(app.store.events.of_kind("lockup", DAYS[-1], date.max)) > 0
