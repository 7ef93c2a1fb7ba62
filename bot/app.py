"""The composition root: settings become an App that jobs and commands are handed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.errors import UserError
from bot.home import database, themes
from bot.ledger import Ledger
from config.settings import Settings
from market.memberships import Followed
from market.store import MAINLAND, Store
from signals.lifecycle import Policy
from signals.rules import Rule, build
from signals.scorecard import Label

NET = "net"  # the primary label of [labels]


@dataclass(frozen=True)
class App:
    """All that a job or a command needs; its connections belong to the thread that made it."""

    settings: Settings
    store: Store
    ledger: Ledger
    rules: tuple[Rule, ...]
    policy: Policy
    now: Callable[[], datetime]  # UTC

    def of(self, exchange: str) -> "App":
        """The same app with the days, themes and market of an exchange; one connection each."""
        if exchange == self.store.exchange:
            return self  # with what it has read already
        return replace(self, store=self.store.of(exchange), ledger=self.ledger.of(exchange))

    def close(self) -> None:
        """Closes both connections."""
        self.ledger.close()
        self.store.close()


def open_app(known: Settings, now: Callable[[], datetime] | None = None) -> App:
    """The app over the database in the home folder, made when missing."""
    rules, policy = judge(known)
    labels(known)  # so that a fault is told at once
    path = database(known.home)
    return App(
        known, Store(path, themes(known.home).english), Ledger(path), rules, policy, now or _utc_now
    )


def judged_themes(known: Settings, store: Store) -> list[str]:
    """Ids of the themes of the store's exchange that are judged.

    On the mainland those that themes.toml does not exclude, in Hong Kong the baskets it lists.
    """
    listed, held = themes(known.home), store.themes().values()
    own = [theme for theme in held if theme.exchange == store.exchange]
    if store.exchange == MAINLAND:
        return [theme.id for theme in own if listed.is_theme(theme.name)]
    baskets = {one.id for one in listed.hong_kong if one.members}
    return [theme.id for theme in own if theme.id in baskets]


def followed(app: App) -> Followed:
    """Themes with a board: the curated ones and those that a chat watches first."""
    watched = {t for chat in app.ledger.chats() for t in app.ledger.wishes(chat.id).watched}
    return Followed.of(app.store, themes(app.settings.home), sorted(watched))


def judge(known: Settings) -> tuple[tuple[Rule, ...], Policy]:
    """The rules and the policy of the settings; their faults as a UserError."""
    try:
        days = {"for_days", "reversal_days", "keep_firing_days", "divergence_days"}
        knobs = {k: int(v) if k in days else v for k, v in known.policy.items()}
        return build(known.rules), Policy(**knobs)  # type: ignore[arg-type]  # checked by name below
    except (TypeError, ValueError) as error:
        raise UserError(f"settings: {error}") from None


def labels(known: Settings) -> dict[str, Label]:
    """The labels alerts are judged by, `net` the primary one; their faults as a UserError."""
    try:
        return {name: Label(of["fall"], int(of["days"])) for name, of in known.labels.items()}
    except ValueError as error:
        raise UserError(f"settings: labels: {error}") from None


def _utc_now() -> datetime:
    return datetime.now(UTC)
