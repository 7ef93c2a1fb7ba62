"""Provisional messages: who hears of them, and as what they end after the close."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from bot.app import App, open_app
from bot.commands import answer
from bot.commands.asked import Asked
from bot.cycle import catch_up
from bot.home import DATABASE
from bot.jobs import daily, facts_of
from bot.ledger import Ledger
from bot.ledger_provisional import Provisional
from bot.provisional import give_up, tell
from bot.records import EDIT, Chat, Grouping, Queued
from bot.texts import plain
from config.settings import load
from market.derive import derive
from market.facts import as_int
from market.store import BAR
from signals.model import Kind, Signal, Stage, Transition
from tests import within
from tests.within import BEFORE, THEME, TODAY, at


@pytest.fixture
def app(evening: bytes, tmp_path: Path) -> Iterator[App]:
    (tmp_path / DATABASE).write_bytes(evening)
    (tmp_path / "themes.toml").write_text(within.ALL, "utf-8")
    known = load({"PAOMO_HOME": str(tmp_path)})
    opened = open_app(known, lambda: at(TODAY, "13:31").astimezone(UTC))
    opened.ledger.save_chat(Chat(7, "private", "", "zh"))
    opened.ledger.save_chat(Chat(8, "private", "", "en"))
    yield opened
    opened.close()


def word(app: App, stage: Stage = Stage.FORMING) -> Provisional:
    """A word about 算力, without a look."""
    before = app.ledger.states()[THEME]
    signals = (Signal(THEME, "run_up", TODAY, 0.271, 0.25, "fraction"),
               Signal(THEME, "breadth", TODAY, 0.78, 0.7, "share"))  # fmt: skip
    would = Transition(THEME, TODAY, Kind.SURGE, before, replace(before, stage=stage), signals)
    return Provisional(app.now(), would, 0.032, 0.004, 40, 5, 3, 2)


def messages(app: App, chat: int) -> list[Queued]:
    return [m for m in app.ledger.outbox.waiting() if m.chat == chat]


def provisional(app: App, chat: int) -> list[Queued]:
    return [m for m in messages(app, chat) if "provisional" in m.key]


def arrive(app: App) -> None:
    """All that waits arrives."""
    for number, message in enumerate(app.ledger.outbox.waiting(), 100):
        app.ledger.outbox.sending(message.id)
        app.ledger.outbox.sent(message.id, number, app.now())


def show(app: App) -> int:
    return tell(app, facts_of(app, TODAY), [word(app)], day_is_open=True)


@pytest.mark.parametrize(
    ("prepared", "told"),
    [
        (lambda ledger: None, True),
        (lambda ledger: ledger.wish(7, "provisional", "off"), False),
        (lambda ledger: ledger.wish(7, "surge", "off"), False),
        (lambda ledger: ledger.mute(7, THEME, None), False),
        (lambda ledger: ledger.watch(7, "sim-01"), False),
        (lambda ledger: ledger.wish(7, "quiet", "13-14"), False),
        (lambda ledger: ledger.turn_off(7, "left"), False),
    ],
)
def test_who_is_told(app: App, prepared: Callable[[Ledger], None], told: bool) -> None:
    prepared(app.ledger)
    show(app)
    assert len(provisional(app, 7)) == told


@pytest.mark.parametrize(
    ("provisional_level", "surge_level", "silent"),
    [("silent", "on", True), ("on", "on", False), ("on", "silent", True)],
)
def test_how_loud_it_is(app: App, provisional_level: str, surge_level: str, silent: bool) -> None:
    app.ledger.wish(7, "provisional", provisional_level)
    app.ledger.wish(7, "surge", surge_level)
    show(app)
    assert provisional(app, 7)[0].silent is silent


def test_a_word_beyond_the_budget_makes_no_sound(app: App) -> None:
    app.ledger.wish(7, "provisional", "on")
    app.ledger.wish(7, "budget", "1")
    other = replace(word(app), would=replace(word(app).would, theme="sim-01"))
    tell(app, facts_of(app, TODAY), [word(app), other], day_is_open=True)
    assert [m.silent for m in provisional(app, 7)] == [False, True]


def test_a_theme_muted_for_an_episode_speaks_of_the_next(app: App) -> None:
    app.ledger.mute(7, THEME, None, episode=BEFORE)
    show(app)
    assert len(provisional(app, 7)) == 1


def test_a_theme_whose_story_another_tells_is_silent_as_at_the_close(app: App) -> None:
    heard = {word(app).would.key: ("sim-00-1",)}
    day = replace(facts_of(app, TODAY), stories=Grouping(TODAY, (), heard))
    tell(app, day, [word(app)], day_is_open=True)
    assert provisional(app, 7) == []


def test_a_theme_is_told_once_a_day(app: App) -> None:
    assert show(app) == 1
    assert show(app) == 0
    assert len(provisional(app, 7)) == 1


def test_a_fault_while_telling_leaves_neither_word_nor_message(app: App) -> None:
    unknown = replace(word(app), would=replace(word(app).would, theme="nowhere"))
    with pytest.raises(KeyError):
        tell(app, facts_of(app, TODAY), [word(app), unknown], day_is_open=True)
    assert app.ledger.provisional.waiting(TODAY) == []
    assert provisional(app, 7) == []


def test_what_came_too_late_is_not_told(app: App) -> None:
    assert tell(app, facts_of(app, TODAY), [word(app)], day_is_open=False) == 0
    app.ledger.set_fact("evaluated", str(TODAY))
    assert show(app) == 0


def ended(app: App, times: float = 0.93) -> App:
    """The day as stored after its close, 算力 having moved, mostly fallen."""
    store = app.store
    codes = set(within.market().members[THEME])
    last = store.bars(BEFORE, BEFORE)
    moved = [times if code in codes else 1.0 for code in last["code"]]
    rows = last.assign(prev_close=last["close"], close=last["close"] * moved, number=as_int(TODAY))
    store.save_bars(rows[["number", "code", *BAR]].itertuples(index=False, name=None))
    derive(store, [TODAY], backfilled=False)
    return replace(app, now=lambda: at(TODAY, "15:20").astimezone(UTC))


def test_what_held_is_confirmed_and_its_alert_answers_it(app: App) -> None:
    show(app)
    arrive(app)
    daily(ended(app, 1.02), TODAY)
    alert, edit = (
        next(m for m in messages(app, 7) if what in m.key) for what in ("alerts", ":confirmed")
    )
    assert edit.operation == EDIT
    assert edit.target == alert.target == 100
    assert "收盘已确认，见警报 #" in edit.text
    assert edit.text.split("#")[1][:6] in alert.text


def test_what_did_not_hold_is_withdrawn_in_place(app: App) -> None:
    show(app)
    arrive(app)
    daily(ended(app), TODAY)
    (edit,) = provisional(app, 7)
    assert (edit.operation, edit.target) == (EDIT, 100)
    assert "已撤回：未能维持，收于 -7.0%，阶段为冰点" in edit.text
    assert "收盘后确认或撤回" not in edit.text
    assert give_up_all(app) == 0


def give_up_all(app: App) -> int:
    before = len(app.ledger.outbox.waiting())
    give_up(app, TODAY, facts_of)
    return len(app.ledger.outbox.waiting()) - before


def test_a_day_without_figures_ends_its_words_and_late_figures_still_settle_them(
    app: App,
) -> None:
    show(app)
    arrive(app)
    assert give_up_all(app) == 2  # one in each chat
    assert give_up_all(app) == 0
    assert "无法确认" in provisional(app, 7)[0].text
    daily(ended(app), TODAY)
    assert [m.key.rpartition(":")[2] for m in provisional(app, 7)] == ["unconfirmed", "withdrawn"]


def test_words_of_a_day_whose_figures_are_gone_are_ended_by_the_next_cycle(
    app: App,
) -> None:
    show(app)
    arrive(app)
    morning = replace(app, now=lambda: at(within.DAYS[377], "09:05").astimezone(UTC))
    assert catch_up(morning, threading.Event()) is None
    assert "could not be confirmed" in provisional(app, 8)[0].text


def test_a_message_that_was_never_sent_is_dropped_with_its_change(app: App) -> None:
    show(app)
    daily(ended(app), TODAY)
    due = app.ledger.outbox.due(app.now())
    first = next(m for m in due if m.chat == 7)
    assert first.operation == EDIT  # what it overtook goes no more
    assert app.ledger.outbox.unanchored(first) is None
    assert provisional(app, 7) == []


def test_one_that_may_have_arrived_is_ended_by_a_message_of_its_own(app: App) -> None:
    show(app)
    sent = provisional(app, 7)[0]
    app.ledger.outbox.sending(sent.id)
    app.ledger.outbox.resume()  # the program died meanwhile
    daily(ended(app), TODAY)
    first = next(m for m in app.ledger.outbox.due(app.now()) if m.chat == 7)
    made = app.ledger.outbox.unanchored(first)
    assert made
    (left,) = provisional(app, 7)
    assert (left.id, left.operation, left.about) == (first.id, "send", None)
    assert "已撤回" in left.text


def test_the_message_reads_as_intended(app: App) -> None:
    known = facts_of(app, TODAY)
    labelled = replace(known.themes[THEME], source="simulated")
    day = replace(known, themes={THEME: labelled})
    assert tell(app, day, [word(app)], day_is_open=True) == 1
    zh, en = (plain(provisional(app, chat)[0].text).splitlines() for chat in (7, 8))
    assert zh == [
        "盘中（暂定） 01-08 13:31 · 【模拟数据】模拟·算力",
        "若今日如此收盘: 冰点 → 发酵",
        "板块现涨跌 +3.2% · 各板块中位 +0.4%",
        "60日净涨幅 +27.1% (估算)",
        "站上20日线占比（5日均） 78% (估算)",
        "涨停 5/40 · 最高连板 3 · 其中炸过板 2",
        "收盘后确认或撤回",
    ]
    assert en[0] == "Intraday, provisional 01-08 13:31 · [SIMULATED] 模拟·算力"
    assert en[-1] == "confirmed or withdrawn after the close"


def test_settings_have_a_row_for_it(app: App) -> None:
    show(app)
    asked = Asked(app.ledger.chats()[0], 7, "", TODAY)
    page = answer(app, "settings", asked)
    assert "🔕 盘中（暂定） · 1\n" in page.text
    assert ("盘中（暂定） 🔕", "k:provisional") in [b for row in page.buttons for b in row]
