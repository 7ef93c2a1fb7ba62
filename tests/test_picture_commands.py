"""/chart, /compare, /top, /themes and /style, in both languages; and a picture changed in place."""

import json
import signal
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from bot.app import App, judge
from bot.commands import PRESSED, answer
from bot.commands.asked import Answer, Asked
from bot.compare import alike
from bot.draw import draw
from bot.jobs import daily
from bot.ledger import Ledger
from bot.pictures import CHART, COMPARED
from bot.records import Chat
from bot.style import Look
from bot.texts import CAPTION_LIMIT, plain, units
from bot.words import Language
from config.settings import Settings
from market.derive import derive
from market.source import Theme
from market.store import Store
from signals.model import Kind, Stage, ThemeState, Transition
from tests import markets
from tests.botapi import BotApi
from tests.process import ADMIN, Bot

TODAY = date(2024, 6, 28)
ME = Chat(7, "private", "", "zh")
GROUP = Chat(-7, "supergroup", "群", "zh")


@pytest.fixture(scope="module")
def app(settings: Settings) -> App:
    """An app over a small simulated market, judged up to its last day."""
    store, ledger = Store(None), Ledger(None)
    known = settings.model_copy(update={"admins": frozenset({1}), "home": Path(__file__).parent})
    made = App(known, store, ledger, *judge(known), lambda: datetime(2024, 6, 28, 8, tzinfo=UTC))
    markets.fill(store)
    derive(store, store.bar_days(), backfilled=True)
    store.save_themes([Theme("f5g", "F5G 2024", "concept", "XSHG", "file", "members")])
    daily(made, store.days()[-1])
    return made


def ask(app: App, text: str, language: Language = "zh", chat: Chat = ME, user: int = 7) -> Answer:
    name, _, rest = text.partition(" ")
    return answer(app, name, Asked(replace(chat, language=language), user, rest, TODAY))


def data(given: Answer) -> list[str]:
    """What the buttons of an answer ask."""
    found = [data for row in given.buttons for _, data in row]
    assert all(len(one.encode()) <= 64 and one.split(":")[0] in PRESSED for one in found)
    return found


# ---- /chart -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("chart 热题材", "250"),
        ("chart 热题材 60", "60"),
        ("chart 热题材 20日", "20"),
        ("chart hot 1000d", "1000"),
    ],
)
def test_a_chart_has_the_days_asked_for(app: App, text: str, days: str, language: Language) -> None:
    given = ask(app, text, language)
    assert given.picture
    assert (given.picture.kind, given.picture.of) == (CHART, ("hot", days))
    assert given.picture.language == language
    assert given.captioned
    assert (draw(app, given.picture) or b"")[:4] == b"\x89PNG"
    others = {f"p:hot {span}" for span in (60, 250, 750)} - {f"p:hot {days}"}
    assert set(data(given)) == others


@pytest.mark.parametrize(
    "days", ["19", "1001", "0", "-60", "1e3", "60.5", "99999999999", "²0", "60x"]
)
def test_a_number_of_days_that_cannot_be_is_refused(app: App, days: str) -> None:
    given = ask(app, f"chart 热题材 {days}")
    assert not given.picture
    if days != "²0":  # no number at all: a name
        assert "20 到 1000" in given.text
        assert "20 to 1000" in ask(app, f"chart 热题材 {days}", "en").text


def test_a_name_may_end_in_words_and_a_chart_of_several_is_offered_with_its_days(app: App) -> None:
    assert data(ask(app, "chart 题材 60")) == ["p:calm 60", "p:hot 60"]
    assert data(ask(app, "chart 题材")) == ["p:calm", "p:hot"]
    assert "没有找到" in ask(app, "chart 没有 这个").text
    picture = ask(app, "chart f5g 60").picture
    assert picture
    assert draw(app, picture) is None  # it has no prices: the words go alone


def test_below_a_chart_its_alerts_stand_with_the_numbers_of_their_marks(app: App) -> None:
    days = app.store.days()[-30:]
    states = ThemeState("calm"), ThemeState("calm", Stage.FORMING, days[0])
    told = [Transition("calm", day, Kind.SURGE, *states, ()) for day in days]
    other = replace(app, ledger=Ledger(None))
    daily(other, TODAY)
    other.ledger.save_transitions(told)
    for language in ("zh", "en"):
        given = ask(other, "chart 普通题材", language)  # type: ignore[arg-type]
        assert f"30. {days[-1]} 🔺" in plain(given.text)
        assert "22. " not in plain(given.text)
        assert units(given.text) < CAPTION_LIMIT


def test_charts_before_the_first_judged_day_say_so(settings: Settings) -> None:
    empty = App(settings, Store(None), Ledger(None), *judge(settings), lambda: datetime.now(UTC))
    markets.fill(empty.store, days=3)
    for text in ("chart 热题材", "compare 热题材 普通题材"):
        assert "还没有判断过" in ask(empty, text).text
        assert "judged yet" in ask(empty, text, "en").text


# ---- /compare -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
def test_two_themes_stand_side_by_side(app: App, language: Language) -> None:
    given = ask(app, "compare 热题材 普通题材", language)
    assert given.picture
    assert given.picture.kind == COMPARED
    assert (draw(app, given.picture) or b"")[:4] == b"\x89PNG"
    assert given.more
    said = plain(f"{given.text}\n{given.more(app)}")
    assert "热题材 | 普通题材" in said
    assert {"zh": "共同成分股 0 只（各有 8 与 16 只）", "en": "in common: 0 (of 8 and 16)"}[
        language
    ] in said
    assert {"zh": "净日收益的相关系数: -", "en": "net returns, 60 days: -"}[language] in said


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("compare 题材 hot", ["z:calm hot", "z:hot hot"]),
        ("compare hot 题材", ["z:hot calm", "z:hot hot"]),
        ("compare 题材 题材", ["z:calm 题材", "z:hot 题材"]),
        ("compare F5G 2024 hot", []),
        ("compare hot, F5G 2024", []),
    ],
)
def test_names_that_several_themes_have_are_offered(
    app: App, text: str, offered: list[str]
) -> None:
    given = ask(app, text)
    assert data(given) == offered
    assert bool(given.picture) is not bool(offered)


def test_what_cannot_be_compared_says_why(app: App) -> None:
    for text, said in (
        ("compare", "哪个题材"),
        ("compare 热题材", "与哪个题材并排"),
        ("compare 没有的 也没有", "两个题材名"),
        ("compare 热题材 没有的", "没有找到"),
        ("compare hot 热题材", "同一个题材"),
    ):
        assert said in ask(app, text).text
        assert ask(app, text, "en").text


def test_a_second_name_too_long_for_a_button_is_asked_to_be_written_out(app: App) -> None:
    name = "题材" + "很长的名字" * 5
    other = replace(app, store=Store(None))
    other.store.save_themes(
        Theme(f"long{n}", f"{name}{n}", "concept", "XSHG", "file", "members") for n in range(2)
    )
    assert "写得更全" in ask(other, f"compare {name} {name}").text


def test_the_correlation_is_of_net_returns_and_unknown_without_enough_of_them(
    app: App,
) -> None:
    net = app.store.panel(TODAY, 61, ["hot", "calm"]).net
    returns = (net / net.shift()).to_numpy()[1:] - 1
    found = alike(app, "hot", "calm", TODAY)
    assert found.correlation == pytest.approx(np.corrcoef(returns.T)[0, 1])
    assert (found.shared, found.first, found.second) == (0, 8, 16)
    assert np.isnan(alike(app, "hot", "f5g", TODAY).correlation)
    early = app.store.days()[30]
    assert np.isnan(alike(app, "hot", "calm", early).correlation)  # too few days


# ---- /top and /themes -----------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("measure", ["runup", "breadth", "crowding", "divergence", "fall"])
def test_each_measure_has_its_list_and_buttons_to_the_others(
    app: App, measure: str, language: Language
) -> None:
    given = ask(app, f"top {measure}", language)
    assert data(given) == [f"o:{m}" for m in ("runup", "breadth", "crowding", "divergence", "fall")]
    (marked,) = [text for row in given.buttons for text, _ in row if text.startswith("✓")]
    assert given.in_place
    assert "nan" not in given.text
    assert ask(app, f"top {marked.removeprefix('✓ ')}", language).text == given.text
    if measure in ("runup", "breadth", "fall"):
        assert "1. " in given.text
    else:
        assert {"zh": "未知", "en": "not known"}[language] in given.text


def test_the_largest_net_run_ups_are_what_top_means_by_itself(app: App) -> None:
    assert ask(app, "top").text == ask(app, "top run_up").text
    assert "热题材 +" in ask(app, "top").text
    assert "净涨, 宽度" in ask(app, "top nonsense").text


@pytest.mark.parametrize(
    "stage", [Stage.QUIET, Stage.FORMING, Stage.BUBBLE, Stage.BURSTING, Stage.OVER]
)
def test_the_themes_of_a_stage_are_asked_for_in_either_language(app: App, stage: Stage) -> None:
    zh = {"quiet": "冰点", "forming": "发酵", "bubble": "高潮", "bursting": "退潮", "over": "结束"}
    given = ask(app, f"themes {zh[stage]}")
    assert given.text == ask(app, f"themes {stage.upper()}").text
    assert given.text.startswith(f"<b>{zh[stage]} ")
    assert data(given) == ["q:bubble", "q:forming", "q:bursting", "q:over", "q:all"]
    assert stage in ask(app, f"themes {zh[stage]}", "en").text


def test_a_stage_that_is_none_is_answered_with_those_there_are(app: App) -> None:
    assert "冰点, 发酵, 高潮, 退潮, 结束" in ask(app, "themes 沸腾").text
    assert "forming, bubble" in ask(app, "themes boiling", "en").text


# ---- /style ---------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_look_of_pictures_goes_by_buttons_and_pictures_follow(
    app: App, language: Language
) -> None:
    here = Chat(99, "private", "", language)
    page = ask(app, "style", language, here)
    assert not page.in_place
    assert data(page) == ["y:light", "y:dark", "y:cn", "y:west", "y:safe"]
    for choice in ("dark", "safe"):
        assert ask(app, f"style {choice}", language, here).in_place
    given = ask(app, "theme 热题材", language, here)
    assert given.picture
    assert given.picture.look == Look("dark", "safe")
    ask(app, "style '; DROP TABLE wish; --", language, here)
    wishes = app.ledger.wishes(99)
    assert (wishes.style, wishes.colours) == ("dark", "safe")
    for choice in ("light", "cn"):
        ask(app, f"style {choice}", language, here)


def test_in_a_group_only_admins_change_the_look(app: App) -> None:
    assert "管理员" in ask(app, "style dark", chat=GROUP).text
    assert data(ask(app, "style", chat=GROUP))
    ask(app, "style dark", chat=GROUP, user=1)
    assert app.ledger.wishes(-7).style == "dark"


# ---- in the running bot ---------------------------------------------------------------------


def test_a_chart_is_sent_up_once_and_another_span_takes_its_place(home: Path, api: BotApi) -> None:
    bot = Bot(home, api)
    try:
        api.write("/start", ADMIN)
        api.until(1)
        day = Store(home / "paomo.db").days()[-1]
        done = bot.paomo("daily", "--no-fetch", "--day", str(day))
        assert done.returncode == 0, done.stderr
        api.until(2)
        for _ in range(2):
            api.write("/chart 热题材", ADMIN)
        first, second = api.until(4)[2:]
        assert first["photo"][:4] == b"\x89PNG"
        assert len(first["photo"]) < 300_000
        assert second["photo"] == "file3"
        assert "250 个交易日" in second["caption"]
        api.press("p:hot 60", ADMIN, picture=True)
        api.called("editMessageMedia")
        assert "60 个交易日" in json.loads(api.asked_of("editMessageMedia")["media"])["caption"]
        api.press("p:hot 60", ADMIN)  # under words: a message of its own
        assert api.until(5)[4]["method"] == "sendPhoto"
        api.write("/digest", ADMIN)
        text, heat = api.until(7)[5:]
        assert "每日摘要" in text["text"]
        assert heat["method"] == "sendPhoto"
        assert "caption" not in heat
    finally:
        bot.end(signal.SIGKILL)
