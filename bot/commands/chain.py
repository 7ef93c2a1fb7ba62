"""/chain: a theme's sub-industries in the order they ignited, and how many companies are in."""

from datetime import date
from functools import partial
from html import escape

from bot import context
from bot.app import App
from bot.chains import Subs, chain_of, subs_of
from bot.commands.asked import (
    Answer,
    Asked,
    as_of,
    both,
    listed,
    name_of,
    of_one,
    picture,
    shown_state,
)
from bot.names import STAGES, theme_name
from bot.pictures import CHAIN
from bot.texts import figure
from bot.words import say
from market.source import Theme
from signals.chain import Chain, Link


def chain(app: App, asked: Asked) -> Answer:
    """A theme's sub-industries; curated ones, else the themes that overlap most with it."""
    return of_one(app, asked, "c", _chain)


def _chain(app: App, asked: Asked, theme: Theme) -> Answer:
    """All of it is made in a worker: members of hundreds of themes are looked through."""
    day = app.ledger.evaluated()
    if not day:
        return Answer(both(asked, "还没有判断过任何交易日。", "No day has been judged yet."))
    drawn = picture(app, asked, CHAIN, day, theme.id)
    return Answer("", more=partial(_lines, asked=asked, theme=theme, day=day), picture=drawn)


def _lines(app: App, asked: Asked, theme: Theme, day: date) -> str:
    app = app.of(theme.exchange)
    subs = subs_of(app, theme, day)
    if not subs.themes:
        none = both(
            asked,
            "没有指定子题材，也没有题材有足够成分股在其中。",
            "No sub-industries are curated, and no theme has enough of its members in it.",
        )
        return f"<b>{name_of(theme, asked.language)}</b>\n{none}"
    found = links(app, subs, day)
    simulated = say("simulated", asked.language) if subs.parent.source == "simulated" else ""
    title = escape(f"{simulated}{theme_name(subs.parent, asked.language)}")
    lines = [context.chain(found, asked.language), _origin(subs, asked), ""]
    known = app.store.themes()
    lines += [
        _line(place, one, known[one.theme], asked) for place, one in enumerate(found.links, 1)
    ]
    return listed(title, lines, "", _terms(asked), as_of(app, asked), none="").text


def links(app: App, subs: Subs, day: date) -> Chain:
    """The chain of the sub-industries as people are shown their stages."""
    states = {theme: shown_state(app, theme) for theme in subs.themes}
    readings = {theme: app.ledger.standing.reading(theme) for theme in subs.themes}
    return chain_of(app, subs.themes, day, states, readings)


def _terms(asked: Asked) -> str:
    """What ignited and in mean."""
    return both(
        asked,
        "点燃：本轮升温被判定的第一天。公司：站上20日线，且其子题材在发酵或高潮，每家只计一次。",
        "Ignited: the first day of the current episode. A company is in when above its 20-day"
        " average and in a sub-industry that is forming or a bubble; each counts once.",
    )


def _origin(subs: Subs, asked: Asked) -> str:
    """Whether the sub-industries are curated."""
    if subs.curated:
        return both(asked, "子题材：人工指定", "sub-industries: as curated")
    return both(
        asked,
        "没有指定子题材；按成分股重合：以下题材的成分股有不少在其中",
        "none curated; by overlap: themes that have a good share of their members in it",
    )


def _line(place: int, link: Link, theme: Theme, asked: Asked) -> str:
    """A sub-industry: its place if it ignited and when, stage, run-up, breadth; two short lines."""
    order = f"{place}. " if link.ignited else ""
    since = f" · {both(asked, '点燃', 'ignited')} {link.ignited}" if link.ignited else ""
    dot, stage = "●" if link.is_in else "○", STAGES[link.stage][asked.language]
    run_up = figure(link.run_up, "fraction", asked.language)
    breadth = figure(link.breadth, "share", asked.language)
    net, above = both(asked, "净涨", "net"), both(asked, "20日线上", "above avg")
    return (
        f"{dot} {order}<b>{name_of(theme, asked.language)}</b> · {stage}{since}\n"
        f"    {net} {run_up} · {above} {breadth} · {link.members} {say('members', asked.language)}"
    )
