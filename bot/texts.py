"""Texts: rendering templates, counting, cutting and stamping; for all that goes to Telegram.

No tag spans a line, so that a text may be cut between any two lines.
"""

import html
import math
import re
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from bot.words import WORDS, Language, say
from market.calendar import SHANGHAI, closed

TEXT_LIMIT = 4096  # UTF-16 units, Telegram's
CAPTION_LIMIT = 1024  # likewise, of the words below a picture
OPEN, CLOSE = "<blockquote expandable>", "</blockquote>"  # what a phone folds
QUOTE = re.compile(f"{OPEN}([^<]*){CLOSE}")
BETWEEN = " · "  # members of a list in a quote
STAMP_ROOM = 192  # units kept free for the line added when a message is sent


def figure(value: float, unit: str, language: Language, finer: int = 0) -> str:
    """A value with its unit, `finer` with more digits; an unknown one in words, never a number."""
    if math.isnan(value):
        return say("unknown", language)
    if unit == "fraction":
        return f"{value:+z.{1 + finer}%}"
    if unit in ("loss", "rate"):
        return f"{value:z.{1 + finer + (unit == 'rate')}%}"
    if unit == "days":
        return f"{value:.{finer}f}{'天' if language == 'zh' else ' d'}"
    if unit == "cny":
        return money(value, language)
    if unit in ("ratio", "points"):
        return f"{value:.{1 + finer}f}{'x' if unit == 'ratio' else ''}"
    return f"{value:.{finer}%}"


def gap(value: float, unit: str, language: Language) -> str:
    """The size of a difference, in percentage points where the figures are percentages."""
    if unit in ("days", "ratio", "points", "cny"):
        return figure(value, unit, language)
    return f"{100 * value:.1f}{'个百分点' if language == 'zh' else ' pp'}"


def many(count: int, noun: str) -> str:
    """How many of something, in English."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def themes_in(count: int, language: Language) -> str:
    """How many themes."""
    return f"{count} 个题材" if language == "zh" else many(count, "theme")


def trading_days(count: int, language: Language) -> str:
    """How many trading days."""
    return f"{count}个交易日" if language == "zh" else many(count, "trading day")


def money(value: float, language: Language) -> str:
    """CNY in the reader's own large units."""
    if math.isnan(value):
        return say("unknown", language)
    if language == "zh":
        return f"{value / 1e12:.2f}万亿元" if value >= 1e12 else f"{value / 1e8:,.0f}亿元"
    return f"CNY {value / 1e9:,.0f} bn"


def render(template: str, day: object, language: Language, **context: Any) -> str:
    """A template of bot/templates with everything escaped; ends without a line break."""
    words = {key: say(key, language) for key in WORDS}
    shown = _environment().get_template(f"{template}.j2")
    text = shown.render(d=day, w=words, l=language, **context)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def no_figures(day: date, reason: str, language: Language) -> str:
    """The digest of a trading day that brought no figures."""
    why = html.escape(f"{say('no_figures', language)}: {reason}")
    return f"📋 <b>{say('digest', language)} {day}</b>\n{why}"


def page(template: str, **context: Any) -> str:
    """A page of bot/templates for a browser, everything escaped."""
    text: str = _environment().get_template(f"{template}.html.j2").render(**context)
    return text


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("bot"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"money": money, "figure": figure}
    return made


def units(text: str) -> int:
    """Length as Telegram counts it: UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def split(text: str, limit: int = TEXT_LIMIT - STAMP_ROOM) -> list[str]:
    """The text in parts of at most `limit` units, cut at blank lines if possible, else at lines."""
    if units(text) <= limit:
        return [text]
    parts = [""]
    for block in _blocks(text, limit):
        joined = f"{parts[-1]}\n{block}" if parts[-1] else block
        if units(joined) <= limit:
            parts[-1] = joined
        else:
            parts.append(block.lstrip("\n"))
    return parts


def _blocks(text: str, limit: int) -> list[str]:
    """Paragraphs, or the lines of one that is too long itself.

    A line too long loses its markup and its end, but for a quote, which becomes several.
    """
    blocks: list[str] = []
    for paragraph in text.split("\n\n"):
        fits = units(paragraph) < limit
        lines = [paragraph] if fits else _lines(paragraph, limit)
        blocks += ["\n" + lines[0] if blocks else lines[0], *lines[1:]]
    return blocks


def _lines(paragraph: str, limit: int) -> list[str]:
    """Its lines, each no longer than the limit; a quote that is becomes several."""
    lines: list[str] = []
    for line in paragraph.split("\n"):
        quoted = QUOTE.fullmatch(line)
        if quoted and units(line) >= limit:
            lines += [f"{OPEN}{part}{CLOSE}" for part in _pieces(quoted[1], limit)]
        else:
            lines.append(_shortened(line, limit))
    return lines


def _pieces(text: str, limit: int) -> list[str]:
    """The parts of a folded list, cut between two of its members."""
    room, pieces = limit - units(f"{OPEN}{CLOSE}") - 1, [""]
    for member in text.split(BETWEEN):
        joined = f"{pieces[-1]}{BETWEEN}{member}" if pieces[-1] else member
        if units(joined) < room:
            pieces[-1] = joined
        else:
            pieces.append(_shortened(member, room))
    return [piece for piece in pieces if piece]


def _shortened(line: str, limit: int) -> str:
    if units(line) < limit:
        return line
    return html.escape(plain(line)[: limit // 8]) + "…"  # an escaped character has up to 6 units


def plain(text: str) -> str:
    """The text without markup, as a terminal shows it."""
    return html.unescape(re.sub(r"<[^>]+>", "", text))


def moment(instant: datetime, zone: ZoneInfo, form: str = "%Y-%m-%d %H:%M") -> str:
    """An instant in a chat's zone, see `local`; a tap shows it in the reader's own.

    HTML, Telegram's own element; an application that does not know it shows the words alone.
    """
    return f'<tg-time unix="{instant.timestamp():.0f}">{local(instant, zone, form)}</tg-time>'


def local(instant: datetime, zone: ZoneInfo, form: str = "%Y-%m-%d %H:%M") -> str:
    """An instant by the clocks of a zone, which is named unless it is Shanghai's."""
    clock = f"{instant.astimezone(zone):{form}}"
    return clock if zone == SHANGHAI else f"{clock} {city(zone)}"


def city(zone: ZoneInfo) -> str:
    """The place a zone is named after."""
    return zone.key.rpartition("/")[2].replace("_", " ")


def stamped(
    text: str,
    day: date,
    now: datetime,
    late_minutes: int,
    repeated: bool,
    language: Language,
    zone: ZoneInfo = SHANGHAI,
    ended: datetime | None = None,
) -> str:
    """The text with when it was sent, how late after the day's close, and whether it may repeat.

    `ended` is that close; by default the mainland's.
    """
    delay = now - (ended or closed(day))
    line = f"{say('sent', language)} {moment(now, zone)}"
    if delay > timedelta(minutes=late_minutes):
        line += f" ({say('late', language)} {_span(delay, language)})"
    return f"{say('repeat', language) if repeated else ''}{text}\n{line}"


def _span(delay: timedelta, language: Language) -> str:
    minutes = int(delay.total_seconds() // 60)
    days, hours = minutes // 1440, minutes % 1440 // 60
    if days:
        return f"{days}天{hours}小时" if language == "zh" else f"{days} d {hours} h"
    if hours:
        return (
            f"{hours}小时{minutes % 60}分" if language == "zh" else f"{hours} h {minutes % 60} min"
        )
    return f"{minutes}分钟" if language == "zh" else f"{minutes} min"
