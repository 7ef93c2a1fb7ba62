"""The market within a trading day, from three requests: what themes do now, as far as is known.

Boards' moves and stocks at the limit come undated; an index bar of the day vouches for it, and what
is the last session's, or has not moved since the last look, is stale.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from market.checks import moves_fault
from market.derive import read_bars
from market.histories import BENCHMARK
from market.source import NoData, SchemaChanged, Source, SourceError
from market.store import Store
from market.theme_days import MA_DAYS, SAME, levels
from signals.provisional import Glimpse, needed_moves

SEEN = "intraday:seen"  # note of the last look's fingerprint


@dataclass(frozen=True)
class AtLimit:
    """A theme's members at the upper limit now."""

    members: int  # known
    now: int  # of them at the limit
    longest: int  # longest run of limit-ups among these, days
    broken: int  # of these, how many were off the limit in between


@dataclass(frozen=True)
class Look:
    """One look at the market before its close."""

    glimpse: Glimpse
    boards: int  # with a known move
    at_limit: Mapping[str, AtLimit]  # by theme; empty when the pool did not come


def look(source: Source, store: Store, day: date, themes: Collection[str]) -> Look:
    """How `themes` stand now, `day` being today and the store ending with the session before.

    Raises SourceError when it cannot be had, is not today's, or is not the market's.
    """
    source.index_history(BENCHMARK, day, day)  # dated by its source: NoData when not begun
    moves = board_moves(store, source.boards_now(), themes)
    last_session(store, moves)
    _moved(store, moves)
    try:
        pool = checked_pool(store, source.limit_ups(day))
    except SourceError:  # without it the boards' moves stand alone
        pool = None
    own = {theme: store.members(theme, day) for theme in moves}
    glimpse = Glimpse(day, moves, _above(store, moves, own, pool))
    return Look(glimpse, len(moves), {} if pool is None else _at_limit(own, pool))


def board_moves(store: Store, found: pd.DataFrame, themes: Collection[str]) -> dict[str, float]:
    """Each theme's move by its name; a name that stands for two boards is left out."""
    ids = {theme.name: id_ for id_, theme in store.themes().items() if id_ in themes}
    rows = zip(found["name"], found["pct"], strict=True)
    return {ids[name]: float(pct) for name, pct in rows if name in ids and pct == pct}


def last_session(store: Store, moves: Mapping[str, float]) -> None:
    """Raises when boards' moves are too few, or those of the last session in the store."""
    known = store.themes()
    boards = [theme for theme in known.values() if theme.board and theme.basis != "index"]
    days = store.days(limit=2)
    points = store.points(days[0], days[-1])
    # a board's points are kept under its own id, also where a theme of its name was imported
    kept = {theme: f"em-{known[theme].board}" for theme in moves}
    before = {
        theme: points[days[-1], board] / points[days[0], board] - 1
        for theme, board in kept.items()
        if (days[0], board) in points and (days[-1], board) in points
    }
    here = sum(theme.id in moves for theme in boards)
    if fault := moves_fault(moves, before, here, len(boards)):
        raise (NoData if fault.kind == "stale" else SchemaChanged)(f"{fault.kind} {fault.detail}")


def _moved(store: Store, moves: Mapping[str, float]) -> None:
    """Raises when the moves are those of the last look."""
    seen = hashlib.sha256(repr(sorted(moves.items())).encode()).hexdigest()
    if store.note(SEEN) == seen:
        raise NoData("the boards have not moved since the last look")
    store.set_note(SEEN, seen)


def checked_pool(store: Store, pool: pd.DataFrame) -> pd.DataFrame:
    """The pool; raises NoData when it is that of the last session.

    In that one all were at the limit then; in today's, first limit-ups were not.
    """
    last = store.days(limit=1)[-1]
    bars = store.bars(last, last).set_index("code")
    moved = (bars["close"] / bars["prev_close"] - 1).reindex(pool["code"]).to_numpy(float)
    first = (pool["streak"] == 1).to_numpy() & ~np.isnan(moved)
    same = np.abs(moved - pool["pct"].to_numpy(float)) < 1e-3
    if first.any() and same[first].mean() > 0.5:
        raise NoData("limit-ups are those of the last session")
    return pool


def _above(
    store: Store,
    moves: Mapping[str, float],
    own: Mapping[str, Collection[str]],
    pool: pd.DataFrame | None,
) -> dict[str, float]:
    """Members of each theme that would be above their 20-day average, count."""
    needed = _needed(store)
    limits = {} if pool is None else dict(zip(pool["code"], pool["pct"], strict=True))
    return {
        theme: float(
            sum(
                limits.get(code, move) > needed[code] + SAME
                for code in own[theme]
                if code in needed
            )
        )
        for theme, move in moves.items()
        if any(code in needed for code in own[theme])
    }


def _needed(store: Store) -> dict[str, float]:
    """The move from which each stock is above its average; of those that traded on all days."""
    calendar = store.bar_days()
    if len(calendar) < MA_DAYS:
        return {}
    bars = read_bars(calendar[-1:], calendar, store.listings(), store.bars)
    chain = levels(bars)
    known = ~np.isnan(chain[-MA_DAYS]) & ~np.isnan(bars.close[-1])
    found = np.where(known, needed_moves(chain[-(MA_DAYS - 1) :]), np.nan)
    return {c: float(n) for c, n in zip(bars.codes, found, strict=True) if n == n}


def _at_limit(own: Mapping[str, Collection[str]], pool: pd.DataFrame) -> dict[str, AtLimit]:
    found = {}
    for theme, members in own.items():
        rows = pool[pool["code"].isin(set(members))]
        longest = int(rows["streak"].max()) if len(rows) else 0
        broken = int((rows["breaks"] > 0).sum())
        found[theme] = AtLimit(len(members), len(rows), longest, broken)
    return found
