"""Whether a transition is told to a chat, and why; in which order. Pure."""

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from bot.records import OFF, ON, SILENT, Wishes
from config.settings import Stories
from market.calendar import SHANGHAI
from market.facts import MarketDay
from signals.model import Kind, Signal, Stage, Transition

ORDER = (  # strongest first: kind and the stage it leads to
    (Kind.REVERSAL, Stage.BURSTING),
    (Kind.SURGE, Stage.BUBBLE),
    (Kind.DIVERGENCE, None),
    (Kind.SURGE, Stage.FORMING),
    (Kind.OVER, Stage.OVER),
)


class Reason(StrEnum):
    """What was decided about one transition and one chat."""

    SEND = "send"
    SILENT = "silent"  # sent, without a sound
    OFF = "off"  # the chat turned this kind off
    NOT_WATCHED = "not_watched"  # the chat watches other themes
    MUTED = "muted"  # the chat muted the theme
    MERGED = "merged"  # another theme tells the same of the same story; the digest has a line
    TOO_OLD = "too_old"  # caught up after a long stop: kept for /why, not pushed


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


def held_until(now: datetime, quiet: tuple[int, int] | None) -> datetime | None:
    """The end of the quiet hours (Shanghai) that an instant falls into; None outside them."""
    if not quiet:
        return None
    local, (first, last) = now.astimezone(SHANGHAI), quiet
    hours = local.hour + local.minute / 60
    inside = first <= hours < last if first < last else hours >= first or hours < last
    if not inside:
        return None
    end = local.replace(hour=last, minute=0, second=0, microsecond=0)
    return (end if end > local else end + timedelta(days=1)).astimezone(UTC)


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
