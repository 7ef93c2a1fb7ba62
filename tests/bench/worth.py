"""What alerts on the reference history were worth against chance, and how many there were."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from bot.app import judge
from config.settings import load
from config.themes import load_themes
from market.importer import import_history
from market.store import Store
from signals.model import Stage, Transition
from signals.replay import replay
from signals.scorecard import onsets, score
from tests.bench.row import FOLDER, Row

TUNED, HELD_OUT = (date(2015, 6, 1), date(2021, 12, 31)), (date(2022, 1, 1), date(2024, 6, 28))


def rows() -> Iterator[Row]:
    """Alerts of real themes; members are those of January 2026."""
    store = Store(None)
    import_history(store, FOLDER / "ashare/bars", FOLDER / "ashare/members.csv.gz")
    themes = load_themes(Path("none"))
    real = [t.id for t in store.themes().values() if themes.is_theme(t.name)]
    panel = store.panel(date.max, len(store.days()), real)
    rules, policy = judge(load({"PAOMO_HOME": "none"}))
    told = [t for _, _, some in replay(panel, rules, policy) for t in some]
    yield from _quiet(panel.days[250:], told)
    for stage in (Stage.FORMING, Stage.BUBBLE, Stage.BURSTING):
        for name, span in (("2015-2021, tuned", TUNED), ("2022-2024, held out", HELD_OUT)):
            yield _lift(f"{stage} {name}", panel.net, onsets(told, stage), *span)


def _quiet(days: list[date], told: list[Transition]) -> Iterator[Row]:
    counts = np.array([sum(t.day == day for t in told) for day in days])
    most = float(np.quantile(counts, 0.95))
    name = f"transitions a day, 95 % of days (median {np.median(counts):.0f}, most {counts.max()})"
    yield Row(name, most, None, "count", "10", most <= 10)


def _lift(
    name: str, net: pd.DataFrame, alerts: list[tuple[date, str]], since: date, until: date
) -> Row:
    found = score(name, net, alerts, since, until)
    (low, high), (least, most) = found.interval, found.lift_interval
    said = (
        f"{name}: {found.onsets} onsets on {found.dates} days, {found.precision:.2f}"
        f" ({low:.2f}-{high:.2f}) against {found.matched_base_rate:.2f} of equally volatile themes;"
        f" lift {least:.2f}-{most:.2f}"
    )
    return Row(said, found.lift, None, "times", "interval above 1", least > 1)
