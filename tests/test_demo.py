"""The simulated market tells its story, and messages say what they know and what they do not."""

from datetime import date
from math import nan

import pytest

from bot import messages
from bot.demo import lived
from config.settings import Settings
from market.simulate import FALSE_START, HOT, simulate
from signals.model import Kind, Signal, Stage, ThemeState, Transition


def test_the_demo_tells_the_mania_and_little_else(settings: Settings) -> None:
    market = simulate(8)
    names = {theme.id: theme.name for theme in market.themes}
    told = [(names[t.theme], t.kind, t.day) for t in lived(market, settings)]
    hot = [(kind, day) for name, kind, day in told if name == HOT]
    assert [kind for kind, _ in hot] == [
        Kind.SURGE,
        *[kind for kind, _ in hot[1:-1]],
        Kind.OVER,
    ]
    assert {Kind.SURGE, Kind.DIVERGENCE, Kind.REVERSAL, Kind.OVER} == {kind for kind, _ in hot}
    assert all(day > market.release for _, day in hot)
    false_start = [kind for name, kind, _ in told if name == FALSE_START]
    assert Kind.REVERSAL not in false_start
    chain = {t.id for t in market.themes if t.parent == "sim-00"} | {"sim-00", "sim-01"}
    elsewhere = [name for name, _, _ in told if name not in {names[id_] for id_ in chain}]
    assert len(elsewhere) <= 6


def test_a_seed_gives_the_same_market() -> None:
    assert simulate(3).bars.equals(simulate(3).bars)
    assert not simulate(3).bars.equals(simulate(4).bars)


DAY = date(2024, 3, 1)
TURN = Transition(
    "t",
    DAY,
    Kind.REVERSAL,
    ThemeState("t", Stage.BUBBLE),
    ThemeState("t", Stage.BURSTING),
    (
        Signal("t", "fall", DAY, 0.091, 0.08, "fraction"),
        Signal("t", "weakness", DAY, 0.62, 0.5, "share"),
        Signal("t", "divergence", DAY, nan, 0.25, "fraction"),
        Signal("t", "brand_new", DAY, 2.06, 2.0, "ratio"),
    ),
)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "zh",
            "🔻 转折 · 白酒 · 高潮 → 退潮\n"
            "● 距60日高点净回落: +9.1% (阈值 +8.0%)\n"
            "● 跌破20日线的成分股占比: 62% (阈值 50%)\n"
            "○ 价格相对业绩的净偏离: 未知 (阈值 +25.0%)\n"
            "● brand_new: 2.1x (阈值 2.0x)\n"
            "数据日 2024-03-01",
        ),
        (
            "en",
            "🔻 Reversal · 白酒 · bubble → bursting\n"
            "● net fall from the 60-day peak: +9.1% (threshold +8.0%)\n"
            "● members below their 20-day average: 62% (threshold 50%)\n"
            "○ net growth of price less earnings: not known (threshold +25.0%)\n"
            "● brand_new: 2.1x (threshold 2.0x)\n"
            "data of 2024-03-01",
        ),
    ],
)
def test_a_message_shows_its_evidence(language: messages.Language, text: str) -> None:
    assert messages.alert(TURN, "白酒", language) == text


def test_simulated_data_is_labelled() -> None:
    assert messages.alert(TURN, "x", "zh", simulated=True).startswith("【模拟数据】")
    assert messages.alert(TURN, "x", "en", simulated=True).startswith("[SIMULATED]")
