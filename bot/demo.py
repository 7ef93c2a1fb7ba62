"""The demo: the real pipeline, day by day, over a simulated market, told in the terminal."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from rich.console import Console
from rich.panel import Panel as Box

from bot import texts
from bot.app import App, judge
from bot.draw import draw
from bot.errors import UserError
from bot.home import DATABASE, SIMULATED, database, settings
from bot.jobs import daily
from bot.ledger import Ledger
from bot.pictures import named
from bot.records import Chat, Queued
from bot.words import Language
from config.settings import Settings
from market.derive import BarsBetween, derive
from market.facts import as_int
from market.simulate import HOT, SimulatedMarket, simulate
from market.store import BAR, Store

HISTORY_DAYS = 280  # trading days given as history before the demo lives through the rest
READER = 1  # id of the one chat that reads along
SENT = time(7, 20)  # UTC; when the simulated messages are read, 15:20 in Shanghai


class Lived(NamedTuple):
    """A message as it arrived, and the app as it was then."""

    message: Queued
    app: App

    def picture(self) -> bytes | None:
        """The picture of the message, PNG; None where it has none."""
        shown = named(self.message.photo) if self.message.photo else None
        return draw(self.app, shown) if shown else None


def run(seed: int, language: Language, out: Path | None, keep: Path | None) -> None:
    """Shows the chat of a reader; all of it simulated, and labelled so.

    With `out`, the messages go there as an HTML page and the pictures as PNG; with `keep` the
    home that was lived in stays there.
    """
    console = Console()
    if keep:
        _cleared(keep)
    market = simulate(seed)
    console.print(
        "[bold]SIMULATED MARKET · 模拟行情[/bold]: no figure below is real", soft_wrap=True
    )
    page: list[str] = []
    for one in lived(market, settings(), language, keep):
        message = one.message
        if message.priority == 1 and not page_worthy(message):
            continue
        text = sent(message, language)
        page.append(_shown(message, text, one.picture() if out else None, out))
        if not message.is_aside:
            told = texts.plain(text)
            console.print(Box(told, title=str(message.day), title_align="left", expand=False))
    if out:
        _write_page(out, page)
        console.print(f"messages and charts: {out}", soft_wrap=True)
    asks = (
        f'{called()} ask "{HOT} 怎么样"' if language == "zh" else f'{called()} ask "how is {HOT}"'
    )
    if keep:
        text = f"Ask about this market: PAOMO_HOME={keep} {asks} --language {language}"
    else:
        text = f"To ask about this market: {called()} demo --keep DIR, then PAOMO_HOME=DIR {asks}"
    console.print(
        f"{text}\nA bot on real data: README, From nothing to a running bot",
        style="bold",
        soft_wrap=True,
        highlight=False,
    )


def called() -> str:
    """How this program was called, to be called so again."""
    path = Path(sys.argv[0])
    if path.name == "__main__.py":
        return "python -m bot"
    return path.name if shutil.which(path.name) else os.path.relpath(path)


def _cleared(home: Path) -> None:
    """Takes away what an earlier demo left in a folder; a UserError when it is not a demo's."""
    path = home / DATABASE
    if not path.exists():
        return
    with closing(Ledger(path)) as ledger:
        if not ledger.fact(SIMULATED):
            raise UserError(f"{home} is not a demo's home; --keep another folder")
    for end in ("-wal", "-shm", ""):
        Path(f"{path}{end}").unlink(missing_ok=True)


def page_worthy(message: Queued) -> bool:
    """Whether a digest is shown: of a month's first days only, or else there would be hundreds."""
    return message.priority == 1 and message.day.day <= 3 and message.day.weekday() == 0


def lived(
    market: SimulatedMarket, known: Settings, language: Language, home: Path | None = None
) -> Iterator[Lived]:
    """Messages of the days after the history, as one chat gets them, each day run by `daily`.

    In memory, or in a home that stays.
    """
    clock = [datetime.combine(market.days[0], SENT, UTC)]
    path = database(home) if home else None
    store, ledger = Store(path), Ledger(path)
    ledger.set_fact(SIMULATED, str(market.days[0]))
    app = App(known, store, ledger, *judge(known), now=lambda: clock[0])
    _given(store, market)
    history, rest = market.days[:HISTORY_DAYS], market.days[HISTORY_DAYS:]
    _save(store, market, history[0], history[-1])
    between = _bars_of(market)
    derive(store, history, backfilled=True, bars_between=between)
    ledger.save_chat(Chat(READER, "private", "", language))
    for day in rest:
        clock[0] = datetime.combine(day, SENT, UTC)
        _save(store, market, day, day)
        derive(store, [day], backfilled=False, bars_between=between, source="simulated")
        daily(app, day)
        while due := ledger.outbox.due(app.now()):
            for message in due:
                ledger.outbox.sent(message.id, message.id, app.now())
                yield Lived(message, app)
    if home:
        app.close()


def _bars_of(market: SimulatedMarket) -> BarsBetween:
    """Bars between two days from memory: reading them back from the store each day takes longer."""
    numbers = market.bars["number"].to_numpy()
    dates = {as_int(day): day for day in market.days}
    bars = market.bars.assign(day=market.bars["number"].map(dates))

    def between(since: date, until: date) -> pd.DataFrame:
        first, last = np.searchsorted(numbers, [as_int(since), as_int(until) + 1])
        return bars.iloc[first:last]

    return between


def sent(message: Queued, language: Language) -> str:
    """The message as it arrives, at SENT on its day."""
    at = datetime.combine(message.day, SENT, UTC)
    return texts.stamped(message.text, message.day, at, 45, False, language)


def _shown(message: Queued, text: str, png: bytes | None, out: Path | None) -> str:
    """A message on the page; its picture beside the page."""
    if not png or not out:
        return f"<pre>{text}</pre>"
    out.mkdir(parents=True, exist_ok=True)
    name = f"{message.day}-{message.id}.png"
    (out / name).write_bytes(png)
    return f'<figure><img src="{name}"><figcaption>{text}</figcaption></figure>'


def _write_page(out: Path, page: list[str]) -> None:
    head = "<!doctype html><meta charset=utf-8><title>Paomo demo (simulated)</title>"
    style = (
        "<style>body{max-width:26em;margin:auto;font-family:sans-serif;background:#d5e5d0}"
        "pre,figure{background:#fff;border-radius:.8em;padding:.7em;margin:.6em 0;"
        "white-space:pre-wrap;font-family:inherit}img{width:100%}"
        "blockquote{display:inline-block;margin:0;padding-left:.5em;font-size:.9em;"
        "border-left:.2em solid #79a8c9}</style>"
    )
    out.mkdir(parents=True, exist_ok=True)
    (out / "messages.html").write_text("\n".join([head, style, *page]), "utf-8")


def _given(store: Store, market: SimulatedMarket) -> None:
    store.save_themes(market.themes)
    for theme, codes in market.members.items():
        store.save_members(theme, market.days[0], codes)
    store.save_reports(market.reports)


def _save(store: Store, market: SimulatedMarket, since: date, until: date) -> None:
    chosen = market.bars[market.bars["number"].between(as_int(since), as_int(until))]
    store.save_bars(chosen[["number", "code", *BAR]].itertuples(index=False, name=None))
