"""Before the close: which stages would change if the day ended as it stands now.

One more row is put under the panel and read by the same rules and lifecycle as a whole day:
* estimated: the theme's index (its last close moved as its board moved), the market (moved by the
  median of the boards), the members above their 20-day average (each taken to move as its board,
  or to its limit where it is at it);
* carried from the day before: members, and how many have an average;
* not known, and so moving nothing: activity (its mean is then that of the days before), reports,
  highs, valuations.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from signals.evaluate import LOOK_BACK, evaluate
from signals.lifecycle import Policy
from signals.model import Kind, Stage, Transition
from signals.panel import FRAMES, Panel
from signals.replay import READ, States, fold
from signals.rules import Rule

CARRIED = ("members", "ma20_known")  # frames whose last row stands for the day
GROUNDS = {  # what each stage is entered on, told of it; `fall` is read by the lifecycle itself
    Stage.FORMING: ("run_up", "breadth"),
    Stage.BUBBLE: ("run_up", "breadth"),
    Stage.BURSTING: ("fall", "weakness", "outflow"),
}


@dataclass(frozen=True)
class Glimpse:
    """What is known of a day before its close, by theme id; a theme not named is not known."""

    day: date
    moves: Mapping[str, float]  # of its board since the close before, fraction
    above_ma20: Mapping[str, float]  # members that would be above their 20-day average, count

    @property
    def market(self) -> float:
        """The boards' median move, fraction; NaN when none is known."""
        known = [move for move in self.moves.values() if not np.isnan(move)]
        return float(np.median(known)) if known else float("nan")


def would_tell(
    panel: Panel, before: States, glimpse: Glimpse, rules: Sequence[Rule], policy: Policy
) -> list[Transition]:
    """Surges and reversals there would be to tell if the day closed as the glimpse has it.

    `panel` ends with the day before. A stage that must be seen for several days shows on the last
    of them alone. The transitions' evidence is that of the rules the lifecycle reads, estimated.
    """
    needed = [rule for rule in rules if rule.name in (*READ, "fall")]
    scores = evaluate(estimated(panel, glimpse).last(LOOK_BACK), needed)
    _, told = fold(before, scores, glimpse.day, policy)
    return [t for t in told if t.kind in (Kind.SURGE, Kind.REVERSAL)]


def estimated(panel: Panel, glimpse: Glimpse) -> Panel:
    """The panel with a row for the glimpse's day under it; what is not known is NaN in it."""
    themes = panel.close.columns
    rows = {name: panel.__dict__[name].iloc[-1] for name in CARRIED}
    moves = pd.Series(glimpse.moves, dtype=float).reindex(themes)
    rows["close"] = panel.close.iloc[-1] * (1 + moves)
    rows["above_ma20"] = pd.Series(glimpse.above_ma20, dtype=float).reindex(themes)
    level = panel.benchmark.iloc[-1] * (1 + glimpse.market)
    unknown = pd.Series(np.nan, index=themes)
    frames = {
        name: _under(panel.__dict__[name], rows.get(name, unknown), glimpse.day) for name in FRAMES
    }
    benchmark = _longer(panel.benchmark, level, glimpse.day)
    amount = _longer(panel.market_amount, np.nan, glimpse.day)
    return Panel(benchmark=benchmark, market_amount=amount, **frames)


def _under(frame: pd.DataFrame, row: pd.Series, day: date) -> pd.DataFrame:
    values = np.vstack([frame.to_numpy(float), row.to_numpy(float)])
    return pd.DataFrame(values, index=[*frame.index, day], columns=frame.columns)


def _longer(series: pd.Series, value: float, day: date) -> pd.Series:
    return pd.Series([*series.to_numpy(float), value], index=[*series.index, day])


def needed_moves(closes: np.ndarray) -> np.ndarray:
    """The move from which each stock stands above its average of len(closes) + 1 days, fraction.

    `closes` is day x stock, the last days before the one that is looked at, on one basis; NaN in
    them makes the answer NaN.
    """
    # above its average of n days: (n - 1) * today > sum of the n - 1 days before
    needed: np.ndarray = closes.mean(axis=0) / closes[-1] - 1
    return needed
