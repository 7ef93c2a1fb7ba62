"""What is decided for a chat: strength, budget, voices; and that no alert is ever lost."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerting import PUSHED, Reason, decide, heard_voices, is_strong, rise, within_budget
from bot.choices import Listener, Setting, chosen, reasons_of
from bot.posting import posted, with_rest
from bot.records import LEVELS, SENSES, Mute, Outgoing, Wishes
from signals.model import Kind, Signal, Stage, ThemeState, Transition

DAY = date(2024, 6, 28)
NOW = datetime(2024, 6, 28, 7, 20, tzinfo=UTC)


def state(stage: Stage, grown: float = 0.2) -> ThemeState:
    """A state whose episode rose so far, net, to its peak."""
    return ThemeState("t", stage, DAY, DAY, 100.0, 100.0 * (1 + grown), DAY)


def transition(
    before: Stage,
    after: Stage,
    kind: Kind = Kind.SURGE,
    firing: tuple[str, ...] = ("run_up", "breadth"),
    grown: float = 0.2,
    theme: str = "t",
    day: date = DAY,
) -> Transition:
    """A transition on which these rules fire, and all others stay below their thresholds."""
    rules = ("run_up", "breadth", "exuberance", "heat", "divergence", "valuation", "crowding")
    signals = tuple(
        Signal(theme, r, day, 0.25 + (r in firing) * 0.1 - 0.05, 0.25, "x") for r in rules
    )
    then, now = (replace(state(s, grown), theme=theme) for s in (before, after))
    return Transition(theme, day, kind, then, now, signals)


Q, F, B, T, O = Stage.QUIET, Stage.FORMING, Stage.BUBBLE, Stage.BURSTING, Stage.OVER  # noqa: E741  # stages in a table
MORE = ("run_up", "breadth", "heat")


@pytest.mark.parametrize(
    ("told", "strength"),
    [
        (transition(Q, F), 0),
        (transition(Q, F, firing=MORE, grown=0.9), 0),
        (transition(F, O, Kind.OVER, grown=0.9), 0),
        (transition(Q, Q, Kind.DIVERGENCE, ("divergence", "heat")), 0),
        (transition(F, B), 1),
        (transition(F, B, firing=MORE), 2),
        (transition(F, B, firing=("run_up", "breadth", "crowding")), 1),  # mood warns of nothing
        (transition(F, B, grown=0.9), 1),
        (transition(B, B, Kind.DIVERGENCE, ("run_up", "divergence")), 1),
        (transition(B, B, Kind.DIVERGENCE, ("run_up", "divergence", "valuation")), 2),
        (transition(T, B, firing=MORE), 2),  # resumed
        (transition(B, T, Kind.REVERSAL, grown=0.2499), 1),
        (transition(B, T, Kind.REVERSAL, grown=0.25), 2),
        (transition(B, T, Kind.REVERSAL, firing=MORE, grown=0.2), 1),
        (transition(T, O, Kind.OVER, grown=0.26), 2),
        (transition(T, O, Kind.OVER, grown=0.1), 1),
    ],
)
def test_how_strong_an_alert_is(told: Transition, strength: int) -> None:
    assert [is_strong(told, sense) for sense in SENSES] == [n <= strength for n in range(3)]


def test_what_is_not_known_makes_nothing_stronger() -> None:
    bare = replace(transition(B, T, Kind.REVERSAL), signals=(), after=ThemeState("t", T))
    assert is_strong(bare, "strong")
    assert not is_strong(bare, "strongest")
    assert rise(ThemeState("t")) != rise(ThemeState("t"))  # NaN


@pytest.mark.parametrize(
    ("sense", "told", "wishes", "reason"),
    [
        ("strong", transition(Q, F), {}, Reason.WEAK),
        ("strong", transition(F, B), {}, Reason.SEND),
        ("strongest", transition(F, B), {}, Reason.WEAK),
        ("strongest", transition(F, B, firing=MORE), {}, Reason.SEND),
        ("strong", transition(Q, F), {"surge": "off"}, Reason.OFF),
        ("strong", transition(F, B), {"surge": "silent"}, Reason.SILENT),
        ("all", transition(Q, F), {}, Reason.SEND),
    ],
)
def test_a_chat_hears_what_is_as_strong_as_it_wishes(
    sense: str, told: Transition, wishes: dict[str, str], reason: Reason
) -> None:
    assert decide(told, (), Wishes(wishes, sense=sense), DAY) is reason
    watched = Wishes(wishes, sense=sense, watched=frozenset("t"))
    assert decide(told, (), watched, DAY) is reason
    assert decide(told, ("t",), Wishes(wishes, sense=sense), DAY) is Reason.MUTED


def test_a_voice_too_weak_for_a_chat_speaks_for_no_story() -> None:
    one, weak, strong = (
        transition(F, B, firing=rules, theme=theme)
        for theme, rules in (("t", MORE), ("u", ()), ("v", MORE))
    )
    for sense, heard in (
        ("all", ("u", "v", "w")),
        ("strong", ("u", "v")),  # nothing is known of w
        ("strongest", ("v",)),
    ):
        wishes = Wishes({}, sense=sense)
        assert heard_voices(("u", "v", "w"), one, [one, weak, strong], wishes) == heard


def test_an_earlier_voice_as_strong_as_a_chat_wishes_speaks_for_its_story() -> None:
    """Else who wishes the strongest alone would hear more than who wishes all."""
    end = transition(T, O, Kind.OVER, grown=0.9)
    turned, ended, weak = (
        transition(b, a, kind, grown=grown, theme=theme, day=DAY - timedelta(days=9))
        for b, a, kind, grown, theme in (
            (B, T, Kind.REVERSAL, 0.9, "turned"),
            (T, O, Kind.OVER, 0.9, "ended"),
            (T, O, Kind.OVER, 0.1, "weak"),
        )
    )
    once = replace(ended, theme="weak", day=DAY - timedelta(days=90))  # of an episode before
    begun = transition(F, B, firing=MORE, theme="begun", day=DAY - timedelta(days=9))
    before, wishes = ("turned", "ended", "weak", "begun"), Wishes({}, sense="strongest")
    earlier = [once, turned, ended, weak, begun]
    assert heard_voices(before, end, [end], wishes, earlier) == ("turned", "ended")
    surge = transition(F, B, firing=MORE)
    assert heard_voices(before, surge, [surge], wishes, earlier) == ("begun",)
    faded = replace(transition(F, O, Kind.OVER, theme="faded"), day=DAY - timedelta(days=3))
    assert heard_voices(("faded",), end, [end], Wishes({}, sense="strong"), [faded]) == ()
    later = [replace(t, day=DAY + timedelta(days=1)) for t in earlier]
    assert heard_voices(before, end, [end], wishes, later) == ()


def several(count: int) -> list[Transition]:
    """Turns, the largest run-up first."""
    made = [transition(B, T, Kind.REVERSAL, theme=f"t{n}") for n in range(count)]
    return [
        replace(t, signals=(Signal(t.theme, "run_up", DAY, 0.9 - n / 10, 0.25, "x"),))
        for n, t in enumerate(made)
    ]


@pytest.mark.parametrize(
    ("left", "loud"), [(None, 4), (5, 4), (4, 4), (3, 3), (1, 1), (0, 0), (-2, 0)]
)
def test_what_is_beyond_the_budget_is_the_weakest(left: int | None, loud: int) -> None:
    told = several(4)
    given = dict.fromkeys(reversed(told), Reason.SEND) | {transition(Q, F): Reason.SILENT}
    reasons = within_budget(given, left)
    assert [reasons[t] for t in told] == [Reason.SEND] * loud + [Reason.BUDGET] * (4 - loud)
    assert list(reasons.values()).count(Reason.SILENT) == 1


@pytest.mark.parametrize(("left", "beyond"), [(3, 1), (2, 2), (0, 4), (None, 0)])
def test_what_is_left_of_the_budget_goes_to_the_strongest(left: int | None, beyond: int) -> None:
    listener = Listener(Wishes({}, budget=3), {})
    choice = chosen(listener, several(4), [], Setting(NOW, DAY, {}, {}), left)
    assert len(choice.beyond) == beyond
    assert list(choice.beyond) == several(4)[4 - beyond :]


@pytest.mark.parametrize(("left", "why"), [(None, "send"), (3, "send"), (2, "silent")])
def test_what_was_missed_is_silent_once_the_budget_is_spent(left: int | None, why: str) -> None:
    late = [transition(F, B, day=DAY - timedelta(days=1))]
    listener = Listener(Wishes({}, budget=left), {})
    choice = chosen(listener, several(2), late, Setting(NOW, late[0].day, {}, {}), left)
    assert list(choice.late.values()) == [why]


def test_what_was_missed_is_muted_as_it_was_on_its_own_day() -> None:
    yesterday = DAY - timedelta(days=1)
    late = [transition(B, T, Kind.REVERSAL, day=yesterday)]
    setting = Setting(NOW, yesterday, {}, {})
    for mute, why in ((Mute(until=yesterday), Reason.MUTED), (Mute(until=DAY), Reason.MUTED),
                      (Mute(until=yesterday - timedelta(days=1)), Reason.SEND)):  # fmt: skip
        assert list(reasons_of(Listener(Wishes({}), {"t": mute}), late, setting).values()) == [why]


HOURS = st.integers(0, 23)
WISHES = st.builds(
    Wishes,
    st.dictionaries(st.sampled_from([*Kind, "digest"]), st.sampled_from(LEVELS)),
    st.none() | st.tuples(HOURS, HOURS).filter(lambda hours: hours[0] != hours[1]),
    st.sets(st.sampled_from(("t0", "t1", "t2")), max_size=2).map(frozenset),
    st.sampled_from(SENSES),
    st.none() | st.integers(1, 3),
    st.none() | HOURS,
)
STEPS = ((Q, F, Kind.SURGE), (F, B, Kind.SURGE), (B, T, Kind.REVERSAL), (T, O, Kind.OVER),
         (B, B, Kind.DIVERGENCE), (F, O, Kind.OVER))  # fmt: skip
TOLD = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(STEPS), st.booleans()), max_size=8)
OWN = {
    Reason.OFF: "kind",
    Reason.NOT_WATCHED: "watched",
    Reason.MUTED: "mutes",
    Reason.WEAK: "sense",
}


@given(WISHES, TOLD, st.sets(st.sampled_from(("t0", "t1")), max_size=2), st.integers(0, 3), HOURS)
def test_no_alert_is_ever_lost(
    wishes: Wishes,
    given_: list[tuple[int, tuple[Stage, Stage, Kind], bool]],
    muted: set[str],
    loud_before: int,
    hour: int,
) -> None:
    now = NOW.replace(hour=hour)
    told = list({(n, k): transition(b, a, k, theme=f"t{n}") for n, (b, a, k), _ in given_}.values())
    voices = {(DAY, f"t{n}:{k}"): ("t9",) for n, (_, _, k), merged in given_ if merged}
    mutes = {theme: Mute() for theme in muted}
    left = None if wishes.budget is None else max(wishes.budget - loud_before, 0)
    choice = chosen(Listener(wishes, mutes), told, [], Setting(now, DAY, {}, voices), left)
    assert choice.today.keys() == set(told)  # each has its reason
    alerts = [draft("alerts", now, [t.key for t in choice.alerts], 0)] if choice.alerts else []
    digest = (
        [draft("digest", now, [t.key for t in told], 1)] if wishes.level("digest") != "off" else []
    )
    rest = draft("beyond", now, [t.key for t in choice.beyond], 1)
    glance = with_rest(digest, rest) if choice.beyond else digest
    out = posted(alerts, glance, now, wishes, "zh")
    sent = "\n".join(message.text for message in out)
    for t, why in choice.today.items():
        if why in (*PUSHED, Reason.BUDGET) or digest:
            assert t.key in sent
        if why is Reason.MERGED:
            assert voices[DAY, t.key]  # who tells the same is named there
        assert why in {*PUSHED, *OWN, Reason.BUDGET, Reason.MERGED}
        assert (why is Reason.MUTED) == (t.theme in muted)
        assert why is not Reason.WEAK or wishes.sense != "all"
        assert why is not Reason.BUDGET or wishes.budget is not None
    assert {k.theme for k in choice.kept} <= {t.theme for t in told}
    held = [m for m in out if m.not_before]
    assert len({m.key for m in out}) == len(out)
    assert all(m.not_before and m.not_before > now for m in held)
    assert not wishes.quiet or sum(":held:" in m.key or ":alerts:" in m.key for m in out) <= 1


def draft(what: str, now: datetime, lines: list[str], priority: int) -> Outgoing:
    key = f"{DAY}:{what}:1"
    return Outgoing(key, 7, DAY, "\n".join(lines), now, priority=priority, silent=priority > 0)


def test_an_unknown_run_up_ranks_last_within_the_budget() -> None:
    known, unknown = several(2)
    blind = replace(unknown, signals=(Signal("t1", "run_up", DAY, nan, 0.25, "x"),))
    reasons = within_budget({blind: Reason.SEND, known: Reason.SEND}, 1)
    assert reasons[blind] is Reason.BUDGET
