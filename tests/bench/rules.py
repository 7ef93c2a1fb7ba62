"""Is a rule worth adding? Candidates judged inside run-ups: `python -m tests.bench.rules`.

Looked at are theme-days with a net run-up of 15 % or more, and onsets of the bubble stage. Asked:
does the primary label (net fall of 10 % within 60 days) follow more, or less, often where a
candidate is high? Variant and threshold are chosen on the tuning years; the years held out are
looked at for those alone. Of amounts the reference knows nothing: crowding cannot be judged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table

from config.settings import load
from config.themes import load_themes
from market.theme_days import stock_days
from signals.compare import Alerts, crossings, risen
from signals.lifecycle import Policy
from signals.model import Stage
from signals.panel import Panel
from signals.replay import replay
from signals.rules import build
from signals.scorecard import followed, middle, onsets, score
from tests import markets, reference
from tests.bench.candidates import RUN_UP, Array, Candidate, candidates, crowd
from tests.bench.judging import (
    Sample,
    Span,
    Tried,
    differences,
    largest_by_months,
    largest_by_shuffles,
    sample,
    sides,
    tried,
)
from tests.bench.row import FOLDER

SPANS = {
    "2015-06 to 2021, tuned": (date(2015, 6, 1), date(2021, 12, 31)),
    "2022 to 2024-06, held out": (date(2022, 1, 1), date(2024, 6, 28)),
}
HEADS = ("days high, low", "plain", "volatility matched", "run-up matched", "onsets")
BUBBLE_HEADS = ("bubbles, high", "bubbles, low")
WIDE = 230  # characters of the tables
console = Console(width=WIDE)


@dataclass(frozen=True)
class Reference:
    """What is judged on."""

    panel: Panel
    candidates: Sequence[Candidate]
    bubbles: Alerts  # onsets of the stage


def main() -> None:
    """Judges all candidates; of each, prints the variant that told most on the tuning years."""
    of = measured()
    first, *_ = samples = {name: sample(of.panel, span) for name, span in SPANS.items()}
    found = tried(of.candidates, samples[first])
    chosen = [
        max((t for t in found if t.of.name == name), key=lambda t: abs(t.surprise))
        for name in dict.fromkeys(t.of.name for t in found)
    ]
    _print_luck(found, chosen, samples[first])
    for name, at in samples.items():
        console.print(_table(name, chosen, of, at))
        for line in (RUN_UP, 0.25):
            alerts = crossings(risen(of.panel.net), line)
            console.print(f"net run-up of {line:.0%} alone: {_record(of, alerts, SPANS[name])}")


def measured() -> Reference:
    """All real themes of the reference, and the stages as the settings have them."""
    known = load_themes(Path("none"))
    roster = pd.read_csv(FOLDER / "ashare/members.csv.gz", dtype=str)["theme"]
    members = reference.members(FOLDER, sorted(n for n in set(roster) if known.is_theme(n)))
    bars = reference.bars(FOLDER, range(2015, 2025))
    panel = reference.assembled(bars, members, None)
    found = list(candidates(panel, crowd(bars, stock_days(bars), members)))
    settings = load({"PAOMO_HOME": "none"})
    rules = [r for r in build(settings.rules) if r.name != "exuberance"]  # slow; no stage reads it
    policy = Policy(**settings.policy)  # type: ignore[arg-type]
    told = [t for _, _, said in replay(panel, rules, policy) for t in said]
    return Reference(panel, found, onsets(told, Stage.BUBBLE))


def _print_luck(found: Sequence[Tried], chosen: Sequence[Tried], at: Sample) -> None:
    """The largest surprise of all that were tried, beside what luck alone would have it."""
    nulls = {"months": largest_by_months(found), "shuffles": largest_by_shuffles(found, at)}
    bars = ", ".join(f"{np.quantile(null, 0.95):.2f} by {name}" for name, null in nulls.items())
    console.print(f"{len(found)} tried; 95 % of the largest surprises by luck are below {bars}")
    table = Table("candidate", "variant", "surprise", *(f"p by {name}" for name in nulls))
    for t in chosen:
        luck = [f"{(null >= abs(t.surprise)).mean():.3f}" for null in nulls.values()]
        table.add_row(t.of.name, t.of.variant, f"{t.surprise:.2f}", *luck)
    console.print(table)


def _table(name: str, chosen: Sequence[Tried], of: Reference, at: Sample) -> Table:
    title = f"{name}: {len(at.rows)} theme-days, {at.label.mean():.2f} followed by the fall"
    table = Table("candidate", "high from", *HEADS, *BUBBLE_HEADS, title=title)
    for t in chosen:
        high = sides(t.of, t.threshold, at)
        strata = (None, at.volatile, at.sized)
        table.add_row(
            f"{t.of.name}, {t.of.variant}",
            f"{t.threshold:.3g}",
            f"{int(np.nansum(high))}, {int(np.nansum(1 - high))}",
            *(_difference(high, at, stratum) for stratum in strata),
            _record(of, _inside(t, of.panel), SPANS[name]),
            *(_record(of, alerts, SPANS[name]) for alerts in _parted(t, of.bubbles)),
        )
    return table


def _inside(t: Tried, panel: Panel) -> Alerts:
    """Onsets of the candidate as a rule of its own inside run-ups."""
    quiet = (risen(panel.net) < RUN_UP) & t.of.values.notna()
    return crossings(t.of.values.mask(quiet, -np.inf), t.threshold)


def _parted(t: Tried, alerts: Alerts) -> tuple[Alerts, Alerts]:
    """The alerts where the candidate is high, and where it is low; unknown in neither."""
    values = {alert: t.of.values.at[alert] for alert in alerts}
    high = [alert for alert in alerts if values[alert] >= t.threshold]
    return high, [alert for alert in alerts if values[alert] < t.threshold]


def _record(of: Reference, alerts: Alerts, span: Span) -> str:
    """Precision of alerts, their number, and their lift over equal volatility."""
    net = of.panel.net
    s = score("", net, followed(net, markets.LABEL), alerts, *span)
    return f"{s.precision:.2f} of {s.onsets}, lift {_within(s.lift, s.lift_interval)}"


def _difference(high: Array, at: Sample, stratum: Array | None) -> str:
    drawn = differences(high, at, stratum)
    return _within(drawn[0], middle(drawn[1:]))


def _within(value: float, interval: tuple[float, float]) -> str:
    return f"{value:.2f} ({interval[0]:.2f} to {interval[1]:.2f})"


if __name__ == "__main__":
    main()
