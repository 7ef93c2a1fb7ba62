"""The home folder: settings, the database, the lock. Light, so that `health` is quick."""

import hashlib
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import signals
from bot.errors import UserError
from config.calendar import Overrides, load_overrides
from config.layers import SettingsError
from config.news import Kind, load_news
from config.settings import Settings, environment, load
from config.themes import Themes, load_themes

DATABASE = "paomo.db"  # the store's and the ledger's
SIMULATED = "simulated"  # fact in it: the home is a demo's
LOCK = "run.lock"  # held by a running bot


@contextmanager
def alone(path: Path, otherwise: str, wait_seconds: float = 0.0) -> Iterator[None]:
    """Holds a lock file meanwhile; a UserError with `otherwise` when another goes on doing so."""
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=wait_seconds)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise UserError(otherwise) from None
    except OSError as error:
        raise UserError(f"{path}: cannot be locked ({error.strerror})") from None
    try:
        yield
    finally:
        lock.release()


def is_held(path: Path) -> bool:
    """Whether another program holds a lock file; True also where that cannot be known."""
    from filelock import FileLock, Timeout

    if not path.exists():
        return False
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except (Timeout, OSError):
        return True
    lock.release()
    return False


def settings() -> Settings:
    """The settings; their faults as a UserError."""
    try:
        known = load(environment())
    except SettingsError as error:
        raise UserError(f"settings:\n{error}") from None
    if known.home.exists() and not known.home.is_dir():
        raise UserError(f"{known.home} is a file; set PAOMO_HOME to a folder")
    if not os.access(Path(signals.__file__).parent, os.W_OK):
        # numba keeps what it compiled beside the source, or here; with no place it would not start
        os.environ.setdefault("NUMBA_CACHE_DIR", str(known.home / "compiled"))
    return known


def lived_in() -> Settings:
    """The settings of a home that is there: who only asks makes none, for it may be mistyped."""
    known = settings()
    if not known.home.exists():
        raise UserError(
            f"no such home: {known.home}; set PAOMO_HOME, or make it by `paomo run` or"
            " `paomo import`"
        )
    return known


def themes(home: Path) -> Themes:
    """The operator's themes.toml, else ours; its faults as a UserError."""
    try:
        return load_themes(home)
    except SettingsError as error:
        raise UserError(str(error)) from None


def overrides(home: Path) -> Overrides:
    """What calendar.toml says of trading days; its faults as a UserError."""
    try:
        return load_overrides(home)
    except SettingsError as error:
        raise UserError(str(error)) from None


def news_words(home: Path) -> tuple[Kind, ...]:
    """The word lists of the operator's news.toml, else ours; faults as a UserError."""
    try:
        return load_news(home)
    except SettingsError as error:
        raise UserError(str(error)) from None


def sealed(known: Settings, text: str) -> str:
    """What only who holds the token can write under a text: 64 hex digits."""
    assert known.telegram_token
    key = known.telegram_token.get_secret_value().encode()
    return hmac.new(key, f"paomo {text}".encode(), hashlib.sha256).hexdigest()


def database(home: Path) -> Path:
    """The database's path; its folder is made when missing."""
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{home}: cannot be made ({error.strerror}); set PAOMO_HOME") from None
    return home / DATABASE
