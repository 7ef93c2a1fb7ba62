"""Questions about what stands behind the themes: macro readings, markets, money that moves."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from bot import backdrop, context, texts
from bot.app import App, judged_themes
from bot.commands.asked import Answer, Asked, both, picture, shown_states
from bot.jobs import facts_of
from bot.names import STAGES, theme_name
from bot.pictures import MACRO
from bot.reading_texts import change, line, name
from bot.words import Language, say
from market.facts import MarketDay
from market.series import SERIES, Series
from market.world import ABROAD, HOME, INDICES, Index
from signals.model import Stage

SHARES = 8  # themes whose share of the market's amount is listed
SHARE_DAYS = 20  # trading days of its mean


def macro(app: App, asked: Asked) -> Answer:
    """Every macro series as known today, and its recent past as a picture."""
    found, language = backdrop.backdrop(app.store, asked.today), asked.language
    crash = backdrop.last_crash(app.store, asked.today)
    text = texts.render(
        "macro",
        found,
        language,
        alive=[line(*known, language) for known in found.alive],
        dead=[line(*known, language) for known in found.dead],
        absent=[name(one, language) for one in found.absent],
        crash=say("crash", language).format(
            day=crash.day, days=f"{crash.age_days:,}", cases=crash.cases
        ),
    )
    # a reading may come in later on the same day, and is another picture then
    last = "".join(f"{one.key}{now.period}{now.value!r}" for one, now in found.alive)
    known = hashlib.sha256(last.encode()).hexdigest()[:8]
    return Answer(text, picture=picture(app, asked, MACRO, asked.today, known))


def market(app: App, asked: Asked) -> Answer:
    """The whole market on the last judged day, the stages, and the markets side by side."""
    day, language = app.ledger.evaluated(), asked.language
    if not day:
        return _not_yet(asked)
    facts = facts_of(app, day)
    until, sizes = backdrop.markets(app.store, day)
    windows = "/".join(map(str, sizes))
    known = [i for i in INDICES if any(made[i.code] == made[i.code] for made in sizes.values())]
    text = texts.render(
        "market",
        facts,
        language,
        breadth=_breadth(facts.market, language),
        stages=_stages(app, language),
        hong_kong=context.hong_kong(facts.hong_kong, language),
        until=until,
        side_by_side=say("side_by_side", language).format(windows=windows, day=until),
        markets=[(name(i, language), _sizes(sizes, i.code, language)) for i in known],
        unknown=[name(i, language) for i in INDICES if i not in known],
        gaps=_gaps(sizes, known, language),
    )
    return Answer(text)


def flows(app: App, asked: Asked) -> Answer:
    """Southbound flow, margin balance, and the themes' share of the market's amount."""
    day, language = app.ledger.evaluated(), asked.language
    if not day:
        return _not_yet(asked)
    themes = app.store.themes()
    share = backdrop.shares(app.store, day, judged_themes(app.settings, app.store), SHARE_DAYS)
    rows = [
        (theme_name(themes[theme], language), f"{now:.1%}", f"{mean:.1%}")
        for theme, now, mean in share.head(SHARES).itertuples(name=None)
    ]
    text = texts.render(
        "flows",
        facts_of(app, day),
        language,
        flows=_flows(app, day, asked),
        of_market=say("of_market", language).format(days=SHARE_DAYS),
        shares=rows,
    )
    return Answer(text)


def _not_yet(asked: Asked) -> Answer:
    return Answer(both(asked, "还没有判断过任何交易日。", "No day has been judged yet."))


def _breadth(market: MarketDay | None, language: Language) -> str:
    """How many of all stocks rose; empty where the market is not known."""
    if not market or not market.stocks:
        return ""
    share = texts.figure(market.advancers / market.stocks, "share", language)
    return say("breadth", language).format(share=share, stocks=market.stocks)


def _stages(app: App, language: Language) -> list[tuple[str, int]]:
    """How many judged themes are in each stage; one never evaluated is quiet."""
    states = shown_states(app)
    stages = Counter(
        states[theme].stage if theme in states else Stage.QUIET
        for theme in judged_themes(app.settings, app.store)
    )
    return [(STAGES[stage][language], stages[stage]) for stage in Stage]


def _sizes(sizes: Mapping[int, Mapping[str, float]], code: str, language: Language) -> str:
    """Returns of an index, one a window."""
    return " / ".join(texts.figure(sizes[window][code], "fraction", language) for window in sizes)


def _gaps(
    sizes: Mapping[int, Mapping[str, float]], known: Sequence[Index], language: Language
) -> list[str]:
    """How much more each of ours made than each of the others, a line for each of ours."""
    abroad = [other for other in ABROAD if other in known]

    def more(ours: Index, other: Index) -> str:
        gaps = [made[ours.code] - made[other.code] for made in sizes.values()]
        told = [say("unknown", language) if gap != gap else f"{gap * 100:+.1f}" for gap in gaps]
        return f"{name(other, language)} {' / '.join(told)}"

    return [
        say("against", language).format(name=name(ours, language))
        + ": "
        + " · ".join(more(ours, other) for other in abroad)
        for ours in HOME
        if ours in known and abroad
    ]


def _flows(app: App, day: date, asked: Asked) -> list[str]:
    """Southbound and margin: the reading as /macro has it, and what happened last."""
    lines = []
    for one in (SERIES["southbound"], SERIES["margin"]):
        now = backdrop.read(app.store, one, day)
        if not now:
            lines.append(f"{name(one, asked.language)}: {say('absent', asked.language)}")
            continue
        dead = f"{say('dead', asked.language)}: " if now.dead else ""
        lines.append(dead + line(one, now, asked.language))
        lines.append(_lately(one, app.store.macro.known(one.key, day), asked.language))
    return lines


def _lately(one: Series, values: pd.Series, language: Language) -> str:
    """What a sum's last day added, or how a balance moved."""
    if one.summed_days > 1:
        added = texts.figure(float(values.iloc[-1]), one.unit, language)
        return f"  {say('last_day', language)} {values.index[-1]}: {added}"
    moved = float(values.iloc[-1] - values.iloc[-SHARE_DAYS - 1 :].iloc[0])
    first = values.index[-SHARE_DAYS - 1 :][0]
    return f"  {say('since_day', language)} {first}: {change(moved, one.unit, language)}"
