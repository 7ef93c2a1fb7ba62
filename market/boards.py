"""The day's list of boards in the store; where it does not come, their moves make up for it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd

from config.themes import Themes
from market.checks import Fault
from market.facts import as_int
from market.histories import stored_before
from market.intraday import board_moves, last_session
from market.source import Source, SourceError, Theme
from market.store import Store

RECENT = timedelta(days=30)  # over which no board doubles or halves unseen
LEAP = 2.0  # times


def boards(source: Source, store: Store, day: date, themes: Themes) -> list[Fault]:
    """New boards become themes; today's points of all are kept for the day's rows.

    Gives what is wrong: curated boards that are listed no more, each with the name its code bears
    now, and boards whose points cannot follow those of the session before.
    Raises SourceError when the list does not come, also where the boards' moves made up for it.
    """
    try:
        found = source.boards()
    except SourceError as error:
        moved = _by_moves(source, store, day)
        raise type(error)(f"{error}; {moved} boards go by their moves") from None
    lost = _lost(store, themes, dict(zip(found["code"], found["name"], strict=True)))
    odd = _leaps(store, day, found)
    points = found["close"].where(~found["code"].isin(odd))
    _kept(source, store, day, themes, found.assign(close=points))
    told = {"unlisted": lost, "odd_points": [f"{name} {at:g}" for name, at in odd.values()]}
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
        if (old := points.get((before, f"em-{code}"))) and not 1 / LEAP < close / old < LEAP
        if close == close
    }


def _lost(store: Store, themes: Themes, now: Mapping[str, str]) -> list[str]:
    """Curated boards known until now that are listed no more: they are followed by their names."""
    known = {theme.name: theme.board for theme in store.themes().values() if theme.board}
    listed = {*now.values()}
    gone = [
        next((name for name in one.boards if name in known), None)
        for one in themes.curated
        if not listed & {*one.boards}
    ]
    return [f"{name} → {now.get(known[name] or '', '-')}" for name in gone if name]


def _by_moves(source: Source, store: Store, day: date) -> int:
    """Points of the day by the boards' moves since the session before; how many are known.

    The moves come from other hosts, in hundredths of a percent, by name, and undated: those of
    the session before are not taken.
    """
    before = stored_before(store, day)
    if before is None:
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
