"""Published results found again: how often industries that ran up crashed; the page that says so.

Of 40 US run-ups of 100 % to 2014 in Greenwood, Shleifer and You (JFE 131 (2019) 20-43) 53 %
crashed; 20 % at a threshold of 50 %, 80 % at 150 %. The counts below are those of this project's
reference data (49 Fama-French industries, CRSP vintage 2024-12, at least 10 firms, run-ups
to 2012-12); the paper's own list of events cannot be had, and its share is reached within
two standard errors.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.bench.replication import LAST, PAGE, page
from tests.industries import Industries, equal_count, events, industries, onsets


@pytest.fixture(scope="module")
def known(reference: Path) -> Industries:
    return industries(reference)


def run_ups(known: Industries, threshold: float) -> list[tuple[int, int]]:
    may = known.counts & known.risen & (known.rise.index <= LAST).reshape(-1, 1)
    return events((known.rise >= threshold) & may)


@pytest.mark.parametrize(
    ("threshold", "count", "crashes"),
    [(0.50, 194, 42), (0.75, 88, 31), (1.00, 44, 19), (1.25, 24, 17), (1.50, 18, 14)],
)
def test_the_larger_the_run_up_the_more_often_it_crashed(
    threshold: float, count: int, crashes: int, known: Industries
) -> None:
    found = run_ups(known, threshold)
    assert abs(len(found) - count) <= 2
    assert abs(sum(int(known.crashed.to_numpy()[place]) for place in found) - crashes) <= 1


def test_a_run_up_of_100_percent_is_within_reach_of_the_published_share(known: Industries) -> None:
    share = float(np.mean([known.crashed.to_numpy()[place] for place in run_ups(known, 1.0)]))
    assert abs(share - 0.53) <= 1.96 * np.sqrt(0.53 * 0.47 / 40)
    may = known.counts & known.risen
    assert share > 2 * float(known.crashed[may].stack().mean())  # far above any month's


def test_the_page_is_what_the_data_say(reference: Path) -> None:
    assert page(reference) == PAGE.read_text("utf-8"), "run python -m tests.bench.replication"


def test_an_onset_follows_a_month_of_quiet_and_the_threshold_follows_the_count() -> None:
    fires = pd.DataFrame({"a": [1, 1, 0, 1] + [0] * 8 + [1, 1]}) == 1
    assert onsets(fires) == [(0, 0), (12, 0)]
    steps = pd.DataFrame(np.tile([[0.0], [0.5]], (20, 1)) * np.linspace(0.2, 4, 30))
    threshold, found = equal_count(steps, 20)
    assert abs(len(found) - 20) <= 4
    assert found == onsets(steps >= threshold)
