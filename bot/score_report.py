"""The record as a page: tables as `paomo score` prints them, pictures beside them, and JSON."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot import score_plots
from bot.errors import UserError
from bot.lived import STAGES, Lived
from bot.progress import Report
from bot.score_table import (
    HEADS,
    beside_cells,
    beside_heads,
    cells,
    figure,
    note,
    reading,
    with_interval,
    worst,
)
from bot.texts import page
from signals.episodes import peaked, sightings
from signals.probability import skill
from signals.studies import around, by_year, reliability, slope
from signals.variants import Search, Tried

VARIANT_HEADS = (
    *("run-up days", "run-up", "breadth", "onsets", "precision"),
    *("shuffled: all", "ahead, sd", "shuffled: alike", "ahead, sd"),
)


@dataclass(frozen=True)
class Picture:
    """A picture with what is to be read beside it."""

    name: str  # of its file
    png: bytes
    heading: str
    words: str


def write(
    folder: Path, lived: Lived, measured: dict[str, Any], tried: Search, progress: Report
) -> None:
    """Writes index.html, its pictures and score.json; raises UserError when it cannot."""
    pictures = _pictures(lived, note(measured), progress)
    text = page(
        "report",
        measured=measured,
        span=f"{lived.since} – {lived.until}",
        note=note(measured),
        primary=(lived.label.days, f"{lived.label.fall:.0%}"),
        heads=HEADS,
        rows=[cells(row) for row in measured["rows"]],
        beside_heads=beside_heads(measured),
        beside=[beside_cells(row) for row in measured["rows"]],
        lines=reading(measured),
        worst=worst(measured),
        pictures=pictures,
        variant_heads=VARIANT_HEADS,
        variants=[(n in tried.best, _variant(one)) for n, one in enumerate(tried.tried)],
        verdict=verdict(tried),
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for picture in pictures:
            (folder / picture.name).write_bytes(picture.png)
        found = json.dumps(measured, ensure_ascii=False, indent=1)
        (folder / "score.json").write_text(found, "utf-8")
        (folder / "index.html").write_text(text, "utf-8")
    except OSError as error:
        raise UserError(f"{folder}: cannot be written ({error.strerror})") from None


def _pictures(lived: Lived, of_what: str, progress: Report) -> list[Picture]:
    net, span = lived.panel.net, (lived.since, lived.until)
    note_ = f"95 % 区间按月重抽 interval: months resampled · {of_what}"
    halves = f"95 % 区间按半年重抽 interval: half-years resampled · {of_what}"
    own = {stage: lived.alerts[stage][1] for stage in STAGES}
    worth, judged = skill(net, lived.told, *span, lived.label)
    bins, tilt = reliability(judged), slope(judged)
    peaks = peaked(net, *span, lived.label)
    seen = {stage: sightings(net, alerts, peaks).values() for stage, alerts in own.items()}
    leads = {s: [found.lead_days for found in of if found] for s, of in seen.items()}
    years = {s: by_year(net, a, *span, lived.label) for s, a in own.items()}
    drawn = [
        (
            "around.png",
            score_plots.paths({s: around(net, a, *span) for s, a in own.items()}, note_),
            ("警报前后", "Around alerts"),
            "Only alerts whose whole path from 60 days before to 60 days after is known.",
        ),
        (
            "years.png",
            score_plots.years(years, note_),
            ("各年", "By year"),
            "Numbers above: onsets. Hollow: fewer than 10 onsets or 3 months, so no interval.",
        ),
        (
            "leads.png",
            score_plots.leads(leads, len(peaks), of_what),
            ("提前量", "Lead times"),
            "Peaks after a net rise of 60 % within 120 days; an alert counts from 60 days before"
            " to 5 days after.",
        ),
        (
            "reliability.png",
            score_plots.reliability(bins, halves),
            ("概率是否可靠", "Reliability"),
            f"{worth.n:,} theme-days in {worth.blocks} half-years, in bins of about equal count;"
            f" calibration slope {_number(tilt)} (1 is calibrated, below 1 too bold). Forecasts"
            f" {'have' if worth.shown else 'have no'} skill beyond the noise.",
        ),
    ]
    made = []
    for done, (name, picture, (chinese, english), words) in enumerate(drawn, 1):
        made.append(Picture(name, score_plots.png(picture), f"{chinese} · {english}", words))
        progress("pictures", done, len(drawn))
    return made


def _variant(one: Tried) -> list[str]:
    knobs = one.variant
    return [
        str(knobs.window_days),
        f"{knobs.run_up:.2f}",
        f"{knobs.breadth:.2f}",
        str(one.onsets),
        with_interval(_known(one.precision), [_known(end) for end in one.interval]),
        *(_number(v) for pair in zip(one.expected, one.ahead, strict=True) for v in pair),
    ]


def verdict(tried: Search) -> list[str]:
    """The best variant against the best of shuffled ones, a line each way of shuffling."""
    lines = []
    for place, among in enumerate(("all themes", "equally volatile themes")):
        best = tried.tried[tried.best[place]]
        if math.isnan(tried.chance[place]):
            lines.append(f"shuffled among {among}: too few alerts to tell the variants apart")
            continue
        beats = best.ahead[place] > tried.bar[place]
        lines.append(
            f"shuffled among {among}: the best of {len(tried.tried)} variants (run-up over"
            f" {best.variant.window_days} days of {best.variant.run_up:.2f}, breadth"
            f" {best.variant.breadth:.2f}) is {_number(best.ahead[place])} standard deviations"
            f" ahead; of {tried.draws} shuffles 95 % had none further ahead than"
            f" {_number(tried.bar[place])}, and {_number(tried.chance[place], 3)} reached it:"
            f" {'more than the search alone gives' if beats else 'no more than luck'}."
        )
    return lines


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _number(value: float, decimals: int = 2) -> str:
    return figure(_known(value), decimals)
