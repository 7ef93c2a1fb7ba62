"""Runs the benchmarks, all or those named: `python -m tests.bench [psy lppls ... worth cluster]`.

Prints one table of what was asked and what was measured, and writes it to bench/latest.json.
"""

import importlib
import json
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.row import Row

PARTS = ("psy", "lppls", "themes", "life", "worth", "intraday", "commands", "cluster")
LATEST = Path(__file__).parents[2] / "bench" / "latest.json"
console = Console(soft_wrap=True)


def measured(parts: tuple[str, ...]) -> Iterator[Row]:
    """The rows of the parts, each printed as it comes."""
    for part in parts:
        console.rule(part)
        for row in importlib.import_module(f"tests.bench.{part}").rows():
            console.print(" | ".join(cells(row)), highlight=False)
            yield row


def cells(row: Row) -> tuple[str, ...]:
    """A row as people read it."""
    theirs = "" if row.theirs is None else f"{row.theirs:.4g}"
    ratio = "" if row.ratio is None else f"{row.ratio:.1f}x"
    holds = "yes" if row.holds else "NO"
    return row.name, f"{row.ours:.4g}", theirs, row.unit, ratio, row.reach, holds


def main() -> None:
    """Measures and tells."""
    unknown = set(sys.argv[1:]) - set(PARTS)
    if unknown:
        sys.exit(f"no benchmark named {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    told(list(measured(tuple(sys.argv[1:]) or PARTS)), LATEST)


def told(rows: Sequence[Row], file: Path) -> None:
    """Prints the table and writes it to a file."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    table = Table("what", "ours", "theirs", "unit", "ratio", "asked", "holds")
    table.title = f"{datetime.now(UTC):%Y-%m-%d}, {machine}"
    for row in rows:
        table.add_row(*cells(row))
    console.print(table)
    file.parent.mkdir(exist_ok=True)
    found = [asdict(row) | {"ratio": row.ratio, "holds": bool(row.holds)} for row in rows]
    file.write_text(json.dumps(found, indent=1, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main()
