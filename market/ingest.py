"""One trading day from a source into the store; what is dear to fetch is kept as it comes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pandas as pd

from config.themes import Themes
from market.backdrop import fetch_indices, fetch_macro
from market.checks import Fault, listed, snapshot_faults
from market.derive import derive, derive_points
from market.facts import as_int
from market.fundamentals import due_reports, public_days
from market.source import NoData, SchemaChanged, Source, SourceError, Theme
from market.store import BAR, MARKET_INDEX, Store

BENCHMARK = "sh000985"  # CSI All Share: stands for the market before the first snapshot
REPORTS_EVERY = timedelta(days=7)  # between two looks at a quarter's reports


@dataclass(frozen=True)
class Wants:
    """How much of the dear things is fetched on one evening."""

    boards_a_day: int  # memberships beyond those of curated themes; two requests each
    histories_a_day: int  # board histories; one request each
    history_days: int  # trading days of them
    min_stocks: int  # a snapshot with fewer is not the market
    macro_every: Mapping[str, int]  # calendar days between two looks at a series, by cadence

    @property
    def history(self) -> timedelta:
        """The calendar time that the trading days of history take, but for holidays."""
        return timedelta(days=self.history_days * 7 // 5)


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
            faults.append(Fault(what, str(error)))

    progress("snapshot")
    quotes = source.snapshot()  # without it the rest would be asked for in vain
    tried("boards", lambda: _boards(source, store, day, themes))
    tried("members", lambda: _members(source, store, day, themes, wants))
    tried("histories", lambda: _histories(source, store, day, themes, wants))
    tried("indices", lambda: _indices(source, store, day, themes, wants))
    tried("gap", lambda: faults.extend(_gap(source, store, day, themes, wants)))
    tried("earnings", lambda: _earnings(source, store, day))
    faults += _saved(store, day, quotes, wants)
    # what no day waits for: a slow host must not keep the figures that are in hand
    tried("world", lambda: faults.extend(fetch_indices(source, store, day, wants.history)))
    tried("macro", lambda: faults.extend(fetch_macro(source, store, day, wants.macro_every)))
    provider = quotes.attrs["provider"]
    return IngestReport(day, provider, len(quotes), tuple(faults), (provider, *served))


def _boards(source: Source, store: Store, day: date, themes: Themes) -> None:
    """New boards become themes; today's points of all are kept for the day's rows."""
    found = source.boards()
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


def _theme(id_: str, name: str, parent: str | None, imported: Theme | None) -> Theme:
    """The theme of a board; one imported under the same name only learns its board."""
    board = id_.removeprefix("em-")
    if imported:
        return replace(imported, board=board, parent=parent)
    return Theme(id_, name, "concept", "XSHG", "em", "board", board, parent)


def _by_board(store: Store, themes: Themes) -> tuple[dict[str, Theme], list[str]]:
    """Themes that have a board, by name; and the names of those followed closely, in order."""
    boards = {t.name: t for t in store.themes().values() if t.board and t.basis != "index"}
    return boards, list(themes.followed(boards))


def _followed(store: Store, themes: Themes) -> list[Theme]:
    """Themes followed closely that go by their board's own points."""
    boards, followed = _by_board(store, themes)
    return [boards[name] for name in followed if boards[name].basis == "board"]


def _members(source: Source, store: Store, day: date, themes: Themes, wants: Wants) -> None:
    """Memberships: those of followed boards until they are known, then the oldest few a day."""
    boards, followed = _by_board(store, themes)
    ages = {name: store.member_day(theme.id) or date.min for name, theme in boards.items()}
    missing = [name for name in followed if ages[name] == date.min]
    oldest = sorted((n for n in boards if n not in missing and ages[n] < day), key=ages.__getitem__)
    for name in [*missing, *oldest[: wants.boards_a_day]]:
        _membership(source, store, boards[name], day)


def _membership(source: Source, store: Store, theme: Theme, day: date) -> None:
    assert theme.board
    try:
        found = source.members(theme.board)
    except NoData:
        return  # a board that is no more; its last membership stands
    with store.atomic():
        store.save_members(theme.id, day, found["code"])
        store.save_names(dict(zip(found["code"], found["name"], strict=True)))


def _histories(source: Source, store: Store, day: date, themes: Themes, wants: Wants) -> None:
    """Once: an index for the market's past, then board histories, so that a chart has a past."""
    since = day - wants.history
    if not store.days(until=day, limit=1):
        market = source.index_history(BENCHMARK, since, day - timedelta(days=1))
        store.save_market_days(
            (as_int(d), close, None, None, None, None, None, "index")
            for d, close in market[["day", "close"]].itertuples(index=False)
        )
    chosen = _followed(store, themes)
    wanted = [theme for theme in chosen if not store.note(f"history:{theme.id}")]
    for theme in wanted[: wants.histories_a_day]:
        _history(source, store, theme, since, day)


def _history(source: Source, store: Store, theme: Theme, since: date, day: date) -> None:
    assert theme.board
    try:
        bars = source.board_history(theme.board, since, day - timedelta(days=1))
    except NoData:
        bars = pd.DataFrame(columns=["day", "close", "amount"])
    with store.atomic():
        store.save_points(
            (theme.id, as_int(d), close, amount, source.name)
            for d, close, amount in bars[["day", "close", "amount"]].itertuples(index=False)
        )
        derive_points(store, theme.id, backfilled=True)
        store.set_note(f"history:{theme.id}", day.isoformat())


def _indices(source: Source, store: Store, day: date, themes: Themes, wants: Wants) -> None:
    """Levels of the market's index and of the curated ones (Hong Kong), for display."""
    since = day - wants.history
    market = source.index_history(BENCHMARK, _stored_before(store, day) or since, day)
    store.save_points(
        (MARKET_INDEX, as_int(d), close, None, source.name)
        for d, close in zip(market["day"], market["close"], strict=True)
    )
    for one in themes.curated:
        if one.index and one.id and one.name:
            theme = Theme(one.id, one.name, "index", one.exchange, "em", "index", one.index)
            store.save_themes([theme])
            bars = source.index_history(one.index, since, day)
            with store.atomic():
                store.save_points(
                    (theme.id, as_int(d), close, None, source.name)
                    for d, close in zip(bars["day"], bars["close"], strict=True)
                )


def _gap(source: Source, store: Store, day: date, themes: Themes, wants: Wants) -> list[Fault]:
    """Days missed since the last stored one, filled with what can still be had of them.

    The market moves with its index, followed boards with their own points; the rest is unknown.
    """
    last, level = _stored_before(store, day), store.benchmark(day)
    if last is None or level is None:
        return []
    points = store.points(last, day - timedelta(days=1), MARKET_INDEX)
    index = {known: close for (known, _), close in points.items()}
    missing = sorted(known for known in index if known > last)
    if not missing or last not in index:
        return []
    store.save_market_days(
        (as_int(d), level * index[d] / index[last], None, None, None, None, None, "index")
        for d in missing
    )
    for theme in _followed(store, themes)[: wants.histories_a_day]:
        _history(source, store, theme, missing[0], day)
    return [Fault("gap", listed(missing))]


def _earnings(source: Source, store: Store, day: date) -> None:
    """Reports of the quarters that companies still report, looked at weekly."""
    for report in due_reports(day):
        name = f"earnings:{report}"
        seen = store.note(name)
        if seen and date.fromisoformat(seen) + REPORTS_EVERY > day:
            continue
        try:
            found = source.earnings(report)
        except NoData:
            continue
        with store.atomic():
            _save_reports(store, found)
            store.set_note(name, day.isoformat())


def _save_reports(store: Store, found: pd.DataFrame) -> None:
    public = public_days(found)
    columns = ["code", "report", "profit", "profit_yoy", "revenue", "revenue_yoy"]
    rows = found[columns].assign(public=public)
    store.save_reports(
        (code, as_int(report), as_int(shown), *_known(figures))
        for code, report, *figures, shown in rows.itertuples(index=False, name=None)
    )


def _known(figures: Sequence[float]) -> list[float | None]:
    return [None if figure != figure else figure for figure in figures]


def _saved(store: Store, day: date, quotes: pd.DataFrame, wants: Wants) -> list[Fault]:
    """Checks the snapshot against the day before and writes the day, all or nothing."""
    held_day, held = _held_before(store, day)
    chained = held_day == _stored_before(store, day)  # else the day before came without bars
    faults = snapshot_faults(quotes, held, wants.min_stocks, chained)
    fatal = [fault for fault in faults if fault.fatal]
    if fatal:
        kind = NoData if any(fault.kind == "stale" for fault in fatal) else SchemaChanged
        raise kind("; ".join(f"{fault.kind} {fault.detail}" for fault in fatal))
    rows = quotes.assign(number=as_int(day))
    with store.atomic():
        store.save_bars(
            (number, code, *_known(bar))
            for number, code, *bar in rows[["number", "code", *BAR]].itertuples(index=False)
        )
        store.save_names(dict(zip(quotes["code"], quotes["name"], strict=True)))
        store.save_valuations(
            (as_int(day), code, *_known(figures))
            for code, *figures in quotes[["code", "pe_ttm", "market_cap"]].itertuples(index=False)
        )
        derive(store, [day], backfilled=False, source=quotes.attrs["provider"])
        for theme in store.themes().values():
            if theme.basis == "index":  # its past days too: they are days of the market now
                derive_points(store, theme.id, backfilled=True)
    return faults


def _stored_before(store: Store, day: date) -> date | None:
    """The last stored market day before a day."""
    stored = store.days(until=day - timedelta(days=1), limit=1)
    return stored[-1] if stored else None


def _held_before(store: Store, day: date) -> tuple[date | None, dict[str, tuple[float, float]]]:
    """The day of the newest bars before a day, and (close, volume) of each by code."""
    days = [known for known in store.bar_days() if known < day]
    if not days:
        return None, {}
    bars = store.bars(days[-1], days[-1])
    figures = zip(bars["close"], bars["volume"], strict=True)
    return days[-1], dict(zip(bars["code"], figures, strict=True))
