"""What the rules say of a theme, in the order it matters, as the templates take it."""

import math
from collections.abc import Sequence
from typing import Any

from bot.names import rule_name
from bot.texts import figure
from bot.words import Language
from signals.model import Kind, Signal

FINEST = 4  # further digits at most, where a value would read like its threshold
RESTS = {  # the rules each kind of alert rests on, shown first
    Kind.SURGE: ("run_up", "breadth"),
    Kind.DIVERGENCE: ("divergence",),
    Kind.REVERSAL: ("fall", "weakness", "outflow"),
    Kind.OVER: ("run_up", "fall"),
}
# shown because asked for; they warn of nothing
MOOD = ("board_height", "broken_boards", "crowding")


def evidence(signals: Sequence[Signal], language: Language, kind: Kind) -> dict[str, Any]:
    """What the rules say, in the order it matters for a kind of alert.

    Leading: what the kind rests on and what else fires. Mood warns of nothing. The rest stands
    below its thresholds; of those that know nothing there are names alone.
    """
    rests = [s for rule in RESTS[kind] for s in signals if s.rule == rule]
    judged = [s for s in signals if s.rule not in MOOD]
    leading = [*rests, *(s for s in judged if s.firing and s not in rests)]
    groups = {
        "leading": leading,
        "mood": [s for s in signals if s.rule in MOOD],
        "rest": [s for s in judged if s not in leading],
    }
    shown = {
        name: [_shown(s, language) for s in group if not math.isnan(s.value)]
        for name, group in groups.items()
    }
    unknown = [rule_name(s.rule, language) for s in signals if math.isnan(s.value)]
    return {**shown, "unknown": unknown}


def _shown(signal: Signal, language: Language) -> dict[str, str]:
    threshold = figure(signal.threshold, signal.unit, language)
    pairs = (
        [figure(size, signal.unit, language, digits) for size in (signal.value, signal.threshold)]
        for digits in range(FINEST)
    )
    # just below its threshold it must not read as if it were there
    value = next((v for v, at in pairs if signal.firing or v != at), f"<{threshold}")
    return {
        "dot": "●" if signal.firing else "○",
        "rule": rule_name(signal.rule, language),
        "value": value,
        "threshold": threshold,
    }
