"""What alerts on the reference history were worth against chance, and how many there were."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from bot.app import judge
from bot.grouping import grouper
from bot.records import Grouping
from config.settings import load
from config.themes import load_themes
from market.importer import import_history
from market.store import Store
from signals.model import Stage, Transition
from signals.replay import replay
from signals.scorecard import followed, onsets, score
from tests import markets
from tests.bench.row import FOLDER, Row

TUNED, HELD_OUT = (date(2015, 6, 1), date(2021, 12, 31)), (date(2022, 1, 1), date(2024, 6, 28))


def rows() -> Iterator[Row]:
    """Alerts of real themes; members are those of January 2026."""
    store = Store(None)
    import_history(store, FOLDER / "ashare/bars", FOLDER / "ashare/members.csv.gz")
    themes = load_themes(Path("none"))
    real = [t.id for t in store.themes().values() if themes.is_theme(t.name)]
    panel = store.panel(date.max, len(store.days()), real)
    known = load({"PAOMO_HOME": "none"})
    rules, policy = judge(known)
    of, grouping, net = grouper(store, known.stories), Grouping(), panel.net
    told, voices = [], []
    for row, (_, states, some) in enumerate(replay(panel, rules, policy), 1):
        grouping = of.grouped(grouping, states, some, net.iloc[:row])
        told += some
        voices += [t for t in some if not grouping.before(t)]
    yield _quiet("transitions a day", panel.days[250:], told)
    yield _quiet("transitions that speak for their stories", panel.days[250:], voices)
    for stage in (Stage.FORMING, Stage.BUBBLE, Stage.BURSTING):
        for name, span in (("2015-2021, tuned", TUNED), ("2022-2024, held out", HELD_OUT)):
            yield _lift(f"{stage} {name}", net, onsets(told, stage), *span)
    for name, span in (("2015-2021, tuned", TUNED), ("2022-2024, held out", HELD_OUT)):
        yield _lift(f"bubble that speaks {name}", net, onsets(voices, Stage.BUBBLE), *span)


def _quiet(what: str, days: list[date], told: list[Transition]) -> Row:
    counts = np.array([sum(t.day == day for t in told) for day in days])
    most = float(np.quantile(counts, 0.95))
    name = f"{what}, 95 % of days (median {np.median(counts):.0f}, most {counts.max()})"
    return Row(name, most, None, "count", "10", most <= 10)


def _lift(
    name: str, net: pd.DataFrame, alerts: list[tuple[date, str]], since: date, until: date
) -> Row:
    found = score(name, net, followed(net, markets.LABEL), alerts, since, until)
    (low, high), (least, most) = found.interval, found.lift_interval
    said = (
        f"{name}: {found.onsets} onsets on {found.dates} days, {found.precision:.2f}"
        f" ({low:.2f}-{high:.2f}) against {found.matched_base_rate:.2f} of equally volatile themes;"
        f" lift {least:.2f}-{most:.2f}"
    )
    return Row(said, found.lift, None, "times", "interval above 1", least > 1)
