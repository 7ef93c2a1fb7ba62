"""The chart of a theme: price net of the market with its stages, and breadth; a PNG.

Chinese renders anywhere: the font comes with a package. Matplotlib loads when a chart is drawn.
"""

import importlib.util
import io
import threading
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.charts_spelling import spell
from bot.names import STAGES
from bot.words import Language, say
from market.source import Theme
from signals.model import Kind, Stage, Transition
from signals.panel import Panel

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FONT_PACKAGE = "cvttf_NotoSansCJK_Regular"  # Noto Sans CJK, SIL Open Font License
SIZE_INCHES, DPI = (7.2, 7.2), 150  # 1,080 pixels square: a phone's width
BREADTH_DAYS = 5  # trading days averaged, as the breadth rule does
TICKS = 5  # dates named on the x axis
INK, PALE = "#1f2933", "#7b8794"
COLOURS = {  # backgrounds of an episode's stages; told apart by lightness too
    Stage.FORMING: "#fde9b8",
    Stage.BUBBLE: "#f5a3a3",
    Stage.BURSTING: "#a9c5ea",
}
DRAWING = threading.Lock()  # matplotlib's fonts are shared between threads
SHAPES = {Kind.SURGE: "^", Kind.DIVERGENCE: "D", Kind.REVERSAL: "v", Kind.OVER: "s"}


def theme_chart(
    panel: Panel,
    theme: Theme,
    transitions: Sequence[Transition],
    language: Language,
    simulated: bool = False,
) -> bytes | None:
    """PNG of the theme over the panel's days; None when its price is not known on any of them.

    `transitions` are the theme's own within those days, oldest first.
    """
    if not panel.net[theme.id].notna().any():
        return None
    return png(lambda: figure(panel, theme, transitions, language, simulated))


def png(made: "Callable[[], Figure]") -> bytes:
    """A figure as a picture, its texts spelt as the reader it is drawn for writes."""
    out = io.BytesIO()
    with DRAWING:
        shown = made()
        spell(shown)
        shown.savefig(out, format="png")
    return out.getvalue()


def figure(
    panel: Panel,
    theme: Theme,
    transitions: Sequence[Transition],
    language: Language,
    simulated: bool,
) -> "Figure":
    """The chart before it is a picture."""
    from matplotlib.figure import Figure

    made = Figure(figsize=SIZE_INCHES, dpi=DPI, facecolor="white")
    price, breadth = made.subplots(2, 1, sharex=True, height_ratios=(3, 1.2))
    # fixed margins: finding them costs as much as drawing
    made.subplots_adjust(left=0.11, right=0.96, top=0.94, bottom=0.06, hspace=0.08)
    stage = transitions[-1].after.stage if transitions else Stage.QUIET
    label = say("simulated", language) if simulated else ""
    title = f"{label}{readable(theme)} · {STAGES[stage][language]} · {panel.as_of}"
    price.set_title(title, fontproperties=font(17), color=INK, loc="left")
    _shade((price, breadth), panel, transitions)
    _price(price, panel, theme.id, transitions, language)
    if theme.exchange == "XHKG":
        words = "相对恒生指数的净价，起点100" if language == "zh" else "net of Hang Seng, start 100"
        price.set_ylabel(words, fontproperties=font(12), color=PALE)
    _breadth(breadth, panel, theme.id, language)
    _axes(price, breadth, panel)
    return made


def _price(
    axes: Any, panel: Panel, theme: str, transitions: Sequence[Transition], language: Language
) -> None:
    net = panel.net[theme].to_numpy(float)
    line = net / net[~np.isnan(net)][0] * 100
    axes.plot(line, color=INK, linewidth=2)
    peak = int(np.nanargmax(line))
    axes.plot(peak, line[peak], "o", color=INK, markersize=7)
    days = panel.days
    for told in transitions:
        place = days.index(told.day)
        kind = told.kind
        axes.plot(place, line[place], SHAPES[kind], color="#b42318", markersize=10)
    words = (
        "相对全市场的净价，起点100" if language == "zh" else "price net of the market, start 100"
    )
    axes.set_ylabel(words, fontproperties=font(12), color=PALE)


def _breadth(axes: Any, panel: Panel, theme: str, language: Language) -> None:
    above, known = panel.above_ma20[theme], panel.ma20_known[theme]
    share = (above / known.where(known > 0)) * 100
    words = "站上20日线 %" if language == "zh" else "above 20-day avg, %"
    axes.set_ylabel(words, fontproperties=font(12), color=PALE)
    axes.set_ylim(0, 100)
    if not share.notna().any():
        none = f"{words}: {say('unknown', language)}"
        middle = len(panel.days) / 2
        axes.text(middle, 50, none, fontproperties=font(13), ha="center", va="center", color=PALE)
        return
    axes.plot(share.to_numpy(float), color="#cbd2d9", linewidth=1)
    mean = share.rolling(BREADTH_DAYS).mean()
    axes.plot(mean.to_numpy(float), color=INK, linewidth=1.8)
    axes.axhline(50, color=PALE, linewidth=0.7, linestyle=":")


def _shade(both: Sequence[Any], panel: Panel, transitions: Sequence[Transition]) -> None:
    """Backgrounds by stage: each from the day it was entered to the next."""
    days = panel.days
    changes = [t for t in transitions if t.before.stage is not t.after.stage]
    if transitions:  # what stage the chart begins in, the first transition knows
        spans = [(0, transitions[0].before.stage)]
        spans += [(days.index(t.day), t.after.stage) for t in changes]
        ends = [*(start for start, _ in spans[1:]), len(days) - 1]
        for (start, stage), end in zip(spans, ends, strict=True):
            for axes in both if stage in COLOURS else ():
                axes.axvspan(start, end, color=COLOURS[stage], linewidth=0)


def _axes(price: Any, breadth: Any, panel: Panel) -> None:
    """Trading days side by side, a few of them named."""
    days = panel.days
    places = np.unique(np.linspace(0, len(days) - 1, TICKS).astype(int))
    labels = [days[place].strftime("%y-%m-%d") for place in places]
    named = breadth.set_xticks(places, labels, fontproperties=font(12))
    named[-1].label1.set_horizontalalignment("right")  # or the picture's edge would cut it
    breadth.set_xlim(-1, max(len(days), 2))
    for axes in (price, breadth):
        axes.tick_params(labelsize=12, colors=PALE)
        axes.grid(axis="y", color="#e4e7eb", linewidth=0.7)
        axes.set_axisbelow(True)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)


def readable(theme: Theme) -> str:
    """A theme's name, or its id where the font lacks a glyph of it: never boxes."""
    glyphs = _glyphs()
    return theme.name if all(ord(char) in glyphs for char in theme.name) else theme.id


@cache
def _glyphs() -> frozenset[int]:
    from matplotlib.ft2font import FT2Font

    return frozenset(FT2Font(str(font_path())).get_charmap())


def font_path() -> Path:
    """The file of the font that holds Chinese; raises FileNotFoundError when it is missing."""
    spec = importlib.util.find_spec(FONT_PACKAGE)
    folders = (spec.submodule_search_locations if spec else None) or []
    found = [file for folder in folders for file in Path(folder).glob("*.otf")]
    if not found:
        raise FileNotFoundError(f"the font package {FONT_PACKAGE} is missing; install Paomo anew")
    return found[0]


def font(points: float) -> Any:
    """The font that holds Chinese, in a size."""
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=str(font_path()), size=points)
