"""The chart of a theme: price net of the market with its stages and alerts, breadth, crowding; PNG.

Chinese renders anywhere: the font comes with a package. Matplotlib loads when a chart is drawn.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bot.names import KINDS, STAGES
from bot.style import (
    DPI,
    HATCHES,
    SHAPES,
    SMALL,
    TEXT,
    TITLE,
    WIDTH_INCHES,
    Look,
    Style,
    bare,
    dated,
    font,
    png,
    readable,
)
from bot.words import Language, say
from market.source import Theme
from signals.model import RUNNING, Kind, Stage, Transition
from signals.panel import Panel
from signals.rules.breadth import share_above_ma20

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEIGHT_INCHES = 9.0
MEAN_DAYS = 5  # trading days averaged, as the rules on breadth and crowding do
NUMBERED = 12  # newest alerts with a number at their mark; more would not be read


@dataclass(frozen=True)
class Shown:
    """All that the chart of a theme shows."""

    panel: Panel
    theme: Theme
    transitions: Sequence[Transition]  # the theme's own within those days, oldest first
    entered: Sequence[tuple[date, Stage]]  # by first day, oldest first; the first may be older
    stage: Stage  # on the last day
    enough: tuple[int, float]  # members, and share of all, from which breadth is known
    language: Language
    look: Look

    @property
    def style(self) -> Style:
        """Its colours."""
        return self.look.style


def theme_chart(shown: Shown) -> bytes | None:
    """PNG of the theme over the panel's days; None when its price is not known on any of them."""
    if not shown.panel.net[shown.theme.id].notna().any():
        return None
    return png(lambda: figure(shown))


def figure(shown: Shown) -> "Figure":
    """The chart before it is a picture."""
    from matplotlib.figure import Figure

    style = shown.style
    made = Figure(figsize=(WIDTH_INCHES, HEIGHT_INCHES), dpi=DPI, facecolor=style.paper)
    share, traded = _breadth(shown), _crowding(shown)
    ratios = (3.2, *(1.0 if of.notna().any() else 0.3 for of in (share, traded)))
    price, breadth, crowding = made.subplots(3, 1, sharex=True, height_ratios=ratios)
    # fixed margins: finding them costs as much as drawing
    made.subplots_adjust(left=0.105, right=0.91, top=0.895, bottom=0.115, hspace=0.3)
    made.text(0.03, 0.957, _title(shown), fontproperties=font(TITLE), color=style.ink)
    _shade((price, breadth, crowding), shown)
    _price(price, shown)
    _share(breadth, shown, share * 100, "drawn_breadth", top=100)
    _share(crowding, shown, traded * 100, "drawn_crowding")
    _axes((price, breadth, crowding), shown)
    _legend(made, shown)
    return made


def _breadth(shown: Shown) -> pd.Series:
    """Share of members above their 20-day average, by day; NaN where too few are known."""
    return share_above_ma20(shown.panel, *shown.enough)[shown.theme.id]


def _crowding(shown: Shown) -> pd.Series:
    """Share of all money traded, by day."""
    traded = shown.panel.market_amount
    return shown.panel.amount[shown.theme.id] / traded.where(traded > 0)


def _title(shown: Shown) -> str:
    stage = STAGES[shown.stage][shown.language]
    label = say("simulated", shown.language) if shown.theme.source == "simulated" else ""
    return f"{label}{readable(shown.theme)} · {stage} · {shown.panel.as_of}"


def _price(axes: Any, shown: Shown) -> None:
    net, style = shown.panel.net[shown.theme.id].to_numpy(float), shown.style
    known = np.flatnonzero(~np.isnan(net))
    line = net / net[known[0]] * 100
    axes.plot(line, color=style.ink, linewidth=2.2)
    words = "drawn_net_hk" if shown.theme.exchange == "XHKG" else "drawn_net"
    axes.set_title(
        say(words, shown.language), fontproperties=font(SMALL), color=style.pale, loc="left"
    )
    axes.margins(y=0.14)  # room for the marks
    _marks(axes, shown, line)
    last = int(known[-1])
    axes.annotate(
        f"{line[last]:.0f}", (last, line[last]), (7, 0), textcoords="offset points",
        fontproperties=font(TEXT), color=style.ink, va="center",
    )  # fmt: skip


def _marks(axes: Any, shown: Shown, line: np.ndarray) -> None:
    """Each alert by the shape of its kind, the newest with the number the caption names them by."""
    from matplotlib.patheffects import withStroke  # the line may run behind a number

    days, style = shown.panel.days, shown.style
    first = max(0, len(shown.transitions) - NUMBERED)
    for number, told in enumerate(shown.transitions, 1):
        place, colour = days.index(told.day), style.mark(told.kind)
        axes.plot(
            place, line[place], SHAPES[told.kind], color=colour, markersize=11,
            markeredgecolor=style.paper, zorder=3,
        )  # fmt: skip
        if number > first:
            below = told.kind in (Kind.REVERSAL, Kind.OVER)
            axes.annotate(
                str(number), (place, line[place]), (0, -10 if below else 10),
                textcoords="offset points", fontproperties=font(SMALL), color=style.ink,
                ha="center", va="top" if below else "bottom", zorder=4,
                path_effects=[withStroke(linewidth=3.5, foreground=style.paper)],
            )  # fmt: skip


def _share(
    axes: Any, shown: Shown, percent: pd.Series, words: str, top: float | None = None
) -> None:
    """A share by day and its mean; that nothing is known is said, not drawn as zero."""
    title, style = say(words, shown.language), shown.style
    if percent.notna().any() and percent.isna().any():
        title += say("drawn_gaps", shown.language)
    axes.set_title(title, fontproperties=font(SMALL), color=style.pale, loc="left")
    if not percent.notna().any():
        axes.set_yticks([])
        axes.text(
            len(percent) / 2, 0.5, say("unknown", shown.language), fontproperties=font(TEXT),
            ha="center", va="center", color=style.ink, transform=axes.get_xaxis_transform(),
        )  # fmt: skip
        return
    axes.plot(percent.to_numpy(float), color=style.pale, linewidth=0.8, alpha=0.6)
    mean = percent.rolling(MEAN_DAYS).mean()
    axes.plot(mean.to_numpy(float), color=style.ink, linewidth=2)
    axes.set_ylim(0, top)
    axes.locator_params(axis="y", nbins=3)


def _shade(panels: Sequence[Any], shown: Shown) -> None:
    """Backgrounds by stage."""
    style = shown.style
    for start, end, stage in _spans(shown):
        for axes in panels if stage in style.stages else ():
            axes.axvspan(
                start, end, facecolor=style.stages[stage], edgecolor=style.paper, linewidth=0,
                hatch=HATCHES.get(stage),
            )  # fmt: skip


def _spans(shown: Shown) -> list[tuple[int, int, Stage]]:
    """Each stage from the day it was entered to the next, as rows of the panel, if any is there."""
    days = shown.panel.days
    begun = [(bisect_left(days, since), stage) for since, stage in shown.entered]
    ends = [*(start for start, _ in begun[1:]), len(days)][: len(begun)]
    spans = zip(begun, ends, strict=True)
    return [(start, end, stage) for (start, stage), end in spans if end > 0]


def _axes(panels: Sequence[Any], shown: Shown) -> None:
    """Plain lines, and the days below them."""
    for axes in panels:
        bare(axes, shown.style)
    dated(panels[-1], shown.panel.days)


def _legend(made: "Figure", shown: Shown) -> None:
    """What the backgrounds and the marks mean: those that are there."""
    style, language = shown.style, shown.language
    stages = {stage for _, _, stage in _spans(shown)}
    kinds = {t.kind for t in shown.transitions}
    entries = [_patch(style, s, STAGES[s][language]) for s in RUNNING if s in stages]
    entries += [_point(style, kind, KINDS[kind][language]) for kind in Kind if kind in kinds]
    if entries:
        made.legend(
            handles=entries, loc="lower center", ncols=len(entries), frameon=False,
            prop=font(SMALL if len(entries) < 6 or language == "zh" else SMALL - 3),
            labelcolor=style.ink, handlelength=1.1, handletextpad=0.35, columnspacing=1.0,
            borderaxespad=0.2,
        )  # fmt: skip


def _patch(style: Style, stage: Stage, words: str) -> Any:
    from matplotlib.patches import Patch

    return Patch(
        facecolor=style.stages[stage], edgecolor=style.paper, linewidth=0,
        hatch=HATCHES.get(stage), label=words,
    )  # fmt: skip


def _point(style: Style, kind: Kind, words: str) -> Any:
    from matplotlib.lines import Line2D

    colour = style.mark(kind)
    return Line2D(
        [], [], color=colour, marker=SHAPES[kind], linestyle="", markersize=9, label=words
    )
