"""A simulated Hong Kong on its real trading days; a basket is hot over a golden week."""

from datetime import date

import numpy as np
import pandas as pd

from config.themes import Curated
from market.hongkong_days import built
from market.source import NoData, SourceError

SINCE = date(2023, 6, 1)
DAYS = [day for day in built(date(2025, 12, 31)).days if SINCE <= day <= date(2025, 2, 28)]
RISE = (date(2024, 9, 16), date(2024, 10, 25))  # of the hot basket, with the mainland's golden week
FALL = (date(2024, 10, 28), date(2024, 11, 22))
BASKETS = (
    Curated(
        id="hk-hot",
        name="模拟港股热",
        exchange="XHKG",
        members={f"099{n:02}": f"热{n}" for n in range(10)},
    ),
    Curated(
        id="hk-calm",
        name="模拟港股冷",
        exchange="XHKG",
        members={f"098{n:02}": f"冷{n}" for n in range(10)},
    ),
)
INDEX = Curated(id="hk-hstech", name="恒生科技", exchange="XHKG", index="HSTECH")


class FakeHongKong:
    """A Source of Hong Kong's part; `missing` and `faults` are codes that have no bar, or fail."""

    name = "fake"

    def __init__(self) -> None:
        rng = np.random.default_rng(3)
        codes = [code for one in BASKETS for code in one.members]
        moves = pd.DataFrame(rng.normal(0.0002, 0.012, (len(DAYS), 20)), index=DAYS, columns=codes)
        hot = list(BASKETS[0].members)
        moves.loc[RISE[0] : RISE[1], hot] += 0.013
        moves.loc[FALL[0] : FALL[1], hot] -= 0.02
        volume = rng.integers(10**6, 2 * 10**6, moves.shape).astype(float)
        self.volume = pd.DataFrame(volume, index=DAYS, columns=codes)
        self.volume.loc[RISE[0] : RISE[1], hot] *= 3
        self.close = 10 * (1 + moves).cumprod()
        self.market = 17_000 * (1 + rng.normal(0, 0.006, len(DAYS))).cumprod()
        self.shut: set[date] = set()  # days on which a typhoon kept the exchange closed
        self.missing: dict[str, date] = {}
        self.faults: dict[str, SourceError] = {}
        self.asked: list[str] = []

    def index_history(self, code: str, since: date, until: date) -> pd.DataFrame:
        self.asked.append(code)
        frame = pd.DataFrame({"day": DAYS, "close": self.market, "amount": np.nan})
        found = frame[(frame["day"] >= since) & (frame["day"] <= until)]
        return found[~found["day"].isin(self.shut)]

    def hk_history(self, code: str, since: date, until: date) -> pd.DataFrame:
        self.asked.append(code)
        if code in self.faults:
            raise self.faults[code]
        close = self.close[code]
        frame = pd.DataFrame({"day": DAYS, "close": close.to_numpy()})
        frame["prev_close"] = frame["close"].shift()
        frame = frame.assign(open=frame["close"], high=frame["close"], low=frame["close"])
        frame = frame.assign(volume=self.volume[code].to_numpy(), amount=np.nan)
        last = min(until, self.missing.get(code, until))
        kept = frame[(frame["day"] >= since) & (frame["day"] <= last)]
        kept = kept[~kept["day"].isin(self.shut)]
        if kept.empty:
            raise NoData(code)
        return kept
