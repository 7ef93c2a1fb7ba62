"""The heat map: themes by net run-up and breadth, the strongest and the weakest as tiles; a PNG.

Hundreds of themes do not fit a phone: a story has one tile, and the middle is told in one line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from bot.names import STAGES
from bot.style import DPI, TEXT, TITLE, WIDTH_INCHES, Look, Style, font, legible, png, readable
from bot.texts import figure as shown_figure
from bot.words import Language, say
from market.source import Theme
from signals.model import RUNNING, Stage

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HIGH, LOW = 24, 12  # tiles of the strongest and of the weakest
COLUMNS = 4
TILE_INCHES = 0.86  # height of a tile
HEAD_INCHES, LABEL_INCHES, FOOT_INCHES = 1.05, 0.36, 0.62
FULL = 0.3  # net run-up of the full colour, fraction
NAME_UNITS = 12  # of a tile's name: a Chinese character takes two
WORD_UNITS = 15  # likewise of a smaller line, of which words that can be parted have two
GAP = 0.06  # of a tile's sides, left free around it


@dataclass(frozen=True)
class Tile:
    """One theme, or one story by its lead."""

    name: str
    run_up: float  # 60 days, net, fraction
    breadth: float  # share of members above their 20-day average; NaN: not known
    stage: Stage
    others: int = 0  # themes of its story beside it


@dataclass(frozen=True)
class Heat:
    """All that the heat map shows."""

    day: date
    tiles: Sequence[Tile]  # the largest run-up first
    count: int  # themes judged
    median_run_up: float  # of all of them, fraction
    median_breadth: float  # share
    language: Language
    look: Look
    simulated: bool = False


def chosen(tiles: Sequence[Tile]) -> tuple[list[Tile], list[Tile]]:
    """The strongest and the weakest of tiles sorted by run-up; none is in both."""
    if len(tiles) <= HIGH + LOW:
        up = [tile for tile in tiles if tile.run_up >= 0]
        return up[:HIGH], list(tiles[len(up) :])[-LOW:]
    return list(tiles[:HIGH]), list(tiles[-LOW:])


def heat_map(heat: Heat) -> bytes | None:
    """PNG of the map; None when no run-up is known."""
    return png(lambda: figure(heat)) if heat.tiles else None


def figure(heat: Heat) -> "Figure":
    """The map before it is a picture."""
    from matplotlib.figure import Figure

    style, language = heat.look.style, heat.language
    groups = [
        (words, tiles)
        for words, tiles in zip(("heat_high", "heat_low"), chosen(heat.tiles), strict=True)
        if tiles
    ]
    rows = sum(-(-len(tiles) // COLUMNS) for _, tiles in groups)
    height = HEAD_INCHES + LABEL_INCHES * len(groups) + TILE_INCHES * rows + FOOT_INCHES
    made = Figure(figsize=(WIDTH_INCHES, height), dpi=DPI, facecolor=style.paper)
    axes = made.add_axes((0.02, 0, 0.96, 1))
    axes.set(xlim=(0, COLUMNS), ylim=(height, 0))  # inches from above
    axes.set_axis_off()
    _head(axes, heat, style)
    top = HEAD_INCHES
    for words, tiles in groups:
        _text(axes, 0.03, top + 0.2, say(words, language), 13, style.pale)
        top = _tiles(axes, tiles, top + LABEL_INCHES, heat)
    legend, story = say("heat_legend", language), say("heat_story", language)
    _text(axes, 0.03, top + 0.2, legend, 12, style.pale)
    _text(axes, 0.03, top + 0.45, story, 12, style.pale)
    return made


def _head(axes: Any, heat: Heat, style: Style) -> None:
    language = heat.language
    label = say("simulated", language) if heat.simulated else ""
    _text(axes, 0.03, 0.38, f"{label}{say('heat_map', language)} · {heat.day}", TITLE, style.ink)
    middle = say("heat_median", language).format(
        count=heat.count,
        run_up=shown_figure(heat.median_run_up, "fraction", language),
        breadth=shown_figure(heat.median_breadth, "share", language),
    )
    _text(axes, 0.03, 0.8, middle, 13, style.ink)


def _tiles(axes: Any, tiles: Sequence[Tile], top: float, heat: Heat) -> float:
    """Draws tiles in rows from `top` on; gives where they end, inches."""
    for place, tile in enumerate(tiles):
        row, column = divmod(place, COLUMNS)
        _tile(axes, tile, column, top + row * TILE_INCHES, heat)
    return top + -(-len(tiles) // COLUMNS) * TILE_INCHES


def _tile(axes: Any, tile: Tile, left: float, top: float, heat: Heat) -> None:
    from matplotlib.patches import Rectangle

    style = heat.look.style
    tone = style.tone(tile.run_up / FULL)
    ink = legible(tone)
    width, height = 1 - GAP, TILE_INCHES - GAP
    axes.add_patch(Rectangle((left + GAP / 2, top), width, height, facecolor=tone, linewidth=0))
    more = f" +{tile.others}" if tile.others else ""
    *first, last = wrapped(tile.name, NAME_UNITS - len(more), WORD_UNITS - len(more))
    size = 13 if wide(last + more) <= NAME_UNITS and not first else 11
    for line in first:
        _text(axes, left + 0.09, top + 0.12, line, size, ink)
    _text(axes, left + 0.09, top + (0.275 if first else 0.2), last + more, size, ink)
    below = 0.485 if first else 0.47
    run_up = shown_figure(tile.run_up, "fraction", heat.language)
    _text(axes, left + 0.09, top + below, run_up, TEXT, ink)
    if tile.stage in RUNNING:
        stage = STAGES[tile.stage][heat.language]
        _text(axes, left + 0.91, top + below, stage, 11, ink, ha="right")
    if tile.breadth == tile.breadth:
        at, full = (left + 0.09, top + 0.64), width - 0.12
        axes.add_patch(Rectangle(at, full, 0.07, facecolor=ink, alpha=0.25, linewidth=0))
        axes.add_patch(Rectangle(at, full * tile.breadth, 0.07, facecolor=ink, linewidth=0))


def _text(
    axes: Any, x: float, y: float, words: str, points: float, colour: str, ha: str = "left"
) -> None:
    axes.text(x, y, words, fontproperties=font(points), color=colour, ha=ha, va="center")


def shortened(name: str, room: int) -> str:
    """A name cut to a width in half characters of Chinese; what is cut is marked."""
    if wide(name) <= room:
        return name
    kept = ""
    for char in name:
        if wide(kept + char) > room - 1:
            return kept.rstrip() + "…"
        kept += char
    return kept


def wrapped(name: str, room: int, room_of_two: int) -> list[str]:
    """A name in one line, smaller if need be, or two if it has words; what is cut is marked."""
    first, _, rest = name.partition(" ")
    if wide(name) <= room or not rest:
        return [shortened(name, max(room, room_of_two))]
    for word in rest.split():
        if wide(f"{first} {word}") > room_of_two:
            break
        first, rest = f"{first} {word}", rest.removeprefix(word).lstrip()
    return [shortened(line, room_of_two) for line in (first, rest) if line]


def wide(text: str) -> int:
    """The width of a text: two for a character of Chinese, one for others."""
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)


def names(theme: Theme, language: Language) -> str:
    """A theme's name on its tile, without what all boards' names end in."""
    return called(theme, language).removesuffix("概念")


def called(theme: Theme, language: Language) -> str:
    """A theme's name where there is room for one: in English its English one, if it has one."""
    return theme.english if language == "en" and theme.english else readable(theme)
