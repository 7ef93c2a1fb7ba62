"""What people see of the backdrop: /macro, /market, /flows, digest, /status and the panel."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bot import backdrop
from bot.app import App, judge
from bot.commands import answer
from bot.commands.asked import Answer, Asked
from bot.digest import digest
from bot.draw import draw
from bot.jobs import facts_of
from bot.ledger import Ledger
from bot.macro_chart import macro_chart, panel
from bot.reading_texts import change, period
from bot.records import Chat
from bot.style import Look
from bot.texts import plain
from bot.words import Language
from config.settings import Settings
from market.derive import derive
from market.facts import as_int
from market.series import SERIES
from market.store import Store
from market.world import INDICES, SHANGHAI
from tests import markets
from tests.test_messages import golden

CHAT = Chat(7, "private", "", "zh", active=False)
RELEASED = {"cpi": date(2024, 5, 31), "climate": date(2024, 5, 31), "deflator": date(2024, 3, 31)}


@pytest.fixture
def app(settings: Settings) -> App:
    """An app over a small market whose last day is 2024-06-28, with some of the backdrop."""
    known = settings.model_copy(update={"home": Path(__file__).parent})
    made = App(known, Store(None), Ledger(None), *judge(known), lambda: datetime.now(UTC))
    store = made.store
    markets.fill(store)
    derive(store, store.bar_days(), backfilled=True)
    made.ledger.set_fact("evaluated", str(store.days()[-1]))
    for key, last in RELEASED.items():
        often = "QE" if key == "deflator" else "ME"
        put(store, key, [stamp.date() for stamp in pd.date_range("2019-01-01", last, freq=often)])
    put(store, "fdi", [stamp.date() for stamp in pd.date_range("2019-01-01", "2023-07-31")][::30])
    put(store, "margin", [day for day in store.days() if day < store.days()[-1]])
    for row, index in enumerate(INDICES):
        steps = enumerate(store.days()[:-1])
        store.save_points((index.id, as_int(d), 1000.0 + row * n, None, "x") for n, d in steps)
    return made


def put(store: Store, key: str, periods: list[date]) -> None:
    """Rising values of a series, public by its lag."""
    one = SERIES[key]
    mean = (one.low + one.high) / 2
    values = mean + np.linspace(-1, 1, len(periods)) * mean / 10
    store.macro.save(
        (key, last, float(value), *[last + timedelta(days=one.lag_days)] * 2)
        for last, value in zip(periods, values, strict=True)
    )


def asked(app: App, name: str, language: Language = "zh") -> Answer:
    today = app.store.days()[-1]
    return answer(app, name, Asked(replace(CHAT, language=language), 7, "", today))


@pytest.mark.parametrize("name", ["macro", "market", "flows"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_backdrop_reads_as_it_was_read(app: App, name: str, language: Language) -> None:
    golden(f"{name}_{language}", asked(app, name, language).text)


def test_each_reading_has_value_unit_period_age_and_rank_in_one_line(app: App) -> None:
    said = plain(asked(app, "macro").text).splitlines()
    assert (
        "CPI 同比 +16.5% · 2024-05 · 已 28 天 · 自身分位 100%（65 个值） · 较一年前 +0.6 个百分点"
        in said
    )
    assert any(line.startswith("国房景气指数 110.0 · 2024-05 · 已 28 天") for line in said)
    assert any("2024Q1 · 已 89 天" in line for line in said)
    told = plain(asked(app, "macro", "en").text)
    assert (
        "consumer prices, on a year before +16.5% · 2024-05 · age 28 d · own rank 100% of 65"
        in told
    )


def test_a_dead_series_comes_last_and_is_said_to_be_dead(app: App) -> None:
    before, after = plain(asked(app, "macro").text).split("已停更，不计入任何评分")
    assert "实际使用外资" not in before
    assert "实际使用外资累计同比" in after
    assert "来源止于 2023-07" in after
    living = {one.key for one, _ in backdrop.backdrop(app.store, date(2024, 6, 28)).alive}
    assert living == {"cpi", "climate", "deflator", "margin"}


def test_what_has_not_come_is_named(app: App) -> None:
    said = plain(asked(app, "macro").text)
    assert "尚未取到: 消费者信心指数, M2 同比, PPI 同比" in said
    assert "10年期国债收益率, 城镇调查失业率" in said


def test_the_last_crash_is_a_curiosity_with_its_three_cases(app: App) -> None:
    said = plain(asked(app, "macro").text)
    assert "趣闻而非依据" in said
    assert "3,230 天，1990年以来仅 3 例" in said
    assert "not evidence" in asked(app, "macro", "en").text


def test_a_crash_in_the_stored_levels_is_one_more_case(app: App) -> None:
    days = app.store.days()
    store = Store(None)
    store.save_market_days((as_int(d), 1.0, 1, 1, 0, 0, None, "x") for d in days)
    halved = enumerate(days)
    store.save_points(
        (SHANGHAI.id, as_int(d), 1000.0 if n < 80 else 590.0, None, "x") for n, d in halved
    )
    found = backdrop.last_crash(store, days[-1])
    assert (found.day, found.cases) == (days[80], 4)
    assert backdrop.last_crash(store, days[79]).cases == 3


def test_the_market_is_shown_with_stages_and_beside_other_markets(app: App) -> None:
    said = plain(asked(app, "market").text)
    assert "上涨（24 只）" in said
    assert "阶段: 冰点 2 · 发酵 0 · 高潮 0 · 退潮 0 · 结束 0" in said
    until = app.store.days()[-2]
    assert f"各市场涨跌（20/60个交易日，至 {until}）" in said
    days = app.store.days()[:-1]
    sizes = {n: (1000 + len(days) - 1) / (1000 + len(days) - 1 - n) - 1 for n in (20, 60)}
    assert f"恒生科技 {sizes[20]:+.1%} / {sizes[60]:+.1%}" in said
    assert "上证指数 +0.0% / +0.0%" in said
    assert "Shanghai Composite against (pp): S&P 500 -" in plain(asked(app, "market", "en").text)


def test_markets_of_which_nothing_is_known_are_unknown_not_level(app: App) -> None:
    empty = replace(app, store=Store(None))
    markets.fill(empty.store)
    derive(empty.store, empty.store.bar_days(), backfilled=True)
    said = plain(asked(empty, "market").text)
    assert "未知: 上证指数, 恒生科技" in said
    assert "相对" not in said  # nothing to compare
    assert "nan" not in said


def test_flows_show_what_is_known_and_say_what_is_not(app: App) -> None:
    said = plain(asked(app, "flows").text)
    assert "南向资金20日净买入: 尚未取到" in said
    assert "· 2024-06-26 · 已 2 天" in said  # the margin balance is public after two days
    assert "北向：自 2024-08-19 起不再公布" in said
    assert "1. 普通题材" in said or "1. 热题材" in said


def test_flows_whose_series_died_say_so(app: App) -> None:
    put(app.store, "southbound", [date(2023, 1, 1) + timedelta(days=n) for n in range(60)])
    said = plain(asked(app, "flows").text)
    assert "已停更，不计入任何评分: 南向资金20日净买入" in said


def test_the_digest_has_a_line_only_on_the_day_a_reading_came_out(app: App) -> None:
    days = app.store.days()
    lag = timedelta(days=SERIES["cpi"].lag_days)
    came = next(day for day in days if day >= date(2024, 5, 31) + lag)
    lines = {}
    for day in days[-15:]:
        text = digest(facts_of(app, day), [], {}, {}, "zh")
        lines[day] = [line for line in text.splitlines() if line.startswith("宏观新值")]
    assert lines[came] == ["宏观新值: CPI 同比 +16.5% (2024-05, 前值 +16.5%)"]
    climate = next(day for day in days if day >= date(2024, 6, 20))
    assert [day for day in lines if lines[day]] == [came, climate]
    text = digest(facts_of(app, came), [], {}, {}, "en")
    assert "New macro readings: consumer prices, on a year before +16.5% (2024-05, before" in text


def test_the_status_shows_age_and_source_of_each_group(app: App) -> None:
    said = asked(app, "status").text
    assert "宏观: 3/9 可用 · 2024-06-20 (8 天前) · eastmoney, stats" in said
    assert "资金: 1/3 可用" in said
    assert f"各市场指数: 5/5 可用 · {app.store.days()[-2]} (1 天前) · tencent, sina" in said
    assert "macro: 3/9 usable · 2024-06-20 (8 d old)" in asked(app, "status", "en").text


def test_the_panel_is_a_picture_of_what_is_alive(app: App) -> None:
    today = app.store.days()[-1]
    picture = asked(app, "macro").picture
    assert picture
    png = draw(app, picture)
    assert png
    assert int.from_bytes(png[16:20], "big") == 1080
    known = backdrop.backdrop(app.store, today).alive
    look = Look("dark", "safe")
    made = panel(app.store, today, known, "zh", look.style)
    titles = [axes.get_title(loc="left") for axes in made.axes if axes.lines]
    assert [title.splitlines()[0] for title in titles] == [one.zh for one, _ in known]
    assert macro_chart(Store(None), today, "zh", look) is None


@pytest.mark.parametrize(
    ("size", "unit", "said"),
    [
        (0.012, "fraction", "+1.2 pp"),
        (-3.0, "points", "-3.0 points"),
        (5e9, "cny", "+CNY 5 bn"),
        (-5e9, "cny", "CNY -5 bn"),
        (float("nan"), "cny", "not known"),
    ],
)
def test_a_change_carries_its_unit(size: float, unit: str, said: str) -> None:
    assert change(size, unit, "en") == said


def test_periods_are_named_as_people_do() -> None:
    last = date(2026, 9, 30)
    names = [period(SERIES[key], last) for key in ("cpi", "deflator", "margin")]
    assert names == ["2026-09", "2026Q3", "2026-09-30"]
