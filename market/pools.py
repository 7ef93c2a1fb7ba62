"""Stocks that touched the upper limit, as pools tell: for days whose quotes have no highs.

Pools come undated, and leave out stocks under special treatment and perhaps whole boards. The
moves in them must be those of the day's quotes; what they do not cover stays unknown.
"""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from market.database import Connection
from market.facts import as_date, as_int
from market.limits import BEIJING_CODES, BELOW, BROKEN, SEALED, STAR_CODES, UNTOLD, price_limits
from market.source import NoData, SchemaChanged, Source

LIKE = 1e-3  # fraction; moves nearer to one another are the same
SAME_SHARE = 0.9  # of a pool's stocks that moved as in the quotes: both are of one day
NAMED_SHARE = 0.7  # of stocks up by their limit that a pool names; a rise just short of it is none
SPECIAL = re.compile("ST|退")  # in names: special treatment, a delisting


@dataclass(frozen=True)
class Pool:
    """Codes of one day."""

    sealed: Collection[str]  # closed at the upper limit
    broken: Collection[str]  # touched it, closed below
    outside: Collection[str]  # of which the pools tell nothing


class Pools:
    """The table of pools, a row a day; its connection is the store's."""

    def __init__(self, db: Connection) -> None:
        """The connection stays its owner's to close."""
        self._db = db

    def save(self, day: date, pool: Pool) -> None:
        """Keeps the pools of a day."""
        parts = (json.dumps(sorted(part)) for part in (pool.sealed, pool.broken, pool.outside))
        self._db.execute("INSERT OR REPLACE INTO pool VALUES (?,?,?,?)", (as_int(day), *parts))

    def named(self) -> set[str]:
        """Every stock that was ever in one of them."""
        rows = self._db.execute("SELECT sealed, broken FROM pool")
        return {code for row in rows for part in row for code in json.loads(part)}

    def marks(self, days: Sequence[date], codes: Sequence[str]) -> np.ndarray:
        """UNTOLD, BELOW, BROKEN or SEALED, day x stock."""
        found = np.full((len(days), len(codes)), UNTOLD, np.int8)
        place = {code: column for column, code in enumerate(codes)}
        row = {day: number for number, day in enumerate(days)}
        query = "SELECT * FROM pool WHERE day BETWEEN ? AND ?"
        for number, *parts in self._db.execute(query, (as_int(days[0]), as_int(days[-1]))):
            if as_date(number) not in row:
                continue
            marks = found[row[as_date(number)]]
            marks[:] = BELOW
            for mark, part in zip((SEALED, BROKEN, UNTOLD), parts, strict=True):
                marks[[place[code] for code in json.loads(part) if code in place]] = mark
        return found


def pool_of(source: Source, day: date, quotes: pd.DataFrame, named: Iterable[str]) -> Pool:
    """The pools of a day whose closing quotes are in hand; `named` as Pools.named gives it.

    Raises SourceError when they do not come, are of another session, or are not whole.
    """
    sealed, broken = source.limit_ups(day), source.broken_boards(day)
    moves = quotes.set_index("code")["close"] / quotes.set_index("code")["prev_close"] - 1
    for pool in (sealed, broken):
        off = moves.reindex(pool["code"]).to_numpy(float) - pool["pct"].to_numpy(float)
        off = off[~np.isnan(off)]
        if not len(off) or np.mean(np.abs(off) < LIKE) < SAME_SHARE:
            raise NoData(f"limit-ups are not those of {day}")
    touched = {*sealed["code"], *broken["code"]}
    outside = {*quotes.loc[_outside(quotes, {*named, *touched}), "code"]} - touched
    found = Pool({*sealed["code"]}, {*broken["code"]} - {*sealed["code"]}, outside)
    _must_be_whole(found, day, moves)
    return found


def _outside(quotes: pd.DataFrame, named: Collection[str]) -> pd.Series:
    """Whether the pools tell nothing of a stock: by its name, or as no stock of its board is told.

    Whether STAR and Beijing are covered, their publisher does not say the same everywhere.
    """
    outside: pd.Series = quotes["name"].str.contains(SPECIAL)
    for board in (STAR_CODES, BEIJING_CODES):
        if not any(code.startswith(board) for code in named):
            outside |= quotes["code"].str.startswith(board)
    return outside


def _must_be_whole(pool: Pool, day: date, moves: pd.Series) -> None:
    """Raises SchemaChanged when too many stocks up by their limit are in neither pool."""
    limits = price_limits([day], list(moves.index))[0]
    at = moves.index[(moves - limits).abs() <= LIKE].difference(list(pool.outside))
    inside = at.isin([*pool.sealed, *pool.broken])
    if len(at) and inside.mean() < NAMED_SHARE:
        raise SchemaChanged(f"pools name {inside.sum()} of {len(at)} stocks at their limit")
