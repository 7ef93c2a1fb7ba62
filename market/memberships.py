"""Dated memberships: which are due, which are thin, and who joined and left."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from config.themes import Themes
from market.checks import Fault
from market.histories import by_board
from market.source import NoData, Source, Theme
from market.store import Store

PAGE = 100  # rows of an upstream's page: a list of exactly that many may be its first page alone
HALF = 0.5  # of the members before; with fewer the list is taken for cut
USUAL = 2  # pages of a board of which nothing is known
GONE, THIN = "gone", "thin"  # notes of boards that are no more, and of lists not believed
MOVED = 0.9  # of the members that moved today by the list of boards


@dataclass(frozen=True)
class Change:
    """What changed between two memberships of a theme."""

    before: date  # of the older membership
    day: date  # of the newer one
    joined: tuple[str, ...]  # codes, ascending
    left: tuple[str, ...]


def change(before: date, old: Collection[str], day: date, new: Collection[str]) -> Change:
    """Who joined and who left between two memberships."""
    joined, left = set(new) - set(old), set(old) - set(new)
    return Change(before, day, tuple(sorted(joined)), tuple(sorted(left)))


def changes(store: Store, theme: str, since: date, before: date) -> list[Change]:
    """What memberships of a theme from one day until before another changed, oldest first.

    Each against the one before it, which may be older; those that changed nothing are left out.
    """
    days = store.member_days(theme)
    pairs = [(old, new) for old, new in pairwise(days) if since <= new < before]
    codes = {day: store.members(theme, day) for pair in pairs for day in pair}
    found = [change(old, codes[old], new, codes[new]) for old, new in pairs]
    return [one for one in found if one.joined or one.left]


def thin(found: int, before: int, moved: int) -> str:
    """Why a membership of `found` companies is not believed; empty when it is.

    `before`: companies in the last one, `moved`: that rose or fell today by the list of boards;
    0 where not known.
    """
    if moved and found < MOVED * moved:
        return f"{found} companies, but {moved} moved today"
    if not moved and before and (found < HALF * before or (found == PAGE < before)):
        return f"{found} companies after {before}"
    return ""


@dataclass(frozen=True)
class Followed:
    """Themes with a board: those followed closely, in order, and all others."""

    closely: tuple[Theme, ...]  # curated, then watched by a chat
    others: tuple[Theme, ...]

    @classmethod
    def of(cls, store: Store, themes: Themes, watched: Iterable[str]) -> "Followed":
        """Themes of the store; `watched` are ids."""
        boards, curated = by_board(store, themes)
        chosen = set(watched)
        names = [*curated, *(n for n, t in boards.items() if t.id in chosen and n not in curated)]
        rest = [theme for name, theme in boards.items() if name not in names]
        return cls(tuple(boards[name] for name in names), tuple(rest))


def due(
    store: Store, followed: Followed, today: date, followed_days: int, members_days: int
) -> list[Theme]:
    """Themes whose membership is to be renewed, the most urgent first.

    Those followed closely after `followed_days`, the others after `members_days` (calendar days).
    One never known is due at once, or `followed_days` after there was none; one that was thin is
    not due again that day.
    """
    known, none = store.member_ages(), _gone(store)
    refused = {theme for theme, (day, _) in unbelieved(store).items() if day == str(today)}

    def is_due(theme: Theme, days: int) -> bool:
        tried = [(none.get(theme.id), followed_days), (known.get(theme.id), days)]
        young = any(day and (today - day).days < span for day, span in tried)
        return not young and theme.id not in refused

    spans = ((followed.closely, followed_days), (followed.others, members_days))
    chosen = [[theme for theme in themes if is_due(theme, days)] for themes, days in spans]
    return [t for one in chosen for t in sorted(one, key=lambda t: known.get(t.id, date.min))]


def missing(store: Store, themes: Iterable[Theme]) -> list[Theme]:
    """Themes no membership of which is known."""
    known = store.member_ages()
    return [theme for theme in themes if theme.id not in known]


def pages(store: Store, themes: Iterable[Theme]) -> dict[Theme, int]:
    """Requests that each theme's membership will take, by its last size and the list of boards."""
    moved, chosen = store.board_days.newest(), list(themes)
    sizes = {t: max(len(store.members(t.id)), moved.get(t.id, 0)) for t in chosen}
    return {theme: paged(size) or USUAL for theme, size in sizes.items()}


def paged(count: int) -> int:
    """Pages of so many companies."""
    return -(-count // PAGE)


def unbelieved(store: Store) -> dict[str, tuple[str, str]]:
    """Themes whose newest membership was thin: the day it came, and what was wrong with it."""
    noted = json.loads(store.note(THIN) or "{}")
    return {theme: (day, why) for theme, (day, why) in noted.items()}


def _gone(store: Store) -> dict[str, date]:
    """When boards that are no more were asked for in vain."""
    noted = json.loads(store.note(GONE) or "{}")
    return {theme: date.fromisoformat(day) for theme, day in noted.items()}


def renew(source: Source, store: Store, theme: Theme, day: date) -> Fault | None:
    """Fetches a theme's membership of `day` and keeps it, unless it is thin: then its fault.

    Raises SourceError.
    """
    assert theme.board
    try:
        found = source.members(theme.board)
    except NoData:
        gone = {**_gone(store), theme.id: day}  # its last membership stands
        store.set_note(GONE, json.dumps({id_: str(at) for id_, at in gone.items()}))
        return None
    before, moved = len(store.members(theme.id)), store.board_days.newest().get(theme.id, 0)
    if why := thin(len(found), before, moved):
        return refuse(store, theme, day, why)
    kept = {id_: told for id_, told in unbelieved(store).items() if id_ != theme.id}
    with store.atomic():
        store.set_note(THIN, json.dumps(kept, ensure_ascii=False))
        store.save_members(theme.id, day, found["code"])
        store.save_names(dict(zip(found["code"], found["name"], strict=True)))
    return None


def refuse(store: Store, theme: Theme, day: date, why: str) -> Fault:
    """Takes note that a membership is not believed; the one before stands."""
    told = f"{theme.name}: {why}"
    noted = {**unbelieved(store), theme.id: (str(day), told)}
    store.set_note(THIN, json.dumps(noted, ensure_ascii=False))
    return Fault("thin", told)
