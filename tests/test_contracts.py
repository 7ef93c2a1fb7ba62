"""What crosses the border keeps its contract: columns, types, units, ranges; NaN breaks none."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from market.akshare.contracts import CONTRACTS, kept
from market.akshare.fetch import FUNCTIONS
from market.source import SchemaChanged

BOARDS = pd.DataFrame(
    {
        "code": ["BK0800", "BK0801", "BK0802"],
        "name": "模拟",
        "close": [1000.0, np.nan, 800.0],
        "pct": [0.01, np.nan, -0.02],
        "turnover": [0.02, 0.03, np.nan],
        "advancers": [30.0, np.nan, 0.0],
        "decliners": [9.0, np.nan, 30.0],
    }
)
DAYS = [date(2026, 11, 23), date(2026, 11, 24)]
POINTS = pd.DataFrame({"day": DAYS, "close": [10.0, 11.0], "amount": np.nan}).assign(
    open=10.0, high=[10.5, np.nan], low=9.5
)


def test_all_that_crosses_the_border_has_a_contract() -> None:
    assert CONTRACTS.keys() == FUNCTIONS.keys() - {"calendar", "offline_calendar"}  # lists


@pytest.mark.parametrize(("need", "frame"), [("boards", BOARDS), ("index_history", POINTS)])
def test_unknown_figures_break_no_contract(need: str, frame: pd.DataFrame) -> None:
    assert kept(need, frame) is frame


@pytest.mark.parametrize(
    ("need", "frame", "told"),
    [
        ("boards", BOARDS.assign(pct=[1.5, 0.0, -2.0]), "moves within 45 % (pct) in 3 rows"),
        ("boards", BOARDS.assign(turnover=[150.0, 0.0, 2.0]), "turnover as a fraction"),
        ("boards", BOARDS.assign(close=["1000", "-", "800"]), "dtype('float64') (close)"),
        ("boards", BOARDS.assign(code=["BK0800", "BK0800", "BK0802"]), "(code)"),
        ("boards", BOARDS.assign(code=["BK0800", "600000", "BK0802"]), "codes such as BK0800"),
        ("boards", BOARDS.assign(advancers=[-1.0, 0.0, 0.0]), "0 to inf (advancers)"),
        ("boards", BOARDS.drop(columns="turnover"), "(turnover)"),
        ("boards", BOARDS.assign(amount=1.0), "(amount)"),
        ("index_history", POINTS.assign(close=[10.0, 0.0]), "closes above zero"),
        ("index_history", POINTS.assign(low=20.0), "highs not below lows"),
        ("index_history", POINTS.assign(day=DAYS[::-1]), "days in their order (day)"),
        ("index_history", POINTS.assign(day=["2026-11-23", "2026-11-24"]), "(day)"),
    ],
)
def test_another_unit_column_type_or_range_is_a_changed_schema(
    need: str, frame: pd.DataFrame, told: str
) -> None:
    with pytest.raises(SchemaChanged) as raised:
        kept(need, frame)
    assert str(raised.value).startswith(f"{need}: expected ")
    assert told in str(raised.value)
