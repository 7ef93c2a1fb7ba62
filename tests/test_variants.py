"""The search over variants: all are told, shuffles are fair, parts come to the same anywhere."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bot.app import judge
from config.settings import Settings
from signals.model import Stage
from signals.panel import Panel
from signals.replay import NEEDED, replay
from signals.scorecard import onsets
from signals.variants import (
    GRID,
    PARTS,
    Part,
    Search,
    Variant,
    _searched,
    search,
    themes_shuffled,
    variants_told,
)
from tests import markets


@pytest.fixture(scope="module")
def panel() -> Panel:
    return markets.panel(days=420, themes=8)


def searched(panel: Panel, settings: Settings, spread: Any = map) -> Search:
    return search(panel, *judge(settings), panel.days[0], panel.days[-1], markets.LABEL, spread)


def test_every_variant_of_the_grid_is_told(panel: Panel, settings: Settings) -> None:
    found = searched(panel, settings)
    assert [one.variant for one in found.tried] == list(GRID)
    assert max(one.onsets for one in found.tried) > 0
    assert found.draws == 1000
    assert all(0 < share <= 1 for share in found.chance)


def test_the_variant_that_is_set_gives_the_alerts_of_a_replay(
    panel: Panel, settings: Settings
) -> None:
    rules, policy = judge(settings)
    rules = tuple(rule for rule in rules if rule.name in NEEDED)
    asked = GRID.index(Variant(60, 0.25, 0.70))
    told = [t for _, _, of_day in replay(panel, rules, policy) for t in of_day]
    assert onsets(told, Stage.BUBBLE)
    assert variants_told((panel, rules, policy))[asked] == onsets(told, Stage.BUBBLE)


def test_parts_done_in_another_order_come_to_the_same(panel: Panel, settings: Settings) -> None:
    def backwards(do: Callable[[Any], Any], parts: Sequence[Any]) -> Iterator[Any]:
        done = [do(part) for part in reversed(list(parts))]
        return reversed(done)

    assert repr(searched(panel, settings)) == repr(searched(panel, settings, backwards))


def drawn(seed: int, foresight: float) -> list[Part]:
    """Alerts of 27 variants over 60 months and 40 themes, which see falls so much more often."""
    rng = np.random.default_rng(seed)
    count, months, themes = 600, np.repeat(np.arange(60), 10), 40
    ahead = (rng.random((count, themes)) < 0.2).astype(np.int8)
    chosen = rng.integers(0, themes, count)
    sees = rng.random(count) < foresight
    ahead[np.arange(count)[sees], chosen[sees]] = 1
    belongs = (rng.random((len(GRID), count)) < 0.5).astype(np.int64)
    alike = rng.integers(1, 11, (60, themes))
    return [Part(n, belongs, chosen, months, ahead, alike) for n in range(PARTS)]


def judged(parts: list[Part]) -> Search:
    return _searched(parts[0], np.concatenate([themes_shuffled(part) for part in parts], axis=-1))


def test_foresight_is_found_among_many_variants() -> None:
    found = judged(drawn(1, foresight=0.4))
    assert max(found.chance) < 0.01
    best = found.tried[found.best[1]]
    assert best.ahead[1] > found.bar[1]
    assert best.interval[0] < best.precision < best.interval[1]
    assert best.expected[0] == pytest.approx(0.2, abs=0.03)


def test_the_best_of_many_blind_variants_is_no_more_than_luck() -> None:
    chances = [judged(drawn(seed, foresight=0.0)).chance[0] for seed in range(2, 5)]
    assert min(chances) > 0.01
    assert np.mean(chances) > 0.15


def test_a_shuffle_keeps_themes_in_their_month_and_their_group() -> None:
    part = drawn(1, foresight=0.0)[0]
    own = replace(part, ahead=np.where(part.alike[part.months] == 3, 1, 0).astype(np.int8))
    hits = (own.belongs * (own.alike[own.months, own.themes] == 3)).sum(axis=1)
    found = themes_shuffled(own)
    assert (found[0, 1] == hits[:, None]).all()  # among alike themes the group stays
    assert found[0, 0].std() > 0


def test_without_any_alert_nothing_is_known(panel: Panel, settings: Settings) -> None:
    found = search(panel, *judge(settings), panel.days[0], panel.days[1], markets.LABEL)
    assert {one.onsets for one in found.tried} == {0}
    assert all(one.precision != one.precision for one in found.tried)
