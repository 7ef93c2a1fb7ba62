"""Settings: defaults, the operator's paomo.toml over them, the environment over both."""

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

DEFAULTS = Path(__file__).with_name("default.toml")
PREFIX = "PAOMO_"


class SettingsError(Exception):
    """The settings have faults; the message names each on a line of its own."""


class Data(BaseModel):
    """[data]: how much of the store the rules are given."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    history_days: int = Field(ge=300, le=2000)  # trading days


class Settings(BaseModel):
    """All settings; made once and passed as values."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    home: Path  # folder of the store and of paomo.toml
    data: Data
    rules: dict[str, dict[str, float]]
    policy: dict[str, float]


def home(environ: Mapping[str, str]) -> Path:
    """PAOMO_HOME, else the platform's data folder."""
    return Path(environ.get("PAOMO_HOME") or platformdirs.user_data_dir("paomo"))


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from the three layers; raises SettingsError with every fault at once."""
    defaults = tomllib.loads(DEFAULTS.read_text("utf-8"))
    folder = home(environ)
    layers = [("paomo.toml", _operators(folder / "paomo.toml")), ("environment", _named(environ))]
    faults = [f for source, layer in layers for f in _unknown(layer, defaults, source)]
    if faults:
        raise SettingsError("\n".join(faults))
    merged = defaults
    for _, layer in layers:
        merged = _over(merged, layer)
    try:
        return Settings.model_validate({"home": folder, **merged})
    except ValidationError as error:
        raise SettingsError("\n".join(_told(fault) for fault in error.errors())) from None


def _operators(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{path}: cannot be read as TOML ({error}); correct it") from None


def _named(environ: Mapping[str, str]) -> dict[str, Any]:
    """PAOMO_RULES__RUN_UP__THRESHOLD=0.3 as {"rules": {"run_up": {"threshold": "0.3"}}}."""
    layer: dict[str, Any] = {}
    for name, value in environ.items():
        if not name.startswith(PREFIX) or "__" not in name:
            continue
        *path, key = name.removeprefix(PREFIX).lower().split("__")
        block = layer
        for part in path:
            block = block.setdefault(part, {})
        block[key] = value
    return layer


def _unknown(layer: Mapping[str, Any], known: Mapping[str, Any], where: str) -> list[str]:
    faults = []
    for key, value in layer.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
            faults.append(f"{where}: {key}: unknown setting; {hint}")
        elif isinstance(value, dict) is not isinstance(known[key], dict):
            kind = "a table" if isinstance(known[key], dict) else "a value"
            faults.append(f"{where}: {key}: expected {kind}")
        elif isinstance(value, dict):
            faults += _unknown(value, known[key], f"{where}: {key}")
    return faults


def _over(base: Mapping[str, Any], layer: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in layer.items():
        merged[key] = _over(merged[key], value) if isinstance(value, dict) else value
    return merged


def _told(fault: Any) -> str:
    return f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}, got {fault['input']!r}"
