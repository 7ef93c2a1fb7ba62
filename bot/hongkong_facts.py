"""How Hong Kong stands on its last judged day, for the digest and the answers."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from bot.alerting import value
from bot.app import App
from market.calendar import HONG_KONG
from market.source import Theme
from signals.model import Stage, ThemeState


@dataclass(frozen=True)
class Basket:
    """A basket on the day."""

    theme: Theme
    stage: Stage
    run_up: float  # net of the Hang Seng index, fraction; NaN unknown
    breadth: float  # share 0..1; NaN unknown


class HongKong:
    """What is known of the day, read when first asked for; belongs to the thread of its app."""

    def __init__(self, app: App) -> None:
        """Reads nothing yet."""
        self._app = app.of(HONG_KONG.code)

    @cached_property
    def day(self) -> date | None:
        """The last day judged."""
        return self._app.ledger.evaluated()

    @cached_property
    def change(self) -> float:
        """Of the Hang Seng index since the day before, fraction; NaN unknown."""
        days = self._app.store.days(until=self.day, limit=2)
        if len(days) < 2:
            return float("nan")
        levels = self._app.store.panel(days[-1], 2, []).benchmark
        return float(levels.iloc[-1] / levels.iloc[-2] - 1)

    @cached_property
    def baskets(self) -> list[Basket]:
        """Judged baskets, the largest net run-up first."""
        ledger, themes = self._app.ledger, self._app.store.themes()
        states = ledger.states()
        found = [
            Basket(
                themes[theme],
                states.get(theme, ThemeState(theme)).stage,
                value(signals, "run_up"),
                value(signals, "breadth"),
            )
            for theme, signals in ledger.readings().items()
            if theme in themes
        ]
        return sorted(found, key=lambda one: (one.run_up != one.run_up, -one.run_up))
