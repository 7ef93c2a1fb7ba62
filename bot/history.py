"""The commands over history: import what people have, replay what would have been said."""

import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date
from heapq import merge
from pathlib import Path
from typing import Any

from rich.console import Console

from bot import messages, past, texts
from bot.alerting import strongest_first
from bot.app import judge, judged_themes, open_app
from bot.commands.named import nearest
from bot.errors import UserError
from bot.home import LOCK, alone, database, lived_in, settings
from bot.progress import shown
from market.calendar import EXCHANGES
from market.importer import ImportRefused, ImportReport, import_history
from market.source import Theme
from market.store import Store
from signals.lifecycle import Policy
from signals.model import Signal, Transition
from signals.panel import Panel
from signals.replay import replay
from signals.rules import Rule


def run_import(bars: Path, members: Path, names: Path | None, index: Path | None) -> None:
    """Imports with a progress bar and prints what was found; refusals as a UserError."""
    home = settings().home
    path = database(home)
    # it writes for minutes, and all else would wait
    with alone(home / LOCK, f"a `paomo run` is using {home}; stop it while importing"):
        report = _imported(Store(path), bars, members, names, index)
    _print_report(report)
    with closing(open_app(settings())) as app:
        past.rebuild(app, date.max)


def _imported(
    store: Store, bars: Path, members: Path, names: Path | None, index: Path | None
) -> ImportReport:
    with shown() as progress:
        try:
            return import_history(store, bars, members, names, index, progress)
        except ImportRefused as refused:
            raise UserError(str(refused)) from None
        finally:
            store.close()


def _print_report(report: ImportReport) -> None:
    out = Console()
    out.print(
        f"{report.bars_read:,} bars of {report.stocks:,} stocks on {report.days:,} days read,"
        f" {report.bars_new:,} new; {report.themes} themes,"
        f" {report.theme_days_new:,} new theme days,"
        f" backfilled with members of {report.member_day}",
        soft_wrap=True,
    )
    for what, count in report.warnings.items():
        out.print(f"warning: {what}: {count:,}", soft_wrap=True)


def run_replay(since: date, until: date, themes: list[str], as_json: bool) -> None:
    """Prints what would have been said between the two days, of both exchanges, by day."""
    if since > until:
        raise UserError(f"--from {since} is after --to {until}")
    known = lived_in()
    rules, policy = judge(known)
    store = Store(database(known.home))
    by_id = store.themes()
    chosen = _chosen(by_id.values(), themes)
    exchanges = [store.of(code) for code in EXCHANGES if store.of(code).days(until)]
    if not exchanges:
        raise UserError("the store holds no day up to then; run `paomo import` first")
    asked = [(of, judged_themes(known, of)) for of in exchanges]
    told = merge(
        *(
            _told(of.panel(until, -1, own), rules, policy, since)
            for of, own in asked
            if chosen.intersection(own)
        ),
        key=lambda transition: transition.day,
    )
    for one in store.revisions.all():
        print(
            f"as corrected by revision {one.id}: {one.bars} bars from {one.since}", file=sys.stderr
        )
    show((t for t in told if t.theme in chosen), store, as_json, policy)


def show(told: Iterable[Transition], store: Store, as_json: bool, policy: Policy) -> None:
    """Prints transitions: each as a JSON line, or as its message without markup.

    The policy tells what their stages were entered on, as in the chat.
    """
    themes = store.themes()
    for transition in told:
        theme = themes[transition.theme]
        if as_json:
            print(json.dumps(line(transition, theme), ensure_ascii=False))
        else:
            print(_text(transition, store.of(theme.exchange), themes, policy), end="\n\n")


def _text(transition: Transition, store: Store, themes: Mapping[str, Theme], policy: Policy) -> str:
    day = transition.day
    facts = store.market_day(day), themes, store.theme_facts(day)
    of_day = messages.Day(day, *facts, exchange=store.exchange, policy=policy)
    return "\n".join(map(texts.plain, messages.alerts([transition], of_day, "zh")))


def _chosen(themes: Iterable[Theme], names: list[str]) -> set[str]:
    known = list(themes)
    for name in names:
        if not any(name in (t.name, t.id) for t in known):
            near = ", ".join(theme.name for theme in nearest(known, name))
            hint = f"near to it: {near}" if near else "see `paomo import`"
            raise UserError(f"no theme named {name} in the store; {hint}")
    return {t.id for t in known if not names or t.name in names or t.id in names}


def _told(
    panel: Panel, rules: tuple[Rule, ...], policy: Policy, since: date
) -> Iterator[Transition]:
    for day, _, transitions in replay(panel, rules, policy):
        if day >= since:
            yield from strongest_first(transitions)


def line(transition: Transition, theme: Theme) -> dict[str, Any]:
    """One transition as the object `--json` prints."""
    return {
        "day": transition.day.isoformat(),
        "theme": theme.name,
        "id": theme.id,
        "exchange": theme.exchange,
        "from": transition.before.stage,
        "to": transition.after.stage,
        "kind": transition.kind,
        "signals": [_signal(signal) for signal in transition.signals],
    }


def _signal(signal: Signal) -> dict[str, Any]:
    unknown = math.isnan(signal.value)
    return {
        "rule": signal.rule,
        "value": None if unknown else signal.value,
        "threshold": signal.threshold,
        "unit": signal.unit,
        "firing": signal.firing,
    }
