"""`paomo score`: the record of all alerts over one's own store, as a table or as JSON."""

import hashlib
import json
import math
from dataclasses import asdict
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.app import judge, judged_themes
from bot.errors import UserError
from bot.home import database, settings
from config.settings import Settings
from market.store import Store
from signals.episodes import foresight
from signals.model import Stage
from signals.replay import replay
from signals.scorecard import DAYS, FALL, onsets, score

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
        rows = _rows(known, store, first, last)
    if as_json:
        print(json.dumps({"rows": rows, "settings": _settings_hash(known)}, ensure_ascii=False))
    else:
        _print(rows, first, last, known)


def _rows(known: Settings, store: Store, since: date, until: date) -> list[dict[str, Any]]:
    rules, policy = judge(known)
    panel = store.panel(date.max, len(store.days()), judged_themes(known, store))
    told = [t for _, _, told in replay(panel, rules, policy) for t in told]
    rows = []
    for stage in STAGES:
        alerts = onsets(told, stage)
        found = asdict(score(stage, panel.net, alerts, since, until))
        inside = [alert for alert in alerts if since <= alert[0] <= until]
        rows.append(found | asdict(foresight(panel.net, inside, since, until)))
    return [{key: _known(value) for key, value in row.items()} for row in rows]


def _known(value: Any) -> Any:
    """NaN as null, also inside an interval: JSON knows no NaN."""
    if isinstance(value, tuple):
        return [_known(part) for part in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _settings_hash(known: Settings) -> str:
    """A short name of the rules and the policy that the record holds for."""
    text = json.dumps([known.rules, known.policy], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _print(rows: list[dict[str, Any]], since: date, until: date, known: Settings) -> None:
    table = Table(title=f"alerts {since} to {until}, settings {_settings_hash(known)}")
    for head in ("stage", "onsets", "hits", "precision", "base", "matched", "lift", "episodes"):
        table.add_column(head)
    for head in ("recall", "lead days", "price at alert"):
        table.add_column(head)
    for row in rows:
        table.add_row(
            row["name"],
            str(row["onsets"]),
            str(row["hits"]),
            _with_interval(row["precision"], row["interval"]),
            _figure(row["base_rate"]),
            _figure(row["matched_base_rate"]),
            _with_interval(row["lift"], row["lift_interval"]),
            str(row["episodes"]),
            _figure(row["recall"]),
            _figure(row["lead_days"][1], 0),
            _figure(row["price_at_alert"]),
        )
    console = Console()
    console.print(table)
    console.print(
        f"hits: onsets followed by a net fall of {FALL:.0%} within {DAYS} trading days; matched:"
        " the share among equally volatile themes of the same quarter; intervals: 95 %, whole"
        " months resampled. Members before their first known date look ahead.",
        soft_wrap=True,
    )


def _figure(value: float | None, decimals: int = 2) -> str:
    return "-" if value is None else f"{value:.{decimals}f}"


def _with_interval(value: float | None, interval: list[float | None]) -> str:
    low, high = interval
    span = f" ({low:.2f}-{high:.2f})" if low is not None and high is not None else ""
    return _figure(value) + span
