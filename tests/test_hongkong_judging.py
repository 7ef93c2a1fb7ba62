"""Hong Kong is judged by the same rules on its own days; what is said of it says so."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot import by_hand, export, history, journal, past
from bot.app import App, judge, judged_themes
from bot.commands import answer
from bot.commands.asked import Asked
from bot.deliver import Delivery, deliver
from bot.draw import draw
from bot.errors import UserError
from bot.home import DATABASE
from bot.jobs import daily, facts_of
from bot.ledger import Ledger
from bot.limits import Pace
from bot.records import Chat, Outgoing, Queued
from bot.texts import plain
from config.settings import Settings
from market.derive import derive
from market.hongkong import ingest_hong_kong
from market.source import Theme
from market.store import Store
from signals.model import Kind
from signals.replay import replay
from tests import markets
from tests.hkmarket import BASKETS, DAYS, INDEX, RISE, FakeHongKong

FIRST, LAST = date(2024, 9, 20), date(2024, 11, 29)
LIVED = [day for day in DAYS if FIRST <= day <= LAST]
THEMES = "\n".join(
    f'[[theme]]\nid = "{one.id}"\nname = "{one.name}"\nexchange = "XHKG"\n[theme.members]\n'
    + "\n".join(f'{code} = "{name}"' for code, name in one.members.items())
    for one in BASKETS
)


def opened(settings: Settings, home: Path) -> App:
    (home / "themes.toml").write_text(THEMES, "utf-8")
    known = settings.model_copy(update={"home": home})
    now = datetime(2024, 1, 1, tzinfo=UTC)
    made = App(known, Store(None), Ledger(None), *judge(known), lambda: now)
    made.ledger.save_chat(Chat(7, "private", "", "zh"))
    return made


def evening(app: App, source: FakeHongKong, day: date) -> App:
    """The app at 16:45 of a day, Hong Kong judged."""
    at = replace(app, now=lambda: datetime.combine(day, time(8, 45), UTC))
    there = at.of("XHKG")
    span = timedelta(days=560)
    ingest_hong_kong(source, there.store, day, (*BASKETS, INDEX), span)  # type: ignore[arg-type]
    daily(there, day)
    return at


@pytest.fixture(scope="module")
def lived(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Ten weeks over the mainland's golden week, evening by evening."""
    app, source = opened(settings, tmp_path_factory.mktemp("home")), FakeHongKong()
    for day in LIVED:
        app = evening(app, source, day)
    yield app
    app.close()


def waiting(app: App, what: str) -> list[Queued]:
    return [m for m in app.ledger.outbox.waiting() if what in m.key]


def test_live_equals_replay(lived: App) -> None:
    there = lived.of("XHKG")
    days = there.store.days(until=LAST)
    panel = there.store.panel(LAST, len(days), judged_themes(there.settings, there.store))
    told = [
        (day, t.theme, t.kind, t.after.stage, [repr(s.value) for s in t.signals])
        for day, _, of_day in replay(panel, lived.rules, lived.policy)
        for t in of_day
        if day > FIRST
    ]
    stepped = [
        (t.day, t.theme, t.kind, t.after.stage, [repr(s.value) for s in t.signals])
        for t in there.ledger.transitions(since=FIRST + timedelta(days=1))
    ]
    assert stepped == told
    assert {theme for _, theme, *_ in told} == {"hk-hot"}
    assert {kind for _, _, kind, *_ in told} >= {Kind.SURGE, Kind.REVERSAL}


def test_a_surge_within_the_mainlands_holiday_is_told_that_evening(lived: App) -> None:
    surge = next(t for t in lived.of("XHKG").ledger.transitions() if t.kind is Kind.SURGE)
    assert date(2024, 10, 1) < surge.day <= RISE[1]
    assert [s.rule for s in surge.signals if s.value != s.value] == [
        "heat", "divergence", "valuation", "board_height", "broken_boards", "crowding",
    ]  # fmt: skip
    told = waiting(lived, f"XHKG:{surge.day}:alerts")
    text = plain(told[0].text)
    assert "模拟港股热 · 升温" in text
    assert "港股（新浪）：净值相对恒生指数，以港元计" in text
    assert "未知: 新高与涨停热度" in text
    assert "同类警报" not in text  # the record is the mainland's
    assert "时钟" not in text


@pytest.mark.parametrize(
    ("at", "half", "late"),
    [
        (time(8, 54), "", False),  # 16:54 there
        (time(8, 56), "", True),
        (time(4, 54), "yes", False),
        (time(4, 56), "yes", True),
    ],
)
def test_a_message_is_late_by_hong_kongs_own_close(
    lived: App, at: time, half: str, late: bool
) -> None:
    message, sent = waiting(lived, "XHKG:")[0], list[str]()

    async def send(queued: Queued, text: str) -> int:
        sent.append(text)
        return len(sent)

    ledger, now = Ledger(None), datetime.combine(message.day, at, UTC)
    ledger.save_chat(Chat(7, "private", "", "zh"))
    ledger.of("XHKG").set_fact(f"half:{message.day}", half)
    ledger.outbox.enqueue(Outgoing(message.key, 7, message.day, message.text, now))
    assert asyncio.run(deliver(Delivery(ledger, send, Pace(), lambda: now, 45))) == 1
    assert ("晚于收盘" in sent[0]) is late


def test_the_first_evening_is_silent_and_twice_is_once(settings: Settings, tmp_path: Path) -> None:
    app, source = opened(settings, tmp_path), FakeHongKong()
    app = evening(app, source, LAST)
    assert app.of("XHKG").ledger.evaluated() == LAST
    assert app.ledger.evaluated() is None
    assert waiting(app, "") == []
    assert daily(app.of("XHKG"), LAST).new is False
    assert len(app.ledger.journal.entries()) == 1


def test_days_caught_up_with_are_told_in_one_summary(
    settings: Settings, tmp_path: Path, lived: App
) -> None:
    app, source = opened(settings, tmp_path), FakeHongKong()
    app = evening(app, source, date(2024, 9, 30))
    app = evening(app, source, date(2024, 10, 9))  # the bot was away for the holiday
    mine, theirs = (
        each.of("XHKG").ledger.transitions(until=date(2024, 10, 9)) for each in (app, lived)
    )
    assert [t.key for t in mine] == [t.key for t in theirs if t.day > date(2024, 9, 30)]
    keys = {message.key for message in waiting(app, "")}
    assert any("XHKG:2024-10-09:missed" in key for key in keys)


def test_both_exchanges_have_a_day_each_in_one_journal(lived: App, tmp_path: Path) -> None:
    mainland = lived.of("XSHG")
    mainland.store.save_themes([Theme("t", "甲", "concept", "XSHG", "file", "members")])
    with mainland.ledger.atomic():
        mainland.ledger.journal.add(LAST, '{"alerts":[],"day":"2024-11-29"}')
    entries = lived.ledger.journal.entries()
    assert [entry.day for entry in entries[-2:]] == [str(LAST)] * 2
    assert journal.broken(entries) == ""
    assert journal.missing(entries, lived.ledger.of("").transitions()) == ""
    assert lived.ledger.transitions() == []  # none of the mainland
    assert mainland.ledger.journal.entry(LAST) != lived.of("XHKG").ledger.journal.entry(LAST)


def test_a_stored_day_is_judged_by_hand_as_a_replay_says(
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    app, last = opened(settings, tmp_path), date(2024, 10, 9)
    app = replace(app, store=Store(tmp_path / DATABASE))
    (tmp_path / "paomo.toml").write_text("", "utf-8")
    span, days = timedelta(days=560), [day for day in LIVED if day <= last]
    source = FakeHongKong()
    ingest_hong_kong(source, app.of("XHKG").store, last, BASKETS, span)  # type: ignore[arg-type]
    for day in days:
        by_hand.run_daily(app, day, False, True)
    stepped = capsys.readouterr().out
    told = [json.loads(line) for line in stepped.splitlines()]
    assert {one["exchange"] for one in told} == {"XHKG"}
    assert any(date(2024, 10, 1) <= date.fromisoformat(one["day"]) <= last for one in told)
    monkeypatch.setenv("PAOMO_HOME", str(tmp_path))
    history.run_replay(days[1], last, [], True)
    assert capsys.readouterr().out == stepped
    history.run_replay(days[1], last, ["模拟港股热"], False)
    assert "净值相对恒生指数" in capsys.readouterr().out
    with pytest.raises(UserError, match="no figures of the mainland are stored of 2024-10-05"):
        by_hand.run_daily(app, date(2024, 10, 5), False, True)


@pytest.fixture
def both_judged(settings: Settings, tmp_path: Path) -> App:
    app, source = opened(settings, tmp_path), FakeHongKong()
    markets.fill(app.store)
    derive(app.store, app.store.bar_days(), backfilled=True)
    daily(app, app.store.days()[-1])
    app = evening(app, source, date(2024, 10, 9))
    return evening(app, source, date(2024, 10, 10))


def asked(rest: str, language: str) -> Asked:
    return Asked(Chat(7, "private", "", language), 7, rest, date(2024, 10, 10))  # type: ignore[arg-type]


SAID = {  # command, what stands behind it -> words in Chinese and in English
    ("theme", "hk-hot"): (
        "港股（新浪）：净值相对恒生指数",
        "net of the Hang Seng index, in HKD",
    ),
    ("why", "hk-hot"): ("数据日 2024-10-10", "data of 2024-10-10"),
    ("digest", ""): ("港股 2024-10-10：恒生指数", "Hong Kong 2024-10-10: Hang Seng"),
    ("market", ""): ("模拟港股热 · ", "模拟港股热 · "),
    ("top", ""): ("港股（相对恒生指数）", "Hong Kong (net of the Hang Seng index)"),
    ("themes", ""): ("模拟港股热", "模拟港股热"),
    ("stock", "09900"): ("数据日 2024-10-10", "data of 2024-10-10"),
    ("fundamentals", "hk-hot"): ("港股公司的财报", "of Hong Kong's companies are not fetched"),
    ("events", "hk-hot"): ("港股公司的财报", "of Hong Kong's companies are not fetched"),
    ("status", ""): ("港股: 2024-10-10", "Hong Kong: 2024-10-10"),
    ("chain", "hk-hot"): ("", ""),
    ("history", "hk-hot"): ("数据日 2024-10-10", "data of 2024-10-10"),
    ("replay", "2024-10-10"): ("重放 2024-10-10 · 港股", "Replay of 2024-10-10 · Hong Kong"),
    ("similar", "hk-hot"): ("模拟港股热", "模拟港股热"),
    ("mute", "hk-hot 3d"): ("模拟港股热", "模拟港股热"),
    ("watch", "hk-hot"): ("模拟港股热", "模拟港股热"),
    ("record", ""): ("警报的成绩", "The record of alerts"),
    ("macro", ""): ("宏观背景", "Macro backdrop"),
    ("flows", ""): ("资金流向", "Money that moves"),
}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_commands_answer_on_hong_kong(both_judged: App, language: str) -> None:
    for (command, rest), words in SAID.items():
        given = answer(both_judged, command, asked(rest, language))
        told = given.text + (given.more(both_judged) if given.more else "")
        assert words[language == "en"] in plain(told), command


def test_run_ups_of_hong_kong_are_known_evening_by_evening(lived: App) -> None:
    """As all days at once would give them, and beside the mainland's, not among them."""
    there = lived.of("XHKG")
    stepped = [(run.theme, run.days) for run in there.ledger.run_ups.all()]
    assert [theme for theme, _ in stepped] == ["hk-hot"]
    past.rebuild(there, LAST)
    assert [(run.theme, run.days) for run in there.ledger.run_ups.all()] == stepped
    assert lived.ledger.run_ups.all() == []
    known = answer(lived, "history", asked("模拟港股热", "zh")).text
    assert "2024-09-13 → 2024-10-25 +42.4% (27日)" in known
    largest = plain(answer(lived, "history", asked("", "en")).text)
    assert "Hong Kong (net of the Hang Seng index)\n1. 模拟港股热 2024-09-13" in largest


def test_a_chart_is_of_its_own_days_and_names_its_index(both_judged: App) -> None:
    for theme in ("hk-hot", "hk-hstech"):
        asked = Asked(Chat(7, "private", "", "zh"), 7, theme, date(2024, 10, 10))
        picture = answer(both_judged, "theme", asked).picture
        assert picture
        assert picture.day == date(2024, 10, 10)
        assert (draw(both_judged, picture) or b"")[:4] == b"\x89PNG"


def test_both_exchanges_theme_days_are_exported_each_beside_its_market(both_judged: App) -> None:
    made = export.tables(both_judged, lambda *of: None)
    days = next(table for name, table in made if name == "theme_days")
    of = {code: set(days[days["exchange"] == code]["theme"]) for code in ("XSHG", "XHKG")}
    assert of == {"XSHG": {"hot", "calm"}, "XHKG": {"hk-hot", "hk-calm", "hk-hstech"}}
    last = days[(days["theme"] == "hk-hot") & (days["day"] == date(2024, 10, 10))]
    panel = both_judged.of("XHKG").store.panel(date(2024, 10, 10), 1, [])
    assert last["benchmark"].item() == panel.benchmark.item()


def test_the_mainlands_digest_and_ranking_keep_to_the_mainland(both_judged: App) -> None:
    assert set(both_judged.ledger.readings()) == {"hot", "calm"}
    assert set(both_judged.of("XHKG").ledger.readings()) == {"hk-hot", "hk-calm"}
    text = answer(both_judged, "top", asked("", "zh")).text
    mainland, _, hong_kong = text.partition("港股（相对恒生指数）")
    assert "模拟港股热" not in mainland
    assert "热题材" not in hong_kong
    facts = facts_of(both_judged.of("XHKG"), date(2024, 10, 10))
    assert facts.market is None
    assert facts.own is None


def test_what_quiet_hours_hold_of_one_exchange_is_not_taken_for_the_others(
    settings: Settings, tmp_path: Path
) -> None:
    app, source = opened(settings, tmp_path), FakeHongKong()
    app = evening(app, source, date(2024, 9, 30))
    app.ledger.wish(7, "quiet", "15-22")
    app = evening(app, source, date(2024, 10, 2))
    at = app.now()
    app.ledger.outbox.enqueue(
        Outgoing("2024-10-02:held:1", 7, date(2024, 10, 2), "x", at, not_before=at)
    )
    app = evening(app, source, date(2024, 10, 3))  # the surge, within quiet hours
    app = evening(app, source, date(2024, 10, 4))  # tells it again: it was still held
    keys = [message.key for message in waiting(app, ":held:")]
    assert keys == ["2024-10-02:held:1", "XHKG:2024-10-04:held:1"]
    assert "升温" in waiting(app, "XHKG:")[0].text
