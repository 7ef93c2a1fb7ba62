"""Pictures on request: the chart of a theme, two themes side by side, and how pictures look."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from html import escape

from bot.app import App
from bot.commands.asked import (
    PICKS,
    Answer,
    Asked,
    admins_only,
    as_of,
    both,
    chart,
    hottest,
    listed,
    may_change,
    name_of,
    not_found,
    of_one,
    picture,
    shown_state,
)
from bot.commands.named import named, nearest
from bot.compare import alike
from bot.messages import headline, number
from bot.names import STAGES, rule_name, theme_name
from bot.pictures import CHART_DAYS, COMPARED
from bot.style import CHOICE, COLOURS, PAPERS, STYLE, look_of
from bot.texts import figure
from bot.words import say
from market.source import Theme
from signals.model import Signal

Pair = tuple[list[Theme], list[Theme], str, str]  # what two names may mean, and the names
SPANS = (60, 250, 750)  # trading days of the buttons
LEAST, MOST = 20, 1000  # trading days that may be asked for
NAMED = 8  # alerts of a chart that are named below it
MEASURES = ("run_up", "breadth", "heat", "exuberance", "divergence", "valuation", "fall")
DATA_LIMIT = 52  # bytes of a button's data; the rest of its 64 is for whose button it is


def chart_(app: App, asked: Asked) -> Answer:
    """The chart of a theme over some trading days, by default a year of them."""
    name, days = _days(asked.rest)
    if days is None:
        return Answer(
            both(
                asked,
                f"交易日数须为 {LEAST} 到 {MOST} 的整数，例如 /chart 机器人 250",
                f"Trading days go from {LEAST} to {MOST}, such as /chart robots 250",
            )
        )
    told = partial(_chart, days=days)
    suffix = "" if days == CHART_DAYS else f" {days}"
    return of_one(app, replace(asked, rest=name), "p", told, suffix)


def _days(text: str) -> tuple[str, int | None]:
    """Name and number of days behind it; the number is None when it cannot be."""
    name, _, last = text.rpartition(" ")
    if not name or not re.match(r"[+-]?\d", last):
        return text, CHART_DAYS
    found = re.fullmatch(r"\+?(\d{1,9})(?:d|日|天)?", last, re.ASCII)
    days = int(found[1]) if found else 0
    return name, days if LEAST <= days <= MOST else None


def _chart(app: App, asked: Asked, theme: Theme, days: int) -> Answer:
    drawn = chart(app, asked, theme.id, days)
    if not drawn:
        return Answer(both(asked, "还没有判断过任何交易日。", "No day has been judged yet."))
    since = app.store.days(drawn.day, days)[0]
    told = app.ledger.transitions(theme.id, since, drawn.day)
    # numbered as the marks of the chart are
    lines = [
        f"{place}. {t.day} {headline(t, theme, asked.language)} #{number(t)}"
        for place, t in enumerate(told, 1)
    ][-NAMED:]
    span = both(asked, f"{days} 个交易日", f"{days} trading days")
    title = f"{_labelled(theme, asked)} · {span}"
    none = both(asked, "这段时间里没有警报。", "No alert within these days.")
    given = listed(title, lines, *_replayed(app, asked, theme), as_of(app, asked), none=none)
    row = tuple(
        (both(asked, f"{span}日", f"{span} d"), f"p:{theme.id} {span}")
        for span in SPANS
        if span != days
    )
    return replace(given, buttons=(row,), picture=drawn, captioned=True, in_place=True)


def _replayed(app: App, asked: Asked, theme: Theme) -> list[str]:
    """That stages are shaded which nobody was told of, where the episode began before the bot."""
    began, started = app.ledger.kept.began(), shown_state(app, theme.id).started
    if not (began and started and started < began):
        return []
    return [say("drawn_replayed", asked.language).format(day=began)]


def compare(app: App, asked: Asked) -> Answer:
    """Two themes side by side: stage, measures, members in common, correlation, both prices."""
    known = list(app.store.themes().values())
    if len(asked.rest.split()) < 2 or named(known, asked.rest):
        return of_one(app, asked, "z", _beside)
    pairs = [(named(known, a), named(known, b), a, b) for a, b in _halves(asked.rest)]
    usable = [pair for pair in pairs if pair[0] and pair[1]]
    if not usable:
        return _slip(asked, known, pairs)
    first, second, _, rest = min(usable, key=lambda pair: len(pair[0]) * len(pair[1]))
    if len(first) > 1:
        return _several(asked, first, "{}", second[0].id if len(second) == 1 else rest)
    if len(second) > 1:
        return _several(asked, second, first[0].id, "{}")
    if first == second:
        return Answer(both(asked, "这是同一个题材。", "That is one and the same theme."))
    if first[0].exchange != second[0].exchange:
        return Answer(say("apart", asked.language))
    return _compared(app.of(first[0].exchange), asked, first[0], second[0])


def _beside(app: App, asked: Asked, theme: Theme) -> Answer:
    """The first of two was named; which is the second."""
    others = [one for one in hottest(app, PICKS + 1) if one != theme]
    words = both(
        asked,
        f"{name_of(theme, asked.language)} 与哪个题材并排？",
        f"Which beside {name_of(theme, asked.language)}?",
    )
    return _picks(asked, words, others, theme.id, "{}")


def _slip(asked: Asked, known: Sequence[Theme], pairs: Sequence[Pair]) -> Answer:
    """One of two names is that of no theme: those near to it."""
    for first, second, a, b in pairs:
        found, typed = (first, b) if first else (second, a)
        near = nearest(known, typed) if len(found) == 1 else []
        if near:
            halves = (found[0].id, "{}") if first else ("{}", found[0].id)
            return _picks(asked, not_found(asked, typed, is_near=True), near, *halves)
    none = both(asked, "没有找到其中的题材，", "No themes of such names; ")
    hint = both(asked, "请写两个题材名，例如", "Write the names of two themes, such as")
    pair = both(asked, "机器人 人工智能", "robots liquor")
    return Answer(f"{none}/themes\n{hint} /compare {pair}")


def _halves(text: str) -> Iterator[tuple[str, str]]:
    """Each way to read a text as two names: names may hold spaces."""
    words = text.replace("，", " ").replace(",", " ").split()
    for cut in range(1, len(words)):
        yield " ".join(words[:cut]), " ".join(words[cut:])


def _several(asked: Asked, found: Sequence[Theme], *halves: str) -> Answer:
    n = len(found)
    words = both(asked, f"找到 {n} 个题材，哪一个？", f"{n} themes match; which one?")
    return _picks(asked, words, found, *halves)


def _picks(asked: Asked, words: str, found: Sequence[Theme], *halves: str) -> Answer:
    """Buttons for what one of two names may mean; `halves` has {} in its place."""
    data = "z:" + " ".join(halves)
    rows = tuple(
        ((theme_name(theme, asked.language), data.replace("{}", theme.id)),)
        for theme in found[:PICKS]
    )
    if any(len(data.encode()) > DATA_LIMIT for row in rows for _, data in row):
        return Answer(both(asked, "请把题材名写得更全。", "Write more of the names."))
    return Answer(words, rows)


def _compared(app: App, asked: Asked, first: Theme, second: Theme) -> Answer:
    day = app.ledger.evaluated()
    if not day:
        return Answer(both(asked, "还没有判断过任何交易日。", "No day has been judged yet."))
    names = [f"<b>{_labelled(theme, asked)}</b>" for theme in (first, second)]
    stages = [STAGES[shown_state(app, t.id).stage][asked.language] for t in (first, second)]
    values = [{s.rule: s for s in app.ledger.standing.reading(t.id)} for t in (first, second)]
    rows = [(both(asked, "阶段", "stage"), stages)]
    none = say("unknown", asked.language)
    pairs = [
        (rule_name(r, asked.language), [_value(v, r, asked) for v in values]) for r in MEASURES
    ]
    rows += [(name, pair) for name, pair in pairs if set(pair) != {none}]
    lines = [f"{escape(name)}: {' | '.join(pair)}" for name, pair in rows]
    absent = [escape(name) for name, pair in pairs if set(pair) == {none}]
    lines += [f"{none}: {' · '.join(absent)}"] if absent else []
    head = "\n".join([" | ".join(names), *lines])
    more = partial(_together, asked=asked, first=first, second=second)
    return Answer(
        head,
        more=more,
        picture=picture(app, asked, COMPARED, day, first.id, second.id, str(CHART_DAYS)),
    )


def _labelled(theme: Theme, asked: Asked) -> str:
    """A theme's name as HTML; that it is simulated stands before it."""
    label = say("simulated", asked.language) if theme.source == "simulated" else ""
    return f"{label}{name_of(theme, asked.language)}"


def _value(values: dict[str, Signal], rule: str, asked: Asked) -> str:
    known, language = values.get(rule), asked.language
    return figure(known.value, known.unit, language) if known else say("unknown", language)


def _together(app: App, asked: Asked, first: Theme, second: Theme) -> str:
    """Members in common and the correlation, which look at members and months of prices."""
    app = app.of(first.exchange)
    day = app.ledger.evaluated()
    assert day
    found = alike(app, first.id, second.id, day)
    size = f"{found.correlation:+.2f}" if found.correlation == found.correlation else None
    return "\n".join(
        [
            say("in_common", asked.language).format(
                shared=found.shared, first=found.first, second=found.second
            ),
            say("moved_together", asked.language).format(
                size=size or say("unknown", asked.language), days=found.days
            ),
            as_of(app, asked),
        ]
    )


def style(app: App, asked: Asked) -> Answer:
    """How this chat's pictures look, by buttons: light or dark, and the colours of up and down."""
    what = asked.rest.strip().casefold()
    if what and not may_change(app.settings, asked.chat, asked.user):
        return admins_only(asked)
    if what in PAPERS:
        app.ledger.wish(asked.chat.id, STYLE, what)
    elif what in COLOURS:
        app.ledger.wish(asked.chat.id, CHOICE, what)
    wishes = app.ledger.wishes(asked.chat.id)
    look = look_of(wishes, asked.language, app.settings.charts.theme, asked.chat.hant)
    rows = tuple(
        tuple(
            (f"{'✓ ' if one == chosen else ''}{say(f'look_{one}', asked.language)}", f"y:{one}")
            for one in of
        )
        for of, chosen in ((PAPERS, look.paper), (COLOURS, look.colours))
    )
    title = both(asked, "本聊天图片的样子", "How this chat's pictures look")
    lines = [say(f"look_{one}", asked.language) for one in (look.paper, look.colours)]
    note = both(
        asked,
        "正负号、形状与网纹总与颜色同在。",
        "Signs, shapes and hatches always stand beside the colours.",
    )
    return replace(listed(title, lines, note, none=""), buttons=rows, in_place=bool(what))
