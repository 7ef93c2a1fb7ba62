"""What stands beside an alert or on a card: story, chain, place among past run-ups, record."""

from bisect import bisect_right
from collections.abc import Container, Mapping, Sequence
from datetime import date
from math import isnan

from bot.hongkong_facts import HongKong
from bot.names import STAGES, theme_name
from bot.past import Past
from bot.records import Grouping
from bot.texts import BETWEEN, figure, trading_days
from bot.words import Language, say
from config.record import Own, Record, shipped
from market.facts import ThemeFacts
from market.source import Theme
from signals.chain import Chain
from signals.clock import standing
from signals.compare import RUN_UP
from signals.lead import Lead
from signals.model import RUNNING, Stage, Transition
from signals.runs import Run

FEW = 5  # members named at either end of a theme's day
SIBLINGS = 6  # themes of a story that are named beside the one that speaks
OTHERS = 3  # themes of a stage that are named below alerts of others


def siblings(theme: str, stories: Grouping, themes: Mapping[str, Theme], language: Language) -> str:
    """The other themes of the same story, the largest first; empty where there are none."""
    story = stories.story(theme)
    names = [theme_name(themes[t], language) for t in story.themes if t != theme] if story else []
    more = " …" if len(names) > SIBLINGS else ""
    words = say("same_story", language).format(count=len(names))
    return f"{words}: {', '.join(names[:SIBLINGS])}{more}" if names else ""


def others(
    told: Container[str],
    stages: Mapping[str, Stage],
    themes: Mapping[str, Theme],
    language: Language,
) -> str:
    """Where the themes stand that a message does not tell of: how many, the first by name."""
    left = {theme: stage for theme, stage in stages.items() if theme not in told}
    parts = []
    for stage in (Stage.BUBBLE, Stage.FORMING, Stage.BURSTING):
        names = [theme_name(themes[theme], language) for theme in left if left[theme] is stage]
        more = ", …" if len(names) > OTHERS else ""
        if names:
            parts.append(
                f"{STAGES[stage][language]} {len(names)}: {', '.join(names[:OTHERS])}{more}"
            )
    calm = sum(stage not in RUNNING for stage in left.values())
    if not left or (calm and not parts):
        return say("others_quiet", language).format(count=calm) if left else ""
    rest = [say("rest_quiet", language).format(count=calm)] if calm else []
    return f"{say('others', language)}: {BETWEEN.join([*parts, *rest])}"


def constituents(
    facts: ThemeFacts | None, moves: Sequence[tuple[str, float]], language: Language
) -> str:
    """How many members a theme has and of which list, and those that moved most, the best first."""
    known = [f"{name} {figure(move, 'fraction', language)}" for name, move in moves if move == move]
    parts = [_covered(facts, language)] if facts else []
    if len(known) > 2 * FEW:
        best, worst = known[:FEW], known[-FEW:]
        parts += [f"{say('best', language)} {best[0]}", *best[1:]]
        parts += [f"{say('worst', language)} {worst[-1]}", *worst[-2::-1]]
    elif known:
        parts += [f"{say('moves', language)} {known[0]}", *known[1:]]
    return BETWEEN.join(parts)


def _covered(facts: ThemeFacts, language: Language) -> str:
    backfilled = f" ({say('backfilled', language)})" if facts.backfilled else ""
    counts = f"{facts.members}, {say('covered', language)} {facts.covered}"
    listed = f"{say('list_of', language)} {facts.member_day}{backfilled}"
    return f"{say('members', language)} {counts}{BETWEEN}{listed}"


def chain(of: Chain | None, language: Language) -> str:
    """How much of a theme's chain is in at once; empty where it has no sub-industries."""
    if not of:
        return ""
    companies = say("companies_in", language).format(here=of.companies_in, known=of.known)
    counts = {"here": of.links_in, "of": len(of.links)}
    return say("chain_in", language).format(**counts) + (companies if of.known else "")


def clock(runs: Sequence[Run], theme: str, day: date, language: Language) -> str:
    """How many past run-ups lasted longer than a theme's has; empty when none goes on."""
    found = standing(runs, theme, day)
    if not found:
        return ""
    key = "clock" if found.longer == found.longer else "no_clock"
    if key == "clock" and isnan(found.interval[0]):
        key = "young_clock"  # none was over by then: there is nothing to be uncertain about
    return say(key, language).format(
        age=found.age,
        past=found.past,
        months=found.months,
        waves=found.waves,
        rise=f"{RUN_UP:.0%}",
        longer=f"{found.longer:.0%}",
        span=f"{found.interval[0]:.0%}–{found.interval[1]:.0%}",
    )


def ended(transition: Transition, past: Past | None, language: Language) -> str:
    """How long an episode lasted, how far it rose and fell, how much it gave back."""
    state, net = transition.after, transition.net
    if not (past and net and state.started and state.start_net and state.peak_net):
        return ""
    days, rise = past.days, state.peak_net - state.start_net
    text = say("ended", language).format(
        since=state.started,
        days=trading_days(
            bisect_right(days, transition.day) - bisect_right(days, state.started), language
        ),
        rise=f"{rise / state.start_net:.1%}",
        peak=state.peak_day,
        fall=f"{1 - net / state.peak_net:.1%}",
    )
    if rise <= 0:
        return text
    share = (state.peak_net - net) / rise
    if share > 1:  # of a small rise it would be hundreds of per cent
        return text + say("all_given_back", language)
    return text + say("given_back", language).format(share=f"{share:.0%}")


def lead(found: Lead, language: Language) -> str:
    """Whether the centre leads a theme or follows it."""
    who = ("leads", found.lag) if found.lag > 0 else ("follows", 1 - found.lag)
    return say("lead", language).format(
        who=say(who[0], language).format(lag=who[1]),
        size=found.correlation,
        band=found.band,
        days=found.days,
    )


def hong_kong(of: HongKong | None, language: Language) -> list[str]:
    """Hong Kong's last judged day and its baskets, a line each; nothing before the first."""
    if not (of and of.day):
        return []
    change = figure(of.change, "fraction", language)
    lines = [say("hong_kong_day", language).format(day=of.day, change=change)]
    for one in of.baskets:
        text = say("basket", language).format(
            name=theme_name(one.theme, language),
            stage=STAGES[one.stage][language],
            run_up=figure(one.run_up, "fraction", language),
            breadth=figure(one.breadth, "share", language),
        )
        lines.append(text)
    return lines


def records(own: Own | None, language: Language) -> list[str]:
    """The record of each stage that has one, a line each."""
    return [
        f"{STAGES[Stage(stage)][language]}: {record(stage, own, language)}" for stage in shipped()
    ]


def record(stage: str, own: Own | None, language: Language) -> str:
    """The store's own record where there is enough of it, else the one that comes with Paomo."""
    if own and stage in own.enough:
        return _figures(own.enough[stage], "record_own", language)
    known = shipped().get(stage)
    if not known:
        return ""
    text = _figures(known, "record", language)
    few = say("record_few", language).format(onsets=own.few.get(stage, 0)) if own else ""
    return text + few


def expected(stage: str, own: Own | None, language: Language) -> str:
    """The same record in short: how many of such alerts fall, and of equally volatile themes."""
    known = own.enough.get(stage) if own else None
    known = known or shipped().get(stage)
    return _figures(known, "record_short", language) if known else ""


def _figures(known: Record, words: str, language: Language) -> str:
    return say(words, language).format(
        onsets=known.onsets,
        hits=known.hits,
        share=f"{known.hits / known.onsets:.0%}",
        span=f"{known.low:.0%}–{known.high:.0%}",
        fall=f"{known.fall:.0%}",
        days=known.days,
        matched=f"{known.matched:.0%}",
        since=f"{known.since:%Y-%m}",
        until=f"{known.until:%Y-%m}",
        members=known.members,
    )
