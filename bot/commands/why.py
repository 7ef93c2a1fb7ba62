"""Why a theme stands where it does: each rule, what is missing to fire, what comes next."""

from collections.abc import Sequence
from functools import partial
from math import isnan

import numpy as np

from bot import messages, texts
from bot.app import App
from bot.commands.asked import Answer, Asked, name_of, of_one, open_ways, shown_state
from bot.commands.lookups import judged, unjudged
from bot.commands.terms import button
from bot.evidence import MOOD, evidence, grounds, shown_condition, stays, threshold_of
from bot.jobs import facts_of
from bot.names import STAGES, rule_name
from bot.words import Language, say
from config.record import Record, shipped_rules
from market.source import Theme
from market.store import MAINLAND
from signals.lifecycle import KIND, Policy
from signals.model import Kind, Signal, Stage, ThemeState, Transition
from signals.ways import Condition, Way

EARLIER = 5  # changes named beside the last


def why(app: App, asked: Asked) -> Answer:
    """Every rule, what is missing to fire and for the next stage, and the last changes."""
    return of_one(app, asked, "w", _told)


def _told(app: App, asked: Asked, theme: Theme) -> Answer:
    judgement = judged(app, theme)
    if not judgement:
        return Answer(unjudged(asked, theme))
    day, signals = judgement
    state, shown = app.ledger.standing.state(theme.id), shown_state(app, theme.id)
    language, told = asked.language, app.ledger.transitions(theme.id)
    steps, entered = open_ways(app, theme.id, day, signals)
    known = [signal for signal in signals if not isnan(signal.value)]
    text = texts.render(
        "why",
        facts_of(app, day),
        language,
        name=name_of(theme, asked.language),
        stage=STAGES[shown.stage][language],
        since=shown.since,
        stays=stays(state.stage, entered, steps, language),
        rules=[_rule(signal, language, theme.exchange) for signal in known],
        unknown=[rule_name(s.rule, language) for s in signals if isnan(s.value)],
        legend=_legend(language) if theme.exchange == MAINLAND else "",
        ways=[_way(step, language) for step in steps],
        divergence=_divergence(state, app.policy, language),
        last=_last(told[-1], theme, app.policy, language) if told else None,
        earlier=[_line(t, theme, language) for t in told[-EARLIER - 1 : -1][::-1]],
    )
    return Answer(
        text, (button(asked),), more=partial(_confidence, theme=theme.id, language=language)
    )


def _rule(signal: Signal, language: Language, exchange: str) -> dict[str, str]:
    """What a rule says, how far it is from firing, and how often that was right."""
    asked, record = threshold_of(signal), _record(signal.rule, language, exchange)
    return {**shown_condition(asked, language), "short": _short(asked, language), "record": record}


def _short(asked: Condition, language: Language) -> str:
    """How far a condition is from holding; empty where it holds, or is unknown."""
    if asked.holds or isnan(asked.value):
        return ""
    return say("short_of", language).format(gap=texts.gap(asked.missing, asked.unit, language))


def _record(rule: str, language: Language, exchange: str) -> str:
    """How often the rule's onsets were followed by the fall; that mood warns of nothing is said."""
    if rule in MOOD:
        return say("mood", language)
    found = shipped_rules().get(rule)
    if not found or exchange != MAINLAND:  # elsewhere no rule was tried
        return say("rule_unmeasured", language)
    return say("rule_record", language).format(
        share=f"{found.hits / found.onsets:.0%}",
        span=f"{found.low:.0%}–{found.high:.0%}",
        onsets=found.onsets,
        matched=f"{found.matched:.0%}",
    )


def _legend(language: Language) -> str:
    """What the record of a rule counts, and of which days and members."""
    found: Sequence[Record] = list(shipped_rules().values())
    if not found:
        return ""
    of = found[0]
    return say("rule_legend", language).format(
        fall=f"{of.fall:.0%}", days=of.days, since=of.since, until=of.until, members=of.members
    )


def _way(way: Way, language: Language) -> dict[str, object]:
    """A stage that may come next: for how long it must be seen, and each condition."""
    words = say("way_any" if way.any_of else "way_all", language)
    count = {"days": way.days, "seen": way.seen}
    return {
        "stage": STAGES[way.stage][language],
        "asks": (words if way.conditions[1:] else "") + say("way_days", language).format(**count),
        "conditions": [_condition(asked, language) for asked in way.conditions],
    }


def _condition(asked: Condition, language: Language) -> str:
    shown = "{dot} {rule} {value} ({threshold})".format(**shown_condition(asked, language))
    return " · ".join(part for part in (shown, _short(asked, language)) if part)


def _divergence(state: ThemeState, policy: Policy, language: Language) -> str:
    """How long a divergence has been seen, or unseen since it was told; empty: neither."""
    words = "diverging" if state.diverging else "not_diverging"
    if not (state.diverging or state.diverging_days):
        return ""
    count = {"seen": state.diverging_days, "days": policy.divergence_days}
    return say(words, language).format(**count)


def _last(told: Transition, theme: Theme, policy: Policy, language: Language) -> dict[str, object]:
    """The last change, and the evidence it rested on."""
    entered = told.after.stage if told.kind is not Kind.DIVERGENCE else Stage.QUIET
    kind = told.kind if told.kind is Kind.DIVERGENCE else KIND[entered]
    return {
        "line": _line(told, theme, language),
        "number": messages.number(told),
        "evidence": evidence(told.signals, language, kind, grounds(told, policy))["leading"],
    }


def _line(told: Transition, theme: Theme, language: Language) -> str:
    return f"{told.day} {messages.headline(told, theme, language)}"


def _confidence(app: App, theme: str, language: Language) -> str:
    """The line of LPPLS on the day last judged; it moves no stage."""
    from signals import lppls  # brings numba, and may have to compile

    app = app.of(app.store.themes()[theme].exchange)
    day = app.ledger.evaluated()
    assert day
    windows = lppls.YEAR
    index = app.store.days(day, windows[-1])
    net = app.store.net(index[0], day, [theme])[theme]
    share = lppls.confidence(np.log(net.to_numpy(float)), windows)
    shown = texts.figure(share, "share", language)
    return say("lppls", language).format(day=day, share=shown, windows=len(windows))
