"""The picture of two themes: both prices net of the market from one start, a line each; a PNG."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.style import DPI, SMALL, TEXT, TITLE, WIDTH_INCHES, Look, bare, dated, font, png, readable
from bot.words import Language, say
from market.source import Theme
from signals.panel import Panel

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEIGHT_INCHES = 6.2
LINES = ("-", (0, (4, 1.2)))  # told apart without colours too


@dataclass(frozen=True)
class Compared:
    """All that the picture shows."""

    panel: Panel
    themes: Sequence[Theme]  # two
    language: Language
    look: Look


def compare_chart(shown: Compared) -> bytes | None:
    """PNG of both from the first day both are known; None when there is no such day."""
    net = shown.panel.net[[theme.id for theme in shown.themes]].dropna()
    return png(lambda: figure(shown)) if len(net) else None


def figure(shown: Compared) -> "Figure":
    """The picture before it is a PNG."""
    from matplotlib.figure import Figure

    style = shown.look.style
    made = Figure(figsize=(WIDTH_INCHES, HEIGHT_INCHES), dpi=DPI, facecolor=style.paper)
    made.subplots_adjust(left=0.105, right=0.91, top=0.74, bottom=0.09)
    simulated = any(theme.source == "simulated" for theme in shown.themes)
    label = say("simulated", shown.language) if simulated else ""
    net = shown.panel.net[[theme.id for theme in shown.themes]]
    levels = net.to_numpy(float)
    begun = int(np.flatnonzero(~np.isnan(levels).any(axis=1))[0])
    axes = made.subplots()
    for place, theme in enumerate(shown.themes):
        colour, top = (style.ink, style.other)[place], 0.935 - 0.072 * place
        line = levels[begun:, place] / levels[begun, place] * 100
        _line(axes, line, colour, LINES[place])
        made.text(0.12, top, readable(theme), fontproperties=font(TITLE - 2), color=colour)
        _sample(made, top, colour, LINES[place])
    words = f"{label}{say('drawn_net', shown.language)} · {shown.panel.as_of}"
    made.text(0.03, 0.79, words, fontproperties=font(SMALL), color=style.pale)
    bare(axes, style)
    dated(axes, shown.panel.days[begun:])
    return made


def _line(axes: Any, line: np.ndarray, colour: str, dashes: Any) -> None:
    """A line and its last known value beside it."""
    axes.plot(line, color=colour, linewidth=2.2, linestyle=dashes)
    last = int(np.flatnonzero(~np.isnan(line))[-1])
    axes.annotate(
        f"{line[last]:.0f}", (last, line[last]), (7, 0), textcoords="offset points",
        fontproperties=font(TEXT), color=colour, va="center",
    )  # fmt: skip


def _sample(made: "Figure", top: float, colour: str, dashes: Any) -> None:
    """A stroke before a name, as its line is drawn."""
    from matplotlib.lines import Line2D

    at = ([0.03, 0.1], [top + 0.018, top + 0.018])
    made.add_artist(Line2D(*at, color=colour, linewidth=2.5, linestyle=dashes))
