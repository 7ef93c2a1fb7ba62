"""How many loud alerts a chat was given on a day of its own, whatever they are of."""

from datetime import date, datetime

from bot.ledger import Ledger
from bot.records import Wishes
from bot.timing import day_of, held_until


def left(
    ledger: Ledger, chat: int, wishes: Wishes, now: datetime, overtaken: date = date.min
) -> int | None:
    """Loud alerts a chat may still be given on the day on which what is decided now goes out.

    One budget for both exchanges, words within the day and corrections; None: no limit. What is
    still held of days before `overtaken` does not count: it is told anew.
    """
    if wishes.budget is None:
        return None
    goes = held_until(now, wishes.quiet, wishes.zone) or now
    since, until = day_of(goes, wishes.zone)
    spent = ledger.outbox.loud(chat, since, until, overtaken, ledger.exchange)
    return max(wishes.budget - spent, 0)
