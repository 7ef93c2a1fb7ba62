"""How likely the net fall is for a theme in a stage: made only of what was known, and judged.

The share of like theme-days (same stage, same band of volatility) that were followed by the fall,
drawn towards the band's own share where there are few. At the first day of each month it is made
anew of theme-days so old that their labels were known by then; nothing later is seen.
Judged by the Brier score against the expanding share of all theme-days in a stage (climatology)
and against the bands of volatility alone. Half-years are drawn whole: labels overlap for a quarter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from signals.model import Stage, Transition
from signals.scorecard import (
    DRAWS,
    SEED,
    VOLATILITY_DAYS,
    Interval,
    Label,
    followed,
    middle,
    unripe,
)

STAGES = (Stage.FORMING, Stage.BUBBLE, Stage.BURSTING)  # in which a probability is asked for
BANDS = np.array([0.006, 0.009, 0.012, 0.016])  # daily net volatility, fraction: edges
TOWARDS = 500.0  # theme-days of the band's share mixed in; labels overlap, so few days say little
LEAST_DAYS = 2000  # theme-days to learn from before the first forecast
LEAST_BLOCKS = 4  # half-years; below it an interval says nothing


@dataclass(frozen=True)
class Skill:
    """What the probabilities were worth between two days."""

    n: int  # theme-days in a stage, with a forecast and a known label
    blocks: int  # half-years they lie in
    mean_forecast: float  # share
    share: float  # that were followed by the fall
    brier: float  # mean squared error
    brier_skill: float  # 1 - brier / that of climatology
    interval: Interval  # 95 %, of it
    over_volatility: float  # 1 - brier / that of volatility alone
    over_volatility_interval: Interval  # 95 %

    @property
    def shown(self) -> bool:
        """Whether people may be told: better than both, beyond the noise."""
        return self.interval[0] > 0 and self.over_volatility_interval[0] > 0


def staged(told: Iterable[Transition], net: pd.DataFrame) -> np.ndarray:
    """Place in STAGES of each theme on each day (day x theme), -1 in none of them."""
    rows = {day: row for row, day in enumerate(net.index)}
    columns = {theme: column for column, theme in enumerate(net.columns)}
    found = np.full(net.shape, -1)
    for moved in told:
        stage = moved.after.stage
        place = STAGES.index(stage) if stage in STAGES else -1
        found[rows[moved.day] :, columns[moved.theme]] = place
    return found


def bands(net: pd.DataFrame) -> np.ndarray:
    """Band of trailing net volatility of each theme on each day (day x theme), -1 unknown."""
    spread = net.pct_change(fill_method=None).rolling(VOLATILITY_DAYS).std().to_numpy(float)
    return np.where(np.isnan(spread), -1, np.searchsorted(BANDS, spread))


def forecasts(net: pd.DataFrame, stage: np.ndarray, label: Label) -> np.ndarray:
    """Probabilities (3 x day x theme): by stage and band, of climatology, by band; NaN unknown.

    `stage` as `staged` gives it. Climatology and bands are of theme-days in a stage, too.
    """
    outcome, band = followed(net, label).to_numpy(float), bands(net)
    usable = (stage >= 0) & (band >= 0)
    made = np.full((3, *net.shape), np.nan)
    months = np.array([day.year * 12 + day.month for day in net.index])
    for first in np.flatnonzero(np.diff(months, prepend=0)):
        old = max(0, first - label.days)
        known = usable[:old] & ~np.isnan(outcome[:old])
        if known.sum() < LEAST_DAYS:
            continue
        cells = shares(*(part[: len(known)][known] for part in (stage, band, outcome)))
        ask = usable & (months == months[first])[:, None]
        for place, table in enumerate(cells):
            made[place][ask] = table[stage[ask], band[ask]]
    return made


def skill(
    net: pd.DataFrame, told: Iterable[Transition], since: date, until: date, label: Label
) -> tuple[Skill, np.ndarray]:
    """What forecasts between two days were worth; beside it all of them, 3 x theme-day:
    forecast, whether it came true, and the half-year's number.
    """
    made = forecasts(net, staged(told, net), label)
    outcome = followed(net, label).to_numpy(float)
    inside = np.array([since <= day <= until for day in net.index])
    inside &= ~unripe(len(net), label.days)  # there only falls are known, which would flatter
    judged = inside[:, None] & ~np.isnan(made[0]) & ~np.isnan(outcome)
    errors = (made[:, judged] - outcome[judged]) ** 2
    halves = np.array([day.year * 2 + (day.month > 6) for day in net.index])
    blocks = np.repeat(halves[:, None], net.shape[1], axis=1)[judged]
    asked = np.array([made[0][judged], outcome[judged], blocks])
    return _skill(errors, asked), asked


def shares(stage: np.ndarray, band: np.ndarray, outcome: np.ndarray) -> list[np.ndarray]:
    """Tables stage x band: shares by both, of all, by band."""
    wide = len(BANDS) + 1
    shape = (len(STAGES), wide)
    cell = stage * wide + band
    count = np.bincount(cell, minlength=len(STAGES) * wide).reshape(shape)
    hits = np.bincount(cell, outcome, len(STAGES) * wide).reshape(shape)
    overall = hits.sum() / count.sum()
    by_band = (hits.sum(0) + TOWARDS * overall) / (count.sum(0) + TOWARDS)
    by_both = (hits + TOWARDS * by_band) / (count + TOWARDS)
    return [by_both, np.full(shape, overall), np.broadcast_to(by_band, shape)]


def _skill(errors: np.ndarray, asked: np.ndarray) -> Skill:
    nothing = (float("nan"), float("nan"))
    blocks = asked[2]
    if not len(blocks):
        return Skill(0, 0, *(float("nan"),) * 4, nothing, float("nan"), nothing)
    names, place = np.unique(blocks, return_inverse=True)
    sums = np.array([np.bincount(place, error, len(names)) for error in errors])  # 3 x block
    drawn = np.random.default_rng(SEED).integers(0, len(names), (DRAWS, len(names)))
    totals = sums[:, drawn].sum(axis=2)
    found = [
        (1 - sums[0].sum() / sums[other].sum(), middle(1 - totals[0] / totals[other]))
        for other in (1, 2)
    ]
    sure = len(names) >= LEAST_BLOCKS
    return Skill(
        n=len(blocks),
        blocks=len(names),
        mean_forecast=float(asked[0].mean()),
        share=float(asked[1].mean()),
        brier=float(errors[0].mean()),
        brier_skill=float(found[0][0]),
        interval=found[0][1] if sure else nothing,
        over_volatility=float(found[1][0]),
        over_volatility_interval=found[1][1] if sure else nothing,
    )
