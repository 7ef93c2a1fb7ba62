"""A day as evaluated, and what its messages and their wishes go by."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot import messages
from bot.alerting import values
from bot.app import App
from bot.choices import Setting
from market.store import MAINLAND
from signals.model import Signal, Stage, ThemeState, Transition

EPISODE_DAYS = 250  # trading days back to what a theme that still runs has told
NOBODY = 0  # chat of a message before it is addressed


@dataclass(frozen=True)
class Judged:
    """A day as evaluated: all that its messages say."""

    day: messages.Day
    told: Sequence[Transition]  # strongest first
    states: Mapping[str, ThemeState]
    readings: Mapping[str, tuple[Signal, ...]]


def setting_of(app: App, judged: Judged, late: Sequence[Transition]) -> Setting:
    """What every chat's choice goes by: the day, its states, who spoke before whom."""
    day = judged.day
    voices = app.ledger.kept.voices(late[0].day, day.day) if late else {}
    voices |= {(day.day, t.key): day.stories.before(t) for t in judged.told}
    earlier = transitions(app, app.store.days(until=day.day, limit=EPISODE_DAYS)[0], day.day)
    return Setting(app.now(), oldest_news(app, day.day), judged.states, voices, earlier)


def stages_of(
    states: Mapping[str, ThemeState], readings: Mapping[str, Sequence[Signal]]
) -> dict[str, Stage]:
    """The stage of each theme whose run-up is known, the largest run-up first."""
    run_ups = {theme: size for theme, size in values(readings, "run_up").items() if size == size}
    order = sorted(run_ups.keys() & states.keys(), key=lambda theme: (-run_ups[theme], theme))
    return {theme: states[theme].stage for theme in order}


def transitions(app: App, since: date, before: date) -> list[Transition]:
    """Transitions from a day on and before another, oldest first."""
    return app.ledger.transitions(since=since, until=before - timedelta(days=1))


def faults_of(app: App, day: date) -> tuple[tuple[str, str], ...]:
    """Kind and detail of what is missing or wrong with a day's figures."""
    noted = json.loads(app.store.note(f"faults:{slot(app, day)}") or "[]")
    return tuple((kind, detail) for kind, detail in noted)


def slot(app: App, day: date) -> str:
    """What keys of a day's messages and run begin with; see Outgoing.exchange."""
    exchange = app.store.exchange
    return f"{day}" if exchange == MAINLAND else f"{exchange}:{day}"


def oldest_news(app: App, day: date) -> date:
    """The oldest day whose transitions are still news on a day."""
    return app.store.days(until=day, limit=app.settings.chats.old_days)[0]
