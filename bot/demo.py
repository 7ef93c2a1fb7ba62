"""The demo: the real pipeline, day by day, over a simulated market, told in the terminal."""

from collections.abc import Iterator
from datetime import date

from rich.console import Console
from rich.panel import Panel as Box

from bot import messages
from bot.history import judge, settings
from config.settings import Settings
from market.derive import derive
from market.simulate import SimulatedMarket, simulate
from market.store import BAR, Store, as_int
from signals.model import Transition
from signals.replay import replay, step

HISTORY_DAYS = 280  # trading days given as history before the demo lives through the rest


def run(seed: int, language: messages.Language) -> None:
    """Shows what a reader would have been told; all of it simulated, and labelled so."""
    console = Console()
    market = simulate(seed)
    names = {theme.id: theme.name for theme in market.themes}
    console.print(
        "[bold]SIMULATED MARKET · 模拟行情[/bold]: no figure below is real", soft_wrap=True
    )
    told = 0
    for transition in lived(market, settings()):
        text = messages.alert(transition, names[transition.theme], language, simulated=True)
        console.print(Box(text, title=str(transition.day), title_align="left", expand=False))
        told += 1
    console.print(f"{told} messages in {len(market.days) - HISTORY_DAYS} simulated trading days")


def lived(market: SimulatedMarket, known: Settings) -> Iterator[Transition]:
    """Transitions of the days after the history: each day saved, derived, evaluated, folded."""
    rules, policy = judge(known)
    store = Store(None)
    _given(store, market)
    history, rest = market.days[:HISTORY_DAYS], market.days[HISTORY_DAYS:]
    _save(store, market, history[0], history[-1])
    derive(store, history, backfilled=True)
    # the states are built silently: the first evening sends no flood
    *_, (_, states, _) = replay(store.panel(history[-1], len(history)), rules, policy)
    for day in rest:
        _save(store, market, day, day)
        derive(store, [day], backfilled=False)
        states, told = step(states, store.panel(day, known.data.history_days), rules, policy)
        yield from told


def _given(store: Store, market: SimulatedMarket) -> None:
    store.save_themes(market.themes)
    for theme, codes in market.members.items():
        store.save_members(theme, market.days[0], codes)
    store.save_reports(market.reports)


def _save(store: Store, market: SimulatedMarket, since: date, until: date) -> None:
    chosen = market.bars[market.bars["number"].between(as_int(since), as_int(until))]
    store.save_bars(chosen[["number", "code", *BAR]].itertuples(index=False, name=None))
