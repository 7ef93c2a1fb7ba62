"""A chat that is told of both exchanges: one digest a day, one message for what the night held."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from bot.commands import answer
from bot.commands.asked import Asked
from bot.jobs import daily
from bot.ledger import Ledger
from bot.records import Chat, Outgoing
from bot.words import Language
from config.settings import Settings
from market.derive import derive
from tests import markets
from tests.hkmarket import FakeHongKong
from tests.test_deliver import NOW, FakeTelegram, once
from tests.test_hongkong_judging import evening, opened

DAY_BEFORE, DAY = date(2024, 10, 9), date(2024, 10, 10)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_digest_that_waits_for_the_evening_tells_of_the_close_after_it(
    settings: Settings, tmp_path: Path, language: Language
) -> None:
    """Written at 15:20 of the day before there, read at 20:00: with what 16:40 brought."""
    app, source = opened(settings, tmp_path), FakeHongKong()
    markets.fill(app.store)
    derive(app.store, app.store.bar_days(), backfilled=True)
    daily(app, app.store.days()[-1])
    app = evening(app, source, DAY_BEFORE)
    app.ledger.watch(7, "hk-hot")
    me = Chat(7, "private", "", language)

    def said() -> str:
        given = answer(app, "digest", Asked(me, 7, "", DAY))
        assert given.more
        return given.more(app)

    written = said()
    evening_hour = datetime.combine(DAY, time(12), UTC)
    waits = Outgoing(f"{DAY}:digest:1", 7, DAY, written, app.now(), not_before=evening_hour)
    gone = replace(waits, key=f"{DAY_BEFORE}:digest:1", day=DAY_BEFORE)
    for message in (waits, gone):
        app.ledger.outbox.enqueue(message)
    app = evening(app, source, DAY)
    texts = {m.key: m.text for m in app.ledger.outbox.waiting() if "digest" in m.key}
    assert texts[waits.key] == said() != written
    assert texts[gone.key] == written  # of another day: it stays as it was


@pytest.mark.parametrize("room", [True, False])
def test_what_quiet_hours_held_of_both_exchanges_is_one_message_where_it_fits(room: bool) -> None:
    ledger, telegram = Ledger(None), FakeTelegram()
    ledger.save_chat(Chat(1, "private", "", "en"))
    ledger.save_chat(Chat(2, "private", "", "en"))
    held = Outgoing(f"{DAY}:held:1", 1, DAY, "night\nuntil 8\n\nmainland", NOW, not_before=NOW)
    theirs = "night\nuntil 8\n\n" + "Hong Kong " * (1 if room else 400)
    also = replace(held, key=f"XHKG:{DAY}:held:1", text=theirs, tells=(("a1", "e"),), silent=True)
    later = replace(held, key=f"{DAY}:digest:1", text="digest", priority=1)
    for message in (held, also, later, replace(also, chat=2)):
        ledger.outbox.enqueue(message)
    once(ledger, telegram)
    mine = [text for chat, text in zip(telegram.chats, telegram.texts, strict=True) if chat == 1]
    assert len(mine) == (2 if room else 3)
    assert mine[0].startswith("night\nuntil 8\n\nmainland")
    assert ("Hong Kong" in mine[0]) is room
    assert mine[0].count("night") == 1
    assert ledger.tellings.heard("a1")[1] == (held.key if room else also.key)
