"""/settings: every page, every button, what is typed, what is wrong, and what it promises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot import jobs, tally
from bot.app import App, judge
from bot.choices import Listener, Setting, reasons_of
from bot.commands import answer
from bot.commands.asked import Answer, Asked
from bot.commands.wishes import PAGES
from bot.ledger import Ledger
from bot.records import SENSES, Chat, Kept, Mute, Wishes
from bot.texts import plain, units
from bot.zones import nearest, zone_named
from config.settings import Settings
from market.derive import derive
from market.store import Store
from signals.model import Kind, Signal, Stage, ThemeState, Transition
from tests import markets

TODAY = date(2024, 6, 28)
NOW = datetime(2024, 6, 28, 8, tzinfo=UTC)
ME, GROUP = Chat(7, "private", "", "zh"), Chat(-7, "supergroup", "群", "zh")


@pytest.fixture(scope="module")
def stored(settings: Settings) -> App:
    store = Store(None)
    markets.fill(store)
    derive(store, store.bar_days(), backfilled=True)
    known = settings.model_copy(update={"admins": frozenset({1})})
    return App(known, store, Ledger(None), *judge(known), lambda: NOW)


@pytest.fixture
def app(stored: App) -> Iterator[App]:
    """The small market with a ledger of made-up transitions: strong and weak ones."""
    made = replace(stored, ledger=Ledger(None))
    made.ledger.save_chat(ME)
    made.ledger.save_transitions(told(made.store.days()[-70:]), {"calm:surge": ("hot",)})
    made.ledger.set_fact("evaluated", str(TODAY))
    for day in made.store.days()[-70:]:
        made.ledger.journal.add(day, "{}")
    yield made
    made.ledger.close()


def told(days: list[date]) -> list[Transition]:
    """Every fifth day the hot theme surges and becomes a bubble, and the calm one surges."""
    steps = ((Stage.QUIET, Stage.FORMING, "hot"), (Stage.QUIET, Stage.FORMING, "calm"),
             (Stage.BUBBLE, Stage.BURSTING, "hot"))  # fmt: skip
    return [
        Transition(
            theme,
            day,
            Kind.REVERSAL if after is Stage.BURSTING else Kind.SURGE,
            ThemeState(theme, before),
            ThemeState(theme, after, day, day, 1.0, 1.1),
            (Signal(theme, "run_up", day, 0.3, 0.25, "fraction"),),
        )
        for day in days[::5]
        for before, after, theme in steps
    ]


def ask(app: App, rest: str = "", chat: Chat = ME, user: int = 7) -> Answer:
    return answer(app, "settings", Asked(chat, user, rest, TODAY))


def buttons(page: Answer) -> list[str]:
    return [data.removeprefix("k:") for row in page.buttons for _, data in row]


def test_a_new_bot_counts_what_one_that_lived_through_the_days_counts(stored: App) -> None:
    """So that who chooses a sensitivity on the first evening chooses by something."""
    days, counted = stored.store.days()[-64:-4], []
    for begun in (days[0], days[-1]):  # all of them judged, or the last one alone
        made = replace(stored, ledger=Ledger(None))
        for day in days[days.index(begun) :]:
            jobs.daily(made, day)
        past = tally.past(made)
        heard = past.heard(Wishes({}), {})
        counted.append({(t.day, t.key, why) for t, why in heard.items() if t.day > days[0]})
        assert (past.judged, past.replayed) == ((60, False) if begun == days[0] else (1, True))
        shown = answer(made, "settings", Asked(ME, 7, "sense", TODAY))
        assert f"全部 · {len(heard)}" in shown.buttons[0][0][0]
    lived, replayed = counted
    assert replayed == lived
    assert lived


def test_a_theme_of_hong_kong_is_counted_too(app: App) -> None:
    before = tally.by_kind(tally.past(app), Wishes({}), {})[Kind.OVER]
    day = app.store.days()[-3]
    over = Transition("hk-x", day, Kind.OVER, ThemeState("hk-x"), ThemeState("hk-x"), ())
    app.ledger.of("XHKG").save_transitions([over])
    assert tally.by_kind(tally.past(app), Wishes({}), {})[Kind.OVER] == before + 1


def test_the_language_and_what_is_watched_are_chosen_by_buttons_in_place(app: App) -> None:
    page = ask(app, "lang en")
    assert page.in_place
    assert page.text.startswith("<b>Language")
    assert [words for row in page.buttons for words, _ in row][2] == "● English"
    assert "language: English" in ask(app, "back", replace(ME, language="en")).text
    app.ledger.save_readings({"hot": (Signal("hot", "run_up", TODAY, 0.3, 0.25, "fraction"),)})
    assert "watch hot" in buttons(ask(app, "watched"))
    assert "unwatch hot" in buttons(ask(app, "watch hot"))
    ask(app, "watch nothing-of-the-kind")
    assert app.ledger.wishes(7).watched == {"hot"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_and_every_button_is_answered_in_place(app: App, language: str) -> None:
    chat = replace(ME, language=language)  # type: ignore[arg-type]
    app.ledger.watch(7, "hot")
    page = ask(app, chat=chat)
    assert not page.in_place
    seen = set()
    for data in buttons(page):
        inner = ask(app, data, chat)
        assert inner.in_place
        if data in PAGES:
            assert buttons(inner)[-1] == "back"
            seen.update(buttons(inner))
            assert units(plain(inner.text)) < 900  # read on a phone without scrolling far
    for data in sorted(seen):
        given = ask(app, data, chat)
        assert "⚠️ “" not in given.text
        assert not {"None", "nan"} & set(plain(given.text).split())
        assert len(f"k:{data}@9999999999".encode()) <= 64
    assert buttons(ask(app, "back", chat)) == buttons(page)


@pytest.mark.parametrize(
    ("typed", "wishes"),
    [
        ("sense strong", Wishes({}, sense="strong")),
        ("budget 3", Wishes({}, budget=3)),
        ("budget 99", Wishes({}, budget=99)),
        ("quiet 22-8", Wishes({}, (22, 8))),
        ("quiet 0-23", Wishes({}, (0, 23))),
        ("quiet 22:00-8:00", Wishes({}, (22, 8))),
        ("quiet 10pm-8am", Wishes({}, (22, 8))),
        ("quiet 10 p.m. to 8 a.m.", Wishes({}, (22, 8))),
        ("quiet 22点到8点", Wishes({}, (22, 8))),
        ("quiet 晚上十点到早上八点", Wishes({}, (22, 8))),
        ("quiet 12am–12pm", Wishes({}, (0, 12))),
        ("quiet 晚上12点至7點", Wishes({}, (0, 7))),
        ("quiet 中午12点到下午1点", Wishes({}, (12, 13))),
        ("digest at 0", Wishes({}, digest_hour=0)),
        ("digest at 23", Wishes({}, digest_hour=23)),
        ("digest day mon", Wishes({}, digest_weekday=0)),
        ("digest off", Wishes({"digest": "off"})),
        ("tz Europe/Berlin", replace(Wishes({}), zone=zone_named("Europe/Berlin"))),
        ("tz berlin", replace(Wishes({}), zone=zone_named("Europe/Berlin"))),
        ("surge", Wishes({"surge": "silent"})),
        ("provisional", Wishes({"provisional": "off"})),
    ],
)
def test_what_is_typed_is_wished(app: App, typed: str, wishes: Wishes) -> None:
    assert not ask(app, typed).text.startswith("⚠️")
    assert app.ledger.wishes(7) == wishes


@pytest.mark.parametrize(
    "typed",
    ["sense loud", "budget 0", "budget 100", "budget -1", "budget ٣", "quiet 8", "quiet 8-8",
     "quiet 22-24", "quiet a-b",
     "quiet 22:30-7:30", "quiet 十点半到八点", "quiet 13pm-8am",
     "digest at 24", "digest at", "digest day sun", "digest x",
     "tz ../../etc/passwd", "tz <b>", "'; DROP TABLE wish; --"],
)  # fmt: skip
def test_what_makes_no_sense_is_told_and_changes_nothing(app: App, typed: str) -> None:
    said = ask(app, typed).text
    assert said.startswith("⚠️")
    assert "<b>”" not in said
    assert app.ledger.wishes(7) == Wishes({})


@pytest.mark.parametrize(
    ("undone", "first"),
    [
        ("budget off", "budget 3"),
        ("quiet off", "quiet 22-8"),
        ("quiet 关", "quiet 22-8"),
        ("digest at close", "digest at 20"),
        ("digest day all", "digest day fri"),
        ("digest on", "digest off"),
        ("tz Asia/Shanghai", "tz UTC"),
        ("sense all", "sense strong"),
    ],
)
def test_every_wish_can_be_undone(app: App, undone: str, first: str) -> None:
    ask(app, first)
    assert app.ledger.wishes(7) != Wishes({})
    ask(app, undone)
    assert app.ledger.wishes(7) in (Wishes({}), Wishes({"digest": "on"}))


def test_the_nearest_zones_are_named() -> None:
    assert nearest("Europe/Berlinn")[0] == "Europe/Berlin"
    assert "America/New_York" in nearest("newyork")
    assert nearest("qqqq") == []
    assert zone_named(" new york ") == zone_named("America/New_York")
    assert zone_named("Etc/GMT+8") is None


def test_a_slip_in_a_zone_is_answered_with_the_nearest(app: App) -> None:
    assert "Asia/Singapore" in ask(app, "tz Singapur").text


def test_before_the_first_day_is_judged_every_page_is_there(stored: App) -> None:
    fresh = replace(stored, ledger=Ledger(None))
    for what in ("", *PAGES):
        assert ask(fresh, what).text
    assert "判断过 0 日" in ask(fresh).text


def test_a_page_that_a_welcome_opens_leaves_the_welcome(app: App) -> None:
    welcome = answer(app, "start", Asked(ME, 7, "", TODAY))
    assert "k:+quiet" in [data for row in welcome.buttons for _, data in row]
    page = ask(app, "+quiet")
    assert "安静时段" in page.text
    assert not page.in_place


def test_in_a_group_only_admins_change_settings(app: App) -> None:
    for rest in ("surge", "sense strong", "quiet"):
        assert "管理员" in ask(app, rest, GROUP).text
    assert app.ledger.wishes(-7) == Wishes({})
    ask(app, "sense strong", GROUP, user=1)
    assert app.ledger.wishes(-7).sense == "strong"
    assert "本聊天的设置" in ask(app, chat=GROUP).text


def test_a_sensitivity_is_shown_with_what_it_would_have_given(app: App) -> None:
    words = [text for row in ask(app, "sense").buttons for text, _ in row]
    assert words[:3] == ["● 全部 · 24", "较强 · 12", "最强 · 0"]  # the calm theme's are merged
    assert "判断过 60 日" in ask(app, "sense").text
    app.ledger.wish(7, "reversal", "off")
    words = [text for row in ask(app, "sense").buttons for text, _ in row]
    assert words[:3] == ["● 全部 · 12", "较强 · 0", "最强 · 0"]


def test_what_is_tallied_is_what_is_decided_live(app: App) -> None:
    past = tally.past(app)
    counts = tally.by_sense(past, Wishes({}), {})
    assert list(counts.values()) == sorted(counts.values(), reverse=True)
    for sense in SENSES:
        wishes = Wishes({}, sense=sense)
        lived = [
            t
            for day in app.store.days()[-60:]
            for t, why in reasons_of(
                Listener(wishes, {}),
                app.ledger.transitions(since=day, until=day),
                Setting(NOW, day, {}, app.ledger.kept.voices(day, day), past.setting.earlier),
            ).items()
            if why in ("send", "silent")
        ]
        assert list(past.heard(wishes, {})) == lived


def test_a_mute_for_good_counts_and_one_that_ends_does_not(app: App) -> None:
    past = tally.past(app)
    counted = {
        name: len(past.heard(Wishes({}), {"hot": mute}))
        for name, mute in (("good", Mute()), ("day", Mute(until=TODAY)), ("hour", Mute(at=NOW)))
    }
    assert counted == {"good": 12, "day": 24, "hour": 24}  # the calm theme speaks for itself then


def test_a_budget_is_shown_with_what_it_would_have_kept_back(app: App) -> None:
    words = [text for row in ask(app, "budget").buttons for text, _ in row]
    assert words[:3] == ["● 不限 · 0", "1 · 12", "3 · 0"]


def test_watched_themes_are_listed_with_their_alerts_and_taken_off(app: App) -> None:
    app.ledger.watch(7, "hot")
    page = ask(app, "watched")
    assert "⭐ 热题材 · 24" in page.text
    assert ask(app, "unwatch hot").in_place
    assert app.ledger.wishes(7).watched == frozenset()


def test_quiet_hours_say_what_they_do_to_the_markets_hours(app: App) -> None:
    assert "不在其内" in ask(app, "quiet 22-8").text
    assert "警报都要等到 20:00" in ask(app, "quiet 14-20").text
    assert "4 次盘中查看有 1 次" in ask(app, "quiet 14-20").text
    ask(app, "tz America/New_York")
    said = ask(app, "quiet 22-8").text
    assert "（这里 03:00）在安静时段内" in said
    assert "4 次盘中查看有 4 次" in said


def test_quiet_hours_say_what_they_do_to_hong_kongs_evening_where_it_is_judged(app: App) -> None:
    assert "港股" not in ask(app, "quiet 14-16").text
    app.ledger.of("XHKG").set_fact("evaluated", str(TODAY))
    assert "港股 16:40 起（这里 16:40）不在其内" in ask(app, "quiet 14-16").text
    ask(app, "tz Europe/Berlin")
    assert "⚠️ 港股 16:40 起（这里 10:40）也在其内" in ask(app, "quiet 8-11").text


def test_a_digests_hour_within_quiet_hours_is_pointed_out(app: App) -> None:
    ask(app, "quiet 19-21")
    assert "⚠️" not in ask(app, "digest at 18").text
    assert "会留到其后" in ask(app, "digest at 20").text


def test_what_was_kept_lately_is_counted_and_listed_with_its_reason(app: App) -> None:
    old = Kept(TODAY - timedelta(days=8), "hot", "surge", "muted")
    new = [Kept(TODAY, "hot", "surge", "muted"), Kept(TODAY, "calm", "surge", "budget")]
    app.ledger.kept.add(7, [old, *new, Kept(TODAY, "hot", "over", "muted")])
    assert "近7天未推送: 静音 2 · 超出每日有声额度 1" in ask(app).text
    assert "06-28 普通题材 · 升温 — 超出每日有声额度" in ask(app, "kept").text
    assert "06-20" not in ask(app, "kept").text
