"""The past of boards and indices, and days that were missed: what can be had later."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from config.themes import Themes
from market.checks import Fault, listed
from market.derive import derive_points
from market.facts import as_int
from market.source import NoData, Source, Theme
from market.store import MARKET_INDEX, Store

BENCHMARK = "sh000985"  # CSI All Share: stands for the market before the first snapshot


@dataclass(frozen=True)
class Wants:
    """How much of the dear things is fetched on one evening."""

    pages_a_day: int  # requests for memberships, a hundred companies each
    histories_a_day: int  # board histories; one request each
    history_days: int  # trading days of them
    min_stocks: int  # a snapshot with fewer is not the market
    macro_every: Mapping[str, int]  # calendar days between two looks at a series, by cadence

    @property
    def history(self) -> timedelta:
        """The calendar time that the trading days of history take, but for holidays."""
        return timedelta(days=self.history_days * 7 // 5)


def histories(source: Source, store: Store, day: date, themes: Themes, wants: Wants) -> None:
    """Once: an index for the market's past, then board histories, so that a chart has a past."""
    since = day - wants.history
    if not store.days(until=day, limit=1):
        market = source.index_history(BENCHMARK, since, day - timedelta(days=1))
        store.save_market_days(
            (as_int(d), close, None, None, None, None, None, "index")
            for d, close in market[["day", "close"]].itertuples(index=False)
        )
    chosen = followed(store, themes)
    wanted = [theme for theme in chosen if not store.note(f"history:{theme.id}")]
    for theme in wanted[: wants.histories_a_day]:
        _history(source, store, theme, since, day)


def _history(source: Source, store: Store, theme: Theme, since: date, day: date) -> None:
    assert theme.board
    try:
        bars = source.board_history(theme.board, since, day - timedelta(days=1))
    except NoData:
        bars = pd.DataFrame(columns=["day", "close", "amount"])
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

    The market moves with its index, followed boards with their own points; the rest is unknown.
    """
    last, level = stored_before(store, day), store.benchmark(day)
    if last is None or level is None:
        return []
    points = store.points(last, day - timedelta(days=1), MARKET_INDEX)
    index = {known: close for (known, _), close in points.items()}
    missing = sorted(known for known in index if known > last)
    if not missing or last not in index:
        return []
    store.save_market_days(
        (as_int(d), level * index[d] / index[last], None, None, None, None, None, "index")
        for d in missing
    )
    for theme in followed(store, themes)[: wants.histories_a_day]:
        _history(source, store, theme, missing[0], day)
    return [Fault("gap", listed(missing))]


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
