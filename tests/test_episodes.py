"""Episodes: run-ups that peaked and fell, and what alerts saw of them."""

from math import isnan

import numpy as np
import pandas as pd
import pytest

from signals.episodes import episodes, foresight
from tests import markets


def mania(height: float = 2.0, fall: float = 0.3) -> pd.DataFrame:
    """One theme flat for 100 days, up to `height` in 60, down by `fall` in 40, flat; one calm."""
    peak = 100 * height
    legs = (
        np.full(100, 100.0),
        np.linspace(100, peak, 60),
        np.linspace(peak, peak * (1 - fall), 41),
    )
    path = np.concatenate([legs[0], legs[1], legs[2][1:], np.full(100, peak * (1 - fall))])
    calm = np.full(len(path), 100.0)
    return pd.DataFrame({"hot": path, "calm": calm}, index=markets.weekdays(len(path)))


def test_a_mania_is_one_episode_with_its_size() -> None:
    net = mania()
    (found,) = episodes(net, markets.LABEL)
    assert (found.theme, found.peak) == ("hot", net.index[159])
    assert found.run_up == pytest.approx(1.0)
    assert found.fall == pytest.approx(0.3)


@pytest.mark.parametrize(("height", "fall"), [(1.5, 0.3), (2.0, 0.05)])
def test_a_small_rise_or_a_small_fall_is_none(height: float, fall: float) -> None:
    assert episodes(mania(height, fall), markets.LABEL) == []


@pytest.mark.parametrize(
    ("before", "seen"), [(61, False), (60, True), (10, True), (-5, True), (-6, False)]
)
def test_an_alert_counts_from_sixty_days_before_to_five_after(before: int, seen: bool) -> None:
    net = mania()
    alert = (net.index[159 - before], "hot")
    found = foresight(net, [alert], episodes(net, markets.LABEL))
    assert found.episodes == 1
    assert found.recall == seen
    if seen:
        assert found.lead_days[1] == before
        assert found.price_at_alert == pytest.approx(float(net["hot"].iloc[159 - before]) / 200)


def test_recall_has_an_interval_once_there_are_enough_peaks() -> None:
    one = mania()["hot"]
    shifted = {str(n): np.roll(one, 10 * n) for n in range(12)}
    net = pd.DataFrame(shifted, index=one.index)
    peaks = episodes(net, markets.LABEL)
    seen = [(episode.peak, episode.theme) for episode in peaks[:5]]
    found = foresight(net, seen, peaks)
    assert (found.episodes, found.seen) == (len(peaks), len(seen))
    assert found.episodes >= 10
    assert found.recall_interval[0] < found.recall < found.recall_interval[1]
    assert isnan(foresight(net, seen[:1], peaks[:4]).recall_interval[0])


def test_an_alert_of_another_theme_saw_nothing() -> None:
    net = mania()
    found = foresight(net, [(net.index[150], "calm")], episodes(net, markets.LABEL))
    assert found.recall == 0
    assert isnan(found.price_at_alert)


def test_without_episodes_recall_is_not_known() -> None:
    net = mania()[["calm"]]
    assert isnan(foresight(net, [], episodes(net, markets.LABEL)).recall)
