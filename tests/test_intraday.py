"""Looks within the day: when, at what cost, what is refused, what the chats are told."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from bot import intraday
from bot.app import App, open_app
from bot.commands import answer
from bot.commands.asked import Asked
from bot.home import DATABASE
from bot.records import Chat, Queued
from bot.texts import plain
from config.layers import SettingsError
from config.settings import load
from market.akshare.source import AkshareSource
from market.facts import as_int
from market.intraday import Look, checked_pool, look
from market.source import Banned, NoData, SchemaChanged, SourceError
from market.store import Store
from market.transport import Guard
from tests import within
from tests.led import InProcess, led
from tests.upstream import Upstream
from tests.within import BEFORE, TODAY, at

TIMES = (time(10, 30), time(11, 25), time(14, 55))


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    served = Upstream(within.market(), within.DAYS[-420:], tmp_path_factory.mktemp("upstream"))
    served.today = TODAY
    yield served
    served.close()


@pytest.fixture
def app(
    upstream: Upstream, evening: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[App]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(upstream.ca))
    (tmp_path / DATABASE).write_bytes(evening)
    (tmp_path / "themes.toml").write_text(within.ALL, "utf-8")
    known = within.settings(tmp_path, upstream)
    opened = open_app(known, lambda: at(TODAY, "13:31").astimezone(UTC))
    opened.ledger.save_chat(Chat(7, "private", "", "zh"))
    opened.ledger.save_chat(Chat(8, "private", "", "en"))
    yield opened
    opened.close()
    upstream.faults.clear()
    upstream.moves.clear()
    upstream.requests.clear()
    upstream.today = TODAY


@pytest.fixture
def guard(upstream: Upstream) -> Iterator[Guard]:
    with led(upstream) as guard:
        yield guard


def seen(app: App) -> Look:
    source = AkshareSource(InProcess())  # type: ignore[arg-type]
    return look(source, app.store, TODAY, set(app.store.themes()))


def provisional(app: App, chat: int) -> list[Queued]:
    return [m for m in app.ledger.outbox.waiting() if m.chat == chat and "provisional" in m.key]


# ---- when --------------------


@pytest.mark.parametrize(
    ("clock", "due"),
    [
        ("10:29", None), ("10:30", "10:30"), ("10:39", "10:30"), ("10:40", None),
        ("11:29", "11:25"), ("11:30", None), ("14:59", "14:55"), ("15:00", None),
    ],
)  # fmt: skip
def test_a_look_is_due_for_ten_minutes_and_never_at_lunch_or_after_the_close(
    clock: str, due: str | None
) -> None:
    found = intraday.slot(TIMES, at(TODAY, clock).astimezone(UTC))
    assert (f"{found:%H:%M}" if found else None) == due


@pytest.mark.parametrize("times", ['["12:00"]', '["15:00"]', '["09:29"]'])
def test_times_outside_trading_are_refused(tmp_path: Path, times: str) -> None:
    (tmp_path / "paomo.toml").write_text(f"[intraday]\ntimes = {times}\n")
    with pytest.raises(SettingsError, match="13:00 to 15:00"):
        load({"PAOMO_HOME": str(tmp_path)})


def test_no_times_make_no_looks(tmp_path: Path) -> None:
    known = load({"PAOMO_HOME": str(tmp_path), "PAOMO_INTRADAY__TIMES": ""})
    assert known.intraday.times == ()
    known = load({"PAOMO_HOME": str(tmp_path), "PAOMO_INTRADAY__TIMES": "10:30, 14:00"})
    assert known.intraday.times == (time(10, 30), time(14))


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 2, 1),  # a Sunday
        date(2027, 1, 4),  # a Monday after the last known trading day
        within.DAYS[377],  # the day before it was not judged
    ],
)
def test_other_days_are_not_looked_at(app: App, upstream: Upstream, day: date) -> None:
    other = replace(app, now=lambda: at(day, "13:31").astimezone(UTC))
    assert intraday.look(other, threading.Event()) == 0
    assert upstream.requests == []
    assert app.ledger.last_run(intraday.JOB) is None


# ---- what it costs, and what is told --------------------


def test_a_look_asks_three_times_and_tells_once(app: App, upstream: Upstream) -> None:
    assert intraday.look(app, threading.Event()) == 1
    assert sorted(upstream.requests) == ["boards_now", "index", "limit_ups"]
    doors = app.store.note("doors") or ""
    assert '"push2"' not in doors
    assert '"push2his"' not in doors
    (told,) = provisional(app, 7)
    assert plain(told.text).startswith("盘中（暂定） 01-08 13:31 · 模拟·算力")
    assert "冰点 → 发酵" in told.text
    assert told.silent
    assert intraday.look(app, threading.Event()) == 0  # the slot is claimed
    assert len(upstream.requests) == 3


def test_a_look_that_fails_is_silent_and_status_tells_it(app: App, upstream: Upstream) -> None:
    upstream.faults["boards_now"] = "502"
    assert intraday.look(app, threading.Event()) == 0
    assert len(upstream.requests) <= 3
    assert provisional(app, 7) == []
    asked = Asked(app.ledger.chats()[0], 7, "", TODAY)
    assert "最近一次盘中查看 2026-01-08 13:31: Transient: push2ex: HTTP 502" in (
        answer(app, "status", asked).text
    )
    assert app.ledger.fact("fault") is None


@pytest.mark.parametrize(
    ("fault", "error"), [("403", Banned), ("null", NoData), ("missing", SchemaChanged)]
)
def test_without_the_boards_nothing_is_seen(
    app: App, upstream: Upstream, guard: Guard, fault: str, error: type[SourceError]
) -> None:
    upstream.faults["boards_now"] = fault
    with pytest.raises(error):
        seen(app)


def test_without_the_limit_ups_the_boards_stand_alone(
    app: App, upstream: Upstream, guard: Guard
) -> None:
    upstream.faults["limit_ups"] = "null"
    found = seen(app)
    assert found.boards == len(upstream.boards)
    assert found.at_limit == {}


def test_a_day_without_an_index_bar_is_not_proven(
    app: App, upstream: Upstream, guard: Guard
) -> None:
    upstream.today = BEFORE
    with pytest.raises(NoData, match="no history of index"):
        seen(app)


def test_a_frame_like_the_last_one_is_stale(app: App, guard: Guard) -> None:
    seen(app)
    with pytest.raises(NoData, match="not moved since the last look"):
        seen(app)


def test_few_boards_are_not_the_market(app: App, upstream: Upstream, guard: Guard) -> None:
    names = dict(upstream.names)
    for board in list(upstream.names)[:5]:
        del upstream.names[board]
    try:
        with pytest.raises(SchemaChanged, match="few_boards 14 of 19"):
            seen(app)
    finally:
        upstream.names = names


def test_the_last_sessions_moves_are_stale(app: App, upstream: Upstream, guard: Guard) -> None:
    row = upstream.days.index(BEFORE)
    points = {board: upstream._levels(board)[row - 1 : row + 1] for board in upstream.boards}
    days = app.store.days(limit=2)
    app.store.save_points(
        (f"em-{board}", as_int(day), level, None, "x")  # as each evening's list is kept
        for board, levels in points.items()
        for day, level in zip(days, levels, strict=True)
    )
    upstream.moves = {board: two[1] / two[0] - 1 for board, two in points.items()}
    with pytest.raises(NoData, match="as in the last session"):
        seen(app)


def test_the_last_sessions_limit_ups_are_stale(app: App) -> None:
    bars = app.store.bars(BEFORE, BEFORE)
    then = bars.assign(pct=bars["close"] / bars["prev_close"] - 1, streak=1, breaks=0)
    pool = then.nlargest(20, "pct")[["code", "pct", "streak", "breaks"]]
    with pytest.raises(NoData, match="those of the last session"):
        checked_pool(app.store, pool)
    second_day = pool.assign(streak=2)
    assert checked_pool(app.store, second_day) is second_day
    others = pool.assign(pct=pool["pct"] + 0.01)
    assert checked_pool(app.store, others) is others


def test_a_store_that_is_empty_looks_at_nothing(tmp_path: Path, upstream: Upstream) -> None:
    known = within.settings(tmp_path, upstream)
    now: Callable[[], datetime] = lambda: at(TODAY, "13:31").astimezone(UTC)  # noqa: E731
    with closing(open_app(known, now)) as app:
        assert intraday.look(app, threading.Event()) == 0
    assert Store(tmp_path / DATABASE).days() == []
