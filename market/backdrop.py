"""The backdrop of a day: levels of several markets, and macro series when they are due."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial

from market.checks import Fault
from market.facts import as_int
from market.series import TABLE, Series
from market.source import Source, SourceError
from market.store import Store
from market.world import INDICES, Index

EVER = date.max


def fetch_indices(source: Source, store: Store, day: date, span: timedelta) -> list[Fault]:
    """Brings in each index, only days before `day`: in Shanghai's evening the others still trade,
    or have not begun. Raises SourceError when none comes."""
    steps = {index.en: partial(_index, source, store, index, day, span) for index in INDICES}
    return _each("world", steps)


def _index(source: Source, store: Store, index: Index, day: date, span: timedelta) -> None:
    known = store.points(day - span, day, index.id)
    since = max((last for last, _ in known), default=day - span)  # a year is a request
    bars = source.index_history(index.code, since, day - timedelta(days=1))
    store.save_points(
        (index.id, as_int(d), close, None, source.name)
        for d, close in zip(bars["day"], bars["close"], strict=True)
    )


def fetch_macro(source: Source, store: Store, day: date, every: Mapping[str, int]) -> list[Fault]:
    """Brings in the series that are due; `every` is days between two looks, by cadence.

    Raises SourceError when none comes.
    """
    due = [one for one in TABLE if one.function and _due(store, one, day, every[one.cadence])]
    return _each("macro", {one.en: partial(_series, source, store, one, day) for one in due})


def _due(store: Store, one: Series, day: date, days: int) -> bool:
    asked = store.note(f"macro:{one.key}")
    return not asked or date.fromisoformat(asked) + timedelta(days=days) <= day


def _series(source: Source, store: Store, one: Series, day: date) -> None:
    """Keeps what is new of a series. A value counts from the day it was first seen; what the first
    look finds counts from its period's end and the release lag."""
    found, known = source.macro(one.key), store.macro.known(one.key, EVER)
    rows = []
    for period, value in found[["period", "value"]].itertuples(index=False):
        if period < day and known.get(period) != value:  # what is not over is not known
            released = period + timedelta(days=one.lag_days)
            rows.append((one.key, period, value, day if len(known) else min(released, day), day))
    with store.atomic():
        store.macro.save(rows)
        store.set_note(f"macro:{one.key}", day.isoformat())


def _each(kind: str, steps: Mapping[str, Callable[[], None]]) -> list[Fault]:
    """Takes each step; those that failed, by reason. Raises a SourceError when all did."""
    failed: dict[str, SourceError] = {}
    for name, step in steps.items():
        try:
            step()
        except SourceError as error:
            failed[name] = error
    if failed and len(failed) == len(steps):
        raise next(iter(failed.values()))
    reasons: dict[str, list[str]] = {}
    for name, met in failed.items():
        reasons.setdefault(f"{type(met).__name__}: {met}", []).append(name)
    return [Fault(kind, f"{', '.join(names)}: {reason}") for reason, names in reasons.items()]
