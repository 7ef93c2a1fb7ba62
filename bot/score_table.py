"""What `paomo score` prints for people: tables of what was measured, and lines that say what of."""

from typing import Any

from rich.console import Console
from rich.table import Table

from signals.compare import COOL_DAYS, RUN_UP, RUN_UP_DAYS
from signals.episodes import RISE, RISE_DAYS
from signals.studies import HIGH

HEADS = (
    *("alert", "onsets", "hits", "precision", "base", "matched", "lift", "episodes", "recall"),
    *("lead days", "price at alert"),
)
WIDE = 180  # characters of the table
WORST = 10  # misses and false alarms named


def print_score(measured: dict[str, Any]) -> None:
    """Prints what `--json` gives."""
    console = Console()
    if console.width < WIDE:  # cut-off figures are worse than long lines
        console = Console(width=WIDE)
    table = Table(*HEADS, title=f"alerts {note(measured)}")
    beside = Table(*beside_heads(measured), title="the same alerts by the labels beside it")
    for row in measured["rows"]:
        table.add_row(*cells(row))
        beside.add_row(*beside_cells(row))
    console.print(table)
    console.print(beside)
    for line in [*reading(measured), *worst(measured)]:
        console.print(line, soft_wrap=True)


def note(measured: dict[str, Any]) -> str:
    """What each figure is of: days, settings, and whose members."""
    text = f"{measured['since']} – {measured['until']} · settings {measured['settings']}"
    members = measured["members"]
    if members["looks_ahead"]:
        text += (
            f" · 按 {members['day']} 名单回填，含前视"
            f" backfilled with members of {members['day']}: looks ahead"
        )
    return text


def beside_heads(measured: dict[str, Any]) -> list[str]:
    """The heads of the table of secondary labels."""
    heads = ["alert"]
    for name, label in list(measured["labels"].items())[1:]:
        heads += [f"onsets, {fall_of(name, label)}", "precision", "base", "matched", "lift"]
    return heads


def fall_of(name: str, label: dict[str, Any]) -> str:
    """A label in words: what falls, how far, within how long."""
    what = "net" if name == "net" else "raw"
    return f"{what} fall of {label['fall']:.0%} in {label['days']} days"


def beside_cells(row: dict[str, Any]) -> list[str]:
    """A row by the secondary labels, under their heads."""
    found = [row["name"]]
    for by in row["secondary"].values():
        found += [
            str(by["onsets"]),
            with_interval(by["precision"], by["interval"]),
            figure(by["base_rate"]),
            figure(by["matched_base_rate"]),
            with_interval(by["lift"], by["lift_interval"]),
        ]
    return found


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
        with_interval(row["recall"], row["recall_interval"]),
        "/".join(figure(days, 0) for days in row["lead_days"]),
        with_interval(row["price_at_alert"], row["price_interval"]),
    ]


def reading(measured: dict[str, Any]) -> list[str]:
    """What the table says and does not say, a line each."""
    detectable = {row["name"]: row["detectable_lift"] for row in measured["rows"]}
    lines = [*_terms(measured), _turns(measured["turns"])]
    lines += _comparison(measured["against_baseline"])
    lines += [_luck(name, found, detectable[name]) for name, found in measured["chance"].items()]
    return [*lines, _probability(measured["probability"])]


def _terms(measured: dict[str, Any]) -> list[str]:
    fall = fall_of("net", measured["labels"]["net"])
    return [
        f"hits: onsets followed by a {fall} (trading days, from the level at the alert); matched:"
        " the share among equally volatile themes of the same quarter; intervals: 95 %, whole"
        " months resampled. Members before their first known date look ahead.",
        "A stage's onset is its entry; a rule's is its first firing after not firing, not within"
        f" {COOL_DAYS} days of the one before. Baseline: net run-up over {RUN_UP_DAYS} days of"
        f" {RUN_UP:.0%} or more.",
        f"episodes: net rises of {RISE:.0%} within {RISE_DAYS} days that peaked and fell so;"
        " recall: the share with an alert near the peak; lead days: to the peak, quartiles; price"
        " at alert: the median level on the peak's.",
    ]


def _turns(found: dict[str, Any]) -> str:
    """How far under the episode's peak reversals were told."""
    return (
        f"reversal alerts came at {'/'.join(map(figure, found['levels']))} of the episode's peak"
        f" (quartiles of {found['n']}, lowest {figure(found['lowest'])});"
        f" {with_interval(found['high'], found['high_interval'])} of them at {HIGH} or more."
    )


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
    days = measured["labels"]["net"]["days"]
    lines = [f"episodes without a bubble alert: {len(missed)}, the hardest falls first"]
    lines += [
        f"  {e['peak']} {e['name']}: up {e['run_up']:.0%}, then down {e['fall']:.0%}"
        for e in missed[:WORST]
    ]
    lines.append(f"bubble alerts without a fall: {len(wrong)}, the largest rises first")
    lines += [
        f"  {a['day']} {a['name']}: {_rise(a['rise'])} net, {days} days later"
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
