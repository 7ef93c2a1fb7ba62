"""What was said on a day, or would have been, by the same code."""

import re
from collections.abc import Sequence
from datetime import date
from threading import Lock

from bot import messages
from bot.alerting import strongest_first
from bot.app import App
from bot.commands.asked import PICKS, Answer, Asked, both
from bot.jobs import facts_of
from bot.records import Buttons
from bot.replayed import would_have_told
from market.calendar import EXCHANGES
from market.store import MAINLAND
from signals.model import Transition

AT_WORK = Lock()  # held while a day is made anew
WRITTEN = re.compile(r"(\d{4})(?:(\d\d)(\d\d)|[-/.年](\d{1,2})[-/.月](\d{1,2})日?)")


def replay(app: App, asked: Asked) -> Answer:
    """The alerts of a day: as they were told, or made anew of the days stored up to it.

    Of each exchange that has the day; of none, what the mainland's day before it told.
    """
    day = _day(asked.rest)
    if not day:
        hint = both(asked, "哪一天？请按一个，或写日期，例如", "Which day? Press one, or write it:")
        return Answer(f"{hint} /replay 2024-02-05", _days_to_pick(app))
    places = [place for place in map(app.of, EXCHANGES) if place.store.days(until=day, limit=1)]
    if day > asked.today or not places:
        return Answer(_fault(app, asked, day))
    exact = [place for place in places if place.store.days(until=day, limit=1) == [day]]
    given = [_of(place, asked, day) for place in exact or places[:1]]
    made = [answer.more for answer in given if answer.more]
    more = (lambda app: "\n\n".join(make(app) for make in made)) if made else None
    return Answer("\n\n".join(answer.text for answer in given), more=more)


def _of(app: App, asked: Asked, day: date) -> Answer:
    """An exchange's alerts of a day, or of the stored one before it."""
    (nearest,), exchange = app.store.days(until=day, limit=1), app.store.exchange
    where = "" if exchange == MAINLAND else both(asked, " · 港股", " · Hong Kong")
    lines = [f"<b>{both(asked, '重放', 'Replay of')} {nearest}{where}</b>"]
    if nearest != day:
        words = (
            f"{day} 没有行情，取此前最近的交易日。",
            f"{day} has no figures; this is the day before.",
        )
        lines.append(both(asked, *words))
    if app.ledger.journal.entry(nearest):
        words = (
            "当日判断到的全部变动，不按故事合并；发出的原文见 /alert：",
            "All that was judged that day, stories not merged; as each was sent: /alert",
        )
        lines.append(both(asked, *words))
        told = strongest_first(app.ledger.transitions(since=nearest, until=nearest))
        return Answer("\n".join([*lines, "", *_said(app, told, asked, nearest)]))
    words = (
        "当日未运行；由同一套代码按截至当日的数据重算，成分股名单可能含前视。",
        "The bot did not run then; the same code over what is stored up to that day, whose"
        " memberships may look ahead.",
    )
    text = "\n".join([*lines, both(asked, *words)])
    return Answer(text, more=lambda app: _made(app.of(exchange), asked, nearest))


def _day(text: str) -> date | None:
    """A day as people write it: 2024-02-05, 20240205, 2024/2/5, 2024年2月5日."""
    found = WRITTEN.fullmatch(text.strip())
    if not found:
        return None
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _days_to_pick(app: App) -> Buttons:
    """The newest days of alerts; before there are any, the last days stored."""
    days = app.ledger.transition_days(PICKS) or app.store.days(limit=PICKS)[::-1]
    return tuple(((f"{day}", f"v:{day}"),) for day in days)


def _fault(app: App, asked: Asked, day: date) -> str:
    """Why there is nothing to replay of a day."""
    if day > asked.today:
        return both(asked, f"{day} 还没有到。", f"{day} is still to come.")
    stored = app.store.days()
    if not stored:
        return both(asked, "库中还没有任何交易日。", "The store holds no day yet.")
    return both(asked, f"库中数据始于 {stored[0]}。", f"The store begins on {stored[0]}.")


def _made(app: App, asked: Asked, day: date) -> str:
    """The alerts of a day made anew; one at a time, for all days before it are read."""
    if not AT_WORK.acquire(blocking=False):
        return both(
            asked, "正在重放另一天，请稍后再问。", "Another day is being replayed; ask again soon."
        )
    try:
        return "\n".join(_said(app, would_have_told(app, day), asked, day))
    finally:
        AT_WORK.release()


def _said(app: App, told: Sequence[Transition], asked: Asked, day: date) -> list[str]:
    """The alerts of a day as its message had them."""
    if not told:
        return [both(asked, "当日没有题材变动。", "No theme changed that day.")]
    return messages.alerts(told, facts_of(app, day), asked.language)
