"""Readings of the backdrop in words: one line each, with unit, period, age and own rank."""

import html
import math
from datetime import date

from bot.texts import figure
from bot.words import Language, say
from market.series import Series
from market.world import Index
from signals.macro import Reading


def name(of: Series | Index, language: Language) -> str:
    """A series or an index by its name."""
    return of.zh if language == "zh" else of.en


def period(one: Series, last: date) -> str:
    """A period by its last day: 2026-09, 2026Q3, 2026-09-24."""
    if one.cadence == "quarter":
        return f"{last.year}Q{last.month // 3}"
    return f"{last:%Y-%m}" if one.cadence == "month" else str(last)


def line(one: Series, now: Reading, language: Language) -> str:
    """The newest reading as HTML: value, period, age, rank, change, what to know of it."""
    parts = [
        f"{html.escape(name(one, language))} <b>{figure(now.value, one.unit, language)}</b>",
        period(one, now.period),
        say("age", language).format(days=f"{now.age_days:,}"),
    ]
    if not math.isnan(now.percentile):
        share = figure(now.percentile, "percentile", language)
        parts.append(say("rank", language).format(share=share, n=now.n))
    if not math.isnan(now.change):
        parts.append(say("year", language).format(size=change(now.change, one.unit, language)))
    note = one.note_zh if language == "zh" else one.note_en
    return " · ".join([*parts, *([html.escape(note)] if note else [])])


def brief(one: Series, now: Reading, language: Language) -> str:
    """A reading that just came out: value, period, the value before."""
    value, before = (figure(each, one.unit, language) for each in (now.value, now.before))
    when = f"{period(one, now.period)}, {say('previous', language)} {before}"
    return f"{name(one, language)} {value} ({when})"


def change(size: float, unit: str, language: Language) -> str:
    """A difference between two values of a unit; of fractions in percentage points."""
    if math.isnan(size):
        return say("unknown", language)
    if unit in ("fraction", "rate"):
        return f"{size * 100:+.1f} {say('share_points', language)}"
    if unit == "points":
        return f"{size:+.1f} {say('points', language)}"
    return ("+" if size > 0 else "") + figure(size, unit, language)
