"""Companies that joined and left followed themes, for the digest and the card."""

from datetime import date, timedelta

from bot.app import App, followed
from market.memberships import Change, changes

WEEK = timedelta(days=7)


def since_digest(app: App, day: date, since: date | None = None) -> tuple[tuple[str, Change], ...]:
    """By theme, what changed up to a day since the trading day before it, or before `since`.

    Memberships of the evening itself come after its digest; the next one tells them.
    """
    known = app.store.days(until=since or day, limit=2)
    return tuple(
        (theme.id, one)
        for theme in followed(app).closely
        for one in changes(app.store, theme.id, known[0], day)
    )


def of_week(app: App, theme: str, today: date) -> list[Change]:
    """What changed in a theme within a week, oldest first."""
    return changes(app.store, theme, today - WEEK, date.max)
