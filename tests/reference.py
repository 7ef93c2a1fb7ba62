"""Panels of the real reference data, made by the product's own functions without a store."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from config.themes import load_themes
from market.fundamentals import public_days, theme_growth
from market.theme_days import Bars, market_rows, membership, stock_days, theme_rows
from signals.panel import FRAMES, Panel


def panel(
    folder: Path, years: Sequence[int], themes: Sequence[str], reports: pd.DataFrame | None = None
) -> Panel:
    """The chosen themes against the whole market over whole years; column names are theme names."""
    return assembled(bars(folder, years), members(folder, themes), reports)


def members(folder: Path, themes: Sequence[str]) -> dict[str, list[str]]:
    """Codes of each theme, of the one snapshot there is."""
    roster = pd.read_csv(folder / "ashare/members.csv.gz", dtype=str)
    return {name: roster.loc[roster["theme"] == name, "code"].tolist() for name in themes}


def bars(folder: Path, years: Sequence[int]) -> Bars:
    """Bars of all stocks over whole years; no amounts in them."""
    columns = ["day", "code", "close", "high", "volume"]
    table = pd.concat(
        pd.read_parquet(folder / f"ashare/bars/{year}.parquet", columns=columns) for year in years
    )
    days, rows = np.unique(pd.to_datetime(table["day"]), return_inverse=True)
    codes, places = np.unique(table["code"].to_numpy(str), return_inverse=True)

    def matrix(name: str) -> np.ndarray:
        values = np.full((len(days), len(codes)), np.nan)
        values[rows, places] = table[name].to_numpy(float)
        return values

    close = matrix("close")
    before = np.vstack([np.full((1, len(codes)), np.nan), pd.DataFrame(close).ffill()[:-1]])
    first = (~np.isnan(close)).argmax(axis=0)
    unknown = np.full(close.shape, np.nan)
    dates = [stamp.date() for stamp in pd.DatetimeIndex(days)]
    age = np.where(first == 0, 10**6, -first)
    return Bars(
        tuple(dates), tuple(codes), close, before, matrix("high"), matrix("volume"), unknown, age
    )


def breadth(folder: Path, day: str) -> tuple[int, int, int]:
    """How many stocks rose and fell on a day, and how many are known."""
    last = pd.Timestamp(day)
    span = [("day", ">=", (last - pd.Timedelta(days=30)).date()), ("day", "<=", last.date())]
    path = folder / f"ashare/bars/{day[:4]}.parquet"
    years = [path, *([path.with_name(f"{last.year - 1}.parquet")] if last.month == 1 else [])]
    table = pd.concat(
        pd.read_parquet(one, columns=["day", "code", "close", "volume"], filters=span)
        for one in years
    ).query("volume > 0")
    close = table.pivot(index="day", columns="code", values="close")
    moves = close.iloc[-1] / close.ffill().iloc[-2] - 1
    return int((moves > 0).sum()), int((moves < 0).sum()), int(moves.notna().sum())


def assembled(bars: Bars, members: dict[str, list[str]], reports: pd.DataFrame | None) -> Panel:
    """The panel of themes with these members."""
    stocks, whole, themes = stock_days(bars), slice(None), list(members)
    matrix = membership(members, themes, bars.codes)
    made = theme_rows(stocks, matrix, whole)
    made["close"] = 1000 * np.cumprod(1 + np.nan_to_num(made.pop("ret")), axis=0)
    counts = np.array([len(members[name]) for name in themes], float)
    made["members"] = np.tile(counts, (len(bars.days), 1))
    if reports is not None:
        growth = theme_growth(reports, bars.days, bars.codes, matrix)
        made |= {**growth, "earnings_share": growth["with_report"] / counts}
    market = market_rows(stocks, whole)
    blank = np.full((len(bars.days), len(themes)), np.nan)
    index = list(bars.days)
    frames = {n: pd.DataFrame(made.get(n, blank), index=index, columns=themes) for n in FRAMES}
    level = np.cumprod(1 + np.nan_to_num(market["ret"].to_numpy(float)))
    money = pd.Series(market["amount"].to_numpy(float), index)
    return Panel(benchmark=pd.Series(1000 * level, index), market_amount=money, **frames)


def real_themes(folder: Path) -> list[str]:
    """Names of the reference themes that are themes by `config/themes.toml`."""
    known = load_themes(Path("none"))
    roster = pd.read_csv(folder / "ashare/members.csv.gz", dtype=str)
    return [name for name in roster["theme"].unique() if known.is_theme(name)]


def reports(folder: Path) -> pd.DataFrame:
    """Reference earnings 2014Q1-2016Q2 as `theme_growth` takes them; no revenue in them."""
    raw = pd.read_csv(folder / "earnings/ashare_reports_2014_2016.csv.gz", dtype={"code": str})
    month = raw["quarter"] * 3
    ends = pd.to_datetime({"year": raw["year"], "month": month, "day": 1}) + pd.offsets.MonthEnd(0)
    table = pd.DataFrame({"code": raw["code"], "report": ends.dt.date, "published": pd.NaT})
    table = table.assign(
        profit=raw["net_profits"] * 1e4,
        profit_yoy=raw["profits_yoy"] / 100,
        revenue=np.nan,
        revenue_yoy=np.nan,
    ).drop_duplicates(["code", "report"])
    return table.assign(public=public_days(table))
