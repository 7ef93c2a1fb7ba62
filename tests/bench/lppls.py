"""LPPLS against the package `lppls`: one confidence value of the same 125 windows, same series.

The package is given what costs it least: trading-day time, a plain loop over its own `fit` in one
process, and the best linear parameters its shapes allow. It is random, so it is seeded. Processor
time is compared, so that neither is charged for what else the machine does.
"""

import importlib
import random
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from signals import lppls
from tests import reference
from tests.bench.row import FOLDER, Row, best

SEARCHES = 25  # the package's own default
SEED = 20260101
REPEATS = 5
NASDAQ_DAYS = (date(2007, 10, 31), date(2014, 3, 5), date(2015, 7, 20), date(2018, 8, 29))
THEME_DAYS = {
    "白酒": (date(2020, 12, 31), date(2021, 2, 10)),
    "锂矿概念": (date(2021, 7, 30), date(2021, 9, 10)),
    "CPO概念": (date(2023, 4, 14), date(2023, 6, 20)),
    "猪肉概念": (date(2019, 4, 25), date(2022, 7, 5)),
}


@dataclass(frozen=True)
class Compared:
    """One series up to one day, fitted by both."""

    ours: float  # processor seconds, mean of REPEATS
    theirs: float  # processor seconds, of one run
    ratios: list[float]  # our squared error / theirs, of windows whose fit is admissible
    confidence: float  # share of windows


def rows() -> Iterator[Row]:
    """Latency, speed and squared errors beside the package, and all themes of a day."""
    net = np.log(reference.panel(FOLDER, range(2015, 2025), reference.real_themes(FOLDER)).net)
    series = list(_series(net))
    yield from _beside_the_package(series)
    alone = best(lambda: lppls.confidence(series[0])) * 1e3
    yield Row("LPPLS, a confidence of 125 windows", alone, None, "ms", "under 50", alone < 50)
    newest = net.to_numpy(float).T
    for name, windows in (("750 to 130 days", lppls.LONG), ("250 to 30 days", lppls.YEAR)):
        took = best(lambda w=windows: lppls.confidences(newest, w), least_runs=1)  # type: ignore[misc]
        told = f"LPPLS, {len(newest)} themes, {len(windows)} windows of {name}"
        yield Row(told, took, None, "s", "under 15", took < 15)


def _beside_the_package(series: list[np.ndarray]) -> Iterator[Row]:
    try:
        package = importlib.import_module("lppls.lppls")
    except ImportError:
        print("lppls: the package is not installed; pip install -r requirements-bench.txt")
        return
    random.seed(SEED)
    _theirs(package, series[0][-200:])  # compiles
    found = []
    for levels in series:
        one = _compared(package, levels)
        found.append(one)
        print(f"  {one.ours * 1e3:.1f} ms, {one.theirs:.2f} s, {one.confidence:.3f}", flush=True)
    ours, theirs = (sum(getattr(one, name) for one in found) for name in ("ours", "theirs"))
    told = f"LPPLS, a confidence of 125 windows ({len(found)} series and days)"
    times = theirs / ours
    yield Row(told, ours / len(found), theirs / len(found), "s", "200x", times >= 200)
    ratios = np.array([ratio for one in found for ratio in one.ratios])
    print(f"  error, ours / theirs: {np.quantile(ratios, [0, 0.5, 0.98, 1]).round(4)}")
    share = float((ratios <= 1.001).mean())
    told = f"LPPLS, squared error as low or lower (n = {len(ratios)} admissible fits)"
    yield Row(told, share, None, "share", "0.98", share >= 0.98)


def _series(net: pd.DataFrame) -> Iterator[np.ndarray]:
    """Log prices up to the days named: the NASDAQ, and net themes."""
    table = pd.read_csv(FOLDER / "us/nasdaq_daily_arch.csv.gz", parse_dates=["Date"])
    nasdaq = np.log(table.set_index(table["Date"].dt.date)["Close"])
    for day in NASDAQ_DAYS:
        yield nasdaq[:day].to_numpy(float)[-lppls.LONG[-1] :]
    for theme, days in THEME_DAYS.items():
        for day in days:
            yield net.loc[:day, theme].to_numpy(float)[-lppls.LONG[-1] :]


def _compared(package: Any, levels: np.ndarray) -> Compared:
    start = time.process_time()
    shapes = [_theirs(package, levels[-days:]) for days in lppls.LONG]
    theirs = time.process_time() - start
    fits = lppls.fits(levels)
    ratios = [
        error / _squared_error(levels[-days:], *shape)
        for days, error, shape in zip(lppls.LONG, fits.error, shapes, strict=True)
        if _admissible(days, *shape)
    ]
    start = time.process_time()
    found = [lppls.confidence(levels) for _ in range(REPEATS)]
    ours = (time.process_time() - start) / REPEATS
    return Compared(ours, theirs, ratios, found[0])


def _theirs(package: Any, levels: np.ndarray) -> tuple[float, float, float]:
    """The package's delta, m and w of one window."""
    observed = np.array([np.arange(len(levels), dtype=float), levels])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tc, m, w, *_ = package.LPPLS(observed).fit(SEARCHES, obs=observed)
    return tc - (len(levels) - 1), m, w


def _admissible(days: int, delta: float, m: float, w: float) -> bool:
    ahead = lppls.NEAREST <= delta <= lppls.FARTHEST * days
    return ahead and lppls.M[0] <= m <= lppls.M[1] and lppls.W[0] <= w <= lppls.W[1]


def _squared_error(levels: np.ndarray, delta: float, m: float, w: float) -> float:
    x = delta + np.arange(len(levels))[::-1]
    f = x**m
    wave = w * np.log(x)
    design = np.column_stack([np.ones(len(x)), f, f * np.cos(wave), f * np.sin(wave)])
    left = levels - design @ np.linalg.lstsq(design, levels, rcond=None)[0]
    return float(left @ left)
