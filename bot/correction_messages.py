"""What is said when alerts' figures prove wrong: what was, what is, and on which data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.ledger_corrections import Correction
from bot.messages import FULL, Day, headline, number
from bot.names import CAUSES, rule_name, stage_name, theme_name
from bot.texts import figure, render, split
from bot.words import Language, say
from market.revisions import Revision
from signals.model import Signal, ThemeState, Transition

HASH = 6  # characters of a hash that are shown: enough to find it in the journal, see /alert
LINES = 20  # corrections with a line each beside those in full


@dataclass(frozen=True)
class Told:
    """A correction as a chat is told it."""

    correction: Correction
    instead: Correction | None = None  # of what would have been told, on another day

    @property
    def subject(self) -> Transition:
        """What was said, or what would have been."""
        subject = self.correction.was or self.correction.now
        assert subject
        return subject


def corrections(
    told: Sequence[Told],
    revision: Revision,
    states: Mapping[str, ThemeState],
    day: Day,
    language: Language,
    others: int = 0,
) -> list[str]:
    """One message, cut only when it is too long: the first in full, others a line each.

    `others` are corrected too, and not told here by themselves.
    """
    others += max(0, len(told) - FULL - LINES)
    context = {
        "count": len(told),
        "cause": CAUSES[revision.why][language].format(bars=revision.bars, since=revision.since),
        "full": [_section(one, states, day, language) for one in told[:FULL]],
        "brief": [_brief(one, day, language) for one in told[FULL : FULL + LINES]],
        "others": say("others_corrected", language).format(count=others) if others else "",
    }
    return split(render("correction", day, language, **context))


def _section(
    told: Told, states: Mapping[str, ThemeState], day: Day, language: Language
) -> dict[str, Any]:
    one, theme = told.correction, day.themes[told.subject.theme]
    state = states.get(theme.id) or ThemeState(theme.id)
    return {
        "name": theme_name(theme, language),
        "number": one.alert,
        "of": told.subject.day,
        "was": headline(one.was, theme, language) if one.was else say("untold", language),
        "now": _now(told, day, language),
        "figures": _moved(one, language),
        "stage": stage_name(state.stage, language),
        "data": [known[:HASH] for known in (one.data_was, one.data_now) if known],
    }


def _brief(told: Told, day: Day, language: Language) -> str:
    """A correction in one line."""
    one, subject = told.correction, told.subject
    line = f"{subject.day} {headline(subject, day.themes[subject.theme], language)} #{one.alert}"
    if one.was:
        return f"{line}: {_now(told, day, language)}"
    return f"{line}: {say('was_said', language)} {say('untold', language)}"


def _now(told: Told, day: Day, language: Language) -> str:
    one, late = told.correction, told.instead and told.instead.now
    if one.now:
        stands = one.was and one.was.after.stage is one.now.after.stage
        words = say("alert_stands", language) if stands else ""
        return words or f"{one.now.day} {headline(one.now, day.themes[one.now.theme], language)}"
    if late:
        shown = headline(late, day.themes[late.theme], language)
        return f"{late.day} {shown} #{number(late)}"
    return say("no_alert", language)


def _moved(one: Correction, language: Language) -> list[tuple[str, str, str, str]]:
    """Rule, value then, value now, threshold; of those that read otherwise."""
    if not one.was or not one.now:
        return []
    now = {signal.rule: signal for signal in one.now.signals}
    shown = [(s, now[s.rule]) for s in one.was.signals if s.rule in now]
    return [_line(was, is_, language) for was, is_ in shown if _shown(was) != _shown(is_)]


def _shown(signal: Signal) -> str:
    return figure(signal.value, signal.unit, "en")


def _line(was: Signal, now: Signal, language: Language) -> tuple[str, str, str, str]:
    values = [figure(value, was.unit, language) for value in (was.value, now.value, now.threshold)]
    return rule_name(was.rule, language), values[0], values[1], values[2]
