"""`paomo score`: the record of all alerts over one's own store, as a table or as JSON."""

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console

from bot.app import judge, judged_themes
from bot.cluster import spread
from bot.errors import UserError
from bot.home import database, settings
from bot.progress import Report, shown
from bot.score_table import print_score
from config.settings import Settings
from market.store import Store
from signals.compare import RUN_UP, Alerts, against_baseline, crossings, risen
from signals.episodes import Episode, foresight
from signals.evaluate import evaluate
from signals.lookback import FalseAlarm, false_alarms, misses
from signals.model import Stage, Transition
from signals.nulls import detectable_lift, left_out, moved
from signals.panel import Panel
from signals.probability import skill
from signals.replay import folded
from signals.scorecard import onsets, score
from signals.variants import Search, Spread, search

STAGES = (Stage.FORMING, Stage.BUBBLE, Stage.BURSTING)


@dataclass(frozen=True)
class Lived:
    """A replay of the store, and whose alerts are scored between which days."""

    panel: Panel
    told: list[Transition]
    alerts: dict[str, tuple[str, Alerts]]  # name -> kind (stage, rule, baseline) and its alerts
    names: dict[str, str]  # theme id -> name
    since: date
    until: date
    member_day: date | None  # the first membership; days before it are backfilled with it
    settings: str  # short hash of rules and policy


def run_score(
    since: date | None,
    until: date | None,
    as_json: bool,
    folder: Path | None = None,
    cluster: str | None = None,
) -> None:
    """Prints the record between two days (all by default), and writes its report to `folder`."""
    if cluster and not folder:
        raise UserError("--cluster shares out the search that --report DIR makes; name a folder")
    known = settings()
    with closing(Store(database(known.home))) as store, shown() as progress:
        first, last = _span(store.days(), since, until)
        lived = live(known, store, first, last, progress)
        found = measured(lived, progress)
        if folder:
            from bot.score_report import write  # brings matplotlib

            with spread(cluster) as work:
                tried = _search(known, lived, work, progress)
            write(folder, lived, found, tried, progress)
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        print_score(found, first, last)
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


def live(known: Settings, store: Store, since: date, until: date, progress: Report) -> Lived:
    """Replays all stored days; alerts of stages, rules and the baseline."""
    rules, policy = judge(known)
    days, themes = len(store.days()), judged_themes(known, store)
    progress("reading", 0, 1)
    panel = store.panel(date.max, days, themes)
    progress("reading", 1, 1)
    progress("rules", 0, 1)
    scores = evaluate(panel, rules)
    progress("rules", 1, 1)
    told = []
    for done, (_, _, transitions) in enumerate(folded(scores, policy), 1):
        told += transitions
        progress("replay", done, days)
    alerts = {stage.value: ("stage", onsets(told, stage)) for stage in STAGES}
    for rule in rules:
        alerts[rule.name] = ("rule", crossings(scores.frame(rule.name), rule.threshold))
    alerts["baseline"] = ("baseline", crossings(risen(panel.net), RUN_UP))
    names = {theme.id: theme.name for theme in store.themes().values()}
    listed = [day for theme in themes for day in store.member_days(theme)[:1]]
    member_day = min(listed, default=None)
    return Lived(panel, told, alerts, names, since, until, member_day, settings_hash(known))


def measured(lived: Lived, progress: Report) -> dict[str, Any]:
    """All that `--json` prints: rows of stages, rules and the baseline, and what compares them."""
    net, since, until = lived.panel.net, lived.since, lived.until
    bubble = (net, lived.alerts[Stage.BUBBLE][1], since, until)
    worth, _ = skill(net, lived.told, since, until)
    made = {
        "rows": rows(lived, progress),
        "against_baseline": against_baseline(*bubble),
        "chance": {s: _chance(*lived.alerts[s], net, since, until) for s in STAGES},
        "misses": [_named(found, lived.names) for found in misses(*bubble)],
        "false_alarms": [_named(found, lived.names) for found in false_alarms(*bubble)],
        "probability": asdict(worth) | {"shown": worth.shown},
        "settings": lived.settings,
    }
    return {key: _known(value) for key, value in made.items()}


def rows(lived: Lived, progress: Report) -> list[dict[str, Any]]:
    """The record of each stage and rule, and of the baseline."""
    made = []
    for done, (name, (kind, alerts)) in enumerate(lived.alerts.items(), 1):
        made.append(_row(name, kind, alerts, lived.panel.net, lived.since, lived.until))
        progress("scores", done, len(lived.alerts))
    return made


def _search(known: Settings, lived: Lived, work: Spread, progress: Report) -> Search:
    """The search over all variants, each finished part told."""

    def telling(do: Callable[[Any], Any], parts: Sequence[Any]) -> Iterator[Any]:
        what = do.__name__.replace("_", " ")
        progress(what, 0, len(parts))
        for done, part in enumerate(work(do, parts), 1):
            progress(what, done, len(parts))
            yield part

    return search(lived.panel, *judge(known), lived.since, lived.until, telling)


def _row(
    name: str, kind: str, alerts: Alerts, net: pd.DataFrame, since: date, until: date
) -> dict[str, Any]:
    inside = [alert for alert in alerts if since <= alert[0] <= until]
    found = asdict(score(name, net, alerts, since, until))
    found["detectable_lift"] = detectable_lift(found["lift_interval"])
    return {"kind": kind} | found | asdict(foresight(net, inside, since, until))


def _named(found: Episode | FalseAlarm, names: Mapping[str, str]) -> dict[str, Any]:
    return {"name": names[found.theme]} | asdict(found)


def _chance(
    kind: str, alerts: Alerts, net: pd.DataFrame, since: date, until: date
) -> dict[str, Any]:
    """Whether alerts of a kind could be luck, or the work of one month."""
    span = (net, alerts, since, until)
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


def settings_hash(known: Settings) -> str:
    """A short name of the rules and the policy that the record holds for."""
    text = json.dumps([known.rules, known.policy], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
