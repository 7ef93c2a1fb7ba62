"""What people ask and are answered; who may ask and who may change."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import App, judge
from bot.commands import COMMANDS, PRESSED, answer, may_ask, people
from bot.commands.asked import Asked, chart
from bot.commands.help import FIRST
from bot.jobs import daily
from bot.ledger import Ledger
from bot.records import Chat
from bot.texts import plain
from config.settings import Settings
from market.derive import derive
from market.source import Theme
from market.store import Store
from signals.model import Stage, ThemeState
from tests import markets

TODAY = date(2024, 6, 28)
PRIVATE = Chat(7, "private", "", "zh", active=False)
GROUP = Chat(-7, "supergroup", "群", "zh", active=False)


@pytest.fixture(scope="module")
def app(settings: Settings) -> App:
    """An app over a small simulated market, judged up to its last day."""
    return lived(settings)


def lived(settings: Settings) -> App:
    """Likewise, for a test that changes it."""
    store, ledger = Store(None), Ledger(None)
    known = settings.model_copy(
        update={
            "admins": frozenset({1}),
            "telegram_token": SecretStr("1:x"),
            "home": Path(__file__).parent,
        }
    )
    made = App(known, store, ledger, *judge(known), lambda: datetime(2024, 6, 28, 8, tzinfo=UTC))
    markets.fill(store)
    derive(store, store.bar_days(), backfilled=True)
    store.save_themes([Theme("hk-hstech", "恒生科技", "index", "XHKG", "em", "index", "HSTECH")])
    store.save_names({"600001": "甲股", "600002": "乙股", "600011": "乙股份"})
    daily(made, store.days()[-1])
    return made


def ask(app: App, name: str, rest: str = "", chat: Chat = PRIVATE, user: int = 7) -> str:
    given = answer(app, name, Asked(chat, user, rest, TODAY))
    # what /why adds in a worker has a test of its own
    return plain(given.text or (given.more(app) if given.more else ""))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_answers_in_both_languages(app: App, name: str, language: str) -> None:
    chat = replace(PRIVATE, language=language)  # type: ignore[arg-type]
    for rest in ("", "热题材", "nothing of the kind"):
        said = ask(app, name, rest, chat)
        assert said
        assert "None" not in said
        assert "nan" not in said


def test_help_names_every_command(app: App) -> None:
    for every in ("all", "全部"):
        assert {f"/{name}" for name in COMMANDS} <= {*ask(app, "help", every, user=1).split()}


def test_help_begins_with_the_few_that_a_newcomer_needs(app: App) -> None:
    first = answer(app, "help", Asked(PRIVATE, 7, "", TODAY))
    named = re.findall(r"^/([a-z]+) — ", first.text, re.M)
    assert named == [name for _, names in FIRST for name in names]
    assert len(named) < 10
    assert COMMANDS.keys() > {*named}
    ((_, data),), ((_, words),) = first.buttons
    assert words == "help:words"
    assert data == "help:all"
    assert "没有这个命令" in ask(app, "help", "themez")
    assert "/themes" in ask(app, "help", "themez").splitlines()[0]


def test_a_theme_is_shown_with_stage_measures_and_day(app: App) -> None:
    given = answer(app, "theme", Asked(PRIVATE, 7, "热题材", TODAY))
    assert given.picture == chart(app, Asked(PRIVATE, 7, "", TODAY), "hot")
    assert "60日净涨幅" in given.text
    assert f"数据日 {app.ledger.evaluated()}" in given.text
    assert "市盈率" in plain(given.text).split("未知:")[1]
    assert all(len(data.encode()) <= 64 for row in given.buttons for _, data in row)


def test_several_matches_are_offered_as_buttons(app: App) -> None:
    given = answer(app, "why", Asked(PRIVATE, 7, "题材", TODAY))
    assert [row[0][1] for row in given.buttons] == ["w:calm", "w:hot"]
    assert {data.split(":")[0] for row in given.buttons for _, data in row} <= PRESSED.keys()


def test_why_has_a_weak_line_of_lppls_made_apart(app: App) -> None:
    old = replace(app, store=Store(None), ledger=Ledger(None))
    markets.fill(old.store, days=260)
    derive(old.store, old.store.bar_days(), backfilled=True)
    daily(old, old.store.days()[-1])
    given = answer(old, "why", Asked(PRIVATE, 7, "热题材", TODAY))
    assert given.more
    assert re.fullmatch(
        r"LPPLS 置信度（2024-06-28，45 个窗口）：\d+%。弱信号，.*未证实.*", given.more(old)
    )


def test_lppls_is_unknown_of_a_young_theme_and_absent_where_nothing_is_judged(app: App) -> None:
    given = answer(app, "why", Asked(replace(PRIVATE, language="en"), 7, "普通题材", TODAY))
    assert given.more
    assert "45 windows): not known; a weak sign" in given.more(app)
    assert answer(app, "why", Asked(PRIVATE, 7, "恒生科技", TODAY)).more is None


def test_a_theme_shown_by_index_only_says_so(app: App) -> None:
    assert "只有指数" in ask(app, "theme", "恒生科技")


def test_a_stock_shows_its_themes_and_their_stages(app: App) -> None:
    assert "热题材" in ask(app, "stock", "600001")
    assert "乙股 600002" in ask(app, "stock", "乙股")
    assert "找到 2 只" in ask(app, "stock", "乙")
    assert "不在任何" in ask(app, "stock", "999999")
    assert "没有找到股票“丁”" in ask(app, "stock", "丁")
    near = answer(app, "stock", Asked(PRIVATE, 7, "乙服份", TODAY))
    assert near.buttons[0][0] == ("乙股份 600011", "s:600011")  # the closest first


def test_a_board_that_is_no_theme_is_neither_counted_nor_shown_with_a_stage(
    settings: Settings,
) -> None:
    app = lived(settings)
    assert "共 2 个题材" in ask(app, "themes")  # the index of Hong Kong is not judged
    app.store.save_themes([Theme("margin", "融资融券", "concept", "XSHG", "file", "members")])
    app.store.save_members("margin", app.store.days()[-1], ["600001"])
    assert "共 2 个题材" in ask(app, "themes")
    assert "热题材" in ask(app, "stock", "600001")
    assert "融资融券" not in ask(app, "stock", "600001")


def test_the_themes_of_a_stage_come_by_their_run_ups(settings: Settings) -> None:
    app = lived(settings)
    with app.ledger.atomic():
        app.ledger.save_states(ThemeState(t, Stage.FORMING, TODAY) for t in ("calm", "hot"))
    for text in (ask(app, "themes"), ask(app, "themes", "发酵")):
        assert text.index("热题材") < text.index("普通题材")


def test_without_a_name_a_stock_is_picked_from_the_watched_themes_else_the_hottest(
    app: App,
) -> None:
    def offered() -> set[str]:
        given = answer(app, "stock", Asked(PRIVATE, 7, "", TODAY))
        return {data for row in given.buttons for _, data in row}

    hot = {f"s:{code}" for code in app.store.members("hot")}
    assert offered() == hot
    app.ledger.watch(7, "calm")
    assert offered()
    assert not offered() & hot
    app.ledger.unwatch(7, "calm")


def test_unwatch_without_a_name_never_offers_to_watch(app: App) -> None:
    given = answer(app, "unwatch", Asked(PRIVATE, 7, "", TODAY))
    assert "没有关注" in given.text
    assert not given.buttons


def test_start_and_stop_subscribe_and_unsubscribe(app: App) -> None:
    assert str(app.ledger.evaluated()) in ask(app, "start")
    assert app.ledger.chat(7) == replace(PRIVATE, active=True)
    ask(app, "stop")
    assert app.ledger.chats() == []


def test_in_a_group_only_admins_change_and_everyone_asks(app: App) -> None:
    assert "管理员" in ask(app, "start", chat=GROUP)
    assert app.ledger.chat(-7) is None
    assert "已为本聊天开启" in ask(app, "start", chat=GROUP, user=1)
    assert "60日净涨幅" in ask(app, "theme", "热题材", chat=GROUP)
    app.ledger.turn_off(-7, "test")


@pytest.mark.parametrize(
    ("chat", "user", "allowed"), [(7, 7, True), (-7, 5, True), (5, 5, False), (5, 1, True)]
)
def test_only_those_let_in_are_answered(app: App, chat: int, user: int, allowed: bool) -> None:
    known = app.settings.model_copy(update={"allowed": frozenset({7, -7})})
    assert may_ask(replace(app, settings=known), chat, user, "theme") is allowed
    assert may_ask(app, chat, user, "theme") is (user == 1)
    assert may_ask(app, chat, user, "id")


def test_only_admins_see_and_use_what_runs_the_bot(app: App) -> None:
    for name, command in COMMANDS.items():
        shown = f"/{name}" in ask(app, "help", "all").split()
        assert shown is not command.runs, name
        if command.runs:
            assert "没有这个命令" in ask(app, name, "5")
            assert "没有这个命令" not in ask(app, name, "5", user=1)
    assert "/invite" in ask(app, "help", "all", user=1)


def payload(app: App) -> str:
    return ask(app, "invite", user=1).split("start=")[1]


def test_an_invitation_lets_in_until_it_ends_and_cannot_be_forged(app: App) -> None:
    good = payload(app)
    later = replace(app, now=lambda: app.now() + timedelta(minutes=11))
    assert not people.accepted(later, 21, "", good)
    until, seal = good[1:].split("-")
    forged = [
        f"i{int(until) + 600}-{seal}",
        f"i{until}-{seal[:-1]}",
        f"i{until}-",
        "i-",
        "",
        "i²-x",
    ]
    assert not any(people.accepted(app, 21, "", each) for each in forged)
    assert people.role(app, 21, 21) == people.NOBODY
    assert people.accepted(app, 21, "<b>", good)
    assert people.role(app, 21, 21) == people.READER
    assert "<b>" in ask(app, "users", user=1)  # as written, not as markup
    assert len(good) <= 64


def test_one_who_was_banned_is_not_let_in_again(app: App) -> None:
    ask(app, "ban", "22", user=1)
    assert not people.accepted(app, 22, "", payload(app))
    ask(app, "allow", "22", user=1)
    assert people.role(app, 22, 22) == people.READER
    for wrong in ("", "x", "-7", "1" * 30, "1 2"):
        assert "编号" in ask(app, "ban", wrong, user=1)
    assert "PAOMO_ADMINS" in ask(app, "ban", "1", user=1)
    assert people.role(app, 1, 1) == people.ADMIN
