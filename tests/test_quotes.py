"""The whole market's quotes and its index: whose they are, their units, and who stands in."""

import pytest

from market.akshare import fetch
from market.akshare.source import AkshareSource
from market.source import NoData, SchemaChanged, Transient
from market.transport import Guard
from tests.led import EVENING, SINCE, UNTIL, InProcess
from tests.upstream import Upstream


def test_tencents_snapshot_is_in_shares_and_yuan(guard: Guard, upstream: Upstream) -> None:
    quotes = fetch.asked("tencent").set_index("code")
    _, before, volume, amount = upstream._bar(0)
    first = quotes.loc[upstream.codes[0]]
    assert quotes.attrs["provider"] == "tencent"
    assert first["volume"] == pytest.approx(volume, rel=1e-3, abs=100)
    assert first["amount"] == pytest.approx(amount, rel=1e-3)
    assert first["prev_close"] == pytest.approx(before, abs=1e-3)
    assert first["market_cap"] == 100e8
    assert quotes["high"].isna().all()


def test_sinas_snapshot_stands_in_for_tencents(guard: Guard, upstream: Upstream) -> None:
    upstream.faults["tencent"] = "drop"
    quotes = AkshareSource(InProcess()).snapshot()
    assert quotes.attrs["provider"] == "sina"
    assert len(quotes) == len(upstream.codes)
    assert quotes["high"].notna().all()
    assert quotes["market_cap"].isna().all()


def test_eastmoneys_snapshot_is_the_last_resort(guard: Guard, upstream: Upstream) -> None:
    upstream.faults |= {"tencent": "drop", "sina": "403"}
    quotes = AkshareSource(InProcess()).snapshot().set_index("code")
    close, before, volume, amount = upstream._bar(0)
    first = quotes.loc[upstream.codes[0]]
    assert quotes.attrs["provider"] == "eastmoney"
    assert len(quotes) == len(upstream.codes)
    prices = first[["close", "prev_close", "amount"]].tolist()
    assert prices == pytest.approx([close, before, amount], abs=1e-4)
    assert first["volume"] == pytest.approx(volume)
    assert first[["turnover", "pb", "market_cap", "float_cap"]].tolist() == [0.015, 2, 1e10, 5e9]
    assert quotes["pe_ttm"].isna().all()
    assert guard.doors["spot"].requests == -(-len(upstream.codes) // 100)
    assert "push2" not in guard.doors
    guard.now = lambda: EVENING.replace(hour=7, minute=19)
    with pytest.raises(NoData, match="the close's from 15:20 on"):
        fetch.asked("eastmoney")


def test_when_nobody_has_the_market_the_first_error_tells_of_all(
    guard: Guard, upstream: Upstream
) -> None:
    upstream.faults |= {"tencent": "502", "sina": "403", "eastmoney": "drop"}
    with pytest.raises(Transient, match=r"tencent: HTTP 502; then sina: HTTP 403; then spot: the"):
        AkshareSource(InProcess()).snapshot()


def test_sinas_index_stands_in_for_tencents(guard: Guard, upstream: Upstream) -> None:
    source = AkshareSource(InProcess())
    right = source.index_history("sh000985", SINCE, UNTIL)
    upstream.faults["index"] = "403"
    found = source.index_history("sh000985", SINCE, UNTIL)
    assert found["day"].tolist() == right["day"].tolist()
    assert found["close"].to_numpy() == pytest.approx(right["close"].to_numpy(), abs=0.011)


@pytest.mark.parametrize("unit", [0.01, 100.0])
def test_a_snapshot_whose_amounts_do_not_fit_its_volumes_is_not_taken(
    guard: Guard, upstream: Upstream, unit: float
) -> None:
    upstream.bars["volume"] *= unit  # by a hundred too few or too many: lots for shares
    with pytest.raises(SchemaChanged, match="mean prices paid within the day's range"):
        fetch.asked("sina")


def test_a_few_odd_rows_do_not_spoil_a_snapshot(guard: Guard, upstream: Upstream) -> None:
    upstream.bars["volume"][:, :5] *= 100
    assert len(fetch.asked("sina")) == len(upstream.codes)
