"""The picture of a chain: its sub-industries in the order of their ignition, day by day; a PNG."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bot.heatmap import called, wrapped
from bot.names import STAGES
from bot.style import DPI, SMALL, TITLE, WIDTH_INCHES, Look, dated, font, png, readable
from bot.words import Language, say
from market.source import Theme
from signals.chain import Chain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FULL = 0.5  # net run-up of the full colours, fraction
ROW_INCHES, HEAD_INCHES, FOOT_INCHES = 0.5, 0.75, 1.55
NAME_UNITS = 16  # of a sub-industry's name beside its row: a Chinese character takes two


@dataclass(frozen=True)
class Ignition:
    """All that the picture of a chain shows."""

    parent: Theme
    chain: Chain
    run_ups: pd.DataFrame  # day x theme, fraction, net
    themes: Mapping[str, Theme]
    language: Language
    look: Look


def chain_chart(shown: Ignition) -> bytes | None:
    """PNG of the chain; None when no run-up is known on any day."""
    if not shown.run_ups.notna().any(axis=None):
        return None
    return png(lambda: figure(shown))


def figure(shown: Ignition) -> "Figure":
    """The picture before it is a PNG."""
    from matplotlib.figure import Figure

    links, days, style = shown.chain.links, list(shown.run_ups.index), shown.look.style
    height = HEAD_INCHES + ROW_INCHES * len(links) + FOOT_INCHES
    made = Figure(figsize=(WIDTH_INCHES, height), dpi=DPI, facecolor=style.paper)
    # fixed margins, as in the other chart; names to the left, stages to the right
    made.subplots_adjust(
        left=0.25, right=0.86, top=1 - HEAD_INCHES / height, bottom=FOOT_INCHES / height
    )
    axes = made.subplots()
    title = (0.03, 1 - 0.42 / height, _title(shown))
    made.text(*title, fontproperties=font(TITLE), color=style.ink)
    drawn = _rows(axes, shown)
    for row, link in enumerate(links):
        if link.ignited in days:
            at = days.index(link.ignited)
            axes.plot(at, row, ">", color=style.ink, markersize=11, mec=style.paper)
        stage = STAGES[link.stage][shown.language]
        axes.text(
            len(days) + 0.5, row, stage, fontproperties=font(SMALL), color=style.ink, va="center"
        )
    _named(axes, shown, days)
    _legend(made, drawn, shown, height)
    return made


def _rows(axes: Any, shown: Ignition) -> Any:
    """Each day of each row in the colour of its run-up; what is not known is hatched."""
    from matplotlib.colors import LinearSegmentedColormap

    style = shown.look.style
    axes.set_facecolor(style.paper)
    axes.patch.set(hatch="xxx", edgecolor=style.pale)  # shows through
    rows = shown.run_ups[[link.theme for link in shown.chain.links]].to_numpy(float).T
    return axes.imshow(
        np.ma.masked_invalid(rows),
        LinearSegmentedColormap.from_list("scale", style.scale),
        aspect="auto",
        vmin=-FULL,
        vmax=FULL,
        interpolation="none",
    )


def _title(shown: Ignition) -> str:
    label = say("simulated", shown.language) if shown.parent.source == "simulated" else ""
    return f"{label}{readable(shown.parent)} · {shown.run_ups.index[-1]}"


def _named(axes: Any, shown: Ignition, days: list[Any]) -> None:
    """Names of the rows, a few dates below, and thin lines of paper around the rows."""
    links, style = shown.chain.links, shown.look.style
    names = [called(shown.themes[link.theme], shown.language) for link in links]
    named = ["\n".join(wrapped(name, NAME_UNITS, NAME_UNITS)) for name in names]
    axes.set_yticks(range(len(links)), named, fontproperties=font(SMALL), linespacing=1)
    dated(axes, days)
    axes.set_xlim(-0.5, len(days) - 0.5)
    edges = np.arange(len(links) + 1) - 0.5  # the outer ones too: the hatch peeps out there
    axes.hlines(edges, -0.5, len(days) - 0.5, color=style.paper, linewidth=2.5, clip_on=False)
    axes.tick_params(colors=style.ink, length=0)
    axes.tick_params(axis="x", colors=style.pale)
    axes.spines[:].set_visible(False)


def _legend(made: "Figure", drawn: Any, shown: Ignition, height: float) -> None:
    style = shown.look.style
    bar = made.add_axes((0.25, 0.8 / height, 0.61, 0.15 / height))
    made.colorbar(drawn, cax=bar, orientation="horizontal", extend="both")
    ticks = (-FULL, -FULL / 2, 0, FULL / 2, FULL)
    bar.set_xticks(
        ticks, [f"{tick:+.0%}" if tick else "0" for tick in ticks], fontproperties=font(SMALL)
    )
    bar.tick_params(colors=style.pale, length=0)
    bar.spines[:].set_visible(False)
    words = say("chain_legend", shown.language)
    made.text(0.03, 0.17 / height, words, fontproperties=font(SMALL), color=style.pale)
