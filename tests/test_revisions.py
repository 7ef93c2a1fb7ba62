"""Bars that proved wrong are corrected with all rows made of them, and what was is kept."""

import numpy as np
import pandas as pd
import pytest

from market.checks import disproved
from market.derive import derive
from market.facts import as_int
from market.revise import REVISED, revise
from market.store import BAR, Store
from signals.panel import FRAMES
from tests import markets

DAYS = markets.weekdays(130)
WRONG, HOT = DAYS[105], [f"{600000 + n}" for n in range(8)]


def filled(spoilt: float = 1.0) -> Store:
    """A store whose hot stocks closed `spoilt` times as high on one day; the next bar knows."""
    store = Store(None)
    markets.fill(store)
    if spoilt != 1:
        set_closes(store, spoilt)
    derive(store, store.bar_days(), backfilled=True)
    return store


def set_closes(store: Store, times: float) -> None:
    sql = "UPDATE bar SET close=close*? WHERE day=? AND code<='600007'"
    store._db.execute(sql, (times, as_int(WRONG)))


def right(true: Store) -> pd.DataFrame:
    bars = true.bars(WRONG, WRONG, of=HOT)
    return bars[["day", "code", "close"]]


def test_corrected_rows_are_those_of_right_bars() -> None:
    true, wrong = filled(), filled(0.93)
    with wrong.atomic():
        revision = revise(wrong, right(true), DAYS[-1], "operator")
    assert revision
    assert (revision.since, revision.bars) == (WRONG, len(HOT))
    now, was = (s.panel(DAYS[-1], 200) for s in (wrong, true))
    for name in (*FRAMES, "benchmark", "market_amount"):
        one, other = getattr(now, name), getattr(was, name)
        np.testing.assert_allclose(one, other, rtol=1e-12, err_msg=name)
    of_day, as_told = wrong.market_day(WRONG), true.market_day(WRONG)
    assert of_day
    assert as_told
    assert (of_day.advancers, of_day.decliners) == (as_told.advancers, as_told.decliners)
    assert wrong.note(REVISED) == str(WRONG)


def test_what_was_is_kept_beside() -> None:
    true, wrong = filled(), filled(0.93)
    before = wrong.panel(DAYS[-1], 200)
    with wrong.atomic():
        revise(wrong, right(true), DAYS[-1], "operator")
    closes = wrong.revisions.before(1, "theme_day", "close")
    assert ("hot" in {theme for _, theme, _ in closes}) is True
    first = next(close for day, theme, close in closes if theme == "hot" and day == as_int(WRONG))
    assert first == before.close["hot"].loc[WRONG]
    assert min(day for day, *_ in closes) == as_int(WRONG)
    bars = {code: close for _, code, close in wrong.revisions.before(1, "bar", "close")}
    assert bars.keys() == set(HOT)
    assert wrong.revisions.before(1, "market_day", "benchmark")


def test_rows_that_a_bar_has_no_part_in_stay() -> None:
    true, wrong = filled(), filled(0.93)
    wrong._db.execute("UPDATE theme_day SET pe=7 WHERE theme='hot'")
    wrong._db.execute("UPDATE theme_day SET new_highs=99 WHERE theme='calm'")
    with wrong.atomic():
        revise(wrong, right(true), DAYS[-1], "operator")
    panel = wrong.panel(DAYS[-1], 20)
    assert (panel.pe["hot"] == 7).all()
    assert (panel.new_highs["calm"] == 99).all()


def test_bars_that_are_right_make_no_revision() -> None:
    true = filled()
    with true.atomic():
        assert revise(true, right(true), DAYS[-1], "operator") is None
    assert true.revisions.all() == []
    assert true.note(REVISED) is None


def test_a_bar_that_is_not_there_is_named() -> None:
    store = filled()
    bars = pd.DataFrame({"day": [WRONG], "code": ["999999"], "close": [1.0]})
    with pytest.raises(ValueError, match="no bar of 999999 on 2024"):
        revise(store, bars, DAYS[-1], "operator")


def test_the_bar_after_is_chained_on_the_corrected_one_only_where_it_was_on_the_wrong() -> None:
    store = filled()
    after = DAYS[106]
    store._db.execute("UPDATE bar SET prev_close=1 WHERE day=? AND code='600001'", (as_int(after),))
    with store.atomic():
        bars = pd.DataFrame({"day": WRONG, "code": ["600000", "600001"], "close": [11.0, 12.0]})
        revise(store, bars, DAYS[-1], "operator")
    kept = store.bars(after, after, of=["600000", "600001"])
    assert list(kept["prev_close"]) == [11.0, 1.0]
    of_day = store.bars(WRONG, WRONG, of=["600000"])
    assert (of_day["low"] <= of_day["close"]).all()
    assert (of_day["high"] >= of_day["close"]).all()


def snapshot(
    off: dict[int, float], stocks: int = 400
) -> tuple[pd.DataFrame, dict[str, tuple[float, float]]]:
    """Previous closes, off by so much where said, of stocks that all closed at ten."""
    codes = [f"{600000 + n}" for n in range(stocks)]
    closes = [10 * (1 + off.get(n, 0.0)) for n in range(stocks)]
    held = dict.fromkeys(codes, (10.0, 1e6))
    return pd.DataFrame(
        {"code": codes, "prev_close": closes, **{c: 10.0 for c in BAR if c != "prev_close"}}
    ), held


@pytest.mark.parametrize(
    ("off", "wrong"),
    [
        ({}, []),
        ({3: 0.02}, [3]),
        ({3: -0.02}, []),  # as a dividend does
        ({3: 0.004}, []),
        ({3: 1.0}, []),  # another basis
        (dict.fromkeys(range(12), 0.002) | dict.fromkeys(range(12, 20), -0.002), list(range(20))),
        (dict.fromkeys(range(60), -0.01), []),  # a day of many dividends
        (dict.fromkeys(range(9), 0.002), []),
    ],
)
def test_a_close_is_disproved_by_what_no_dividend_explains(
    off: dict[int, float], wrong: list[int]
) -> None:
    found = disproved(*snapshot(off))
    assert list(found.index) == [f"{600000 + n}" for n in wrong]
    assert all(found.iloc[i] == 10 * (1 + off[n]) for i, n in enumerate(wrong))


def test_of_few_stocks_nothing_is_disproved() -> None:
    assert disproved(*snapshot({3: 0.02}, stocks=9)).empty
