"""Makes psy_critical.csv, the critical values of random walks: `python -m signals.psy_table`."""

import sys

import numpy as np
import pandas as pd

from signals import psy
from signals import psy_kernels as kernels

DAYS = (100, 150, 200, 250, 300, 400, 500, 750, 1000, 1500, 2000, 2500)
DRAWS = 20_000  # a quarter of them above 1,000 days
SEED = 20150601  # plus the days: with one stream for all lengths their errors would agree


def values(days: int, lag: int, draws: int) -> dict[str, np.ndarray]:
    """`gsadf` and last-day `bsadf` of random walks (t-statistics), each draws."""
    walks = psy.random_walks(days, draws, SEED + days)
    window = psy.least_window(days)
    steps = np.diff(walks, axis=1)
    highest = kernels.wild(np.ones(days - 1), steps, window, lag, kernels.reciprocals(days))
    return {"gsadf": highest, "bsadf": psy.newest(walks, window, lag)}


def main() -> None:
    """Writes the table; some minutes."""
    rows = []
    for days in DAYS:
        for lag in (0, 1):
            for name, drawn in values(days, lag, DRAWS if days <= 1000 else DRAWS // 4).items():
                for level in psy.LEVELS:
                    rows.append(
                        (name, days, lag, level, round(float(np.quantile(drawn, level)), 3))
                    )
        print(days, file=sys.stderr, flush=True)
    columns = ["statistic", "days", "lag", "level", "value"]
    pd.DataFrame(rows, columns=columns).to_csv(psy.TABLE, index=False)


if __name__ == "__main__":
    main()
