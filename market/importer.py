"""History people already have, from Parquet or CSV files into the store, all of it or nothing."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from market.derive import derive
from market.facts import as_date, as_int
from market.source import Theme
from market.store import BAR, MARKET_INDEX, Store

REQUIRED_BARS = ("day", "code", "open", "high", "low", "close", "volume")
ALL_SHARE = "000985"  # CSI All Share
PRICES = ("open", "high", "low", "close")
ROUNDING = 1e-6  # relative; high below or low above the close by more is counted
EXAMPLES = 3  # rows shown with a fault


class ImportRefused(Exception):
    """The files cannot be imported; the message says why. The store is unchanged."""


@dataclass
class ImportReport:
    """What an import found and did; counts."""

    bars_read: int = 0
    bars_new: int = 0
    stocks: int = 0
    days: int = 0
    themes: int = 0
    theme_days_new: int = 0
    member_day: date | None = None  # the membership used for backfilled days
    warnings: dict[str, int] = field(default_factory=dict)  # what -> how many


def import_history(
    store: Store,
    bars: Path,
    members: Path,
    names: Path | None = None,
    index: Path | None = None,
    progress: Callable[[str, int, int], None] = lambda what, done, of: None,
) -> ImportReport:
    """Imports bars and memberships and makes the theme rows; running it twice changes nothing.

    Raises ImportRefused on files that cannot be trusted, leaving the store as it was.
    """
    report = ImportReport()
    table = _checked_bars(_read_bars(bars, progress), report)
    roster = _checked_members(read_table(members), members)
    report.warnings["member codes without bars"] = len(set(roster["code"]) - set(table["code"]))
    with store.atomic():
        _save_members(store, roster, report)
        if names:
            store.save_names(_names(read_table(names), names))
        if index:
            store.save_points(_index(read_table(index), index))
        ordered = table.sort_values(["number", "code"], kind="stable", ignore_index=True)
        _save_bars(store, ordered, report, progress)
        days = store.bar_days()
        # bars that were there before are not in the table; then the store is read instead
        whole = report.bars_new == len(ordered) and len(days) == report.days
        report.theme_days_new = derive(
            store,
            days,
            True,
            lambda done: progress("themes", done, len(days)),
            _held(ordered) if whole else None,
        )
    report.warnings = {what: count for what, count in report.warnings.items() if count}
    return report


def _index(table: pd.DataFrame, path: Path) -> Iterator[tuple[Any, ...]]:
    """Levels of the cap-weighted index as points; of several indices, CSI All Share is taken."""
    missing = {"day", "close"} - set(table.columns)
    if missing:
        raise ImportRefused(f"{path}: expected columns day, close[, code]; {missing} missing")
    if "code" in table:
        known = set(table["code"].astype(str))
        code = ALL_SHARE if ALL_SHARE in known else known.pop() if len(known) == 1 else None
        if not code:
            raise ImportRefused(f"{path}: expected index {ALL_SHARE}, or one index only")
        table = table[table["code"].astype(str) == code]
    days, closes = pd.to_datetime(table["day"], errors="coerce"), pd.to_numeric(table["close"])
    if days.isna().any() or not (closes > 0).all():
        raise ImportRefused(f"{path}: expected days and closes above zero in every row")
    for day, close in zip(days, closes, strict=True):
        yield MARKET_INDEX, as_int(day.date()), float(close), None, path.name


def read_table(path: Path) -> pd.DataFrame:
    """One Parquet or CSV file; codes stay text. Raises ImportRefused when it cannot be read."""
    try:
        if path.suffix == ".parquet":
            return pd.read_parquet(path)
        return pd.read_csv(path, dtype={"code": str, "theme": str, "name": str, "day": str})
    except (OSError, ValueError, UnicodeDecodeError) as error:
        raise ImportRefused(f"{path}: cannot be read ({error}); expected Parquet or CSV") from None


def _read_bars(path: Path, progress: Callable[[str, int, int], None]) -> pd.DataFrame:
    files = _files(path)
    parts = []
    for done, file in enumerate(files, 1):
        part = read_table(file)
        _require(part, REQUIRED_BARS, file)
        parts.append(part[[c for c in ("day", "code", *BAR) if c in part]])
        progress("files", done, len(files))
    return pd.concat(parts, ignore_index=True)


def _files(path: Path) -> Sequence[Path]:
    if not path.exists():
        raise ImportRefused(f"{path}: no such file or folder")
    files = [path] if path.is_file() else sorted([*path.glob("*.parquet"), *path.glob("*.csv")])
    if not files:
        raise ImportRefused(f"{path}: holds no .parquet or .csv file")
    return files


def _require(table: pd.DataFrame, columns: Iterable[str], path: Path) -> None:
    missing = [column for column in columns if column not in table]
    if missing:
        raise ImportRefused(
            f"{path}: column {', '.join(missing)} missing;"
            f" found {', '.join(map(str, table.columns))}"
        )


def _checked_bars(table: pd.DataFrame, report: ImportReport) -> pd.DataFrame:
    """Bars by code and day with `number` (20240628) and prev_close; refuses what is wrong."""
    table = table.assign(number=_numbers(table["day"]), code=table["code"].astype(str))
    table = table.sort_values(["code", "number"], kind="stable", ignore_index=True)
    _refuse(table, ~table["code"].str.fullmatch(r"\d{5,6}"), "code is not 5 or 6 digits")
    for column in (c for c in BAR if c in table):
        table[column] = pd.to_numeric(table[column], errors="coerce").astype(float)
    _refuse(table, table["close"].isna(), "close is missing")
    for column in PRICES:
        _refuse(table, table[column] <= 0, f"{column} is not above zero")
    table = _without_repeats(table)
    _warn(table, report)
    if "prev_close" not in table:
        # an adjusted series: the row before is on the same basis
        table["prev_close"] = table["close"].shift().mask(table["code"] != table["code"].shift())
    report.bars_read, report.stocks = len(table), table["code"].nunique()
    report.days = table["number"].nunique()
    return table


def _numbers(days: pd.Series) -> np.ndarray:
    unique = pd.Series(days.unique())
    parsed = pd.to_datetime(unique, errors="coerce")
    if parsed.isna().any():
        shown = ", ".join(map(str, unique[parsed.isna()][:EXAMPLES]))
        raise ImportRefused(f"day: {int(parsed.isna().sum())} values are no dates, such as {shown}")
    numbers = parsed.dt.year * 10000 + parsed.dt.month * 100 + parsed.dt.day
    return days.map(dict(zip(unique, numbers, strict=True))).to_numpy(np.int64)


def _refuse(table: pd.DataFrame, bad: pd.Series, what: str) -> None:
    if bad.any():
        rows = table.loc[bad, ["day", "code"]].head(EXAMPLES)
        shown = "; ".join(f"{row.code} on {row.day}" for row in rows.itertuples())
        raise ImportRefused(f"{what} in {int(bad.sum())} rows, such as {shown}; nothing imported")


def _without_repeats(table: pd.DataFrame) -> pd.DataFrame:
    repeated = table.duplicated(["code", "number"], keep=False)
    if not repeated.any():
        return table
    values = [c for c in BAR if c in table]
    whole = table[repeated].duplicated(["code", "number", *values], keep=False)
    conflict = repeated.copy()
    conflict[repeated] = ~whole.to_numpy()
    _refuse(table, conflict, "the same day and code stand twice with different values")
    return table.drop_duplicates(["code", "number"], ignore_index=True)


def _warn(table: pd.DataFrame, report: ImportReport) -> None:
    close = table["close"]
    report.warnings |= {
        "high below the close": int((table["high"] < close * (1 - ROUNDING)).sum()),
        "low above the close": int((table["low"] > close * (1 + ROUNDING)).sum()),
        "no open, high or low": int(table[["open", "high", "low"]].isna().any(axis=1).sum()),
        "volume zero or missing": int((~(table["volume"] > 0)).sum()),
    }


def _checked_members(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    _require(table, ("theme", "code"), path)
    if table[["theme", "code"]].isna().any().any():
        raise ImportRefused(f"{path}: theme or code is empty in some rows; fill or remove them")
    dated = table["as_of"] if "as_of" in table else pd.Series(date.today(), table.index)
    return table.assign(code=table["code"].astype(str), as_of=pd.to_datetime(dated).dt.date)


def theme_id(name: str) -> str:
    """Our id of a theme known only by its name: short, ASCII, the same for ever."""
    return f"file-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _save_members(store: Store, roster: pd.DataFrame, report: ImportReport) -> None:
    known = store.themes()
    names = [name for name in roster["theme"].unique() if theme_id(name) not in known]
    store.save_themes(
        Theme(theme_id(name), name, "concept", "XSHG", "file", "members") for name in names
    )
    for name, day in roster[["theme", "as_of"]].drop_duplicates().itertuples(index=False):
        own = (roster["theme"] == name) & (roster["as_of"] == day)
        store.save_members(theme_id(name), day, roster.loc[own, "code"].unique())
    if "name" in roster:
        store.save_names(_names(roster.dropna(subset="name"), Path("members")))
    report.themes, report.member_day = roster["theme"].nunique(), roster["as_of"].max()


def _names(table: pd.DataFrame, path: Path) -> dict[str, str]:
    _require(table, ("code", "name"), path)
    return dict(zip(table["code"].astype(str), table["name"].astype(str), strict=True))


def _held(ordered: pd.DataFrame) -> Callable[[date, date], pd.DataFrame]:
    """Bars between two days from the table just imported, shaped as Store.bars gives them."""
    numbers = ordered["number"].to_numpy()
    names = ["code", *(c for c in BAR if c in ordered)]

    def between(since: date, until: date) -> pd.DataFrame:
        first = np.searchsorted(numbers, as_int(since))
        last = np.searchsorted(numbers, as_int(until), "right")
        part = ordered.iloc[first:last]
        dates = {number: as_date(number) for number in part["number"].unique().tolist()}
        held = part[names].assign(day=part["number"].map(dates))
        return held.reindex(columns=["day", "code", *BAR])

    return between


def _save_bars(
    store: Store,
    ordered: pd.DataFrame,
    report: ImportReport,
    progress: Callable[[str, int, int], None],
) -> None:
    numbers = ordered["number"].to_numpy()
    starts = np.flatnonzero(np.r_[True, numbers[1:] != numbers[:-1]])
    columns: list[Any] = [numbers, ordered["code"].to_numpy(object)]
    blank = np.full(len(ordered), np.nan)
    columns += [ordered[c].to_numpy(float) if c in ordered else blank for c in BAR]
    for done, (first, last) in enumerate(zip(starts, [*starts[1:], len(numbers)], strict=True), 1):
        rows = zip(*(column[first:last].tolist() for column in columns), strict=True)
        report.bars_new += store.save_bars(rows)
        progress("days", done, len(starts))
