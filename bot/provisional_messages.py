"""The provisional message: what is said within the day, and as what it ends after the close."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.evidence import grounds, shown_condition, threshold_of
from bot.ledger_provisional import Outcome, Provisional
from bot.messages import Day
from bot.names import stage_name, theme_name
from bot.texts import figure, moment, render
from bot.words import Language, say
from market.calendar import SHANGHAI
from signals.model import Stage
from signals.provisional import GROUNDS

NOT_TODAYS = "outflow"  # the rule whose figure is that of the days before


@dataclass(frozen=True)
class Ending:
    """What a message ends with, beside its outcome."""

    number: str = ""  # of the alert that confirms it
    moved: float = float("nan")  # of the theme on the day, fraction
    stage: Stage = Stage.QUIET  # at the close


def provisional(
    word: Provisional,
    day: Day,
    language: Language,
    outcome: Outcome | None = None,
    ending: Ending | None = None,
    zone: ZoneInfo = SHANGHAI,
) -> str:
    """The message as it is within the day, or with its outcome."""
    would = word.would
    context = {
        "at": moment(word.at, zone, "%m-%d %H:%M"),
        "name": theme_name(day.themes[would.theme], language),
        "before": stage_name(would.before.stage, language),
        "after": stage_name(would.after.stage, language),
        "word": word,
        "values": _values(word, day, language),
        "ending": _ending(outcome, ending or Ending(), language) if outcome else "",
    }
    return render("provisional", day, language, **context)


def _values(word: Provisional, day: Day, language: Language) -> list[tuple[str, str, str]]:
    """Name, value, and standing of what the stage would be entered on; its bound if it is known."""
    chosen, would = GROUNDS[word.would.after.stage], word.would
    entered = grounds(would, day.policy)
    plain = [threshold_of(signal) for signal in would.signals if signal.rule in chosen]
    lines = []
    for asked in entered or plain:
        shown = shown_condition(asked, language)
        standing = say("without_today" if asked.what == NOT_TODAYS else "estimated", language)
        bound = f"{shown['threshold']} · " if entered else ""
        lines.append((shown["rule"], shown["value"], bound + standing))
    return lines


def _ending(outcome: Outcome, ending: Ending, language: Language) -> str:
    said = say(outcome, language)
    if outcome is Outcome.CONFIRMED:
        return f"{said} #{ending.number}"
    if outcome is Outcome.UNCONFIRMED:
        return said
    moved = figure(ending.moved, "fraction", language)
    return said.format(moved=moved, stage=stage_name(ending.stage, language))
