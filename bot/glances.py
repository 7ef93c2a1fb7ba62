"""The digests of a judged day, daily and weekly, and what a budget leaves over."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from math import nan

from bot import wish_messages
from bot.alerting import strongest_first, values
from bot.app import App
from bot.backdrop import news
from bot.digest import digest, hong_kong_lines, is_quiet, watched_row, watched_table
from bot.hongkong_facts import HongKong
from bot.joins import since_digest
from bot.judged import NOBODY, Judged, faults_of, setting_of, slot, transitions
from bot.messages import Day
from bot.pictures import HEAT, Picture
from bot.records import Outgoing
from bot.style import Look
from bot.texts import CAPTION_LIMIT, STAMP_ROOM, split, units
from bot.week import Week, record_since
from bot.words import LANGUAGES, Language, say
from market.calendar import HONG_KONG
from signals.model import Transition

HEAT_LASTS = timedelta(hours=20)  # then the next day may have been judged


def digest_text(judged: Judged, week: Week | None, language: Language, own: str) -> str:
    """The digest as every chat of a language gets it, and what it adds for one, see watched_in."""
    run_ups = values(judged.readings, "run_up")
    return digest(judged.day, judged.told, judged.states, run_ups, language, week, own)


def watched_in(app: App, judged: Judged, watched: frozenset[str], language: Language) -> str:
    """What the digest of a chat adds of the themes it watches; empty for one that watches none.

    Those of Hong Kong stand as they were at its own last close.
    """
    if not watched:
        return ""
    states, readings = judged.states, judged.readings
    if not watched <= readings.keys():
        states = {**app.ledger.states(), **states}
        readings = {**app.ledger.of(HONG_KONG.code).readings(), **readings}
    return watched_table(watched, judged.day, states, readings, language)


def hong_kong_said(app: App) -> dict[tuple[Language, str], str]:
    """What digests say of Hong Kong as it is known now: of all, in a line, of each theme."""
    ledger, known = app.ledger.of(HONG_KONG.code), app.store.themes()
    states, readings = ledger.states(), ledger.readings()
    said = dict[tuple[Language, str], str]()
    for language in LANGUAGES:
        lines = hong_kong_lines(HongKong(app), language)
        said[language, "all"], said[language, "line"] = "\n".join(lines), "".join(lines[:1])
        for theme, signals in readings.items():
            own = {signal.rule: signal for signal in signals}
            said[language, theme] = watched_row(known[theme], states.get(theme), own, language)
    return said


def digest_of(
    app: App, judged: Judged, week: Week | None, text: str, language: Language, look: Look
) -> list[Outgoing]:
    """The digest and the heat map, for nobody in particular yet; on a quiet day as one message."""
    day, now = judged.day.day, app.now()
    heat = Picture(HEAT, day, language, look).name
    out = partial(Outgoing, chat=NOBODY, day=day, created=now, priority=1, silent=True)
    quiet = is_quiet(judged.day, judged.told, week)
    if quiet and units(text) <= CAPTION_LIMIT - STAMP_ROOM:
        return [out(f"{day}:digest:1", text=text, photo=heat)]
    return _in_parts(app, judged, "digest", text, language, look)


def weekly_of(
    app: App, judged: Judged, text: str, language: Language, look: Look
) -> list[Outgoing]:
    """The weekly digest and the heat map, for nobody in particular yet."""
    return _in_parts(app, judged, "weekly", text, language, look)


def _in_parts(
    app: App, judged: Judged, name: str, text: str, language: Language, look: Look
) -> list[Outgoing]:
    """A text as messages that fit, and the heat map of the day."""
    day, now = judged.day.day, app.now()
    out = partial(Outgoing, chat=NOBODY, day=day, created=now, priority=1, silent=True)
    parts = [out(f"{day}:{name}:{n}", text=part) for n, part in enumerate(split(text), 1)]
    label = say("simulated", language) if judged.day.simulated else ""
    title = f"{label}{say('heat_map', language)} · {day}"
    heat = Picture(HEAT, day, language, look).name
    # drawn from the readings of the day last judged; when the next was, there is none any more
    return [*parts, out(f"{day}:heat", text=title, photo=heat, not_after=now + HEAT_LASTS)]


def beyond(
    app: App, judged: Judged, language: Language, told: Sequence[Transition], budget: int
) -> Outgoing:
    """What a budget leaves over, for nobody in particular yet."""
    text, day = wish_messages.beyond(told, budget, judged.day, language), judged.day.day
    return Outgoing(
        f"{slot(app, day)}:beyond:1", NOBODY, day, text, app.now(), priority=1, silent=True
    )


def weekly_text(
    judged: Judged, of: tuple[Day, wish_messages.Week], language: Language, own: str
) -> str:
    """The weekly digest, likewise."""
    day, week = of
    run_ups = values(judged.readings, "run_up")
    return wish_messages.weekly(week, day, judged.states, run_ups, language, own)


def week_told(app: App, judged: Judged, days: Sequence[date]) -> tuple[Day, wish_messages.Week]:
    """What a weekly digest of some trading days tells: their last, and all of them."""
    since = judged.day.day, days[0]
    fresh, joins = news(app.store, *since), since_digest(app, *since)
    return replace(judged.day, macro=fresh, joins=joins), _week(app, judged, days)


def _week(app: App, judged: Judged, days: Sequence[date]) -> wish_messages.Week:
    """What happened on some trading days, the last of which is judged but not kept yet."""
    before = transitions(app, days[0], judged.day.day)
    every, voices = [*before, *judged.told], setting_of(app, judged, before).voices
    told = [t for t in every if not voices.get((t.day, t.key))]
    known = [app.store.market_day(d) for d in days]
    moves = [(m.change, m.index_change) if m else (nan, nan) for m in known]
    faults, merged = [(d, faults_of(app, d)) for d in days], len(every) - len(told)
    record = record_since(app, days[0], judged.day.day, judged.told)
    return wish_messages.Week(days, strongest_first(told), merged, moves, faults, record)
