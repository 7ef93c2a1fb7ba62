"""Theme rows of all days of the reference against pandas' merge and groupby: the same figures."""

import time
from collections.abc import Iterator

import numpy as np
import pandas as pd

from market.theme_days import StockDays, membership, stock_days, theme_rows
from tests import reference
from tests.bench.row import FOLDER, Row, best

YEARS = range(2015, 2025)
FASTER = 20  # times, asked


def rows() -> Iterator[Row]:
    """One row; pandas goes by years, since the pairs of all days do not fit into memory at once."""
    table = reference.bars(FOLDER, YEARS)
    roster = pd.read_csv(FOLDER / "ashare/members.csv.gz", dtype=str)[["theme", "code"]]
    members = {str(theme): part["code"].tolist() for theme, part in roster.groupby("theme")}
    stocks, themes = stock_days(table), list(members)
    matrix = membership(members, themes, table.codes)
    ours = theme_rows(stocks, matrix, slice(None))
    fast = best(lambda: theme_rows(stocks, matrix, slice(None)), least_runs=2)
    slow, same, count = 0.0, True, 0
    for year in YEARS:
        places = [row for row, day in enumerate(table.days) if day.year == year]
        span = slice(places[0], places[-1] + 1)
        long = _long(stocks, table.codes, span)
        count += len(long)
        start = time.perf_counter()
        theirs = _grouped(long, roster)
        slow += time.perf_counter() - start
        same &= _agree({name: found[span] for name, found in ours.items()}, theirs, themes)
    name = f"theme rows, {count:,} bars, {len(roster):,} memberships (same figures: {same})"
    holds = same and slow >= FASTER * fast
    yield Row(name, fast, slow, "s", f"{FASTER}x pandas", holds)


def _long(stocks: StockDays, codes: tuple[str, ...], span: slice) -> pd.DataFrame:
    """A row for each stock and day that says anything: what `theme_rows` is given, as a table."""
    days, count = stocks.returns[span].shape
    table = pd.DataFrame(
        {
            "day": np.repeat(np.arange(days), count),
            "code": np.tile(np.array(codes), days),
            "ret": stocks.returns[span].ravel(),
            "up": (stocks.returns[span] > 0).ravel(),
            "down": (stocks.returns[span] < 0).ravel(),
            "above_ma20": stocks.above_ma20[span].ravel(),
            "ma20_known": stocks.ma20_known[span].ravel(),
            "new_high": stocks.new_high[span].ravel(),
            "limit_up": stocks.limit_up[span].ravel(),
            "activity": stocks.activity[span].ravel(),
        }
    )
    return table[table["ret"].notna() | table["ma20_known"] | table["activity"].notna()]


def _grouped(long: pd.DataFrame, roster: pd.DataFrame) -> pd.DataFrame:
    """The figures by day and theme, as one would write it with pandas."""
    return (
        long.merge(roster, on="code")
        .groupby(["day", "theme"])
        .agg(
            ret=("ret", "mean"),
            covered=("ret", "count"),
            advancers=("up", "sum"),
            decliners=("down", "sum"),
            above_ma20=("above_ma20", "sum"),
            ma20_known=("ma20_known", "sum"),
            new_highs=("new_high", "sum"),
            limit_ups=("limit_up", "sum"),
            volume_ratio=("activity", "median"),
        )
    )


def _agree(ours: dict[str, np.ndarray], theirs: pd.DataFrame, themes: list[str]) -> bool:
    """Whether both say the same of every day and theme; a theme without a row counts nothing."""
    agrees = []
    for name in theirs:
        wide = theirs[name].unstack("theme").reindex(columns=themes)
        known = wide.reindex(range(len(ours[name]))).to_numpy(float)
        if name not in ("ret", "volume_ratio"):
            known = np.nan_to_num(known)
        agrees.append(np.allclose(ours[name], known, rtol=1e-9, atol=1e-12, equal_nan=True))
    return all(agrees)
