"""The day's list of boards in the store; where it does not come, their moves make up for it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pandas as pd

from config.themes import Themes
from market.checks import UNLISTED, Fault, leaps
from market.facts import as_int
from market.histories import RECENT, stored_before
from market.intraday import board_moves, last_session
from market.source import Source, SourceError, Theme
from market.store import MARKET_INDEX, Store

CURATED = "curated"  # note: the board by which each curated entry was listed last


def boards(source: Source, store: Store, day: date, themes: Themes) -> list[Fault]:
    """New boards become themes; today's points of all are kept for the day's rows.

    Gives what is wrong: curated boards that are listed no more, each with the name its code bears
    now, and boards whose points cannot follow those of the session before.
    Raises SourceError when the list does not come: then `by_moves` may make up for it.
    """
    found = source.boards()
    lost = _lost(store, themes, dict(zip(found["code"], found["name"], strict=True)))
    odd = _leaps(store, day, found)
    points = found["close"].where(~found["code"].isin(odd))
    _kept(source, store, day, themes, found.assign(close=points))
    told = {UNLISTED: lost, "odd_points": [f"{name} {at:g}" for name, at in odd.values()]}
    return [Fault(kind, ", ".join(names)) for kind, names in told.items() if names]


def _leaps(store: Store, day: date, found: pd.DataFrame) -> dict[str, tuple[str, float]]:
    """Boards whose points no days between could bring about: code -> name, points."""
    before = stored_before(store, day)
    if before is None or day - before > RECENT:
        return {}
    points = store.points(before, before)
    rows = found[["code", "name", "close"]].itertuples(index=False, name=None)
    return {
        code: (name, close)
        for code, name, close in rows
        if (old := points.get((before, f"em-{code}")))
        and close == close
        and any(leaps([close], old))
    }


def _lost(store: Store, themes: Themes, now: Mapping[str, str]) -> list[str]:
    """Curated boards once listed that are no more, as long as none of their names is."""
    codes = {name: code for code, name in now.items()}
    known = {theme.name: theme.board for theme in store.themes().values() if theme.board}
    noted = json.loads(store.note(CURATED) or "{}")
    stood: dict[str, list[str]] = {}  # by an entry's first name: name and code it was listed by
    lost = []
    for boards in (one.boards for one in themes.curated if one.boards):
        if listed := next((name for name in boards if name in codes), None):
            stood[boards[0]] = [listed, codes[listed]]
            continue
        before = next(([name, known[name]] for name in boards if name in known), None)
        if at := noted.get(boards[0]) or before:
            stood[boards[0]] = at
            lost.append(f"{at[0]} → {now.get(at[1], '-')}")
    store.set_note(CURATED, json.dumps(stood, ensure_ascii=False))
    return lost


def by_moves(source: Source, store: Store, day: date) -> int:
    """Points of the day by the boards' moves since the session before; how many are known.

    The moves come from other hosts, in hundredths of a percent, by name, and undated: those of
    the session before are not taken. Of a board without a point of that very session nothing is
    known; the next evening asks for its history.
    """
    before = stored_before(store, day)
    if before is None or not _follows(store, before, day):
        return 0
    points = store.points(before, before)
    known = {id_ for id_, theme in store.themes().items() if theme.board}
    try:
        moves = board_moves(store, source.boards_now(), known)
        last_session(store, moves)
    except SourceError:
        return 0
    own = {f"em-{store.themes()[theme].board}": move for theme, move in moves.items()}
    return store.save_points(
        (board, as_int(day), points[before, board] * (1 + move), None, f"{source.name}: moves")
        for board, move in own.items()
        if (before, board) in points
    )


def _follows(store: Store, before: date, day: date) -> bool:
    """Whether by the market's index no session lies between two."""
    return {known for known, _ in store.points(before, day, MARKET_INDEX)} == {before, day}


def _kept(source: Source, store: Store, day: date, themes: Themes, found: pd.DataFrame) -> None:
    kept = found[[themes.is_theme(name) for name in found["name"]]]
    followed = themes.followed(set(kept["name"]))
    ids = {name: f"em-{code}" for name, code in zip(kept["name"], kept["code"], strict=True)}
    imported = {theme.name: theme for theme in store.themes().values() if theme.source == "file"}
    with store.atomic():
        store.save_themes(
            _theme(id_, name, ids.get(followed.get(name) or ""), imported.get(name))
            for name, id_ in ids.items()
        )
        store.save_points(
            (f"em-{code}", as_int(day), close, None, source.name)
            for code, close in zip(kept["code"], kept["close"], strict=True)
            if close == close
        )
        counts = kept[["code", "advancers", "decliners"]].dropna()
        own = {theme.board: theme.id for theme in store.themes().values() if theme.board}
        store.board_days.save(
            day, ((own[code], up, down) for code, up, down in counts.itertuples(index=False))
        )


def _theme(id_: str, name: str, parent: str | None, imported: Theme | None) -> Theme:
    """The theme of a board; one imported under the same name only learns its board."""
    board = id_.removeprefix("em-")
    if imported:
        return replace(imported, board=board, parent=parent)
    return Theme(id_, name, "concept", "XSHG", "em", "board", board, parent)
