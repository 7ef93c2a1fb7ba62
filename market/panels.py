"""Theme rows of the store as one panel, read in a single stream."""

from collections.abc import Sequence
from datetime import date
from itertools import chain

import numpy as np
import pandas as pd

from market.database import Connection, without_collector
from market.facts import as_int
from signals.panel import FRAMES, Panel


def read_panel(
    db: Connection, market_table: str, index: list[date], themes: Sequence[str], stored: int
) -> Panel:
    """Day x theme frames of the days of `index` (ascending, with market rows); NaN: no row.

    `market_table` is the exchange's; `stored` is the number of all themes there are: when all are
    wanted, none is named.
    """
    first, last = as_int(index[0]), as_int(index[-1])
    market = f"SELECT benchmark, amount FROM {market_table} WHERE day BETWEEN ? AND ? ORDER BY day"
    marks = np.array(db.execute(market, (first, last)).fetchall(), dtype=float)
    values = _values(db, index, themes, len(themes) < stored)
    frames = {
        name: pd.DataFrame(values[place], index=index, columns=list(themes), copy=False)
        for place, name in enumerate(FRAMES)
    }
    series = [pd.Series(marks[:, column], index=index) for column in (0, 1)]
    return Panel(benchmark=series[0], market_amount=series[1], **frames)


@without_collector()
def _values(db: Connection, index: Sequence[date], themes: Sequence[str], few: bool) -> np.ndarray:
    """FRAMES x day x theme."""
    named = f" AND theme IN ({','.join('?' * len(themes))})" if few else ""
    window = f"FROM theme_day WHERE day BETWEEN ? AND ?{named} ORDER BY day, theme"
    between = (as_int(index[0]), as_int(index[-1]), *(themes if few else ()))
    keys = db.execute(f"SELECT day, theme {window}", between).fetchall()
    # NULL as infinity: a stream without None goes straight into an array, five times faster
    columns = ", ".join(f"ifnull({name}, 9e999)" for name in FRAMES)
    rows = db.execute(f"SELECT {columns} {window}", between)
    flat = np.fromiter(chain.from_iterable(rows), float, len(keys) * len(FRAMES))
    flat[np.isinf(flat)] = np.nan
    row = {as_int(day): place for place, day in enumerate(index)}
    column = {theme: place for place, theme in enumerate(themes)}
    at = [row[day] for day, _ in keys], [column[theme] for _, theme in keys]
    values = np.full((len(FRAMES), len(index), len(themes)), np.nan)
    values[:, *at] = flat.reshape(len(keys), len(FRAMES)).T
    return values
