"""Muting a theme: for hours, days, weeks, an episode or for good, typed or by buttons."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.app import App, judge
from bot.commands import PRESSED, answer
from bot.commands.asked import Answer, Asked
from bot.commands.spans import spanned
from bot.jobs import daily
from bot.ledger import Ledger
from bot.records import Chat, Mute
from bot.texts import plain
from config.settings import Settings
from market.derive import derive
from market.source import Theme
from market.store import Store
from signals.model import Stage
from tests import markets

TODAY = date(2024, 6, 28)
NOW = datetime(2024, 6, 28, 8, tzinfo=UTC)
ME = Chat(7, "private", "", "zh")


@pytest.fixture(scope="module")
def judged(settings: Settings) -> App:
    """The small market, judged up to its last day."""
    store = Store(None)
    markets.fill(store)
    derive(store, store.bar_days(), backfilled=True)
    made = App(settings, store, Ledger(None), *judge(settings), lambda: NOW)
    daily(made, TODAY)
    return made


@pytest.fixture
def app(judged: App) -> Iterator[App]:
    yield judged
    judged.ledger.unmute(7, "hot")
    judged.ledger.wish(7, "zone", "")


def ask(app: App, name: str, rest: str = "", chat: Chat = ME) -> Answer:
    return answer(app, name, Asked(chat, 7, rest, TODAY))


@pytest.mark.parametrize(
    ("rest", "mute", "said"),
    [
        ("热题材 always", Mute(), "直到 /unmute"),
        ("热题材 一直", Mute(), "直到 /unmute"),
        ("热题材 1d", Mute(until=date(2024, 6, 29)), "至 2024-06-29（含）"),
        ("热题材 2w", Mute(until=date(2024, 7, 12)), "至 2024-07-12（含）"),
        ("热题材 3天", Mute(until=date(2024, 7, 1)), "至 2024-07-01（含）"),
        ("hot 1h", Mute(at=NOW + timedelta(hours=1)), "至 06-28 17:00"),
        ("热题材 12小时", Mute(at=NOW + timedelta(hours=12)), "至 06-29 04:00"),
        ("2h 热题材", Mute(at=NOW + timedelta(hours=2)), "至 06-28 18:00"),
        ("热题材两小时", Mute(at=NOW + timedelta(hours=2)), "至 06-28 18:00"),
        ("熱題材 兩個小時", Mute(at=NOW + timedelta(hours=2)), "至 06-28 18:00"),
        ("hot for two hours", Mute(at=NOW + timedelta(hours=2)), "至 06-28 18:00"),
        ("hot 1 day", Mute(until=date(2024, 6, 29)), "至 2024-06-29（含）"),
        ("一周 热题材", Mute(until=date(2024, 7, 5)), "至 2024-07-05（含）"),
    ],
)
def test_a_mute_lasts_as_long_as_asked(app: App, rest: str, mute: Mute, said: str) -> None:
    assert said in plain(ask(app, "mute", rest).text)
    assert app.ledger.mutes(7) == {"hot": mute}
    assert f"热题材 {said}" in plain(ask(app, "mute").text)
    assert "已恢复" in ask(app, "unmute", "热题材").text
    assert "并未" in ask(app, "unmute", "热题材").text


def test_an_instant_is_told_in_the_chats_zone(app: App) -> None:
    app.ledger.wish(7, "zone", "Europe/Berlin")
    assert "至 06-28 11:00 Berlin" in plain(ask(app, "mute", "hot 1h").text)


def test_a_mute_for_an_episode_needs_one_that_runs(app: App) -> None:
    state = app.ledger.states()["hot"]
    assert state.stage in (Stage.FORMING, Stage.BUBBLE, Stage.BURSTING)
    assert f"至本轮（始于 {state.started}）结束" in ask(app, "mute", "hot 本轮").text
    assert app.ledger.mutes(7) == {"hot": Mute(episode=state.started)}
    given = ask(app, "mute", "普通题材 episode")
    assert "没有进行中的行情" in given.text
    assert next(data for row in given.buttons for _, data in row) == "m:calm 1h"
    assert "calm" not in app.ledger.mutes(7)


def test_what_has_ended_is_not_listed(app: App) -> None:
    app.ledger.mute(7, "hot", None, at=NOW)
    assert "热题材" not in ask(app, "mute").text
    later = replace(app, now=lambda: NOW - timedelta(seconds=1))
    assert "热题材" in ask(later, "mute").text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_buttons_offer_the_spans(app: App, language: str) -> None:
    chat = replace(ME, language=language)  # type: ignore[arg-type]
    card = ask(app, "theme", "hot", chat)
    (pick,) = (data for row in card.buttons for _, data in row if data[0] == "m")
    assert PRESSED["m"] == "mute"
    offered = ask(app, "mute", pick.removeprefix("m:"), chat)
    data = [data for row in offered.buttons for _, data in row]
    assert data == ["m:hot 1h", "m:hot 1d", "m:hot 2w", "m:hot episode", "m:hot always"]
    assert app.ledger.mutes(7) == {}
    for each in data:
        ask(app, "mute", each.removeprefix("m:"), chat)
        assert "hot" in app.ledger.mutes(7)


def test_several_matches_keep_the_span_that_was_asked(app: App) -> None:
    given = ask(app, "mute", "题材 2w")
    assert [row[0][1] for row in given.buttons] == ["m:calm 2w", "m:hot 2w"]
    assert ask(app, "mute", "题材").buttons[0][0][1] == "m:calm ?"


@pytest.mark.parametrize(
    ("rest", "data"),
    [("2h 热题财", "m:hot 2h"), ("热题财 两小时", "m:hot 2h"), ("热题财", "m:hot ?")],
)
def test_a_slip_keeps_the_span_and_never_mutes_for_good(app: App, rest: str, data: str) -> None:
    given = ask(app, "mute", rest)
    assert data in [data for row in given.buttons for _, data in row]
    ask(app, "mute", data.removeprefix("m:"))
    assert app.ledger.mutes(7) == (
        {"hot": Mute(at=NOW + timedelta(hours=2))} if "2h" in data else {}
    )


@pytest.mark.parametrize("words", ["静音热题材", "热题材静音", "mute hot", "靜音熱題材"])
@pytest.mark.parametrize("name", ["mute", ""])
def test_without_a_span_it_asks_for_how_long(app: App, words: str, name: str) -> None:
    given = ask(app, name, "热题材" if name else words)
    assert "多久" in given.text
    assert given.buttons[0][0][1] == "m:hot 1h"
    assert app.ledger.mutes(7) == {}


@pytest.mark.parametrize(
    "words", ["静音热题材两小时", "mute 热题材 for 2 hours", "两小时静音热题材"]
)
def test_plain_words_mute_for_as_long_as_they_say(app: App, words: str) -> None:
    ask(app, "", words)
    assert app.ledger.mutes(7) == {"hot": Mute(at=NOW + timedelta(hours=2))}


def test_what_was_muted_can_be_undone_by_a_button_that_names_it(app: App) -> None:
    given = ask(app, "mute", "hot 1d")
    assert given.buttons == ((("🔊 取消静音 热题材", "u:hot"),),)
    assert "已恢复 热题材" in ask(app, "unmute", "hot").text


def test_a_channel_is_told_what_to_write(app: App) -> None:
    given = ask(app, "mute", "hot", replace(ME, kind="channel"))
    assert "/mute 热题材 1h" in given.text


@pytest.mark.parametrize(
    ("text", "rest", "span"),
    [
        ("5G概念", "5G概念", ""),
        ("一带一路", "一带一路", ""),
        ("工业4.0", "工业4.0", ""),
        ("白酒 0h", "白酒 0h", ""),
        ("白酒 99999d", "白酒 99999d", ""),
        ("白酒 二十天", "白酒", "20d"),
        ("liquor until the end of this episode", "liquor", "episode"),
        ("白酒本轮结束", "白酒", "episode"),
        ("白酒 永久", "白酒", "always"),
        ("liquor for good", "liquor", "always"),
    ],
)
def test_a_span_is_told_from_a_name(text: str, rest: str, span: str) -> None:
    assert spanned(text) == (rest, span)


def test_a_theme_that_begins_like_a_span_is_a_theme(app: App) -> None:
    app.store.save_themes([Theme("print", "3D打印", "concept", "XSHG", "file", "members")])
    assert ask(app, "mute", "3D打印").buttons[0][0][1] == "m:print 1h"
    ask(app, "mute", "3D打印 2天")
    assert app.ledger.mutes(7) == {"print": Mute(until=date(2024, 6, 30))}
    app.ledger.unmute(7, "print")


def test_a_list_of_mutes_has_buttons_that_end_them(app: App) -> None:
    ask(app, "mute", "hot always")
    assert ask(app, "mute").buttons == [[("🔊 热题材", "u:hot")]]
