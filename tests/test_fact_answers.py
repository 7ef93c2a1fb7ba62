"""What people read of fundamentals, events and news: units, coverage, days, links; escaped."""

import signal
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot import messages
from bot.app import App, judge
from bot.commands import answer
from bot.commands.asked import Answer, Asked
from bot.fact_texts import beside, event_line
from bot.happened import Beside
from bot.home import DATABASE
from bot.jobs import daily, facts_of
from bot.ledger import Ledger
from bot.records import Chat
from bot.texts import plain
from bot.words import Language
from config.settings import Settings
from market.derive import derive
from market.events import Event
from market.facts import as_int
from market.news import Line
from market.store import Store
from signals.model import Kind, Stage, ThemeState, Transition
from tests import markets
from tests.botapi import BotApi
from tests.process import ADMIN, Bot

CHAT = Chat(7, "private", "", "zh", active=False)
DAY = date(2024, 6, 28)
QUARTER, BEFORE, PUBLIC = date(2024, 3, 31), date(2023, 3, 31), date(2024, 4, 20)


@pytest.fixture(scope="module")
def app(settings: Settings) -> App:
    """An app over a small market with reports, events and news of its hot theme's members."""
    known = settings.model_copy(update={"home": Path(__file__).parent})
    made = App(
        known,
        Store(None),
        Ledger(None),
        *judge(known),
        lambda: datetime(2024, 6, 28, 8, tzinfo=UTC),
    )
    markets.fill(made.store)
    _reports(made.store)
    _events(made.store)
    _news(made.store)
    derive(made.store, made.store.bar_days(), backfilled=True)
    made.store.save_names({"600000": "甲<股>", "600001": "乙股份"})
    daily(made, DAY)
    return made


def _reports(store: Store) -> None:
    """Eight members report; of three the statements are there; one loses money."""
    codes = [f"{600000 + n}" for n in range(24)]
    days = [as_int(day) for day in (QUARTER, PUBLIC, PUBLIC)]
    store.save_reports((code, days[0], days[1], 1e8, 0.25, 1e9, 0.1) for code in codes[:20])
    store.save_valuations(
        (as_int(DAY), code, -50.0 if n == 0 else 20.0, 1e10) for n, code in enumerate(codes)
    )
    for code in codes[:3]:
        figures = (1e8, 7e7, 1.2e8, 3e7, 4e8, 4e9)
        store.books.save("statement", [(code, *days, *figures)])
        store.books.save("balance", [(code, *days, 1.5e8, 4e9, 2e9)])
        earlier = [as_int(BEFORE), as_int(date(2023, 4, 30)), days[2]]
        store.books.save("statement", [(code, *earlier, 1e8, 9e7, 1.2e8, 1.2e7, 2e8, 4e9)])
        store.books.save("balance", [(code, *earlier, 1e8, 4e9, 2e9)])


def _events(store: Store) -> None:
    link = "https://example.com/?a=1&b=2"
    told = [
        Event(date(2024, 6, 20), "600000", "reduction", "关于减持计划的<b>公告", link, None, "x"),
        Event(date(2024, 6, 21), "600001", "renamed", "乙纺织 → 乙热题", "", None, "snapshot"),
        Event(date(2024, 5, 1), "600001", "unusual", "太久以前", link, None, "x"),
        Event(
            date(2024, 7, 20),
            "600002",
            "lockup",
            "首发原股东限售股份",
            link,
            1.2e9,
            "x",
            4e7,
            0.135,
        ),
        Event(date(2024, 7, 22), "600002", "lockup", "股权激励", link, None, "x"),
        Event(date(2024, 9, 20), "600003", "lockup", "太久以后", link, 1.2e9, "x"),
        Event(date(2024, 6, 24), "510001", "etf", "某热题材ETF", link, None, "x", 2.05e8),
    ]
    store.events.save(told, DAY)
    store.set_note("events:lock-ups", DAY.isoformat())
    for back in range(12):
        store.set_note(f"notices:{DAY - timedelta(days=back)}", str(DAY))


def _news(store: Store) -> None:
    at = datetime(2024, 6, 27, 16, 30, tzinfo=UTC)
    link, kinds = "https://example.com/n", ("export_controls", "gone")
    lines = [
        (Line(at, "eastmoney", "美方<新>出口管制", "", link, kinds), ["600000"]),
        (Line(at - timedelta(days=1), "sina", "", "热题材会议", ""), ["hot"]),
        (Line(at - timedelta(days=2), "sina", "", "别的禁运", "", ("embargo",)), ["x"]),
    ]
    store.news.save(lines)


def asked(app: App, name: str, rest: str = "热题材", language: Language = "zh") -> Answer:
    return answer(app, name, Asked(replace(CHAT, language=language), 7, rest, DAY))


def test_fundamentals_have_unit_period_public_day_and_coverage(app: App) -> None:
    given = asked(app, "fundamentals")
    head = plain(given.text).splitlines()
    assert head[0] == "热题材 · 基本面"
    assert head[-1] == "数据日 2024-06-28 · 名单 2024-06-28"
    assert any("价格相对业绩的净偏离" in line and "/why" in line for line in head)
    assert given.more
    said = plain(given.more(app)).split("\n\n")[0].splitlines()
    assert said == [
        "净利润同比 +25.0% · 8/8 家",
        "营业总收入同比 +10.0% · 8/8 家",
        "市盈率（总市值/滚动利润，含亏损） 24.2x · 中位 20.0x · 亏损 1 家 · 8/8 家",
        "非经常性损益占净利润 30.0% · 一年前 10.0% · 3/8 家",
        "投资收益占利润总额 25.0% · 一年前 10.0% · 3/8 家",
        "交易性金融资产占总资产 10.0% · 一年前 5.0% · 3/8 家",
        "存货同比 +50.0%（同期这些公司营收 +10.0%，相差 +40.0 个百分点） · 3/8 家",
        "报告期 2024Q1 · 最近公开于 2024-04-20",
    ]


def test_the_whole_market_stands_below_the_members(app: App) -> None:
    given = asked(app, "fundamentals", language="en")
    assert given.more
    members, market, foot = plain(given.more(app)).split("\n\n")
    assert "profit, on a year before +25.0% · 8 of 8 companies" in members
    assert market.startswith("The whole market\n")
    assert "profit, on a year before +25.0% · 20 of 20 companies" in market
    assert "the whole market's are of those companies too" in foot


def test_an_aggregate_of_another_period_says_so(app: App) -> None:
    other = replace(app, store=Store(None))
    markets.fill(other.store)
    _reports(other.store)
    late = [as_int(day) for day in (date(2023, 12, 31), date(2024, 4, 30), DAY)]
    other.store.books.save("statement", [("600006", *late, 1e8, 5e7, None, None, None, None)])
    given = asked(other, "fundamentals")
    assert given.more
    (line,) = [one for one in plain(given.more(other)).splitlines()[:8] if "非经常性" in one]
    assert line.endswith("2024Q1 · 最近公开于 2024-04-30 · 4/8 家")


def test_what_is_not_known_is_said_to_be_unknown(app: App) -> None:
    bare = replace(app, store=Store(None))
    markets.fill(bare.store)
    more = asked(bare, "fundamentals").more
    assert more
    said = plain(more(bare))
    (line,) = [line for line in said.splitlines() if line.endswith(" · 0/8 家")]
    assert line.startswith(
        "未知: 净利润同比 · 营业总收入同比 · 市盈率（总市值/滚动利润，含亏损） · "
    )
    assert "nan" not in said
    bare.store.save_themes([replace(bare.store.themes()["hot"], id="alone", name="孤题材")])
    assert "成分股未知" in asked(bare, "fundamentals", "孤题材").text


def test_events_are_counted_listed_and_linked(app: App) -> None:
    text = asked(app, "events").text
    said = plain(text).splitlines()
    part = "公告只读了 30 天中的 12 天"
    assert f"近30天: 减持计划 1家 · 更名 1家 · 新题材ETF 1家 · {part}" in said
    assert "未来60天: 解禁 1家" in said
    assert said.index("2024-06-24 新题材ETF · 某热题材ETF · 募集 2.05亿份") < said.index(
        "2024-06-20 减持计划 · 甲<股> · 关于减持计划的<b>公告"
    )
    assert "2024-06-21 更名 · 乙纺织 → 乙热题 · 改向该概念" in said
    lockup = "2024-07-20 解禁 · 600002 · 首发原股东限售股份"
    assert f"{lockup} · 4,000万股 · 为此前流通股的 13.50% · 市值 12亿元" in said
    assert "2024-07-22 解禁 · 600002 · 股权激励 · 规模未知" in said
    english = plain(asked(app, "events", language="en").text)
    assert "40 m shares · 13.50% of the shares tradable before · worth CNY 1.2 bn" in english
    assert "公告已读 12/30 天；只作陈列，不计入任何评分" in said
    assert '<a href="https://example.com/?a=1&amp;b=2">关于减持计划的&lt;b&gt;公告</a>' in text
    assert "甲&lt;股&gt;" in text
    assert "太久" not in text


@pytest.mark.parametrize(
    ("read", "zh", "en"),
    [
        (30, "没有", "none"),
        (12, "已读公告的 12 天（共 30 天）里没有", "none in the 12 of 30 days read"),
        (0, "公告未知（一天也未读）", "announcements not known (none read)"),
    ],
)
def test_a_theme_without_events_says_none_of_what_was_read(
    app: App, read: int, zh: str, en: str
) -> None:
    other = replace(app, store=Store(None))
    markets.fill(other.store)
    for back in range(read):
        other.store.set_note(f"notices:{DAY - timedelta(days=back)}", DAY.isoformat())
    assert f"近30天: {zh}" in plain(asked(other, "events").text).splitlines()
    said = plain(asked(other, "events", language="en").text).splitlines()
    assert f"last 30 days: {en}" in said
    assert "next 60 days: not known" in said
    other.store.set_note("events:lock-ups", DAY.isoformat())
    assert "未来60天: 没有" in plain(asked(other, "events").text)
    other.store.set_note("events:lock-ups", f"{DAY} Banned: 403")
    assert "未来60天: 未知" in plain(asked(other, "events").text)


def test_many_events_are_cut_with_their_number(app: App) -> None:
    crowd = replace(app, store=Store(None))
    markets.fill(crowd.store)
    crowd.store.events.save(
        (Event(DAY, "600000", "unusual", f"第{n}条", "", None, "x") for n in range(30)), DAY
    )
    assert "另有 18 条" in asked(crowd, "events").text


def test_only_links_by_https_become_links(app: App) -> None:
    theme = app.store.themes()["hot"]
    bad = Event(DAY, "600000", "unusual", "t", "javascript:alert(1)", None, "x")
    assert "href" not in event_line(bad, theme, {}, "en")


def test_news_show_the_last_triggers_with_time_kind_and_source(app: App) -> None:
    text = asked(app, "news", "").text
    said = plain(text).splitlines()
    assert said[:3] == [
        "触发词新闻",
        "06-28 00:30 ● 出口管制, gone · 美方<新>出口管制 (eastmoney)",
        "06-26 00:30 ● 禁运与制裁 · 别的禁运 (sina)",
    ]
    assert "共 3 条，最新 2024-06-28 00:30 · eastmoney" in said
    assert '<a href="https://example.com/n">美方&lt;新&gt;出口管制</a>' in text


def test_news_of_a_theme_are_those_that_name_it_or_a_member(app: App) -> None:
    said = plain(asked(app, "news", language="en").text)
    assert "lines naming the theme or a member, last 30 days" in said
    assert "● export controls, gone · 美方<新>出口管制" in said
    assert "热题材会议 (sina)" in said
    assert "别的禁运" not in said
    assert "nothing" in plain(asked(app, "news", "普通题材", "en").text)


def test_a_card_has_the_line_and_leads_on_by_buttons(app: App) -> None:
    given = asked(app, "theme")
    assert (
        "近30天：减持计划 1家 · 更名 1家 · 新题材ETF 1家 · "
        "公告只读了 30 天中的 12 天 · 1条触发新闻点名"
    ) in given.text
    assert "未来60天：解禁 1家" in given.text
    codes = {data for row in given.buttons for _, data in row}
    assert {"fu:hot", "ev:hot", "nw:hot"} <= codes


def test_an_alert_tells_what_happened_beside_it(app: App) -> None:
    told = Transition(
        "hot", DAY, Kind.SURGE, ThemeState("hot"), ThemeState("hot", Stage.FORMING, DAY), ()
    )
    (text,) = messages.alerts([told], facts_of(app, DAY), "en")
    assert (
        "last 30 days: reduction planned 1 · renamed 1 · new theme ETF 1 · announcements read: 12"
        " of 30 days · 1 trigger lines name it; next 60 days: lock-up expiry 1"
    ) in text


def test_nothing_beside_a_theme_makes_no_line(app: App) -> None:
    assert beside(Beside(app.store), app.store.themes()["calm"], DAY, "zh") == ""
    assert beside(None, app.store.themes()["hot"], DAY, "zh") == ""


def test_the_status_tells_how_fresh_each_is(app: App) -> None:
    said = plain(asked(app, "status", "").text)
    assert "财务报表（逐家取得的公司）: 3 · 2024-04-20 · eastmoney, sina" in said
    assert "事件: 7 · 2024-06-28 · eastmoney" in said
    assert "新闻快讯: 3 · 2024-06-28 00:30 · eastmoney" in said


def test_fundamentals_events_and_news_are_answered_by_the_running_bot(
    home: Path, api: BotApi
) -> None:
    store, today = Store(home / DATABASE), date.today()
    last = as_int(store.days()[-1])
    store.save_reports((f"{600000 + n}", last, last, 1e8, 0.25, 1e9, 0.1) for n in range(24))
    store.events.save([Event(today, "600000", "unusual", "<异动>", "https://x/", None, "x")], today)
    line = Line(datetime.now(UTC), "wire", "<出口管制>", "", "https://x/n", ("export_controls",))
    store.news.save([(line, ["600000"])])
    store.close()
    ledger = Ledger(home / DATABASE)
    ledger.set_fact("evaluated", "2024-06-28")
    ledger.close()
    bot = Bot(home, api)
    try:
        for command in ("/fundamentals 热题材", "/events 热题材", "/news 热题材", "/news"):
            api.write(command, ADMIN)
        told = api.texts(4)
    finally:
        bot.end(signal.SIGKILL)
    named, happened, books, triggers = told
    assert "净利润同比 <b>+25.0%</b> · 8/8 家" in books
    assert "全市场" in books
    assert '<a href="https://x/">&lt;异动&gt;</a>' in happened
    assert "出口管制 · <a href=" in named
    assert triggers.startswith("<b>触发词新闻</b>")
