"""What all readings of AKShare's tables share: the library, numbers, and checks of ranges."""

import importlib
from typing import Any

import pandas as pd

from market.source import SchemaChanged


def akshare() -> Any:
    """The library, imported on first use."""
    return importlib.import_module("akshare")


def number(figures: pd.Series) -> pd.Series:
    """Figures as floats; what is none is NaN."""
    return pd.to_numeric(figures, errors="coerce").astype(float)


def check(what: str, good: pd.Series, expected: str, tolerated: float = 0.0) -> None:
    """Raises SchemaChanged when more than the tolerated share of rows is not as known."""
    bad = int((~good).sum())
    if not len(good) or bad > tolerated * len(good):
        raise SchemaChanged(f"{what}: expected {expected}; {bad} of {len(good)} rows differ")
