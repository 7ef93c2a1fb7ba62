"""Settings: defaults, the operator's paomo.toml over them, the environment over both."""

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from config import knobs
from config.layers import SettingsError, given, named, operators, over, unknown

DEFAULTS = Path(__file__).with_name("default.toml")
FROM_ENVIRONMENT = {  # secrets, people and ways out: the environment alone gives these
    "allowed": "PAOMO_ALLOWED",
    "admins": "PAOMO_ADMINS",
    "telegram_token": "TELEGRAM_TOKEN",
    "telegram_base_url": "TELEGRAM_BASE_URL",
    "telegram_proxy": "TELEGRAM_PROXY",
    "telegram_webhook_url": "TELEGRAM_WEBHOOK_URL",
    "ping_url": "PAOMO_PING_URL",
    "data_proxy": "DATA_PROXY",
}

TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
EXAMPLE = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11"  # the one of Telegram's documentation


class Data(BaseModel):
    """[data]: how much of the store the rules are given."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    history_days: int = Field(ge=300, le=2000)  # trading days


class Source(BaseModel):
    """[source]: how carefully the upstreams are treated, and how much is asked of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    connect_seconds: float = Field(gt=0)
    read_seconds: float = Field(gt=0)
    deadline_seconds: float = Field(gt=0)  # of one AKShare call, all its pages and retries
    ban_hours: float = Field(gt=0)
    pause_seconds: dict[str, float]  # between requests, by group of hosts
    budget: dict[str, int]  # requests a day, by group of hosts
    pages_a_day: int = Field(ge=0)  # requests for memberships, a hundred companies each
    followed_days: int = Field(ge=1)  # calendar days between two of a theme followed closely
    members_days: int = Field(ge=1)  # likewise of any other
    bars_a_day: int = Field(ge=0)  # companies whose past bars are fetched
    histories_a_day: int = Field(ge=0)  # board histories fetched
    companies_a_day: int = Field(ge=0)  # whose statements are fetched, three requests each
    macro_days: int = Field(ge=1)  # calendar days between two looks at a monthly series
    flow_days: int = Field(ge=1)  # likewise at a daily one
    min_stocks: int = Field(ge=1)  # a snapshot with fewer is not the market


class Schedule(BaseModel):
    """[schedule]: when the bot looks for a day, in Shanghai time."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    first_try: time  # from when today's figures are asked for
    retry_minutes: int = Field(ge=1, le=120)
    hong_kong: time  # likewise of Hong Kong; as much earlier on half days as they end
    give_up: time  # from when the day is told to be without figures
    late_minutes: int = Field(ge=1)  # after the close; a later message says that it is late


def trading(at: time) -> bool:
    """Whether the mainland exchanges trade at a time of day (Shanghai): not at lunch."""
    return time(9, 30) <= at < time(11, 30) or time(13) <= at < time(15)


class News(BaseModel):
    """[news]: when the bot asks for the lines of the news wire, in Shanghai time."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    times: tuple[time, ...]

    @field_validator("times", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """From the environment they come comma-separated."""
        parts = value.split(",") if isinstance(value, str) else None
        return value if parts is None else [part.strip() for part in parts if part.strip()]


class Intraday(News):
    """[intraday]: when the bot looks at the market before its close, in Shanghai time."""

    @field_validator("times")
    @classmethod
    def _traded(cls, value: tuple[time, ...]) -> tuple[time, ...]:
        closed = [f"{at:%H:%M}" for at in value if not trading(at)]
        if closed:
            raise ValueError(f"expected times from 09:30 to 11:30 or 13:00 to 15:00, not {closed}")
        return value


class Chats(BaseModel):
    """[chats]: how new chats are spoken to."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    language: Literal["zh", "en"]
    old_days: int = Field(ge=1)  # trading days; older transitions are kept but not pushed


class Charts(BaseModel):
    """[charts]: how pictures look where a chat chose nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    theme: Literal["light", "dark"]


class Stories(BaseModel):
    """[stories]: which themes are told as one, and when the whole market is what is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    overlap: float = Field(gt=0, le=1)  # members in common / members of the smaller theme, share
    correlation: float = Field(ge=-1, le=1)  # of daily net returns
    correlation_days: int = Field(ge=20, le=255)  # trading days of them; rules look back no further
    again_days: int = Field(ge=1, le=255)  # trading days; then the same of a story is news again
    wide_stories: int = Field(ge=2)  # stories that turn on a day that is called market-wide
    wide_share: float = Field(gt=0.5, le=1)  # stocks that go one way on such a day, share
    over_days: int = Field(ge=1)  # trading days; then what ended is shown as quiet


class Storage(BaseModel):
    """[storage]: what is kept for how long."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    backups: int = Field(ge=0)  # daily copies kept; 0: none are made
    bars_days: int = Field(ge=300)  # trading days of bars and valuations
    sent_days: int = Field(ge=1)  # calendar days a sent message stays in the outbox
    news_days: int = Field(ge=1)  # calendar days of news lines


class Listener(BaseModel):
    """[webhook] and [metrics]: where the bot listens."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    listen: str
    port: int = Field(ge=0, le=65535)


class Log(BaseModel):
    """[log]: how much the operator is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class Settings(BaseModel):
    """All settings; made once and passed as values."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    home: Path  # folder of the store and of paomo.toml
    allowed: frozenset[int] = frozenset()  # ids of users and chats that may ask
    admins: frozenset[int] = frozenset()  # ids of users that may change settings
    telegram_token: SecretStr | None = None
    telegram_base_url: str | None = None  # root of a self-hosted Bot API server
    telegram_proxy: str | None = None
    telegram_webhook_url: str | None = None  # the public address Telegram calls; else we poll
    ping_url: str | None = None  # of a dead man's switch
    data_proxy: str | None = None
    data: Data
    source: Source
    schedule: Schedule
    intraday: Intraday
    news: News
    chats: Chats
    charts: Charts
    stories: Stories
    storage: Storage
    webhook: Listener
    metrics: Listener
    log: Log
    rules: Annotated[dict[str, dict[str, float]], knobs.bounded(knobs.Rules)]
    policy: Annotated[dict[str, float], knobs.bounded(knobs.Policy)]
    labels: dict[str, dict[str, float]]

    @field_validator("allowed", "admins", mode="before")
    @classmethod
    def _ids(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        parts = [part.strip() for part in value.split(",") if part.strip()]
        wrong = [part for part in parts if not part.lstrip("-").isdigit()]
        if wrong:
            raise ValueError(f"expected ids of users and chats, comma-separated, not {wrong[0]!r}")
        return frozenset(map(int, parts))

    @field_validator("telegram_token")
    @classmethod
    def _token(cls, value: SecretStr | None) -> SecretStr | None:
        token = value.get_secret_value().strip() if value else ""
        if token and not TOKEN.fullmatch(token):
            raise ValueError(f"no token of a bot; @BotFather gives one like {EXAMPLE}, no spaces")
        return SecretStr(token) if token else None

    @field_validator("telegram_base_url", "telegram_proxy", "data_proxy")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        schemes = ("http://", "https://", "socks5://", "socks5h://")
        if value and not value.startswith(schemes):
            raise ValueError(f"expected an address that starts with one of {', '.join(schemes)}")
        return value.rstrip("/") if value else None

    @field_validator("telegram_webhook_url", "ping_url")
    @classmethod
    def _page(cls, value: str | None) -> str | None:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("expected an address that starts with http:// or https://")
        return value or None


def home(environ: Mapping[str, str]) -> Path:
    """PAOMO_HOME, else the platform's data folder."""
    return Path(environ.get("PAOMO_HOME") or platformdirs.user_data_dir("paomo"))


def load(environ: Mapping[str, str]) -> Settings:
    """Settings from the three layers; raises SettingsError with every fault at once."""
    defaults = tomllib.loads(DEFAULTS.read_text("utf-8"))
    folder = home(environ)
    layers = [("paomo.toml", operators(folder / "paomo.toml")), ("environment", named(environ))]
    faults = [f for source, layer in layers for f in unknown(layer, defaults, source)]
    if faults:
        raise SettingsError("\n".join(faults))
    merged: Mapping[str, Any] = defaults
    for _, layer in layers:
        merged = over(merged, layer)
    own = {key: environ[name] for key, name in FROM_ENVIRONMENT.items() if environ.get(name)}
    own |= _token_file(environ)
    try:
        return Settings.model_validate({"home": folder, **own, **merged})
    except ValidationError as error:
        told = (_told(fault, layers) for fault in error.errors())
        raise SettingsError("\n".join(told)) from None


def environment() -> dict[str, str]:
    """The environment, over the `.env` of the working folder."""
    from dotenv import dotenv_values

    return {k: v for k, v in dotenv_values(".env").items() if v is not None} | dict(os.environ)


def _token_file(environ: Mapping[str, str]) -> dict[str, str]:
    """The token from TELEGRAM_TOKEN_FILE; one place only may give it."""
    name = environ.get("TELEGRAM_TOKEN_FILE")
    if not name:
        return {}
    if environ.get("TELEGRAM_TOKEN"):
        raise SettingsError("TELEGRAM_TOKEN and TELEGRAM_TOKEN_FILE are both set; keep one")
    try:
        token = Path(name).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not text"
        raise SettingsError(f"TELEGRAM_TOKEN_FILE: {name} cannot be read ({why})") from None
    if not token:
        raise SettingsError(f"TELEGRAM_TOKEN_FILE: {name} is empty; it must hold the token")
    return {"telegram_token": token}


def _told(fault: Any, layers: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    path = [str(part) for part in fault["loc"]]
    said = fault["msg"].removeprefix("Value error, ")
    # a secret or an address may hold a password: such input is never repeated
    if path[0] in FROM_ENVIRONMENT:
        return f"{FROM_ENVIRONMENT[path[0]]}: {said}"
    givers = [source for source, layer in layers if given(layer, path)]
    where = f"{givers[-1]}: " if givers else ""
    return f"{where}{'.'.join(path)}: {said}, got {fault['input']!r}"
