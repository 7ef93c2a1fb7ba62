"""What a chat wants to hear: which kinds, how loud, when, of which themes."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from math import nan
from unittest.mock import AsyncMock

import pytest

from bot import cycle, jobs
from bot.alerting import Reason, decide
from bot.app import App, judge
from bot.commands import answer
from bot.commands.asked import Answer, Asked
from bot.deliver import Delivery, deliver
from bot.drafts import drafts_of
from bot.judged import Judged
from bot.ledger import Ledger
from bot.limits import Pace
from bot.pictures import named
from bot.records import Chat, Grouping, Outgoing, Queued, Wishes
from bot.texts import plain
from bot.wish_messages import Week, weekly
from bot.words import Language
from config.settings import Settings
from market.derive import derive
from market.store import Store
from signals.model import Kind, Signal, Stage, ThemeState, Transition
from signals.replay import replay
from tests import markets

DAY = date(2024, 6, 28)
ME = Chat(7, "private", "", "zh")
GROUP = Chat(-7, "supergroup", "群", "zh")


@pytest.fixture
def app(settings: Settings) -> App:
    store, ledger = Store(None), Ledger(None)
    markets.fill(store)
    derive(store, store.bar_days(), backfilled=True)
    ledger.save_chat(ME)
    known = settings.model_copy(update={"admins": frozenset({1})})
    return App(known, store, ledger, *judge(known), lambda: datetime(2024, 6, 28, 8, tzinfo=UTC))


def ask(app: App, name: str, rest: str = "", chat: Chat = ME, user: int = 7) -> Answer:
    return answer(app, name, Asked(chat, user, rest, DAY))


def surge(app: App) -> list[Queued]:
    """The messages of the day on which the hot theme begins to surge."""
    panel = app.store.panel(date.max, 1000)
    days = (day for day, _, told in replay(panel, app.rules, app.policy) if told)
    jobs.daily(app, next(days))
    return app.ledger.outbox.waiting()


def transition(kind: Kind = Kind.SURGE, theme: str = "t") -> Transition:
    return Transition(theme, DAY, kind, ThemeState(theme), ThemeState(theme, Stage.FORMING), ())


@pytest.mark.parametrize(
    ("wishes", "reason"),
    [
        (Wishes({}), Reason.SEND),
        (Wishes({"surge": "silent"}), Reason.SILENT),
        (Wishes({"surge": "off"}), Reason.OFF),
        (Wishes({"reversal": "off"}), Reason.SEND),
        (Wishes({}, watched=frozenset({"t"})), Reason.SEND),
        (Wishes({}, watched=frozenset({"u"})), Reason.NOT_WATCHED),
        (Wishes({"surge": "off"}, watched=frozenset({"t"})), Reason.OFF),
    ],
)
def test_a_wish_decides(wishes: Wishes, reason: Reason) -> None:
    assert decide(transition(), set(), wishes, DAY) is reason


def test_a_kind_that_is_silent_or_off_is_told_so_or_not_at_all(app: App) -> None:
    loud = [m.silent for m in surge(app) if m.priority == 0 and not m.key.endswith("chart")]
    for level, expected in (("silent", [True]), ("off", [])):
        other = replace(app, ledger=Ledger(None))
        other.ledger.save_chat(ME)
        other.ledger.wish(7, "surge", level)
        told = surge(other)
        mine = [m.silent for m in told if m.priority == 0 and not m.key.endswith("chart")]
        assert mine == expected
        assert [m.priority for m in told].count(1) == 2  # the digest tells of it all the same
    assert loud == [False]


def test_with_watched_themes_others_are_left_to_the_digest(app: App) -> None:
    ask(app, "watch", "普通题材")
    assert [m.priority for m in surge(app)] == [1, 1]
    other = replace(app, ledger=Ledger(None))
    other.ledger.save_chat(ME)
    assert "只推送关注" in plain(ask(other, "watch", "热题材").text)
    assert [m.priority for m in surge(other)] == [0, 0, 1, 1]
    assert "全部题材" in plain(ask(other, "unwatch", "热题材").text)
    assert "并未关注" in plain(ask(other, "unwatch", "热题材").text)


EVENING = datetime(2024, 6, 28, 12, tzinfo=UTC)  # 20:00 in Shanghai


def test_alerts_of_quiet_hours_come_after_them_as_one_ranked_message(app: App) -> None:
    app.ledger.wish(7, "quiet", "14-20")  # it is 16:00 there
    (held,) = surge(app)
    text = plain(held.text).splitlines()
    assert text[:2] == [
        "🌙 安静时段里的警报",
        f"留到 06-28 20:00，强者在前；数据为 {held.day} 收盘，其后的变化不在其中",
    ]
    assert "热题材" in held.text
    assert "每日摘要" in held.text  # due by then as well
    assert not held.silent
    assert app.ledger.outbox.due(EVENING - timedelta(seconds=1)) == []
    assert app.ledger.outbox.due(EVENING) == [held]


def test_a_digest_at_a_later_hour_does_not_keep_the_alerts_waiting(app: App) -> None:
    app.ledger.wish(7, "digest_hour", "8")
    app = replace(app, now=lambda: datetime(2024, 6, 11, 8, tzinfo=UTC))
    told = surge(app)
    assert [m.priority for m in told] == [0, 0, 1, 1]
    assert app.ledger.outbox.due(app.now()) == [told[0]]
    due = [m.created for m in told if m.priority == 1]
    assert due == [datetime.combine(told[0].day + timedelta(days=1), time(0), UTC)] * 2


def test_quiet_hours_hold_alerts_alone_when_the_digest_is_due_later(app: App) -> None:
    app.ledger.wish(7, "quiet", "14-20")
    app.ledger.wish(7, "digest_hour", "22")
    held, digest, heat = surge(replace(app, now=lambda: datetime(2024, 6, 11, 8, tzinfo=UTC)))
    assert ":held:" in held.key
    assert "每日摘要" not in held.text
    assert digest.created == datetime.combine(held.day, time(14), UTC)
    assert heat.created == digest.created
    assert held.created == datetime.combine(held.day, time(12), UTC)


def test_nothing_happened_is_told_after_quiet_hours_as_a_digest(app: App) -> None:
    app.ledger.wish(7, "quiet", "14-20")
    jobs.daily(app, app.store.days()[100])
    (digest,) = app.ledger.outbox.waiting()
    assert digest.key.endswith(":digest:1")
    assert digest.created == EVENING


def test_alerts_held_past_another_day_are_told_with_it_and_as_they_stand(app: App) -> None:
    app.ledger.wish(7, "quiet", "14-13")
    (first,) = surge(app)
    days = app.store.days()
    jobs.daily(app, days[days.index(first.day) + 1])
    (second,) = app.ledger.outbox.waiting()
    assert second.day > first.day
    assert "此前未及告知的变动" in second.text
    assert f"{first.day} 🔺 " in second.text


def test_the_rest_beyond_a_budget_is_ranked_in_the_digest(app: App) -> None:
    app.ledger.wish(7, "budget", "1")
    alert, chart, digest, heat = surges(app, 3)
    assert alert.text.count("🔺") == 1
    assert chart.photo
    assert heat.photo
    assert "超出本聊天每日 1 条有声警报的 2 条，强者在前" in digest.text
    rest = digest.text[digest.text.index("超出") :]
    assert rest.index("甲") < rest.index("乙")
    assert [k.reason for k in app.ledger.kept.since(7, digest.day)] == ["budget", "budget"]


@pytest.mark.parametrize("wish", [("digest", "off"), ("digest_weekday", "0")])
def test_the_rest_beyond_a_budget_goes_silently_where_no_digest_is_due(
    app: App, wish: tuple[str, str]
) -> None:
    app.ledger.wish(7, "budget", "1")
    app.ledger.wish(7, *wish)
    *_, rest = surges(app, 3)
    assert rest.key.endswith(":beyond:1")
    assert rest.silent


def test_a_message_in_two_parts_sounds_once(app: App) -> None:
    first, second = (m for m in surges(app, 3, "长" * 130) if "alerts" in m.key)
    assert (first.silent, second.silent) == (False, True)


def surges(app: App, count: int, member: str = "甲股") -> list[Outgoing]:
    """Messages of a made-up Friday on which so many themes surge, in the order they go."""
    jobs.daily(app, app.store.days()[-1])
    told = [
        replace(
            transition(theme=theme), signals=(Signal(theme, "run_up", DAY, size, 0.25, "fraction"),)
        )
        for theme, size in list({"hot": 0.9, "甲": 0.5, "乙": 0.4}.items())[:count]
    ]
    facts = jobs.facts_of(app, DAY)
    themes = {t.theme: replace(facts.themes["hot"], id=t.theme, name=t.theme) for t in told}
    moves = [(member, 0.01)] * 20
    day = replace(facts, themes=themes, stories=Grouping(), moves=lambda _: moves)
    states = {t.theme: t.after for t in told}
    judged = Judged(day, told, states, {t.theme: t.signals for t in told})
    written = drafts_of(app, judged)
    app.ledger.kept.add(7, written.kept[7])
    return sorted(written.messages, key=lambda m: m.priority)


def test_the_digest_can_be_turned_off(app: App) -> None:
    app.ledger.wish(7, "digest", "off")
    assert [m.priority for m in surge(app)] == [0, 0]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_weekly_digest_tells_all_days_since_the_last(app: App, language: Language) -> None:
    app.ledger.save_chat(replace(ME, language=language))
    app.ledger.wish(7, "digest_weekday", "4")
    app.ledger.watch(7, "hot")
    days = app.store.days()
    first = days.index(surge(app)[0].day)  # a Tuesday
    for day in days[first + 1 : first + 9]:
        jobs.daily(app, day)
    glance = [m for m in app.ledger.outbox.waiting() if m.priority == 1]
    weekly, heat = glance[::2], glance[1::2]
    assert [(m.key, named(m.photo or "") is not None) for m in heat] == [
        (f"{m.day}:heat", True) for m in weekly
    ]
    table = {"zh": "⭐ 关注的题材", "en": "⭐ Watched themes"}[language]
    assert all(table in m.text and "热题材</b> · " in m.text for m in weekly)
    assert all(
        {"zh": "本周没有警报到期", "en": "no alert came"}[language] in m.text for m in weekly
    )
    assert [m.day.weekday() for m in weekly] == [4, 4]
    assert f"{days[first]} – {weekly[0].day}" in weekly[0].text
    assert f"{days[first]:%m-%d} 🔺" in weekly[0].text
    assert {"zh": "4个交易日", "en": "4 trading days"}[language] in weekly[0].text
    assert {"zh": "5个交易日", "en": "5 trading days"}[language] in weekly[1].text
    assert weekly[0].silent


def test_a_weeks_market_is_compounded_and_unknown_if_a_day_of_it_is(app: App) -> None:
    week = Week([DAY], (), 0, [(0.1, 0.0), (-0.1, nan)], [(DAY, (("holes", "2024-06-26"),))])
    facts = replace(jobs.facts_of(app, DAY), day=DAY)
    text = weekly(week, facts, {}, {}, "zh")
    assert "等权 -1.0% · 市值加权指数 未知" in text
    assert "06-28 缺少交易日: 2024-06-26" in text
    assert "<b>变动</b>\n无" in text


def test_a_week_with_many_changes_says_how_many_more(app: App) -> None:
    facts = jobs.facts_of(app, DAY)
    told = [transition(theme="hot")] * 25
    text = weekly(Week([DAY], told, 3, [(0.0, 0.0)], []), facts, {}, {}, "en")
    assert text.count("🔺") == 20
    assert "and 5 more" in text
    assert "3 more told the same" in text


def test_that_no_figures_came_waits_for_the_morning(app: App) -> None:
    app.ledger.wish(7, "quiet", "22-8")
    night = replace(app, now=lambda: datetime(2024, 6, 28, 15, 30, tzinfo=UTC))
    assert cycle.no_figures(night, DAY, "Banned") == 1
    (told,) = app.ledger.outbox.waiting()
    assert told.created == datetime(2024, 6, 29, tzinfo=UTC)


def test_instants_are_told_in_the_chats_zone(app: App) -> None:
    app.ledger.wish(7, "zone", "Europe/Berlin")
    told = surge(app)[0]
    send = AsyncMock(return_value=1)
    needs = Delivery(app.ledger, send, Pace(), app.now, 45)
    asyncio.run(deliver(needs))
    text = send.call_args_list[0].args[1]
    assert told.text in text
    assert '<tg-time unix="1719561600">2024-06-28 10:00 Berlin</tg-time>' in text


def test_what_is_no_setting_changes_nothing(app: App) -> None:
    ask(app, "settings", "'; DROP TABLE wish; --")
    assert app.ledger.wishes(7) == Wishes({})


def test_in_a_group_only_admins_watch(app: App) -> None:
    assert "管理员" in ask(app, "watch", "热题材", GROUP).text
    assert app.ledger.wishes(-7) == Wishes({})


def test_past_alerts_are_counted_beside_each_kind(app: App) -> None:
    surge(app)
    assert "升温 · 1\n" in ask(app, "settings").text


def test_wishes_move_with_their_group(app: App) -> None:
    app.ledger.wish(-7, "surge", "off")
    app.ledger.watch(-7, "hot")
    app.ledger.migrate(-7, -1007)
    assert app.ledger.wishes(-1007) == Wishes({"surge": "off"}, None, frozenset({"hot"}))
    assert app.ledger.wishes(-7) == Wishes({})
