"""The centre: the index of United States technology, as points by the date of its own session."""

from datetime import date, timedelta

from market.facts import as_int
from market.source import NoData, Source, SourceError
from market.store import Store

INDEX_CODE = ".IXIC"  # NASDAQ Composite upstream
INDEX = "index-us-nasdaq"  # whose points they are
ASKED = "abroad"  # note: the day it was last asked for, and what went wrong


def abroad(source: Source, store: Store, day: date, history: timedelta) -> None:
    """Closes of the sessions before a day, asked for at most once a day, whatever comes of it.

    A session of the day itself opens after China's close and is not over yet.
    """
    asked, _, fault = (store.note(ASKED) or "").partition(" ")
    if asked == day.isoformat():
        if fault:
            raise NoData(fault)
        return
    store.set_note(ASKED, day.isoformat())
    try:
        bars = source.index_history(INDEX_CODE, day - history, day - timedelta(days=1))
    except SourceError as error:
        store.set_note(ASKED, f"{day} {error}")
        raise
    store.save_points(
        (INDEX, as_int(d), close, None, source.name)
        for d, close in zip(bars["day"], bars["close"], strict=True)
    )
