"""How often alerts were followed by a net fall, against chance; the protocol is fixed in advance.

Label: a net fall of `fall` or more from the level at the alert within the next `days` trading days.
Base rates: over all theme-days, and over theme-days of the same quarter and the same decile of
60-day net volatility. Intervals come from resampling whole calendar months, because alerts cluster.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from signals.model import Stage, Transition

FALL, DAYS = 0.10, 60  # net fraction; trading days
VOLATILITY_DAYS = 60  # trading days of the trailing net volatility
APART_DAYS = 20  # trading days around an alert that are no base to compare it with
DRAWS, SEED = 1000, 20211231  # of the bootstrap
LEAST_ONSETS = 10  # below it an interval says nothing
Interval = tuple[float, float]


@dataclass(frozen=True)
class Score:
    """The record of one kind of alert over a span of days."""

    name: str
    onsets: int  # alerts whose label is known
    hits: int  # of them followed by the fall
    dates: int  # distinct days among them
    precision: float  # share of them followed by the fall
    interval: Interval  # 95 %, of the precision
    base_rate: float  # share of all theme-days followed by the fall
    matched_base_rate: float  # likewise, of equally volatile themes in the same quarter
    lift: float  # precision / matched base rate
    lift_interval: Interval  # 95 %


def lowest_ahead(net: pd.DataFrame, days: int) -> pd.DataFrame:
    """The lowest level of the next `days` days, points; of fewer where there are no more."""
    return net[::-1].rolling(days, min_periods=1).min()[::-1].shift(-1)


def followed(net: pd.DataFrame, fall: float = FALL, days: int = DAYS) -> pd.DataFrame:
    """1 where the fall came within `days`, 0 where not, NaN where it is not known yet."""
    # a fall of just that size counts
    fell = lowest_ahead(net, days) <= net * (1 - fall) * (1 + 1e-12)
    known = net.notna() & (fell.to_numpy() | ~unripe(len(net), days)[:, None])
    return fell.astype(float).where(known)


def unripe(count: int, days: int = DAYS) -> np.ndarray:
    """The last of `count` days, with fewer than `days` ahead: of these only falls are known."""
    return np.arange(count) >= count - days


def onsets(told: Iterable[Transition], stage: Stage) -> list[tuple[date, str]]:
    """Day and theme of every alert that entered a stage."""
    return [
        (t.day, t.theme) for t in told if t.after.stage is stage and t.before.stage is not stage
    ]


def score(
    name: str, net: pd.DataFrame, alerts: Sequence[tuple[date, str]], since: date, until: date
) -> Score:
    """The record of alerts between two days, over `net` (day x theme, points of theme / market).

    `net` may begin before and end after the span; what comes after is only looked at for labels.
    """
    outcome = followed(net)
    inside = np.array([since <= day <= until for day in net.index])
    rows = {day: row for row, day in enumerate(net.index)}
    columns = {theme: column for column, theme in enumerate(net.columns)}
    places = [(rows[d], columns[t]) for d, t in alerts if since <= d <= until and t in columns]
    values = outcome.to_numpy(float)
    known = [place for place in places if not np.isnan(values[place])]
    hits = np.array([values[place] for place in known])
    matched = _matched(net, values, known, places, inside)
    months = np.array([net.index[row].year * 12 + net.index[row].month for row, _ in known])
    interval, lifts = _intervals(hits, matched, months)
    precision, base = _mean(hits), _mean(matched)
    lift = precision / base if base > 0 else float("nan")
    all_days = values[inside]
    plain = _mean(all_days[~np.isnan(all_days)])
    days = len({row for row, _ in known})
    return Score(
        name, len(known), int(hits.sum()), days, precision, interval, plain, base, lift, lifts
    )


def _matched(
    net: pd.DataFrame,
    outcome: np.ndarray,
    known: Sequence[tuple[int, int]],
    alerts: Sequence[tuple[int, int]],
    inside: np.ndarray,
) -> np.ndarray:
    """Base rate of each onset: equally volatile theme-days of its quarter, away from alerts."""
    deciles = volatility_deciles(net)
    usable = outcome.copy()
    usable[~inside] = np.nan
    for row, column in alerts:
        usable[max(0, row - APART_DAYS) : row + APART_DAYS + 1, column] = np.nan
    quarters = quarter_numbers(net)
    rates: dict[tuple[int, int], float] = {}
    for row, column in known:
        key = int(quarters[row]), int(deciles[row, column])
        if key not in rates:
            like = usable[quarters == key[0]][deciles[quarters == key[0]] == key[1]]
            rates[key] = _mean(like) if key[1] else float("nan")
    return np.array([rates[int(quarters[r]), int(deciles[r, c])] for r, c in known])


def volatility_deciles(net: pd.DataFrame) -> np.ndarray:
    """Decile among the themes of the day, 1..10, of trailing net volatility; 0 not known."""
    moves = net.pct_change(fill_method=None)
    ranks = moves.rolling(VOLATILITY_DAYS).std().rank(axis=1, pct=True)
    deciles: np.ndarray = np.nan_to_num(np.ceil(ranks.to_numpy(float) * 10)).astype(int)
    return deciles


def quarter_numbers(net: pd.DataFrame) -> np.ndarray:
    """Calendar quarter of each day, counted on through the years."""
    return np.array([day.year * 4 + (day.month - 1) // 3 for day in net.index])


def _intervals(
    hits: np.ndarray, matched: np.ndarray, months: np.ndarray
) -> tuple[Interval, Interval]:
    """95 % intervals of precision and of lift, over draws of whole months."""
    unknown = (float("nan"), float("nan"))
    if len(hits) < LEAST_ONSETS:
        return unknown, unknown
    rng = np.random.default_rng(SEED)
    blocks = [np.flatnonzero(months == month) for month in np.unique(months)]
    precisions, lifts = [], []
    for _ in range(DRAWS):
        drawn = np.concatenate([blocks[n] for n in rng.integers(0, len(blocks), len(blocks))])
        precisions.append(_mean(hits[drawn]))
        base = np.nanmean(matched[drawn]) if not np.isnan(matched[drawn]).all() else np.nan
        lifts.append(precisions[-1] / base if base > 0 else np.nan)
    return middle(precisions), middle(lifts)


def middle(values: Sequence[float] | np.ndarray) -> Interval:
    """The middle 95 % of the values that are known."""
    known = [value for value in values if not np.isnan(value)] or [float("nan")]
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
