"""The panel: all that rules may look at, day x theme; NaN means not known, never zero."""

from dataclasses import dataclass, fields, replace
from datetime import date

import pandas as pd


@dataclass(frozen=True)
class Panel:
    """Frames of equal shape, index ascending trading days (`date` objects), columns theme ids."""

    close: pd.DataFrame  # theme index, points
    benchmark: pd.Series  # equal-weight index of all stocks in the store, points; by day
    members: pd.DataFrame  # members known that day, count
    covered: pd.DataFrame  # members with a known return that day, count
    advancers: pd.DataFrame  # members that closed up, count
    decliners: pd.DataFrame  # members that closed down, count
    above_ma20: pd.DataFrame  # members above their 20-day average, count
    ma20_known: pd.DataFrame  # traded members whose 20-day average is known, count
    new_highs: pd.DataFrame  # members at a 20-day closing high, count
    limit_ups: pd.DataFrame  # members closed at the upper price limit, count
    board_height: pd.DataFrame  # longest run of limit-ups among members, days; 0 none at the limit
    broken_boards: pd.DataFrame  # members that touched the limit but closed below it, count
    amount: pd.DataFrame  # value traded, CNY
    market_amount: pd.Series  # value traded by all stocks, CNY; by day
    volume_ratio: pd.DataFrame  # median over members of volume / own mean of 60 days before, times
    profit_growth: pd.DataFrame  # members' profit, this report on the one a year before, fraction
    revenue_growth: pd.DataFrame  # likewise for revenue, fraction
    earnings_share: pd.DataFrame  # members with usable reports / members, 0..1
    pe: pd.DataFrame  # sum of market caps / sum of trailing profits, times; NaN for a loss

    @property
    def as_of(self) -> date:
        """The last day known."""
        last: date = self.close.index[-1]
        return last

    @property
    def days(self) -> list[date]:
        """The days, ascending."""
        return list(self.close.index)

    @property
    def net(self) -> pd.DataFrame:
        """Theme index over the benchmark, day x theme, points of the ratio."""
        return net_of(self.close, self.benchmark)

    def until(self, day: date) -> "Panel":
        """The panel as it was known on `day`: nothing after it."""
        return self._rows(slice(None, day))

    def since(self, day: date) -> "Panel":
        """The panel from `day` on."""
        return self._rows(slice(day, None))

    def last(self, days: int) -> "Panel":
        """The last `days` days of it."""
        return self.since(self.close.index[-min(days, len(self.close))])

    def _rows(self, rows: slice) -> "Panel":
        return replace(self, **{f.name: getattr(self, f.name).loc[rows] for f in fields(self)})


def net_of(close: pd.DataFrame, benchmark: pd.Series) -> pd.DataFrame:
    """Theme indices over the benchmark; NaN where either is not above zero: no price is."""
    return close.where(close > 0).div(benchmark.where(benchmark > 0), axis=0)


FRAMES = tuple(
    f.name for f in fields(Panel) if f.name not in ("benchmark", "market_amount")
)  # the day x theme fields, in order
