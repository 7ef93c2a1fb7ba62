"""Memberships by their dates: who joined and left, what is not believed, and how it is told."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.app import App, judge
from bot.commands import PRESSED, answer
from bot.commands.asked import Answer, Asked
from bot.jobs import daily
from bot.ledger import Ledger
from bot.records import Chat
from bot.texts import plain
from config.settings import Settings
from config.themes import load_themes
from market.derive import derive
from market.memberships import Change, Followed, change, changes, due, renew, thin
from market.simulate import HOT, SimulatedMarket
from market.source import Theme
from market.store import Store
from tests import markets
from tests.fakes import FakeSource

LAST = date(2024, 6, 28)
READER = Chat(7, "private", "", "en")


def test_joins_and_leaves_are_what_two_memberships_differ_in() -> None:
    found = change(date(2024, 6, 1), ["a", "b", "c"], date(2024, 6, 8), ["d", "c", "b", "e"])
    assert found == Change(date(2024, 6, 1), date(2024, 6, 8), ("d", "e"), ("a",))


@pytest.mark.parametrize(
    ("found", "before", "moved", "believed"),
    [
        (150, 0, 0, True),
        (100, 0, 0, True),
        (100, 150, 0, False),  # the first page alone
        (100, 100, 0, True),
        (101, 202, 0, True),
        (100, 201, 0, False),
        (99, 201, 0, False),  # less than half
        (100, 0, 150, False),  # never seen before, but more have moved today
        (140, 0, 150, True),
        (60, 200, 58, True),  # halved, and the list of boards says so too
        (0, 0, 3, False),
    ],
)
def test_a_thin_membership_is_not_believed(
    found: int, before: int, moved: int, believed: bool
) -> None:
    assert (thin(found, before, moved) == "") is believed


def test_a_thin_membership_is_told_and_the_old_one_stays(
    market: SimulatedMarket, store: Store
) -> None:
    source, board = FakeSource(market, market.days[-1]), "BK0801"
    theme = Theme("em-BK0801", HOT, "concept", "XSHG", "em", "board", board)
    store.save_themes([theme])
    assert renew(source, store, theme, LAST) is None
    source.codes[board] = source.codes[board][:10]
    fault = renew(source, store, theme, LAST + timedelta(days=7))
    assert fault
    assert (fault.kind, fault.detail) == ("thin", f"{HOT}: 10 companies after 40")
    assert store.member_days("em-BK0801") == [LAST]
    store.board_days.save(LAST, [("em-BK0801", 4, 5)])
    assert renew(source, store, theme, LAST + timedelta(days=8)) is None  # it is so small now
    assert len(store.members("em-BK0801")) == 10


def test_a_board_that_is_no_more_is_not_asked_for_again_and_again(
    market: SimulatedMarket, store: Store, tmp_path: Path
) -> None:
    source = FakeSource(market, market.days[-1])
    gone = Theme("em-BK9999", "没了", "concept", "XSHG", "em", "board", "BK9999")
    store.save_themes([gone])
    renew(source, store, gone, LAST)
    assert store.member_days(gone.id) == []
    others = Followed.of(store, load_themes(tmp_path), ())
    days = (LAST, LAST + timedelta(days=6), LAST + timedelta(days=7))
    assert [len(due(store, others, day, 7, 28)) for day in days] == [0, 0, 1]


@pytest.fixture
def app(settings: Settings, tmp_path: Path) -> Iterator[App]:
    """A theme one of whose companies left, and another joined, five days ago."""
    (tmp_path / "themes.toml").write_text('[[theme]]\nboards = ["热题材"]\n', "utf-8")
    known = settings.model_copy(update={"home": tmp_path})
    store, ledger = Store(None), Ledger(None)
    markets.fill(store)
    themes = store.themes()
    store.save_themes(
        [replace(themes["hot"], board="BK0001"), replace(themes["calm"], board="BK0002")]
    )
    store.save_names({"600001": "甲<股>", "600020": "乙股", "600000": "丙股"})
    old = store.members("hot")
    store.save_members("hot", date(2024, 6, 20), old)
    derive(store, store.bar_days(), backfilled=True)
    made = App(known, store, ledger, *judge(known), lambda: datetime(2024, 6, 28, 8, tzinfo=UTC))
    daily(made, store.days()[-2])
    store.save_members("hot", date(2024, 6, 27), [*old[1:], "600020"])
    daily(made, store.days()[-1])
    yield made
    made.close()


def ask(app: App, rest: str, language: str = "en") -> Answer:
    chat = replace(READER, language=language)  # type: ignore[arg-type]
    return answer(app, "members", Asked(chat, 7, rest, LAST))


def test_members_are_named_with_code_and_move_the_most_traded_first(app: App) -> None:
    said = ask(app, "热题材").text
    assert "<b>热题材</b> · 8 companies · list of 2024-06-28" in said
    assert "甲&lt;股&gt; 600001 +" in said or "甲&lt;股&gt; 600001 -" in said
    assert said.count("<blockquote expandable>") == 1
    assert f"data of {LAST}" in said


def test_gainers_are_those_that_rose_most(app: App) -> None:
    shown = plain(ask(app, "热题材 gainers").text).splitlines()[1].split(" · ")
    moves = [float(one.split()[-1].rstrip("%")) for one in shown]
    assert moves == sorted(moves, reverse=True)


def test_joins_and_leaves_are_dated_and_named(app: App) -> None:
    joined, left = (plain(ask(app, f"热题材 {kind}").text) for kind in ("joined", "移出"))
    assert "热题材: 1 company joined (lists of 2024-06-20 and 2024-06-27)" in joined
    assert "乙股 600020" in joined
    assert "丙股 600000" in left
    assert "移出 1 家（名单 2024-06-20 → 2024-06-27）" in plain(ask(app, "热题材 left", "zh").text)
    none = plain(ask(app, "普通题材 joined").text)
    assert "no such change in the lists of 90 days (last lists: 2024-06-28)" in none


def test_of_several_themes_the_question_is_kept_for_the_one_that_is_picked(app: App) -> None:
    data = [row[0][1] for row in ask(app, "题材 joined").buttons]
    assert data == ["e:calm joined", "e:hot joined"]
    assert PRESSED["e"] == "members"
    assert "joined" in ask(app, data[1].partition(":")[2]).text
    own = [one for row in ask(app, "热题材 left").buttons for _, one in row]
    assert own == ["e:hot gainers", "e:hot joined", "e:hot left"]
    assert ask(app, "热题材", "zh").buttons[0][0][0] == "涨幅居前"


def test_a_theme_without_members_says_so(app: App) -> None:
    app.store.save_themes([Theme("em-1", "新题材", "concept", "XSHG", "em", "board", "BK3")])
    assert "not known yet" in ask(app, "新题材").text


def test_the_next_digest_tells_the_changes_of_followed_themes_once(app: App) -> None:
    asked = Asked(READER, 7, "", LAST)
    given = answer(app, "digest", asked)
    assert given.more
    text = given.more(app)
    line = "热题材: 1 company joined and 1 left (lists of 2024-06-20 and 2024-06-27)"
    assert f"<b>Members</b>\n{line}" in text
    assert changes(app.store, "hot", LAST, date.max) != []  # the list of the day itself comes later
    card = answer(app, "theme", replace(asked, rest="热题材")).text
    assert "lists of 2024-06-27 and 2024-06-28" in card


def test_where_bars_say_nothing_the_card_has_the_lists_own_counts(app: App) -> None:
    theme = Theme("em-1", "新题材", "concept", "XSHG", "em", "board", "BK3")
    app.store.save_themes([theme])
    app.store.board_days.save(LAST, [("em-1", 23, 10), ("hot", 5, 3)])
    readings = app.ledger.readings()["hot"]
    app.ledger.save_readings({"em-1": tuple(replace(s, theme="em-1") for s in readings)})
    for language, words in (
        ("en", "list of boards: up 23 · down 10 (Ea"),
        ("zh", "上涨 23 · 下跌 10"),
    ):
        chat = replace(READER, language=language)  # type: ignore[arg-type]
        assert words in plain(answer(app, "theme", Asked(chat, 7, "新题材", LAST)).text)
        assert words[-12:] not in answer(app, "theme", Asked(chat, 7, "热题材", LAST)).text
