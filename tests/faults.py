"""What an upstream, or the proxy before it, can do wrong: the faults the loopback one is told.

drop, tls drop (hung up on), 407 (the proxy's), html, 403, 502, hang, drip (a byte at a time),
half (of the length told), cut (no length told), and the shapes below.
"""

import json
from typing import Any

PAGE = "<html>please solve the puzzle</html>"
STATUS = {"403": 403, "502": 502}
SHAPES = ("null", "empty", "9201", "missing", "extra")


def spoiled(fault: str, text: str) -> str:
    """An answer in one of SHAPES: JSON, JSON assigned to a name, or a packed text."""
    if text.startswith("var "):
        name = text.partition("=")[0]
        packed = {"null": f"{name}=null;", "empty": f'{name}="";', "missing": f"{name};"}
        return packed.get(fault, text)
    name = text[: text.find("{")] if text.startswith("kline") else ""
    told = json.loads(text[len(name) :])
    if isinstance(told, str):  # a count of rows; the rows are what is wrong
        return text
    return name + json.dumps(_spoiled(fault, told))


def _spoiled(fault: str, told: Any) -> Any:
    if fault == "9201":
        return {"result": None, "code": 9201}
    if fault in ("null", "missing"):
        return _without(fault, told)
    rows = _rows(told)
    if fault == "empty":
        rows.clear()
        _count_none(told)
    else:
        rows[:] = [_longer(row) for row in rows]
    return told


def _without(fault: str, told: Any) -> Any:
    """Null in place of the content; or its key missing, of a bare list a key of its rows."""
    if isinstance(told, list):
        short = [{key: row[key] for key in row if key != "trade"} for row in told]
        return None if fault == "null" else short
    top = "data" if "data" in told else "result"
    rest = {key: told[key] for key in told if key != top}
    return rest | ({top: None} if fault == "null" else {})


def _rows(told: Any) -> list[Any]:
    """The only list in an answer."""
    while not isinstance(told, list):
        told = next(part for part in told.values() if isinstance(part, dict | list))
    return told


def _count_none(told: Any) -> None:
    for part in told.values() if isinstance(told, dict) else ():
        if isinstance(part, dict):
            part.update({name: 0 for name in ("total", "pages") if name in part})


def _longer(row: Any) -> Any:
    if isinstance(row, dict):
        return row | {"zz": 0}
    return f"{row},0" if isinstance(row, str) else [*row, "0"]
