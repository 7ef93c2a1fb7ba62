"""Charts: Chinese that renders, gaps for what is unknown, stages, marks and labels."""

import subprocess
import sys
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bot.charts import Shown, figure, theme_chart
from bot.compare_chart import Compared, compare_chart
from bot.compare_chart import figure as compared
from bot.style import Look, font_path
from market.source import Theme
from signals.model import Kind, Stage, ThemeState, Transition
from signals.panel import Panel
from tests import markets
from tests.colours import BYTES, LOOKS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

THEME = Theme("t0", "机器人执行器", "concept", "XSHG", "em", "board", "BK1234")
LIGHT = Look("light", "cn")


@pytest.fixture(scope="module")
def panel() -> Panel:
    return markets.panel(120)


def turned(panel: Panel) -> list[Transition]:
    days = panel.days

    def at(row: int, kind: Kind, before: ThemeState, after: Stage) -> Transition:
        return Transition("t0", days[row], kind, before, ThemeState("t0", after, days[row]), ())

    return [
        at(50, Kind.SURGE, ThemeState("t0"), Stage.FORMING),
        at(60, Kind.SURGE, ThemeState("t0", Stage.FORMING, days[50]), Stage.BUBBLE),
        at(70, Kind.DIVERGENCE, ThemeState("t0", Stage.BUBBLE, days[60]), Stage.BUBBLE),
        at(90, Kind.REVERSAL, ThemeState("t0", Stage.BUBBLE, days[60]), Stage.BURSTING),
    ]


def shown(panel: Panel, theme: Theme = THEME, look: Look = LIGHT, language: str = "zh") -> Shown:
    told = turned(panel)
    entered = [(t.day, t.after.stage) for t in told if t.kind is not Kind.DIVERGENCE]
    knobs = (panel, theme, told, entered, Stage.BURSTING, (3, 0.5))
    return Shown(*knobs, language, look)  # type: ignore[arg-type]


def words(of: Shown) -> str:
    made = figure(of)
    texts = [axes.get_title(loc="left") for axes in made.axes]
    texts += [text.get_text() for axes in made.axes for text in axes.texts]
    texts += [text.get_text() for legend in made.legends for text in legend.get_texts()]
    return " ".join([*texts, *(text.get_text() for text in made.texts)])


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("look", LOOKS)
def test_a_chart_is_a_small_picture_of_a_phones_width(
    panel: Panel, look: Look, language: str
) -> None:
    png = theme_chart(shown(panel, look=look, language=language))
    assert png
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(png[16:20], "big") == 1080
    assert len(png) < BYTES


def test_the_title_says_theme_stage_and_day(panel: Panel) -> None:
    said = words(shown(panel))
    assert f"机器人执行器 · 退潮 · {panel.as_of}" in said
    assert "bursting" in words(shown(panel, language="en"))
    assert "模拟数据" in words(shown(panel, replace(THEME, source="simulated")))


def test_every_glyph_that_is_shown_is_in_the_font(panel: Panel) -> None:
    from matplotlib.ft2font import FT2Font

    known = FT2Font(str(font_path())).get_charmap()
    for language in ("zh", "en"):
        said = words(shown(panel, replace(THEME, source="simulated"), language=language))
        assert all(ord(char) in known for char in said)


def test_a_name_the_font_cannot_write_is_shown_by_its_id(panel: Panel) -> None:
    odd = replace(THEME, name="奇\U000e0041")
    assert "t0 · 退潮" in words(shown(panel, odd))


def test_stages_are_shaded_from_the_day_they_began(panel: Panel) -> None:
    made = figure(shown(panel))
    assert spans(made) == {50, 60, 90}
    quiet = replace(shown(panel), transitions=[], entered=[])
    assert not figure(quiet).axes[0].patches


def spans(made: "Figure") -> set[float]:
    return {patch.get_x() for patch in made.axes[0].patches}  # type: ignore[attr-defined]


def test_stages_are_shaded_that_nothing_was_told_of(panel: Panel) -> None:
    long_ago, days = date(2020, 1, 1), panel.days
    entered = [(long_ago, Stage.FORMING), (days[0], Stage.BUBBLE), (days[30], Stage.BURSTING)]
    of = replace(shown(panel), transitions=[], entered=entered)
    assert spans(figure(of)) == {0, 30}
    assert "发酵" not in words(of)  # it was over before the chart begins
    assert spans(figure(replace(of, entered=entered[:1]))) == {0}


def test_each_alert_has_the_shape_of_its_kind_and_a_number(panel: Panel) -> None:
    price = figure(shown(panel)).axes[0]
    assert [line.get_marker() for line in price.lines[1:]] == ["^", "^", "D", "v"]
    assert [text.get_text() for text in price.texts][:4] == ["1", "2", "3", "4"]
    assert all(word in words(shown(panel)) for word in ("升温", "背离", "转折", "发酵", "高潮"))


@pytest.mark.parametrize(("blank", "place"), [("above_ma20", 1), ("amount", 2)])
def test_a_share_that_is_unknown_is_said_and_not_drawn_as_zero(
    panel: Panel, blank: str, place: int
) -> None:
    holes = replace(panel, **{blank: getattr(panel, blank) * np.nan})
    assert "未知" in words(shown(holes))
    assert not figure(shown(holes)).axes[place].lines
    assert "未知" not in words(shown(panel))


def test_breadth_has_a_gap_where_the_rule_knows_it_not_and_the_title_says_so(panel: Panel) -> None:
    thin = panel.ma20_known.copy()
    thin.iloc[40:60, 0] = 2  # of the three that are asked for
    of = replace(shown(panel), panel=replace(panel, ma20_known=thin))
    daily, mean = (np.asarray(line.get_ydata(), float) for line in figure(of).axes[1].lines)
    assert np.flatnonzero(np.isnan(daily[30:])).tolist() == list(range(10, 30))
    assert np.isnan(mean[40:64]).all()
    assert not np.isnan(mean[64:]).any()
    assert "断开处：未知" in words(of)


def test_crowding_is_the_share_of_all_that_was_traded(panel: Panel) -> None:
    line = figure(shown(panel)).axes[2].lines[0]
    share = panel.amount["t0"] / panel.market_amount * 100
    np.testing.assert_allclose(np.asarray(line.get_ydata()), share)


def test_a_theme_without_prices_has_no_chart(panel: Panel) -> None:
    blank = replace(panel, close=panel.close * np.nan)
    assert theme_chart(replace(shown(panel), panel=blank)) is None


def test_three_days_are_enough(panel: Panel) -> None:
    few = replace(shown(panel), panel=panel.last(3), transitions=[], language="en")
    assert theme_chart(few)


def test_two_themes_begin_at_100_on_the_first_day_both_are_known(panel: Panel) -> None:
    late = panel.close.copy()
    late.iloc[:40, 1] = np.nan
    themes = THEME, replace(THEME, id="t1", name="奇\U000e0041", source="simulated")
    of = Compared(replace(panel, close=late), themes, "zh", LIGHT)
    made = compared(of)
    for line in made.axes[0].lines:
        values = np.asarray(line.get_ydata(), float)
        assert (values[0], len(values)) == (100, 80)
    said = " ".join(text.get_text() for text in made.texts)
    assert "机器人执行器 t1" in said
    assert "模拟数据" in said
    assert len(compare_chart(of) or b"") < BYTES
    apart = late.copy()
    apart.iloc[40:, 0] = np.nan
    assert compare_chart(replace(of, panel=replace(panel, close=apart))) is None


def test_charts_cost_nothing_until_one_is_drawn() -> None:
    code = "import sys, bot.charts, bot.draw; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
