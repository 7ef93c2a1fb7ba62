"""`paomo export`: what the bot knows, as files for other programs."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from bot.app import App, open_app
from bot.errors import UserError
from bot.home import lived_in
from bot.lived import Lived, live
from bot.messages import number
from bot.progress import Report, shown
from bot.score import rows
from market.calendar import EXCHANGES
from market.store import Store
from signals.panel import FRAMES

Format = Literal["parquet", "csv"]
ENDS: dict[str, tuple[str, ...]] = {  # of a score's row: what has several parts, a column each
    "interval": ("low", "high"),
    "lift_interval": ("lift_low", "lift_high"),
    "recall_interval": ("recall_low", "recall_high"),
    "price_interval": ("price_low", "price_high"),
    "lead_days": ("lead_quarter", "lead_median", "lead_three_quarters"),
}


def run_export(folder: Path, kind: Format) -> None:
    """Writes alerts, signals, theme days and scores; says what and how much."""
    with closing(open_app(lived_in())) as app, shown() as progress:
        if not app.store.days():
            raise UserError("the store holds no day; there is nothing to export")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, frame in tables(app, progress):
                path = folder / f"{name}.{kind}"
                if kind == "parquet":
                    frame.to_parquet(path, index=False)
                else:
                    frame.to_csv(path, index=False)
                print(f"{path}: {len(frame):,} rows")
        except OSError as error:
            raise UserError(f"{folder}: cannot be written ({error.strerror})") from None


def tables(app: App, progress: Report) -> Iterator[tuple[str, pd.DataFrame]]:
    """Name and rows of each table; unknown figures are empty."""
    told, themes = app.ledger.of("").transitions(), app.store.themes()
    names = {id_: theme.name for id_, theme in themes.items()}
    yield (
        "alerts",
        pd.DataFrame(
            [
                (
                    f"#{number(t)}",
                    t.day,
                    t.theme,
                    names.get(t.theme),
                    t.kind,
                    t.before.stage,
                    t.after.stage,
                )
                for t in told
            ],
            columns=["id", "day", "theme", "name", "kind", "from", "to"],
        ),
    )
    yield (
        "signals",
        pd.DataFrame(
            [
                (f"#{number(t)}", s.day, s.theme, s.rule, s.value, s.threshold, s.unit, s.firing)
                for t in told
                for s in t.signals
            ],
            columns=["alert", "day", "theme", "rule", "value", "threshold", "unit", "firing"],
        ),
    )
    stores = [place.store for place in map(app.of, EXCHANGES) if place.store.days()]
    yield "theme_days", pd.concat(map(_theme_days, stores), ignore_index=True)
    days = app.store.days()
    lived = live(app.settings, app.store, days[0], days[-1], progress)
    yield "scores", _flat(rows(lived, progress), lived)


def _flat(scored: list[dict[str, Any]], lived: Lived) -> pd.DataFrame:
    """A row for each stage, rule and the baseline as `paomo score` has them, intervals in two."""
    of = {"since": lived.since, "until": lived.until, "settings": lived.settings}
    flat = [_columns(row) | of for row in scored]
    return pd.DataFrame(flat).assign(backfilled_with=lived.member_day)


def _columns(row: dict[str, Any]) -> dict[str, Any]:
    """A row's figures, a column each; those of secondary labels with the label before."""
    spread = {n: v for key in ENDS if key in row for n, v in zip(ENDS[key], row[key], strict=True)}
    beside = {
        f"{label}_{name}": value
        for label, by in row.get("secondary", {}).items()
        for name, value in _columns(by).items()
        if name != "name"
    }
    plain = {key: value for key, value in row.items() if key not in (*ENDS, "secondary")}
    return plain | spread | beside


def _theme_days(store: Store) -> pd.DataFrame:
    """A row for each day and theme of the store's exchange that anything is known of."""
    panel = store.panel(date.max, -1)
    frames = {name: getattr(panel, name) for name in FRAMES}
    stacked = {name: frame.stack(future_stack=True) for name, frame in frames.items()}
    rows = pd.DataFrame(stacked).dropna(how="all").reset_index(names=["day", "theme"])
    market = pd.DataFrame({"benchmark": panel.benchmark, "market_amount": panel.market_amount})
    return rows.join(market, on="day").assign(exchange=store.exchange)
