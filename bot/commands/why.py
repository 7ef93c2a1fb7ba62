"""Why a theme stands where it does: each rule, what is missing to fire, what comes next."""

from collections.abc import Sequence
from functools import partial
from math import isnan

import numpy as np

from bot import messages, texts
from bot.alerting import value
from bot.app import App
from bot.commands.asked import Answer, Asked, name_of, of_one, shown_state
from bot.commands.lookups import judged, unjudged
from bot.evidence import MOOD, evidence
from bot.jobs import facts_of
from bot.names import STAGES, rule_name
from bot.words import Language, say
from config.record import Record, shipped_rules
from market.source import Theme
from market.store import MAINLAND
from signals.evaluate import thresholds
from signals.lifecycle import KIND, Policy, Reading
from signals.model import Kind, Signal, Stage, ThemeState, Transition
from signals.replay import READ
from signals.ways import Condition, Way, ways

EARLIER = 5  # changes named beside the last
SIGNS = {1: "≥", -1: "≤", -2: "<"}  # of a condition's side


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
    net = float(app.store.net(day, day, [theme.id])[theme.id].iloc[-1])
    reading = Reading(day, net, *(value(signals, rule) for rule in READ))
    steps = ways(state, reading, app.policy, thresholds(app.rules))
    known = [signal for signal in signals if not isnan(signal.value)]
    text = texts.render(
        "why",
        facts_of(app, day),
        language,
        name=name_of(theme, asked.language),
        stage=STAGES[shown.stage][language],
        since=shown.since,
        rules=[_rule(signal, language, theme.exchange) for signal in known],
        unknown=[rule_name(s.rule, language) for s in signals if isnan(s.value)],
        legend=_legend(language),
        ways=[_way(step, language) for step in steps],
        divergence=_divergence(state, app.policy, language),
        last=_last(told[-1], theme, language) if told else None,
        earlier=[_line(t, theme, language) for t in told[-EARLIER - 1 : -1][::-1]],
    )
    return Answer(text, more=partial(_confidence, theme=theme.id, language=language))


def _rule(signal: Signal, language: Language, exchange: str) -> dict[str, str]:
    """What a rule says, how far it is from firing, and how often that was right."""
    short = say("fires", language)
    if not signal.firing:
        missing = texts.gap(signal.threshold - signal.value, signal.unit, language)
        short = say("short_of", language).format(gap=missing)
    return {
        "dot": "●" if signal.firing else "○",
        "rule": rule_name(signal.rule, language),
        "value": texts.figure(signal.value, signal.unit, language),
        "threshold": texts.figure(signal.threshold, signal.unit, language),
        "short": short,
        "record": _record(signal.rule, language, exchange),
    }


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
    words = {"peak_fall": "peak_fall", "strength": "strength"}
    name = say(words[asked.what], language) if asked.what in words else ""
    now, bound = (
        texts.figure(number, asked.unit, language) for number in (asked.value, asked.bound)
    )
    text = f"{name or rule_name(asked.what, language)} {now} ({SIGNS[asked.side]} {bound})"
    if asked.holds:
        return f"● {text}"
    if isnan(asked.value):
        return f"○ {text}"
    missing = texts.gap(asked.missing, asked.unit, language)
    return f"○ {text} · {say('short_of', language).format(gap=missing)}"


def _divergence(state: ThemeState, policy: Policy, language: Language) -> str:
    """How long a divergence has been seen, or unseen since it was told; empty: neither."""
    words = "diverging" if state.diverging else "not_diverging"
    if not (state.diverging or state.diverging_days):
        return ""
    count = {"seen": state.diverging_days, "days": policy.divergence_days}
    return say(words, language).format(**count)


def _last(told: Transition, theme: Theme, language: Language) -> dict[str, object]:
    """The last change, and the evidence it rested on."""
    entered = told.after.stage if told.kind is not Kind.DIVERGENCE else Stage.QUIET
    kind = told.kind if told.kind is Kind.DIVERGENCE else KIND[entered]
    return {
        "line": _line(told, theme, language),
        "number": messages.number(told),
        "evidence": evidence(told.signals, language, kind)["leading"],
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
