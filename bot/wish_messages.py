"""Messages that a chat's wishes make: what quiet hours held, what a budget left over, the week."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import isnan, nan, prod
from zoneinfo import ZoneInfo

from bot.digest import beside
from bot.messages import Day, faults, headline
from bot.names import STAGES, theme_name
from bot.texts import figure, moment, render, split, themes_in, trading_days
from bot.week import Week as Record
from bot.words import Language, say
from signals.model import Stage, ThemeState, Transition

LINES = 20  # transitions of a week with a line each
Faults = tuple[tuple[str, str], ...]  # kind and detail
TOP = 5  # themes with the largest run-ups


@dataclass(frozen=True)
class Week:
    """What happened on the trading days a weekly digest is of."""

    days: Sequence[date]
    told: Sequence[Transition]  # those that speak for their stories, strongest first
    merged: int  # transitions that told the same of the same stories
    changes: Sequence[tuple[float, float]]  # a day: equal-weight and cap-weighted, fractions
    faults: Sequence[tuple[date, Faults]]  # by day, what is missing or wrong
    record: Record | None = None  # of alerts whose end came to be known on these days


def beyond(told: Sequence[Transition], budget: int, day: Day, language: Language) -> str:
    """A line each for the transitions beyond a chat's budget, strongest first."""
    title = say("beyond", language).format(count=len(told), budget=budget)
    lines = [headline(t, day.themes[t.theme], language) for t in told]
    return "\n".join([f"<b>{title}</b>", *lines])


def held(
    parts: Sequence[str], day: date, until: datetime, zone: ZoneInfo, language: Language
) -> list[str]:
    """What would have gone within quiet hours, as one message; cut only when it is too long."""
    at = moment(until, zone, "%m-%d %H:%M")
    line = say("held_until", language).format(at=at, day=day)
    return split("\n\n".join([f"🌙 <b>{say('held', language)}</b>\n{line}", *parts]))


def weekly(
    week: Week,
    day: Day,
    states: Mapping[str, ThemeState],
    run_ups: Mapping[str, float],
    language: Language,
    own: str = "",
) -> str:
    """The days since the last weekly digest at a glance, and how things stand at their end.

    `day` is the last of them, with what came out and who joined on all of them; `own` is what a
    chat is told beside all others, as HTML.
    """
    stages = Counter(states[theme].stage for theme in run_ups if theme in states)
    known = sorted((t for t in run_ups if not isnan(run_ups[t])), key=lambda t: -run_ups[t])
    lines = [f"{t.day:%m-%d} {headline(t, day.themes[t.theme], language)}" for t in week.told]
    left = len(lines) - LINES
    shown = {
        "since": week.days[0],
        "days": trading_days(len(week.days), language),
        "market": [figure(_compounded(week, place), "fraction", language) for place in (0, 1)],
        "stages": " · ".join(
            f"{STAGES[stage][language]} {stages[stage]}"
            for stage in (Stage.BUBBLE, Stage.FORMING, Stage.BURSTING)
        ),
        "count": themes_in(sum(stages.values()), language),
        "told": lines[:LINES],
        "own": own,
        "more": say("and_more", language).format(count=left) if left > 0 else "",
        "merged": say("merged", language).format(count=week.merged) if week.merged else "",
        "faults": [
            f"{at:%m-%d} {line}"
            for at, of in week.faults
            for line in faults(replace(day, faults=of), language)
        ],
        "top": [
            (theme_name(day.themes[t], language), figure(run_ups[t], "fraction", language))
            for t in known[:TOP]
        ],
    }
    return render("weekly", day, language, **shown, **beside(day, language, week.record))


def _compounded(week: Week, place: int) -> float:
    """A market's change over the days, fraction; unknown if one of them is."""
    return prod(1 + of[place] for of in week.changes) - 1 if week.changes else nan
