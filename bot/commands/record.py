"""What became of the alerts: each one again, and the open scoreboard since the bot began."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from bot import context, messages, own_record
from bot.app import NET, App, labels
from bot.commands.asked import PICKS, Answer, Asked, as_of, both, listed
from bot.correction_messages import Told, corrections
from bot.jobs import facts_of
from bot.names import stage_name
from bot.records import Buttons
from bot.texts import figure, many, plain
from bot.words import say
from config.record import Own
from market.calendar import HONG_KONG
from signals.model import Kind, Stage, Transition
from signals.scorecard import Label, followed

SHOWN = 10  # alerts of a page
SCORED = (Stage.FORMING, Stage.BUBBLE, Stage.BURSTING)


def alert(app: App, asked: Asked) -> Answer:
    """An alert by its number: its evidence, the journal's hash, what readers think of it."""
    if not asked.rest.strip():
        return _newest_to_pick(app, asked)
    found = _numbered(app, asked.rest)
    if not found:
        corrected = _corrected(app, _wanted(asked.rest), asked)
        return Answer("\n\n".join(corrected)) if corrected else _unknown(app, asked)
    app = app.of(app.store.themes()[found.theme].exchange)
    number = messages.number(found)
    shown = app.ledger.tellings.said(number, asked.language)
    if not shown:  # told before texts were kept
        shown = messages.alerts([found], facts_of(app, found.day), asked.language)[0]
    good, bad = app.ledger.kept.votes().get(number, (0, 0))
    lines = [shown, "", *_journal(app, found, number, asked), f"👍 {good} · 👎 {bad}"]
    lines += [line for text in _corrected(app, number, asked) for line in ("", text)]
    buttons = (
        (
            (both(asked, "有用", "Useful"), f"g:{number}"),
            (both(asked, "没用", "Not useful"), f"b:{number}"),
        ),
    )
    return Answer("\n".join(lines), buttons)


def _newest_to_pick(app: App, asked: Asked) -> Answer:
    """A button for each of the newest alerts."""
    known, told = app.store.themes(), app.ledger.newest_transitions(PICKS)
    heads = [plain(messages.headline(t, known[t.theme], asked.language)) for t in told]
    rows = [
        ((f"{t.day:%m-%d} {head}", f"a:{messages.number(t)}"),)
        for t, head in zip(told, heads, strict=True)
    ]
    if not rows:
        return Answer(both(asked, "运行以来还没有警报。", "No alert since the bot began."))
    return Answer(both(asked, "哪一条警报？", "Which alert?"), tuple(rows))


def _unknown(app: App, asked: Asked) -> Answer:
    hint = both(asked, "没有这个编号的警报，例如", "No alert of that number; it looks like")
    return replace(_newest_to_pick(app, asked), text=f"{hint} /alert a4fc6b")


def _corrected(app: App, number: str, asked: Asked) -> list[str]:
    """What an alert's figures turned out to be, a text for each correction."""
    revisions = {known.id: known for known in app.store.revisions.all()}
    texts, states = [], app.ledger.states()
    for one in app.ledger.corrections.all(number):
        subject = one.was or one.now
        assert subject
        day = facts_of(app, app.ledger.evaluated() or subject.day)
        texts += corrections([Told(one)], revisions[one.revision], states, day, asked.language)
    return texts


def _wanted(text: str) -> str:
    return text.strip().lstrip("#").casefold()


def _numbered(app: App, text: str) -> Transition | None:
    wanted = _wanted(text)
    told = reversed(app.ledger.of("").transitions())
    return next((t for t in told if messages.number(t) == wanted), None)


def _journal(app: App, found: Transition, number: str, asked: Asked) -> list[str]:
    entry = app.ledger.journal.entry(found.day)
    if not entry:
        return [both(asked, "早于日志", "older than the journal")]
    alerts = json.loads(entry.text)["alerts"]
    of_it = next((a for a in alerts if a["id"] == number), {"data": "", "source": "-"})
    journal, data = both(asked, "日志", "journal"), both(asked, "数据", "data")
    line = f"{journal} <code>{entry.hash[:16]}</code> · {data} <code>{of_it['data'][:16]}</code>"
    source = say("imported", asked.language) if of_it["source"] == "file" else of_it["source"]
    return [f"{line} · {say('source', asked.language)} {source}"]


def _voting(good: bool) -> Callable[[App, Asked], Answer]:
    def answer(app: App, asked: Asked) -> Answer:
        found = _numbered(app, asked.rest)
        if not found:
            return alert(app, asked)
        app.ledger.kept.vote(messages.number(found), asked.user, good)
        return Answer(both(asked, "已记下，/record", "Noted; see /record"), is_brief=True)

    return answer


useful, useless = _voting(True), _voting(False)


def record(app: App, asked: Asked) -> Answer:
    """How the alerts since the bot began did, then each one, SHOWN a page."""
    day = app.ledger.evaluated()
    told = [t for t in app.ledger.transitions() if t.kind is not Kind.OVER]
    title = both(asked, "警报的成绩", "The record of alerts")
    if not day or not told:
        none = both(asked, "运行以来还没有警报。", "No alert since the bot began.")
        known = context.records(own_record.kept(app.ledger), asked.language)
        return listed(title, [], "", *known, *_elsewhere(app, asked), none=none)
    pages = -(-len(told) // SHOWN)
    page = _page(asked.rest, pages)
    chosen = told[::-1][(page - 1) * SHOWN : page * SHOWN]
    since = both(
        asked,
        f"运行以来 {len(told)} 条，自 {told[0].day}；第 {page}/{pages} 页",
        f"{len(told)} since the bot began, from {told[0].day}; page {page} of {pages}",
    )
    return Answer(
        f"<b>{title}</b>\n{since}",
        _turning(page, pages, asked),
        more=partial(_below, told=told, chosen=chosen, asked=asked),
        in_place=bool(asked.rest),
    )


def _below(app: App, told: Sequence[Transition], chosen: Sequence[Transition], asked: Asked) -> str:
    """The score, the alerts of a page, and what the expected shares rest on."""
    day, own = app.ledger.evaluated(), own_record.kept(app.ledger)
    assert day
    net = app.store.net(told[0].day, day, sorted({t.theme for t in told}))
    scores = _scores(told, net, labels(app.settings)[NET], own, asked)
    alerts = _since(app, chosen, net, asked)
    rest = [*context.records(own, asked.language), *_elsewhere(app, asked)]
    return "\n".join([*scores, "", *alerts, "", as_of(app, asked), "", *rest])


def _elsewhere(app: App, asked: Asked) -> list[str]:
    """How many alerts Hong Kong had; nothing above counts them."""
    there = len(app.of(HONG_KONG.code).ledger.transitions())
    zh = f"港股警报 {there} 次不在其中：相对恒生指数，未经检验"
    are = f"{many(there, 'alert')} of Hong Kong {'is' if there == 1 else 'are'}"
    en = f"{are} not among these: net of the Hang Seng index, untested"
    return [both(asked, zh, en)] if there else []


def _page(text: str, pages: int) -> int:
    """The page asked for, the newest alerts on the first; anything else is the first."""
    wanted = int(text) if text.isdecimal() and len(text) < 6 else 1
    return min(max(wanted, 1), pages)


def _turning(page: int, pages: int, asked: Asked) -> Buttons:
    """Buttons to the pages beside this one."""
    newer = both(asked, "◀ 较新", "◀ newer"), page - 1
    older = both(asked, "较早 ▶", "older ▶"), page + 1
    row = [(words, f"r:{to}") for words, to in (newer, older) if 1 <= to <= pages]
    return (tuple(row),) if row else ()


def _since(app: App, chosen: Sequence[Transition], net: pd.DataFrame, asked: Asked) -> list[str]:
    """A line for each alert: what it was, and how far its theme went since."""
    known, votes, label = app.store.themes(), app.ledger.kept.votes(), labels(app.settings)[NET]
    corrected = {one.alert: one.now for one in app.ledger.corrections.all()}
    lines = []
    for t in chosen:
        path = net.loc[t.day :, t.theme].to_numpy(float)
        good, bad = votes.get(messages.number(t), (0, 0))
        marks = f" 👍{good} 👎{bad}" if good or bad else ""
        if messages.number(t) in corrected:
            stands = corrected[messages.number(t)] is not None
            marks += f" ✏️ {say('alert_stands' if stands else 'no_alert', asked.language)}"
        head = messages.headline(t, known[t.theme], asked.language)
        lines.append(f"{t.day} {head} · {_went(path, label, asked)} #{messages.number(t)}{marks}")
    return lines


def _went(path: np.ndarray, label: Label, asked: Asked) -> str:
    """How far a net path went from its first level, and its lowest within the label's days."""
    change, lowest = float(path[-1] / path[0] - 1), float("nan")
    after = path[1 : label.days + 1]
    if np.isfinite(after).any():
        lowest = float(np.nanmin(after) / path[0] - 1)
    now, low = (figure(value, "fraction", asked.language) for value in (change, lowest))
    return both(
        asked,
        f"至今净 {now}，{label.days}日内最低 {low}",
        f"since, net {now}, lowest within {label.days} d {low}",
    )


def _scores(
    told: Sequence[Transition], net: pd.DataFrame, label: Label, own: Own | None, asked: Asked
) -> list[str]:
    """Of each stage how many alerts fell, how many are still open; below it what is expected."""
    fell, days, lines = followed(net, label), label.days, []
    size = figure(label.fall, "share", asked.language)
    for stage in SCORED:
        these = [t for t in told if t.after.stage is stage and t.before.stage is not stage]
        known = [float(fell[t.theme][t.day]) for t in these]
        hits, done = known.count(1.0), sum(value == value for value in known)
        name, count = stage_name(stage, asked.language), len(these)
        lines.append(
            both(
                asked,
                f"<b>{name}</b>：{count} 次，{done} 次已满{days}日或已跌，"
                f"其中 {hits} 次净跌{size}以上",
                f"<b>{name}</b>: {many(count, 'alert')}, {done} decided,"
                f" {hits} fell {size} or more, net, within {days} days",
            )
        )
        chance = context.expected(stage, own, asked.language)
        lines += [f"    {chance}"] if chance else []
    return lines
