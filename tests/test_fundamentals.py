"""Reports count from the day they were public, and aggregate as sums."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from market.fundamentals import deadline, public_days, theme_growth, theme_pe

DAYS = [date(2015, 4, 29), date(2015, 4, 30), date(2015, 5, 4)]


@pytest.mark.parametrize(
    ("report", "day"),
    [
        (date(2023, 12, 31), date(2024, 4, 30)),
        (date(2024, 3, 31), date(2024, 4, 30)),
        (date(2024, 6, 30), date(2024, 8, 31)),
        (date(2024, 9, 30), date(2024, 10, 31)),
    ],
)
def test_a_report_is_public_by_its_statutory_deadline(report: date, day: date) -> None:
    assert deadline(report) == day


def test_a_known_disclosure_day_goes_before_the_deadline() -> None:
    reports = pd.DataFrame(
        {"report": [date(2024, 3, 31)] * 2, "published": [date(2024, 4, 20), pd.NaT]}
    )
    assert list(public_days(reports)) == [date(2024, 4, 20), date(2024, 4, 30)]


def test_growth_is_the_sum_on_the_sum_a_year_before_and_waits_for_the_report() -> None:
    reports = pd.DataFrame(
        {
            "code": ["a", "b", "b"],
            "report": [date(2014, 9, 30), date(2014, 9, 30), date(2015, 3, 31)],
            "public": [date(2014, 10, 31), date(2014, 10, 31), date(2015, 4, 30)],
            "profit": [120.0, -50.0, 80.0],
            "profit_yoy": [0.2, -2.0, 1.0],
            "revenue": [np.nan] * 3,
            "revenue_yoy": [np.nan] * 3,
        }
    )
    matrix = sparse.csr_matrix(np.ones((2, 1)))
    growth = theme_growth(reports, DAYS, ["a", "b"], matrix)
    assert growth["profit_growth"][0, 0] == pytest.approx(70 / 150 - 1)
    assert growth["profit_growth"][1, 0] == pytest.approx(200 / 140 - 1)
    assert np.isnan(growth["revenue_growth"]).all()
    assert growth["with_report"][:, 0].tolist() == [2, 2, 2]


def test_a_report_without_the_figure_leaves_the_one_before_speaking_on_every_day() -> None:
    reports = pd.DataFrame(
        {
            "code": ["a", "a"],
            "report": [date(2014, 9, 30), date(2014, 12, 31)],
            "public": [date(2014, 10, 31), date(2015, 4, 30)],
            "profit": [120.0, np.nan],
            "profit_yoy": [0.2, np.nan],
            "revenue": [np.nan, 50.0],
            "revenue_yoy": [np.nan, 0.25],
        }
    )
    matrix = sparse.csr_matrix(np.ones((1, 1)))
    whole = theme_growth(reports, DAYS, ["a"], matrix)
    assert whole["profit_growth"][:, 0].tolist() == pytest.approx([0.2] * 3)
    for row, day in enumerate(DAYS):
        alone = theme_growth(reports, [day], ["a"], matrix)
        for name, figures in whole.items():
            np.testing.assert_array_equal(alone[name][0], figures[row])


def test_a_theme_that_loses_money_has_no_price_on_earnings() -> None:
    matrix = sparse.csr_matrix(np.ones((2, 1)))
    cap = np.array([100.0, 100.0])
    assert theme_pe(cap, np.array([10.0, 20.0]), matrix)[0] == pytest.approx(200 / 15)
    assert np.isnan(theme_pe(cap, np.array([-10.0, 20.0]), matrix)[0])
