"""`paomo score`: the record of all alerts over one's own store, as a table or as JSON."""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console

from bot.app import judge
from bot.cluster import spread
from bot.errors import UserError
from bot.home import database, lived_in
from bot.lived import STAGES, Lived, live
from bot.progress import Report, shown
from bot.score_table import print_score
from market.store import Store
from signals.compare import Alerts, against_baseline
from signals.episodes import Episode, foresight, peaked
from signals.lookback import FalseAlarm, false_alarms, misses
from signals.model import Stage
from signals.nulls import detectable_lift, left_out, moved
from signals.probability import skill
from signals.scorecard import (
    Ground,
    Label,
    Score,
    counted,
    followed,
    months_resampled,
    scored,
    volatility_deciles,
)
from signals.studies import turns
from signals.sweep import Spread
from signals.variants import search


def run_score(
    since: date | None,
    until: date | None,
    as_json: bool,
    folder: Path | None = None,
    cluster: str | None = None,
) -> None:
    """Prints the record between two days (all by default), and writes its report to `folder`.

    A `cluster` shares the work out, to the same result.
    """
    known = lived_in()
    with closing(Store(database(known.home))) as store, shown() as progress:
        first, last = _span(store.days(), since, until)
        with spread(cluster) as over:
            work = telling(over, progress)
            lived = live(known, store, first, last, progress, work)
            found = measured(lived, progress, work)
            if folder:
                from bot.score_report import write  # brings matplotlib

                tried = search(lived.panel, *judge(known), first, last, lived.label, work)
                write(folder, lived, found, tried, progress)
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        print_score(found)
    if folder:
        Console(stderr=True).print(
            f"the report is {folder / 'index.html'}", soft_wrap=True, markup=False
        )


def _span(days: Sequence[date], since: date | None, until: date | None) -> tuple[date, date]:
    if not days:
        raise UserError("the store holds no day; run `paomo import` first")
    first, last = since or days[0], until or days[-1]
    if first > last:
        raise UserError(f"--from {first} is after --to {last}")
    return first, last


def telling(work: Spread, progress: Report) -> Spread:
    """The same work, each finished part told."""

    def told_of(do: Callable[[Any], Any], parts: Sequence[Any]) -> Iterator[Any]:
        what = do.__name__.replace("_", " ")
        progress(what, 0, len(parts))
        for done, part in enumerate(work(do, parts), 1):
            progress(what, done, len(parts))
            yield part

    return told_of


def measured(lived: Lived, progress: Report, work: Spread = map) -> dict[str, Any]:
    """All that `--json` prints: rows of stages, rules and the baseline, and what compares them."""
    net, since, until = lived.panel.net, lived.since, lived.until
    bubble = (net, lived.alerts[Stage.BUBBLE][1], since, until, lived.label)
    worth, _ = skill(net, lived.told, since, until, lived.label)
    looks_ahead = lived.member_day is not None and since < lived.member_day
    made = {
        "rows": rows(lived, progress, work),
        "turns": turns(lived.told, since, until),
        "against_baseline": against_baseline(*bubble),
        "chance": {s: _chance(*lived.alerts[s], net, since, until, lived.label) for s in STAGES},
        "misses": [_named(found, lived.names) for found in misses(*bubble)],
        "false_alarms": [_named(found, lived.names) for found in false_alarms(*bubble)],
        "probability": asdict(worth) | {"shown": worth.shown},
        "labels": lived.labels,
        "since": since,
        "until": until,
        "members": {"day": lived.member_day, "looks_ahead": looks_ahead},
        "settings": lived.settings,
    }
    return {key: _known(value) for key, value in made.items()}


def rows(lived: Lived, progress: Report, work: Spread = map) -> list[dict[str, Any]]:
    """The record of each stage and rule and of the baseline, by every label."""
    since, until, net = lived.since, lived.until, lived.panel.net
    deciles = volatility_deciles(net)
    grounds = {
        name: Ground(followed(lived.levels(name), label), deciles)
        for name, label in lived.labels.items()
    }
    wanted = [(name, label) for name in lived.alerts for label in lived.labels]
    found = []
    for done, (name, label) in enumerate(wanted, 1):
        found.append(counted(name, grounds[label], lived.alerts[name][1], since, until))
        progress("labels", done, len(wanted))
    spans = work(months_resampled, [one.sample for one in found])
    scores = dict(zip(wanted, map(scored, found, spans), strict=True))
    peaks = peaked(net, since, until, lived.label)
    return [_row(lived, name, scores, peaks) for name in lived.alerts]


def _row(
    lived: Lived,
    name: str,
    scores: Mapping[tuple[str, str], Score],
    peaks: Sequence[Episode],
) -> dict[str, Any]:
    kind, alerts = lived.alerts[name]
    inside = [alert for alert in alerts if lived.since <= alert[0] <= lived.until]
    first, *others = (asdict(scores[name, label]) for label in lived.labels)
    first["detectable_lift"] = detectable_lift(first["lift_interval"])
    beside = dict(zip(list(lived.labels)[1:], others, strict=True))
    seen = asdict(foresight(lived.panel.net, inside, peaks))
    return {"kind": kind} | first | seen | {"secondary": beside}


def _named(found: Episode | FalseAlarm, names: Mapping[str, str]) -> dict[str, Any]:
    return {"name": names[found.theme]} | asdict(found)


def _chance(
    kind: str, alerts: Alerts, net: pd.DataFrame, since: date, until: date, label: Label
) -> dict[str, Any]:
    """Whether alerts of a kind could be luck, or the work of one month."""
    span = (net, alerts, since, until, label)
    return {"kind": kind} | asdict(moved(*span)) | asdict(left_out(*span))


def _known(value: Any) -> Any:
    """What JSON can say: NaN as null, days as text, dataclasses as objects, through and through."""
    if is_dataclass(value) and not isinstance(value, type):
        return _known(asdict(value))
    if isinstance(value, dict):
        return {key: _known(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_known(part) for part in value]
    if isinstance(value, date):
        return str(value)
    return None if isinstance(value, float) and math.isnan(value) else value
