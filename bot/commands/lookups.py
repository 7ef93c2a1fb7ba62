"""Questions about themes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from math import inf, nan

from bot import context, member_texts, messages, texts
from bot.app import App
from bot.buttons import PICK
from bot.commands.asked import (
    Answer,
    Asked,
    all_states,
    as_of,
    both,
    chart,
    judged_everywhere,
    listed,
    name_of,
    of_one,
    open_ways,
    shown_state,
    shown_states,
    stage_of,
)
from bot.evidence import ends_of, evidence, stays
from bot.fact_texts import beside
from bot.jobs import facts_of
from bot.joins import of_week
from bot.links import linked
from bot.names import STAGES, rule_name, theme_name
from bot.records import Buttons
from bot.script import simplified
from bot.words import say
from market.calendar import HONG_KONG
from market.source import Theme
from market.store import MAINLAND
from signals.lifecycle import KIND
from signals.model import Kind, Signal, Stage, ThemeState

LISTED = 10  # themes of a ranking
SHOWN = (Stage.BUBBLE, Stage.BURSTING, Stage.FORMING, Stage.OVER)  # stages that are listed
MEASURES = {  # what /top is asked by -> rule
    "runup": "run_up",
    "breadth": "breadth",
    "crowding": "crowding",
    "divergence": "divergence",
    "fall": "fall",
}
NAMED = 30  # themes of a stage that are named
LINKED = 8  # of them with a link: Telegram keeps a hundred a message


def theme(app: App, asked: Asked) -> Answer:
    """One theme: its stage, what the rules say, its chart."""
    return of_one(app, asked, "t", card)


def card(app: App, asked: Asked, theme: Theme) -> Answer:
    """A theme as it stands on the day last judged."""
    known = judged(app, theme)
    if not known:
        return Answer(unjudged(asked, theme), picture=chart(app, asked, theme.id))
    day, signals = known
    state = shown_state(app, theme.id)
    told = facts_of(app, day)
    steps, entered = open_ways(app, theme.id, day, signals)
    text = texts.render(
        "card",
        told,
        asked.language,
        name=theme_name(theme, asked.language),
        stage=STAGES[state.stage][asked.language],
        state=state,
        episode=messages.episode(state, None, asked.language),
        siblings=context.siblings(theme.id, told.stories, told.themes, asked.language),
        members=context.constituents(
            told.facts.get(theme.id), told.moves(theme.id), asked.language
        ),
        evidence=evidence(signals, asked.language, KIND.get(state.stage, Kind.SURGE)),
        past=[*_past(app, asked, theme, day), *_lists(app, asked, theme, day)],
        beside=beside(told.beside, theme, day, asked.language),
        stays=stays(state.stage, entered, steps, asked.language),
        ends=ends_of(steps, asked.language),
    )
    return Answer(text, _buttons(asked, theme), picture=chart(app, asked, theme.id))


def _past(app: App, asked: Asked, theme: Theme, day: date) -> list[str]:
    """The clock of its run-up, and how it goes with the centre, where there is something to say."""
    run_ups = app.ledger.run_ups
    found = run_ups.leads().get(theme.id)
    lines = [context.clock(run_ups.all(), theme.id, day, asked.language)]
    lines += [context.lead(found, asked.language)] if found else []
    return [line for line in lines if line]


def _lists(app: App, asked: Asked, theme: Theme, day: date) -> list[str]:
    """What its lists say: this week's joins and leaves; today's counts, where no bars give them."""
    lines = [
        member_texts.changed(theme, one, asked.language)
        for one in of_week(app, theme.id, asked.today)[-1:]
    ]
    if theme.id not in app.store.theme_facts(day):
        counts = app.store.board_days.counts(day).get(theme.id)
        lines.append(member_texts.counted(counts, asked.language))
    return [line for line in lines if line]


def judged(app: App, theme: Theme) -> tuple[date, tuple[Signal, ...]] | None:
    """The day last judged and what the rules said of a theme; None where nothing was judged."""
    day, signals = app.ledger.evaluated(), app.ledger.standing.reading(theme.id)
    return (day, signals) if theme.basis != "index" and day and signals else None


def unjudged(asked: Asked, theme: Theme) -> str:
    """What there is to say of a theme that has no figures."""
    name = name_of(theme, asked.language)
    if theme.basis == "index":
        return f"<b>{name}</b>\n{say('index_only', asked.language)}"
    none = both(asked, "还没有判断过的数据。", "Nothing judged yet.")
    return f"<b>{name}</b>\n{none}"


def _buttons(asked: Asked, theme: Theme) -> tuple[tuple[tuple[str, str], ...], ...]:
    because = both(asked, "依据", "Why")
    hush = both(asked, "静音…", "Mute …")
    links = both(asked, "子题材", "Chain")
    who = both(asked, "成分股", "Members")
    books = both(asked, "基本面", "Fundamentals")
    happened, told = both(asked, "事件", "Events"), both(asked, "新闻", "News")
    follow = both(asked, "⭐ 关注", "⭐ Watch")
    return (
        ((because, f"w:{theme.id}"), (links, f"c:{theme.id}"), (hush, f"m:{theme.id} {PICK}")),
        ((who, f"e:{theme.id}"), (books, f"fu:{theme.id}")),
        ((happened, f"ev:{theme.id}"), (told, f"nw:{theme.id}"), (follow, f"f:{theme.id}")),
    )


def themes(app: App, asked: Asked) -> Answer:
    """All themes that are not quiet, by stage; of one stage with their run-ups."""
    known, states, username = app.store.themes(), all_states(app), app.ledger.fact("username")
    wanted = simplified(asked.rest.strip().casefold())
    stage = next((s for s, words in STAGES.items() if wanted in (s, *words.values())), None)
    buttons = _switches(asked, "q", {s: STAGES[s][asked.language] for s in SHOWN}, stage)
    if wanted and not stage:
        every = ", ".join(STAGES[s][asked.language] for s in Stage)
        hint = both(asked, "没有这个阶段；有", "No such stage; there are")
        return Answer(f"{hint}: {every}", buttons)
    if stage:
        return replace(_of_stage(app, asked, stage), buttons=buttons, in_place=True)
    lines, sizes = [], _run_ups(app)
    for shown in SHOWN:
        here = [known[t] for t in _by_size(states, shown, sizes) if t in known]
        names = [linked(theme, asked.language, username) for theme in here[:LINKED]]
        names += [name_of(theme, asked.language) for theme in here[LINKED:NAMED]]
        rest = " …" if len(here) > NAMED else ""
        title = f"<b>{STAGES[shown][asked.language]} {len(here)}</b>"
        lines.append(f"{title}\n{', '.join(names)}{rest}\n" if names else f"{title}\n")
    count = len(judged_everywhere(app))
    rest = both(asked, f"共 {count} 个题材，", f"{texts.many(count, 'theme')} in all; ")
    text = "\n".join([*lines, f"{rest}/theme {both(asked, '题材名', 'NAME')}"])
    return Answer(text, buttons)


def _of_stage(app: App, asked: Asked, stage: Stage) -> Answer:
    """The themes of a stage, the largest run-up first, with since when they are in it."""
    known, states, username = app.store.themes(), all_states(app), app.ledger.fact("username")
    sizes = _run_ups(app)
    found = [t for t in _by_size(states, stage, sizes) if t in known]
    lines = [
        f"{n}. {linked(known[t], asked.language, username)}"
        f" {_size(sizes.get(t, nan), 'fraction', asked)}{_since(states[t].since)}"
        for n, t in enumerate(found[:NAMED], 1)
    ]
    more = [f"… {len(found) - NAMED}"] if len(found) > NAMED else []
    measure = rule_name("run_up", asked.language)
    title = f"{STAGES[stage][asked.language]} {len(found)} · {measure}"
    none = say("nothing", asked.language)
    return listed(title, [*lines, *more], as_of(app, asked), none=none)


def _run_ups(app: App) -> dict[str, float]:
    """The net run-up of each theme, on every exchange."""
    standing = app.ledger.standing
    return standing.values("run_up", MAINLAND) | standing.values("run_up", HONG_KONG.code)


def _by_size(
    states: Mapping[str, ThemeState], stage: Stage, sizes: Mapping[str, float]
) -> list[str]:
    """The themes of a stage, the largest run-up first."""
    known = {theme: size for theme, size in sizes.items() if size == size}
    here = [theme for theme, state in states.items() if state.stage is stage]
    return sorted(here, key=lambda theme: (-known.get(theme, -inf), theme))


def _since(day: date | None) -> str:
    return f" · {day}" if day else ""


def _size(value: float, unit: str, asked: Asked) -> str:
    return texts.figure(float(value), unit, asked.language)


def _switches(asked: Asked, code: str, names: Mapping[str, str], now: str | None) -> Buttons:
    """Buttons that switch a list in place, the shown one marked, three in a row."""
    every = [(f"{'✓ ' if k == now else ''}{name}", f"{code}:{k}") for k, name in names.items()]
    return [every[n : n + 3] for n in range(0, len(every), 3)]


def top(app: App, asked: Asked) -> Answer:
    """The largest by a measure; Hong Kong's below, for they are against another market."""
    wanted = asked.rest.strip().casefold().replace("_", "") or "runup"
    names = {key: say(f"short_{rule}", asked.language) for key, rule in MEASURES.items()}
    measure = next((k for k, name in names.items() if wanted in (k, name.casefold())), None)
    if not measure:
        hint = both(asked, "没有这个指标；有", "No such measure; there are")
        return Answer(f"{hint}: {', '.join(names.values())}", _switches(asked, "o", names, None))
    rule, there = MEASURES[measure], app.of(HONG_KONG.code)
    below = _ranked(there, asked, rule)
    if below:
        below = ["", say("against_hsi", asked.language), *below, as_of(there, asked)]
    title, none = rule_name(rule, asked.language), say("unknown", asked.language)
    ranked = _ranked(app, asked, rule) or (_risers(app, asked) if rule == "breadth" else [])
    given = listed(title, ranked, as_of(app, asked), *below, none=none)
    buttons = _switches(asked, "o", names, measure)
    return replace(given, buttons=buttons, in_place=bool(asked.rest))


def _ranked(app: App, asked: Asked, rule: str) -> list[str]:
    known, states, username = app.store.themes(), shown_states(app), app.ledger.fact("username")
    sizes = app.ledger.standing.values(rule, app.store.exchange)
    unit = next(one.unit for one in app.rules if one.name == rule)
    judged = [t for t in sizes if t in known and sizes[t] == sizes[t]]
    return [
        f"{n}. {linked(known[t], asked.language, username)} {_size(sizes[t], unit, asked)}"
        f" · {stage_of(states, t, asked.language)}"
        for n, t in enumerate(sorted(judged, key=lambda t: (-sizes[t], t))[:LISTED], 1)
    ]


def _risers(app: App, asked: Asked) -> list[str]:
    """On first days, when no average is known yet: who rises by the list of boards, as shares."""
    day, known = app.ledger.evaluated(), app.store.themes()
    counts = app.store.board_days.counts(day) if day else {}
    least = app.settings.rules["breadth"]["min_members"]
    shares = {t: up / (up + down) for t, (up, down) in counts.items() if up + down >= least}
    lines = [
        f"{n}. {name_of(known[t], asked.language)} {_size(shares[t], 'share', asked)}"
        for n, t in enumerate(sorted(shares, key=lambda t: (-shares[t], t))[:LISTED], 1)
    ]
    return [say("risers", asked.language), *lines] if lines else []
