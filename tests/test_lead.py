"""Lead and lag with the centre: planted ones are found, unrelated series are let pass."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from signals.lead import FALSE_ALARMS, LAGS, STALE_DAYS, known_before, leads, strongest
from tests import markets

DAYS = markets.weekdays(251)


def planted(lag: int, size: float = 0.5) -> tuple[pd.DataFrame, dict[date, float]]:
    """A theme that goes with the index of `lag` trading days before, and one that does not."""
    rng = np.random.default_rng(11)
    moves = rng.normal(0, 0.012, len(DAYS) + 20)  # of the session of the day before each day
    own = rng.normal(0, 0.012, (len(DAYS), 2))
    at = np.arange(len(DAYS)) + 10 - (lag - 1)
    own[:, 0] = size * moves[at] + (1 - size) * own[:, 0]
    sessions = [DAYS[0] - timedelta(days=1), *DAYS[:-1]]
    closes = 7000 * np.exp(np.cumsum(moves[10 : 10 + len(DAYS)]))
    net = pd.DataFrame(np.exp(np.cumsum(own, axis=0)), DAYS, ["led", "own"])
    return net, dict(zip(sessions, closes.tolist(), strict=True))


@pytest.mark.parametrize("lag", LAGS)
def test_a_planted_lead_is_found_at_its_lag(lag: int) -> None:
    found = leads(*planted(lag))
    assert found["led"].lag == lag
    assert found["led"].is_significant
    assert found["led"].correlation > 0.5
    assert not found["own"].is_significant


def test_only_what_closed_before_chinas_open_is_lag_one() -> None:
    monday = date(2018, 10, 8)  # after China's holiday week, in which America traded
    index = {date(2018, 9, 28): 1.0, date(2018, 10, 5): 2.0, monday: 3.0}
    assert known_before(index, [date(2018, 9, 29), monday]).tolist() == [1.0, 2.0]


def test_a_close_that_is_too_old_is_not_known() -> None:
    index = {date(2018, 9, 28): 1.0}
    days = [date(2018, 9, 28) + timedelta(days=n) for n in (0, 1, STALE_DAYS, STALE_DAYS + 1)]
    assert known_before(index, days) == pytest.approx([np.nan, 1.0, 1.0, np.nan], nan_ok=True)
    assert np.isnan(known_before({}, days)).all()


def test_unrelated_series_with_memory_and_bursts_pass_as_often_as_said() -> None:
    rng = np.random.default_rng(3)
    bursts = np.exp(0.95 * rng.normal(0, 0.4, (250, 1)).cumsum(axis=0) * 0.1)
    themes = rng.standard_t(4, (250, 1500)) * bursts  # both are wild on the same days
    themes[1:] += 0.2 * themes[:-1]
    centre = rng.standard_t(4, 250) * bursts[:, 0]
    centre[1:] -= 0.2 * centre[:-1]
    share = np.mean([lead.is_significant for lead in strongest(themes, centre) if lead])
    assert share == pytest.approx(FALSE_ALARMS, abs=0.025)


def test_short_constant_and_unknown_series_are_not_told() -> None:
    net, index = planted(1)
    net = net.assign(flat=1.0, gone=np.nan, short=net["led"].where(np.arange(251) > 200))
    assert leads(net, index).keys() == {"led", "own"}
    for rows in (0, 1, 3, 50):
        assert leads(net.iloc[:rows], index) == {}
    assert leads(net, {}) == {}


def test_the_whole_market_follows_the_nasdaq_of_the_night_before(reference: Path) -> None:
    table = pd.read_csv(reference / "us/nasdaq_daily_arch.csv.gz")
    index = dict(zip(pd.to_datetime(table["Date"]).dt.date, table["Close"], strict=True))
    bars = pd.read_parquet(reference / "index/cn_indices.parquet")
    bars = bars[bars["code"].astype(str).str.contains("000985")]
    levels = bars.set_index(pd.to_datetime(bars["day"]).dt.date)["close"].sort_index()
    found = leads(levels.loc[: date(2018, 12, 31)].to_frame("market"), index)["market"]
    assert (found.lag, found.is_significant) == (1, True)
    assert found.correlation > 0.2
