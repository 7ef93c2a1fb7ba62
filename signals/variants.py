"""Every variant of the bubble alert that was tried, and whether the best could be luck.

A small grid, declared here and nowhere else, changes what makes a bubble alert: the run-up's window
and threshold and the breadth that begins a surge. Themes change places within each month, all days
of it alike and for all variants alike, so that the market's timing stays and only the choice of
themes goes: among all themes, and among those of the same decile of volatility. The best variant
must beat the 95 % quantile of the best of all variants so shuffled (White's reality check, with
each variant measured in its own standard deviations, as Romano and Wolf do).
Work is cut into parts with seeds of their own and whole numbers as results, so that it comes to the
same to the last digit wherever the parts are done.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

import numpy as np
import pandas as pd

from signals.compare import Alerts
from signals.evaluate import evaluate
from signals.lifecycle import Policy
from signals.model import Stage
from signals.panel import Panel
from signals.replay import NEEDED, folded
from signals.rules import Rule
from signals.scorecard import SEED, Interval, Label, followed, middle, onsets, volatility_deciles
from signals.sweep import Spread, pieces

WINDOWS, RUN_UPS, BREADTHS = (40, 60, 90), (0.20, 0.25, 0.30), (0.60, 0.70, 0.80)
PARTS, DRAWS_A_PART = 10, 100  # of the shuffling


@dataclass(frozen=True)
class Variant:
    """What is changed; the rest is as it is set."""

    window_days: int  # trading days of the run-up
    run_up: float  # net fraction that makes a bubble
    breadth: float  # share of members above their average that makes a surge


@dataclass(frozen=True)
class Tried:
    """A variant and its record."""

    variant: Variant
    onsets: int  # bubble alerts whose label is known
    precision: float  # share followed by the fall
    interval: Interval  # 95 %, months drawn whole
    expected: tuple[float, float]  # precision of shuffled themes: all, equally volatile
    ahead: tuple[float, float]  # precision above it in standard deviations of the shuffles


@dataclass(frozen=True)
class Search:
    """All variants, and the best of them against the best of shuffled ones."""

    tried: tuple[Tried, ...]
    draws: int
    best: tuple[int, int]  # place of the variant furthest ahead: of all, of equally volatile
    bar: tuple[float, float]  # 95 % quantile of the furthest ahead of all variants, shuffled
    chance: tuple[float, float]  # share of shuffles in which one got as far ahead as the best


@dataclass(frozen=True)
class Part:
    """What one part of the shuffling needs; all whole numbers."""

    seed: int
    belongs: np.ndarray  # variant x alert, 1 where the variant gave the alert
    themes: np.ndarray  # of each alert, its column
    months: np.ndarray  # of each alert, its place among the months
    ahead: np.ndarray  # alert x theme: followed by the fall on that day, -1 not known
    alike: np.ndarray  # month x theme: decile of volatility


LEAST = -1e9  # standard deviations; below any variant's
GRID = tuple(Variant(*knobs) for knobs in product(WINDOWS, RUN_UPS, BREADTHS))


def search(
    panel: Panel,
    rules: Sequence[Rule],
    policy: Policy,
    since: date,
    until: date,
    label: Label,
    spread: Spread = map,
) -> Search:
    """Tries the whole grid between two days; `spread` does the parts of the work, here or afar."""
    needed = tuple(rule for rule in rules if rule.name in NEEDED)
    found: list[Alerts] = [[] for _ in GRID]
    for part in spread(variants_told, [(piece, needed, policy) for piece in pieces(panel)]):
        for alerts, more in zip(found, part, strict=True):
            alerts += [(day, theme) for day, theme in more if since <= day <= until]
    parts = _parts(panel.net, found, label)
    counts = np.concatenate(list(spread(themes_shuffled, parts)), axis=-1)
    return _searched(parts[0], counts)


def variants_told(part: tuple[Panel, Sequence[Rule], Policy]) -> list[Alerts]:
    """Bubble alerts of every variant, in the order of GRID, over some themes."""
    panel, rules, policy = part
    return [
        onsets(
            (
                t
                for _, _, told in folded(evaluate(panel, _changed(rules, variant)), policy)
                for t in told
            ),
            Stage.BUBBLE,
        )
        for variant in GRID
    ]


def _changed(rules: Sequence[Rule], variant: Variant) -> list[Rule]:
    made = []
    for rule in rules:
        if rule.name == "run_up":
            knobs = replace(rule.params, window_days=variant.window_days)
            rule = replace(rule, params=knobs, threshold=variant.run_up)
        elif rule.name == "breadth":
            rule = replace(rule, threshold=variant.breadth)
        made.append(rule)
    return made


def _parts(net: pd.DataFrame, found: Sequence[Alerts], label: Label) -> list[Part]:
    """The parts of the shuffling, over all alerts of any variant whose label is known."""
    outcome = followed(net, label).fillna(-1).to_numpy(np.int8)
    rows = {day: row for row, day in enumerate(net.index)}
    columns = {theme: column for column, theme in enumerate(net.columns)}
    told = sorted({(rows[d], columns[t]) for alerts in found for d, t in alerts})
    known = [place for place in told if outcome[place] >= 0]
    place = {where: n for n, where in enumerate(known)}
    belongs = np.zeros((len(found), len(known)), np.int64)
    for variant, alerts in enumerate(found):
        own = [(rows[d], columns[t]) for d, t in alerts]
        mine = [place[where] for where in own if where in place]
        belongs[variant, mine] = 1
    at = np.array(known, int).reshape(-1, 2)
    numbers = np.array([day.year * 12 + day.month for day in net.index])
    names, months = np.unique(numbers[at[:, 0]], return_inverse=True)
    alike = volatility_deciles(net)[np.searchsorted(numbers, names)]
    shared = (belongs, at[:, 1], months, outcome[at[:, 0]], alike)
    return [Part(seed, *shared) for seed in range(PARTS)]


def themes_shuffled(part: Part) -> np.ndarray:
    """Hits and onsets (2) by all, alike and resampled months (3), variant and draw."""
    rng = np.random.default_rng((SEED, part.seed))
    found = np.zeros((2, 3, len(part.belongs), DRAWS_A_PART), np.int64)
    per_month = _by_month(part)
    for draw in range(DRAWS_A_PART):
        for place, groups in enumerate((np.zeros_like(part.alike), part.alike)):
            swapped = _swapped(groups, rng)[part.months, part.themes]
            came = part.ahead[np.arange(len(swapped)), swapped]
            found[0, place, :, draw] = part.belongs @ (came == 1)
            found[1, place, :, draw] = part.belongs @ (came >= 0)
        drawn = rng.integers(0, max(len(part.alike), 1), len(part.alike))
        found[:, 2, :, draw] = per_month[:, :, drawn].sum(axis=2)
    return found


def _swapped(groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Of each month and theme the theme that takes its place, of the same group."""
    keys = groups + rng.random(groups.shape)
    places, taken = np.argsort(groups, axis=1, kind="stable"), np.argsort(keys, axis=1)
    found = np.empty_like(places)
    np.put_along_axis(found, places, taken, axis=1)
    return found


def _by_month(part: Part) -> np.ndarray:
    """Hits and onsets (2) of each variant in each month."""
    hits = part.ahead[np.arange(len(part.themes)), part.themes]
    which = (part.months[:, None] == np.arange(len(part.alike))).astype(np.int64)
    return np.array([(part.belongs * hits) @ which, part.belongs @ which])


def _searched(part: Part, counts: np.ndarray) -> Search:
    """What all shuffles together say; `counts` is that of all parts, draws joined."""
    hits, known = _by_month(part).sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):  # no onset, no precision
        precision = hits / known
        shares = counts[0] / counts[1]  # all, alike, months x variant x draw
        centre, spread = shares[:2].mean(axis=2), shares[:2].std(axis=2)
        spread = np.where(spread > 0, spread, np.nan)
        ahead = (precision - centre) / spread
        chance = (shares[:2] - centre[:, :, None]) / spread[:, :, None]
    best = np.nan_to_num(ahead, nan=-np.inf).argmax(axis=1)
    furthest = np.nan_to_num(chance, nan=LEAST).max(axis=1)  # all, alike x draw
    reached = ahead[[0, 1], best]
    as_far = (furthest >= reached[:, None]).sum(axis=1)
    draws = counts.shape[-1]
    tried = tuple(
        Tried(
            variant,
            int(known[n]),
            float(precision[n]),
            middle(shares[2, n]),
            _pair(centre[:, n]),
            _pair(ahead[:, n]),
        )
        for n, variant in enumerate(GRID)
    )
    bar = np.where(np.isnan(reached), np.nan, np.quantile(furthest, 0.95, axis=1))
    share = np.where(np.isnan(reached), np.nan, (1 + as_far) / (1 + draws))
    return Search(tried, draws, (int(best[0]), int(best[1])), _pair(bar), _pair(share))


def _pair(values: np.ndarray) -> tuple[float, float]:
    return float(values[0]), float(values[1])
