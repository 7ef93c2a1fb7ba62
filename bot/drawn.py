"""The chart of a theme, as it goes with alerts and answers."""

from datetime import date

from bot.app import App
from bot.words import Language
from signals.model import Transition

CHART_DAYS = 250  # trading days a chart shows


def last_day(app: App, theme: str) -> date | None:
    """The last day a theme's exchange was judged, or is stored where none of it is judged."""
    there = app.of(app.store.themes()[theme].exchange)
    return there.ledger.evaluated() or next(iter(there.store.days(limit=1)), None)


def chart(
    app: App, theme: str, language: Language, day: date, latest: Transition | None = None
) -> bytes | None:
    """The chart of a theme up to a day, PNG; None when there is nothing to draw.

    `latest` is a transition of that day that the ledger does not hold yet.
    """
    from bot.charts import theme_chart

    known = app.store.themes()[theme]
    app = app.of(known.exchange)
    if not app.store.days(until=day, limit=1):
        return None
    panel = app.store.panel(day, CHART_DAYS, [theme])
    told = [*app.ledger.transitions(theme, panel.days[0], day), *([latest] if latest else [])]
    return theme_chart(panel, known, told, language, known.source == "simulated")
