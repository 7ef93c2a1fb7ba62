"""How often alerts were followed by a net fall, against chance; the protocol is fixed in advance.

Label: a fall of `fall` or more from the level at the alert within the next `days` trading days; the
primary one is of the net level. Base rates: over all theme-days, and over theme-days of the same
quarter and the same decile of 60-day net volatility. Intervals come from resampling whole calendar
months, because alerts cluster.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from signals.model import Stage, Transition

VOLATILITY_DAYS = 60  # trading days of the trailing net volatility
APART_DAYS = 20  # trading days around an alert that are no base to compare it with
DRAWS, SEED = 1000, 20211231  # of the bootstrap
LEAST_ONSETS = 10  # below it an interval says nothing
MOST_DAYS = 250  # trading days of a label
Interval = tuple[float, float]
UNKNOWN: Interval = (float("nan"), float("nan"))


@dataclass(frozen=True)
class Label:
    """The fall that alerts are judged by."""

    fall: float  # fraction of the level at the alert
    days: int  # trading days within which it came

    def __post_init__(self) -> None:
        if not 0 < self.fall < 1:
            raise ValueError(f"a label's fall must be between 0 and 1, not {self.fall:g}")
        if not 1 <= self.days <= MOST_DAYS:
            raise ValueError(f"a label's days must be 1 to {MOST_DAYS}, not {self.days}")


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


@dataclass(frozen=True, eq=False)
class Ground:
    """What alerts are held against, day x theme."""

    outcome: pd.DataFrame  # as `followed` gives it
    deciles: np.ndarray  # of net volatility, as `volatility_deciles` gives them


@dataclass(frozen=True, eq=False)
class Sample:
    """What intervals are drawn from: one value each for every alert whose label is known."""

    hits: np.ndarray  # 1 where the fall followed, else 0
    matched: np.ndarray  # share of equally volatile themes, NaN unknown
    months: np.ndarray  # calendar months, counted on through the years


@dataclass(frozen=True, eq=False)
class Counted:
    """A score before its intervals are drawn, which may be done elsewhere."""

    name: str
    dates: int  # distinct days among the alerts whose label is known
    base_rate: float  # share of all theme-days followed by the fall
    sample: Sample


def lowest_ahead(net: pd.DataFrame, days: int) -> pd.DataFrame:
    """The lowest level of the next `days` days, points; of fewer where there are no more."""
    return net[::-1].rolling(days, min_periods=1).min()[::-1].shift(-1)


def followed(levels: pd.DataFrame, label: Label) -> pd.DataFrame:
    """1 where the label's fall came, 0 where not, NaN where it is not known yet; day x theme.

    `levels` are points, net ones for the primary label.
    """
    # a fall of just that size counts
    fell = lowest_ahead(levels, label.days) <= levels * (1 - label.fall) * (1 + 1e-12)
    known = levels.notna() & (fell.to_numpy() | ~unripe(len(levels), label.days)[:, None])
    return fell.astype(float).where(known)


def unripe(count: int, days: int) -> np.ndarray:
    """The last of `count` days, with fewer than `days` ahead: of these only falls are known."""
    return np.arange(count) >= count - days


def onsets(told: Iterable[Transition], stage: Stage) -> list[tuple[date, str]]:
    """Day and theme of every alert that entered a stage."""
    return [
        (t.day, t.theme) for t in told if t.after.stage is stage and t.before.stage is not stage
    ]


def score(
    name: str,
    net: pd.DataFrame,
    outcome: pd.DataFrame,
    alerts: Sequence[tuple[date, str]],
    since: date,
    until: date,
) -> Score:
    """The record of alerts between two days, by an `outcome` as `followed` gives it.

    `net` (day x theme, points of theme / market) tells which themes are equally volatile. It may
    begin before and end after the span; what comes after is only looked at for labels.
    """
    found = counted(name, Ground(outcome, volatility_deciles(net)), alerts, since, until)
    return scored(found, months_resampled(found.sample))


def counted(
    name: str, ground: Ground, alerts: Sequence[tuple[date, str]], since: date, until: date
) -> Counted:
    """All of a score but its intervals, as `score` takes it."""
    outcome, index = ground.outcome, ground.outcome.index
    inside = np.array([since <= day <= until for day in index])
    rows = {day: row for row, day in enumerate(index)}
    columns = {theme: column for column, theme in enumerate(outcome.columns)}
    places = [(rows[d], columns[t]) for d, t in alerts if since <= d <= until and t in columns]
    values = outcome.to_numpy(float)
    known = [place for place in places if not np.isnan(values[place])]
    hits = np.array([values[place] for place in known])
    matched = _matched(ground, known, places, inside)
    months = np.array([index[row].year * 12 + index[row].month for row, _ in known])
    days = len({row for row, _ in known})
    return Counted(name, days, _mean(values[inside]), Sample(hits, matched, months))


def scored(found: Counted, spans: tuple[Interval, Interval]) -> Score:
    """A score with its intervals, as `months_resampled` gives them."""
    hits = found.sample.hits
    precision, base = _mean(hits), _mean(found.sample.matched)
    lift = precision / base if base > 0 else float("nan")
    counts = (len(hits), int(hits.sum()), found.dates)
    return Score(found.name, *counts, precision, spans[0], found.base_rate, base, lift, spans[1])


def _matched(
    ground: Ground,
    known: Sequence[tuple[int, int]],
    alerts: Sequence[tuple[int, int]],
    inside: np.ndarray,
) -> np.ndarray:
    """Base rate of each onset: equally volatile theme-days of its quarter, away from alerts."""
    deciles = ground.deciles
    usable = ground.outcome.to_numpy(float).copy()
    usable[~inside] = np.nan
    for row, column in alerts:
        usable[max(0, row - APART_DAYS) : row + APART_DAYS + 1, column] = np.nan
    quarters = quarter_numbers(ground.outcome)
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


def months_resampled(sample: Sample) -> tuple[Interval, Interval]:
    """95 % intervals of precision and of lift, over draws of whole months."""
    hits, matched, months = sample.hits, sample.matched, sample.months
    if len(hits) < LEAST_ONSETS:
        return UNKNOWN, UNKNOWN
    precisions, lifts = [], []
    for drawn in months_drawn(months):
        precisions.append(_mean(hits[drawn]))
        base = np.nanmean(matched[drawn]) if not np.isnan(matched[drawn]).all() else np.nan
        lifts.append(precisions[-1] / base if base > 0 else np.nan)
    return middle(precisions), middle(lifts)


def months_drawn(months: np.ndarray) -> Iterator[np.ndarray]:
    """Places of the values of as many whole months as there are, drawn anew DRAWS times."""
    rng = np.random.default_rng(SEED)
    blocks = [np.flatnonzero(months == month) for month in np.unique(months)]
    for _ in range(DRAWS):
        yield np.concatenate([blocks[n] for n in rng.integers(0, len(blocks), len(blocks))])


def middle(values: Sequence[float] | np.ndarray) -> Interval:
    """The middle 95 % of the values that are known."""
    known = [value for value in values if not np.isnan(value)] or [float("nan")]
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")
