"""The judging of candidates finds what is planted, and makes nothing of noise."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from signals.panel import Panel
from signals.scorecard import followed
from tests import markets
from tests.bench.candidates import Candidate
from tests.bench.judging import Sample as Judged
from tests.bench.judging import differences, largest_by_months, largest_by_shuffles, sample, tried


@pytest.fixture(scope="module")
def panel() -> Panel:
    """Many themes that drift apart from the market, for long enough to have run-ups and falls."""
    made, rng = markets.panel(days=700, themes=30), np.random.default_rng(5)
    waves = 0.006 * np.sin(np.arange(700)[:, None] / 25 + rng.uniform(0, 6, 30))
    level = 1000 * np.cumprod(1 + waves + rng.normal(0, 0.01, (700, 30)), axis=0)
    close = pd.DataFrame(level, index=made.close.index, columns=made.close.columns)
    return replace(made, close=close, benchmark=made.benchmark * 0 + 1000)


@pytest.fixture(scope="module")
def at(panel: Panel) -> Judged:
    return sample(panel, (panel.days[0], panel.days[-1]))


def test_a_candidate_that_knows_the_label_stands_out_and_noise_does_not(
    panel: Panel, at: Judged
) -> None:
    rng, label = np.random.default_rng(6), followed(panel.net, markets.LABEL)
    noise = pd.DataFrame(rng.normal(size=label.shape), label.index, label.columns)
    knowing = Candidate("knowing", "", label + 2 * noise)
    ignorant = [Candidate(f"noise {n}", "", noise.sample(frac=1, random_state=n)) for n in range(3)]
    ignorant = [replace(c, values=c.values.set_axis(label.index)) for c in ignorant]
    found = tried([knowing, *ignorant], at)
    assert len(found) == 8  # two thresholds each
    for null in (largest_by_months(found), largest_by_shuffles(found, at)):
        bar = np.quantile(null, 0.95)
        assert max(t.surprise for t in found if t.of is knowing) > bar
        assert all(abs(t.surprise) < bar for t in found if t.of is not knowing)


def test_a_matched_difference_weighs_strata_by_what_they_tell(at: Judged) -> None:
    label, high = np.array([1.0, 0, 1, 1, 0, 0]), np.array([1.0, 0, 1, 0, 1, 0])
    few = replace(at, label=label, month=np.zeros(6, int))
    strata = np.array([0, 0, 1, 1, 2, 2])
    assert differences(high, few)[0] == pytest.approx(1 / 3)
    assert differences(high, few, strata)[0] == pytest.approx((1 + 0 + 0) / 3)
    assert differences(np.where(strata == 0, high, np.nan), few)[0] == 1


def test_a_sample_holds_labelled_days_of_run_ups_alone(panel: Panel, at: Judged) -> None:
    net = panel.net.to_numpy()
    assert len(at.rows) > 500
    assert (net[at.rows, at.columns] / net[at.rows - 60, at.columns] - 1 >= 0.15).all()
    assert set(at.label) == {0.0, 1.0}
    assert (np.diff(at.month) >= 0).all()
    units = list(zip(at.month[at.begins], at.columns[at.begins], strict=True))
    assert len(units) == len(set(units)) == len(at.month_of)
