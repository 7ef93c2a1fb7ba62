"""What stands beside a day's figures, brought in apart: no alert waits for it."""

import threading
from collections.abc import Callable

from bot import sources
from bot.app import App
from bot.home import themes
from market.announced import fetch_events
from market.calendar import SHANGHAI
from market.checks import Fault, failed
from market.filings import fetch_filings
from market.source import Source, SourceError


def gather(app: App, source: Source, stop: threading.Event) -> None:
    """Events and filings that are due, asked for once a day; what fails is told in /status."""
    day, store = app.now().astimezone(SHANGHAI).date(), app.store
    followed, companies = themes(app.settings.home), app.settings.source.companies_a_day
    steps: dict[str, Callable[[], list[Fault]]] = {
        "events": lambda: fetch_events(source, store, day),
        "filings": lambda: fetch_filings(source, store, day, followed, companies),
    }
    for need, step in steps.items():
        try:
            faults, served = step(), [need]
        except SourceError as error:
            faults, served = [failed(need, error)], []
        if not stop.is_set():  # what a stop cut off is no fault of a source
            sources.note(app, faults, served)
