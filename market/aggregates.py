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

from market.fundamentals import STALE_DAYS, figure_before, theme_pe

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

    `reports` as Store.reports gives them, none public after the day.
    """
    speaking = reports["public"].to_numpy("datetime64[D]") + STALE_DAYS > np.datetime64(day)
    usable = reports[speaking & (reports[f"{item}_yoy"] != -1).to_numpy()]
    now = latest(usable, [item, f"{item}_yoy"])
    values = now[item].to_numpy(float)
    before = figure_before(values, now[f"{item}_yoy"].to_numpy(float))
    return _dated(_grown(values.sum(), before.sum()), len(now), now)


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
    """Each company's newest row that knows all items, by code; a company has one row a period."""
    known = rows.dropna(subset=list(items))
    newest = known.sort_values("report", kind="stable").drop_duplicates("code", keep="last")
    return newest.set_index("code")


def year_before(rows: pd.DataFrame, now: pd.DataFrame, items: Sequence[str]) -> pd.DataFrame:
    """The rows of the same companies for the same period a year before, by code, where known."""
    then = [report.replace(year=report.year - 1) for report in now["report"]]
    wanted = pd.DataFrame({"code": now.index, "report": pd.Series(then, dtype=object)})
    return latest(rows.merge(wanted, on=["code", "report"]), items)


def _dated(value: float, covered: int, rows: pd.DataFrame, before: float = UNKNOWN) -> Measure:
    if rows.empty or not covered:
        return Measure(UNKNOWN, 0)
    return Measure(value, covered, rows["report"].mode().max(), rows["public"].max(), before)
