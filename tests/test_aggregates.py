"""What reports of a group add up to: sums with their coverage, as public on the day."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from bot.standing import standing
from market.aggregates import Measure, growth, price, share, stocked
from market.facts import as_int
from market.fundamentals import deadline, theme_growth
from market.store import Store

Q3, BEFORE = date(2025, 9, 30), date(2024, 9, 30)
DAY, LONG_AGO = date(2025, 11, 20), date(2024, 10, 1)


def rows(*told: tuple[Any, ...], items: tuple[str, ...]) -> pd.DataFrame:
    """Rows of (code, report, *items), public on the deadline."""
    frame = pd.DataFrame(told, columns=["code", "report", *items])
    frame["public"] = [deadline(report) for report in frame["report"]]
    return frame.astype(dict.fromkeys(items, float))


def reports(*told: tuple[Any, ...]) -> pd.DataFrame:
    return rows(*told, items=("profit", "profit_yoy", "revenue", "revenue_yoy"))


def test_growth_is_of_the_companies_that_tell_it_and_says_how_many() -> None:
    known = reports(
        ("a", Q3, 120.0, 0.2, 1000.0, 0.0),
        ("b", Q3, -50.0, -2.0, np.nan, np.nan),
        ("c", Q3, np.nan, np.nan, 300.0, 0.5),
    )
    profit = growth(known, "profit", DAY)
    assert profit.value == pytest.approx(70 / 150 - 1)
    assert (profit.covered, profit.period, profit.public) == (2, Q3, date(2025, 10, 31))
    revenue = growth(known, "revenue", DAY)
    assert (revenue.value, revenue.covered) == (pytest.approx(1300 / 1200 - 1), 2)


def test_a_share_is_of_sums_and_stands_beside_the_year_before() -> None:
    known = rows(
        ("a", Q3, 80.0, 100.0),
        ("a", BEFORE, 90.0, 100.0),
        ("b", Q3, 10.0, 100.0),
        ("b", BEFORE, 60.0, 100.0),
        ("c", Q3, np.nan, 100.0),
        items=("core", "profit"),
    )
    rest = share(known, "core", "profit", LONG_AGO, rest=True)
    assert rest.value == pytest.approx(1 - 90 / 200)
    assert rest.before == pytest.approx(1 - 150 / 200)
    assert rest.covered == 2
    assert share(known, "core", "profit", LONG_AGO).value == pytest.approx(90 / 200)


def test_a_share_of_a_loss_is_unknown_and_so_is_one_of_nobody() -> None:
    losing = rows(("a", Q3, 5.0, -100.0), items=("core", "profit"))
    found = share(losing, "core", "profit", LONG_AGO)
    assert np.isnan(found.value)
    assert found.covered == 1
    assert share(losing.iloc[:0], "core", "profit", LONG_AGO) == replace(
        Measure(0.0, 0), value=pytest.approx(np.nan, nan_ok=True),
        before=pytest.approx(np.nan, nan_ok=True),
    )  # fmt: skip


def test_the_year_before_of_other_companies_is_not_set_beside() -> None:
    told = [(code, Q3, 1.0, 10.0) for code in "abcd"]
    known = rows(*told, ("a", BEFORE, 5.0, 10.0), items=("part", "whole"))
    assert np.isnan(share(known, "part", "whole", LONG_AGO).before)


def test_reports_too_old_speak_no_more() -> None:
    known = rows(("a", BEFORE, 1.0, 10.0), items=("part", "whole"))
    assert share(known, "part", "whole", LONG_AGO).covered == 0


def test_inventories_stand_against_the_revenue_of_the_same_companies() -> None:
    sheets = rows(
        ("a", Q3, 150.0),
        ("a", BEFORE, 100.0),
        ("b", Q3, 80.0),
        ("b", BEFORE, 100.0),
        ("c", Q3, 900.0),
        items=("inventories",),
    )
    known = reports(
        ("a", Q3, 1.0, 0.0, 110.0, 0.1),
        ("b", Q3, 1.0, 0.0, 90.0, -0.1),
        ("c", Q3, 1.0, 0.0, 5000.0, 9.0),  # no sheet a year before: in neither sum
    )
    stock, sales = stocked(sheets, known)
    assert stock.value == pytest.approx(230 / 200 - 1)
    assert sales.value == pytest.approx(200 / 200 - 1)
    assert stock.covered == sales.covered == 2


@pytest.mark.parametrize(
    ("of", "times", "median", "losing"),
    [
        ({"a": (10.0, 100.0), "b": (20.0, 100.0)}, 200 / 15, 2 / (1 / 10 + 1 / 20), 0),
        ({"a": (10.0, 100.0), "b": (-20.0, 100.0), "c": (40.0, 100.0)}, 300 / 7.5, 40.0, 1),
        ({"a": (-10.0, 100.0), "b": (20.0, 100.0)}, np.nan, np.nan, 1),
        ({}, np.nan, np.nan, 0),
    ],
)
def test_price_counts_losses_in_sum_and_in_the_middle(
    of: dict[str, tuple[float, float]], times: float, median: float, losing: int
) -> None:
    found = price(of, ["a", "b", "c"])
    assert found.times == pytest.approx(times, nan_ok=True)
    assert found.median == pytest.approx(median, nan_ok=True)
    assert (found.losing, found.covered) == (losing, len(of))


def test_a_group_stands_only_by_what_was_public_on_the_day(store: Store) -> None:
    public = date(2025, 10, 20)
    for code, core in (("600001", 8e7), ("600002", 2e7)):
        store.save_reports([(code, as_int(Q3), as_int(public), 1e8, 0.5, 1e9, 0.1)])
        days = map(as_int, (Q3, public, public))
        store.books.save("statement", [(code, *days, 1e8, core, 1.2e8, 3e7, 2e8, 4e9)])
    known = standing(store, public, ["600001"])
    assert known.companies == 1
    assert known.measures["profit"].value == pytest.approx(0.5)
    assert known.measures["core"].value == pytest.approx(0.2)
    assert known.measures["investment"].value == pytest.approx(0.25)
    assert known.measures["trading"].value == pytest.approx(0.05)
    everyone = standing(store, public)
    assert (everyone.companies, everyone.measures["core"].covered) == (2, 2)
    before = standing(store, date(2025, 10, 19), ["600001"])
    assert {measure.covered for measure in before.measures.values()} == {0}


def test_growth_is_the_number_the_rule_of_divergence_goes_by() -> None:
    rng = np.random.default_rng(3)
    told = []
    for n in range(60):
        for report in (date(2025, 3, 31), date(2025, 6, 30), Q3)[: 1 + n % 3]:
            figures = rng.normal(3e8, 2e8), rng.normal(0.1, 0.8), 1e9, -1.0 if n % 7 == 0 else 0.2
            told.append((f"{n:06}", report, *figures))
    known = reports(*told)
    known.loc[::5, "profit"] = np.nan
    together = sparse.csr_matrix(np.ones((60, 1)))
    codes = [f"{n:06}" for n in range(60)]
    whole = theme_growth(known, [DAY], codes, together)
    for item in ("profit", "revenue"):
        assert growth(known, item, DAY).value == pytest.approx(whole[f"{item}_growth"][0, 0])
