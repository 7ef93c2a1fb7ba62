"""Rolling figures that do not depend on where a series begins, so that live equals replay.

pandas' rolling mean carries a running sum along the series: its last digits depend on the first
row it saw. These look at each window alone. At most a fifth of a window may be unknown.
"""

import numpy as np
import pandas as pd

KNOWN_SHARE = 0.8  # of a window's days must be known, else the figure is NaN


def rolling_mean(frame: pd.DataFrame, days: int) -> pd.DataFrame:
    """Mean over the last `days` rows, same shape; NaN where the window is short or unknown."""
    values = frame.to_numpy(float)
    known = ~np.isnan(values)
    total = np.zeros_like(values)
    count = np.zeros(values.shape)
    filled = np.where(known, values, 0.0)
    for lag in range(min(days, len(values))):
        total[lag:] += filled[: len(values) - lag]
        count[lag:] += known[: len(values) - lag]
    enough = count >= np.ceil(days * KNOWN_SHARE)
    mean = np.divide(total, count, out=np.full(values.shape, np.nan), where=enough)
    mean[: days - 1] = np.nan
    return pd.DataFrame(mean, index=frame.index, columns=frame.columns)


def rolling_max(frame: pd.DataFrame, days: int) -> pd.DataFrame:
    """Highest value of the last `days` rows, same shape; NaN where the window is short."""
    highest = frame.rolling(days, min_periods=int(np.ceil(days * KNOWN_SHARE))).max()
    return settled(highest, days)


def settled(frame: pd.DataFrame, days: int) -> pd.DataFrame:
    """The frame with its first days - 1 rows unknown: there a window would have been cut short."""
    out = frame.copy()
    out.iloc[: days - 1] = np.nan
    return out
