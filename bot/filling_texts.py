"""What is still missing of memberships and members' bars, and for how long, in words."""

from dataclasses import dataclass

from bot.words import Language
from market.filling import Backlog, Quota, days_left


@dataclass(frozen=True)
class Standing:
    """How far the fetching of what the first evenings left is."""

    backlog: Backlog
    quota: Quota
    fresh: int  # themes made whole since the last day was judged
    fault: str  # why it stopped last; empty when nothing was wrong


def missing(of: Standing, language: Language) -> list[str]:
    """A line each; none when nothing is missing."""
    lines = [_progress, _waiting, _fresh, _thin, _fault]
    return [said for line in lines if (said := line(of, language == "zh"))]


def _progress(of: Standing, zh: bool) -> str:
    left = of.backlog
    absent = left.themes - left.known
    if not absent and not left.codes and not left.days:
        return ""
    bars = 1 if left.days else days_left(len(left.codes), of.quota.bars_a_day)
    days = max(days_left(left.pages, of.quota.pages_a_day), bars)
    boards = (left.known, left.themes)
    if zh:
        said = f"{_past(left, zh)} · 成分股名单 {boards[0]}/{boards[1]} 个板块"
        return f"{said} · 约需 {days} 天"
    said = f"{_past(left, zh)} · memberships {boards[0]} of {boards[1]} boards"
    return f"{said} · about {days} {'day' if days == 1 else 'days'} left"


def _past(left: Backlog, zh: bool) -> str:
    """How much of the past's bars is in: by days of the whole market, else by companies."""
    if left.days:
        had, of = left.days_in, left.days_in + left.days
        return f"全市场历史日线 {had}/{of} 天" if zh else f"whole market's past {had} of {of} days"
    had, of = left.done, left.companies
    if zh:
        return f"成分股历史行情 {had:,}/{of:,} 家"
    return f"members' bars {had:,} of {of:,} companies"


def _waiting(of: Standing, zh: bool) -> str:
    n = len(of.backlog.waiting)
    if not n:
        return ""
    return (
        f"{n} 个关注题材的宽度尚待历史行情"
        if zh
        else f"breadth of {n} followed themes waits for members' bars"
    )


def _fresh(of: Standing, zh: bool) -> str:
    if not of.fresh:
        return ""
    if zh:
        return f"{of.fresh} 个关注题材的宽度自下一交易日收盘起可用"
    return f"breadth of {of.fresh} followed themes known from the next evening"


def _thin(of: Standing, zh: bool) -> str:
    told = "; ".join(of.backlog.thin)
    words = (
        "名单疑似不全或有误，未采用" if zh else "memberships that look cut or wrong, not taken over"
    )
    return f"{words}: {told}" if told else ""


def _fault(of: Standing, zh: bool) -> str:
    return f"{'补取中断' if zh else 'fetching stopped'}: {of.fault}" if of.fault else ""
