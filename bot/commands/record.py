"""What became of the alerts: each one again, and the open scoreboard since the bot began."""

import json
from collections.abc import Callable, Sequence
from datetime import date

import pandas as pd

from bot import context, messages, own_record
from bot.app import App
from bot.commands.asked import PICKS, Answer, Asked, as_of, both, listed
from bot.correction_messages import correction
from bot.jobs import facts_of
from bot.texts import figure, plain
from bot.words import say
from market.calendar import HONG_KONG
from signals.model import Kind, Stage, ThemeState, Transition
from signals.scorecard import DAYS, FALL, followed

SHOWN = 10  # newest alerts of the scoreboard
SCORED = (Stage.FORMING, Stage.BUBBLE, Stage.BURSTING)


def alert(app: App, asked: Asked) -> Answer:
    """An alert by its number: its evidence, the journal's hash, what readers think of it."""
    if not asked.rest.strip():
        return _newest_to_pick(app, asked)
    found = _numbered(app, asked.rest)
    if not found:
        return Answer("\n\n".join(_corrected(app, _wanted(asked.rest), asked)) or _none(asked))
    app = app.of(app.store.themes()[found.theme].exchange)
    number = messages.number(found)
    shown = app.ledger.tellings.said(number, asked.language)
    if not shown:  # told before texts were kept
        shown = messages.alerts([found], facts_of(app, found.day), asked.language)[0]
    good, bad = app.ledger.votes().get(number, (0, 0))
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
    known, told = app.store.themes(), app.ledger.transitions()[: -PICKS - 1 : -1]
    heads = [plain(messages.headline(t, known[t.theme], asked.language)) for t in told]
    rows = [
        ((f"{t.day:%m-%d} {head}", f"a:{messages.number(t)}"),)
        for t, head in zip(told, heads, strict=True)
    ]
    if not rows:
        return Answer(both(asked, "运行以来还没有警报。", "No alert since the bot began."))
    return Answer(both(asked, "哪一条警报？", "Which alert?"), tuple(rows))


def _none(asked: Asked) -> str:
    hint = both(asked, "没有这个编号的警报，例如", "No alert of that number; it looks like")
    return f"{hint} /alert a4fc6b"


def _corrected(app: App, number: str, asked: Asked) -> list[str]:
    """What an alert's figures turned out to be, a text for each correction."""
    revisions = {known.id: known for known in app.store.revisions.all()}
    texts, states = [], app.ledger.states()
    for one in app.ledger.corrections.all(number):
        subject = one.was or one.now
        assert subject
        day = facts_of(app, app.ledger.evaluated() or subject.day)
        state = states.get(subject.theme) or ThemeState(subject.theme)
        known = revisions[one.revision]
        texts.append(correction(one, None, known, state, day, asked.language))
    return texts


def _wanted(text: str) -> str:
    return text.strip().lstrip("#").casefold()


def _numbered(app: App, text: str) -> Transition | None:
    wanted = _wanted(text)
    told = reversed(app.ledger.transitions(everywhere=True))
    return next((t for t in told if messages.number(t) == wanted), None)


def _journal(app: App, found: Transition, number: str, asked: Asked) -> list[str]:
    entry = app.ledger.journal.entry(found.day)
    if not entry:
        return [both(asked, "早于日志", "older than the journal")]
    alerts = json.loads(entry.text)["alerts"]
    of_it = next((a for a in alerts if a["id"] == number), {"data": "", "source": "-"})
    journal, data = both(asked, "日志", "journal"), both(asked, "数据", "data")
    line = f"{journal} <code>{entry.hash[:16]}</code> · {data} <code>{of_it['data'][:16]}</code>"
    return [f"{line} · {say('source', asked.language)} {of_it['source']}"]


def _voting(good: bool) -> Callable[[App, Asked], Answer]:
    def answer(app: App, asked: Asked) -> Answer:
        found = _numbered(app, asked.rest)
        if not found:
            return alert(app, asked)
        app.ledger.vote(messages.number(found), asked.user, good)
        return Answer(both(asked, "已记下，/record", "Noted; see /record"), is_brief=True)

    return answer


useful, useless = _voting(True), _voting(False)


def record(app: App, asked: Asked) -> Answer:
    """Every alert since the bot began and what happened since, against what was to be expected."""
    day = app.ledger.evaluated()
    told = [t for t in app.ledger.transitions() if t.kind is not Kind.OVER]
    known = context.records(own_record.kept(app.ledger), asked.language)
    known += _elsewhere(app, asked)
    title = both(asked, "警报的成绩", "The record of alerts")
    if not day or not told:
        none = both(asked, "运行以来还没有警报。", "No alert since the bot began.")
        return listed(title, [], "", *known, none=none)
    themes = sorted({t.theme for t in told})
    panel = app.store.panel(day, app.settings.data.history_days, themes)
    since = both(asked, f"运行以来，自 {told[0].day}", f"since the bot began, from {told[0].day}")
    lines = [since, *_scores(told, panel.net, asked), "", *_newest(app, told, panel.net, asked)]
    return listed(title, lines, "", *known, as_of(app, asked), none="")


def _elsewhere(app: App, asked: Asked) -> list[str]:
    """How many alerts Hong Kong had; nothing above counts them."""
    there = len(app.of(HONG_KONG.code).ledger.transitions())
    zh = f"港股警报 {there} 次不在其中：相对恒生指数，未经检验"
    en = f"{there} alerts of Hong Kong are not among these: net of the Hang Seng index, untested"
    return [both(asked, zh, en)] if there else []


def _scores(told: Sequence[Transition], net: pd.DataFrame, asked: Asked) -> list[str]:
    """A line for each stage: how many alerts, how many fell, how many are still open."""
    fell, lines = followed(net), []
    for stage in SCORED:
        own = [t for t in told if t.after.stage is stage and t.before.stage is not stage]
        known = [_at(fell, t.day, t.theme) for t in own]
        hits, done = known.count(1.0), sum(value == value for value in known)
        name = messages.stage_name(stage, asked.language)
        size = figure(FALL, "share", asked.language)
        lines.append(
            both(
                asked,
                f"{name}：{len(own)} 次，{done} 次已满{DAYS}日或已跌，其中 {hits} 次净跌{size}以上",
                f"{name}: {len(own)} alerts, {done} decided, {hits} fell {size} or more, net,"
                f" within {DAYS} days",
            )
        )
    return lines


def _newest(app: App, told: Sequence[Transition], net: pd.DataFrame, asked: Asked) -> list[str]:
    known, votes, lines = app.store.themes(), app.ledger.votes(), []
    corrected = {one.alert: one.now for one in app.ledger.corrections.all()}
    for t in list(told)[: -SHOWN - 1 : -1]:
        begun, now = _at(net, t.day, t.theme), _at(net, net.index[-1], t.theme)
        good, bad = votes.get(messages.number(t), (0, 0))
        marks = f" 👍{good} 👎{bad}" if good or bad else ""
        if messages.number(t) in corrected:
            stands = corrected[messages.number(t)] is not None
            marks += f" ✏️ {say('alert_stands' if stands else 'no_alert', asked.language)}"
        change = figure(now / begun - 1, "fraction", asked.language)
        after = both(asked, "至今净", "since, net")
        head = messages.headline(t, known[t.theme], asked.language)
        lines.append(f"{t.day} {head} · {after} {change} #{messages.number(t)}{marks}")
    title = both(asked, "最近的警报", "The newest alerts")
    return [f"<b>{title}</b>", *(lines or [say("nothing", asked.language)])]


def _at(frame: pd.DataFrame, day: date, theme: str) -> float:
    """A value, NaN where the day or the theme is not there."""
    if day not in frame.index or theme not in frame.columns:
        return float("nan")
    return float(frame[theme].loc[day])
