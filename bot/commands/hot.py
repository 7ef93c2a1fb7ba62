"""What is hot: the themes by stage, each with why; one answer, wherever it is asked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import inf, nan

import pandas as pd

from bot.alerting import value
from bot.app import App
from bot.commands.asked import (
    HOT,
    Answer,
    Asked,
    all_states,
    as_of,
    begins,
    both,
    judged_everywhere,
    listed,
    picked,
    switches,
)
from bot.evidence import is_past
from bot.links import linked
from bot.names import STAGES
from bot.records import Buttons
from bot.script import simplified
from bot.texts import figure, split
from bot.words import say
from market.calendar import HONG_KONG
from market.source import Theme
from signals.evaluate import thresholds
from signals.lifecycle import Reading
from signals.model import Stage, ThemeState
from signals.replay import READ
from signals.ways import BEFORE, Condition, entry

ALL = "all"  # what the way back from one stage asks
STAGED = (Stage.BUBBLE, Stage.FORMING, Stage.BURSTING, Stage.OVER)  # each with a button
NEW_DAYS = 5  # trading days for which a theme that turned is told among the hot
REASONED = (12, 8, 6)  # themes of a stage with their reasons: the most that fit one message
NAMED = 6  # themes named of a stage that is not hot
PAGE = 24  # themes on a page of one stage
PRESSED = 6  # themes with a button of their own
REASONS = 2  # conditions of a stage that are told


@dataclass(frozen=True)
class Row:
    """A theme as it stands."""

    theme: Theme
    state: ThemeState
    run_up: float  # fraction, net
    entered: Sequence[Condition]  # today: of a surge, where it is hot; of a turn, where it turned

    @property
    def holds(self) -> bool:
        """Whether it rises or turns today."""
        return bool(self.entered) and all(asked.holds for asked in self.entered)

    @property
    def place(self) -> tuple[bool, float, str]:
        """What it is sorted by: those that hold first, then the largest run-up."""
        return not self.holds, -self.run_up if self.run_up == self.run_up else inf, self.theme.id


def themes(app: App, asked: Asked) -> Answer:
    """What is hot, and why; or the themes of one stage."""
    wanted = simplified(asked.rest.strip().casefold())
    name, _, page = wanted.rpartition(" ")
    name, page = (name, page) if name and page.isdecimal() else (wanted, "1")
    stage = next((s for s, words in STAGES.items() if name in (s, *words.values())), None)
    if stage:
        return _of_stage(app, asked, stage, int(page[:4]))
    if wanted and wanted != ALL:
        every = ", ".join(STAGES[s][asked.language] for s in Stage)
        hint = both(asked, "没有这个阶段；有", "No such stage; there are")
        return Answer(f"{hint}: {every}", _stages(asked, None))
    if not app.ledger.evaluated():
        return Answer(begins(asked))
    return replace(_hot(app, asked), in_place=wanted == ALL)


def _hot(app: App, asked: Asked) -> Answer:
    """The verdict, the themes of each hot stage with their reasons, the names of the others."""
    rows, since = _rows(app, STAGED), _new_since(app)
    of = {stage: [row for row in rows if row.state.stage is stage] for stage in STAGED}
    turned = [row for row in of[Stage.BURSTING] if row.state.since and row.state.since >= since]
    of[Stage.BURSTING] = [row for row in of[Stage.BURSTING] if row not in turned]
    told = [(STAGES[stage][asked.language], of[stage]) for stage in HOT]
    told.append((say("hot_turned", asked.language).format(days=NEW_DAYS), turned))
    verdict = _verdict(asked, [*of[Stage.BUBBLE], *of[Stage.FORMING]], len(turned))
    lines = ["", say("hot_legend", asked.language)] if any(here for _, here in told) else []
    names = [_named(app, asked, stage, of[stage]) for stage in (Stage.BURSTING, Stage.OVER)]
    lines += ["", *filter(None, names)] if any(names) else []
    lines += ["", _count(app, asked), *_hong_kong(app, asked, rows), as_of(app, asked)]
    texts = ("\n".join([verdict, *_reasoned(app, asked, told, most), *lines]) for most in REASONED)
    *_, text = _until_it_fits(texts)
    shown = [row.theme for _, here in told for row in here]
    counts = {stage: sum(row.state.stage is stage for row in rows) for stage in STAGED}
    return Answer(text, (*_to_press(asked, shown), *_stages(asked, None, counts)))


def _until_it_fits(texts: Iterable[str]) -> Iterator[str]:
    """The texts up to the first that one message holds."""
    for text in texts:
        yield text
        if len(split(text)) == 1:
            return


def _verdict(asked: Asked, hot: Sequence[Row], turned: int) -> str:
    """In a sentence whether anything is hot, and how much of it still is today."""
    label = say("simulated", asked.language) if _simulated(hot) else ""
    counts = " · ".join(
        f"{STAGES[stage][asked.language]} {sum(row.state.stage is stage for row in hot)}"
        for stage in HOT
    )
    hold, unknown = sum(row.holds for row in hot), sum(not _is_known(row) for row in hot)
    key = "hot_none" if not hot else "hot_some" if hold else "hot_cooled"
    said = say(key, asked.language).format(counts=counts, hold=hold)
    if unknown:
        said += say("hot_unknown", asked.language).format(count=unknown)
    if turned:
        new = {"days": NEW_DAYS, "count": turned}
        said += say("hot_new", asked.language).format(**new)
    return label + said + both(asked, "。", ".")


def _is_known(row: Row) -> bool:
    return row.holds or is_past(row.entered)


def _simulated(rows: Iterable[Row]) -> bool:
    return any(row.theme.source == "simulated" for row in rows)


def _reasoned(
    app: App, asked: Asked, told: Sequence[tuple[str, Sequence[Row]]], most: int
) -> list[str]:
    """Each stage that has themes, its first ones with their reasons; how to reach the others."""
    lines = []
    for title, here in told:
        if here:
            lines += ["", f"<b>{title} {len(here)}</b>"]
            lines += [_line(app, asked, row) for row in here[:most]]
        if len(here) > most:
            lines.append(say("hot_more", asked.language).format(count=len(here) - most))
    return lines


def _named(app: App, asked: Asked, stage: Stage, here: Sequence[Row]) -> str:
    """The names of a stage that is not hot, in a line."""
    username, older = app.ledger.fact("username"), stage is Stage.BURSTING
    names = [linked(row.theme, asked.language, username) for row in here[:NAMED]]
    title = STAGES[stage][asked.language]
    title = both(asked, "更早的", "earlier ") + title if older else title
    more = " …" if len(here) > NAMED else ""
    return f"<b>{title} {len(here)}</b>: {', '.join(names)}{more}" if names else ""


def _count(app: App, asked: Asked) -> str:
    """How many themes there are, and where the largest run-ups stand."""
    return say("hot_rest", asked.language).format(count=len(judged_everywhere(app)))


def _hong_kong(app: App, asked: Asked, rows: Sequence[Row]) -> list[str]:
    """That some of them are net of another market, and as of which day."""
    there = app.of(HONG_KONG.code)
    own = [
        linked(r.theme, asked.language, None) for r in rows if r.theme.exchange == HONG_KONG.code
    ]
    words = say("against_hsi", asked.language)
    return [f"{words}: {', '.join(own)} · {as_of(there, asked)}"] if own else []


def _line(app: App, asked: Asked, row: Row) -> str:
    """A theme with its reasons in a few words, and since when it is in its stage."""
    username, day = app.ledger.fact("username"), app.ledger.evaluated()
    dot = "● " if row.holds else "○ " if row.entered else ""
    reasons = [_reason(asked, one) for one in row.entered[:REASONS]]
    if not reasons:
        reasons = [_reason(asked, Condition("run_up", row.run_up, nan, "fraction"))]
    parts = [f"{dot}{linked(row.theme, asked.language, username)} {reasons[0]}", *reasons[1:]]
    return " · ".join([*parts, *_since(row.state.since, day)])


def _reason(asked: Asked, of: Condition) -> str:
    size = figure(of.value, of.unit, asked.language)
    return say(f"hot_{of.what}", asked.language).format(value=size)


def _since(since: date | None, day: date | None) -> list[str]:
    """The day a stage was entered, in short within the year."""
    if not since:
        return []
    return [f"{since:%m-%d}" if day and since.year == day.year else f"{since}"]


def _of_stage(app: App, asked: Asked, stage: Stage, page: int) -> Answer:
    """The themes of a stage, page by page: those that hold first, then the largest run-up."""
    rows = _rows(app, (stage,))
    pages = max(1, -(-len(rows) // PAGE))
    page = min(max(page, 1), pages)
    shown = rows[(page - 1) * PAGE : page * PAGE]
    lines = [_line(app, asked, row) for row in shown]
    legend = [say("hot_legend", asked.language)] if stage in BEFORE and rows else []
    label = say("simulated", asked.language) if _simulated(rows) else ""
    title = f"{label}{STAGES[stage][asked.language]} {len(rows)}"
    title += f" · {page}/{pages}" if pages > 1 else ""
    foot = [*legend, *_hong_kong(app, asked, shown), as_of(app, asked)]
    given = listed(title, lines, *foot, none=say("nothing", asked.language))
    turns = [("‹", page - 1), ("›", page + 1)]
    turn = [(mark, f"q:{stage} {n}") for mark, n in turns if 1 <= n <= pages and pages > 1]
    buttons = [*([turn] if turn else []), *_stages(asked, stage)]
    return replace(given, buttons=buttons, in_place=True)


def _stages(asked: Asked, now: Stage | None, counts: Mapping[Stage, int] | None = None) -> Buttons:
    """Buttons of the stages, and from one of them the way back to what is hot."""
    many = {stage: f" {count}" for stage, count in (counts or {}).items()}
    names = {str(s): f"{STAGES[s][asked.language]}{many.get(s, '')}" for s in STAGED}
    back = both(asked, "🔥 热门", "🔥 Hot")
    return switches("q", names | ({ALL: back} if now else {}), now)


def _to_press(asked: Asked, shown: Sequence[Theme]) -> Buttons:
    """The first themes as buttons, two in a row."""
    every = [button for row in picked(asked, shown[:PRESSED], "t") for button in row]
    return [every[n : n + 2] for n in range(0, len(every), 2)]


def _new_since(app: App) -> date:
    """The first of the last NEW_DAYS trading days."""
    return app.store.days(app.ledger.evaluated(), NEW_DAYS)[0]


def _rows(app: App, stages: Sequence[Stage]) -> list[Row]:
    """The themes in some stages, sorted as they are told."""
    known, states = app.store.themes(), all_states(app)
    found = [s for t, s in states.items() if s.stage in stages and t in known]
    places = {code: app.of(code) for code in dict.fromkeys(known[s.theme].exchange for s in found)}
    rows = [
        row
        for code, place in places.items()
        for row in _of_exchange(place, [s for s in found if known[s.theme].exchange == code], known)
    ]
    return sorted(rows, key=lambda row: row.place)


def _of_exchange(
    app: App, states: Sequence[ThemeState], known: Mapping[str, Theme]
) -> Iterable[Row]:
    day, at = app.ledger.evaluated(), thresholds(app.rules)
    assert day  # or no theme had a state
    turned = [state.theme for state in states if state.stage is Stage.BURSTING]
    net = app.store.net(day, day, turned) if turned else pd.DataFrame()
    sizes = app.ledger.standing.values("run_up", app.store.exchange)
    for state in states:
        signals = app.ledger.standing.reading(state.theme) if state.stage in BEFORE else ()
        level = float(net[state.theme].iloc[-1]) if state.theme in net else nan
        reading = Reading(day, level, *(value(signals, rule) for rule in READ))
        # a bubble that a surge still feeds is hot, were it too small to enter now
        asked = replace(state, stage=Stage.FORMING) if state.stage in HOT else state
        run_up = sizes.get(state.theme, nan)
        yield Row(known[state.theme], state, run_up, entry(asked, reading, app.policy, at))
