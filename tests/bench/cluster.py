"""The report's search over a Dask cluster of 1, 2 and 4 workers on loopback, against none.

The panel is simulated: only the work counts. More workers than cores cannot be quicker.
"""

import os
import time
from collections.abc import Iterator

from bot.app import judge
from bot.cluster import spread
from config.settings import load
from signals.variants import Search, search
from tests import markets
from tests.bench.row import Row
from tests.dask import Dask

THEMES, DAYS = 224, 750  # of the simulated panel: four parts of themes, three years
LEAST_SHARE = 0.7  # of the speed that as many workers as there are cores could give at best


def rows() -> Iterator[Row]:
    """Seconds on 1, 2 and 4 workers beside those of one process, and whether all is the same."""
    panel = markets.panel(DAYS, THEMES)
    needs = (
        panel,
        *judge(load({"PAOMO_HOME": "unused"})),
        panel.days[0],
        panel.days[-1],
        markets.LABEL,
    )
    alone, found = _timed(needs, None)
    for workers in (1, 2, 4):
        with Dask(workers) as dask:
            _timed(needs, dask.address)  # workers import what they need
            seconds, there = _timed(needs, dask.address)
        asked = LEAST_SHARE * min(workers, os.cpu_count() or 1)
        text = f"{asked:.1f} times as quick on {os.cpu_count()} cores"
        name = f"search over variants, {workers} workers"
        yield Row(name, seconds, alone, "s", text, alone / seconds >= asked)
        same = repr(there) == repr(found)
        yield Row(f"{name}: the same", float(same), None, "share", "to the last digit", same)


def _timed(needs: tuple[object, ...], address: str | None) -> tuple[float, Search]:
    with spread(address) as work:
        start = time.perf_counter()
        found = search(*needs, work)  # type: ignore[arg-type]  # as above
        return time.perf_counter() - start, found
