"""The backdrop's data: levels of markets, macro series by period, and from when a value counts."""

from datetime import date, timedelta

import pandas as pd
import pytest

from market.akshare.macro import period_end, values
from market.backdrop import fetch_indices, fetch_macro
from market.series import SERIES, TABLE
from market.simulate import simulate
from market.source import Banned, SchemaChanged, SourceError, Transient
from market.store import Store
from market.transport import GROUPS
from market.world import INDICES
from tests.fakes import FakeSource

MARKET = simulate(4)
DAY = MARKET.days[300]
SPAN = timedelta(days=100)
EVERY = {"month": 3, "quarter": 3, "day": 1}


def source(today: date = DAY) -> FakeSource:
    return FakeSource(MARKET, today)


def test_levels_are_kept_up_to_the_day_before(store: Store) -> None:
    assert fetch_indices(source(), store, DAY, SPAN) == []
    for index in INDICES:
        levels = store.points(DAY - SPAN, DAY, index.id)
        assert max(day for day, _ in levels) == MARKET.days[299]
        assert len(levels) > 60


def test_an_index_that_does_not_come_is_named_and_the_others_come(store: Store) -> None:
    fails = source()
    fails.faults["index .INX"] = Banned("sina: HTTP 456")
    (fault,) = fetch_indices(fails, store, DAY, SPAN)
    assert (fault.kind, fault.detail) == ("world", "S&P 500: Banned: sina: HTTP 456")
    kept = {theme for _, theme in store.points(DAY - SPAN, DAY)}
    assert kept == {index.id for index in INDICES if index.code != ".INX"}


@pytest.mark.parametrize(("what", "fetch"), [("indices", fetch_indices), ("macro", fetch_macro)])
def test_when_none_comes_the_reason_is_raised(store: Store, what: str, fetch: object) -> None:
    fails = source()
    fails.faults[what] = Transient("cannot be reached")
    with pytest.raises(SourceError, match="Transient: cannot be reached"):
        fetch(fails, store, DAY, SPAN if what == "indices" else EVERY)  # type: ignore[operator]


def test_what_hangs_is_given_up_for_the_day_after_two_and_is_due_on_the_next(store: Store) -> None:
    """Each may take minutes, and the evening's alerts wait meanwhile."""
    hangs = source()
    hangs.faults |= {f"macro {one.key}": Transient("no answer within 300 s") for one in TABLE[3:]}
    (fault,) = fetch_macro(hangs, store, DAY, EVERY)
    assert fault.detail.count(", ") >= len(TABLE) - 4  # all are named
    assert [what for what in hangs.asked if what.startswith("macro ")] == [
        f"macro {one.key}" for one in TABLE[:5]
    ]
    hangs.faults.clear()
    assert fetch_macro(hangs, store, DAY + timedelta(days=1), EVERY) == []
    assert all(len(store.macro.known(one.key, date.max)) for one in TABLE)


def test_series_that_fail_alike_are_one_fault_and_the_others_come(store: Store) -> None:
    fails = source()
    fails.faults |= {f"macro {key}": SchemaChanged("shape") for key in ("cpi", "ppi")}
    fails.faults["macro m2"] = Banned("HTTP 403")
    said = [fault.detail for fault in fetch_macro(fails, store, DAY, EVERY)]
    assert said == [
        "M2, on a year before: Banned: HTTP 403",
        "consumer prices, on a year before, producer prices, on a year before:"
        " SchemaChanged: shape",
    ]
    assert store.macro.known("cpi", DAY).empty
    assert len(store.macro.known("homes", DAY)) > 12


def test_a_series_is_asked_for_again_only_after_its_days_or_when_it_failed(store: Store) -> None:
    once = source()
    once.faults["macro cpi"] = Transient("x")
    for later in range(4):
        fetch_macro(once, store, DAY + timedelta(days=later), EVERY)
        once.faults.clear()
    asked = {one.key: once.asked.count(f"macro {one.key}") for one in TABLE}
    assert asked["cpi"] == 2
    assert asked["margin"] == 4
    assert asked["m2"] == 2


def test_an_evening_that_is_tried_again_asks_no_second_time(store: Store) -> None:
    once = source()
    once.faults |= {"macro cpi": Banned("HTTP 403"), "index .INX": Banned("HTTP 456")}
    first = fetch_macro(once, store, DAY, EVERY), fetch_indices(once, store, DAY, SPAN)
    asked = len(once.asked)
    again = fetch_macro(once, store, DAY, EVERY), fetch_indices(once, store, DAY, SPAN)
    assert len(once.asked) == asked
    assert first == again
    assert [faults[0].kind for faults in again] == ["macro", "world"]


def test_at_first_sight_a_value_counts_from_its_release_lag(store: Store) -> None:
    fetch_macro(source(), store, DAY, EVERY)
    newest = max(store.macro.known("cpi", DAY).index)
    before = store.macro.known("cpi", newest + timedelta(days=15))
    assert newest not in before.index
    assert newest in store.macro.known("cpi", newest + timedelta(days=16)).index
    assert store.macro.fetched("cpi") == DAY


class Told:
    """A source that tells what it is given."""

    name = "told"

    def __init__(self, **told: float) -> None:
        self.told = told

    def macro(self, series: str) -> pd.DataFrame:
        periods = [date.fromisoformat(name[1:].replace("_", "-")) for name in self.told]
        return pd.DataFrame({"period": periods, "value": list(self.told.values())})


def test_a_revision_stands_beside_the_first_value_from_the_day_it_was_seen(store: Store) -> None:
    first, later = date(2026, 8, 20), date(2026, 9, 12)
    fetch_macro(Told(p2026_06_30=1.0, p2026_07_31=2.0), store, first, EVERY)  # type: ignore[arg-type]
    told = Told(p2026_06_30=1.5, p2026_07_31=2.0, p2026_08_31=3.0, p2026_09_30=9.0)
    fetch_macro(told, store, later, EVERY)  # type: ignore[arg-type]
    assert store.macro.known("cpi", date(2026, 9, 11)).tolist() == [1.0, 2.0]
    assert store.macro.known("cpi", later).tolist() == [1.5, 2.0, 3.0]  # September is not over
    assert "cpi" in store.macro.renewed(first, later)
    assert store.macro.renewed(later, date.max) == []


@pytest.mark.parametrize(
    ("told", "cadence", "end"),
    [
        ("2026年09月份", "month", date(2026, 9, 30)),
        ("2026年2月份", "month", date(2026, 2, 28)),
        ("202602", "month", date(2026, 2, 28)),
        ("2026年第1季度", "quarter", date(2026, 3, 31)),
        ("2026年第1-3季度", "quarter", date(2026, 9, 30)),
        ("2026年第1-4季度", "quarter", date(2026, 12, 31)),
        (date(2026, 5, 1), "month", date(2026, 5, 31)),
        (date(2026, 5, 6), "day", date(2026, 5, 6)),
    ],
)
def test_a_period_is_known_by_its_last_day(told: object, cadence: str, end: date) -> None:
    assert period_end(told, cadence) == end


def test_values_out_of_range_are_dropped_when_few_and_no_series_when_many() -> None:
    class Library:
        @staticmethod
        def macro_china_cpi() -> pd.DataFrame:
            months = [f"{2020 + n // 12}年{n % 12 + 1:02}月份" for n in range(60)]
            return pd.DataFrame({"月份": months, "全国-同比增长": told})

    told = [2.0] * 59 + [1e12]
    assert values(Library, "cpi")["value"].tolist() == [0.02] * 59
    told = [2.0] * 57 + [1e12] * 3
    with pytest.raises(SchemaChanged, match="57 of 60"):
        values(Library, "cpi")


def test_the_table_holds_together() -> None:
    assert len(SERIES) == len(TABLE)
    for one in TABLE:
        assert one.low < one.high, one.key
        assert one.cadence in EVERY
        assert one.hosts in {name for name, _ in GROUPS}
        assert one.function
        assert one.column
        assert one.dead_days >= one.lag_days + 45
    assert "预期" not in "".join(one.column for one in TABLE)  # a copy of another in AKShare
