"""What those who check the bot ask: why, what was said, dry runs, test messages, backups."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from bot.alerting import strongest_first, values
from bot.app import App
from bot.commands import answer
from bot.commands.asked import Answer, Asked
from bot.commands.replay import AT_WORK
from bot.ledger import Ledger
from bot.records import Chat
from bot.replayed import would_have_told
from bot.texts import plain
from config.record import shipped_rules
from market.store import Store
from signals.model import Story, ThemeState
from signals.panel import Panel
from signals.rules import RULES
from signals.unknown import Unknown, reason
from tests import markets
from tests.botapi import BotApi
from tests.process import ADMIN, Bot

ME = Chat(ADMIN, "private", "", "zh")
TODAY = date(2024, 6, 28)
NOW = datetime(2024, 6, 28, 9, tzinfo=UTC)


def ask(app: App, text: str, language: str = "zh") -> Answer:
    name, _, rest = text.partition(" ")
    chat = replace(ME, language=language)  # type: ignore[arg-type]
    return answer(app, name, Asked(chat, ADMIN, rest, TODAY))


def said(app: App, text: str, language: str = "zh") -> str:
    given = ask(app, text, language)
    return plain(f"{given.text}\n{given.more(app) if given.more else ''}")


def test_why_tells_of_each_rule_what_is_missing_and_its_record(lived: App) -> None:
    text = plain(ask(lived, "why 热题材").text)
    now = text.split("各指标")[1].splitlines()
    run_up = next(s for s in lived.ledger.readings()["hot"] if s.rule == "run_up")
    at = next(n for n, line in enumerate(now) if line.startswith("○ 60日净涨幅"))
    line = now[at + 1]
    assert f"差 {100 * (run_up.threshold - run_up.value):.1f}个百分点" in line
    known = shipped_rules()["run_up"]
    assert f"n={known.onsets}），对照 {known.matched:.0%}" in line
    assert any(line.startswith("● 站上20日线占比（5日均）") for line in now)
    assert "按 2026-01-16 名单，含前视" in text
    assert all(words in text for words in ("最近变动: 2024-06-11", "未知: ", "数据日 2024-06-28"))


def test_why_tells_what_the_next_stage_asks_and_for_how_long(lived: App) -> None:
    state = lived.ledger.states()["hot"]
    ledger = Ledger(None)
    ledger.save_readings(lived.ledger.readings())
    ledger.save_states([replace(state, pending="over", pending_days=3, diverging_days=2)])
    ledger.set_fact("evaluated", str(TODAY))
    text = said(replace(lived, ledger=ledger), "why 热题材", "en")
    assert "→ bubble: all of these, 2 d in a row (0 so far)" in text
    assert "→ over: 10 d in a row (3 so far)" in text
    assert "(<\N{NO-BREAK SPACE}+5.0%) · " in text
    assert "a divergence is told once seen for 5 days running (2 so far)" in text
    assert "No change since the bot began" in text


def test_one_theme_and_one_rule_are_read_as_they_are_among_all(lived: App) -> None:
    ledger, readings = lived.ledger, lived.ledger.readings()
    assert repr(ledger.standing.reading("hot")) == repr(readings["hot"])
    assert ledger.standing.state("hot") == ledger.states()["hot"]
    assert repr(ledger.standing.values("breadth", "XSHG")) == repr(values(readings, "breadth"))
    assert (ledger.standing.reading("x"), ledger.standing.state("x")) == ((), ThemeState("x"))


def test_a_day_that_was_judged_is_replayed_as_it_was_judged(lived: App) -> None:
    (told,) = lived.ledger.transitions()
    for text in (str(told.day), f"{told.day:%Y%m%d}", f"{told.day.year}年6月{told.day.day}日"):
        shown = said(lived, f"replay {text}")
        assert "当日判断到的全部变动" in shown
        assert "热题材 · 升温" in shown
    assert ask(lived, f"replay {told.day}").more is None
    assert "没有题材变动" in said(lived, "replay 2024-06-28")


def test_a_day_before_the_bot_is_made_anew_to_the_same(lived: App) -> None:
    (told,) = lived.ledger.transitions()
    young = replace(lived, ledger=Ledger(None))
    shown = said(young, f"replay {told.day}", "en")
    assert "The bot did not run then" in shown
    assert "热题材 · surge" in shown
    assert repr(would_have_told(young, told.day)) == repr(strongest_first([told]))
    assert "No theme changed that day." in said(young, "replay 2024-06-12", "en")


def test_one_day_is_made_anew_at_a_time(lived: App) -> None:
    young = replace(lived, ledger=Ledger(None))
    with AT_WORK:
        assert "Another day is being replayed" in said(young, "replay 2024-06-12", "en")
    assert "No theme changed that day." in said(young, "replay 2024-06-12", "en")


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("", "哪一天", "Which day"),
        ("2024-02-31", "哪一天", "Which day"),
        ("yesterday", "哪一天", "Which day"),
        ("2024-06-29", "还没有到", "still to come"),
        ("1990-01-02", "库中数据始于", "The store begins on"),
        ("2024-06-16", "2024-06-16 没有行情", "2024-06-16 has no figures"),  # a Sunday
    ],
)
def test_a_day_that_cannot_be_replayed_is_told(lived: App, text: str, zh: str, en: str) -> None:
    assert zh in said(lived, f"replay {text}")
    assert en in said(lived, f"replay {text}", "en")


def test_an_empty_store_has_nothing_to_replay_or_to_try(lived: App) -> None:
    empty = replace(lived, store=Store(None), ledger=Ledger(None))
    assert "库中还没有" in said(empty, "replay 2024-06-03")
    assert "no day yet" in said(empty, "test fall", "en")
    assert "No alert yet" in said(empty, "testmessage", "en")


def test_a_dry_run_tells_what_fires_and_what_would_be_left_out(lived: App) -> None:
    text = said(lived, "test breadth")
    assert "触发: " in text
    assert "· 热题材 " in text
    assert "未达阈值" in text
    assert "什么也没有发出" in text
    assert said(lived, "test 站上20日线占比（5日均）") == text
    lived.ledger.mute(ADMIN, "hot", date.max)
    assert "发酵 · 本聊天已静音" in said(lived, "test breadth")
    lived.ledger.unmute(ADMIN, "hot")
    lived.ledger.watch(ADMIN, "calm")
    assert "forming · not watched here" in said(lived, "test breadth", "en")
    lived.ledger.unwatch(ADMIN, "calm")


def test_a_dry_run_names_the_story_that_speaks_instead(lived: App) -> None:
    kept = lived.ledger.grouping()
    story = Story(TODAY, "calm", {"calm": 40, "hot": 12})
    lived.ledger.save_grouping(replace(kept, stories=(story,)))
    assert "told in the story of 普通题材" in said(lived, "test breadth", "en")
    lived.ledger.save_grouping(kept)


def test_a_dry_run_goes_by_the_settings_of_now(lived: App) -> None:
    rules = tuple(replace(r, threshold=2.0) if r.name == "breadth" else r for r in lived.rules)
    assert "触发: 0" in said(replace(lived, rules=rules), "test breadth")


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_can_be_tried_in_both_languages(lived: App, rule: str) -> None:
    zh, en = (said(lived, f"test {rule}", language) for language in ("zh", "en"))
    assert "nan" not in zh + en
    assert "Nothing was sent" in en


def test_a_rule_that_is_not_there_is_asked_for_by_its_nearest_name(lived: App) -> None:
    assert "/test breadth" in said(lived, "test bredth")
    assert "/test run_up" in said(lived, "test", "en")


def changed(panel: Panel, name: str, value: float, rows: slice = slice(-1, None)) -> Panel:
    frame = getattr(panel, name).copy()
    frame.iloc[rows, 0] = value
    return replace(panel, **{name: frame})


def test_what_a_rule_does_not_know_has_a_reason(lived: App) -> None:
    panel, rules = markets.panel(), {rule.name: rule.params for rule in lived.rules}
    cases = [
        (changed(panel, "close", np.nan), "breadth", Unknown.NO_FIGURES),
        (changed(panel, "ma20_known", 7), "breadth", Unknown.THIN),
        (changed(panel, "ma20_known", 14), "weakness", Unknown.COVERAGE),
        (changed(panel, "earnings_share", 0.4), "divergence", Unknown.COVERAGE),
        (changed(panel, "close", np.nan, slice(0, -60)), "run_up", Unknown.YOUNG),
        (changed(panel, "pe", np.nan), "valuation", Unknown.INPUT),
    ]
    assert {f.name for f in fields(Panel)} >= {"ma20_known", "earnings_share", "pe"}
    for of, rule, why in cases:
        assert reason(of, "t0", rules[rule]) is why


def test_a_test_message_is_a_real_alert_marked_as_a_test(lived: App) -> None:
    given = ask(lived, "testmessage", "en")
    assert lived.ledger.outbox.waiting() == []
    assert given.more
    assert "2 messages" in given.more(lived)
    text, picture = lived.ledger.outbox.due(NOW)[0], lived.ledger.outbox.waiting()[1]
    assert text.text.startswith("<b>[TEST] only to check delivery</b>\n")
    assert "热题材" in text.text
    assert picture.text.startswith("[TEST]")
    assert {m.chat for m in lived.ledger.outbox.waiting()} == {ADMIN}
    later = replace(lived, now=lambda: NOW + timedelta(seconds=1))
    assert given.more(later)  # asked again it goes again
    assert len(lived.ledger.outbox.waiting()) == 4


def test_a_backup_by_hand_says_where_how_large_and_that_it_opens(lived: App) -> None:
    text = said(lived, "backup")
    file = lived.settings.home / "backups" / "paomo-2024-06-28.db"
    assert file.exists()
    assert f"{file.name} · {file.stat().st_size / 1e6:,.1f} MB" in text
    assert "判断至 2024-06-28" in text
    nowhere = lived.settings.model_copy(update={"home": lived.settings.home / "none"})
    assert "failed: there is no database" in said(replace(lived, settings=nowhere), "backup", "en")


def test_checks_by_a_running_bot_arrive(home: Path, api: BotApi, bot: Bot) -> None:
    for day in ("2024-06-10", "2024-06-11"):
        assert bot.paomo("daily", "--no-fetch", "--day", day).returncode == 0
    api.write("/replay 2024-06-07", ADMIN)
    assert "当日没有题材变动" in api.until(1)[0]["text"]
    api.write("/backup", ADMIN)
    assert "已打开并检查" in api.until(2)[1]["text"]
    api.write("/test run_up", ADMIN)
    assert "只是试算" in api.until(3)[2]["text"]
    api.write("/testmessage", ADMIN)
    sent = api.until(6)[3:]
    assert sum("【测试】" in m.get("text", m.get("caption", "")) for m in sent) == 2
    assert sum("photo" in m for m in sent) == 1
    assert list((home / "backups").glob("paomo-*.db"))
