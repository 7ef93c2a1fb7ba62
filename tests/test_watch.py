"""The bot's own troubles are told to its admins once, and so is their end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot import watch
from bot.app import App, judge
from bot.cycle import tidy
from bot.ledger import Ledger
from bot.records import Chat, Outgoing
from config.settings import Settings
from market.facts import as_int
from market.store import Store

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
ADMIN, READER, GROUP = Chat(1, "private", "", "en"), Chat(5, "private", "", "zh"), -1


@pytest.fixture
def app(settings: Settings, tmp_path: Path) -> App:
    known = settings.model_copy(
        update={"admins": frozenset({1}), "home": tmp_path, "telegram_token": SecretStr("1:x")}
    )
    made = App(known, Store(None), Ledger(None), *judge(known), lambda: NOW)
    for chat in (ADMIN, READER, Chat(GROUP, "group", "", "zh")):
        made.ledger.save_chat(chat)
    return made


def stuck(app: App) -> None:
    app.ledger.outbox.enqueue(Outgoing("k", 5, date(2026, 3, 2), "x", NOW - timedelta(minutes=16)))


def given_up(app: App) -> None:
    app.ledger.outbox.enqueue(Outgoing("k", 5, date(2026, 3, 2), "x", NOW))
    app.ledger.outbox.park(app.ledger.outbox.waiting()[0].id, "can't parse <b>")


TROUBLES: dict[str, Callable[[App], object]] = {
    "data": lambda app: app.ledger.set_fact(
        "fault", "2026-03-02T07:00:00+00:00 2026-03-02: Banned"
    ),
    "delivery": stuck,
    "given_up": given_up,
    "backup": lambda app: app.ledger.set_fact("backup_fault", "no room"),
    "skipped": lambda app: app.ledger.set_fact("skipped", "2026-03-02T07:00:00+00:00 {}"),
}


@pytest.mark.parametrize("kind", TROUBLES)
def test_a_trouble_is_told_once_to_the_admin_alone(app: App, kind: str) -> None:
    assert watch.tell(app) == 0
    TROUBLES[kind](app)
    assert watch.tell(app) == 1
    assert watch.tell(app) == 0
    (told,) = (m for m in app.ledger.outbox.waiting() if m.key.startswith("trouble:"))
    assert told.chat == ADMIN.id
    assert watch.TROUBLES[kind]["en"] in told.text
    assert "<b>" not in told.text.replace("<b>" + watch.TROUBLES[kind]["en"], "")


def test_its_end_is_told_too(app: App) -> None:
    TROUBLES["data"](app)
    watch.tell(app)
    app.ledger.set_fact("fault", "")
    assert watch.tell(app) == 1
    assert app.ledger.outbox.waiting()[-1].text == "✅ the day's figures do not come in: over"
    assert watch.tell(app) == 0


def test_figures_that_come_late_within_the_hour_are_no_trouble(app: App) -> None:
    app.ledger.set_fact("fault", "2026-03-02T07:01:00+00:00 2026-03-02: Transient")
    assert watch.troubles(app) == {}


def test_a_word_of_trouble_that_is_given_up_is_no_new_trouble(app: App) -> None:
    TROUBLES["data"](app)
    watch.tell(app)
    app.ledger.outbox.park(app.ledger.outbox.waiting()[0].id, "no answer in time")
    assert watch.troubles(app).keys() == {"data"}


def test_messages_to_a_chat_that_left_are_no_trouble(app: App) -> None:
    given_up(app)
    app.ledger.turn_off(5, "blocked")
    assert watch.troubles(app) == {}


def test_few_known_trading_days_ahead_are_told(app: App) -> None:
    assert watch.troubles(replace(app, now=lambda: datetime(2026, 12, 20, tzinfo=UTC))).keys() == {
        "calendar"
    }


def test_once_a_day_there_is_a_backup_and_old_bars_go(app: App, tmp_path: Path) -> None:
    path = tmp_path / "paomo.db"
    Store(path).close()
    made = replace(app, store=Store(path), ledger=Ledger(path))
    days = [date(2022, 1, 1) + timedelta(days=n) for n in range(320)]
    bar = (1.0,) * 7
    made.store.save_bars((as_int(day), "600001", *bar) for day in days)
    made.store.of("XHKG").save_bars((as_int(day), "00700", *bar) for day in days)
    made.store.save_market_days((as_int(d), 1.0, 1, 1, 0, 0, 1.0, "imported") for d in days)
    storage = made.settings.storage.model_copy(update={"bars_days": 300})
    made = replace(made, settings=made.settings.model_copy(update={"storage": storage}))
    tidy(made)
    tidy(made)
    assert made.store.bar_days() == made.store.of("XHKG").bar_days() == days[-300:]
    assert [f.name for f in (tmp_path / "backups").iterdir()] == ["paomo-2026-03-02.db"]
    made.close()
