"""Bubbles for Fama, replicated: how often industries that ran up crashed, by size of the run-up.

Greenwood, Shleifer and You, JFE 131 (2019) 20-43: of 40 US run-ups of 100 % to 2014, 53 % crashed;
20 % at a threshold of 50 %, 80 % at 150 %. The counts below are those of this project's reference
data (49 Fama-French industries, CRSP vintage 2024-12, at least 10 firms, run-ups to 2012-12); the
paper's own list of events cannot be had, and its share is reached within one standard error.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from signals.scorecard import lowest_ahead

MONTHS = 24  # of the run-up, of the time in which a crash comes, and between two events of one
CRASH = 0.40  # fraction below the running peak
FIRMS = 10  # an industry of fewer is a stock
LAST = pd.Timestamp("2012-12-31")  # the paper's data end in March 2014


def read(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / "us" / name, index_col="date", parse_dates=True)


@pytest.fixture(scope="module")
def industries(reference: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Run-up (the lesser of raw and net, fraction), crashed (1/0) and whether it may count."""
    returns = read(reference, "ff49_monthly_vw.csv") / 100
    market = read(reference, "ff_factors_monthly.csv")["Mkt"].reindex(returns.index) / 100
    raw = grown(returns, MONTHS)
    net = raw.sub(grown(market.to_frame("m"), MONTHS)["m"], axis=0)
    firms = read(reference, "ff49_monthly_nfirms.csv")
    level = (1 + returns.fillna(0)).cumprod().where(returns.notna())
    usable = (firms >= FIRMS) & (grown(returns, 60) >= 0.5)
    return raw.where(raw < net, net), (drawdown_ahead(level) >= CRASH).astype(int), usable


def grown(returns: pd.DataFrame, months: int) -> pd.DataFrame:
    return np.expm1(np.log1p(returns).rolling(months).sum())


def drawdown_ahead(level: pd.DataFrame) -> pd.DataFrame:
    """The largest fall below the running peak, from each month on to MONTHS later, fraction."""
    falls = [
        (1 - lowest_ahead(level, MONTHS - later) / level).shift(-later) for later in range(MONTHS)
    ]
    deepest: pd.DataFrame = pd.concat(falls).groupby(level=0).max()
    return deepest


def events(fires: pd.DataFrame) -> list[tuple[int, int]]:
    """Row and column of each event: the first month, then none for MONTHS."""
    found = []
    for column, values in enumerate(fires.to_numpy().T):
        last = -MONTHS
        for row in np.flatnonzero(values):
            if row - last >= MONTHS:
                found.append((int(row), column))
                last = row
    return found


@pytest.mark.parametrize(
    ("threshold", "run_ups", "crashes"),
    [(0.50, 194, 42), (0.75, 88, 31), (1.00, 44, 19), (1.25, 24, 17), (1.50, 18, 14)],
)
def test_the_larger_the_run_up_the_more_often_it_crashed(
    threshold: float,
    run_ups: int,
    crashes: int,
    industries: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
) -> None:
    rise, crashed, usable = industries
    found = events((rise >= threshold) & usable & (rise.index <= LAST).reshape(-1, 1))
    values = crashed.to_numpy()
    assert abs(len(found) - run_ups) <= 2
    assert abs(sum(int(values[place]) for place in found) - crashes) <= 1


def test_a_run_up_of_100_percent_is_within_reach_of_the_published_share(
    industries: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame],
) -> None:
    rise, crashed, usable = industries
    found = events((rise >= 1.0) & usable & (rise.index <= LAST).reshape(-1, 1))
    share = float(np.mean([crashed.to_numpy()[place] for place in found]))
    assert abs(share - 0.53) <= 1.96 * np.sqrt(0.53 * 0.47 / 40)
    assert share > 2 * float(crashed[usable].stack().mean())  # far above any month's
