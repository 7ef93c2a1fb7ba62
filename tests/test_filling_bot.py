"""The bot beside its evenings: when it fetches what is missing, and what it says of it."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import App, followed, judge
from bot.commands import answer
from bot.commands.asked import Asked
from bot.cycle import calendar_of
from bot.filling import backlog_of, fill, may_fill, refold, standing
from bot.filling_texts import missing
from bot.jobs import daily
from bot.ledger import Ledger
from bot.records import Chat
from config.settings import Settings
from market.ingest import ingest
from market.simulate import RELEASE, SimulatedMarket
from market.source import Banned
from market.store import Store
from signals.evaluate import evaluate
from signals.model import Stage
from signals.replay import folded
from tests.fakes import FakeSource
from tests.test_filling import THEMES, WANTS

FIRST = RELEASE + 50  # row of the first evening: in the middle of a mania
READER = Chat(7, "private", "", "en")


@pytest.fixture
def source(market: SimulatedMarket) -> FakeSource:
    return FakeSource(market, market.days[FIRST])


@pytest.fixture
def app(settings: Settings, source: FakeSource, tmp_path: Path) -> Iterator[App]:
    """As the first evening of a mania leaves it."""
    (tmp_path / "themes.toml").write_text(THEMES, "utf-8")
    known = settings.model_copy(update={"home": tmp_path})
    at = datetime.combine(source.today, datetime.min.time(), UTC) + timedelta(hours=8)
    made = App(known, Store(None), Ledger(None), *judge(known), lambda: at)
    evening(made, source)
    yield made
    made.close()


def evening(app: App, source: FakeSource) -> None:
    from bot.home import themes

    ingest(source, app.store, source.today, themes(app.settings.home), WANTS)
    daily(app, source.today)


def opened(source: FakeSource) -> Any:
    def given(app: App, stop: threading.Event) -> AbstractContextManager[FakeSource]:
        return nullcontext(source)

    return given


def limited(app: App, **knobs: int) -> App:
    source = app.settings.source.model_copy(update=knobs)
    return replace(app, settings=app.settings.model_copy(update={"source": source}))


def stage(app: App) -> Stage:
    return app.ledger.states()["em-BK0801"].stage


def test_a_theme_in_the_middle_of_its_mania_is_known_as_such_once_its_past_is_in(
    app: App, source: FakeSource, market: SimulatedMarket
) -> None:
    assert stage(app) is Stage.QUIET  # breadth is not known, so nothing was seen
    fill(app, threading.Event(), opened=opened(source))
    assert stage(app) is Stage.BUBBLE
    assert app.ledger.transitions("em-BK0801") == []  # no alert of what is old
    panel = app.store.panel(source.today, -1, ["em-BK0801"])
    *_, (_, states, _) = folded(evaluate(panel, app.rules), app.policy)
    assert app.ledger.states()["em-BK0801"] == states["em-BK0801"]  # live is what a replay says
    source.today = market.days[FIRST + 1]
    evening(app, source)
    breadth = [s for s in app.ledger.readings()["em-BK0801"] if s.rule == "breadth"]
    assert breadth[0].value > 0.7


def test_a_theme_of_which_something_was_told_keeps_its_state(
    app: App, source: FakeSource, market: SimulatedMarket
) -> None:
    fill(app, threading.Event(), opened=opened(source))
    while not app.ledger.transitions("em-BK0801"):
        source.today = market.days[market.days.index(source.today) + 1]
        evening(app, source)
    before = replace(app.ledger.states()["em-BK0801"], pending_days=99)
    app.ledger.save_states([before])
    refold(app, ["em-BK0801"])
    assert app.ledger.states()["em-BK0801"] == before


def test_the_days_own_figures_go_first(app: App) -> None:
    assert may_fill(app)
    session = calendar_of(app).next(app.now().date())
    later = app.now() + timedelta(days=(session - app.now().date()).days)
    assert not may_fill(replace(app, now=lambda: later))  # that day is not judged yet
    saturday = app.now() + timedelta(days=5 - app.now().weekday())
    assert may_fill(replace(app, now=lambda: saturday))
    night = saturday.replace(hour=0)  # 08:00 in Shanghai
    assert not may_fill(replace(app, now=lambda: night))


def test_what_is_missing_is_said_with_a_time_until_nothing_is(app: App, source: FakeSource) -> None:
    slow = limited(app, bars_a_day=15, pages_a_day=5)
    said = [missing(standing(slow), "en"), missing(standing(slow), "zh")]
    assert said[0] == [
        "members' bars 0 of 40 companies · memberships 2 of 19 boards · about 4 days left",
        "breadth of 2 followed themes waits for members' bars",
    ]
    assert "0/40 家 · 成分股名单 2/19 个板块 · 约需 4 天" in said[1][0]
    fill(slow, threading.Event(), opened=opened(source))
    assert "members' bars 15 of 40" in missing(standing(slow), "en")[0]
    assert (
        missing(standing(slow), "en")[-1]
        == "breadth of 1 followed themes known from the next evening"
    )
    text = answer(slow, "status", Asked(READER, 7, "", source.today)).text
    assert "members&#x27; bars 15 of 40 companies · memberships 5 of 19 boards" in text
    at = app.now()
    for n in range(1, 5):
        later = replace(slow, now=lambda n=n: at + timedelta(days=n))
        later.ledger.set_fact("evaluated", str(later.now().date()))
        fill(later, threading.Event(), opened=opened(source))
    assert missing(standing(later), "en")[1:] == []
    assert backlog_of(later).codes == ()


def test_a_first_evening_ranks_all_boards_by_who_rose_until_breadth_is_known(
    app: App, source: FakeSource, market: SimulatedMarket
) -> None:
    up, down = max((source.counted(board) for board in source.codes), key=lambda n: n[0] / sum(n))
    said = answer(app, "top", Asked(READER, 7, "breadth", source.today)).text
    assert "members that rose today, by EastMoney's list" in said
    assert f"{100 * up / (up + down):.0f}%" in said.splitlines()[2]
    assert "10. " in said
    fill(app, threading.Event(), opened=opened(source))
    source.today = market.days[FIRST + 1]
    evening(app, source)
    assert "rose today" not in answer(app, "top", Asked(READER, 7, "breadth", source.today)).text


def test_a_fault_is_said_and_tried_again_an_hour_later(app: App, source: FakeSource) -> None:
    source.faults |= {"bars": Banned("tencent: HTTP 403"), "members": Banned("push2: HTTP 403")}
    fill(app, threading.Event(), opened=opened(source))
    assert missing(standing(app), "en")[-1] == (
        "fetching stopped: push2: HTTP 403; tencent: HTTP 403"
    )
    source.faults.clear()
    assert fill(app, threading.Event(), opened=opened(source)) == []
    later = replace(app, now=lambda: app.now() + timedelta(minutes=61))
    assert fill(later, threading.Event(), opened=opened(source))
    assert "stopped" not in " ".join(missing(standing(later), "en"))


def test_told_to_stop_it_ends_after_the_step_it_is_at(app: App, source: FakeSource) -> None:
    source.asked.clear()
    stop = threading.Event()
    stop.set()
    fill(app, stop, opened=opened(source))
    assert len(source.asked) == 1


def test_watched_themes_are_followed_too(app: App) -> None:
    assert [t.id for t in followed(app).closely] == ["em-BK0801", "em-BK0816"]
    app.ledger.save_chat(READER)
    app.ledger.watch(7, "em-BK0805")
    assert [t.id for t in followed(app).closely] == ["em-BK0801", "em-BK0816", "em-BK0805"]
    assert len(followed(app).others) == 19 - 3
