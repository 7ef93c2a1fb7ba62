"""Whether a transition is told to a chat, and why; in which order. Pure."""

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum

from bot.records import OFF, ON, SENSES, SILENT, Wishes
from config.settings import Stories
from market.facts import MarketDay
from signals.model import Kind, Signal, Stage, ThemeState, Transition

ORDER = (  # strongest first: kind and the stage it leads to
    (Kind.REVERSAL, Stage.BURSTING),
    (Kind.SURGE, Stage.BUBBLE),
    (Kind.DIVERGENCE, None),
    (Kind.SURGE, Stage.FORMING),
    (Kind.OVER, Stage.OVER),
)
FURTHER = ("exuberance", "heat", "divergence", "valuation")  # a bubble does not need them


class Reason(StrEnum):
    """What was decided about one transition and one chat."""

    SEND = "send"
    SILENT = "silent"  # sent, without a sound
    OFF = "off"  # the chat turned this kind off
    NOT_WATCHED = "not_watched"  # the chat watches other themes
    MUTED = "muted"  # the chat muted the theme
    WEAK = "weak"  # the chat wants to hear of stronger ones only
    MERGED = "merged"  # another theme tells the same of the same story; the digest has a line
    TOO_OLD = "too_old"  # caught up after a long stop: kept for /why, not pushed
    BUDGET = "budget"  # beyond the loud alerts a day that the chat wants; in its digest


PUSHED = (Reason.SEND, Reason.SILENT)


def decide(
    transition: Transition,
    muted: Container[str],
    wishes: Wishes,
    pushed_since: date,
    before: Iterable[str] = (),
) -> Reason:
    """Whether to push a transition to a chat; `pushed_since` is the oldest day still news.

    `before` are themes that tell the same of the same story. A chat that muted all of them hears
    this one instead, and a watched theme always speaks for itself.
    """
    if transition.day < pushed_since:
        return Reason.TOO_OLD
    if transition.theme in muted:
        return Reason.MUTED
    if wishes.watched and transition.theme not in wishes.watched:
        return Reason.NOT_WATCHED
    level = wishes.level(transition.kind)
    if level != OFF and not is_strong(transition, wishes.sense):
        return Reason.WEAK
    if level != OFF and not wishes.watched and any(theme not in muted for theme in before):
        return Reason.MERGED
    return {ON: Reason.SEND, SILENT: Reason.SILENT, OFF: Reason.OFF}[level]


def is_wide(told: Iterable[Transition], market: MarketDay | None, knobs: Stories) -> bool:
    """Whether a day is the market's: stocks went one way, or many stories turned at once.

    `told` are the transitions that speak for their stories.
    """
    if len({t.theme for t in told}) >= knobs.wide_stories:
        return True
    if not market or not market.stocks:
        return False
    return max(market.advancers, market.decliners) / market.stocks >= knobs.wide_share


def is_strong(transition: Transition, sense: str) -> bool:
    """Whether a transition is as strong as a chat wishes, see SENSES."""
    return _strength(transition) >= SENSES.index(sense)


def _strength(transition: Transition) -> int:
    """0 any; 1 of a bubble: begun, turned, ended, or diverging; 2 with more than makes one.

    That is, for a running bubble, a rule beside those it rests on; once it has turned, a rise
    since the episode began as large as the run-up of a bubble must be.
    """
    if not {transition.before.stage, transition.after.stage} & {Stage.BUBBLE, Stage.BURSTING}:
        return 0
    if transition.after.stage is not Stage.BUBBLE:
        return 1 + (rise(transition.after) >= _threshold(transition.signals, "run_up"))
    own = str(transition.kind)  # a divergence is no further evidence of itself
    return 1 + any(s.firing for s in transition.signals if s.rule in FURTHER and s.rule != own)


def rise(state: ThemeState) -> float:
    """Net rise of an episode from its start to its peak, fraction; NaN where not known."""
    if not state.start_net or not state.peak_net:
        return float("nan")
    return state.peak_net / state.start_net - 1


def heard_voices(
    before: Iterable[str],
    transition: Transition,
    today: Iterable[Transition],
    wishes: Wishes,
    earlier: Iterable[Transition] = (),
) -> tuple[str, ...]:
    """Those of the themes that tell the same whom a chat hears: not one too weak for it.

    `today` are the transitions of its day, `earlier` those of days before, oldest first: an
    earlier voice told of the same, but not always as strong, such as the end of what was no
    bubble. Of an end a theme that has turned and runs on speaks later, and by then no less strong.
    """
    voices = tuple(before)
    if not voices or wishes.sense == SENSES[0]:
        return voices
    same = {_told_of(transition), *((Stage.BURSTING,) if transition.kind is Kind.OVER else ())}
    spoke = [*(t for t in earlier if t.day < transition.day), *today]
    latest = {t.theme: t for t in spoke if t.theme in voices and _told_of(t) in same}
    return tuple(t for t in voices if t in latest and is_strong(latest[t], wishes.sense))


def _told_of(transition: Transition) -> Kind | Stage:
    """The stage that a transition leads to, or that it is a divergence inside one."""
    inside = transition.kind is Kind.DIVERGENCE
    return transition.kind if inside else transition.after.stage


def within_budget(
    reasons: Mapping[Transition, Reason], loud_left: int | None
) -> dict[Transition, Reason]:
    """The reasons, with all but the strongest loud ones beyond the budget; None: no limit."""
    loud = strongest_first(t for t, why in reasons.items() if why is Reason.SEND)
    beyond = loud[max(loud_left, 0) :] if loud_left is not None else []
    return {t: Reason.BUDGET if t in beyond else why for t, why in reasons.items()}


def strongest_first(told: Iterable[Transition]) -> list[Transition]:
    """By what happened, then by the size of the net run-up; unknown ones last."""
    return sorted(told, key=_rank)


def _rank(transition: Transition) -> tuple[int, float, str]:
    stage = None if transition.kind is Kind.DIVERGENCE else transition.after.stage
    size = value(transition.signals, "run_up")
    return ORDER.index((transition.kind, stage)), -size if size == size else 0.0, transition.theme


def values(readings: Mapping[str, Sequence[Signal]], rule: str) -> dict[str, float]:
    """What a rule says of each theme; NaN where it says nothing."""
    return {theme: value(signals, rule) for theme, signals in readings.items()}


def value(signals: Sequence[Signal], rule: str) -> float:
    """What a rule says among signals; NaN when it says nothing."""
    return next((signal.value for signal in signals if signal.rule == rule), float("nan"))


def _threshold(signals: Sequence[Signal], rule: str) -> float:
    return next((signal.threshold for signal in signals if signal.rule == rule), float("nan"))
