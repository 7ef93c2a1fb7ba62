"""Indices of several markets: what is kept of them, and when one does not come."""

from datetime import timedelta

import pytest

from market.simulate import simulate
from market.source import Banned, Transient
from market.store import Store
from market.world import INDICES, fetch_indices
from tests.fakes import FakeSource

MARKET = simulate(4)
DAY = MARKET.days[300]
SPAN = timedelta(days=100)


def test_levels_are_kept_up_to_the_day_before(store: Store) -> None:
    assert fetch_indices(FakeSource(MARKET, DAY), store, DAY, SPAN) == []
    for index in INDICES:
        levels = store.points(DAY - SPAN, DAY, index.id)
        assert max(day for day, _ in levels) == MARKET.days[299]
        assert len(levels) > 60


def test_one_that_does_not_come_is_named_and_the_others_come(store: Store) -> None:
    source = FakeSource(MARKET, DAY)
    source.faults["index .INX"] = Banned("sina: HTTP 456")
    (fault,) = fetch_indices(source, store, DAY, SPAN)
    assert (fault.kind, fault.detail) == ("world", "S&P 500: sina: HTTP 456")
    kept = {theme for _, theme in store.points(DAY - SPAN, DAY)}
    assert kept == {index.id for index in INDICES if index.code != ".INX"}


def test_when_none_comes_the_reason_is_raised(store: Store) -> None:
    source = FakeSource(MARKET, DAY)
    source.faults["indices"] = Transient("cannot be reached")
    with pytest.raises(Transient, match="cannot be reached"):
        fetch_indices(source, store, DAY, SPAN)
