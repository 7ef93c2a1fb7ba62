"""Measures that were tried as rules, each day x theme and higher the more of it there is.

What is shipped is taken from signals/rules/; the rest is written here, shortly, so that the judging
in rules.py can be run again. Nothing here looks ahead.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from market import theme_kernel
from market.theme_days import Bars, StockDays, membership
from signals import lppls
from signals.compare import risen
from signals.panel import Panel
from signals.rolling import rolling_max, rolling_mean
from signals.rules import broken_boards

Array = np.ndarray
RUN_UP = 0.15  # net fraction over 60 days; the days a candidate is to tell something about


@dataclass(frozen=True)
class Candidate:
    """One way of measuring something, named by what it is and by its windows."""

    name: str
    variant: str
    values: pd.DataFrame  # day x theme; NaN unknown


@dataclass(frozen=True)
class Crowd:
    """What the panel does not hold: figures over the members of each theme, day x theme."""

    premium: pd.DataFrame  # sum of returns of members at the limit the day before
    followers: pd.DataFrame  # their number
    mean: pd.DataFrame  # mean return of members
    deviation: pd.DataFrame  # mean absolute deviation of members' returns from it
    variance: pd.DataFrame  # mean over members of the variance of their returns in 60 days
    turnover: pd.DataFrame  # median of members' 20-day volume over their 250-day volume


def crowd(bars: Bars, stocks: StockDays, members: Mapping[str, Sequence[str]]) -> Crowd:
    """The figures of all themes."""
    matrix = membership(members, list(members), bars.codes)
    before = np.vstack([np.zeros((1, len(bars.codes)), bool), stocks.limit_up[:-1]])
    follower = before & ~np.isnan(stocks.returns)
    variance = pd.DataFrame(stocks.returns).rolling(60, min_periods=48).var().to_numpy()

    def frame(values: Array) -> pd.DataFrame:
        return pd.DataFrame(values, index=list(bars.days), columns=list(members))

    def total(values: Array) -> pd.DataFrame:
        return frame(np.nan_to_num(values.astype(float)) @ matrix)

    def mean(values: Array) -> pd.DataFrame:
        known = total(~np.isnan(values))
        return total(values) / known.where(known > 0)

    average = mean(stocks.returns)
    return Crowd(
        premium=total(np.where(follower, stocks.returns, 0.0)),
        followers=total(follower),
        mean=average,
        deviation=frame(_deviations(stocks.returns, average.to_numpy(), matrix)),
        variance=mean(variance),
        turnover=frame(_turnover(bars, matrix)),
    )


def _deviations(returns: Array, mean: Array, matrix: sparse.csr_matrix) -> Array:
    """Mean absolute deviation of members' returns; unknown below five members."""
    out, by_theme = np.full(mean.shape, np.nan), matrix.tocsc()
    for column in range(mean.shape[1]):
        own = by_theme.indices[by_theme.indptr[column] : by_theme.indptr[column + 1]]
        gaps = np.abs(returns[:, own] - mean[:, [column]])
        known = (~np.isnan(gaps)).sum(axis=1)
        np.divide(np.nansum(gaps, axis=1), known, out=out[:, column], where=known > 4)
    return out


def _turnover(bars: Bars, matrix: sparse.csr_matrix) -> Array:
    """Median over members of mean volume of 20 days over that of 250."""
    volume = pd.DataFrame(np.where(bars.volume > 0, bars.volume, np.nan))
    recent = volume.rolling(20, min_periods=16).mean()
    ratio = np.ascontiguousarray(recent / volume.rolling(250, min_periods=200).mean())
    out = np.empty((len(ratio), matrix.shape[1]))
    order = theme_kernel.ordered(ratio)
    theme_kernel.medians(ratio, order, matrix.indptr, matrix.indices, out)
    return out


def candidates(panel: Panel, of: Crowd) -> Iterator[Candidate]:
    """All that is tried, variant by variant."""
    for name, made in MEASURES.items():
        for variant, values in made(panel, of).items():
            yield Candidate(name, variant, values.where(panel.net.notna()))


Frames = dict[str, pd.DataFrame]


def _thrust(panel: Panel, of: Crowd) -> Frames:
    """1 where Zweig's thrust of the theme's own breadth came within so many days, else 0."""
    share = panel.advancers / (panel.advancers + panel.decliners).where(lambda n: n > 0)
    average = share.ewm(span=10, adjust=False).mean()
    rose = (average > 0.615) & (average.rolling(10, min_periods=10).min() < 0.40)
    recent = {days: rose.astype(float).rolling(days).max() for days in (1, 20, 60)}
    return {f"{days} d": values.where(share.notna()) for days, values in recent.items()}


def _limit_ups(panel: Panel, of: Crowd) -> Frames:
    """Limit-ups alone, without the new highs that the rule `heat` counts with them."""
    share = rolling_mean(panel.limit_ups / panel.covered.where(panel.covered > 0), 5)
    return {
        "share, 5 d": share,
        "own-year rank": share.rolling(250, min_periods=200).rank(pct=True),
    }


def _height(panel: Panel, of: Crowd) -> Frames:
    runs = {days: rolling_max(panel.board_height, days) for days in (5, 20)}
    return {"today": panel.board_height} | {f"{days} d": highest for days, highest in runs.items()}


def _broken(panel: Panel, of: Crowd) -> Frames:
    return {
        f"{days} d": broken_boards.score(panel, broken_boards.Params(days, 1.0)) for days in (5, 20)
    }


def _premium(panel: Panel, of: Crowd) -> Frames:
    def mean(days: int) -> pd.DataFrame:
        count = of.followers.rolling(days).sum()
        return of.premium.rolling(days).sum() / count.where(count >= 3)

    return {f"{days} d": mean(days) for days in (5, 20)}


def _turnovers(panel: Panel, of: Crowd) -> Frames:
    return {"20 / 250 d": of.turnover, "20 / 60 d": rolling_mean(panel.volume_ratio, 20)}


def _raw(panel: Panel, of: Crowd) -> Frames:
    return {f"{days} d": panel.close / panel.close.shift(days) - 1 for days in (10, 60)}


def _acceleration(panel: Panel, of: Crowd) -> Frames:
    logs = pd.DataFrame(np.log(panel.net))
    gained = {days: logs - logs.shift(days) for days in (10, 20, 30)}
    return {f"{days} d": grown - grown.shift(days) for days, grown in gained.items()}


def _herding(panel: Panel, of: Crowd) -> Frames:
    """Minus the t-value of CSAD on the squared theme return, 60 days (Chang et al. 2000)."""
    size, square = of.mean.abs(), of.mean**2

    def co(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
        return rolling_mean(one * other, 60) - rolling_mean(one, 60) * rolling_mean(other, 60)

    aa, ab, bb = co(size, size), co(size, square), co(square, square)
    ac, bc, cc = (co(x, of.deviation) for x in (size, square, of.deviation))
    det = aa * bb - ab**2
    linear, curved = (bb * ac - ab * bc) / det, (aa * bc - ab * ac) / det
    rest = (cc - linear * ac - curved * bc).clip(lower=0)
    return {"60 d": -curved / np.sqrt(rest / 57 * aa / det)}


def _together(panel: Panel, of: Crowd) -> Frames:
    """Mean correlation of members: variance of their mean over the mean of their variances."""
    level = of.mean.rolling(60, min_periods=48).var() / of.variance
    return {"60 d": level, "60 d, change of 60": level - level.shift(60)}


def _narrowing(panel: Panel, of: Crowd) -> Frames:
    """Breadth lost since its high of the window, while the net index is within 3 % of its own."""
    share = rolling_mean(panel.above_ma20 / panel.ma20_known.where(panel.ma20_known >= 8), 5)
    high = panel.net >= 0.97 * rolling_max(panel.net, 60)
    lost = {days: rolling_max(share, days) - share for days in (20, 60)}
    return {f"{days} d": gone.where(high | gone.isna(), 0.0) for days, gone in lost.items()}


def _market(panel: Panel, of: Crowd) -> Frames:
    def spread(days: int) -> pd.DataFrame:
        grown = panel.benchmark / panel.benchmark.shift(days) - 1
        return panel.close.mul(0).add(grown, axis=0)

    return {f"{days} d": spread(days) for days in (250, 480)}


def _confidence(panel: Panel, of: Crowd) -> Frames:
    """Share of LPPLS windows that pass; 0 outside run-ups, where nobody asks."""
    days, logs = lppls.YEAR[-1], np.log(panel.net.to_numpy(float))
    rows, columns = np.nonzero((risen(panel.net) >= RUN_UP)[days - 1 :])

    def passed(row: int, column: int) -> Array:
        past = logs[row : row + days, column]
        if lppls.unknown(past, lppls.YEAR):
            return np.full(len(lppls.YEAR), np.nan)
        return lppls.passed(lppls.fits(past, lppls.YEAR)).astype(float)

    with ThreadPoolExecutor() as pool:
        found = np.array(list(pool.map(passed, rows, columns)))
    frames = {}
    for first in (0, lppls.YEAR.index(95)):
        values = np.where(np.arange(len(logs)) < days - 1, np.nan, 0.0)[:, None] + 0 * logs
        values[rows + days - 1, columns] = found[:, first:].mean(axis=1)
        name = f"{lppls.YEAR[first]} to {days} d"
        frames[name] = pd.DataFrame(values, panel.net.index, panel.net.columns)
    return frames


MEASURES: dict[str, Callable[[Panel, Crowd], Frames]] = {
    "breadth thrust": _thrust,
    "limit-up heat": _limit_ups,
    "board height": _height,
    "broken-board rate": _broken,
    "premium of yesterday's limit-ups": _premium,
    "abnormal turnover": _turnovers,
    "raw run-up": _raw,
    "acceleration": _acceleration,
    "herding": _herding,
    "co-movement": _together,
    "breadth lost at highs": _narrowing,
    "the market's own return": _market,
    "LPPLS confidence": _confidence,
}
