"""The backdrop of a day: levels of several markets, and macro series when they are due."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from market.checks import Fault
from market.facts import as_int
from market.series import TABLE, Series
from market.source import Source, SourceError, Transient
from market.store import Store
from market.world import INDICES, Index

EVER = date.max
SLOW = 2  # looks that failed in passing, perhaps after minutes each: the others wait for tomorrow


@dataclass(frozen=True)
class Look:
    """One look at the upstream."""

    name: str  # in faults
    note: str  # the day of the last look, and why it failed
    days: int  # calendar days between two that went well
    take: Callable[[], None]


def fetch_indices(source: Source, store: Store, day: date, span: timedelta) -> list[Fault]:
    """Brings in each index, only days before `day`: in Shanghai's evening the others still trade,
    or have not begun. Raises SourceError when none comes."""
    take = partial(_index, source, store, day, span)
    looks = [Look(index.en, f"world:{index.code}", 1, partial(take, index)) for index in INDICES]
    return faults_of(store, "world", looks, day)


def _index(source: Source, store: Store, day: date, span: timedelta, index: Index) -> None:
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
    take = partial(_series, source, store, day)
    looks = [Look(o.en, f"macro:{o.key}", every[o.cadence], partial(take, o)) for o in TABLE]
    return faults_of(store, "macro", looks, day)


def _series(source: Source, store: Store, day: date, one: Series) -> None:
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


def faults_of(store: Store, kind: str, looks: Sequence[Look], day: date) -> list[Fault]:
    """Takes the looks that are due; those that failed today, by reason.

    What hangs is not waited for again and again: alerts wait meanwhile. Raises SourceError when
    all failed.
    """
    failed: dict[str, str] = {}
    for look in looks:
        slow = [why for why in failed.values() if why.startswith(Transient.__name__)]
        if why := _taken(store, look, day, slow[-1] if len(slow) >= SLOW else ""):
            failed[look.name] = why
    if len(failed) == len(looks):
        raise SourceError(next(iter(failed.values())))
    reasons: dict[str, list[str]] = {}
    for name, why in failed.items():
        reasons.setdefault(why, []).append(name)
    return [Fault(kind, f"{', '.join(names)}: {why}") for why, names in reasons.items()]


def _taken(store: Store, look: Look, day: date, given_up: str) -> str:
    """Takes a look when it is due, once a day whatever comes of it; gives why it failed today.

    One that was given up before it began is as due as it was.
    """
    asked, _, why = (store.note(look.note) or "").partition(" ")
    if asked == day.isoformat():  # an evening without a snapshot is tried again and again
        return why
    if asked and not why and date.fromisoformat(asked) + timedelta(days=look.days) > day:
        return ""
    if given_up:
        return given_up
    try:
        look.take()
        why = ""
    except SourceError as error:
        why = f"{type(error).__name__}: {error}"
    store.set_note(look.note, f"{day} {why}".strip())
    return why
