"""Importing history: what is kept, what is refused, and that one day equals many."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from market.derive import derive
from market.facts import as_int
from market.importer import ImportRefused, import_history, theme_id
from market.store import Store
from tests import markets


def test_an_import_makes_the_theme_rows(store: Store, files: tuple[Path, Path]) -> None:
    report = import_history(store, *files)
    assert (report.bars_new, report.themes, report.days) == (130 * 24, 2, 130)
    panel = store.panel(date(2024, 6, 28), 100)
    hot, table = theme_id("热题材"), markets.bars()
    own = table[table["code"] < "600008"].pivot(index="day", columns="code", values="close")
    expected = own.pct_change().mean(axis=1).iloc[-1]
    assert panel.close[hot].pct_change().iloc[-1] == pytest.approx(expected, rel=1e-12)
    above = (own > own.rolling(20).mean()).iloc[-1].sum()
    assert panel.above_ma20[hot].iloc[-1] == above
    assert panel.members[hot].iloc[-1] == 8
    assert panel.amount[hot].isna().all()  # never made up from price and volume


def test_importing_twice_changes_nothing(store: Store, files: tuple[Path, Path]) -> None:
    import_history(store, *files)
    before = store.panel(date(2024, 6, 28), 500)
    again = import_history(store, *files)
    assert (again.bars_new, again.theme_days_new) == (0, 0)
    assert before.close.equals(store.panel(date(2024, 6, 28), 500).close)


def with_boards(table: pd.DataFrame) -> pd.DataFrame:
    """The bars with three limit-ups in a row of 600003 in its last days, then a broken board."""
    out, own = table.copy(), table["code"] == "600003"
    close, high = (out.loc[own, name].to_numpy(copy=True) for name in ("close", "high"))
    for row, change in zip(range(-5, 0), (0.1, 0.1, 0.1, 0.04, 0.0), strict=True):
        close[row] = close[row - 1] * (1 + change)
        high[row] = close[row - 1] * 1.1 if change else close[row]
    out.loc[own, "close"], out.loc[own, "high"] = close, high
    return out


def test_a_day_at_a_time_gives_the_rows_of_the_whole_import(files: tuple[Path, Path]) -> None:
    whole, daily = Store(None), Store(None)
    with_boards(markets.bars()).to_csv(files[0], index=False)
    import_history(whole, *files)
    days = whole.bar_days()
    daily.save_themes(whole.themes().values())
    for theme in whole.themes():
        daily.save_members(theme, date(2024, 6, 28), whole.members(theme))
    for day in days:
        bars = whole.bars(day, day)
        daily.save_bars((as_int(day), *row[1:]) for row in bars.itertuples(index=False))
        derive(daily, [day], backfilled=True)
    one, other = whole.panel(days[-1], 500), daily.panel(days[-1], 500)
    counts = ("above_ma20", "new_highs", "limit_ups", "board_height", "broken_boards", "covered")
    hot = theme_id("热题材")
    assert one.board_height[hot].tolist()[-5:] == [1, 2, 3, 0, 0]
    assert one.broken_boards[hot].tolist()[-5:] == [0, 0, 0, 1, 0]
    for name in (*counts, "volume_ratio"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)
    pd.testing.assert_frame_equal(one.net, other.net, rtol=1e-12)


def test_membership_counts_from_its_day(store: Store, files: tuple[Path, Path]) -> None:
    early = markets.members().assign(as_of="2024-03-01")
    later = markets.members().assign(as_of="2024-06-03")
    later = later[later["code"] != "600000"]
    pd.concat([early, later]).to_csv(files[1], index=False)
    import_history(store, *files)
    counts = store.panel(date(2024, 6, 28), 130).members[theme_id("热题材")].dropna()
    assert set(counts.loc[: date(2024, 5, 31)]) == {8.0}
    assert set(counts.loc[date(2024, 6, 3) :]) == {7.0}


def spoil_price(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(close=np.where(table.index == 7, 0.0, table["close"]))


def repeat_with_other_values(table: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([table, table.head(1).assign(close=11.0)])


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (spoil_price, r"close is not above zero in 1 rows, such as 600007 on"),
        (repeat_with_other_values, "stand twice with different values in 2 rows"),
        (lambda t: t.drop(columns="volume"), "column volume missing; found day, code"),
        (lambda t: t.assign(day="soon"), "1 values are no dates, such as soon"),
        (lambda t: t.assign(code="AAPL"), "code is not 5 or 6 digits"),
        (lambda t: t.assign(close=np.nan), "close is missing"),
    ],
)
def test_files_that_cannot_be_trusted_leave_the_store_as_it_was(
    spoil: object, said: str, store: Store, files: tuple[Path, Path]
) -> None:
    spoil(markets.bars()).to_csv(files[0], index=False)  # type: ignore[operator]
    with pytest.raises(ImportRefused, match=said):
        import_history(store, *files)
    assert store.themes() == {}
    assert store.bar_days() == []


def test_known_faults_are_counted_and_imported(store: Store, files: tuple[Path, Path]) -> None:
    table = markets.bars()
    table.loc[3, "high"] = table.loc[3, "close"] * 0.999
    table.loc[4, "volume"] = 0
    table.loc[5, ["open", "high", "low"]] = np.nan
    pd.concat([table, table.head(2)]).to_csv(files[0], index=False)
    report = import_history(store, *files)
    assert report.bars_new == len(table)
    assert report.warnings == {
        "high below the close": 1,
        "no open, high or low": 1,
        "volume zero or missing": 1,
    }


def test_a_missing_file_is_said(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="no such file or folder"):
        import_history(store, tmp_path / "none", tmp_path / "none.csv")


def test_a_panel_of_an_empty_store_says_what_to_do(store: Store) -> None:
    with pytest.raises(ValueError, match="import or run daily first"):
        store.panel(date(2024, 6, 28), 10)
