"""Run-ups of bare net paths, for the tests: legs of straight lines, and what is found in them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from signals.evaluate import Scores
from signals.rules import Rule, breadth
from signals.runs import Run, Seen, follow
from tests import markets

BREADTH = Rule("breadth", breadth.score, None, 0.7, "share")
FLAT = 100  # rows before the first leg
UP, DOWN = (30, 1.5), (40, 0.8)  # legs: days, and the level at their end on that at their start


def path(*legs: tuple[int, float], flat: int = FLAT) -> np.ndarray:
    """Levels from 100: flat, then each leg in even steps."""
    levels = np.full(flat, 100.0)
    for days, growth in legs:
        levels = np.r_[levels, np.linspace(levels[-1], levels[-1] * growth, days + 1)[1:]]
    return levels


def frame(**paths: np.ndarray) -> pd.DataFrame:
    """Day x theme; shorter paths stay where they end."""
    rows = max(map(len, paths.values()))
    table = {t: np.pad(p, (0, rows - len(p)), mode="edge") for t, p in paths.items()}
    return pd.DataFrame(table, index=markets.weekdays(rows))


def seen(net: pd.DataFrame, told: np.ndarray | None = None) -> Seen:
    """What can be seen of net levels alone; `told` (rule x day x theme) is what the rules said."""
    unknown = np.full(net.shape, np.nan)
    values = unknown[None] if told is None else told
    rules = (BREADTH, *[BREADTH] * (len(values) - 1))
    themes = tuple(map(str, net.columns))
    return Seen(Scores(rules, tuple(net.index), themes, values, net.to_numpy(float)), unknown)


def found(net: pd.DataFrame) -> list[Run]:
    """The run-ups of net levels."""
    return follow((), seen(net))


def many(legs: Sequence[Sequence[tuple[int, float]]]) -> list[Run]:
    """The run-ups of one theme for each list of legs, named t0, t1, ..."""
    return found(frame(**{f"t{n}": path(*own) for n, own in enumerate(legs)}))
