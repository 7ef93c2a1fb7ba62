"""The layers that settings are made of: a file, the environment, one over the other."""

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PREFIX = "PAOMO_"


class SettingsError(Exception):
    """The settings have faults; the message names each on a line of its own."""


def operators(path: Path) -> dict[str, Any]:
    """The operator's file; empty where there is none."""
    if not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{path}: cannot be read as TOML ({error}); correct it") from None


def named(environ: Mapping[str, str]) -> dict[str, Any]:
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


def unknown(layer: Mapping[str, Any], known: Mapping[str, Any], where: str) -> list[str]:
    """Keys and kinds of a layer that are not known, a line each."""
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
            faults += unknown(value, known[key], f"{where}: {key}")
    return faults


def over(base: Mapping[str, Any], layer: Mapping[str, Any]) -> dict[str, Any]:
    """A layer over what is below it."""
    merged = dict(base)
    for key, value in layer.items():
        merged[key] = over(merged[key], value) if isinstance(value, dict) else value
    return merged
