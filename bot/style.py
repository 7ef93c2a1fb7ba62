"""How pictures look: light or dark, and which colours mean up and down; one place for all of them.

Colours never speak alone: numbers have signs, marks have shapes, stages have a hatch and a legend.
"""

import importlib.util
import io
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from bot.charts_spelling import spell
from bot.records import Wishes
from bot.words import Language
from market.source import Theme
from signals.model import Kind, Stage

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Paper = Literal["light", "dark"]
Colours = Literal["cn", "west", "safe"]  # red up; green up; orange up and blue down
PAPERS: tuple[Paper, ...] = get_args(Paper)
COLOURS: tuple[Colours, ...] = get_args(Colours)
STYLE, CHOICE = "style", "colours"  # names of a chat's wishes
FONT_PACKAGE = "cvttf_NotoSansCJK_Regular"  # Noto Sans CJK, SIL Open Font License
WIDTH_INCHES, DPI = 7.2, 150  # 1,080 pixels: a phone's width; 10 points are 7.5 of its pixels
TITLE, TEXT, SMALL = 19.0, 15.0, 13.0  # points
TICKS = 4  # dates named on an x axis
SHAPES = {Kind.SURGE: "^", Kind.DIVERGENCE: "D", Kind.REVERSAL: "v", Kind.OVER: "s"}
DRAWING = threading.Lock()
TONES_KEPT = 192  # colours of a picture's palette
HATCHES = {Stage.BUBBLE: "//", Stage.BURSTING: ".."}  # told apart without colours too


@dataclass(frozen=True)
class Style:
    """The colours of a picture."""

    paper: str
    ink: str  # text and the main line
    pale: str  # text and lines beside it
    grid: str
    middle: str  # neither up nor down
    other: str  # the second of two lines
    stages: Mapping[Stage, str]  # backgrounds of an episode's stages
    up: str
    down: str

    def mark(self, kind: Kind) -> str:
        """The colour of an alert's mark."""
        return {Kind.SURGE: self.up, Kind.REVERSAL: self.down}.get(kind, self.ink)

    @property
    def scale(self) -> list[str]:
        """The colours from down over neither to up."""
        return [self.down, self.middle, self.up]

    def tone(self, size: float) -> str:
        """The colour of a size between -1 (down) and 1 (up); what is beyond is not stronger."""
        end, share = self.up if size >= 0 else self.down, min(abs(size), 1.0)
        return mixed(self.middle, end, share)


def mixed(first: str, second: str, share: float) -> str:
    """A colour between two, `share` of the second; all as #rrggbb."""
    pairs = [(int(first[n : n + 2], 16), int(second[n : n + 2], 16)) for n in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, 0..1 (WCAG 2.2)."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """How much two colours differ in luminance, 1..21 (WCAG 2.2); small text asks for 4.5."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def legible(ground: str) -> str:
    """The ink, black or white, that reads best on a colour."""
    return max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, ground))


@dataclass(frozen=True)
class Look:
    """What a reader chose."""

    paper: Paper
    colours: Colours
    hant: bool = False  # reads traditional characters

    @property
    def style(self) -> Style:
        """Its colours."""
        up, down = HUES[self.paper][self.colours]
        return Style(**TONES[self.paper], up=up, down=down)


TONES: dict[Paper, dict[str, Any]] = {
    "light": {
        "paper": "#ffffff",
        "ink": "#1f2933",
        "pale": "#5f6c7b",
        "grid": "#e4e7eb",
        "middle": "#f3f1ee",
        "other": "#1f6fb5",
        "stages": {Stage.FORMING: "#fde3a7", Stage.BUBBLE: "#f29a8e", Stage.BURSTING: "#a9c5ea"},
    },
    "dark": {
        "paper": "#17212b",
        "ink": "#e8edf2",
        "pale": "#a3b3c2",
        "grid": "#34424f",
        "middle": "#2d3945",
        "other": "#6db8f2",
        "stages": {Stage.FORMING: "#453a14", Stage.BUBBLE: "#9a464a", Stage.BURSTING: "#2a5a96"},
    },
}
RED_LIGHT, GREEN_LIGHT = "#b3201f", "#2aa67f"  # dark red, light green: they differ in lightness too
RED_DARK, GREEN_DARK = "#e8483c", "#7fdcb4"
HUES: dict[Paper, dict[Colours, tuple[str, str]]] = {
    "light": {
        "cn": (RED_LIGHT, GREEN_LIGHT),
        "west": (GREEN_LIGHT, RED_LIGHT),
        "safe": ("#c4540a", "#1f5fa8"),
    },
    "dark": {
        "cn": (RED_DARK, GREEN_DARK),
        "west": (GREEN_DARK, RED_DARK),
        "safe": ("#ff9a3c", "#4f9fe8"),
    },
}


def look_of(wishes: Wishes, language: Language, paper: Paper, hant: bool) -> Look:
    """What a chat chose; `paper` where it chose none, and the colours its language is used to."""
    used: Colours = "west" if language == "en" else "cn"
    return Look(
        next((p for p in PAPERS if p == wishes.style), paper),
        next((c for c in COLOURS if c == wishes.colours), used),
        hant,
    )


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


@cache
def font(points: float) -> Any:
    """The font that holds Chinese, in a size."""
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=str(font_path()), size=points)


def png(drawn: Callable[[], "Figure"]) -> bytes:
    """The picture of a figure, which is made here: matplotlib's fonts are shared by threads."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    with DRAWING:
        shown = drawn()
        spell(shown)
        canvas: Any = FigureCanvasAgg(shown)
        canvas.draw()
        pixels = Image.fromarray(np.asarray(canvas.buffer_rgba())[:, :, :3].copy())
    # a palette is a third of the bytes; of this kind it keeps small falls from looking like rises
    few = pixels.quantize(TONES_KEPT, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.save(out, "png")
    return out.getvalue()


def bare(axes: Any, style: Style, size: float = SMALL) -> None:
    """Axes with horizontal lines alone, in the style's tones."""
    axes.set_facecolor(style.paper)
    axes.tick_params(colors=style.pale, length=0)
    axes.grid(axis="y", color=style.grid, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[:].set_visible(False)
    for label in axes.get_yticklabels():
        label.set_fontproperties(font(size))


def dated(axes: Any, days: Sequence[date]) -> None:
    """Trading days side by side, a few of them named."""
    places = np.unique(np.linspace(0, len(days) - 1, TICKS).astype(int))
    labels = [days[place].strftime("%y-%m-%d") for place in places]
    named = axes.set_xticks(places, labels, fontproperties=font(SMALL))
    named[0].label1.set_horizontalalignment("left")
    named[-1].label1.set_horizontalalignment("right")  # or the picture's edge would cut it
    axes.set_xlim(-1, max(len(days), 2))
