"""Charts: Chinese that renders, gaps for what is unknown, stages and labels."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from bot.charts import COLOURS, figure, font_path, theme_chart
from market.source import Theme
from signals.model import Kind, Stage, ThemeState, Transition
from signals.panel import Panel
from tests import markets

THEME = Theme("t0", "机器人执行器", "concept", "XSHG", "em", "board", "BK1234")


@pytest.fixture(scope="module")
def panel() -> Panel:
    return markets.panel(120)


def turned(panel: Panel) -> list[Transition]:
    def at(row: int, kind: Kind, before: Stage, after: Stage) -> Transition:
        states = ThemeState("t0", before), ThemeState("t0", after)
        return Transition("t0", panel.days[row], kind, *states, ())

    return [
        at(50, Kind.SURGE, Stage.QUIET, Stage.FORMING),
        at(60, Kind.SURGE, Stage.FORMING, Stage.BUBBLE),
        at(70, Kind.DIVERGENCE, Stage.BUBBLE, Stage.BUBBLE),
        at(90, Kind.REVERSAL, Stage.BUBBLE, Stage.BURSTING),
    ]


def words(panel: Panel, theme: Theme = THEME, simulated: bool = False, language: str = "zh") -> str:
    made = figure(panel, theme, turned(panel), language, simulated)  # type: ignore[arg-type]
    texts = [axes.get_title(loc="left") + axes.get_ylabel() for axes in made.axes]
    return " ".join([*texts, *(text.get_text() for axes in made.axes for text in axes.texts)])


def test_a_chart_is_a_picture_of_a_phones_width(panel: Panel) -> None:
    png = theme_chart(panel, THEME, turned(panel), "zh")
    assert png
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(png[16:20], "big") == 1080


def test_the_title_says_theme_stage_and_day(panel: Panel) -> None:
    said = words(panel)
    assert f"机器人执行器 · 退潮 · {panel.as_of}" in said
    assert "bursting" in words(panel, language="en")
    assert "模拟数据" in words(panel, simulated=True)


def test_every_glyph_that_is_shown_is_in_the_font(panel: Panel) -> None:
    from matplotlib.ft2font import FT2Font

    known = FT2Font(str(font_path())).get_charmap()
    for language in ("zh", "en"):
        said = words(panel, simulated=True, language=language)
        assert all(ord(char) in known for char in said)


def test_a_name_the_font_cannot_write_is_shown_by_its_id(panel: Panel) -> None:
    odd = replace(THEME, name="奇\U000e0041")
    assert "t0 · 退潮" in words(panel, odd)


def test_stages_are_shaded_from_the_day_they_began(panel: Panel) -> None:
    made = figure(panel, THEME, turned(panel), "zh", False)
    spans = {patch.get_x() for patch in made.axes[0].patches}  # type: ignore[attr-defined]
    assert spans == {50, 60, 90}
    plain = figure(panel, THEME, [], "zh", False)
    assert not plain.axes[0].patches
    assert Stage.QUIET not in COLOURS


def test_unknown_breadth_is_said_and_not_drawn_as_zero(panel: Panel) -> None:
    blank = replace(panel, above_ma20=panel.above_ma20 * np.nan)
    assert "未知" in words(blank)
    assert not figure(blank, THEME, [], "zh", False).axes[1].lines


def test_a_theme_without_prices_has_no_chart(panel: Panel) -> None:
    assert theme_chart(replace(panel, close=panel.close * np.nan), THEME, [], "zh") is None


def test_three_days_are_enough(panel: Panel) -> None:
    assert theme_chart(panel.last(3), THEME, [], "en")


def test_charts_cost_nothing_until_one_is_drawn() -> None:
    code = "import sys, bot.charts; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
