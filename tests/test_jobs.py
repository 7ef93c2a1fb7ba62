"""A day's cycle over stored figures: said once, as a replay would say it, to whom it concerns."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot import cycle, jobs
from bot.alerting import Reason, decide, strongest_first
from bot.app import App, judge
from bot.errors import UserError
from bot.ledger import Ledger
from bot.pictures import CHART, HEAT, named
from bot.records import Chat, Queued, Wishes
from config.settings import Settings
from market.derive import derive
from market.store import Store
from signals.model import Kind, Signal, Stage, ThemeState, Transition
from signals.replay import replay
from tests import markets

DAY = date(2024, 3, 1)


@pytest.fixture
def app(settings: Settings) -> App:
    store, ledger = Store(None), Ledger(None)
    markets.fill(store)
    derive(store, store.bar_days(), backfilled=True)
    ledger.save_chat(Chat(7, "private", "", "zh"))
    ledger.save_chat(Chat(8, "private", "", "en"))
    return App(settings, store, ledger, *judge(settings), lambda: datetime(2024, 6, 28, tzinfo=UTC))


def surge_day(app: App) -> date:
    """The day on which the hot theme is told for the first time."""
    panel = app.store.panel(date.max, 1000)
    return next(day for day, _, told in replay(panel, app.rules, app.policy) if told)


def test_days_stepped_one_by_one_say_what_a_replay_says(app: App) -> None:
    days = app.store.days()
    expected = [
        (t.day, t.theme, t.kind, t.before, t.after)
        for day, _, told in replay(app.store.panel(days[-1], len(days)), app.rules, app.policy)
        for t in told
        if day >= days[100]
    ]
    for day in days[100:]:
        jobs.daily(app, day)
    stepped = app.ledger.transitions()
    assert expected
    assert [(t.day, t.theme, t.kind, t.before, t.after) for t in stepped] == expected


def test_days_caught_up_at_once_say_the_same(app: App, settings: Settings) -> None:
    days = app.store.days()
    jobs.daily(app, days[100])
    jobs.daily(app, days[-1])
    assert app.ledger.evaluated() == days[-1]
    other = replace(app, ledger=Ledger(None))
    for day in days[100:]:
        jobs.daily(other, day)
    assert repr(app.ledger.transitions()) == repr(other.ledger.transitions())


def test_days_caught_up_with_are_told_in_one_summary(app: App) -> None:
    surge = surge_day(app)
    days = app.store.days()
    place = days.index(surge)
    jobs.daily(app, days[place - 1])
    chat = app.ledger.chat(7)
    before = app.ledger.outbox.count("due")
    jobs.daily(app, days[place + 2])
    added = app.ledger.outbox.waiting()
    new = [m for m in added if m.chat == 7 and m.day == days[place + 2]]
    assert chat
    assert [m.key.split(":")[1] for m in new if "missed" in m.key] == ["missed"]
    summary = next(m.text for m in new if "missed" in m.key)
    assert f"{surge} " in summary
    assert "热题材" in summary
    assert not [m for m in added if m.day in days[place : place + 2]]
    assert app.ledger.outbox.count("due") > before
    jobs.daily(app, days[place + 3])
    assert sum("missed" in m.key for m in app.ledger.outbox.waiting() if m.chat == 7) == 1


def test_a_summary_survives_a_fault_in_the_middle(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = app.store.days()
    place = days.index(surge_day(app))
    jobs.daily(app, days[place - 1])
    kept = app.ledger.save_states
    monkeypatch.setattr(app.ledger, "save_states", _fails_at(kept, 3))
    with pytest.raises(OSError, match="disk full"):
        jobs.daily(app, days[place + 2])
    assert app.ledger.evaluated() == days[place + 1]
    monkeypatch.undo()
    jobs.daily(app, days[place + 2])
    (summary,) = (m for m in app.ledger.outbox.waiting() if m.chat == 7 and "missed" in m.key)
    assert f"{days[place]} " in summary.text


def _fails_at(work: Callable[..., None], count: int) -> Callable[..., None]:
    calls = iter(range(1, count + 1))

    def tried(*given: object) -> None:
        if next(calls) == count:
            raise OSError("disk full")
        work(*given)

    return tried


def test_after_a_restore_what_may_have_been_told_says_so(app: App) -> None:
    day = surge_day(app)
    jobs.daily(app, app.store.days()[app.store.days().index(day) - 1])
    app.ledger.set_fact("restored", datetime(2030, 1, 1, tzinfo=UTC).isoformat())
    jobs.daily(app, day)
    assert all(m.repeated for m in app.ledger.outbox.waiting())


def test_two_programs_judge_a_day_once(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    day = surge_day(app)
    first = jobs.daily(app, day)
    waiting = len(app.ledger.outbox.waiting())
    app.ledger.set_fact("evaluated", str(app.store.days()[app.store.days().index(day) - 1]))
    second = jobs.daily(app, day)  # as if it had begun before the other was done
    assert first.new
    assert not second.new
    assert len(app.ledger.outbox.waiting()) == waiting


def test_a_second_run_sends_nothing(app: App) -> None:
    day = surge_day(app)
    first = jobs.daily(app, day)
    waiting = app.ledger.outbox.waiting()
    again = jobs.daily(app, day)
    assert first.new
    assert first.enqueued == len(waiting) > 0
    assert not again.new
    assert repr(again.transitions) == repr(first.transitions)
    assert app.ledger.outbox.waiting() == waiting


def test_an_earlier_day_is_refused_with_a_pointer_to_replay(app: App) -> None:
    days = app.store.days()
    jobs.daily(app, days[110])
    with pytest.raises(UserError, match=f"paomo replay --from {days[109]}"):
        jobs.daily(app, days[109])


def test_a_day_without_figures_is_refused(app: App) -> None:
    with pytest.raises(UserError, match="no figures of 2030-01-01"):
        jobs.daily(app, date(2030, 1, 1))


def test_each_chat_gets_alert_chart_and_digest_in_its_language(app: App) -> None:
    jobs.daily(app, surge_day(app))
    by_chat: dict[int, list[Queued]] = {7: [], 8: []}
    while due := app.ledger.outbox.due(app.now()):
        for message in due:
            app.ledger.outbox.sent(message.id, 1, app.now())
            by_chat[message.chat].append(message)
    for queued in by_chat.values():
        assert [m.priority for m in queued] == [0, 0, 1, 1]
        assert [named(m.photo).kind if m.photo else "" for m in queued] == ["", CHART, "", HEAT]  # type: ignore[union-attr]
    assert "升温" in by_chat[7][0].text
    assert "surge" in by_chat[8][0].text


def test_a_muted_theme_is_not_pushed_but_kept(app: App) -> None:
    app.ledger.mute(7, "hot", None)
    jobs.daily(app, surge_day(app))
    assert [m.priority for m in app.ledger.outbox.waiting() if m.chat == 7] == [1, 1]
    assert app.ledger.transitions("hot")


def test_a_fault_while_writing_leaves_the_day_undone(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(app.ledger, "save_run", breaks)
    with pytest.raises(OSError, match="disk full"):
        jobs.daily(app, surge_day(app))
    assert app.ledger.outbox.waiting() == []
    assert app.ledger.evaluated() != surge_day(app)


def test_a_board_that_is_no_theme_is_not_judged(app: App) -> None:
    hot = app.store.themes()["hot"]
    day = surge_day(app)
    app.store.save_themes([replace(hot, name="融资融券")])
    assert jobs.daily(app, day).transitions == ()
    assert set(app.ledger.readings()) == {"calm"}


def test_no_figures_are_told_once(app: App) -> None:
    assert cycle.no_figures(app, DAY, "Banned: tencent") == 2
    assert cycle.no_figures(app, DAY, "Banned: tencent") == 0
    assert "没有取到" in app.ledger.outbox.waiting()[0].text


def transition(
    kind: Kind = Kind.SURGE, stage: Stage = Stage.FORMING, run_up: float = 0.2
) -> Transition:
    signal = Signal("t", "run_up", DAY, run_up, 0.25, "fraction")
    return Transition("t", DAY, kind, ThemeState("t"), ThemeState("t", stage), (signal,))


@pytest.mark.parametrize(
    ("muted", "since", "reason"),
    [
        (set(), DAY, Reason.SEND),
        ({"t"}, DAY, Reason.MUTED),
        ({"other"}, DAY, Reason.SEND),
        (set(), date(2024, 3, 2), Reason.TOO_OLD),
        ({"t"}, date(2024, 3, 2), Reason.TOO_OLD),
    ],
)
def test_whether_to_push_has_a_reason(muted: set[str], since: date, reason: Reason) -> None:
    assert decide(transition(), muted, Wishes({}), since) is reason


def test_the_strongest_goes_first() -> None:
    told = [
        transition(Kind.OVER, Stage.OVER),
        transition(run_up=float("nan")),
        transition(run_up=0.1),
        transition(run_up=0.3),
        transition(Kind.DIVERGENCE, Stage.QUIET),
        transition(stage=Stage.BUBBLE),
        transition(Kind.REVERSAL, Stage.BURSTING),
    ]

    def key(t: Transition) -> tuple[Kind, Stage]:
        return t.kind, t.after.stage

    ordered = strongest_first(told)
    assert [key(t) for t in ordered[:3]] == [
        (Kind.REVERSAL, Stage.BURSTING),
        (Kind.SURGE, Stage.BUBBLE),
        (Kind.DIVERGENCE, Stage.QUIET),
    ]
    assert ordered[3] is told[3]
    assert ordered[4] is told[2]
    assert ordered[-1] is told[0]
