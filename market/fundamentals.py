"""Reports of companies as they were public on a day, and what they say of a theme. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd
from scipy import sparse

REPORTS_OPEN = timedelta(days=45)  # after the deadline in which late reports still come
STALE_DAYS = 400  # calendar days after which a report no longer speaks


def deadline(report: date) -> date:
    """Statutory last day to publish the report of a quarter's end (CSRC disclosure rules)."""
    if report.month == 12:
        return date(report.year + 1, 4, 30)
    return {3: date(report.year, 4, 30), 6: date(report.year, 8, 31), 9: date(report.year, 10, 31)}[
        report.month
    ]


def due_reports(day: date) -> list[date]:
    """Quarters ended in the last year and a half whose reports are due or still coming."""
    return [end for end in _ends(day) if end < day <= deadline(end) + REPORTS_OPEN][-2:]


def wanted_reports(day: date) -> list[date]:
    """Those, and before them the newest quarter that all had to report: a new store begins there.

    Else a bot that begins in December or June would know no reports for months.
    """
    whole = max(end for end in _ends(day) if deadline(end) < day)
    return sorted({whole, *due_reports(day)})


def _ends(day: date) -> list[date]:
    """Ends of the quarters of a day's year and of the year before."""
    years, lasts = (day.year - 1, day.year), ((3, 31), (6, 30), (9, 30), (12, 31))
    return [date(year, month, last) for year in years for month, last in lasts]


def public_days(reports: pd.DataFrame) -> pd.Series:
    """The day each report counts from: as published, else the statutory deadline."""
    days = [
        deadline(report) if pd.isna(published) else pd.Timestamp(published).date()
        for report, published in zip(reports["report"], reports["published"], strict=True)
    ]
    return pd.Series(days, reports.index, dtype=object)


def theme_growth(
    reports: pd.DataFrame, days: Sequence[date], codes: Sequence[str], matrix: sparse.csr_matrix
) -> dict[str, np.ndarray]:
    """profit_growth, revenue_growth (fractions), with_report (counts), each day x theme.

    `reports`: code, report, public (date), profit, revenue (CNY), profit_yoy, revenue_yoy
    (fractions). Growth of a theme is the sum of its members' figures on the sum of the year before.
    """
    profit, profit_before = _growth(reports, days, codes, "profit")
    revenue, revenue_before = _growth(reports, days, codes, "revenue")
    reported = (~np.isnan(profit_before) | ~np.isnan(revenue_before)).astype(float)
    return {
        "profit_growth": _aggregate(profit, profit_before, matrix),
        "revenue_growth": _aggregate(revenue, revenue_before, matrix),
        "with_report": np.asarray(matrix.T.dot(reported.T).T),
    }


def _speaking(reports: pd.DataFrame, first: date) -> pd.DataFrame:
    """Reports that can still speak on or after a day: each company's newest by then, and later.

    Takes only reports that know the item: one that lacks it does not silence the one before.
    """
    old = reports["public"] <= first
    newest = reports[old].sort_values(["report", "public"]).drop_duplicates("code", keep="last")
    return pd.concat([newest, reports[~old]])


def _growth(
    reports: pd.DataFrame, days: Sequence[date], codes: Sequence[str], item: str
) -> tuple[np.ndarray, np.ndarray]:
    """The item of the newest public report and of the same report a year before, day x stock."""
    now, before = (np.full((len(days), len(codes)), np.nan) for _ in range(2))
    place = {code: column for column, code in enumerate(codes)}
    yoy = reports[f"{item}_yoy"]
    usable = reports[item].notna() & yoy.notna() & (yoy != -1)
    known = _speaking(reports[usable & reports["code"].isin(place)], days[0])
    ordered = known.sort_values(["report", "public"])
    shown = ordered["public"].to_numpy("datetime64[D]")
    calendar = np.array(days, dtype="datetime64[D]")
    firsts, lasts = np.searchsorted(calendar, [shown, shown + STALE_DAYS])
    values = ordered[item].to_numpy(float)
    years_before = figure_before(values, ordered[f"{item}_yoy"].to_numpy(float))
    columns = ordered["code"].map(place).to_numpy(int)
    for row in np.flatnonzero(firsts < lasts):  # a newer report overwrites the one before
        span = slice(firsts[row], lasts[row])
        now[span, columns[row]] = values[row]
        before[span, columns[row]] = years_before[row]
    return now, before


def figure_before(value: np.ndarray, yoy: np.ndarray) -> np.ndarray:
    """The figures a year before; growth is published on the size of that figure, so a loss that
    shrank has a positive growth."""
    shrunk = (value < 0) & (yoy > -1) & (yoy < 1)
    return value / np.where(shrunk, 1 - yoy, 1 + yoy)


def _aggregate(now: np.ndarray, before: np.ndarray, matrix: sparse.csr_matrix) -> np.ndarray:
    """Sum of now / sum of before - 1; NaN when the base is not positive."""
    known = ~np.isnan(before)
    base = np.asarray(matrix.T.dot(np.where(known, before, 0.0).T).T)
    total = np.asarray(matrix.T.dot(np.where(known, now, 0.0).T).T)
    growth = np.full(base.shape, np.nan)
    np.divide(total, base, out=growth, where=base > 0)
    return growth - 1


def theme_pe(cap: np.ndarray, pe: np.ndarray, matrix: sparse.csr_matrix) -> np.ndarray:
    """Sum of market caps / sum of trailing profits of members, times; NaN for a loss. By theme."""
    known = ~np.isnan(cap) & ~np.isnan(pe) & (pe != 0)
    profit = matrix.T.dot(np.where(known, cap / np.where(known, pe, 1.0), 0.0))
    total = matrix.T.dot(np.where(known, cap, 0.0))
    times = np.full(len(total), np.nan)
    np.divide(total, profit, out=times, where=profit > 0)
    return times
