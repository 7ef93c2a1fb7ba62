"""One story told once: what a chat hears of overlapping themes, and what is kept of them all."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot import jobs, journal
from bot.alerting import Reason, decide
from bot.app import App, judge
from bot.commands import answer
from bot.commands.asked import Answer, Asked
from bot.ledger import Ledger
from bot.records import Chat, Grouping, Queued, Wishes
from bot.texts import plain
from config.settings import Settings
from market.derive import derive
from market.source import Theme
from market.store import Store
from signals.model import Kind, Stage, ThemeState, Transition
from signals.replay import replay
from tests import markets

DAY = date(2024, 6, 28)
ME = Chat(7, "private", "", "zh")


LIVED = 16  # trading days lived through one by one; both hot themes surge within them
WATCHERS, DEAF = {"hot": 8, "wide": 9}, {"hot": 10, "wide": 11}  # who watches, who muted a theme


@pytest.fixture(scope="module")
def fresh(settings: Settings) -> App:
    """The small market with a second hot theme: the same eight stocks and two more."""
    store, ledger = Store(None), Ledger(None)
    markets.fill(store)
    store.save_themes([Theme("wide", "宽题材", "concept", "XSHG", "file", "members")])
    store.save_members("wide", DAY, [f"{600000 + n}" for n in range(10)])
    derive(store, store.bar_days(), backfilled=True)
    rules, policy = judge(settings)
    quick = tuple(rule for rule in rules if rule.name != "exuberance")
    return App(settings, store, ledger, quick, policy, lambda: datetime(2024, 6, 28, tzinfo=UTC))


@pytest.fixture(scope="module")
def app(fresh: App) -> App:
    """That market lived through, with chats that watch or muted one of the two."""
    made = replace(fresh, ledger=Ledger(None))
    for chat in (ME.id, *WATCHERS.values(), *DEAF.values()):
        made.ledger.save_chat(replace(ME, id=chat))
    for theme, chat in WATCHERS.items():
        made.ledger.watch(chat, theme)
    for theme, chat in DEAF.items():
        made.ledger.mute(chat, theme, None)
    MERGED.clear()
    for day in made.store.days()[-LIVED:]:
        jobs.daily(made, day)
        stories = made.ledger.grouping()
        told = made.ledger.transitions(since=day, until=day)
        MERGED.extend(t for t in told if stories.before(t))
    return made


MERGED: list[Transition] = []  # those of the lived days that another theme told


def transition(kind: Kind = Kind.SURGE) -> Transition:
    return Transition("t", DAY, kind, ThemeState("t"), ThemeState("t", Stage.FORMING), ())


MUTED = {"t": DAY}
LOUD = Wishes({})


@pytest.mark.parametrize(
    ("before", "muted", "wishes", "reason"),
    [
        ((), {}, LOUD, Reason.SEND),
        (("u",), {}, LOUD, Reason.MERGED),
        (("u", "v"), {}, LOUD, Reason.MERGED),
        (("u",), {"u": DAY}, LOUD, Reason.SEND),  # who would speak for it is not heard here
        (("u", "v"), {"u": DAY}, LOUD, Reason.MERGED),
        (("u", "v"), {"u": DAY, "v": DAY}, LOUD, Reason.SEND),
        (("u",), MUTED, LOUD, Reason.MUTED),
        (("u",), {}, Wishes({"surge": "off"}), Reason.OFF),
        (("u",), {}, Wishes({"surge": "silent"}), Reason.MERGED),
        ((), {}, Wishes({"surge": "silent"}), Reason.SILENT),
        (("u",), {}, Wishes({}, watched=frozenset({"t"})), Reason.SEND),
        (("u",), {}, Wishes({}, watched=frozenset({"t", "u"})), Reason.SEND),
        (("u",), {}, Wishes({}, watched=frozenset({"u"})), Reason.NOT_WATCHED),
        (("u",), {}, Wishes({"surge": "silent"}, watched=frozenset({"t"})), Reason.SILENT),
    ],
)
def test_a_sibling_is_merged_unless_nobody_else_is_heard(
    before: tuple[str, ...], muted: dict[str, date], wishes: Wishes, reason: Reason
) -> None:
    assert decide(transition(), muted, wishes, DAY, before) is reason


def test_what_is_too_old_is_so_before_all_else() -> None:
    assert decide(transition(), {}, LOUD, date(2024, 6, 29), ("u",)) is Reason.TOO_OLD


@pytest.mark.parametrize("kind", Kind)
def test_every_transition_gets_a_reason_and_none_is_lost(kind: Kind) -> None:
    for before in ((), ("u",)):
        assert decide(transition(kind), {}, LOUD, DAY, before) in (Reason.SEND, Reason.MERGED)


def alerts(app: App, chat: int) -> list[Queued]:
    """Alerts that wait for a chat, charts left out."""
    waiting = app.ledger.outbox.waiting()
    return [m for m in waiting if m.chat == chat and m.priority == 0 and not m.photo]


def days(app: App, chat: int) -> list[date]:
    """The days on which a chat is alerted."""
    return [m.day for m in alerts(app, chat)]


def test_two_themes_with_the_same_stocks_are_one_story(app: App) -> None:
    assert {t.theme for t in app.ledger.transitions()} == {"hot", "wide"}
    (story,) = app.ledger.grouping().stories
    assert story.sizes == {"hot": 8, "wide": 10}
    assert len(MERGED) == 1


def test_what_is_merged_is_in_the_digest_the_ledger_the_journal_and_why(app: App) -> None:
    (one,) = MERGED
    name = app.store.themes()[one.theme].name
    waiting = app.ledger.outbox.waiting()
    digest = next(m.text for m in waiting if m.day == one.day and m.priority == 1)
    assert f"同一故事: {name} →" in digest
    assert one.day not in days(app, ME.id)
    assert one in app.ledger.transitions(one.theme)
    assert journal.missing(app.ledger.journal.entries(), app.ledger.transitions()) == ""
    assert journal.broken(app.ledger.journal.entries()) == ""
    assert name in plain(ask(app, "why", name).text)
    assert name in plain(ask(app, "themes").text)
    assert "同一故事另有 1 个题材: " in plain(ask(app, "theme", name).text)


def test_the_digest_asked_for_is_the_one_that_was_pushed(app: App) -> None:
    pushed = [m.text for m in app.ledger.outbox.waiting() if m.chat == ME.id and m.priority == 1]
    asked = ask(app, "digest")
    assert asked.more
    assert asked.more(app) in pushed
    assert pushed[-1] == asked.more(app) or pushed[-1].startswith("题材热力图")


def test_a_chat_that_watches_a_sibling_hears_of_it(app: App) -> None:
    (one,) = MERGED
    assert one.day in days(app, WATCHERS[one.theme])


def test_a_chat_that_muted_who_speaks_hears_the_sibling(app: App) -> None:
    (one,) = MERGED
    (other,) = DEAF.keys() - {one.theme}
    assert one.day in days(app, DEAF[other])
    assert one.day not in days(app, DEAF[one.theme])


def test_states_and_transitions_are_those_of_a_replay(app: App) -> None:
    every = app.store.days()
    last, told = {}, []
    for day, states, today in replay(app.store.panel(DAY, len(every)), app.rules, app.policy):
        last, told = states, [*told, *(today if day >= every[-LIVED] else ())]
    assert app.ledger.states() == last
    assert [t.key for t in app.ledger.transitions()] == [t.key for t in told]


def test_stories_stepped_caught_up_with_and_built_are_the_same(app: App) -> None:
    known, every = app.ledger.grouping(), app.store.days()
    at_once = replace(app, ledger=Ledger(None))
    jobs.daily(at_once, every[-LIVED])
    jobs.daily(at_once, every[-1])
    built = replace(app, ledger=Ledger(None))
    jobs.daily(built, every[-1])
    assert known.stories
    for caught_up in (at_once.ledger.grouping(), built.ledger.grouping()):
        assert [replace(s, told={}) for s in caught_up.stories] == [
            replace(s, told={}) for s in known.stories
        ]


def test_a_theme_is_not_merged_with_one_that_no_message_named(app: App) -> None:
    (one,), every = MERGED, app.store.days()
    before = every.index(one.day)
    for first in ((), (every[before - 12],)):  # a new store; a stop longer than what is news
        late = replace(app, ledger=Ledger(None))
        late.ledger.save_chat(ME)
        for day in (*first, one.day):
            jobs.daily(late, day)
        (text,) = [m.text for m in alerts(late, ME.id) if ":alerts:" in m.key]
        assert app.store.themes()[one.theme].name in text


def test_why_of_a_theme_that_never_changed_tells_how_it_stands(app: App) -> None:
    late = replace(app, ledger=Ledger(None))
    jobs.daily(late, app.store.days()[-1])
    said = plain(answer(late, "why", Asked(ME, 7, "热题材", DAY)).text)
    assert said.splitlines()[1].startswith("运行以来没有变动")
    assert said.startswith("热题材 · 发酵")
    assert "60日净涨幅" in said


def test_a_merged_theme_is_no_news_when_its_day_is_caught_up_with(app: App) -> None:
    (one,), every = MERGED, app.store.days()
    late = replace(app, ledger=Ledger(None))
    late.ledger.save_chat(ME)
    place = every.index(one.day)
    for day in (*every[-LIVED:place], every[place + 1]):
        jobs.daily(late, day)
    told = [m.text for m in late.ledger.outbox.waiting() if ":missed" in m.key]
    name = app.store.themes()[one.theme].name
    assert not any(name in text for text in told)
    assert one.day not in days(late, ME.id)


def test_of_a_theme_judged_no_more_nothing_is_said(app: App, tmp_path: Path) -> None:
    (tmp_path / "themes.toml").write_text('[exclude]\nnames = ["宽题材"]\n', "utf-8")
    known = app.settings.model_copy(update={"home": tmp_path})
    other = replace(app, settings=known, ledger=Ledger(None))
    every = app.store.days()
    jobs.daily(replace(app, ledger=other.ledger), every[-2])
    assert "宽题材" in plain(answer(app, "top", Asked(ME, 7, "", DAY)).text)
    jobs.daily(other, every[-1])
    for name in ("top", "themes", "history"):
        assert "宽题材" not in plain(answer(other, name, Asked(ME, 7, "", DAY)).text)
    assert "wide" not in other.ledger.readings()


def test_a_theme_without_members_is_a_story_of_its_own(app: App) -> None:
    assert Grouping().story("wide") is None
    of = jobs.grouper(app.store, app.settings.stories)
    assert list(of.roster("nobody", DAY)) == []
    assert len(of.roster("wide", date(2020, 1, 1))) == 10  # before the first list: the oldest


def ask(app: App, name: str, rest: str = "") -> Answer:
    return answer(app, name, Asked(ME, 7, rest, DAY))


@pytest.mark.parametrize(("age", "shown"), [(19, "结束"), (20, "冰点"), (40, "冰点")])
def test_what_ended_long_ago_is_shown_as_quiet(app: App, age: int, shown: str) -> None:
    every, before = app.store.days(), app.ledger.states()["hot"]
    ended = ThemeState("hot", Stage.OVER, every[-1 - age], every[40])
    app.ledger.save_states([ended])
    assert f"热题材 · {shown}" in plain(ask(app, "theme", "热题材").text)
    assert f"热题材 · {shown}" in plain(ask(app, "stock", "600001").text)
    assert ("热题材" in plain(ask(app, "themes").text)) is (shown == "结束")
    assert app.ledger.states()["hot"] == ended  # what is remembered is not touched
    app.ledger.save_states([before])
