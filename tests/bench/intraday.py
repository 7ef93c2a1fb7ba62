"""What provisional words are worth: days looked at by a proxy, then confirmed or not by the close.

Reference bars know no tick. Two proxies stand in for one, of every member at once: the open, when
little is known yet, and the middle of high and low, which has seen the whole day's range but not
its order. The close in their place shows what estimating alone costs. A board moves as its members'
mean; limit-ups are not known.
"""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from bot.app import judge
from config.settings import load
from config.themes import load_themes
from market.theme_days import MA_DAYS, SAME, Bars, levels, membership
from signals.model import Kind, Stage
from signals.panel import Panel
from signals.provisional import Glimpse, needed_moves, would_tell
from signals.replay import replay
from signals.scorecard import middle
from tests import reference
from tests.bench.row import Row

YEARS = range(2021, 2025)  # the first to warm up
SINCE = date(2022, 1, 1)
DRAWS, SEED = 1000, 7
PROXIES = ("open", "middle", "close")
Told = set[tuple[date, str, Kind, Stage]]


def rows() -> Iterator[Row]:
    """Prints, for each proxy and stage, words, those confirmed, and alerts that had a word."""
    default = Path(__file__).parents[2] / ".." / "shared" / "data"
    folder = Path(os.environ.get("PAOMO_REFERENCE_DATA", default))
    names = pd.read_csv(folder / "ashare/members.csv.gz", dtype=str)["theme"].unique()
    themes = load_themes(folder)
    chosen = [name for name in names if themes.is_theme(name)]
    bars, members = reference.bars(folder, YEARS), reference.members(folder, chosen)
    prices = _prices(folder, bars)
    panel = reference.assembled(bars, members, None)
    words, truth = _words(panel, bars, members, prices)
    for proxy in PROXIES:
        for stage in (Stage.FORMING, Stage.BUBBLE, Stage.BURSTING):
            _say(proxy, stage, {w for w in words[proxy] if w[3] is stage}, truth)
    yield from ()


def _prices(folder: Path, bars: Bars) -> dict[str, np.ndarray]:
    """What each proxy takes for the price within the day, day x stock, CNY."""
    columns = ["day", "code", "open", "high", "low"]
    table = pd.concat(
        pd.read_parquet(folder / f"ashare/bars/{year}.parquet", columns=columns) for year in YEARS
    )
    table = table.assign(day=pd.to_datetime(table["day"]).dt.date)
    wide = {
        name: table.pivot(index="day", columns="code", values=name)
        .reindex(index=list(bars.days), columns=list(bars.codes))
        .to_numpy(float)
        for name in columns[2:]
    }
    middle_of = (wide["high"] + wide["low"]) / 2
    return {"open": wide["open"], "middle": middle_of, "close": bars.close}


def _words(
    panel: Panel, bars: Bars, members: dict[str, list[str]], prices: dict[str, np.ndarray]
) -> tuple[dict[str, Told], Told]:
    """What would have been said by each proxy, and what the closes said."""
    rules, policy = judge(load({"PAOMO_HOME": "unused"}))
    matrix = membership(members, list(members), bars.codes).tocsc()  # theme by theme
    chain, states = levels(bars), {}
    words: dict[str, Told] = {proxy: set() for proxy in PROXIES}
    truth: Told = set()
    for row, (day, after, told) in enumerate(replay(panel, rules, policy)):
        if day >= SINCE:
            truth |= {(day, t.theme, t.kind, t.after.stage) for t in told}
            past = panel.until(bars.days[row - 1]).last(70)  # of the rules read none looks further
            needed = needed_moves(chain[row - MA_DAYS + 1 : row])
            for proxy in PROXIES:
                moves = prices[proxy][row] / bars.prev_close[row] - 1
                seen = _seen(day, moves, needed, matrix, list(members))
                would = would_tell(past, states, seen, rules, policy)
                words[proxy] |= {(day, t.theme, t.kind, t.after.stage) for t in would}
        states = after
    return words, truth


def _seen(
    day: date, moves: np.ndarray, needed: np.ndarray, matrix: object, themes: list[str]
) -> Glimpse:
    """A look at a day by each member's move since the close before."""
    known = ~np.isnan(moves) & (np.abs(moves) <= 0.35)
    count = known @ matrix
    mean = np.where(count > 0, np.where(known, moves, 0.0) @ matrix / np.maximum(count, 1), np.nan)
    above = {}
    for column, theme in enumerate(themes):
        own = matrix.indices[matrix.indptr[column] : matrix.indptr[column + 1]]
        above[theme] = float((mean[column] > needed[own] + SAME).sum())
    return Glimpse(day, dict(zip(themes, mean.tolist(), strict=True)), above)


def _say(proxy: str, stage: Stage, words: Told, truth: Told) -> None:
    right = np.array([word in truth for word in sorted(words)], float)
    months = np.array([word[0].year * 12 + word[0].month for word in sorted(words)])
    low, high = _interval(right, months)
    alerts = {t for t in truth if t[3] is stage and t[2] in (Kind.SURGE, Kind.REVERSAL)}
    print(
        f"{proxy} (proxy), {stage}: {len(words)} words, {right.sum():.0f} confirmed,"
        f" {right.mean():.2f} ({low:.2f}-{high:.2f}); of {len(alerts)} alerts"
        f" {len(alerts & words)} had a word",
        flush=True,
    )


def _interval(right: np.ndarray, months: np.ndarray) -> tuple[float, float]:
    """95 % of the share, over draws of whole months."""
    rng = np.random.default_rng(SEED)
    blocks = [right[months == month] for month in np.unique(months)]
    picks = rng.integers(0, len(blocks), (DRAWS, len(blocks)))
    return middle([float(np.concatenate([blocks[n] for n in pick]).mean()) for pick in picks])
