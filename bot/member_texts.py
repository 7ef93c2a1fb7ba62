"""Who is in a theme, who joined and who left it, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from bot.names import theme_name
from bot.texts import figure
from bot.words import Language
from market.memberships import Change
from market.source import Theme

A_LINE = 60  # companies in one line of a quote; no tag may span lines, nor a line be too long
THEMES = 6  # whose changes a digest tells


@dataclass(frozen=True)
class Company:
    """A member as it is shown."""

    code: str
    name: str
    move: float  # of the day, fraction; NaN when it did not trade


def company(of: Company, language: Language) -> str:
    """A company's name, code and move of the day."""
    none = "无成交" if language == "zh" else "no trade"
    move = figure(of.move, "fraction", language) if of.move == of.move else none
    return f"{of.name} {of.code} {move}".lstrip()


def quoted(companies: Sequence[Company], language: Language) -> list[str]:
    """Companies in quotes that fold, some to a line; escaped."""
    lines = [companies[n : n + A_LINE] for n in range(0, len(companies), A_LINE)]
    told = [" · ".join(company(one, language) for one in line) for line in lines]
    return [f"<blockquote expandable>{escape(line)}</blockquote>" for line in told]


def changed(theme: Theme, one: Change, language: Language) -> str:
    """How many companies joined and left a theme, and by which memberships."""
    name, joined, left = theme_name(theme, language), len(one.joined), len(one.left)
    if language == "zh":
        parts = [f"新增 {joined} 家"] * bool(joined) + [f"移出 {left} 家"] * bool(left)
        return f"{name}：{'，'.join(parts)}（名单 {one.before} → {one.day}）"
    companies = "company" if (joined or left) == 1 else "companies"
    both = f"{joined} {companies} joined and {left} left"
    only = f"{joined or left} {companies} {'joined' if joined else 'left'}"
    return f"{name}: {both if joined and left else only} (lists of {one.before} and {one.day})"


def told(
    found: Sequence[tuple[str, Change]], themes: Mapping[str, Theme], language: Language
) -> list[str]:
    """The changes of followed themes, a line each, the largest first; escaped."""
    ordered = sorted(found, key=lambda pair: -len(pair[1].joined) - len(pair[1].left))
    lines = [escape(changed(themes[theme], one, language)) for theme, one in ordered[:THEMES]]
    more = len(ordered) - THEMES
    return [*lines, *([f"… +{more}"] if more > 0 else [])]


def counted(counts: tuple[int, int] | None, language: Language) -> str:
    """What the list of boards says of a theme's members on the day; empty where it says nothing."""
    if not counts:
        return ""
    up, down = counts
    if language == "zh":
        return f"板块列表：上涨 {up} · 下跌 {down}（东方财富当日家数，并非20日线占比）"
    return (
        f"list of boards: up {up} · down {down} (EastMoney's count of the day, not 20-day breadth)"
    )


def listed_on(day: date | None, count: int, language: Language) -> str:
    """How many companies a membership holds, and of which day it is."""
    if language == "zh":
        return f"{count} 家 · 名单 {day}"
    return f"{count} {'company' if count == 1 else 'companies'} · list of {day}"
