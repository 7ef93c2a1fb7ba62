"""The whole sweep over a Dask cluster of 1, 2 and 4 workers on loopback, against none.

The panel is simulated: only the work counts. More workers than cores cannot be quicker.
"""

import os
import time
from collections.abc import Iterator

from bot.app import judge
from bot.cluster import spread
from config.settings import load
from signals.panel import Panel
from signals.scorecard import (
    Ground,
    Interval,
    counted,
    followed,
    months_resampled,
    volatility_deciles,
)
from signals.sweep import Told, told
from signals.variants import Search, search
from tests import markets
from tests.bench.row import Row
from tests.dask import Dask

THEMES, DAYS = 224, 750  # of the simulated panel: four parts of themes, three years
Spans = tuple[Interval, Interval]
LEAST_SHARE = 0.7  # of the speed that as many workers as there are cores could give at best


def rows() -> Iterator[Row]:
    """Seconds on 1, 2 and 4 workers beside those of one process, and whether all is the same."""
    panel = markets.panel(DAYS, THEMES)
    alone, found = _timed(panel, None)
    for workers in (1, 2, 4):
        with Dask(workers) as dask:
            _timed(panel, dask.address)  # workers import what they need
            seconds, there = _timed(panel, dask.address)
        asked = LEAST_SHARE * min(workers, os.cpu_count() or 1)
        text = f"{asked:.1f} times as quick on {os.cpu_count()} cores"
        name = f"sweep over themes, variants and draws, {workers} workers"
        yield Row(name, seconds, alone, "s", text, alone / seconds >= asked)
        same = repr(there) == repr(found)
        yield Row(f"{name}: the same", float(same), None, "share", "to the last digit", same)


def _timed(panel: Panel, address: str | None) -> tuple[float, tuple[Told, list[Spans], Search]]:
    """Seconds of all that `paomo score --report` shares out, and what came of it."""
    rules, policy = judge(load({"PAOMO_HOME": "unused"}))
    with spread(address) as work:
        start = time.perf_counter()
        found = told(panel, rules, policy, work)
        ground = Ground(followed(panel.net, markets.LABEL), volatility_deciles(panel.net))
        span = (panel.days[0], panel.days[-1])
        samples = [counted(n, ground, own, *span).sample for n, own in found.crossed.items()]
        spans = list(work(months_resampled, samples))
        tried = search(panel, rules, policy, *span, markets.LABEL, work)
        return time.perf_counter() - start, (found, spans, tried)
