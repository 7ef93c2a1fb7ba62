"""The scoreboard: measures it on the reference history and writes it wherever it is told.

`python -m tests.bench.scoreboard [HOME]` imports the reference history (or takes that of HOME), and
writes tests/bench/scoreboard.json, config/record.toml, the marked parts of the README and the page
of replications; then it prints what changed. A test holds the README and the record to the JSON.
"""

import difflib
import json
import os
import sys
import tempfile
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from bot.app import judge
from bot.home import DATABASE
from bot.lived import live
from bot.progress import Report, shown
from bot.score import measured
from bot.score_table import fall_of, figure, with_interval
from config.settings import load
from market.importer import import_history
from market.store import Store
from signals.studies import HIGH
from signals.variants import search
from tests.bench import replication

ROOT = Path(__file__).parents[2]
FIGURES, README = ROOT / "tests/bench/scoreboard.json", ROOT / "README.md"
RECORD = ROOT / "config" / "record.toml"
SPANS = {
    "tuned": (date(2015, 6, 1), date(2021, 12, 31)),
    "held_out": (date(2022, 1, 1), date(2024, 6, 28)),
}
HEADS = {"tuned": "2015-06 to 2021, tuned", "held_out": "2022 to 2024-06, held out"}
STAGES = ("forming", "bubble", "bursting")
Figures = dict[str, Any]


def measure(home: Path, progress: Report) -> Figures:
    """All figures of both spans, over the reference history in a home."""
    known, store = load({"PAOMO_HOME": str(home)}), Store(home / DATABASE)
    lived = live(known, store, *SPANS["tuned"], progress)
    found: Figures = {
        "measured": str(datetime.now(UTC).date()),
        "settings": lived.settings,
        "members": str(lived.member_day),
    }
    for name, (since, until) in SPANS.items():
        made = measured(replace(lived, since=since, until=until), progress)
        made["rows"] = [row for row in made["rows"] if row["kind"] != "baseline"]
        for said in ("false_alarms", "misses", "settings", "since", "until", "members"):
            del made[said]
        found[name] = made
    progress("variants", 0, 1)
    tried = asdict(search(lived.panel, *judge(known), *SPANS["tuned"], lived.label))
    best = tried["tried"][tried["best"][1]]
    found["variants"] = {"count": len(tried["tried"]), "bar": tried["bar"][1], **best}
    progress("variants", 1, 1)
    store.close()
    return found


def alerts_table(figures: Figures) -> str:
    """The table of what alerts were worth."""
    lines = [
        "| alert | days | onsets | followed by the fall | all days | equally volatile | lift |",
        "|---|---|---|---|---|---|---|",
    ]
    for stage in STAGES:
        for name, days in HEADS.items():
            row = _row(figures, name, stage)
            cells = [
                with_interval(row["precision"], row["interval"]),
                figure(row["base_rate"]),
                figure(row["matched_base_rate"]),
                with_interval(row["lift"], row["lift_interval"]),
            ]
            lines.append(f"| {stage} | {days} | {row['onsets']} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", _source(figures), "", *_beside(figures)])


def _beside(figures: Figures) -> list[str]:
    """The same alerts by the labels beside the primary one."""
    labels = {n: label for n, label in figures["tuned"]["labels"].items() if n != "net"}
    columns = " | ".join(fall_of(name, label) for name, label in labels.items())
    lines = [f"| alert | days | {columns} |", "|---|---|---|---|"]
    for stage in STAGES:
        for name, days in HEADS.items():
            by = _row(figures, name, stage)["secondary"]
            cells = " | ".join(_by_label(by[label]) for label in labels)
            lines.append(f"| {stage} | {days} | {cells} |")
    words = (
        "In each cell: onsets, precision (interval); all days; equally volatile; lift (interval)."
    )
    return [*lines, "", words]


def _by_label(by: dict[str, Any]) -> str:
    precision = with_interval(by["precision"], by["interval"])
    rates = "; ".join(figure(by[rate]) for rate in ("base_rate", "matched_base_rate"))
    lift = with_interval(by["lift"], by["lift_interval"])
    return f"{by['onsets']}, {precision}; {rates}; {lift}"


def _source(figures: Figures) -> str:
    row = _row(figures, "held_out", "bubble")
    return (
        f"Measured {figures['measured']} with settings {figures['settings']}; members are those of"
        f" {figures['members']}, which looks ahead.\nOf the {row['episodes']} run-ups of 60 % or"
        " more (net, within 120 days) that peaked and fell between 2022 and mid-2024, a bubble\n"
        f"alert came for {row['seen']}, at the median"
        f" {figure(row['lead_days'][1], 0)} trading days before the peak and at"
        f" {figure(row['price_at_alert'])} of its level.\n{_turns(figures)}"
    )


def _turns(figures: Figures) -> str:
    """How near the peak reversals were told."""
    told = [
        f"{with_interval(found['high'], found['high_interval'])} of {found['n']} ({HEADS[name]})"
        for name in HEADS
        if (found := figures[name]["turns"])
    ]
    return f"Reversal alerts at {HIGH} of the episode's peak or more: {'; '.join(told)}."


def doubts_table(figures: Figures) -> str:
    """The table of what speaks against making much of it."""
    columns = [_doubts(figures, name) for name in HEADS]
    head = f"| question about the bubble stage | {' | '.join(HEADS.values())} |"
    lines = [head, "|---|---|---|"]
    lines += [
        f"| {question} | {' | '.join(column[question] for column in columns)} |"
        for question in columns[0]
    ]
    tried = figures["variants"]
    knobs = tried["variant"]
    lines += [
        "",
        f"Of {tried['count']} variants tried on the tuned days (`paomo score --report` lists them),"
        f" the best has a run-up over {knobs['window_days']} days of\n{knobs['run_up']:.2f} and a"
        f" breadth of {knobs['breadth']:.2f}: precision"
        f" {with_interval(tried['precision'], tried['interval'])} of {tried['onsets']}"
        f" onsets, {tried['ahead'][1]:.1f} standard deviations ahead of equally\nvolatile themes"
        f" that change places; 95 % of shuffles had none further ahead than {tried['bar']:.1f}."
        "\nThemes move together, so that such deviations look larger than they are.",
    ]
    return "\n".join(lines)


def _doubts(figures: Figures, name: str) -> dict[str, str]:
    part, row = figures[name], _row(figures, name, "bubble")
    line, chance, worth = part["against_baseline"], part["chance"]["bubble"], part["probability"]
    ours, theirs = (figure(value) for value in line["precision"])
    counts = ", ".join(map(str, line["onsets"]))
    spans = ["-".join(map(figure, chance[by])) for by in ("by_month", "by_wave")]
    return {
        'precision, and that of "net run-up of 60 days" at as many onsets': (
            f"{ours}, {theirs} ({counts})"
        ),
        "difference, the same months drawn for both": with_interval(
            line["difference"], line["interval"], " to "
        ),
        "share of calendar shifts as precise; with as much lift": (
            f"{figure(chance['p_precision'], 3)}; {figure(chance['p_lift'], 3)}"
        ),
        "precision without any one month; any one wave of alerts": "; ".join(spans),
        "least lift such a sample finds in four of five cases": figure(row["detectable_lift"]),
        "Brier skill of probabilities over climatology": with_interval(
            worth["brier_skill"], worth["interval"], " to "
        ),
        "likewise over volatility alone": with_interval(
            worth["over_volatility"], worth["over_volatility_interval"], " to "
        ),
    }


def _row(figures: Figures, name: str, stage: str) -> dict[str, Any]:
    found: dict[str, Any] = next(r for r in figures[name]["rows"] if r["name"] == stage)
    return found


def record(figures: Figures) -> str:
    """config/record.toml: the held-out figures that are shipped."""
    since, until = SPANS["held_out"]
    measured_on, label = figures["measured"], figures["held_out"]["labels"]["net"]
    parts = [
        f"""# What alerts were worth, by `python -m tests.bench.scoreboard` on {measured_on}:
# shown with each alert until a store of one's own has a record. Reference: A-share concept themes
# net of the equal-weight market, rules tuned on 2015 to 2021; members look ahead in who belongs.

since = {since}
until = {until}
members = {figures["members"]}
fall = {label["fall"]:.2f}               # fraction, net, from the level at the alert
days = {label["days"]}                 # trading days within which it came"""
    ]
    for row in figures["held_out"]["rows"]:
        (low, high), matched = row["interval"], row["matched_base_rate"]
        if low is None or matched is None:  # a rule of which the reference knows nothing
            continue
        name = row["name"] if row["kind"] == "stage" else f"rules.{row['name']}"
        parts.append(
            f"""[{name}]
onsets = {row["onsets"]}
hits = {row["hits"]}                 # onsets followed by the fall
low = {low:.2f}                # share, 95 % interval of hits / onsets over resampled months
high = {high:.2f}
matched = {matched:.2f}            # share among equally volatile themes of the quarter"""
        )
    return "\n\n".join(parts) + "\n"


def filled(text: str, figures: Figures) -> str:
    """A text with its marked parts as the figures say; an IndexError where a mark is missing."""
    for name, part in (("alerts", alerts_table(figures)), ("doubts", doubts_table(figures))):
        begin, end = f"<!-- scoreboard: {name} -->\n", f"\n<!-- end of {name} -->"
        before, after = text.split(begin)[0], text.split(end)[1]
        text = f"{before}{begin}{part}{end}{after}"
    return text


def _written(path: Path, text: str) -> list[str]:
    before = path.read_text("utf-8") if path.exists() else ""
    path.write_text(text, "utf-8")
    name = str(path.relative_to(ROOT))
    lines = before.splitlines(), text.splitlines()
    return list(difflib.unified_diff(*lines, name, name, lineterm="", n=0))


def main() -> None:
    """Measures, writes, and prints what changed."""
    default = ROOT / ".." / "shared" / "data"
    reference = Path(os.environ.get("PAOMO_REFERENCE_DATA", default))
    with tempfile.TemporaryDirectory() as scratch, shown() as progress:
        home = Path(sys.argv[1] if sys.argv[1:] else scratch)
        if not (home / DATABASE).exists():
            store = Store(home / DATABASE)
            bars, members = reference / "ashare/bars", reference / "ashare/members.csv.gz"
            import_history(store, bars, members, None, None, progress)
            store.close()
        figures = measure(home, progress)
    text = json.dumps(figures, indent=1, ensure_ascii=False) + "\n"
    changes = _written(FIGURES, text) + _written(RECORD, record(figures))
    changes += _written(README, filled(README.read_text("utf-8"), figures))
    changes += _written(replication.PAGE, replication.page(reference))
    Console(soft_wrap=True).print("\n".join(changes) or "nothing changed", markup=False)


if __name__ == "__main__":
    main()
