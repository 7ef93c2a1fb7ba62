"""The report's pictures: how sure forecasts were, paths around alerts, lead times, years; PNG.

Each picture says itself of how many, of which days, of which settings it is.
"""

import io
from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.names import STAGES
from bot.style import RED_LIGHT, TONES, font_path
from signals.model import Stage
from signals.studies import AROUND_DAYS, Around, Bin, Year

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, PALE, BLUE = (TONES["light"][name] for name in ("ink", "pale", "other"))
RED = RED_LIGHT
DPI, INCHES = 130, (9.6, 4.2)
LETTERS_AN_INCH = 15  # of the note, half of it in Chinese


def png(figure: "Figure") -> bytes:
    """The figure as a picture."""
    out = io.BytesIO()
    figure.savefig(out, format="png")
    return out.getvalue()


def reliability(bins: Sequence[Bin], note: str) -> "Figure":
    """Forecast against what came, in bins of equal count; on the diagonal they are calibrated."""
    made, (axes,) = _figure(
        1, "预测概率与实际发生 · forecast and what came of it", note, (6.4, 5.6)
    )
    if not bins:
        return _empty(made, [axes])
    forecast, share = (np.array([getattr(b, name) for b in bins]) for name in ("forecast", "share"))
    top = 1.1 * max(forecast.max(), *(np.nanmax([b.share, b.interval[1]]) for b in bins))
    axes.plot([0, top], [0, top], color=PALE, linewidth=1, linestyle=":")
    _marks(axes, forecast, share, [b.interval for b in bins], RED)
    few, many = min(b.n for b in bins), max(b.n for b in bins)
    count = f"n = {sum(b.n for b in bins):,}; 每点 each {few:,}–{many:,}"
    axes.set_title(count, fontsize=10, color=INK, loc="left")
    axes.set(
        xlim=(0, top), ylim=(0, top), xlabel="预测 · forecast", ylabel="实际 · share that fell"
    )
    return made


def paths(around: Mapping[Stage, Around], note: str) -> "Figure":
    """The mean net level before and after alerts of each stage, with its interval."""
    made, panels = _figure(len(around), "警报前后的平均净价 · mean net level around alerts", note)
    days = np.arange(-AROUND_DAYS, AROUND_DAYS + 1)
    for axes, (stage, found) in zip(panels, around.items(), strict=True):
        _titled(axes, stage, f"n = {found.alerts}, {found.months} 月 months")
        axes.axvline(0, color=PALE, linewidth=0.8)
        axes.axhline(0, color=PALE, linewidth=0.8)
        axes.set(xlabel="交易日 · trading days", xlim=(-AROUND_DAYS, AROUND_DAYS))
        if found.alerts:
            axes.plot(days, 100 * np.array(found.mean), color=RED, linewidth=1.8)
            low, high = 100 * np.array(found.low), 100 * np.array(found.high)
            axes.fill_between(days, low, high, color=RED, alpha=0.18, linewidth=0)
    panels[0].set_ylabel("较警报日 % · from the alert, %")
    return made


def leads(days: Mapping[Stage, Sequence[int]], peaks: int, note: str) -> "Figure":
    """Trading days from the first alert to the peak, of all peaks that an alert came near."""
    title = "首次警报到净值高点的天数 · days from the first alert to the peak"
    made, panels = _figure(len(days), title, note)
    edges = np.arange(-5, 66, 5) - 0.5
    for axes, (stage, found) in zip(panels, days.items(), strict=True):
        _titled(axes, stage, f"{len(found)} / {peaks} 次高点 peaks")
        axes.set(xlabel="交易日 · trading days (< 0: 迟 late)", xlim=(-6, 65))
        axes.yaxis.get_major_locator().set_params(integer=True)
        if found:
            axes.hist(found, edges, color=BLUE, rwidth=0.9)
            axes.axvline(float(np.median(found)), color=RED, linewidth=1.5)
    panels[0].set_ylabel("次数 · count; 红线 red: 中位 median")
    return made


def years(found: Mapping[Stage, Sequence[Year]], note: str) -> "Figure":
    """Precision in each year with its interval, and the share of all theme-days that fell."""
    made, panels = _figure(len(found), "各年命中率 · precision by year", note)
    named = sorted({y.year for of in found.values() for y in of})
    for axes, (stage, of) in zip(panels, found.items(), strict=True):
        _titled(axes, stage, f"n = {sum(y.onsets for y in of)}")
        axes.set_ylim(-0.04, 1.09)
        axes.set_xticks(named, [f"{year % 100:02d}" for year in named])
        if of:
            at = np.array([y.year for y in of])
            _marks(axes, at, np.array([y.precision for y in of]), [y.interval for y in of], RED)
            axes.plot(at, [y.base_rate for y in of], "_", color=BLUE, markersize=14)
        for y in of:
            axes.annotate(str(y.onsets), (y.year, 1.03), ha="center", fontsize=8, color=PALE)
    panels[0].set_ylabel("命中率 precision; 蓝 blue: 全部 all days")
    return made


def _figure(
    panels: int, title: str, note: str, inches: tuple[float, float] = INCHES
) -> tuple["Figure", Any]:
    """A figure with panels side by side that share their y axis, its title and its note."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    _use_font(mpl)
    made = Figure(figsize=inches, dpi=DPI, facecolor="white", layout="constrained")
    axes = made.subplots(1, panels, sharey=True, squeeze=False)[0]
    made.suptitle(title, fontsize=13, color=INK, x=0.01, ha="left")
    lines = fill(note, int(inches[0] * LETTERS_AN_INCH))
    made.supxlabel(lines, fontsize=7.5, color=PALE, x=0.01, ha="left")
    for one in axes:
        one.spines[["top", "right"]].set_visible(False)
        one.grid(axis="y", color="#e4e7eb", linewidth=0.7)
        one.set_axisbelow(True)
    return made, axes


def _use_font(mpl: Any) -> None:
    """Makes the font that holds Chinese the one for all text."""
    from matplotlib.font_manager import FontProperties, fontManager

    fontManager.addfont(str(font_path()))
    mpl.rcParams["font.family"] = FontProperties(fname=str(font_path())).get_name()
    mpl.rcParams["axes.unicode_minus"] = False


def _titled(axes: Any, stage: Stage, count: str) -> None:
    words = STAGES[stage]
    axes.set_title(f"{words['zh']} {words['en']} · {count}", fontsize=10, color=INK, loc="left")


def _marks(
    axes: Any, x: np.ndarray, y: np.ndarray, spans: Sequence[tuple[float, float]], colour: str
) -> None:
    """Points with their intervals; one without an interval is hollow."""
    low, high = np.array(spans, float).T
    axes.vlines(x, low, high, color=colour, linewidth=1.4)
    sure = ~np.isnan(low)
    axes.plot(x[sure], y[sure], "o", color=colour, markersize=6)
    axes.plot(x[~sure], y[~sure], "o", color=colour, markersize=6, markerfacecolor="white")


def _empty(made: "Figure", panels: Sequence[Any]) -> "Figure":
    for axes in panels:
        axes.text(0.5, 0.5, "没有 · none", ha="center", va="center", color=PALE)
    return made
