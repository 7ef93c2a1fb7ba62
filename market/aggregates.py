"""What the reports of a group of companies add up to, as public on a day. Pure, vectorised.

Every sum is of the companies that know all its parts; how many those are is told beside it. NaN
where none does, or where the base of a share or a growth is not positive.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from scipy import sparse

from market.fundamentals import theme_growth, theme_pe

UNKNOWN = float("nan")


@dataclass(frozen=True)
class Measure:
    """One aggregate of a group of companies."""

    value: float  # a fraction; NaN unknown
    covered: int  # companies it is of
    period: date | None = None  # the last day of the period most of them reported
    public: date | None = None  # when the newest of their reports was public
    before: float = UNKNOWN  # the same of the same companies a year before


@dataclass(frozen=True)
class Price:
    """Price on trailing profit of a group of companies."""

    times: float  # sum of market values / sum of profits, losses taken off; NaN for a loss
    median: float  # of the companies; NaN where the one in the middle loses money
    losing: int  # companies that lose money
    covered: int


def growth(reports: pd.DataFrame, item: str, day: date) -> Measure:
    """Of profit or revenue, on a year before: as the rule of divergence counts it on a day.

    `reports` as Store.reports gives them.
    """
    usable = reports[reports[item].notna() & reports[f"{item}_yoy"].notna()]
    codes = sorted(set(usable["code"]))
    if not codes:
        return Measure(UNKNOWN, 0)
    together = sparse.csr_matrix(np.ones((len(codes), 1)))
    figures = theme_growth(usable, [day], codes, together)
    covered = theme_growth(_alone(usable, item), [day], codes, together)["with_report"]
    return _dated(
        float(figures[f"{item}_growth"][0, 0]), int(covered[0, 0]), latest(usable, [item])
    )


def _alone(reports: pd.DataFrame, item: str) -> pd.DataFrame:
    """The reports as if they told of this item only."""
    other = "revenue" if item == "profit" else "profit"
    return reports.assign(**{other: np.nan})


def share(rows: pd.DataFrame, part: str, whole: str, since: date, rest: bool = False) -> Measure:
    """Sum of a part / sum of the whole; with `rest`, of what is left of the whole.

    `rows`: code, report, public (dates) and the items, CNY; reports before `since` speak no more.
    """
    now = latest(rows[rows["report"].to_numpy(object) >= since], [part, whole])
    before = year_before(rows, now, [part, whole])
    both = now.loc[before.index]
    value, then = _ratio(now, part, whole, rest), _ratio(before, part, whole, rest)
    enough = len(both) >= len(now) / 2  # else the year before is of other companies
    return _dated(value, len(now), now, then if enough else UNKNOWN)


def _ratio(rows: pd.DataFrame, part: str, whole: str, rest: bool) -> float:
    base = rows[whole].sum()
    if len(rows) == 0 or base <= 0:
        return UNKNOWN
    ratio = float(rows[part].sum() / base)
    return 1 - ratio if rest else ratio


def stocked(balances: pd.DataFrame, reports: pd.DataFrame) -> tuple[Measure, Measure]:
    """Growth of inventories and of the revenue of the same companies over the same year.

    `balances`: code, report, public, inventories; `reports` as Store.reports gives them.
    """
    revenue = reports[["code", "report", "revenue", "revenue_yoy"]]
    known = balances.merge(revenue, on=["code", "report"])
    known = known[known["revenue_yoy"] > -1]
    now = latest(known, ["inventories", "revenue", "revenue_yoy"])
    before = year_before(balances, now, ["inventories"])
    now = now.loc[before.index]
    sold = (now["revenue"] / (1 + now["revenue_yoy"])).sum()
    return (
        _dated(_grown(now["inventories"].sum(), before["inventories"].sum()), len(now), now),
        _dated(_grown(now["revenue"].sum(), sold), len(now), now),
    )


def _grown(now: float, before: float) -> float:
    return float(now / before - 1) if before > 0 else UNKNOWN


def price(valuations: Mapping[str, tuple[float, float]], codes: Sequence[str]) -> Price:
    """Price on profit of some companies; `valuations` are (pe, market value) by code."""
    known = [valuations[code] for code in codes if code in valuations]
    pe, cap = np.array(known, float).reshape(-1, 2).T
    pe, cap = pe[pe != 0], cap[pe != 0]
    if not len(pe):
        return Price(UNKNOWN, UNKNOWN, 0, 0)
    together = sparse.csr_matrix(np.ones((len(pe), 1)))
    middle = float(np.median(1 / pe))  # of profits on market values: losses have their place
    median = 1 / middle if middle > 0 else UNKNOWN
    return Price(float(theme_pe(cap, pe, together)[0]), median, int((pe < 0).sum()), len(pe))


def latest(rows: pd.DataFrame, items: Sequence[str]) -> pd.DataFrame:
    """Each company's newest row that knows all items, by code."""
    known = rows.dropna(subset=list(items)).sort_values(["report", "public"])
    return known.drop_duplicates("code", keep="last").set_index("code")


def year_before(rows: pd.DataFrame, now: pd.DataFrame, items: Sequence[str]) -> pd.DataFrame:
    """The rows of the same companies for the same period a year before, by code, where known."""
    wanted = {
        (code, report.replace(year=report.year - 1)) for code, report in now["report"].items()
    }
    keys = pd.Series(list(zip(rows["code"], rows["report"], strict=True)), rows.index, dtype=object)
    known = rows[keys.isin(wanted)] if wanted else rows.iloc[:0]
    return latest(known, items)


def _dated(value: float, covered: int, rows: pd.DataFrame, before: float = UNKNOWN) -> Measure:
    if rows.empty or not covered:
        return Measure(UNKNOWN, 0)
    return Measure(value, covered, rows["report"].mode().max(), rows["public"].max(), before)
