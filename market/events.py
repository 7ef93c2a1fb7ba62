"""What happens beside a price: reductions, lock-ups, clarifications, renamings, new funds. Pure.

Shown with date and link, never scored.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

KINDS = ("reduction", "lockup", "unusual", "clarified", "renamed", "etf")  # in order of showing
PLAN = re.compile(r"减持.*(计划|预披露|意向)|(拟|计划|预披露).*减持")
NO_PLAN = re.compile(
    "不减持|未减持|不存在|终止|届满|完成|完毕|结果|进展|实施情况|过半|触及|调整"
    "|参股公司|金融资产|交易性|可转换|可转债"  # what the company itself holds, or no shares
)
UNUSUAL = re.compile("异常波动|交易异动|股价异动")
ANSWER = re.compile("问询|回函|回复|核查|征询")  # of the same move, by others than the company
# marks of a day, of risk, of a first listing: for them a name is cut short
BEFORE = re.compile(r"^(XD|XR|DR|S?\*?ST|[NC](?=[\u4e00-\u9fff]))")
AFTER = re.compile(r"(-[UWV]+|退)$")  # of a board, of a delisting


@dataclass(frozen=True)
class Event:
    """One thing that happened, or is to happen, to a company."""

    day: date
    code: str
    kind: str  # one of KINDS
    title: str  # as its source words it
    link: str  # empty where there is none
    size: float | None  # CNY, of a lock-up; None unknown
    source: str
    shares: float | None = None  # freed by a lock-up, or raised by a fund; None unknown
    float_share: float | None = None  # those of a lock-up / what was tradable before, fraction


def kind_of(title: str) -> str | None:
    """The kind of an announcement by its title; None for all that is not followed.

    Only plans to sell are reductions: their progress and outcome would count them again.
    """
    if PLAN.search(title) and not NO_PLAN.search(title):
        return "reduction"
    if "澄清" in title:
        return "clarified"
    return "unusual" if UNUSUAL.search(title) and not ANSWER.search(title) else None


def bare(name: str) -> str:
    """A stock's name without the marks of a day, of risk or of a board, and without spaces."""
    return AFTER.sub("", BEFORE.sub("", _plain(name)))


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).replace(" ", "")


def renames(before: Mapping[str, str], now: Mapping[str, str], day: date) -> list[Event]:
    """Companies whose name is another than when last seen; a mark put on or off is no new name."""
    found = []
    for code, name in now.items():
        old, new = bare(before.get(code, name)), bare(name)
        if old != new and not _cut_short(before[code], name):
            title = f"{old} → {new}"
            found.append(Event(day, code, "renamed", title, "", None, "snapshot"))
    return found


def _cut_short(before: str, now: str) -> bool:
    """Whether one is the other's beginning, because a mark took its room."""
    marked = any(BEFORE.match(_plain(name)) for name in (before, now))
    old, new = bare(before), bare(now)
    return marked and (old.startswith(new) or new.startswith(old))


def to_concept(renaming: Event, theme: str) -> bool:
    """Whether a new name has two characters in a row of a theme's name that the old one lacks."""
    old, _, new = renaming.title.partition(" → ")
    core = theme.removesuffix("概念")
    parts = {core[n : n + 2] for n in range(len(core) - 1)}
    return any(part in new and part not in old for part in parts)


def is_theme_fund(name: str, theme: str) -> bool:
    """Whether a fund is an exchange-traded one named after a theme."""
    core = theme.removesuffix("概念")
    return len(core) >= 2 and core in name and "ETF" in name and "联接" not in name


def companies(events: Iterable[Event]) -> dict[str, int]:
    """How many companies (or funds) have an event of each kind."""
    found: dict[str, set[str]] = {}
    for event in events:
        found.setdefault(event.kind, set()).add(event.code)
    return {kind: len(found[kind]) for kind in KINDS if kind in found}
