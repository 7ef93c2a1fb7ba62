"""Questions about the day and the bot."""

from dataclasses import replace
from datetime import date, datetime
from functools import partial
from html import escape
from zoneinfo import ZoneInfo

from bot import messages, sources
from bot.alerting import strongest_first
from bot.app import App
from bot.backdrop import Group, groups
from bot.commands.asked import Answer, Asked, as_of, begins, both, picture
from bot.filling import standing
from bot.filling_texts import missing
from bot.glances import digest_text, watched_in
from bot.happened import fresh
from bot.hongkong import FAULT
from bot.jobs import facts_of
from bot.joins import since_digest
from bot.judged import Judged
from bot.names import BESIDE, GROUPS, MEANS
from bot.pictures import HEAT
from bot.provisional import LOOKED
from bot.texts import local
from bot.week import week_of
from market.calendar import HONG_KONG


def digest(app: App, asked: Asked) -> Answer:
    """The digest of the last evaluated day, as it was pushed, and the heat map."""
    day = app.ledger.evaluated()
    if not day:
        return Answer(both(asked, "还没有判断过任何交易日。", "No day has been judged yet."))
    made = partial(_digest, asked=asked, day=day)
    return Answer("", more=made, picture=picture(app, asked, HEAT, day))


def _digest(app: App, asked: Asked, day: date) -> str:
    """Its text; the record of the week looks at months of prices."""
    told = strongest_first(app.ledger.transitions(since=day, until=day))
    facts = replace(facts_of(app, day), joins=since_digest(app, day))
    judged = Judged(facts, told, app.ledger.states(), app.ledger.readings())
    week = week_of(app, day, told)
    watched = app.ledger.wishes(asked.chat.id).watched
    own = watched_in(app, judged, watched, asked.language)
    return digest_text(judged, week, asked.language, own)


def status(app: App, asked: Asked) -> Answer:
    """What the bot knows of itself."""
    waiting, parked = app.ledger.outbox.count("due", "sending"), app.ledger.outbox.count("parked")
    sent, day = app.ledger.outbox.last_sent(), app.ledger.evaluated()
    facts = facts_of(app, day) if day else None
    own = {*MEANS, "filling", "filling_days"}  # said below, as they are now
    others = facts and replace(facts, faults=tuple(f for f in facts.faults if f[0] not in own))
    zone, here = app.ledger.wishes(asked.chat.id).zone, asked.chat.active
    at = local(sent, zone) if sent else "-"
    lines = [
        as_of(app, asked) if day else begins(asked),
        *(messages.faults(others, asked.language) if others else ()),
        *(f"⚠️ {sources.told(one, asked.language, zone)}" for one in sources.down(app)),
        *_hong_kong(app, asked),
        *missing(standing(app), asked.language),
        *_backdrop(app, asked),
        *_beside(app, asked, zone),
        *_look(app, asked, zone),
        both(
            asked,
            f"待发 {waiting} · 放弃 {parked}",
            f"waiting {waiting} · given up {parked}",
        ),
        both(asked, f"最近一条发于 {at}", f"last message sent {at}"),
        both(asked, "本聊天接收推送", "pushes go to this chat")
        if here
        else both(asked, "本聊天未开启推送，/start", "no pushes here; /start"),
    ]
    return Answer("\n".join(map(escape, lines)))


def _hong_kong(app: App, asked: Asked) -> list[str]:
    """How far Hong Kong is judged, and why no further."""
    there = app.of(HONG_KONG.code)
    day, fault = there.ledger.evaluated(), there.ledger.fact(FAULT)
    if not (day or fault):
        return []
    why = (fault or "").partition(" ")[2]
    faults = messages.faults(facts_of(there, day), asked.language) if day else []
    parts = [str(part) for part in (day or "-", *faults, why) if part]
    return [f"{both(asked, '港股', 'Hong Kong')}: {' · '.join(parts)}"]


def _backdrop(app: App, asked: Asked) -> list[str]:
    """How each group of series of the backdrop stands, a line each."""
    return [_stands(of, asked) for of in groups(app.store, asked.today)]


def _stands(of: Group, asked: Asked) -> str:
    name, none = GROUPS[of.name][asked.language], both(asked, "尚未取到", "nothing yet")
    days = both(asked, f"{of.age_days} 天前", f"{of.age_days} d old")
    usable = both(asked, "可用", "usable")
    at = f"{of.newest} ({days}) · {of.source}" if of.newest else none
    return f"{name}: {of.alive}/{of.of} {usable} · {at}"


def _beside(app: App, asked: Asked, zone: ZoneInfo) -> list[str]:
    """How fresh statements, events and news are, a line each."""
    none = both(asked, "尚未取到", "nothing yet")
    lines = []
    for name, newest, count, source in fresh(app.store, zone):
        at = f"{newest} · {source}" if newest else none
        lines.append(f"{BESIDE[name][asked.language]}: {count:,} · {at}")
    return lines


def _look(app: App, asked: Asked, zone: ZoneInfo) -> list[str]:
    """The last look at the market before its close: when, and what came of it."""
    seen = app.ledger.fact(LOOKED)
    if not seen:
        return []
    at, _, fault = seen.partition(" ")
    when = local(datetime.fromisoformat(at), zone)
    said = fault or both(asked, "已看", "looked")
    return [
        both(asked, f"最近一次盘中查看 {when}: {said}", f"last look within a day {when}: {said}")
    ]
