"""A seeded, simulated market for the demo and the tests; nothing in it is real.

Six hundred stocks over two years. One theme is blown up by a product release, sub-industry by
sub-industry, peaks and collapses; another starts falsely; the rest are ordinary, under a market
that rises in its second half without a bubble of its own.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from market.facts import as_int
from market.fundamentals import deadline
from market.source import Theme

LAST_DAY = date(2024, 6, 28)
STOCKS_A_THEME = 40
SUBS = ("模拟·算力", "模拟·光模块", "模拟·大模型", "模拟·应用")  # in order of ignition
PLAIN = (
    "酒类",
    "军工",
    "医药",
    "新车",
    "光伏",
    "芯片",
    "低空",
    "煤炭",
    "银行",
    "传媒",
    "农业",
    "地产",
    "电力",
)
HOT, FALSE_START = "模拟·深思链", "模拟·假启动"
RELEASE, RISE_DAYS, BUST_DAYS = 350, 60, 50  # trading day of the release; lengths of what follows
IGNITION_DAYS = 4  # between one sub-industry and the next
REPORT_ENDS = ((6, 30), (9, 30), (12, 31))  # month and day a reported period ends
LIMIT = 0.0995  # a close at the price limit, rounded to a fen


@dataclass(frozen=True)
class SimulatedMarket:
    """Bars and themes as the importer and the store take them; all simulated."""

    bars: pd.DataFrame  # number, code, close, prev_close, open, high, low, volume, amount
    themes: tuple[Theme, ...]
    members: dict[str, tuple[str, ...]]  # theme id -> codes
    reports: tuple[tuple[object, ...], ...]  # rows of Store.save_reports
    days: tuple[date, ...]
    release: date  # the day the mania begins


def simulate(seed: int, days: int = 500) -> SimulatedMarket:
    """The simulated market of a seed; the same seed gives the same market."""
    rng = np.random.default_rng(seed)
    groups = [HOT, FALSE_START, *(f"模拟·{name}" for name in PLAIN)]
    stocks = STOCKS_A_THEME * len(groups)
    drift = np.repeat(_theme_drift(days, len(groups)), STOCKS_A_THEME, axis=1)
    drift[:, :STOCKS_A_THEME] = _chain_drift(days)
    market = rng.normal(0.0002, 0.009, (days, 1)) + np.linspace(0, 0.0012, days)[:, None]
    own = np.repeat(rng.normal(0, 0.006, (days, len(groups))), STOCKS_A_THEME, axis=1)
    returns = np.clip(
        market + own + drift + rng.standard_t(5, (days, stocks)) * 0.013, -LIMIT, LIMIT
    )
    heat = np.exp(
        55 * pd.DataFrame(drift).rolling(5, min_periods=1).mean().clip(lower=0).to_numpy()
    )
    volume = np.rint(rng.lognormal(14, 0.25, (days, stocks)) * heat)
    calendar = tuple(stamp.date() for stamp in pd.bdate_range(end=LAST_DAY, periods=days))
    codes = [f"{600001 + n}" for n in range(stocks)]
    themes, members = _themes(groups, codes)
    bars = _bars(calendar, codes, returns, volume)
    return SimulatedMarket(
        bars, themes, members, _reports(rng, codes, calendar), calendar, calendar[RELEASE]
    )


def _theme_drift(days: int, groups: int) -> np.ndarray:
    drift = np.zeros((days, groups))
    drift[300:314, 1], drift[314:330, 1] = 0.014, -0.011  # a surge that dies
    return drift


def _chain_drift(days: int) -> np.ndarray:
    """The mania, day x stock of the hot theme: each sub-industry ignites after the one before."""
    drift = np.zeros((days, STOCKS_A_THEME))
    size = STOCKS_A_THEME // len(SUBS)
    for place in range(len(SUBS)):
        start = RELEASE + place * IGNITION_DAYS
        peak = RELEASE + RISE_DAYS
        own = slice(place * size, (place + 1) * size)
        drift[start:peak, own] = np.linspace(0.008, 0.014, peak - start)[:, None]
        drift[peak : peak + BUST_DAYS, own] = -0.015
    return drift


def _themes(
    groups: list[str], codes: list[str]
) -> tuple[tuple[Theme, ...], dict[str, tuple[str, ...]]]:
    themes, members = [], {}
    for place, name in enumerate(groups):
        themes.append(Theme(f"sim-{place:02}", name, "concept", "XSHG", "simulated", "members"))
        first = place * STOCKS_A_THEME
        members[themes[-1].id] = tuple(codes[first : first + STOCKS_A_THEME])
    size = STOCKS_A_THEME // len(SUBS)
    for place, name in enumerate(SUBS):
        sub = Theme(
            f"sim-00-{place}", name, "concept", "XSHG", "simulated", "members", None, "sim-00"
        )
        themes.append(sub)
        members[sub.id] = tuple(codes[place * size : (place + 1) * size])
    return tuple(themes), members


def _bars(
    calendar: tuple[date, ...], codes: list[str], returns: np.ndarray, volume: np.ndarray
) -> pd.DataFrame:
    close = 10 * np.cumprod(1 + returns, axis=0)
    before = close / (1 + returns)
    high = np.maximum(close, before) * np.where(returns >= LIMIT, 1.0, 1.004)
    numbers = [as_int(day) for day in calendar]
    return pd.DataFrame(
        {
            "number": np.repeat(numbers, len(codes)),
            "code": codes * len(calendar),
            "close": close.ravel(),
            "prev_close": before.ravel(),
            "open": before.ravel(),
            "high": high.ravel(),
            "low": (np.minimum(close, before) * 0.996).ravel(),
            "volume": volume.ravel(),
            "amount": (volume * (close + before) / 2).ravel(),
        }
    )


def _reports(
    rng: np.random.Generator, codes: list[str], calendar: tuple[date, ...]
) -> tuple[tuple[object, ...], ...]:
    """Reports that know nothing of the mania, public on their statutory deadlines."""
    rows: list[tuple[object, ...]] = []
    year = calendar[0].year
    ends = [date(year - 1, 12, 31)]
    ends += [date(y, month, day) for y in (year, year + 1) for month, day in REPORT_ENDS]
    for report in ends[:-1]:  # the last annual report comes after the demo's last day
        growth = rng.normal(0.08, 0.1, (len(codes), 2)).tolist()
        rows += [
            (code, as_int(report), as_int(deadline(report)), 1e8, profit, 1e9, revenue)
            for code, (profit, revenue) in zip(codes, growth, strict=True)
        ]
    return tuple(rows)
