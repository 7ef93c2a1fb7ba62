"""A look at the news wire: when it is due, what its lines match, whom they name.

A look that fails is told in /status; one that was missed is not caught up with. What else is asked
for once a day, events and filings, goes along with the day's first look.
"""

import threading

from bot import sources
from bot.app import App
from bot.cycle import upstreams
from bot.gather import gather
from bot.home import news_words
from bot.intraday import recent
from bot.records import Run
from market.checks import failed
from market.news import Line, matched, subjects
from market.source import Source, SourceError

JOB, NEED = "news", "news"  # among runs, among needs of sources


def look(app: App, stop: threading.Event) -> int:
    """Looks once a slot, and for what is due once a day; gives the number of new lines."""
    now = app.now()
    due = recent(app.settings.news.times, now)
    if not due or not app.ledger.save_run(JOB, Run(f"{due:%Y-%m-%d %H:%M}", now, now, {})):
        return 0
    with upstreams(app, stop) as source:
        new = keep(app, source)
        gather(app, source, stop)
    return new


def keep(app: App, source: Source) -> int:
    """Stores the lines that are new, with what they match and whom they name."""
    try:
        found = source.telegraph()
    except SourceError as error:
        sources.note(app, [failed(NEED, error)], [])
        return 0
    provider = found.attrs["provider"]
    lines = [
        Line(at.to_pydatetime(), provider, title.strip(), body.strip(), link)
        for at, title, body, link in found[["at", "title", "body", "link"]].itertuples(index=False)
    ]
    names = {theme.id: theme.name for theme in app.store.themes().values()}
    known = subjects(app.store.stocks(), names)
    with app.store.atomic():
        new = app.store.news.save(matched(lines, news_words(app.settings.home), known))
    sources.note(app, [], [NEED])
    return new
