"""What is said when an alert's figures prove wrong: what was, what is, and on which data."""

from bot.ledger_corrections import Correction
from bot.messages import Day, headline, number
from bot.names import CAUSES, rule_name, stage_name, theme_name
from bot.texts import figure, render
from bot.words import Language, say
from market.revisions import Revision
from signals.model import Signal, ThemeState, Transition

HASH = 16  # characters of a hash that are shown


def correction(
    one: Correction,
    late: Transition | None,
    revision: Revision,
    state: ThemeState,
    day: Day,
    language: Language,
) -> str:
    """The message; `late` is what would have been told instead, on another day."""
    subject = one.was or one.now
    assert subject
    theme = day.themes[subject.theme]
    context = {
        "name": theme_name(theme, language),
        "number": one.alert,
        "of": subject.day,
        "cause": CAUSES[revision.why][language].format(bars=revision.bars, since=revision.since),
        "was": headline(one.was, theme, language) if one.was else say("untold", language),
        "now": _now(one, late, day, language),
        "figures": _moved(one, language),
        "stage": stage_name(state.stage, language),
        "data": (one.data_was[:HASH] or say("unknown", language), one.data_now[:HASH]),
    }
    return render("correction", day, language, **context)


def _now(one: Correction, late: Transition | None, day: Day, language: Language) -> str:
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
