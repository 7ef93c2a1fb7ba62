"""What each chat gets of a day's transitions: pushed, with or without a sound, or kept, and why."""

from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.alerting import PUSHED, Reason, decide, heard_voices, strongest_first, within_budget
from bot.records import Kept, Mute, Wishes
from bot.timing import silenced
from signals.model import ThemeState, Transition

# day and key of a transition -> who tells the same of the same story before it
Voices = Mapping[tuple[date, str], tuple[str, ...]]
Reasons = Mapping[Transition, Reason]


@dataclass(frozen=True)
class Listener:
    """What a chat wishes, as far as it decides what it hears."""

    wishes: Wishes
    mutes: Mapping[str, Mute]


@dataclass(frozen=True)
class Setting:
    """What a decision depends on beside the chat and the transitions."""

    now: datetime  # UTC
    news_since: date  # the oldest day whose transitions are news
    states: Mapping[str, ThemeState]  # as they are now
    voices: Voices
    earlier: Sequence[Transition] = ()  # of days before, oldest first: what voices have told


@dataclass(frozen=True)
class Choice:
    """What was decided for a chat about a day and those before it that were not told."""

    today: Reasons  # of every transition of the day
    late: Reasons  # likewise of the days before

    @property
    def alerts(self) -> tuple[Transition, ...]:
        """Those of the day that are pushed, strongest first."""
        return _of(self.today, *PUSHED)

    @property
    def missed(self) -> tuple[Transition, ...]:
        """Those of the days before that are pushed, oldest first."""
        return _of(self.late, *PUSHED)

    @property
    def beyond(self) -> tuple[Transition, ...]:
        """Those beyond the chat's budget, strongest first."""
        return tuple(strongest_first(_of(self.today, Reason.BUDGET)))

    @property
    def kept(self) -> list[Kept]:
        """What is not pushed by the chat's own wish; a story's other voices tell the rest."""
        every = [*self.late.items(), *self.today.items()]
        not_kept = (*PUSHED, Reason.MERGED)
        return [Kept(t.day, t.theme, t.kind, why) for t, why in every if why not in not_kept]


def _of(reasons: Reasons, *wanted: Reason) -> tuple[Transition, ...]:
    return tuple(t for t, why in reasons.items() if why in wanted)


def chosen(
    of: Listener,
    told: Sequence[Transition],
    late: Sequence[Transition],
    setting: Setting,
    left: int | None,
) -> Choice:
    """The choice for a chat that may be given so many more loud alerts; None: no limit.

    The day's own alerts come first within its budget; with none left, what was missed is silent.
    """
    today = reasons_of(of, told, setting)
    missed = reasons_of(of, late, setting)
    if left is not None and list(today.values()).count(Reason.SEND) >= left:
        missed = {t: Reason.SILENT if why is Reason.SEND else why for t, why in missed.items()}
    return Choice(within_budget(today, left), missed)


def is_loud(reasons: Reasons) -> bool:
    """Whether any of them is pushed with a sound."""
    return Reason.SEND in reasons.values()


def reasons_of(
    of: Listener, told: Iterable[Transition], setting: Setting
) -> dict[Transition, Reason]:
    """What is decided about each, in the order given."""
    days: dict[date, list[Transition]] = {}
    every = list(told)
    for one in every:
        days.setdefault(one.day, []).append(one)
    return {one: _reason(of, one, days[one.day], setting) for one in every}


def _reason(of: Listener, one: Transition, today: Sequence[Transition], s: Setting) -> Reason:
    standing = ChainMap({one.theme: one.after}, s.states)  # type: ignore[arg-type]  # not written
    muted = silenced(of.mutes, one.day, s.now, standing)
    before = heard_voices(s.voices.get((one.day, one.key), ()), one, today, of.wishes, s.earlier)
    return decide(one, muted, of.wishes, s.news_since, before)
