"""Small simulated markets and panels for the tests; seeded, so that a failure comes back."""

from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from market.simulate import SimulatedMarket
from market.source import Theme
from market.store import BAR, Store
from signals.panel import Panel
from signals.scorecard import Label

LABEL = Label(fall=0.10, days=60)  # the primary one as it is shipped


def weekdays(count: int, last: date = date(2024, 6, 28)) -> list[date]:
    """Weekdays up to `last`, ascending."""
    return [stamp.date() for stamp in pd.bdate_range(end=last, periods=count)]


def panel(days: int = 420, themes: int = 6, seed: int = 1) -> Panel:
    """A simulated panel that rises and falls: the first theme has a mania and a bust."""
    rng = np.random.default_rng(seed)
    index, names = weekdays(days), [f"t{n}" for n in range(themes)]
    drift = np.zeros((days, themes))
    drift[-90:-40, 0], drift[-40:-15, 0] = 0.012, -0.014
    returns = drift + rng.normal(0, 0.012, (days, themes))
    members = np.full((days, themes), 30.0)
    above = np.clip(15 + 900 * pd.DataFrame(returns).rolling(10).mean().fillna(0), 0, 30).round()

    def frame(values: object) -> pd.DataFrame:
        return pd.DataFrame(np.asarray(values, float), index=index, columns=names)

    up = rng.integers(0, 31, (days, themes))
    activity = np.exp(60 * pd.DataFrame(drift).rolling(5, min_periods=1).mean().clip(lower=0))
    made = {
        "close": frame(1000 * np.cumprod(1 + returns, axis=0)),
        "benchmark": pd.Series(1000 * np.cumprod(1 + rng.normal(0, 0.008, days)), index),
        "members": frame(members),
        "covered": frame(members),
        "advancers": frame(up),
        "decliners": frame(30 - up),
        "above_ma20": frame(above),
        "ma20_known": frame(members),
        "new_highs": frame(rng.integers(0, 10, (days, themes))),
        "limit_ups": frame(rng.integers(0, 3, (days, themes))),
        "board_height": frame(rng.integers(0, 5, (days, themes))),
        "broken_boards": frame(rng.integers(0, 3, (days, themes))),
        "amount": frame(rng.lognormal(20, 0.3, (days, themes))),
        "market_amount": pd.Series(rng.lognormal(26, 0.1, days), index),
        "volume_ratio": frame(activity * rng.lognormal(0, 0.05, (days, themes))),
        "profit_growth": frame(rng.normal(0.1, 0.05, (days, themes))),
        "revenue_growth": frame(rng.normal(0.08, 0.05, (days, themes))),
        "earnings_share": frame(np.full((days, themes), 0.9)),
        "pe": frame(rng.lognormal(3.5, 0.1, (days, themes))),
    }
    assert set(made) == {f.name for f in fields(Panel)}
    return Panel(**made)


def bars(days: int = 130, stocks: int = 24, seed: int = 2) -> pd.DataFrame:
    """Simulated bars as people bring them: day, code, open, high, low, close, volume."""
    rng = np.random.default_rng(seed)
    returns = np.clip(rng.normal(0.001, 0.02, (days, stocks)), -0.1, 0.1)
    returns[-30:, : stocks // 3] += 0.01
    close = 10 * np.cumprod(1 + returns, axis=0)
    codes = [f"{600000 + n}" for n in range(stocks)]
    return pd.DataFrame(
        {
            "day": np.repeat([str(day) for day in weekdays(days)], stocks),
            "code": codes * days,
            "open": close.ravel(),
            "high": close.ravel() * 1.01,
            "low": close.ravel() * 0.99,
            "close": close.ravel(),
            "volume": rng.integers(10**5, 10**6, days * stocks).astype(float),
        }
    )


def members(stocks: int = 24) -> pd.DataFrame:
    """Two themes over the stocks of `bars`, one snapshot."""
    codes = [f"{600000 + n}" for n in range(stocks)]
    rows = [("热题材", code) for code in codes[: stocks // 3]]
    rows += [("普通题材", code) for code in codes[stocks // 3 :]]
    return pd.DataFrame(rows, columns=["theme", "code"]).assign(as_of="2024-06-28")


def thinned(market: SimulatedMarket, step: int) -> SimulatedMarket:
    """Every `step`-th stock of a simulated market: Sina's pages are read slowly."""
    kept = set(sorted(market.bars["code"].unique())[::step])
    members = {id_: tuple(c for c in codes if c in kept) for id_, codes in market.members.items()}
    bars = market.bars[market.bars["code"].isin(kept)]
    return replace(market, members=members, bars=bars)


def files(folder: Path) -> tuple[Path, Path]:
    """Writes `bars` and `members` as files that people bring."""
    bars().to_csv(folder / "bars.csv", index=False)
    members().to_csv(folder / "members.csv", index=False)
    return folder / "bars.csv", folder / "members.csv"


def fill(store: Store, days: int = 130) -> None:
    """Puts `bars` and `members` into a store, under the ids hot and calm."""
    table = bars(days).assign(prev_close=lambda t: t.groupby("code")["close"].shift(), amount=1e8)
    table = table.assign(number=table["day"].str.replace("-", "").astype(int))
    ids = {"热题材": "hot", "普通题材": "calm"}
    with store.atomic():
        store.save_themes(
            Theme(id_, name, "concept", "XSHG", "file", "members") for name, id_ in ids.items()
        )
        for name, group in members().groupby("theme"):
            store.save_members(ids[str(name)], date(2024, 6, 28), group["code"])
        store.save_bars(table[["number", "code", *BAR]].itertuples(index=False, name=None))
