"""49 US industries, monthly: run-ups, crashes and peaks, and the product's own rules over them.

Bubbles for Fama (Greenwood, Shleifer and You, JFE 131 (2019) 20-43): a run-up is the lesser of the
raw 24-month return and that less the market's, with a raw 60-month return of 50 % or more; a crash
is a fall of 40 % below the running peak within 24 months. Industries of fewer than 10 firms are
stocks and do not count.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import pandas as pd

from signals.panel import Panel
from signals.rules import Rule
from signals.scorecard import lowest_ahead

MONTHS = 24  # of the run-up, and of the time in which a crash comes
CRASH = 0.40  # fraction below the running peak
FIRMS = 10
QUIET_MONTHS = 12  # between two onsets of one industry
Places = list[tuple[int, int]]  # row and column


@dataclass(frozen=True)
class Industries:
    """Month x industry."""

    level: pd.DataFrame  # index, 1 at the start
    market: pd.Series  # likewise
    rise: pd.DataFrame  # run-up, fraction: the lesser of raw and net
    crashed: pd.DataFrame  # 1 or 0; NaN where 24 months have not passed and it has not come
    counts: pd.DataFrame  # whether the industry is more than a few stocks
    risen: pd.DataFrame  # whether it rose by half in 60 months


def read(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / "us" / name, index_col="date", parse_dates=True)


def industries(folder: Path) -> Industries:
    returns = read(folder, "ff49_monthly_vw.csv") / 100
    market = read(folder, "ff_factors_monthly.csv")["Mkt"].reindex(returns.index) / 100
    raw = grown(returns, MONTHS)
    net = raw.sub(grown(market.to_frame("m"), MONTHS)["m"], axis=0)
    level = (1 + returns.fillna(0)).cumprod().where(returns.notna())
    fell = drawdown_ahead(level) >= CRASH
    over = np.arange(len(level)) < len(level) - MONTHS
    known = level.notna() & (fell | over[:, None])
    counts = read(folder, "ff49_monthly_nfirms.csv") >= FIRMS
    risen = grown(returns, 60) >= 0.5
    crashed = fell.astype(float).where(known)
    rise = raw.where(raw < net, net)
    return Industries(level, (1 + market).cumprod(), rise, crashed, counts, risen)


def grown(returns: pd.DataFrame, months: int) -> pd.DataFrame:
    return np.expm1(np.log1p(returns).rolling(months).sum())


def drawdown_ahead(level: pd.DataFrame) -> pd.DataFrame:
    """The largest fall below the running peak, from each month on to MONTHS later, fraction."""
    falls = [
        (1 - lowest_ahead(level, MONTHS - later) / level).shift(-later) for later in range(MONTHS)
    ]
    deepest: pd.DataFrame = pd.concat(falls).groupby(level=0).max()
    return deepest


def events(fires: pd.DataFrame) -> Places:
    """Each event: the first month, then none for MONTHS."""
    found = []
    for column, values in enumerate(fires.to_numpy().T):
        last = -MONTHS
        for row in np.flatnonzero(values):
            if row - last >= MONTHS:
                found.append((int(row), column))
                last = row
    return found


def onsets(fires: pd.DataFrame) -> Places:
    """Each month of firing after one without, and not within QUIET_MONTHS of the onset before."""
    now = fires.to_numpy()
    begins = now & ~np.vstack([np.zeros((1, now.shape[1]), bool), now[:-1]])
    found = []
    for column in range(now.shape[1]):
        last = -QUIET_MONTHS
        for row in np.flatnonzero(begins[:, column]):
            if row - last >= QUIET_MONTHS:
                found.append((int(row), column))
                last = row
    return found


def peaks(known: Industries) -> Places:
    """Highest within a year on both sides, doubled within 24 months before, followed by a crash."""
    level = known.level
    top = level >= level.rolling(25, center=True, min_periods=13).max()
    doubled = level / level.rolling(MONTHS + 1, min_periods=2).min() >= 2
    fell = 1 - lowest_ahead(level, MONTHS) / level >= CRASH
    rows, columns = np.nonzero((top & doubled & fell & known.counts).to_numpy())
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def panel(known: Industries) -> Panel:
    """The industries as a panel of the product: months for days, all but prices unknown."""
    index = [stamp.date() for stamp in known.level.index]
    unknown = pd.DataFrame(np.nan, index=index, columns=known.level.columns)
    frames = {f.name: unknown for f in fields(Panel)}
    close = known.level.where(known.counts).set_axis(index)
    market = known.market.set_axis(index)
    return Panel(**frames | {"close": close, "benchmark": market, "market_amount": market * np.nan})  # type: ignore[arg-type]  # by name


def scores(rule: Rule, over: Panel, **knobs: int) -> pd.DataFrame:
    """A rule's own scores over the industries, with knobs in months where they are given."""
    return rule.score(over, replace(rule.params, **knobs))


def equal_count(values: pd.DataFrame, wanted: int) -> tuple[float, Places]:
    """The threshold (to a hundredth) with the number of onsets nearest to that wanted."""

    def tried() -> Iterator[tuple[int, float, Places]]:
        for step in range(5, 300):
            found = onsets(values >= step / 100)
            yield abs(len(found) - wanted), step / 100, found

    _, threshold, found = min(tried())
    return threshold, found
