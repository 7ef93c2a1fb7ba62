"""Stocks of Hong Kong as Sina would tell them: bars and factors. Figures are simulated."""

import json
from collections.abc import Sequence
from datetime import date
from functools import cache

import numpy as np

from tests import sina

SPLIT = "00700"  # the stock that was split in five
SPLIT_BEFORE = 30  # trading days before the last one


@cache
def closes(code: str, count: int) -> tuple[float, ...]:
    """What a holder of one share today has had of it, HKD, to the cent."""
    moves = np.random.default_rng(int(code)).normal(0.0005, 0.02, count)
    return tuple((40 * np.cumprod(1 + moves)).round(2).tolist())


def rows(code: str, days: Sequence[date]) -> sina.Rows:
    """Daily bars of a stock: day, open, high, low, close, volume."""
    split = len(days) - SPLIT_BEFORE if code == SPLIT else 0
    made = []
    for n, (day, level) in enumerate(zip(days, closes(code, len(days)), strict=True)):
        close = level * (5 if n < split else 1)
        low, high = close * 0.99, close * 1.01
        made.append((day, close, high, low, close, 500_000 + (n * 7919 + int(code)) % 100_000))
    return tuple(made)


def factors(code: str, days: Sequence[date]) -> str:
    """The file of factors: the newest first, the oldest with a day before all."""
    known = [("1900-01-01", "1")]
    if code == SPLIT:
        known = [(str(days[-SPLIT_BEFORE]), "1"), ("1900-01-01", "0.2000000000")]
    told = {"total": len(known), "data": [{"d": day, "f": size} for day, size in known]}
    return f"var hk{code}qfq={json.dumps(told)}\n/* simulated */"
