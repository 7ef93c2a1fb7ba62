"""A replay of all stored days, and the alerts it gave: what the record is made of."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date

import pandas as pd

from bot.app import NET, judge, judged_themes, labels
from bot.progress import Report
from config.settings import Settings
from market.store import Store
from signals.compare import RUN_UP, Alerts, crossings, risen
from signals.model import Stage, Transition
from signals.panel import Panel
from signals.scorecard import Label, onsets
from signals.sweep import Spread, told

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
    settings: str  # short hash of rules, policy and labels
    labels: dict[str, Label]  # NET is the primary one

    @property
    def label(self) -> Label:
        """The primary label."""
        return self.labels[NET]

    def levels(self, label: str) -> pd.DataFrame:
        """What a label's fall is measured on, points, day x theme: net, or with the market."""
        return self.panel.net if label == NET else self.panel.close


def live(
    known: Settings,
    store: Store,
    since: date,
    until: date,
    progress: Report,
    work: Spread = map,
) -> Lived:
    """Replays all stored days; alerts of stages, rules and the baseline."""
    rules, policy = judge(known)
    days, themes = len(store.days()), judged_themes(known, store)
    progress("reading", 0, 1)
    panel = store.panel(date.max, days, themes)
    progress("reading", 1, 1)
    found = told(panel, rules, policy, work)
    alerts = {s.value: ("stage", onsets(found.transitions, s)) for s in STAGES}
    alerts |= {rule: ("rule", crossed) for rule, crossed in found.crossed.items()}
    alerts["baseline"] = ("baseline", crossings(risen(panel.net), RUN_UP))
    names = {theme.id: theme.name for theme in store.themes().values()}
    listed = [day for theme in themes for day in store.member_days(theme)[:1]]
    of_what = (since, until, min(listed, default=None), settings_hash(known), labels(known))
    return Lived(panel, found.transitions, alerts, names, *of_what)


def settings_hash(known: Settings) -> str:
    """A short name of the rules, the policy and the labels that the record holds for."""
    text = json.dumps([known.rules, known.policy, known.labels], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
