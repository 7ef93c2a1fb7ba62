"""Rules over a panel: the frames of their scores, and the signals of one day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from signals.model import DECIMALS, Signal
from signals.panel import Panel
from signals.rules import Rule

LOOK_BACK = 256  # trading days; no rule's word on a day depends on anything before them


@dataclass(frozen=True)
class Scores:
    """What all rules say of all days and themes of a panel."""

    rules: tuple[Rule, ...]
    days: tuple[date, ...]
    themes: tuple[str, ...]  # theme ids
    values: np.ndarray  # rule x day x theme, each in its rule's unit; NaN unknown
    net: np.ndarray  # day x theme, points of theme over benchmark

    def signals(self, day: date, theme: str) -> tuple[Signal, ...]:
        """All rules' signals of one theme on one day, unknown ones as NaN.

        Raises ValueError when the day or the theme is not in the panel.
        """
        row, column = self.days.index(day), self.themes.index(theme)
        return tuple(
            Signal(theme, rule.name, day, float(value), rule.threshold, rule.unit)
            for rule, value in zip(self.rules, self.values[:, row, column], strict=True)
        )

    def frame(self, rule: str) -> pd.DataFrame:
        """One rule's scores, day x theme."""
        place = [r.name for r in self.rules].index(rule)
        return pd.DataFrame(self.values[place], index=list(self.days), columns=list(self.themes))


def evaluate(panel: Panel, rules: Sequence[Rule]) -> Scores:
    """Scores of every rule on every day and theme of the panel.

    Raises ValueError when a day is there twice or out of order: windows would count it wrongly.
    """
    wrong = [b for a, b in pairwise(panel.days) if b <= a]
    if wrong:
        raise ValueError(f"days must ascend, each once: {wrong[0]}")
    frames = [rule.score(panel, rule.params).to_numpy(float).round(DECIMALS) for rule in rules]
    values = np.where(np.isfinite(frames), frames, np.nan)
    themes = tuple(panel.close.columns)
    return Scores(tuple(rules), tuple(panel.days), themes, values, panel.net.to_numpy(float))


def thresholds(rules: Sequence[Rule]) -> Mapping[str, float]:
    """Each rule's threshold, in its unit."""
    return {rule.name: rule.threshold for rule in rules}
