"""Theme rows of the store as one panel, read in a single stream."""

import json
from collections.abc import Sequence
from datetime import date
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from market.database import Connection, without_collector
from market.facts import as_int
from signals.panel import FRAMES, Panel, net_of

FEW = 4  # as many times fewer themes than there are, and each is looked for by itself


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
    values = _values(db, index, themes, stored)
    frames = {
        name: pd.DataFrame(values[place], index=index, columns=list(themes), copy=False)
        for place, name in enumerate(FRAMES)
    }
    series = [pd.Series(marks[:, column], index=index) for column in (0, 1)]
    return Panel(benchmark=series[0], market_amount=series[1], **frames)


def read_net(
    db: Connection, days_of: str, index: list[date], themes: Sequence[str], stored: int
) -> pd.DataFrame:
    """Net levels alone of these days, as the panel has them, points, day x theme."""
    market = f"SELECT benchmark FROM {days_of} WHERE day BETWEEN ? AND ? ORDER BY day"
    span = (as_int(index[0]), as_int(index[-1]))
    marks = np.array(db.execute(market, span).fetchall(), dtype=float)
    row, column = _places(index, themes)
    window, between = _window(index, themes, stored)
    levels = np.full((len(index), len(themes)), np.nan)
    for day, theme, close in db.execute(f"SELECT day, theme, close {window}", between):
        levels[row[day], column[theme]] = close  # None is NaN
    return net_of(pd.DataFrame(levels, index, list(themes)), pd.Series(marks[:, 0], index=index))


@without_collector()
def _values(
    db: Connection, index: Sequence[date], themes: Sequence[str], stored: int
) -> np.ndarray:
    """Frames x day x theme."""
    window, between = _window(index, themes, stored)
    window += " ORDER BY day, theme"  # of both readings the same
    keys = db.execute(f"SELECT day, theme {window}", between).fetchall()
    # NULL as infinity: a stream without None goes straight into an array, five times faster
    columns = ", ".join(f"ifnull({name}, 9e999)" for name in FRAMES)
    rows = db.execute(f"SELECT {columns} {window}", between)
    flat = np.fromiter(chain.from_iterable(rows), float, len(keys) * len(FRAMES))
    flat[np.isinf(flat)] = np.nan
    row, column = _places(index, themes)
    at = [row[day] for day, _ in keys], [column[theme] for _, theme in keys]
    values = np.full((len(FRAMES), len(index), len(themes)), np.nan)
    values[:, *at] = flat.reshape(len(keys), len(FRAMES)).T
    return values


def _window(
    index: Sequence[date], themes: Sequence[str], stored: int
) -> tuple[str, tuple[Any, ...]]:
    """What follows SELECT for the rows of these days and themes, and its arguments."""
    if len(themes) * FEW < stored:  # a look for each of them reads less than all rows of the days
        window = "day IN (SELECT value FROM json_each(?))"
        between: tuple[Any, ...] = (json.dumps([as_int(day) for day in index]),)
    else:
        window, between = "day BETWEEN ? AND ?", (as_int(index[0]), as_int(index[-1]))
    if len(themes) < stored:
        window += f" AND theme IN ({','.join('?' * len(themes))})"
        between += tuple(themes)
    return f"FROM theme_day WHERE {window}", between


def _places(index: Sequence[date], themes: Sequence[str]) -> tuple[dict[int, int], dict[str, int]]:
    """The row of each day, as the store writes it, and the column of each theme."""
    rows = {as_int(day): place for place, day in enumerate(index)}
    return rows, {theme: place for place, theme in enumerate(themes)}
