"""One closed day of Hong Kong from a source into the store: its index, its baskets' members."""

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

from config.themes import Curated
from market.checks import Fault
from market.derive import derive, derive_points
from market.facts import as_figures, as_int
from market.histories import stored_before
from market.ingest import IngestReport
from market.source import Banned, NoData, Source, SourceError, Theme, Transient
from market.store import BAR, Store

MARKET = "HSI"  # the Hang Seng index stands for the market; its bar proves the day
ENOUGH = 0.8  # of the members must have answered, 0..1


def ingest_hong_kong(
    source: Source, store: Store, day: date, curated: Sequence[Curated], history: timedelta
) -> IngestReport:
    """Brings Hong Kong up to a closed day, with the days missed before it: all can be had later.

    `store` is that of Hong Kong; `history` is calendar time. What can be missing is named in the
    report's faults. Raises SourceError when the day cannot be had: it may be tried again, and who
    answered before is not asked again.
    """
    market = source.index_history(MARKET, day - history, day)
    if day not in set(market["day"]):
        raise NoData(f"{MARKET} has no bar of {day}: no trading day, or not told yet")
    faults = _indices(source, store, day, curated, history)
    new = _save_baskets(store, day, [one for one in curated if one.members])
    codes = sorted({code for one in curated for code in one.members})
    faults += _members(source, store, day, codes, history)
    with store.atomic():
        _save_days(store, day, market, new)
        if codes and day not in store.bar_days():
            raise NoData(f"no member has a bar of {day}")
    traded = len(store.bars(day, day, of=codes))
    return IngestReport(day, source.name, traded, tuple(faults), ("hongkong",))


def _indices(
    source: Source, store: Store, day: date, curated: Sequence[Curated], history: timedelta
) -> list[Fault]:
    """Levels of curated indices, for display; their faults."""
    faults = []
    for one in curated:
        if not (one.index and one.id and one.name):
            continue
        theme = Theme(one.id, one.name, "index", one.exchange, "em", "index", one.index)
        store.save_themes([theme])
        try:
            bars = source.index_history(one.index, day - history, day)
        except SourceError as error:
            faults.append(Fault("hk_index", f"{one.name}: {error}"))
            continue
        store.save_points(
            (theme.id, as_int(d), close, None, source.name)
            for d, close in zip(bars["day"], bars["close"], strict=True)
        )
    return faults


def _save_baskets(store: Store, day: date, baskets: Sequence[Curated]) -> bool:
    """Baskets as themes, their members as of the day they were first read; whether one is new."""
    known, new = store.themes(), False
    with store.atomic():
        for one in baskets:
            assert one.id
            assert one.name
            new |= one.id not in known
            store.save_themes(
                [Theme(one.id, one.name, "basket", one.exchange, "basket", "members")]
            )
            store.save_names(one.members)
            if set(store.members(one.id)) != set(one.members):
                store.save_members(one.id, day, one.members)
    return new


def _members(
    source: Source, store: Store, day: date, codes: Sequence[str], history: timedelta
) -> list[Fault]:
    """Bars of all members up to the day, each kept as it comes; those that did not come.

    Raises SourceError when too few came, and at once when the upstream refuses us.
    """
    held = set(store.bars(day, day, of=codes)["code"])
    failed: dict[str, SourceError] = {}
    for code in codes:
        if code in held:
            continue
        try:
            _save_bars(store, code, source.hk_history(code, day - history, day))
        except Banned:
            raise
        except SourceError as error:
            failed[code] = error
    if len(failed) > (1 - ENOUGH) * len(codes):
        why = next(iter(failed.values()))
        raise Transient(f"{len(failed)} of {len(codes)} members did not come: {why}")
    if not failed:
        return []
    return [Fault("hk_members", f"{', '.join(failed)}: {next(iter(failed.values()))}")]


def _save_bars(store: Store, code: str, bars: pd.DataFrame) -> None:
    rows = bars[["day", *BAR]].itertuples(index=False, name=None)
    with store.atomic():
        store.save_bars((as_int(d), code, *as_figures(bar)) for d, *bar in rows)


def _save_days(store: Store, day: date, market: pd.DataFrame, backfill: bool) -> None:
    """The market's new days and the themes' rows of them; all past days too for a new basket."""
    last = stored_before(store, day)
    fresh = market[market["day"] > (last or date.min)]
    store.save_market_days(
        (as_int(d), close, None, None, None, None, None, "sina")
        for d, close in zip(fresh["day"], fresh["close"], strict=True)
    )
    traded = set(store.bar_days())
    past = store.days() if backfill else fresh["day"].tolist()
    derive(store, [d for d in past if d in traded and d < day], backfilled=True)
    derive(store, [day] if day in traded else [], backfilled=False)
    for theme in store.themes().values():
        if theme.basis == "index" and theme.exchange == store.exchange:
            derive_points(store, theme.id, backfilled=True)
