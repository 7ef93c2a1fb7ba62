"""The picture of a chain: its sub-industries in the order of their ignition, day by day; a PNG."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bot.charts import DPI, INK, PALE, TICKS, font, png, readable
from bot.names import STAGES
from bot.words import Language, say
from market.source import Theme
from signals.chain import Chain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLOURS, FULL = "RdBu_r", 0.5  # told apart by the colour-blind; net run-up of the full colours
UNKNOWN = "#d5d9de"
WIDTH_INCHES, ROW_INCHES, MARGIN_INCHES = 7.2, 0.42, 1.9
NAME_LIMIT = 9  # characters of a sub-industry's name beside its row


@dataclass(frozen=True)
class Picture:
    """All that the picture of a chain shows."""

    parent: Theme
    chain: Chain
    run_ups: pd.DataFrame  # day x theme, fraction, net
    themes: Mapping[str, Theme]
    language: Language


def chain_chart(shown: Picture) -> bytes | None:
    """PNG of the chain; None when no run-up is known on any day."""
    if not shown.run_ups.notna().any(axis=None):
        return None
    return png(lambda: figure(shown))


def figure(shown: Picture) -> "Figure":
    """The picture before it is a PNG."""
    from matplotlib.figure import Figure

    links, days = shown.chain.links, list(shown.run_ups.index)
    height = MARGIN_INCHES + ROW_INCHES * len(links)
    made = Figure(figsize=(WIDTH_INCHES, height), dpi=DPI, facecolor="white")
    # fixed margins, as in the other chart; names to the left, stages to the right
    made.subplots_adjust(left=0.25, right=0.88, top=1 - 0.55 / height, bottom=1.15 / height)
    axes = made.subplots()
    axes.set_title(_title(shown), fontproperties=font(15), color=INK, loc="left", x=-0.38)
    rows = shown.run_ups[[link.theme for link in links]].to_numpy(float).T
    axes.set_facecolor(UNKNOWN)  # shows through where a run-up is not known
    drawn = axes.imshow(
        np.ma.masked_invalid(rows),
        COLOURS,
        aspect="auto",
        vmin=-FULL,
        vmax=FULL,
        interpolation="none",
    )
    for row, link in enumerate(links):
        if link.ignited in days:
            axes.plot(days.index(link.ignited), row, ">", color="black", markersize=9, mec="white")
        stage = STAGES[link.stage][shown.language]
        axes.text(len(days) + 0.5, row, stage, fontproperties=font(11), color=INK, va="center")
    _named(axes, shown, days)
    _legend(made, drawn, shown.language, height)
    return made


def _title(shown: Picture) -> str:
    label = say("simulated", shown.language) if shown.parent.source == "simulated" else ""
    return f"{label}{readable(shown.parent)} · {shown.run_ups.index[-1]}"


def _named(axes: Any, shown: Picture, days: list[Any]) -> None:
    """Names of the rows, a few dates below, and thin white lines between the rows."""
    links = shown.chain.links
    names = [readable(shown.themes[link.theme])[:NAME_LIMIT] for link in links]
    axes.set_yticks(range(len(links)), names, fontproperties=font(12))
    places = np.unique(np.linspace(0, len(days) - 1, TICKS).astype(int))
    labels = [days[place].strftime("%y-%m-%d") for place in places]
    axes.set_xticks(places, labels, fontproperties=font(11))
    axes.hlines(np.arange(1, len(links)) - 0.5, -0.5, len(days) - 0.5, color="white", linewidth=2)
    axes.tick_params(colors=INK, length=0)
    axes.tick_params(axis="x", colors=PALE)
    for side in axes.spines.values():
        side.set_visible(False)


def _legend(made: "Figure", drawn: Any, language: Language, height: float) -> None:
    bar = made.add_axes((0.25, 0.5 / height, 0.63, 0.13 / height))
    made.colorbar(drawn, cax=bar, orientation="horizontal", extend="both")
    ticks = (-FULL, -FULL / 2, 0, FULL / 2, FULL)
    bar.set_xticks(
        ticks, [f"{tick:+.0%}" if tick else "0" for tick in ticks], fontproperties=font(10)
    )
    bar.tick_params(colors=PALE, length=0)
    bar.spines[:].set_visible(False)
    words = say("chain_legend", language)
    made.text(0.25, 0.1 / height, words, fontproperties=font(10), color=PALE)
