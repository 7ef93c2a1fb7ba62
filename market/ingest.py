"""One trading day from a source into the store; what is dear to fetch is kept as it comes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from config.themes import Themes
from market.backdrop import fetch_indices, fetch_macro
from market.boards import boards, by_moves
from market.checks import Fault, disproved, failed, fatal_faults, follows, unchained
from market.derive import derive
from market.facts import as_figures, as_int
from market.filling import renewed
from market.histories import Wants, gap, histories, indices, stored_before
from market.memberships import Followed, missing
from market.pools import pool_of
from market.reports import earnings
from market.revise import revise
from market.source import NoData, SchemaChanged, Source, SourceError
from market.store import BAR, Store
from market.whole_days import WHOLE

RECENT = timedelta(days=30)  # over which the stocks of the market hardly change
FEN = 0.0101  # CNY; prices are told in steps of 0.01
MOVED = 0.01  # fraction; a bar that moved as much is none of a stock that did not
BLIND_SHARE = 0.1  # of stocks without a high; beyond it broken boards would not be known


@dataclass(frozen=True)
class IngestReport:
    """What came in for a day."""

    day: date
    provider: str
    stocks: int
    faults: tuple[Fault, ...]
    served: tuple[str, ...] = ()  # what came in beside: the snapshot's provider, boards, ...


def ingest(
    source: Source,
    store: Store,
    day: date,
    themes: Themes,
    wants: Wants,
    progress: Callable[[str], None] = lambda what: None,
) -> IngestReport:
    """Fetches, checks and saves the figures of the trading day that closed last.

    What can be missing is named in the report's faults. Raises SourceError when the day itself
    cannot be had: then it is stored in no part, and may be tried again.
    """
    faults: list[Fault] = []
    served: list[str] = []

    def tried(what: str, step: Callable[[], object]) -> None:
        progress(what)
        try:
            step()
            served.append(what)
        except SourceError as error:
            faults.append(failed(what, error))

    progress("snapshot")
    quotes = _quotes(source, day, wants)
    _must_be_new(source, store, day, quotes, wants)  # else the rest would be asked for in vain
    if quotes.attrs["provider"] == WHOLE:
        faults.append(Fault("no_snapshot"))
    elif quotes["pe_ttm"].isna().all():  # those who stand in have none
        faults.append(Fault("stand_in", quotes.attrs["provider"]))
    tried("boards", lambda: faults.extend(boards(source, store, day, themes)))
    tried("members", lambda: faults.extend(_members(source, store, day, themes, wants)))
    tried("histories", lambda: histories(source, store, day, themes, wants))
    tried("indices", lambda: indices(source, store, day, wants))
    tried("gap", lambda: faults.extend(gap(source, store, day, themes, wants)))
    if "boards" not in served:  # moves are since the session before: missed days come first
        told = f"; {by_moves(source, store, day)} boards go by their moves"
        faults = [replace(f, detail=f.detail + told) if f.kind == "boards" else f for f in faults]
    tried("earnings", lambda: earnings(source, store, day))
    if quotes["high"].isna().mean() > BLIND_SHARE:
        tried("pools", lambda: _pools(source, store, day, quotes))
    else:
        served.append("pools")  # highs tell what they would
    faults += _saved(store, day, quotes)
    # what no day waits for: a slow host must not keep the figures that are in hand
    tried("world", lambda: faults.extend(fetch_indices(source, store, day, wants.history)))
    tried("macro", lambda: faults.extend(fetch_macro(source, store, day, wants.macro_every)))
    provider = quotes.attrs["provider"]
    return IngestReport(day, provider, len(quotes), tuple(faults), (provider, *served))


def _quotes(source: Source, day: date, wants: Wants) -> pd.DataFrame:
    """The snapshot; where it does not come, the day as it can be had hours after its close."""
    try:
        return source.snapshot()
    except SourceError as error:
        if not wants.whole_days:
            raise
        first = error
    try:
        return source.market_day(day)
    except SourceError as error:
        raise type(first)(f"{first}; {error}") from None


def _members(source: Source, store: Store, day: date, themes: Themes, wants: Wants) -> list[Fault]:
    """Memberships of curated boards that are not known yet; market/filling.py sees to the rest."""
    absent = missing(store, Followed.of(store, themes, ()).closely)
    return [fault for fault in renewed(source, store, absent, day, wants.pages_a_day) if fault]


def _pools(source: Source, store: Store, day: date, quotes: pd.DataFrame) -> None:
    """Which stocks touched the upper limit: of a snapshot without highs nothing else tells."""
    store.pools.save(day, pool_of(source, day, quotes, store.pools.named()))


def _must_be_new(
    source: Source, store: Store, day: date, quotes: pd.DataFrame, wants: Wants
) -> None:
    """Raises when a snapshot is not the market's, or not proven to be of a day.

    It comes undated, but for a whole day's. Its previous closes prove it where they are those of
    the last stored day; on a first evening and after a gap a dated bar of the most traded stock.
    """
    held_day, held = _held_before(store, day)
    if held_day and day - held_day > RECENT:  # imported long ago: another market
        held = {}
    if fatal := fatal_faults(quotes, held, wants.min_stocks):
        kind = NoData if any(fault.kind == "stale" for fault in fatal) else SchemaChanged
        raise kind("; ".join(f"{fault.kind} {fault.detail}" for fault in fatal))
    if quotes.attrs["provider"] == WHOLE or follows(quotes, held):
        return
    by_amount = quotes.sort_values("amount", na_position="first")
    code, close = str(by_amount["code"].iloc[-1]), float(by_amount["close"].iloc[-1])
    bars = source.stock_history(code, day, day)
    if abs(bars["close"].iloc[-1] - close) > FEN:
        raise NoData(f"the snapshot has {code} at {close:.2f}, its bar of {day} has not")
    unmoved = abs(float(by_amount["prev_close"].iloc[-1]) - close) <= FEN
    if unmoved and abs(bars["prev_close"].iloc[-1] / close - 1) > MOVED:
        raise NoData(f"the snapshot has {code} unmoved, its bar of {day} has not")


def _saved(store: Store, day: date, quotes: pd.DataFrame) -> list[Fault]:
    """Compares the snapshot with the day before and writes the day, all or nothing."""
    held_day, held = _held_before(store, day)
    chained = held_day == stored_before(store, day)  # else the day before came without bars
    faults = unchained(quotes, held) if chained else []
    rows = quotes.assign(number=as_int(day))
    wrong = disproved(quotes, held) if chained else pd.Series(dtype=float)
    with store.atomic():
        if held_day and len(wrong):
            bars = pd.DataFrame({"day": held_day, "code": wrong.index, "close": wrong.to_numpy()})
            revise(store, bars, day, "next_close")
            faults.append(Fault("revised", str(len(wrong))))
        store.save_bars(
            (number, code, *as_figures(bar))
            for number, code, *bar in rows[["number", "code", *BAR]].itertuples(index=False)
        )
        named = quotes.dropna(subset=["name"])
        names = dict(zip(named["code"], named["name"], strict=True))
        store.save_names(names)
        store.events.see_names(names, day)
        store.save_valuations(
            (as_int(day), code, *as_figures(figures))
            for code, *figures in quotes[["code", "pe_ttm", "market_cap"]].itertuples(index=False)
        )
        derive(store, [day], backfilled=False, source=quotes.attrs["provider"])
    return faults


def _held_before(store: Store, day: date) -> tuple[date | None, dict[str, tuple[float, float]]]:
    """The day of the newest bars before a day, and (close, volume) of each by code."""
    days = [known for known in store.bar_days() if known < day]
    if not days:
        return None, {}
    bars = store.bars(days[-1], days[-1])
    figures = zip(bars["close"], bars["volume"], strict=True)
    return days[-1], dict(zip(bars["code"], figures, strict=True))
