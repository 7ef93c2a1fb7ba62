"""Company reports of the quarters that are still being reported, into the store."""

from datetime import date, timedelta

import pandas as pd

from market.facts import as_figures, as_int
from market.fundamentals import due_reports, public_days, wanted_reports
from market.source import NoData, Source
from market.store import Store

REPORTS_EVERY = timedelta(days=7)  # between two looks at a quarter's reports


def earnings(source: Source, store: Store, day: date) -> None:
    """Reports of the quarters still being reported, looked at weekly; of the one before, once."""
    due = due_reports(day)
    for report in wanted_reports(day):
        name = f"earnings:{report}"
        seen = store.note(name)
        if seen and (report not in due or date.fromisoformat(seen) + REPORTS_EVERY > day):
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
        (code, as_int(report), as_int(shown), *as_figures(figures))
        for code, report, *figures, shown in rows.itertuples(index=False, name=None)
    )
