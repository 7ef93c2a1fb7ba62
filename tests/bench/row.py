"""One measured claim: ours, what it is compared to, and whether it reaches what was asked."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

DEFAULT = Path(__file__).parents[2] / ".." / "shared" / "data"
FOLDER = Path(os.environ.get("PAOMO_REFERENCE_DATA", DEFAULT))  # of the reference data


@dataclass(frozen=True)
class Row:
    """A line of the table; `theirs` is None where nothing is compared to."""

    name: str
    ours: float  # in `unit`
    theirs: float | None  # in `unit`
    unit: str  # s, ms, times, GiB, share
    reach: str  # what was asked, in words
    holds: bool  # whether it is reached

    @property
    def ratio(self) -> float | None:
        """How many times less ours is than theirs."""
        return None if self.theirs is None else self.theirs / self.ours


def best(work: Callable[[], object], least_seconds: float = 0.5, least_runs: int = 3) -> float:
    """Seconds of the quickest of several runs, after one that is not counted.

    The quickest is what the machine can do; the others tell what else it was doing.
    """
    work()
    times: list[float] = []
    while len(times) < least_runs or sum(times) < least_seconds:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)
