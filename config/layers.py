"""The layers that settings are made of: a file, the environment, one over the other."""

import difflib
import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

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
            faults.append(f"{where}: {key}: unknown setting; {_hint(key, known)}")
        elif isinstance(value, dict) is not isinstance(known[key], dict):
            kind = "a table" if isinstance(known[key], dict) else "a value"
            faults.append(f"{where}: {key}: expected {kind}")
        elif isinstance(value, dict):
            faults += unknown(value, known[key], f"{where}: {key}")
    return faults


def given(layer: Mapping[str, Any], path: Sequence[str]) -> bool:
    """Whether a layer gives the setting at a path, or part of it."""
    block: Any = layer
    for part in path:
        if not isinstance(block, Mapping):
            return True  # a value where a table is due, or the item of a list
        if part not in block:
            return False
        block = block[part]
    return True


def told(fault: Any, model: type[BaseModel]) -> str:
    """A fault that pydantic found, in a line; an unknown key with the nearest known."""
    place = ".".join(map(str, fault["loc"]))
    if fault["type"] != "extra_forbidden":
        return f"{place}: {fault['msg']}, got {fault['input']!r}"
    *above, key = (part for part in fault["loc"] if isinstance(part, str))
    return f"{place}: unknown setting; {_hint(key, _inner(model, above).model_fields)}"


def _inner(model: type[BaseModel], path: Sequence[str]) -> type[BaseModel]:
    """The model that stands at a path within another, in a list of it too."""
    for part in path:
        kind = model.model_fields[part].annotation
        kinds = [k for k in (kind, *get_args(kind)) if isinstance(k, type)]
        model = next(k for k in kinds if issubclass(k, BaseModel))
    return model


def _hint(key: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(key, known, 1)
    return f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"


def over(base: Mapping[str, Any], layer: Mapping[str, Any]) -> dict[str, Any]:
    """A layer over what is below it."""
    merged = dict(base)
    for key, value in layer.items():
        merged[key] = over(merged[key], value) if isinstance(value, dict) else value
    return merged
