"""The messages that are pushed: alerts and the digest, as Telegram HTML; and how texts are cut.

No tag spans a line, so that a text may be cut between any two lines.
"""

import hashlib
import html
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from math import nan
from typing import Any

from bot.words import FAULTS, KINDS, MARKS, RULES, STAGES, Language, say
from config.record import shipped
from market.calendar import SHANGHAI
from market.facts import MarketDay, ThemeFacts
from market.source import Theme
from signals.model import Kind, Signal, Stage, ThemeState, Transition

TEXT_LIMIT = 4096  # UTF-16 units, Telegram's
CAPTION_LIMIT = 1024  # likewise
STAMP_ROOM = 128  # units kept free for the line added when a message is sent
FULL = 3  # transitions of a grouped message with all their evidence; the rest has a line each
WIDE = 10  # transitions on a day from which it is called market-wide
NAME_LIMIT = 40  # characters of a theme's name that are shown
CLOSE = timedelta(hours=15)  # of the mainland exchanges, after midnight in Shanghai


@dataclass(frozen=True)
class Day:
    """What a message says of the day its figures are of."""

    day: date
    market: MarketDay | None
    themes: Mapping[str, Theme]
    facts: Mapping[str, ThemeFacts]
    faults: tuple[tuple[str, str], ...] = ()  # kind and detail of what is missing or wrong

    @property
    def simulated(self) -> bool:
        """Whether any of it is simulated."""
        return any(theme.source == "simulated" for theme in self.themes.values())


def alerts(told: Sequence[Transition], day: Day, language: Language) -> list[str]:
    """Transitions of one day, strongest first, as one message, cut only when it is too long."""
    full = [_section(t, day, language) for t in told[:FULL]]
    said: set[str] = set()
    for section in full:  # the record of a stage is said once a message
        if section["record"] in said:
            section["record"] = ""
        said.add(section["record"])
    context = {
        "full": full,
        "brief": [headline(t, day.themes[t.theme], language) for t in told[FULL:]],
        "count": len(told),
        "wide": len(told) >= WIDE,
    }
    return split(render("alerts", day, language, **context))


def caption(transition: Transition, day: Day, language: Language) -> str:
    """The verdict alone, for the chart that goes with an alert; within CAPTION_LIMIT."""
    label = say("simulated", language) if day.simulated else ""
    return label + headline(transition, day.themes[transition.theme], language)


def digest(
    day: Day,
    told: Sequence[Transition],
    states: Mapping[str, ThemeState],
    run_ups: Mapping[str, float],
    language: Language,
) -> list[str]:
    """The day at a glance: the market, the stages, what changed, the largest net run-ups."""
    judged = {theme: states[theme].stage for theme in run_ups if theme in states}
    stages = [
        (STAGES[stage][language], [_name(day.themes[t]) for t in _of(judged, stage, run_ups)])
        for stage in (Stage.BUBBLE, Stage.FORMING, Stage.BURSTING)
    ]
    known = [theme for theme in run_ups if not math.isnan(run_ups[theme])]
    top = sorted(known, key=lambda theme: -run_ups[theme])[:5]
    context = {
        "stages": stages,
        "count": len(judged),
        "told": [headline(t, day.themes[t.theme], language) for t in told],
        "faults": faults(day, language),
        "change": figure(day.market.change if day.market else nan, "fraction", language),
        "index_change": figure(
            day.market.index_change if day.market else nan, "fraction", language
        ),
        "top": [(_name(day.themes[t]), figure(run_ups[t], "fraction", language)) for t in top],
    }
    return split(render("digest", day, language, **context))


def faults(day: Day, language: Language) -> list[str]:
    """What is missing or wrong with a day's figures, a line each."""
    return [f"{FAULTS.get(kind, {}).get(language, kind)}: {detail}" for kind, detail in day.faults]


def no_figures(day: date, reason: str, language: Language) -> str:
    """The digest of a trading day that brought no figures."""
    why = html.escape(f"{say('no_figures', language)}: {reason}")
    return f"📋 <b>{say('digest', language)} {day}</b>\n{why}"


def _of(judged: Mapping[str, Stage], stage: Stage, run_ups: Mapping[str, float]) -> list[str]:
    """Themes of a stage, the largest run-up first."""
    return sorted((t for t in judged if judged[t] is stage), key=lambda t: -_size(run_ups[t]))


def _size(value: float) -> float:
    return -math.inf if math.isnan(value) else value


def headline(transition: Transition, theme: Theme, language: Language) -> str:
    """One line: what happened to which theme."""
    before, after = transition.before.stage, transition.after.stage
    kind = KINDS[transition.kind][language]
    verdict = f"{MARKS[transition.kind]} <b>{html.escape(_name(theme))}</b> · {kind}"
    if before is not after:
        verdict += f" · {STAGES[before][language]} → {STAGES[after][language]}"
    return verdict


def _section(transition: Transition, day: Day, language: Language) -> dict[str, Any]:
    """A transition with its evidence, as the template takes it."""
    return {
        "headline": headline(transition, day.themes[transition.theme], language),
        "episode": episode(transition.after, transition, language),
        "record": record(transition, day, language),
        "facts": day.facts.get(transition.theme),
        "number": number(transition),
        **evidence(transition.signals, language),
    }


def evidence(signals: Sequence[Signal], language: Language) -> dict[str, Any]:
    """The rules that know something, with value and threshold, and the names of the rest."""
    known = [
        {
            "dot": "●" if signal.firing else "○",
            "rule": _rule(signal.rule, language),
            "value": figure(signal.value, signal.unit, language),
            "threshold": figure(signal.threshold, signal.unit, language),
        }
        for signal in signals
        if not math.isnan(signal.value)
    ]
    unknown = [_rule(s.rule, language) for s in signals if math.isnan(s.value)]
    return {"known": known, "unknown": unknown}


def _rule(name: str, language: Language) -> str:
    return RULES[name][language] if name in RULES else name


def episode(state: ThemeState, transition: Transition | None, language: Language) -> str:
    """Since when, and where the peak was; empty outside an episode."""
    if state.stage in (Stage.QUIET, Stage.OVER) or not state.started:
        return ""
    parts = [f"{say('since', language)} {state.started}"]
    if transition and transition.kind is Kind.REVERSAL and state.peak_day:
        parts.append(f"{say('peak', language)} {state.peak_day}")
    return " · ".join(parts)


def record(transition: Transition, day: Day, language: Language) -> str:
    """How often such alerts were right, against chance; empty where nothing is known of it."""
    entered = transition.before.stage is not transition.after.stage
    known = shipped().get(transition.after.stage) if entered else None
    if not known or day.simulated:
        return ""
    return say("record", language).format(
        onsets=known.onsets,
        hits=known.hits,
        share=f"{known.hits / known.onsets:.0%}",
        span=f"{known.low:.0%}–{known.high:.0%}",
        fall=f"{known.fall:.0%}",
        days=known.days,
        matched=f"{known.matched:.0%}",
        since=known.since,
        until=known.until,
        members=known.members,
    )


def number(transition: Transition) -> str:
    """A short number by which an alert can be spoken of; the same in every chat."""
    known = f"{transition.theme}:{transition.day}:{transition.kind}"
    return hashlib.sha256(known.encode()).hexdigest()[:6]


def _name(theme: Theme) -> str:
    return theme.name[:NAME_LIMIT]


def figure(value: float, unit: str, language: Language) -> str:
    """A value with its unit; an unknown one in words, never as a number."""
    if math.isnan(value):
        return say("unknown", language)
    if unit == "fraction":
        return f"{value:+.1%}"
    return f"{value:.1f}x" if unit == "ratio" else f"{value:.0%}"


def money(value: float, language: Language) -> str:
    """CNY in the reader's own large units."""
    if math.isnan(value):
        return say("unknown", language)
    if language == "zh":
        return f"{value / 1e12:.2f}万亿元" if value >= 1e12 else f"{value / 1e8:,.0f}亿元"
    return f"CNY {value / 1e9:,.0f} bn"


# ---- rendering, cutting, stamping ---------------------------------------------------------------


def render(template: str, day: Day | None, language: Language, **context: Any) -> str:
    """A template of bot/templates with everything escaped; ends without a line break."""
    words = {key: say(key, language) for key in _keys()}
    shown = _environment().get_template(f"{template}.j2")
    text = shown.render(d=day, w=words, zh=language == "zh", **context)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


@cache
def _keys() -> tuple[str, ...]:
    from bot.words import WORDS

    return tuple(WORDS)


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("bot"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"money": money}
    return made


def units(text: str) -> int:
    """Length as Telegram counts it: UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def split(text: str, limit: int = TEXT_LIMIT - STAMP_ROOM) -> list[str]:
    """The text in parts of at most `limit` units, cut at blank lines if possible, else at lines."""
    if units(text) <= limit:
        return [text]
    parts = [""]
    for block in _blocks(text, limit):
        joined = f"{parts[-1]}\n{block}" if parts[-1] else block
        if units(joined) <= limit:
            parts[-1] = joined
        else:
            parts.append(block.lstrip("\n"))
    return parts


def _blocks(text: str, limit: int) -> list[str]:
    """Paragraphs, or the lines of one that is too long itself; a line too long loses its markup."""
    blocks: list[str] = []
    for paragraph in text.split("\n\n"):
        fits = units(paragraph) < limit
        lines = [paragraph] if fits else [_shortened(line, limit) for line in paragraph.split("\n")]
        blocks += ["\n" + lines[0] if blocks else lines[0], *lines[1:]]
    return blocks


def _shortened(line: str, limit: int) -> str:
    if units(line) < limit:
        return line
    return html.escape(plain(line)[: limit // 8]) + "…"  # an escaped character has up to 6 units


def plain(text: str) -> str:
    """The text without markup, as a terminal shows it."""
    return html.unescape(re.sub(r"<[^>]+>", "", text))


def stamped(
    text: str, day: date, now: datetime, late_minutes: int, repeated: bool, language: Language
) -> str:
    """The text with when it was sent, how late after the day's close, and whether it may repeat."""
    sent = now.astimezone(SHANGHAI)
    closed = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + CLOSE
    delay = sent - closed
    line = f"{say('sent', language)} {sent:%Y-%m-%d %H:%M}"
    if delay > timedelta(minutes=late_minutes):
        line += f" ({say('late', language)} {_span(delay, language)})"
    return f"{say('repeat', language) if repeated else ''}{text}\n{line}"


def _span(delay: timedelta, language: Language) -> str:
    minutes = int(delay.total_seconds() // 60)
    days, hours = minutes // 1440, minutes % 1440 // 60
    if days:
        return f"{days}天{hours}小时" if language == "zh" else f"{days} d {hours} h"
    if hours:
        return (
            f"{hours}小时{minutes % 60}分" if language == "zh" else f"{hours} h {minutes % 60} min"
        )
    return f"{minutes}分钟" if language == "zh" else f"{minutes} min"
