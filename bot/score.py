"""`paomo score`: the record of all alerts over one's own store, as a table or as JSON."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import date
from typing import Any

import pandas as pd
from rich.console import Console

from bot.app import judge, judged_themes
from bot.errors import UserError
from bot.home import database, settings
from bot.score_table import print_score
from config.settings import Settings
from market.store import Store
from signals.compare import RUN_UP, Alerts, against_baseline, crossings, risen
from signals.episodes import Episode, foresight
from signals.evaluate import evaluate
from signals.lookback import FalseAlarm, false_alarms, misses
from signals.model import Stage
from signals.nulls import detectable_lift, left_out, moved
from signals.probability import skill
from signals.replay import replay
from signals.scorecard import onsets, score

STAGES = (Stage.FORMING, Stage.BUBBLE, Stage.BURSTING)


def run_score(since: date | None, until: date | None, as_json: bool) -> None:
    """Prints the record between two days (all by default)."""
    known = settings()
    store = Store(database(known.home))
    days = store.days()
    if not days:
        raise UserError("the store holds no day; run `paomo import` first")
    first, last = since or days[0], until or days[-1]
    if first > last:
        raise UserError(f"--from {first} is after --to {last}")
    with Console(stderr=True).status("replaying and scoring all days"):
        measured = _measured(known, store, first, last)
    if as_json:
        print(json.dumps(measured, ensure_ascii=False))
    else:
        print_score(measured, first, last)


def _measured(known: Settings, store: Store, since: date, until: date) -> dict[str, Any]:
    """All that `--json` prints: rows of stages, rules and the baseline, and what compares them."""
    rules, policy = judge(known)
    panel = store.panel(date.max, len(store.days()), judged_themes(known, store))
    told = [t for _, _, told in replay(panel, rules, policy) for t in told]
    scores, net = evaluate(panel, rules), panel.net
    alerts = {stage.value: ("stage", onsets(told, stage)) for stage in STAGES}
    for rule in rules:
        alerts[rule.name] = ("rule", crossings(scores.frame(rule.name), rule.threshold))
    alerts["baseline"] = ("baseline", crossings(risen(net), RUN_UP))
    bubble = (net, alerts[Stage.BUBBLE][1], since, until)
    worth, _ = skill(net, told, since, until)
    names = {theme.id: theme.name for theme in store.themes().values()}
    made = {
        "rows": [_row(name, *kind, net, since, until) for name, kind in alerts.items()],
        "against_baseline": against_baseline(*bubble),
        "chance": {stage: _chance(*alerts[stage], net, since, until) for stage in STAGES},
        "misses": [_named(found, names) for found in misses(*bubble)],
        "false_alarms": [_named(found, names) for found in false_alarms(*bubble)],
        "probability": asdict(worth) | {"shown": worth.shown},
        "settings": _settings_hash(known),
    }
    return {key: _known(value) for key, value in made.items()}


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


def _settings_hash(known: Settings) -> str:
    """A short name of the rules and the policy that the record holds for."""
    text = json.dumps([known.rules, known.policy], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
