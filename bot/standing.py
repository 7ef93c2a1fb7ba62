"""How a group of companies stands by its reports on a day: read from the store, added up purely."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from market.aggregates import Measure, Price, growth, price, share, stocked
from market.fundamentals import STALE_DAYS
from market.store import Store

TWO_YEARS = timedelta(days=STALE_DAYS + 366)  # a report that speaks, and the one a year before


@dataclass(frozen=True)
class Standing:
    """What the companies of a group report, together."""

    companies: int
    measures: Mapping[str, Measure]  # profit, revenue, core, investment, trading, stock, sales
    price: Price


def standing(store: Store, day: date, codes: Sequence[str] | None = None) -> Standing:
    """Of some companies, or of all that report, as public on a day."""
    since = day - timedelta(days=STALE_DAYS)
    reports = store.reports(since, day, codes)
    statements = store.books.known("statement", day, day - TWO_YEARS, codes)
    balances = store.books.known("balance", day, day - TWO_YEARS, codes)
    stock, sales = stocked(balances, reports)
    measures = {
        "profit": growth(reports, "profit", day),
        "revenue": growth(reports, "revenue", day),
        "core": share(statements, "core_profit", "profit", since, rest=True),
        "investment": share(statements, "investment", "pretax", since),
        "trading": share(statements, "trading", "assets", since),
        "stock": stock,
        "sales": sales,
    }
    known = store.valuations(day)
    group = list(known) if codes is None else codes
    companies = reports["code"].nunique() if codes is None else len(codes)
    return Standing(companies, measures, price(known, group))
