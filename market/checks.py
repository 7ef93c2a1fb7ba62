"""What can be wrong with a day's figures; pure. A fatal fault means: do not judge this day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from market.source import SourceError

SAME_SHARE = 0.95  # of stocks with the very close and volume of the day before: a stale snapshot
NAMED = 5  # days that are named one by one
IDLE_SHARE = 0.7  # of stocks unmoved or not traded: before an open; in July 2015 half were halted
STILL_THERE = 0.65  # of the stocks of the day before; 2015-07-08 left 0.73 trading, the least
FEW = 10  # stocks or boards; of fewer nothing is concluded
LEAST_BOARDS = 0.8  # of the boards we know: with fewer it is not the market
LIKE = 6e-5  # fraction; moves come in hundredths of a percent
UNCHAINED_SHARE = 0.05  # of stocks whose previous close is not the close we hold
CHAINED = 0.001  # fraction; closes nearer to one another are the same
WRONG = 0.005  # fraction by which the previous close must stand above a close to disprove it
LEAP = 2.0  # times; no board doubles or halves in a day
UNLISTED = "unlisted"  # kind of the fault that a curated board has left the list
REBASED = 0.35  # fraction; beyond it is no price but another basis


@dataclass(frozen=True)
class Fault:
    """One thing known to be wrong or missing."""

    kind: str  # a key of the words for faults
    detail: str = ""  # numbers, days, names
    fatal: bool = False
    error: str = ""  # class of the SourceError it came of, if any


def failed(kind: str, error: SourceError) -> Fault:
    """That a need was not met; an error that stands for several names their classes itself."""
    name = "" if type(error) is SourceError else type(error).__name__
    return Fault(kind, str(error), error=name)


def leaps(closes: Sequence[float], before: float | None) -> list[bool]:
    """Which points of a history cannot follow the last one that could; `before` is the one known.

    Without it the median of the first few is where a history begins.
    """
    last, found = before or float(np.median(closes[:5])) if len(closes) else 0.0, list[bool]()
    for close in closes:
        found.append(not 1 / LEAP < close / last < LEAP)
        last = last if found[-1] else close
    return found


def listed(days: Sequence[date]) -> str:
    """Days by name, or their number and the first and last of many."""
    if len(days) <= NAMED:
        return ", ".join(map(str, days))
    return f"{len(days)} ({days[0]} … {days[-1]})"


def fatal_faults(
    snapshot: pd.DataFrame, before: Mapping[str, tuple[float, float]], min_stocks: int
) -> list[Fault]:
    """Why a snapshot is none of a new day; `before` is (close, volume) of the newest bars."""
    faults = []
    if len(snapshot) < min_stocks:
        faults.append(Fault("few_stocks", f"{len(snapshot)} < {min_stocks}", fatal=True))
    common, held = _common(snapshot, before)
    if len(common) < STILL_THERE * len(before):
        told = f"{len(common)} of the {len(before)} of the day before"
        faults.append(Fault("few_stocks", told, fatal=True))
    same = (common["close"].to_numpy() == held[:, 0]) & (common["volume"].to_numpy() == held[:, 1])
    if len(common) >= FEW and same.mean() >= SAME_SHARE:
        faults.append(Fault("stale", f"{same.mean():.0%}", fatal=True))
    return faults + ([Fault("stale", idle, fatal=True)] if (idle := _idle(snapshot)) else [])


def _idle(snapshot: pd.DataFrame) -> str:
    """How a snapshot shows the market before an open, when the close has become the one before."""
    traded = snapshot["volume"].dropna()
    shares = {
        "unmoved": (snapshot["close"] == snapshot["prev_close"]).mean(),
        "not traded": (traded == 0).mean() if len(traded) else 0.0,
    }
    return ", ".join(f"{share:.0%} {how}" for how, share in shares.items() if share >= IDLE_SHARE)


def unchained(snapshot: pd.DataFrame, before: Mapping[str, tuple[float, float]]) -> list[Fault]:
    """Whether many previous closes are not the closes of the very day before."""
    off = _off(snapshot, before)
    return [Fault("unchained", f"{off:.0%}")] if off > UNCHAINED_SHARE else []


def follows(snapshot: pd.DataFrame, before: Mapping[str, tuple[float, float]]) -> bool:
    """Whether a snapshot is of the session after that of the bars, by its previous closes."""
    return _off(snapshot, before) <= UNCHAINED_SHARE


def _off(snapshot: pd.DataFrame, before: Mapping[str, tuple[float, float]]) -> float:
    """Share of stocks whose previous close is not the close held; NaN where few are held."""
    common, held = _common(snapshot, before)
    if len(common) < FEW:
        return float("nan")
    return float((np.abs(common["prev_close"].to_numpy() / held[:, 0] - 1) > CHAINED).mean())


def _common(
    snapshot: pd.DataFrame, before: Mapping[str, tuple[float, float]]
) -> tuple[pd.DataFrame, np.ndarray]:
    """The stocks of a snapshot that are held too, and what is held of them."""
    common = snapshot[snapshot["code"].isin(before)]
    return common, np.array([before[code] for code in common["code"]]).reshape(-1, 2)


def disproved(snapshot: pd.DataFrame, before: Mapping[str, tuple[float, float]]) -> pd.Series:
    """Closes of the very day before that a snapshot's previous closes prove wrong, by code; CNY.

    `before` is (close, volume) as stored. A dividend, too, puts the previous close below the
    close, but never above it. Where many stand above, the whole snapshot was not that of the
    close, and all that differ are wrong.
    """
    common = snapshot[snapshot["code"].isin(before)]
    if len(common) < FEW:
        return pd.Series(dtype=float)
    true = common.set_index("code")["prev_close"].astype(float)
    off = true / np.array([before[code][0] for code in true.index]) - 1
    off = off[off.abs() < REBASED]
    whole = (off > CHAINED).mean() > UNCHAINED_SHARE / 2
    wrong: pd.Series = true[off.index[off.abs() > CHAINED] if whole else off.index[off > WRONG]]
    return wrong


def moves_fault(
    moves: Mapping[str, float], before: Mapping[str, float], known: int, boards: int
) -> Fault | None:
    """What is wrong with boards' moves within a day; `before` is their moves of the last session.

    `known` of our `boards` have a move.
    """
    if not boards or known < LEAST_BOARDS * boards:
        return Fault("few_boards", f"{known} of {boards}", fatal=True)
    common = [abs(moves[theme] - move) < LIKE for theme, move in before.items() if theme in moves]
    if len(common) >= FEW and np.mean(common) >= SAME_SHARE:
        return Fault("stale", f"{np.mean(common):.0%} as in the last session", fatal=True)
    return None
