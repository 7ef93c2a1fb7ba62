"""Misses and false alarms: what is listed, and that the worst comes first."""

import numpy as np
import pandas as pd
import pytest

from signals.lookback import FalseAlarm, false_alarms, misses
from tests import markets


def net() -> pd.DataFrame:
    """Two themes that double and fall, by 30 and 50 %, both with the peak in row 159; one rises."""
    flat, up, after = np.full(100, 100.0), np.linspace(100, 200, 60), np.full(140, 1.0)
    busts = {
        name: np.concatenate([flat, up, np.linspace(200, end, 41)[1:], after[40:] * end])
        for name, end in (("mild", 140.0), ("hard", 100.0))
    }
    index = markets.weekdays(len(busts["mild"]))
    rising = np.linspace(100, 400, len(index))
    return pd.DataFrame(busts | {"rising": rising, "slow": rising**0.5}, index=index)


def test_an_episode_without_an_alert_is_a_miss_and_the_hardest_fall_comes_first() -> None:
    frame = net()
    first, last = frame.index[0], frame.index[-1]
    early = (frame.index[159 - 61], "mild")
    assert [e.theme for e in misses(frame, [early], first, last, markets.LABEL)] == ["hard", "mild"]
    assert misses(frame, [early], first, last, markets.LABEL)[0].fall == pytest.approx(0.5)
    in_time = (frame.index[159 - 60], "mild")
    assert [e.theme for e in misses(frame, [in_time], first, last, markets.LABEL)] == ["hard"]
    assert misses(frame, [], first, frame.index[158], markets.LABEL) == []


def test_an_alert_without_a_fall_is_a_false_alarm_and_the_largest_rise_comes_first() -> None:
    frame = net()
    right, never = (frame.index[159], "hard"), (frame.index[250], "rising")  # not over yet
    wrong = [(frame.index[50], "slow"), (frame.index[50], "rising")]
    found = false_alarms(
        frame, [right, never, *wrong], frame.index[0], frame.index[-1], markets.LABEL
    )
    rise = float(frame["rising"].iloc[110] / frame["rising"].iloc[50] - 1)
    assert found[0] == FalseAlarm("rising", frame.index[50], pytest.approx(rise))
    assert [alarm.theme for alarm in found] == ["rising", "slow"]
    assert false_alarms(frame, wrong, frame.index[51], frame.index[-1], markets.LABEL) == []
