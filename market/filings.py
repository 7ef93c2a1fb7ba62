"""What companies report beside profit and revenue, into the store: dates, balances, statements.

Balance sheets come for the whole market; statements company by company, a few a day, until
the largest members of the followed themes are up to date.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

from config.themes import Themes
from market.backdrop import Look, faults_of
from market.checks import Fault
from market.facts import as_figures, as_int
from market.filling import STRANGE
from market.fundamentals import deadline, due_reports, wanted_reports
from market.histories import by_board
from market.schema import BALANCE, STATEMENT
from market.source import NoData, SchemaChanged, Source
from market.store import Store

LOOK_DAYS = 7  # calendar days between two looks at a quarter that is still reported
COMPANY_DAYS = 14  # calendar days until a company without its newest report is asked again
LARGEST = 30  # members by market value whose statements are fetched, of each followed theme


def fetch_filings(
    source: Source, store: Store, day: date, themes: Themes, companies: int
) -> list[Fault]:
    """Brings in what is due; raises SourceError when nothing comes."""
    looks = [
        Look("balance sheets", "filings:balances", 1, lambda: balances(source, store, day)),
        Look("disclosure days", "filings:days", 1, lambda: disclose(source, store, day)),
        Look(
            "statements",
            "filings:statements",
            1,
            lambda: statements(source, store, day, themes, companies),
        ),
    ]
    return faults_of(store, "filings", looks, day)


def disclose(source: Source, store: Store, day: date) -> None:
    """Moves reports whose deadline is to come to the day on which they were published."""
    for report in due_reports(day):
        if not _due(store, f"disclosed:{report}", day):
            continue
        try:
            found = source.disclosures(report)
        except NoData:
            continue
        published = dict(zip(found["code"], found["published"], strict=True))
        with store.atomic():
            store.books.disclose(report, published, day)
            store.set_note(f"disclosed:{report}", day.isoformat())


def balances(source: Source, store: Store, day: date) -> None:
    """Balance sheets of the newest quarters, and once of the same quarters a year before."""
    due = [end for end in due_reports(day) if _due(store, f"balances:{end}", day)]
    for report in wanted_reports(day):
        before = report.replace(year=report.year - 1)
        if not store.books.has("balance", before):
            _balances(source, store, before, day)
        if report in due or not store.books.has("balance", report):
            _balances(source, store, report, day)


def _balances(source: Source, store: Store, report: date, day: date) -> None:
    try:
        found = source.balances(report)
    except NoData:
        return
    public, late = store.books.public(report), deadline(report)
    rows = found[["code", *BALANCE[4:]]].itertuples(index=False, name=None)
    with store.atomic():
        store.books.save(
            "balance",
            (_row(code, report, public.get(code, late), day, figures) for code, *figures in rows),
        )
        store.set_note(f"balances:{report}", day.isoformat())


def _row(
    code: str, report: date, public: date, fetched: date, figures: Sequence[float]
) -> tuple[object, ...]:
    days = map(as_int, (report, public, fetched))
    return (code, *days, *as_figures(figures))


def _due(store: Store, name: str, day: date) -> bool:
    seen = store.note(name)
    return not seen or date.fromisoformat(seen) + timedelta(days=LOOK_DAYS) <= day


def statements(source: Source, store: Store, day: date, themes: Themes, companies: int) -> None:
    """Statements of the few companies that wait longest; what came is kept when one fails.

    One that alone is not as known is passed over: it would stand before all others each evening.
    """
    strange: dict[str, SchemaChanged] = {}
    for code in waiting(store, day, themes)[:companies]:
        try:
            found = source.company(code)
        except NoData:
            found = pd.DataFrame(columns=["report", "published", *STATEMENT[4:]])
        except SchemaChanged as error:
            strange[code] = error
            if len(strange) == STRANGE:
                break
            continue
        with store.atomic():
            store.books.save("statement", _rows(store, code, found, day))
            for asked in (*strange, code):  # the source is well: it is these
                store.books.look(asked, day)
        strange.clear()
    if strange:
        raise next(iter(strange.values()))


def _rows(store: Store, code: str, found: pd.DataFrame, day: date) -> list[tuple[object, ...]]:
    """A company's periods, each public when its report is, or said to be, or must have been."""
    known, rows = store.books.public_of(code), []
    picked = found[["report", "published", *STATEMENT[4:]]]
    for report, published, *figures in picked.itertuples(index=False, name=None):
        told = published if not pd.isna(published) and published > report else deadline(report)
        rows.append(_row(code, report, known.get(report, told), day, figures))
    return rows


def wanted(store: Store, day: date, themes: Themes) -> list[str]:
    """The largest members of the followed themes, the largest first."""
    days = store.days(until=day, limit=1)
    caps = {code: cap for code, (_, cap) in store.valuations(days[-1]).items()} if days else {}
    chosen: set[str] = set()
    boards, names = by_board(store, themes)
    for name in names:
        members = [code for code in store.members(boards[name].id, day) if code in caps]
        chosen.update(sorted(members, key=lambda code: -caps[code])[:LARGEST])
    return sorted(chosen, key=lambda code: (-caps[code], code))


def waiting(store: Store, day: date, themes: Themes) -> list[str]:
    """Of those wanted, who lacks the newest report that the market has; never asked ones first."""
    newest, looked = store.books.newest(), store.books.looked()
    expected = store.books.reported(day)
    stale = day - timedelta(days=COMPANY_DAYS)
    lacking = [
        code
        for code in wanted(store, day, themes)
        if newest.get(code, date.min) < expected.get(code, date.max)
        and looked.get(code, date.min) <= stale
    ]
    return sorted(lacking, key=lambda code: looked.get(code, date.min))
