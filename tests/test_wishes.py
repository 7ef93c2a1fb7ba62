"""What a chat wants to hear: which kinds, how loud, when, of which themes."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot import jobs
from bot.alerting import Reason, decide, held_until
from bot.app import App, judge
from bot.commands import answer
from bot.commands.asked import Answer, Asked
from bot.ledger import Ledger
from bot.records import LEVELS, Chat, Queued, Wishes
from bot.texts import plain
from config.settings import Settings
from market.derive import derive
from market.store import Store
from signals.model import Kind, Stage, ThemeState, Transition
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


@pytest.mark.parametrize(
    ("clock", "quiet", "until"),
    [
        ("14:59", (22, 8), None),
        ("21:59", (22, 8), None),
        ("22:00", (22, 8), "2024-06-29 08:00"),
        ("03:00", (22, 8), "2024-06-28 08:00"),
        ("08:00", (22, 8), None),
        ("12:30", (12, 14), "2024-06-28 14:00"),
        ("11:59", (12, 14), None),
        ("14:00", (12, 14), None),
        ("03:00", None, None),
    ],
)
def test_quiet_hours_hold_until_they_end(
    clock: str, quiet: tuple[int, int] | None, until: str | None
) -> None:
    shanghai = timedelta(hours=8)
    now = datetime.fromisoformat(f"2024-06-28 {clock}").replace(tzinfo=UTC) - shanghai
    held = held_until(now, quiet)
    assert (f"{held + shanghai:%Y-%m-%d %H:%M}" if held else None) == until


def test_a_kind_that_is_silent_or_off_is_told_so_or_not_at_all(app: App) -> None:
    loud = [m.silent for m in surge(app) if m.priority == 0 and not m.key.endswith("chart")]
    for level, expected in (("silent", [True]), ("off", [])):
        other = replace(app, ledger=Ledger(None))
        other.ledger.save_chat(ME)
        other.ledger.wish(7, "surge", level)
        told = surge(other)
        mine = [m.silent for m in told if m.priority == 0 and not m.key.endswith("chart")]
        assert mine == expected
        assert [m.priority for m in told].count(1) == 1  # the digest tells of it all the same
    assert loud == [False]


def test_with_watched_themes_others_are_left_to_the_digest(app: App) -> None:
    ask(app, "watch", "普通题材")
    assert [m.priority for m in surge(app)] == [1]
    other = replace(app, ledger=Ledger(None))
    other.ledger.save_chat(ME)
    assert "只推送关注" in plain(ask(other, "watch", "热题材").text)
    assert [m.priority for m in surge(other)] == [0, 0, 1]
    assert "全部题材" in plain(ask(other, "unwatch", "热题材").text)
    assert "并未关注" in plain(ask(other, "unwatch", "热题材").text)


def test_in_quiet_hours_messages_wait_and_none_is_dropped(app: App) -> None:
    app.ledger.wish(7, "quiet", "14-20")  # it is 16:00 there
    told = surge(app)
    assert len(told) == 3
    assert app.ledger.outbox.due(app.now()) == []
    evening = datetime(2024, 6, 28, 12, tzinfo=UTC)
    assert app.ledger.outbox.due(evening - timedelta(seconds=1)) == []
    assert len(app.ledger.outbox.due(evening)) == 1  # the first of three


def test_the_digest_can_be_turned_off(app: App) -> None:
    app.ledger.wish(7, "digest", "off")
    assert [m.priority for m in surge(app)] == [0, 0]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_button_of_the_settings_goes_through_its_steps(app: App, language: str) -> None:
    chat = replace(ME, language=language)  # type: ignore[arg-type]
    page = ask(app, "settings", chat=chat)
    assert not page.in_place
    for data in [data for row in page.buttons for _, data in row]:
        what, seen = data.removeprefix("k:"), set()
        for _ in range(4):
            answered = ask(app, "settings", what, chat)
            assert answered.in_place
            wishes = app.ledger.wishes(7)
            seen.add(wishes.quiet if what == "quiet" else wishes.level(what))
        assert len(seen) == {"digest": 2}.get(what, len(LEVELS))


def test_what_is_no_setting_changes_nothing(app: App) -> None:
    ask(app, "settings", "'; DROP TABLE wish; --")
    assert app.ledger.wishes(7) == Wishes({})


def test_in_a_group_only_admins_change_settings(app: App) -> None:
    assert "管理员" in ask(app, "settings", "surge", GROUP).text
    assert "管理员" in ask(app, "watch", "热题材", GROUP).text
    assert app.ledger.wishes(-7) == Wishes({})
    ask(app, "settings", "surge", GROUP, user=1)
    assert app.ledger.wishes(-7).level("surge") == "silent"


def test_past_alerts_are_counted_beside_each_kind(app: App) -> None:
    surge(app)
    assert "升温 · 1 次" in ask(app, "settings").text


def test_wishes_move_with_their_group(app: App) -> None:
    app.ledger.wish(-7, "surge", "off")
    app.ledger.watch(-7, "hot")
    app.ledger.migrate(-7, -1007)
    assert app.ledger.wishes(-1007) == Wishes({"surge": "off"}, None, frozenset({"hot"}))
    assert app.ledger.wishes(-7) == Wishes({})
