"""The past of boards and indices, and days that were missed: what can be had later."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

import numpy as np
import pandas as pd

from config.themes import Themes
from market.checks import Fault, failed, leaps, listed
from market.derive import derive, derive_points
from market.facts import as_int
from market.source import NoData, Source, SourceError, Theme
from market.store import MARKET_INDEX, Store
from market.whole_days import WHOLE, healed

BENCHMARK = "sh000985"  # CSI All Share: stands for the market before the first snapshot


RECENT = timedelta(days=30)  # over which no board doubles or halves unseen


@dataclass(frozen=True)
class Wants:
    """How much of the dear things is fetched on one evening."""

    pages_a_day: int  # requests for memberships, a hundred companies each
    histories_a_day: int  # board histories; one request each
    history_days: int  # trading days of them
    min_stocks: int  # a snapshot with fewer is not the market
    macro_every: Mapping[str, int]  # calendar days between two looks at a series, by cadence
    whole_days: bool = False  # whether the source knows the whole market's past days

    @property
    def history(self) -> timedelta:
        """The calendar time that the trading days of history take, but for holidays."""
        return timedelta(days=self.history_days * 7 // 5)


def histories(source: Source, store: Store, day: date, themes: Themes, wants: Wants) -> None:
    """Once: an index for the market's past, then board histories, so that a chart has a past.

    Of boards whose point of a later day did not come with it, the history is asked for again.
    """
    since = day - wants.history
    if not store.days(until=day, limit=1):
        market = source.index_history(BENCHMARK, since, day - timedelta(days=1))
        store.save_market_days(
            (as_int(d), close, None, None, None, None, None, "index")
            for d, close in market[["day", "close"]].itertuples(index=False)
        )
    chosen = followed(store, themes)
    asked = {theme.id: store.note(f"history:{theme.id}") for theme in chosen}
    wanted = [(theme, since) for theme in chosen if not asked[theme.id]]
    late = [(theme, _unknown(store, theme, asked[theme.id], day)) for theme in chosen]
    wanted += [(theme, unknown) for theme, unknown in late if unknown]
    for theme, begin in wanted[: wants.histories_a_day]:
        _history(source, store, theme, begin, day)


def _unknown(store: Store, theme: Theme, asked: str | None, day: date) -> date | None:
    """The first day before `day`, since its history was asked for, without a board's point."""
    if not asked:
        return None
    since, until = date.fromisoformat(asked), day - timedelta(days=1)
    points = store.points(since, until, theme.id)
    days = (d for d in store.days(until) if d >= since)
    return next((d for d in days if (d, theme.id) not in points), None)


def _history(source: Source, store: Store, theme: Theme, since: date, day: date) -> None:
    assert theme.board
    try:
        bars = source.board_history(theme.board, since, day - timedelta(days=1))
    except NoData:
        bars = pd.DataFrame(columns=["day", "close", "amount"])
    held = store.points(since - RECENT, since - timedelta(days=1), theme.id)
    before = held[max(held)] if held else None
    bars = bars[~np.array(leaps(bars["close"].tolist(), before), dtype=bool)]
    with store.atomic():
        store.save_points(
            (theme.id, as_int(d), close, amount, source.name)
            for d, close, amount in bars[["day", "close", "amount"]].itertuples(index=False)
        )
        derive_points(store, theme.id, backfilled=True)
        store.set_note(f"history:{theme.id}", day.isoformat())


def indices(source: Source, store: Store, day: date, wants: Wants) -> None:
    """Levels of the market's cap-weighted index, for display."""
    since = day - wants.history
    market = source.index_history(BENCHMARK, stored_before(store, day) or since, day)
    store.save_points(
        (MARKET_INDEX, as_int(d), close, None, source.name)
        for d, close in zip(market["day"], market["close"], strict=True)
    )


def gap(source: Source, store: Store, day: date, themes: Themes, wants: Wants) -> list[Fault]:
    """Days missed since the last stored one, filled with what can still be had of them.

    A day whose bars come is as if it had not been missed. Of others the market moves with its
    index, followed boards with their own points; the rest is unknown.
    """
    last = stored_before(store, day)
    if last is None:
        return []
    points = store.points(last, day - timedelta(days=1), MARKET_INDEX)
    index = {known: close for (known, _), close in points.items()}
    missing = sorted(known for known in index if known > last)
    if not missing or last not in index:
        return []
    came, faults = _whole_days(source, store, missing, wants)
    boards = followed(store, themes)[: wants.histories_a_day]
    try:  # points first: a row once written is not written again
        for theme in boards:
            _history(source, store, theme, missing[0], day)
    finally:
        _rows(store, last, missing, index, came)
        for theme in boards:
            derive_points(store, theme.id, backfilled=True)
    return faults


def _whole_days(
    source: Source, store: Store, missing: Sequence[date], wants: Wants
) -> tuple[list[date], list[Fault]]:
    """Days whose bars came, and what to say of all of them."""
    came, faults = list[date](), list[Fault]()
    try:
        for day in healed(source, store, missing, wants.min_stocks) if wants.whole_days else ():
            came.append(day)  # one by one: what came before a fault counts
    except SourceError as error:
        faults.append(failed("whole_days", error))
    rest = [day for day in missing if day not in came]
    told = {"healed": came, "gap": rest}
    return came, faults + [Fault(kind, listed(days)) for kind, days in told.items() if days]


def _rows(
    store: Store,
    last: date,
    missing: Sequence[date],
    index: Mapping[date, float],
    came: Collection[date],
) -> None:
    """Rows of missed days, in order, since each is chained on the one before."""
    for is_whole, run in groupby(missing, lambda day: day in came):
        days = list(run)
        if is_whole:
            derive(store, days, backfilled=True, source=WHOLE)
        elif level := store.benchmark(days[0]):
            store.save_market_days(
                (as_int(d), level * index[d] / index[last], None, None, None, None, None, "index")
                for d in days
            )
        last = days[-1]


def by_board(store: Store, themes: Themes) -> tuple[dict[str, Theme], list[str]]:
    """Themes that have a board, by name; and the names of those followed closely, in order."""
    boards = {t.name: t for t in store.themes().values() if t.board and t.basis != "index"}
    return boards, list(themes.followed(boards))


def followed(store: Store, themes: Themes) -> list[Theme]:
    """Themes followed closely that go by their board's own points."""
    boards, followed = by_board(store, themes)
    return [boards[name] for name in followed if boards[name].basis == "board"]


def stored_before(store: Store, day: date) -> date | None:
    """The last stored market day before a day."""
    stored = store.days(until=day - timedelta(days=1), limit=1)
    return stored[-1] if stored else None
