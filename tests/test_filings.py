"""What companies file comes in by and by: once a week, the largest members first, resumable."""

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from config.themes import Themes, load_themes
from market.facts import as_int
from market.filings import LARGEST, balances, disclose, statements, waiting, wanted
from market.filling import STRANGE
from market.fundamentals import wanted_reports
from market.reports import earnings
from market.simulate import HOT, SimulatedMarket
from market.source import Banned, SchemaChanged, Theme
from market.store import Store
from tests.fakes import FakeSource

A_DAY = 4  # companies
LONG_AGO = date(2020, 1, 1)
Q2, Q2_BEFORE = date(2023, 6, 30), date(2022, 6, 30)
Q3, Q3_BEFORE = date(2023, 9, 30), date(2022, 9, 30)
DAY = date(2023, 10, 18)  # reports of the third quarter still come


@pytest.fixture
def source(market: SimulatedMarket) -> FakeSource:
    return FakeSource(market, DAY)


@pytest.fixture
def themes(tmp_path: Path) -> Themes:
    (tmp_path / "themes.toml").write_text(f'[exclude]\n[[theme]]\nboards = ["{HOT}"]\n', "utf-8")
    return load_themes(tmp_path)


@pytest.fixture
def followed(market: SimulatedMarket, store: Store) -> Store:
    """A store that follows one theme, whose members have market values."""
    members = market.members[market.themes[0].id]
    store.save_themes([Theme("hot", HOT, "concept", "XSHG", "em", "board", "BK0801")])
    store.save_members("hot", DAY, members)
    store.save_market_days([(as_int(DAY), 1000.0, 1, 1, 0, 0, None, "x")])
    store.save_valuations((as_int(DAY), code, 20.0, 1e9 * n) for n, code in enumerate(members, 1))
    return store


@pytest.mark.parametrize(
    ("day", "quarters"),
    [
        (DAY, [Q2, Q3]),
        (date(2023, 12, 20), [Q3]),  # nothing is reported: the last that is complete
        (date(2024, 1, 5), [Q3, date(2023, 12, 31)]),  # few have reported the year yet
        (date(2024, 4, 10), [Q3, date(2023, 12, 31), date(2024, 3, 31)]),
        (date(2024, 5, 10), [date(2023, 12, 31), date(2024, 3, 31)]),
        (date(2024, 6, 20), [date(2024, 3, 31)]),
    ],
)
def test_there_is_always_a_quarter_that_all_have_reported(day: date, quarters: list[date]) -> None:
    assert wanted_reports(day) == quarters


@pytest.mark.parametrize("begun", [date(2023, 12, 20), date(2024, 1, 5)])
def test_a_bot_that_begins_between_two_seasons_knows_the_reports_of_the_last(
    source: FakeSource, store: Store, begun: date
) -> None:
    for days in (0, 1, 8):
        earnings(source, store, begun + timedelta(days=days))
    known = store.reports(LONG_AGO, begun)
    assert set(known["report"]) == {Q3}
    assert len(known) == 600
    assert (
        source.asked.count(f"earnings {Q3}") == 1
    )  # nothing comes after its season: once is enough


def test_balance_sheets_come_with_the_year_before_and_then_weekly(
    source: FakeSource, store: Store
) -> None:
    for days in (0, 1, 6, 7):
        balances(source, store, DAY + timedelta(days=days))
    asked = [what for what in source.asked if what.startswith("balances ")]
    once = [f"balances {end}" for end in (Q2_BEFORE, Q2, Q3_BEFORE)]
    assert asked == [*once, f"balances {Q3}", f"balances {Q3}"]
    known = store.books.known("balance", DAY, Q2_BEFORE, None)["report"]
    assert set(known) == {Q2_BEFORE, Q2, Q3_BEFORE}
    assert len(store.books.known("balance", date(2023, 10, 31), Q3, None)) == 600


def test_a_report_counts_from_its_disclosure_once_that_is_known(
    source: FakeSource, store: Store
) -> None:
    earnings(source, store, DAY)
    balances(source, store, DAY)
    shown = Q3 + timedelta(days=20)
    assert store.reports(Q3, shown).empty
    disclose(source, store, DAY)
    assert set(store.reports(Q3, shown)["report"]) == {Q3}
    assert set(store.books.known("balance", shown, Q3, None)["public"]) == {shown}


def test_a_report_that_counts_already_is_not_moved(source: FakeSource, store: Store) -> None:
    earnings(source, store, DAY)
    late = date(2023, 11, 20)
    disclose(source, store, late)
    assert set(store.reports(Q3, late)["public"]) == {date(2023, 10, 31)}


def test_statements_come_a_few_an_evening_the_largest_members_first(
    source: FakeSource, followed: Store, themes: Themes
) -> None:
    chosen = wanted(followed, DAY, themes)
    assert len(chosen) == LARGEST
    for evening in range(3):
        statements(source, followed, DAY + timedelta(days=evening), themes, A_DAY)
    asked = [what.split()[1] for what in source.asked if what.startswith("company ")]
    assert asked == chosen[:12]
    held = followed.books.known("statement", DAY, date(2023, 6, 30), chosen)
    assert set(held["code"]) == set(chosen[:12])
    assert set(held["public"]) == {date(2023, 8, 31)}


def test_statements_resume_where_a_refusal_stopped_them(
    source: FakeSource, followed: Store, themes: Themes
) -> None:
    chosen = wanted(followed, DAY, themes)
    source.faults[f"company {chosen[2]}"] = Banned("sina")
    with pytest.raises(Banned):
        statements(source, followed, DAY, themes, A_DAY)
    source.faults.clear()
    statements(source, followed, DAY + timedelta(days=1), themes, A_DAY)
    asked = [what.split()[1] for what in source.asked if what.startswith("company ")]
    assert asked == [*chosen[:3], *chosen[2:6]]


def test_a_company_that_alone_is_strange_stops_no_other(
    source: FakeSource, followed: Store, themes: Themes
) -> None:
    chosen = wanted(followed, DAY, themes)
    source.faults |= {f"company {chosen[n]}": SchemaChanged("two sides") for n in (0, 2, A_DAY)}
    statements(source, followed, DAY, themes, A_DAY)
    held = followed.books.known("statement", DAY, date(2023, 6, 30), chosen)
    assert set(held["code"]) == {chosen[1], chosen[3]}
    assert waiting(followed, DAY, themes)[:2] == chosen[4:6]
    assert chosen[0] in waiting(followed, DAY + timedelta(days=14), themes)  # it is asked again


def test_a_source_whose_statements_all_are_strange_is_told_and_nobody_is_passed_over(
    source: FakeSource, followed: Store, themes: Themes
) -> None:
    before = waiting(followed, DAY, themes)
    source.faults["company"] = SchemaChanged("another shape")
    with pytest.raises(SchemaChanged, match="another shape"):
        statements(source, followed, DAY, themes, 20)
    assert len([what for what in source.asked if what == "company"]) == STRANGE
    assert waiting(followed, DAY, themes) == before


def test_who_has_the_newest_report_is_left_alone_until_there_is_a_newer(
    source: FakeSource, followed: Store, themes: Themes
) -> None:
    first = wanted(followed, DAY, themes)[0]
    source.today = date(2023, 9, 29)  # its newest quarter is the second
    followed.save_reports([(first, 20230630, 20230831, 1e8, 0.1, 1e9, 0.1)])
    statements(source, followed, DAY, themes, 100)
    later = DAY + timedelta(days=30)
    assert first not in waiting(followed, later, themes)
    followed.save_reports([(first, as_int(Q3), as_int(DAY), 1e8, 0.1, 1e9, 0.1)])
    assert first in waiting(followed, later, themes)
    assert waiting(followed, DAY + timedelta(days=1), themes) == []


def test_what_a_company_leaves_open_is_learnt_later_and_nothing_is_forgotten(store: Store) -> None:
    days = [as_int(Q3), as_int(DAY), as_int(DAY)]
    store.books.save("statement", [("600001", *days, 1e8, None, 1e8, None, 0.0, 1e9)])
    store.books.save("statement", [("600001", *days, None, 5e7, 9e9, 2e7, None, None)])
    (row,) = store.books.known("statement", DAY, Q3, ["600001"]).to_dict("records")
    figures = pd.Series(row)[["profit", "core_profit", "pretax", "investment", "trading"]]
    assert figures.tolist() == [1e8, 5e7, 1e8, 2e7, 0.0]
