"""What a replay of real history must show: known manias, their turns, and quiet between them.

The 2022 and 2023 runs were known when the rules were chosen: they are a sanity check, no evidence.
"""

from datetime import date
from pathlib import Path

import pytest

from config.settings import Settings
from signals.evaluate import evaluate
from signals.lifecycle import Policy
from signals.model import Kind, Transition
from signals.panel import Panel
from signals.replay import replay
from signals.rules import Rule
from tests import reference as ref

PEAKS = [
    ("猪肉概念", date(2019, 4, 25)),
    ("白酒", date(2021, 2, 10)),
    ("白酒", date(2021, 6, 7)),
    ("锂矿概念", date(2021, 9, 15)),
    ("磷化工", date(2021, 9, 22)),
    ("汽车一体化压铸", date(2022, 7, 29)),
    ("机器人执行器", date(2022, 8, 2)),
    ("AI语料", date(2023, 6, 19)),
    ("ChatGPT概念", date(2023, 6, 20)),
    ("CPO概念", date(2023, 6, 20)),
]


@pytest.fixture(scope="module")
def landmark_panel(reference: Path) -> Panel:
    themes = sorted({name for name, _ in PEAKS})
    return ref.panel(reference, range(2018, 2025), themes)


@pytest.fixture(scope="module")
def told(landmark_panel: Panel, rules: tuple[Rule, ...], settings: Settings) -> list[Transition]:
    policy = Policy(**settings.policy)  # type: ignore[arg-type]
    return [t for _, _, said in replay(landmark_panel, rules, policy) for t in said]


@pytest.mark.parametrize(("theme", "peak"), PEAKS)
def test_a_mania_is_told_before_its_peak_and_its_turn_soon_after(
    theme: str, peak: date, landmark_panel: Panel, told: list[Transition]
) -> None:
    days, net = landmark_panel.days, landmark_panel.net[theme]
    own = [t for t in told if t.theme == theme]
    surges = [t for t in own if t.kind is Kind.SURGE and t.day < peak]
    assert surges
    assert days.index(peak) - days.index(surges[-1].day) < 120
    turn = next(t for t in own if t.kind is Kind.REVERSAL and t.day > peak)
    assert days.index(turn.day) - days.index(peak) <= 30
    assert net[turn.day] / net[peak] >= 0.85


def test_divergence_fires_where_price_ran_ahead_of_reports(
    reference: Path, rules: tuple[Rule, ...]
) -> None:
    themes = ["互联金融", "在线教育", "移动支付", "参股银行", "白酒", "券商概念", "铁路基建"]
    panel = ref.panel(reference, [2015], themes, ref.reports(reference))
    scores = evaluate(panel.until(date(2015, 6, 12)), rules).frame("divergence")
    last = scores.iloc[-1].round(3)
    print(last.to_dict())
    threshold = next(r.threshold for r in rules if r.name == "divergence")
    assert last["在线教育"] >= threshold
    assert last["参股银行"] < threshold
    assert last["白酒"] < threshold
