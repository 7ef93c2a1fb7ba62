"""The daily digest: the day at a glance, in one line when nothing happened; as Telegram HTML."""

import html
import math
from collections.abc import Iterable, Mapping, Sequence

from bot import context, member_texts
from bot.hongkong_facts import HongKong
from bot.links import linked
from bot.messages import Day, faults, headline, number
from bot.names import MARKS, STAGES, theme_name
from bot.reading_texts import brief
from bot.records import Grouping
from bot.texts import figure, render, themes_in
from bot.week import Due, Week
from bot.words import Language, say
from market.source import Theme
from signals.model import Signal, Stage, ThemeState, Transition

TABLE = ("run_up", "breadth", "crowding", "divergence", "fall")  # measures of a watched theme
TABLE_ROWS = 20  # watched themes shown; with more the strongest
DUE_SHOWN = 8  # alerts of the record of the week that have a line


def digest(
    day: Day,
    told: Sequence[Transition],
    states: Mapping[str, ThemeState],
    run_ups: Mapping[str, float],
    language: Language,
    week: Week | None = None,
    own: str = "",
) -> str:
    """The market, what changed, the stages, new readings, faults, and what the week showed.

    `week` is the record of the week on the last trading day of it, None on others; `own` is what
    a chat is told beside all others, as HTML.
    """
    if is_quiet(day, told, week):
        line = _one_line(day, states, run_ups, language)
        return f"{line}\n\n{own}" if own else line
    shown = {
        "stages": _stages(day, states, run_ups, language),
        "count": themes_in(len(_judged(states, run_ups)), language),
        "told": _lines(told, day, language),
        "own": own,
        "faults": faults(day, language),
    }
    return render("digest", day, language, **shown, **beside(day, language, week))


def beside(day: Day, language: Language, week: Week | None) -> dict[str, list[str]]:
    """What stands below the stages of a digest, daily or weekly, as its template names it."""
    return {
        "joins": member_texts.told(day.joins, day.themes, language),
        "hong_kong": hong_kong_lines(day.hong_kong, language),
        "macro": [brief(*known, language) for known in day.macro],
        "week": _week(week, day, language) if week else [],
    }


def hong_kong_lines(of: HongKong | None, language: Language) -> list[str]:
    """Hong Kong's last judged day as HTML, a line each; the first alone stands on a quiet day."""
    return [html.escape(line) for line in context.hong_kong(of, language)]


def is_quiet(day: Day, told: Sequence[Transition], week: Week | None) -> bool:
    """Whether one line says it all."""
    return not (told or day.macro or day.faults or day.joins or week)


def _one_line(
    day: Day, states: Mapping[str, ThemeState], run_ups: Mapping[str, float], language: Language
) -> str:
    stages = _stages(day, states, run_ups, language)
    parts = [
        say("quiet_day", language),
        *([f"{say('equal', language)} {_change(day, language)}"] if day.market else []),
        " ".join(f"{stage} {len(names)}" for stage, names in stages),
        *hong_kong_lines(day.hong_kong, language)[:1],
    ]
    label = say("simulated", language) if day.simulated else ""
    return f"📋 <b>{label}{say('digest', language)} {day.day}</b> · {' · '.join(parts)}"


def _change(day: Day, language: Language) -> str:
    return figure(day.market.change, "fraction", language) if day.market else ""


def _judged(states: Mapping[str, ThemeState], run_ups: Mapping[str, float]) -> dict[str, Stage]:
    return {theme: states[theme].stage for theme in run_ups if theme in states}


def _stages(
    day: Day, states: Mapping[str, ThemeState], run_ups: Mapping[str, float], language: Language
) -> list[tuple[str, list[str]]]:
    """Each stage of an episode and its themes as HTML, with links, the largest run-up first."""
    judged = _judged(states, run_ups)

    def names(stage: Stage) -> list[str]:
        return [linked(day.themes[t], language, day.username) for t in _of(judged, stage, run_ups)]

    return [
        (STAGES[stage][language], names(stage))
        for stage in (Stage.BUBBLE, Stage.FORMING, Stage.BURSTING)
    ]


def _of(judged: Mapping[str, Stage], stage: Stage, run_ups: Mapping[str, float]) -> list[str]:
    return sorted((t for t in judged if judged[t] is stage), key=lambda t: -_size(run_ups[t]))


def _size(value: float) -> float:
    return -math.inf if math.isnan(value) else value


def watched_table(
    watched: Iterable[str],
    day: Day,
    states: Mapping[str, ThemeState],
    readings: Mapping[str, Sequence[Signal]],
    language: Language,
) -> str:
    """A chat's watched themes with stage and measures, the largest run-up first; may be empty."""
    values = {
        theme: {signal.rule: signal for signal in readings[theme]}
        for theme in watched
        if theme in readings and theme in day.themes
    }
    ranked = sorted(values, key=lambda theme: (-_run_up(values[theme]), theme))
    rows = [
        watched_row(day.themes[t], states.get(t), values[t], language) for t in ranked[:TABLE_ROWS]
    ]
    if not rows:
        return ""
    more = f" ({len(ranked)})" if len(ranked) > TABLE_ROWS else ""
    return "\n".join([f"<b>⭐ {say('watched', language)}{more}</b>", *rows])


def watched_row(
    theme: Theme, state: ThemeState | None, values: Mapping[str, Signal], language: Language
) -> str:
    """One theme of the table, as HTML: name and stage, below them its measures."""
    stage = STAGES[(state or ThemeState(theme.id)).stage][language]
    name = html.escape(theme_name(theme, language))
    return f"<b>{name}</b> · {stage}\n    {_measures(values, language)}"


def _run_up(values: Mapping[str, Signal]) -> float:
    return _size(values["run_up"].value) if "run_up" in values else -math.inf


def _measures(values: Mapping[str, Signal], language: Language) -> str:
    """The measures of a theme in short; those at their thresholds have a mark."""
    parts = []
    for rule in TABLE:
        if rule in values and not math.isnan(values[rule].value):
            dot = "●" if values[rule].firing else ""
            size = figure(values[rule].value, values[rule].unit, language)
            size = size.removeprefix("+") if rule == "fall" else size
            parts.append(f"{say(f'short_{rule}', language)} {size}{dot}")
    return " · ".join(parts) or say("unknown", language)


def _week(week: Week, day: Day, language: Language) -> list[str]:
    """The record of the week: how many, each alert with what came of it, and how all stand."""
    rates = {"days": week.label.days, "fall": figure(week.label.fall, "share", language)}
    hits = sum(due.fell for due in week.due)
    head = say("week_due" if week.due else "week_none", language)
    rest = say("week_all", language).format(
        looked=week.days, known=week.known, hits=week.fell, waiting=week.waiting, **rates
    )
    lines = [_due(due, day, language) for due in week.due[:DUE_SHOWN]]
    if len(week.due) > DUE_SHOWN:
        lines.append(f"… {len(week.due) - DUE_SHOWN}")
    return [html.escape(head.format(n=len(week.due), hits=hits, **rates)), *lines, rest]


def _due(due: Due, day: Day, language: Language) -> str:
    words = say("week_fell" if due.fell else "week_stood", language)
    came = words.format(days=due.days, change=figure(due.change, "fraction", language))
    head = headline(due.alert, day.themes[due.alert.theme], language)
    return f"{due.alert.day} {head} #{number(due.alert)}: {came}"


def _lines(told: Sequence[Transition], day: Day, language: Language) -> list[str]:
    """A day's transitions: a line for each that speaks, and one for all who join the same."""
    lines = [headline(t, day.themes[t.theme], language) for t in told if not day.stories.before(t)]
    joined: dict[tuple[str, str, str], list[str]] = {}
    for t in told:
        voice = _voice(t, told, day.stories)
        if voice:
            place = (
                theme_name(day.themes[voice], language),
                MARKS[t.kind],
                STAGES[t.after.stage][language],
            )
            joined.setdefault(place, []).append(theme_name(day.themes[t.theme], language))
    for (voice, mark, stage), names in joined.items():
        words = say("joining", language).format(voice=voice)
        lines.append(html.escape(f"{mark} {words}: {', '.join(names)} → {stage}"))
    return lines


def _voice(transition: Transition, told: Sequence[Transition], stories: Grouping) -> str:
    """The theme that tells the same of the story, today if one does; empty: it speaks itself."""
    before = stories.before(transition)
    loud = {t.theme for t in told if t.kind is transition.kind and not stories.before(t)}
    return next((theme for theme in before if theme in loud), before[-1] if before else "")
