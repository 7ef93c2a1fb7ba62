"""What the rules say of a theme, in the order it matters, and what would end where it stands."""

from collections.abc import Sequence
from math import isnan
from typing import Any

from bot.names import KINDS, STAGES, rule_name
from bot.texts import figure
from bot.words import Language, say
from signals.lifecycle import KIND, Policy, Reading
from signals.model import Kind, Signal, Stage, ThemeState, Transition
from signals.replay import NEEDED, READ
from signals.ways import Condition, Way, ways

FINEST = 4  # further digits at most, where a value would read like its threshold
RESTS = {  # the rules each kind of alert rests on, shown first
    Kind.SURGE: ("run_up", "breadth"),
    Kind.DIVERGENCE: ("divergence",),
    Kind.REVERSAL: ("fall", "weakness", "outflow"),
    Kind.OVER: ("run_up", "fall"),
}
# shown because asked for; they warn of nothing
MOOD = ("board_height", "broken_boards", "crowding")
SIGNS = {1: "≥", -1: "≤", -2: "<"}  # of a condition's side
SAME = {"peak_fall": "fall", "strength": "weakness"}  # conditions and the rules that say as much
ENDS = (Stage.BURSTING, Stage.OVER)  # what a run-up turns into


def evidence(
    signals: Sequence[Signal],
    language: Language,
    kind: Kind,
    grounds: Sequence[Condition] = (),
) -> dict[str, Any]:
    """What the rules say, in the order it matters for a kind of alert.

    Leading: what the kind rests on, `grounds` where they are known, and what else fires. Mood
    warns of nothing. The rest stands below its thresholds; of those that know nothing there are
    names alone.
    """
    grounds = [asked for asked in grounds if not isnan(asked.value)]
    said = {SAME.get(asked.what, asked.what) for asked in grounds}
    rests = [s for rule in RESTS[kind] for s in signals if s.rule == rule and not grounds]
    judged = [s for s in signals if s.rule not in MOOD and s.rule not in said]
    leading = [*rests, *(s for s in judged if s.firing and s not in rests)]
    groups = {
        "leading": leading,
        "mood": [s for s in signals if s.rule in MOOD],
        "rest": [s for s in judged if s not in leading],
    }
    shown = {
        name: [shown_condition(threshold_of(s), language) for s in group if not isnan(s.value)]
        for name, group in groups.items()
    }
    shown["leading"] = [*(shown_condition(a, language) for a in grounds), *shown["leading"]]
    unknown = [rule_name(s.rule, language) for s in signals if isnan(s.value)]
    return {**shown, "unknown": unknown}


def threshold_of(signal: Signal) -> Condition:
    """A rule's threshold as a condition."""
    return Condition(signal.rule, signal.value, signal.threshold, signal.unit)


def shown_condition(asked: Condition, language: Language) -> dict[str, str]:
    """A condition in words: whether it holds, what it asks, its value and its bound."""
    sign, strict = SIGNS[asked.side], asked.side == -2
    bound = figure(asked.bound, asked.unit, language)
    pairs = (
        [figure(size, asked.unit, language, digits) for size in (asked.value, asked.bound)]
        for digits in range(FINEST)
    )
    # on one side of its bound it must not read as if it were at it
    may_touch = asked.holds is not strict
    beyond = ">" if asked.side == -1 else "<"
    value = next((v for v, at in pairs if may_touch or v != at), f"{beyond}{bound}")
    return {
        "dot": "●" if asked.holds else "○",
        "rule": condition_name(asked.what, language),
        "value": value,
        "threshold": f"{sign}\N{NO-BREAK SPACE}{bound}",
    }


def condition_name(what: str, language: Language) -> str:
    """What a condition or a rule measures, in words."""
    return say(what, language) if what in SAME else rule_name(what, language)


def grounds(told: Transition, policy: Policy | None) -> Sequence[Condition]:
    """What the change of stage was entered on; empty where it is none, or is not known."""
    found = (way for way in _ways(told, told.before, policy) if way.stage is told.after.stage)
    return next((way.conditions for way in found), ())


def ends(told: Transition, policy: Policy | None, language: Language) -> list[str]:
    """What would end the stage that an alert tells of, a line each; nothing of what is over."""
    return ends_of(_ways(told, told.after, policy), language)


def ends_of(found: Sequence[Way], language: Language) -> list[str]:
    """What each way out of a running stage asks for, and for how long."""
    return [_end(way, language) for way in found if way.stage in ENDS]


def _end(way: Way, language: Language) -> str:
    between = say("ends_or" if way.any_of else "ends_and", language)
    parts = [shown_condition(asked, language) for asked in way.conditions]
    asked = between.join(say("ends_if", language).format(**part) for part in parts)
    days = say("ends_days", language).format(days=way.days) if way.days > 1 else ""
    seen = say("ends_seen", language).format(seen=way.seen) if way.seen else ""
    return (
        say("ends", language).format(stage=STAGES[way.stage][language], asked=asked) + days + seen
    )


def stays(
    stage: Stage, entered: Sequence[Condition], out: Sequence[Way], language: Language
) -> str:
    """Why a theme is still in a stage whose own conditions hold no more; empty where they do.

    `entered` is what the stage asks of who enters it, `out` the ways from it.
    """
    if not is_past(entered):
        return ""
    left = [_not_left(way, language) for way in out if way.stage in ENDS]
    between = say("stays_between", language)
    return say("stays", language).format(stage=STAGES[stage][language], left=between.join(left))


def is_past(entered: Sequence[Condition]) -> bool:
    """Whether a stage would not be entered today; what is not known says nothing against it."""
    return any(not asked.holds and not isnan(asked.value) for asked in entered)


def _not_left(way: Way, language: Language) -> str:
    """What keeps a way out shut."""
    kind = KINDS[KIND[way.stage]][language]
    if way.is_open:
        return say("stays_days", language).format(kind=kind, days=way.days, seen=way.seen)
    shut = [asked for asked in way.conditions if not asked.holds]
    between = say("stays_and", language)
    asked = between.join(
        say("stays_if", language).format(**shown_condition(one, language)) for one in shut
    )
    return say("stays_shut", language).format(kind=kind, asked=asked)


def _ways(told: Transition, state: ThemeState, policy: Policy | None) -> list[Way]:
    """The ways from a state on the day of a transition; none where its level was not kept."""
    at = {signal.rule: signal for signal in told.signals}
    if not policy or told.net is None or not at.keys() >= NEEDED:
        return []
    reading = Reading(told.day, told.net, *(at[rule].value for rule in READ))
    return ways(state, reading, policy, {rule: s.threshold for rule, s in at.items()})
