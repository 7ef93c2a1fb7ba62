"""Questions about themes."""

from dataclasses import replace
from datetime import date

from bot import context, member_texts, messages, texts
from bot.app import App, judged_themes
from bot.buttons import PICK
from bot.commands.asked import (
    Answer,
    Asked,
    as_of,
    both,
    chart,
    listed,
    name_of,
    of_one,
    open_ways,
    shown_state,
    shown_states,
    stage_of,
    strongest,
    switches,
)
from bot.evidence import ends_of, evidence, stays
from bot.fact_texts import beside
from bot.jobs import facts_of
from bot.joins import of_week
from bot.links import linked
from bot.names import STAGES, rule_name, theme_name
from bot.words import say
from market.calendar import HONG_KONG
from market.source import Theme
from signals.lifecycle import KIND
from signals.model import Kind, Signal

LISTED = 10  # themes of a ranking
MEASURES = {  # what /top is asked by -> rule
    "runup": "run_up",
    "breadth": "breadth",
    "crowding": "crowding",
    "divergence": "divergence",
    "fall": "fall",
}


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


def _size(value: float, unit: str, asked: Asked) -> str:
    return texts.figure(float(value), unit, asked.language)


def top(app: App, asked: Asked) -> Answer:
    """The largest by a measure; Hong Kong's below, for they are against another market."""
    wanted = asked.rest.strip().casefold().replace("_", "") or "runup"
    names = {key: say(f"short_{rule}", asked.language) for key, rule in MEASURES.items()}
    measure = next((k for k, name in names.items() if wanted in (k, name.casefold())), None)
    if not measure:
        hint = both(asked, "没有这个指标；有", "No such measure; there are")
        return Answer(f"{hint}: {', '.join(names.values())}", switches("o", names, None))
    rule, there = MEASURES[measure], app.of(HONG_KONG.code)
    below = _ranked(there, asked, rule)
    if below:
        below = ["", say("against_hsi", asked.language), *below, as_of(there, asked)]
    title, none = rule_name(rule, asked.language), say("unknown", asked.language)
    ranked = _ranked(app, asked, rule) or (_risers(app, asked) if rule == "breadth" else [])
    below = [*below, say("top_is_not_hot", asked.language)] if rule == "run_up" else below
    given = listed(title, ranked, as_of(app, asked), *below, none=none)
    buttons = switches("o", names, measure)
    return replace(given, buttons=buttons, in_place=bool(asked.rest))


def _ranked(app: App, asked: Asked, rule: str) -> list[str]:
    states, username = shown_states(app), app.ledger.fact("username")
    unit = next(one.unit for one in app.rules if one.name == rule)
    return [
        f"{n}. {linked(theme, asked.language, username)} {_size(size, unit, asked)}"
        f" · {stage_of(states, theme.id, asked.language)}"
        for n, (theme, size) in enumerate(strongest(app, rule)[:LISTED], 1)
    ]


def _risers(app: App, asked: Asked) -> list[str]:
    """On first days, when no average is known yet: who rises by the list of boards, as shares."""
    day, known = app.ledger.evaluated(), app.store.themes()
    counts = app.store.board_days.counts(day) if day else {}
    least = app.settings.rules["breadth"]["min_members"]
    themes = set(judged_themes(app.settings, app.store))
    known_counts = {t: of for t, of in counts.items() if t in themes and sum(of) >= least}
    shares = {t: up / (up + down) for t, (up, down) in known_counts.items()}
    lines = [
        f"{n}. {name_of(known[t], asked.language)} {_size(shares[t], 'share', asked)}"
        for n, t in enumerate(sorted(shares, key=lambda t: (-shares[t], t))[:LISTED], 1)
    ]
    return [say("risers", asked.language), *lines] if lines else []
