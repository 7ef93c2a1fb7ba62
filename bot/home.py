"""The home folder: settings, the database, the lock. Light, so that `health` is quick."""

from pathlib import Path

from bot.errors import UserError
from config.settings import Settings, SettingsError, environment, load
from config.themes import Themes, load_themes

DATABASE = "paomo.db"  # the store's and the ledger's
LOCK = "run.lock"  # held by a running bot


def settings() -> Settings:
    """The settings; their faults as a UserError."""
    try:
        return load(environment())
    except SettingsError as error:
        raise UserError(f"settings:\n{error}") from None


def themes(home: Path) -> Themes:
    """The operator's themes.toml, else ours; its faults as a UserError."""
    try:
        return load_themes(home)
    except SettingsError as error:
        raise UserError(str(error)) from None


def database(home: Path) -> Path:
    """The database's path; its folder is made when missing."""
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{home}: cannot be made ({error.strerror}); set PAOMO_HOME") from None
    return home / DATABASE
