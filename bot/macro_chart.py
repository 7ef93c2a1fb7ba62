"""The macro panel: small multiples of the series that are alive, as they were known; a PNG."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.backdrop import KNOWN, backdrop
from bot.charts import DPI, INK, PALE, font, png
from bot.reading_texts import name, period
from bot.texts import figure
from bot.words import Language, say
from market.store import Store
from signals.macro import sums

if TYPE_CHECKING:
    from matplotlib.figure import Figure

YEARS = 10  # shown at most
COLUMNS = 2
TICKS = 4  # months named below each
WIDTH_INCHES, ROW_INCHES, HEAD_INCHES = 7.2, 1.8, 1.05
MONEY = {"zh": (1e8, "亿元"), "en": (1e9, "CNY bn")}  # what money is drawn in


def macro_chart(store: Store, day: date, language: Language) -> bytes | None:
    """PNG of the series alive on a day; None when there is none."""
    known = backdrop(store, day).alive
    if not known:
        return None
    return png(lambda: panel(store, day, known, language))


def panel(store: Store, day: date, known: tuple[KNOWN, ...], language: Language) -> "Figure":
    """The panel before it is a picture."""
    from matplotlib.figure import Figure

    rows = -(-len(known) // COLUMNS)
    height = HEAD_INCHES + rows * ROW_INCHES
    made = Figure(figsize=(WIDTH_INCHES, height), dpi=DPI, facecolor="white")
    grid = made.subplots(rows, COLUMNS, squeeze=False)
    made.subplots_adjust(
        left=0.09, right=0.97, top=1 - HEAD_INCHES / height, bottom=0.3 / height, hspace=0.75
    )
    title = f"{say('backdrop', language)} · {day}"
    made.text(0.09, 1 - 0.35 / height, title, fontproperties=font(17), color=INK)
    for place, axes in enumerate(grid.flat):
        if place < len(known):
            _draw(axes, store, day, known[place], language)
        else:
            axes.set_axis_off()
    return made


def _draw(axes: Any, store: Store, day: date, of: KNOWN, language: Language) -> None:
    """One series: its last years, zero where it lies within, and its newest value."""
    one, now = of
    values = sums(store.macro.known(one.key, day), one.summed_days)
    values = values[[last > day - timedelta(days=365 * YEARS) for last in values.index]]
    size, unit = _unit(one.unit, language)
    line = values.to_numpy(float) / size
    days = np.array(values.index, dtype="datetime64[D]")
    axes.plot(days, line, color=INK, linewidth=1.3)
    axes.plot(days[-1], line[-1], "o", color="#b42318", markersize=5)
    if line.min() < 0 < line.max():
        axes.axhline(0, color=PALE, linewidth=0.7, linestyle=":")
    told = f"{figure(now.value, one.unit, language)} · {period(one, now.period)} ({unit})"
    title = f"{name(one, language)}\n{told}"
    axes.set_title(title, fontproperties=font(10.5), color=INK, loc="left")
    _plain(axes, days)


def _unit(unit: str, language: Language) -> tuple[float, str]:
    """What a unit is drawn in: its size in ours, and its name."""
    if unit == "fraction":
        return 0.01, "%"
    return MONEY[language] if unit == "cny" else (1.0, say("points", language))


def _plain(axes: Any, days: np.ndarray) -> None:
    """A few months named below, few lines, no frame."""
    places = np.unique(np.linspace(0, len(days) - 1, TICKS).astype(int))
    axes.set_xticks(days[places], [str(day)[2:7] for day in days[places]])
    axes.locator_params(axis="y", nbins=4)
    axes.tick_params(labelsize=9, colors=PALE)
    axes.grid(axis="y", color="#e4e7eb", linewidth=0.7)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
