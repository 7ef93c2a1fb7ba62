"""Questions about past run-ups: how they ended, and which of them today looks like."""

from collections.abc import Sequence
from datetime import date
from statistics import median

from bot import context
from bot.app import NET, App, labels
from bot.commands.asked import Answer, Asked, both, listed, name_of, of_one
from bot.past import MARKET, Past, marks
from bot.texts import figure
from bot.words import say
from market.calendar import HONG_KONG
from market.source import Theme
from signals.analogues import Analogue, Likeness, likeness
from signals.compare import RUN_UP, RUN_UP_DAYS
from signals.endings import Ending, ending, fast_bull
from signals.runs import AFTER_DAYS, FALL, STALL_DAYS, known_on
from signals.scorecard import Label

LISTED = 10  # run-ups of a list


def history(app: App, asked: Asked) -> Answer:
    """Past run-ups of one theme, or the largest of all."""
    return of_one(app, asked, "h", _of_theme) if asked.rest else _largest(app, asked)


def similar(app: App, asked: Asked) -> Answer:
    """Past run-ups that today's of a theme looks like, and how they went on."""
    return of_one(app, asked, "n", _alike)


def _last(app: App) -> date | None:
    """The day of the answers: the last judged, or after an import alone the last followed."""
    return app.ledger.evaluated() or app.ledger.run_ups.followed(marks(app))


def _endings(app: App, day: date | None, theme: str | None = None) -> list[Ending]:
    """The figures of run-ups as known on a day, of a theme or of all."""
    if not day:
        return []
    runs = [run for run in Past(app).runs if theme in (None, run.theme)]
    return [ending(run) for run in known_on(runs, day)]


def _of_theme(app: App, asked: Asked, theme: Theme) -> Answer:
    day, name = _last(app), name_of(theme, asked.language)
    lines = [_line(one, asked) for one in _endings(app, day, theme.id)[::-1][:LISTED]]
    title = both(asked, f"{name}：以往的行情", f"{name}: run-ups")
    clock = context.clock(Past(app).runs, theme.id, day, asked.language) if day else ""
    after = [line for line in (clock, _meaning(asked), _dated(day, asked)) if line]
    return listed(title, lines, "", *after, none=say("nothing", asked.language))


def _largest(app: App, asked: Asked) -> Answer:
    """The mainland's, and what they say together; Hong Kong's below, against another market."""
    day, there = _last(app), app.of(HONG_KONG.code)
    found = _endings(app, day)
    lines, below = _ranked(app, found, asked), _ranked(there, _endings(there, _last(there)), asked)
    if below:
        below = ["", say("against_hsi", asked.language), *below, _dated(_last(there), asked)]
    title = both(asked, "以往最大的行情（净）", "The largest run-ups, net")
    after = [*_together(found, asked), *_centre(app, asked), _meaning(asked), _dated(day, asked)]
    return listed(title, lines, "", *after, *below, none=say("nothing", asked.language))


def _ranked(app: App, found: Sequence[Ending], asked: Asked) -> list[str]:
    """The largest of run-ups, a line each."""
    known = app.store.themes()
    ranked = sorted(found, key=lambda one: -one.run_up)[:LISTED]
    return [
        f"{n}. {name_of(known[e.theme], asked.language)} {_line(e, asked)}"
        for n, e in enumerate(ranked, 1)
    ]


def _line(one: Ending, asked: Asked) -> str:
    """One run-up: up, and down where it is known."""
    up = figure(one.run_up, "fraction", asked.language)
    risen = f"{one.low} → {one.peak} {up} ({_days(one.days_up, asked)})"
    if not one.over:
        return f"{risen} · {both(asked, '进行中', 'still going on')}"
    if not one.is_settled:
        return f"{risen} · {both(asked, f'{one.over} 结束', f'over {one.over}')}"
    fallen = f"{figure(-one.fall, 'fraction', asked.language)} ({_days(one.days_down, asked)})"
    share = figure(one.given_back, "share", asked.language)
    back = both(asked, f"回吐 {share}", f"{share} given back")
    return " · ".join([risen, fallen, back, _water(one, asked)])


def _water(one: Ending, asked: Asked) -> str:
    """Whether and when the peak was regained."""
    wet = _days(one.under_water, asked)
    if one.under_water == one.under_water:
        return both(asked, f"{wet}后收复", f"regained after {wet}")
    return both(asked, f"{AFTER_DAYS}日内未收复", f"not regained in {AFTER_DAYS} d")


def _days(count: float, asked: Asked) -> str:
    return both(asked, f"{count:.0f}日", f"{count:.0f} d")


def _together(found: Sequence[Ending], asked: Asked) -> list[str]:
    """What all settled run-ups say together: the speed up against the speed down."""
    settled = fast_bull(found)
    if not settled.runs:
        return []
    text = say("fast_bull", asked.language).format(
        runs=settled.runs,
        days_up=f"{settled.days_up:.0f}",
        up=f"{settled.up_per_day:.2%}",
        days_down=f"{settled.days_down:.0f}",
        down=f"{settled.down_per_day:.2%}",
        ratio=f"{settled.ratio:.1f}",
        given=f"{settled.given_back:.0%}",
        regained=settled.regained,
        after=AFTER_DAYS,
    )
    lines = [text, say("by_chance", asked.language)]
    if settled.breadth_days >= 0 and settled.activity_days >= 0:
        normal = say("normal_again", asked.language).format(
            breadth=f"{settled.breadth_days:.0f}", activity=f"{settled.activity_days:.0f}"
        )
        lines.append(normal)
    return lines


def _centre(app: App, asked: Asked) -> list[str]:
    found = app.ledger.run_ups.leads().get(MARKET)
    if not found:
        return []
    market = both(asked, "全市场（等权）", "the whole market, equal weight")
    return [f"{market}: {context.lead(found, asked.language)}"]


def _meaning(asked: Asked) -> str:
    """What a run-up is, in one line."""
    return say("run_up_is", asked.language).format(
        rise=f"{RUN_UP:.0%}", days=RUN_UP_DAYS, fall=f"{FALL:.0%}", stall=STALL_DAYS
    )


def _dated(day: date | None, asked: Asked) -> str:
    return f"{say('day', asked.language)} {day or '-'}"


def _alike(app: App, asked: Asked, theme: Theme) -> Answer:
    day, name = _last(app), name_of(theme, asked.language)
    label = labels(app.settings)[NET]
    found = likeness(Past(app).runs, theme.id, day, label) if day else None
    title = both(asked, f"{name}：像哪些行情", f"{name}: which run-ups it is like")
    if not found:
        none = both(asked, "目前没有进行中的行情。", "No run-up is going on.")
        return listed(title, [], "", _meaning(asked), _dated(day, asked), none=none)
    known = app.store.themes()
    near = [one for one in found.nearest if one.theme in known]
    lines = [_likeness(one, known[one.theme], asked, label) for one in near]
    none = both(asked, "还没有同龄的以往行情。", "No past run-up was as old yet.")
    return listed(title, lines, *_told(found, asked, label), "", _dated(day, asked), none=none)


def _likeness(one: Analogue, theme: Theme, asked: Asked, label: Label) -> str:
    change = figure(one.ahead, "fraction", asked.language)
    days, size = label.days, f"{label.fall:.0%}"
    after = both(asked, f"其后{days}日净 {change}", f"{change} net in {days} days")
    fell = both(asked, f"曾净跌{size}", f"fell {size}") if one.fell else ""
    return " · ".join(
        part for part in (f"{one.day} {name_of(theme, asked.language)}", after, fell) if part
    )


def _told(found: Likeness, asked: Asked, label: Label) -> list[str]:
    """How they went on, against all that were as old; and what such likenesses were worth."""
    if not found.nearest:
        return []
    ahead = [one.ahead for one in found.nearest]
    middle, low, high, of_all = (
        figure(value, "fraction", asked.language)
        for value in (median(ahead), min(ahead), max(ahead), found.ahead)
    )
    text = say("alike", asked.language).format(
        age=found.age,
        count=len(ahead),
        days=label.days,
        middle=middle,
        low=low,
        high=high,
        fell=sum(one.fell for one in found.nearest),
        fall=f"{label.fall:.0%}",
        eligible=found.eligible,
        of_all=of_all,
        base=f"{found.fell:.0%}",
    )
    return ["", text, say("likeness_worth", asked.language)]
