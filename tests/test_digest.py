"""The digest: one line for a quiet day, the week's record, the table of who watches themes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from bot import jobs
from bot.app import App, judge
from bot.calendars import ends_week
from bot.commands import answer
from bot.commands.asked import Asked
from bot.digest import digest, watched_table
from bot.draw import draw
from bot.ledger import Ledger
from bot.names import RULES
from bot.pictures import HEAT, named
from bot.posting import posted, with_rest
from bot.records import Chat, Outgoing, Queued, Wishes
from bot.texts import plain
from bot.week import Week, week, week_of
from bot.words import Language
from config.settings import Settings
from market.derive import derive
from market.store import Store
from signals.model import Kind, Signal, Stage, ThemeState, Transition
from signals.scorecard import Label
from tests import markets
from tests.test_messages import TOLD, TURN

ME = Chat(7, "private", "", "zh")
FRIDAY = date(2024, 6, 28)
MONDAY = date(2024, 6, 24)
CLEAN = replace(TOLD, faults=())
LABEL = Label(0.1, 60)
STATES = {"t": TURN.after}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_day_on_which_nothing_happened_has_one_line(language: Language) -> None:
    text = digest(CLEAN, [], STATES, {"t": 0.3}, language)
    assert "\n" not in text
    said = plain(text)
    assert "2024-03-01" in said
    assert "+1.2%" in said
    assert {"zh": "退潮 1", "en": "bursting 1"}[language] in said


def test_a_change_a_fault_or_a_weeks_end_takes_more_than_a_line() -> None:
    ended = Week((), 0, 0, 3, 400, LABEL)
    for text in (
        digest(CLEAN, [TURN], STATES, {"t": 0.3}, "zh"),
        digest(TOLD, [], STATES, {"t": 0.3}, "zh"),
        digest(CLEAN, [], STATES, {"t": 0.3}, "zh", ended),
    ):
        assert text.count("\n") > 5
    assert "本周没有警报到期" in text
    assert "0 次有了结果" in text


# ---- the record of the week -------------------------------------------------------------------


def alert(day: date, theme: str = "a", stage: Stage = Stage.BUBBLE) -> Transition:
    states = ThemeState(theme, Stage.QUIET), ThemeState(theme, stage)
    return Transition(theme, day, Kind.SURGE, *states, ())


def prices(days: list[date], **levels: float) -> pd.DataFrame:
    """Themes at 100 that stand at another level from the last day but one on."""
    flat = pd.DataFrame(100.0, index=pd.Index(days), columns=list(levels))
    for theme, level in levels.items():
        flat.iloc[-2:, flat.columns.get_loc(theme)] = level
    return flat


def test_alerts_that_fell_this_week_or_whose_days_are_over_are_due() -> None:
    days = markets.weekdays(70, FRIDAY)
    net = prices(days, a=90.0, b=99.0)
    told = [
        alert(days[30]),  # falls 10 % on Thursday
        alert(days[7], "b"),  # 60 days end on Wednesday: days[67]
        alert(days[2], "b"),  # they ended in the week before
        alert(days[40], "b"),  # still open
    ]
    found = week(told, net, LABEL, MONDAY)
    fell, stood = found.due
    assert (fell.alert, fell.fell, fell.days) == (told[0], True, 38)
    assert fell.change == pytest.approx(-0.1)
    assert (stood.alert, stood.fell, stood.days, stood.change) == (told[1], False, 60, 0)
    assert (found.known, found.fell, found.waiting) == (3, 1, 1)
    assert len(week(told, net, LABEL, days[60]).due) == 3  # of a weekly digest: all since the last


def test_an_alert_of_this_week_that_fell_at_once_is_due_and_one_without_a_price_is_not() -> None:
    days = markets.weekdays(70, FRIDAY)
    net = prices(days, a=80.0, b=100.0)
    net["b"] = np.nan
    told = [alert(days[66]), alert(days[10], "b"), alert(date(2020, 1, 1))]
    found = week(told, net, LABEL, MONDAY)
    assert [due.days for due in found.due] == [2]
    assert (found.known, found.waiting) == (1, 1)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_weeks_record_tells_each_end_with_its_count(language: Language) -> None:
    days = markets.weekdays(70, FRIDAY)
    net = prices(days, t=88.0)
    found = week([alert(days[30], "t"), alert(days[35], "t")], net, LABEL, MONDAY)
    said = plain(digest(CLEAN, [], STATES, {"t": 0.3}, language, found))
    assert {"zh": "本周 2 次警报有了结果：2 次在60日内净跌10%以上", "en": "end: 2, of them 2 fell"}[
        language
    ] in said
    assert said.count("-12.0%") == 2
    assert {"zh": "近 70 个交易日的警报：2 次有了结果", "en": "2 known, 2 of them fell 10%"}[
        language
    ] in said


@pytest.fixture
def app(settings: Settings) -> App:
    store, ledger = Store(None), Ledger(None)
    markets.fill(store)
    derive(store, store.bar_days(), backfilled=True)
    ledger.save_chat(ME)
    at = datetime.combine(FRIDAY, datetime.min.time(), UTC) + timedelta(hours=8)
    return App(settings, store, ledger, *judge(settings), lambda: at)


def test_a_week_ends_on_its_last_trading_day(app: App) -> None:
    assert ends_week(app, FRIDAY)
    assert not ends_week(app, date(2024, 6, 27))
    assert ends_week(app, date(2024, 4, 3))  # Thursday and Friday were holidays
    assert ends_week(app, date(2024, 12, 27))
    assert not ends_week(app, date(2024, 12, 30))  # the year's last week goes on into 2025


def test_a_bot_without_alerts_has_no_record_of_the_week(app: App) -> None:
    jobs.daily(app, FRIDAY)
    assert week_of(app, FRIDAY, []) is None
    app.ledger.save_transitions([alert(app.store.days()[-20], "hot"), alert(FRIDAY, "hot")])
    for today in ([], [alert(FRIDAY, "calm")]):  # today's count once, in the ledger or not
        found = week_of(app, FRIDAY, today)
        assert found
        assert found.known + found.waiting == 1 + len(today)
        assert found.days == 1  # judged, of all that are stored
    assert week_of(app, FRIDAY - timedelta(days=1), []) is None


# ---- what is pushed ---------------------------------------------------------------------------


def pushed(app: App, chat: int = ME.id) -> list[Queued]:
    jobs.daily(app, FRIDAY)
    return [m for m in app.ledger.outbox.waiting() if m.chat == chat and m.priority == 1]


def test_a_quiet_day_is_one_message_with_the_heat_map_and_one_line(app: App) -> None:
    app.store.set_note(f"faults:{FRIDAY}", "[]")
    (only,) = pushed(app)
    assert "\n" not in only.text
    assert only.silent
    assert only.photo
    picture = named(only.photo)
    assert picture
    assert (picture.kind, picture.look.colours) == (HEAT, "cn")
    assert (draw(app, picture) or b"")[:4] == b"\x89PNG"
    other = replace(picture, day=FRIDAY - timedelta(days=1))
    assert draw(app, other) is None  # its readings are not kept


def test_a_chat_that_watches_gets_a_table_of_its_own_and_its_own_look(app: App) -> None:
    app.ledger.save_chat(replace(ME, id=8, language="en"))
    app.ledger.watch(8, "hot")
    app.ledger.wish(8, "style", "dark")
    (mine,), (theirs,) = pushed(app), pushed(app, 8)
    assert "热题材" not in mine.text
    assert "Watched themes" in theirs.text
    assert "热题材" in theirs.text
    assert "net +" in theirs.text
    assert "dark|west" in (theirs.photo or "")


def test_the_answer_is_what_is_pushed(app: App) -> None:
    app.ledger.watch(7, "calm")
    (only,) = pushed(app)
    given = answer(app, "digest", Asked(ME, 7, "", FRIDAY))
    assert given.more
    assert given.more(app) == only.text
    assert given.picture
    assert given.picture.name == only.photo


def test_a_table_names_known_measures_marks_what_fires_and_leaves_out_what_is_unknown() -> None:
    readings = {
        "t": tuple(
            Signal("t", rule, FRIDAY, value, 0.25, "fraction")
            for rule, value in (("run_up", 0.3), ("fall", 0.01), ("crowding", float("nan")))
        )
    }
    table = watched_table({"t", "gone"}, CLEAN, STATES, readings, "zh")
    assert "白酒 &lt;&amp;&gt; Co</b> · 退潮\n    净涨 +30.0%● · 回落 1.0%" in table
    assert "拥挤" not in table
    (quiet, below), full = (
        digest(each, [], STATES, {"t": 0.3}, "zh", own=table).split(f"\n\n{table}")
        for each in (CLEAN, TOLD)
    )
    assert ("每日摘要" in quiet, below) == (True, "")
    assert full[0].endswith("<b>今日变动</b>\n无")
    assert full[1].startswith("\n\n<b>阶段</b>")
    assert watched_table({"gone"}, CLEAN, STATES, readings, "zh") == ""
    assert {"run_up", "fall"} <= RULES.keys()


def test_what_quiet_hours_hold_keeps_the_words_of_a_quiet_day_but_no_picture() -> None:
    now = datetime(2024, 6, 28, 8, tzinfo=UTC)
    heat = "heat|2024-06-28|zh|light|cn"
    news = Outgoing(f"{FRIDAY}:missed:1", 7, FRIDAY, "missed", now)
    glance = [
        Outgoing(f"{FRIDAY}:digest:1", 7, FRIDAY, "one line", now, heat, priority=1),
        Outgoing(f"{FRIDAY}:heat", 7, FRIDAY, "title", now, heat, priority=1),
    ]
    (held,) = posted([news], glance, now, Wishes({}, quiet=(14, 20)), "zh")
    assert "missed" in held.text
    assert "one line" in held.text
    assert "title" not in held.text
    assert held.photo is None


def test_what_a_budget_left_over_stands_above_the_foot_and_the_heat_map_stays() -> None:
    now = datetime(2024, 6, 28, 8, tzinfo=UTC)
    heat = "heat|2024-06-28|zh|light|cn"
    glance = [
        Outgoing(f"{FRIDAY}:digest:1", 7, FRIDAY, "body\n\nfoot", now, priority=1),
        Outgoing(f"{FRIDAY}:heat", 7, FRIDAY, "title", now, heat, priority=1),
    ]
    text, picture = with_rest(glance, replace(glance[0], text="rest"))
    assert text.text == "body\n\nrest\n\nfoot"
    assert picture == glance[1]


def test_a_heat_map_that_would_come_too_late_is_left_out() -> None:
    """A digest at noon of the next day goes without the picture of a day that is over."""
    now = datetime(2024, 6, 28, 7, 30, tzinfo=UTC)
    words = Outgoing("d:digest:1", 7, FRIDAY, "x", now, priority=1)
    heat = replace(words, key="d:heat", not_after=now + timedelta(hours=20))
    noon = now + timedelta(hours=21)
    assert posted([], [words, heat], now, Wishes({}), "zh") == [words, heat]
    assert [m.key for m in posted([], [words, heat], noon, Wishes({}), "zh")] == ["d:digest:1"]
