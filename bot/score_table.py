"""What `paomo score` prints for people: tables of what was measured, and lines that say what of."""

from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table

from signals.compare import COOL_DAYS, RUN_UP, RUN_UP_DAYS
from signals.scorecard import DAYS, FALL

HEADS = (
    *("alert", "onsets", "hits", "precision", "base", "matched", "lift", "episodes", "recall"),
    *("lead days", "price at alert"),
)
WIDE = 140  # characters of the table
WORST = 10  # misses and false alarms named


def print_score(measured: dict[str, Any], since: date, until: date) -> None:
    """Prints what `--json` gives, between two days."""
    console = Console()
    if console.width < WIDE:  # cut-off figures are worse than long lines
        console = Console(width=WIDE)
    table = Table(*HEADS, title=f"alerts {since} to {until}, settings {measured['settings']}")
    for row in measured["rows"]:
        table.add_row(*cells(row))
    console.print(table)
    for line in [*reading(measured), *worst(measured)]:
        console.print(line, soft_wrap=True)


def cells(row: dict[str, Any]) -> list[str]:
    """A row as people read it, under HEADS."""
    return [
        row["name"],
        str(row["onsets"]),
        str(row["hits"]),
        with_interval(row["precision"], row["interval"]),
        figure(row["base_rate"]),
        figure(row["matched_base_rate"]),
        with_interval(row["lift"], row["lift_interval"]),
        str(row["episodes"]),
        figure(row["recall"]),
        figure(row["lead_days"][1], 0),
        figure(row["price_at_alert"]),
    ]


def reading(measured: dict[str, Any]) -> list[str]:
    """What the table says and does not say, a line each."""
    detectable = {row["name"]: row["detectable_lift"] for row in measured["rows"]}
    lines = [*_terms(), *_comparison(measured["against_baseline"])]
    lines += [_luck(name, found, detectable[name]) for name, found in measured["chance"].items()]
    return [*lines, _probability(measured["probability"])]


def _terms() -> list[str]:
    return [
        f"hits: onsets followed by a net fall of {FALL:.0%} within {DAYS} trading days; matched:"
        " the share among equally volatile themes of the same quarter; intervals: 95 %, whole"
        " months resampled. Members before their first known date look ahead.",
        "A stage's onset is its entry; a rule's is its first firing after not firing, not within"
        f" {COOL_DAYS} days of the one before. Baseline: net run-up over {RUN_UP_DAYS} days of"
        f" {RUN_UP:.0%} or more.",
    ]


def _comparison(found: dict[str, Any]) -> list[str]:
    ours, theirs = found["onsets"]
    return [
        f"bubble against the baseline at the same number of onsets ({ours} and {theirs}, run-up"
        f" {found['threshold']:.4g}): precision {figure(found['precision'][0])} and"
        f" {figure(found['precision'][1])}, difference"
        f" {with_interval(found['difference'], found['interval'], ' to ')}, the same months drawn"
        " for both."
    ]


def _luck(name: str, found: dict[str, Any], detectable: float | None) -> str:
    return (
        f"{name}: of {found['shifts']} shifts through the calendar the share as precise is"
        f" {figure(found['p_precision'], 3)}, with as much lift {figure(found['p_lift'], 3)};"
        f" precision without any one of {found['months']} months {_span(found['by_month'])}, of"
        f" {found['waves']} waves {_span(found['by_wave'])}; the least lift such a sample finds in"
        f" four of five cases {figure(detectable)}."
    )


def _probability(found: dict[str, Any]) -> str:
    """What forecasts were worth; that they are told only with skill is said, not only done."""
    verdict = "it has skill" if found["shown"] else "no skill beyond the noise: not to be shown"
    return (
        "probability of the fall for a theme in a stage, made only of what was known:"
        f" {found['n']} theme-days in {found['blocks']} half-years, mean"
        f" {figure(found['mean_forecast'])}, came true {figure(found['share'])}; Brier skill over"
        f" climatology {with_interval(found['brier_skill'], found['interval'], ' to ')}, over"
        " volatility alone"
        f" {with_interval(found['over_volatility'], found['over_volatility_interval'], ' to ')};"
        f" {verdict}."
    )


def worst(measured: dict[str, Any]) -> list[str]:
    """The bubble stage's worst misses and false alarms, by name and day."""
    missed, wrong = measured["misses"], measured["false_alarms"]
    lines = [f"episodes without a bubble alert: {len(missed)}, the hardest falls first"]
    lines += [
        f"  {e['peak']} {e['name']}: up {e['run_up']:.0%}, then down {e['fall']:.0%}"
        for e in missed[:WORST]
    ]
    lines.append(f"bubble alerts without a fall: {len(wrong)}, the largest rises first")
    lines += [
        f"  {a['day']} {a['name']}: {_rise(a['rise'])} net, {DAYS} days later"
        for a in wrong[:WORST]
    ]
    return lines


def _rise(value: float | None) -> str:
    return "unknown" if value is None else f"{value:+.0%}"


def _span(interval: list[float | None]) -> str:
    return " to ".join(figure(end) for end in interval)


def figure(value: float | None, decimals: int = 2) -> str:
    """A figure; a dash where it is not known."""
    return "-" if value is None else f"{value:.{decimals}f}"


def with_interval(value: float | None, interval: list[float | None], to: str = "-") -> str:
    """A figure and, where it is known, its interval."""
    low, high = interval
    span = f" ({low:.2f}{to}{high:.2f})" if low is not None and high is not None else ""
    return figure(value) + span
