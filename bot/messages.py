"""The messages that are pushed: alerts and the digest, as Telegram HTML."""

import hashlib
import html
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot import context
from bot.evidence import ends, evidence, grounds
from bot.fact_texts import beside
from bot.happened import Beside
from bot.hongkong_facts import HongKong
from bot.names import FAULTS, KINDS, MARKS, STAGES, theme_name
from bot.past import Past
from bot.records import Grouping
from bot.texts import render, split
from bot.words import Language, say
from config.record import Own
from market.facts import MarketDay, ThemeFacts
from market.memberships import Change
from market.series import Series
from market.source import Theme
from signals.chain import Chain
from signals.lifecycle import Policy
from signals.macro import Reading
from signals.model import Kind, Stage, ThemeState, Transition

FULL = 3  # transitions of a grouped message with all their evidence; the rest has a line each
FULL_WIDE = 1  # likewise on a market-wide day


@dataclass(frozen=True)
class Day:
    """What a message says of the day its figures are of."""

    day: date
    market: MarketDay | None
    themes: Mapping[str, Theme]
    facts: Mapping[str, ThemeFacts]
    faults: tuple[tuple[str, str], ...] = ()  # kind and detail of what is missing or wrong
    stories: Grouping = field(default_factory=Grouping)  # which themes are told as one
    chains: Mapping[str, Chain] = field(default_factory=dict)  # of themes with sub-industries
    is_wide: bool = False  # the whole market moved
    # of every judged theme after the day's close, the largest run-up first; empty: not known now
    stages: Mapping[str, Stage] = field(default_factory=dict)
    macro: tuple[tuple[Series, Reading], ...] = ()  # readings that came out since the day before
    past: Past | None = None  # run-ups before it
    joins: tuple[tuple[str, Change], ...] = ()  # of themes followed closely, since the last digest
    beside: Beside | None = None  # events and news beside a theme's price
    own: Own | None = None  # the record of the store itself, once it was made
    hong_kong: HongKong | None = None  # on its last judged day
    exchange: str = "XSHG"  # whose day it is; in Hong Kong net is of the Hang Seng index
    policy: Policy | None = None  # what a stage is entered and left by
    username: str | None = None  # the bot's own, once Telegram told it: names of themes are links
    # name and move (fraction) of a theme's members on the day, the best first
    moves: Callable[[str], Sequence[tuple[str, float]]] = lambda theme: ()

    @property
    def simulated(self) -> bool:
        """Whether any of it is simulated."""
        return any(theme.source == "simulated" for theme in self.themes.values())


def alerts(
    told: Sequence[Transition], day: Day, language: Language, in_brief: bool = False
) -> list[str]:
    """Transitions of one day, strongest first, as one message, cut only when it is too long.

    In brief, as on a market-wide day, only the first has its evidence.
    """
    shown_full = in_full(told, day, in_brief)
    count, full = len(shown_full), [_section(t, day, language) for t in shown_full]
    said: set[str] = set()
    for section in full:  # the record of a stage is said once a message
        if section["record"] in said:
            section["record"] = ""
        said.add(section["record"])
    every = len(day.stories.heard)
    shown = {
        "full": full,
        "brief": [_brief(t, day, language) for t in told[count:]],
        "count": len(told),
        "kinds": _counted(told, language),
        "together": say("together", language).format(count=every) if every > len(told) else "",
        "others": context.others({t.theme for t in told}, day.stages, day.themes, language),
    }
    return split(render("alerts", day, language, **shown))


def in_full(told: Sequence[Transition], day: Day, in_brief: bool = False) -> Sequence[Transition]:
    """Those of a message that are told with all their evidence."""
    return told[: FULL_WIDE if day.is_wide or in_brief else FULL]


def missed(
    told: Sequence[Transition], day: Day, states: Mapping[str, ThemeState], language: Language
) -> list[str]:
    """Transitions of days that were not told of, a line each, oldest first; what is so no more."""
    lines = [(t.day, _then(t, day, states, language)) for t in told]
    return split(render("missed", day, language, lines=lines))


def _then(
    transition: Transition, day: Day, states: Mapping[str, ThemeState], language: Language
) -> str:
    """What happened, and where the theme stands now if elsewhere."""
    line = headline(transition, day.themes[transition.theme], language)
    now = states.get(transition.theme, transition.after).stage
    moved = now is not transition.after.stage
    return line + (say("stands", language).format(stage=STAGES[now][language]) if moved else "")


def caption(transition: Transition, day: Day, language: Language) -> str:
    """The verdict alone, for the chart that goes with an alert; well within its 1,024 units."""
    label = say("simulated", language) if day.simulated else ""
    return label + headline(transition, day.themes[transition.theme], language)


def faults(day: Day, language: Language) -> list[str]:
    """What is missing or wrong with a day's figures, a line each."""
    return [f"{FAULTS.get(kind, {}).get(language, kind)}: {detail}" for kind, detail in day.faults]


def headline(transition: Transition, theme: Theme, language: Language) -> str:
    """One line: what happened to which theme."""
    before, after = transition.before.stage, transition.after.stage
    kind = KINDS[transition.kind][language]
    verdict = f"{MARKS[transition.kind]} <b>{html.escape(theme_name(theme, language))}</b> · {kind}"
    if before is not after:
        verdict += f" · {STAGES[before][language]} → {STAGES[after][language]}"
    return verdict


def _section(transition: Transition, day: Day, language: Language) -> dict[str, Any]:
    """A transition with its evidence, as the template takes it."""
    theme, kind = transition.theme, transition.kind
    entered = grounds(transition, day.policy)
    ran = day.past.runs if day.past and kind is not Kind.OVER else ()
    return {
        "headline": headline(transition, day.themes[theme], language),
        "ended": context.ended(transition, day.past, language) if kind is Kind.OVER else "",
        "evidence": evidence(transition.signals, language, kind, entered),
        "record": record(transition, day, language),
        "chain": context.chain(day.chains.get(theme), language),
        "siblings": context.siblings(theme, day.stories, day.themes, language),
        "clock": context.clock(ran, theme, day.day, language),
        "beside": beside(day.beside, day.themes[theme], day.day, language),
        "ends": ends(transition, day.policy, language),
        "members": context.constituents(day.facts.get(theme), day.moves(theme), language),
        "episode": episode(transition.after, transition, language),
        "number": number(transition),
    }


def episode(state: ThemeState, transition: Transition | None, language: Language) -> str:
    """Since when, and where the peak was; empty outside an episode."""
    if state.stage in (Stage.QUIET, Stage.OVER) or not state.started:
        return ""
    parts = [f"{say('since', language)} {state.started}"]
    if transition and transition.kind is Kind.REVERSAL and state.peak_day:
        parts.append(f"{say('peak', language)} {state.peak_day}")
    return " · ".join(parts)


def _brief(transition: Transition, day: Day, language: Language) -> str:
    """A transition in one line, with the number of themes it speaks for."""
    story = day.stories.story(transition.theme)
    others = f" (+{len(story.sizes) - 1})" if story and len(story.sizes) > 1 else ""
    return headline(transition, day.themes[transition.theme], language) + others


def _counted(told: Sequence[Transition], language: Language) -> str:
    """How many of each kind."""
    counts = {kind: sum(t.kind is kind for t in told) for kind in Kind}
    return " · ".join(f"{KINDS[kind][language]} {n}" for kind, n in counts.items() if n)


def record(transition: Transition, day: Day, language: Language) -> str:
    """How often such alerts were right, against chance; empty where nothing is known of it."""
    entered = transition.before.stage is not transition.after.stage
    silent = not entered or day.simulated or day.exchange != "XSHG"  # nothing is known elsewhere
    return "" if silent else context.record(transition.after.stage, day.own, language)


def number(transition: Transition) -> str:
    """A short number by which an alert can be spoken of; the same in every chat."""
    known = f"{transition.theme}:{transition.day}:{transition.kind}"
    return hashlib.sha256(known.encode()).hexdigest()[:6]
