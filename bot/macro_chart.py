"""The macro panel: small multiples of the series that are alive, as they were known; a PNG."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.backdrop import KNOWN, backdrop
from bot.reading_texts import name, period
from bot.style import DPI, SMALL, TITLE, WIDTH_INCHES, Look, Style, bare, font, png
from bot.texts import figure
from bot.words import Language, say
from market.store import Store
from signals.macro import sums

if TYPE_CHECKING:
    from matplotlib.figure import Figure

YEARS = 10  # shown at most
COLUMNS = 2
TICKS, TICK = 3, 11.5  # months named below each; points of the words at its axes
ROW_INCHES, HEAD_INCHES, FOOT_INCHES = 2.0, 1.2, 0.35
MONEY = {"zh": (1e8, "亿元"), "en": (1e9, "CNY bn")}  # what money is drawn in


def macro_chart(store: Store, day: date, language: Language, look: Look) -> bytes | None:
    """PNG of the series alive on a day; None when there is none."""
    known = backdrop(store, day).alive
    return png(lambda: panel(store, day, known, language, look.style)) if known else None


def panel(
    store: Store, day: date, known: tuple[KNOWN, ...], language: Language, style: Style
) -> "Figure":
    """The panel before it is a picture."""
    from matplotlib.figure import Figure

    rows = -(-len(known) // COLUMNS)
    height = HEAD_INCHES + rows * ROW_INCHES + FOOT_INCHES
    made = Figure(figsize=(WIDTH_INCHES, height), dpi=DPI, facecolor=style.paper)
    grid = made.subplots(rows, COLUMNS, squeeze=False)
    top, bottom = 1 - HEAD_INCHES / height, FOOT_INCHES / height
    made.subplots_adjust(left=0.085, right=0.97, top=top, bottom=bottom, hspace=0.8, wspace=0.24)
    title = f"{say('backdrop', language)} · {day}"
    made.text(0.03, 1 - 0.42 / height, title, fontproperties=font(TITLE), color=style.ink)
    for place, axes in enumerate(grid.flat):
        if place < len(known):
            _draw(axes, store, day, known[place], language, style)
        else:
            axes.set_axis_off()
    return made


def _draw(axes: Any, store: Store, day: date, of: KNOWN, language: Language, style: Style) -> None:
    """One series: its last years, zero where it lies within, and its newest value."""
    one, now = of
    values = sums(store.macro.known(one.key, day), one.summed_days)
    values = values[[last > day - timedelta(days=365 * YEARS) for last in values.index]]
    size, unit = _unit(one.unit, language)
    line = values.to_numpy(float) / size
    days = np.array(values.index, dtype="datetime64[D]")
    axes.plot(days, line, color=style.ink, linewidth=1.6)
    axes.plot(days[-1], line[-1], "o", color=style.other, markersize=6)
    if line.min() < 0 < line.max():
        axes.axhline(0, color=style.pale, linewidth=0.8, linestyle=":")
    told = f"{figure(now.value, one.unit, language)} · {period(one, now.period)} ({unit})"
    title = f"{name(one, language)}\n{told}"
    axes.set_title(title, fontproperties=font(SMALL), color=style.ink, loc="left")
    places = np.unique(np.linspace(0, len(days) - 1, TICKS).astype(int))
    axes.set_xticks(
        days[places], [str(day)[2:7] for day in days[places]], fontproperties=font(TICK)
    )
    axes.locator_params(axis="y", nbins=4)
    bare(axes, style, TICK)


def _unit(unit: str, language: Language) -> tuple[float, str]:
    """What a unit is drawn in: its size in ours, and its name."""
    if unit in ("fraction", "rate"):
        return 0.01, "%"
    return MONEY[language] if unit == "cny" else (1.0, say("points", language))
