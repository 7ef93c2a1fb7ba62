"""What the report's pictures show: paths, years and bins, each with its interval or with none."""

from datetime import date
from math import isnan

import numpy as np
import pandas as pd
import pytest

from signals.compare import Alerts
from signals.model import Kind, Stage, ThemeState, Transition
from signals.studies import AROUND_DAYS, BINS, around, by_year, reliability, slope, turns
from tests import markets

DAYS = 900
BUBBLE, BURSTING = Stage.BUBBLE, Stage.BURSTING


def tents() -> tuple[pd.DataFrame, Alerts]:
    """Themes that rise by half in 50 days and fall back in as many; an alert at each top."""
    index = markets.weekdays(DAYS)
    tops = range(120, 780, 30)
    net = pd.DataFrame(100.0, index=index, columns=[str(n) for n in range(len(tops))])
    legs = np.concatenate([np.linspace(1, 1.5, 51), np.linspace(1.5, 1, 51)[1:]])
    for column, top in enumerate(tops):
        net.iloc[top - 50 : top + 51, column] = 100 * legs
    return net, [(index[top], str(column)) for column, top in enumerate(tops)]


def test_the_mean_path_is_the_path_when_all_are_alike() -> None:
    net, alerts = tents()
    found = around(net, alerts, net.index[0], net.index[-1])
    assert found.alerts == len(alerts)
    assert found.mean[AROUND_DAYS] == 0
    assert found.mean[0] == pytest.approx(1 / 1.5 - 1)
    assert found.mean[-1] == pytest.approx(1 / 1.5 - 1)
    assert found.low[0] == pytest.approx(found.high[0])


def test_an_alert_whose_path_is_not_whole_is_left_out() -> None:
    net, alerts = tents()
    ends = [(net.index[10], "0"), (net.index[-10], "0")]
    assert around(net, alerts + ends, net.index[0], net.index[-1]).alerts == len(alerts)
    alone = around(net, ends, net.index[0], net.index[-1])
    assert alone.alerts == 0
    assert isnan(alone.mean[0])


def test_few_alerts_have_a_path_without_an_interval() -> None:
    net, alerts = tents()
    found = around(net, alerts[:9], net.index[0], net.index[-1])
    assert found.alerts == 9
    assert isnan(found.low[0])


def test_each_year_has_its_own_precision() -> None:
    net, alerts = tents()
    wrong = [(net.index[300 + 5 * n], "0") for n in range(12)]  # flat after
    years = {
        year.year: year
        for year in by_year(net, alerts + wrong, net.index[0], net.index[-1], markets.LABEL)
    }
    assert sum(year.onsets for year in years.values()) == len(alerts) + len(wrong)
    calm = years[net.index[300].year]
    assert calm.precision < 1
    assert calm.interval[0] <= calm.precision <= calm.interval[1]
    sure = [year for year in years.values() if year.year != calm.year and year.onsets]
    assert all(year.base_rate < year.precision for year in sure)
    assert by_year(net, [], net.index[0], net.index[-1], markets.LABEL) == []


def turned(theme: int, day: date, level: float) -> Transition:
    before, after = (ThemeState(str(theme), stage, peak_net=2.0) for stage in (BUBBLE, BURSTING))
    return Transition(str(theme), day, Kind.REVERSAL, before, after, (), 2.0 * level)


def test_reversals_are_measured_by_their_level_on_the_peak() -> None:
    days = markets.weekdays(300)[::20]
    told = [turned(n, day, 0.84 if n < 3 else 0.90) for n, day in enumerate(days)]
    found = turns(told, days[0], days[-1])
    assert (found.n, found.lowest) == (15, pytest.approx(0.84))
    assert found.levels == pytest.approx((0.90, 0.90, 0.90))
    assert found.high == pytest.approx(12 / 15)
    assert found.high_interval[0] < 12 / 15 < found.high_interval[1]
    assert turns(told, days[5], days[5]).n == 1
    assert isnan(turns([], days[0], days[-1]).high)


def forecasts(bold: float) -> np.ndarray:
    """Forecasts whose truth moves `bold` times less than they say, over eight half-years."""
    rng = np.random.default_rng(4)
    said = rng.uniform(0.1, 0.5, 8000)
    truth = 0.3 + (said - 0.3) / bold
    return np.array([said, rng.random(8000) < truth, np.repeat(np.arange(8), 1000)], float)


def test_calibrated_forecasts_lie_on_the_diagonal() -> None:
    bins = reliability(forecasts(1))
    assert len(bins) == BINS
    assert sum(one.n for one in bins) == 8000
    assert all(one.share == pytest.approx(one.forecast, abs=0.05) for one in bins)
    assert all(one.interval[0] < one.share < one.interval[1] for one in bins)
    assert slope(forecasts(1)) == pytest.approx(1, abs=0.1)


def test_forecasts_too_bold_have_a_slope_below_one() -> None:
    assert slope(forecasts(2)) == pytest.approx(0.5, abs=0.1)


def test_no_forecasts_have_no_bins_and_equal_ones_share_one() -> None:
    assert reliability(np.empty((3, 0))) == []
    assert isnan(slope(np.empty((3, 0))))
    same = forecasts(1)
    same[0] = 0.25
    assert len(reliability(same)) == 1
    assert isnan(slope(same))
