"""What a replay of real history must show: known manias, their turns, and quiet between them.

The 2022 and 2023 runs were known when the rules were chosen: they are a sanity check, no evidence.
"""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from config.settings import Settings
from signals.endings import Ending, ending
from signals.evaluate import evaluate
from signals.lifecycle import Policy
from signals.model import Kind, Transition
from signals.panel import Panel
from signals.replay import replay
from signals.rules import Rule
from signals.runs import follow, seen
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


ENDINGS = [  # theme, begun, peak, run-up, days lasted, share given back, regained
    ("猪肉概念", date(2019, 2, 21), date(2019, 4, 25), 0.61, 81, 0.36, False),
    ("白酒", date(2020, 12, 16), date(2021, 1, 8), 0.48, 42, 0.50, True),
    ("锂矿概念", date(2021, 6, 4), date(2021, 9, 15), 1.08, 78, 0.45, False),
    ("磷化工", date(2021, 7, 12), date(2021, 9, 22), 0.88, 53, 0.57, False),
    ("ChatGPT概念", date(2023, 3, 2), date(2023, 6, 20), 0.74, 78, 0.52, False),
    ("CPO概念", date(2023, 5, 29), date(2023, 6, 20), 0.63, 30, 0.49, False),
]


@pytest.fixture(scope="module")
def endings(landmark_panel: Panel, rules: tuple[Rule, ...]) -> dict[tuple[str, date], Ending]:
    breadth = [rule for rule in rules if rule.name == "breadth"]
    runs = follow((), seen(landmark_panel, evaluate(landmark_panel, breadth)))
    return {(run.theme, run.days[run.begun]): ending(run) for run in runs}


@pytest.mark.parametrize(
    ("theme", "begun", "peak", "run_up", "lasted", "given_back", "regained"), ENDINGS
)
def test_a_mania_lasts_and_ends_as_is_known_of_it(
    theme: str,
    begun: date,
    peak: date,
    run_up: float,
    lasted: int,
    given_back: float,
    regained: bool,
    endings: dict[tuple[str, date], Ending],
) -> None:
    told = endings[theme, begun]
    assert (told.peak, told.lasted) == (peak, lasted)
    assert told.run_up == pytest.approx(run_up, abs=0.01)
    assert told.given_back == pytest.approx(given_back, abs=0.01)
    assert (told.under_water > 0) is regained
    assert told.breadth_days < 20


@pytest.fixture(scope="module")
def divergence(reference: Path, rules: tuple[Rule, ...]) -> pd.Series:
    """Divergence of the themes of ordinary size on the day of the 2015 high."""
    roster = pd.read_csv(reference / "ashare/members.csv.gz", dtype=str)
    sizes = roster.groupby("theme").size()
    themes = list(sizes[sizes.between(12, 300)].index)
    panel = ref.panel(reference, [2015], themes, ref.reports(reference))
    return evaluate(panel.until(date(2015, 6, 12)), rules).frame("divergence").iloc[-1]


@pytest.mark.parametrize(
    ("theme", "fires"),
    [
        ("智慧政务", True),
        ("数字货币", True),
        ("精准医疗", True),
        ("参股银行", False),
        ("白酒", False),
        ("乳业", False),
    ],
)
def test_divergence_fires_where_price_ran_ahead_of_reports(
    theme: str, fires: bool, divergence: pd.Series, settings: Settings
) -> None:
    assert divergence.notna()[theme]
    assert bool(divergence[theme] >= settings.rules["divergence"]["threshold"]) == fires
