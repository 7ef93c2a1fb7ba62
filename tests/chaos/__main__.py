"""`make chaos`: every row in full; prints the table and writes chaos/latest.json."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from tests.chaos import Row
from tests.chaos.commands import commands
from tests.chaos.days import days
from tests.chaos.hearing import hearing
from tests.chaos.kills import kills
from tests.chaos.messages import messages
from tests.chaos.power import power

Part = Callable[[], Row | Sequence[Row]]
FULL: dict[str, Part] = {
    "kills": lambda: kills(200),
    "messages": lambda: messages(10_000),
    "hearing": lambda: hearing(300),
    "commands": lambda: commands(100_000),
    "power": lambda: power(),
    "days": lambda: days(30),
}


def main(names: Sequence[str]) -> int:
    """Runs the parts named, all by default; 0 when every row holds."""
    rows: list[Row] = []
    print("| tried | times | lost | doubled | of these marked | measured | holds |")
    print("|---|---|---|---|---|---|---|")
    for name in names or FULL:
        begun = time.monotonic()
        found = FULL[name]()
        for row in [found] if isinstance(found, Row) else found:
            rows.append(row)
            cells = (row.name, f"{row.tried:,}", row.lost, row.doubled, row.marked, row.figure)
            print("|", " | ".join(map(str, cells)), "|", "yes" if row.holds else "NO", "|")
        print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    path = Path("chaos") / "latest.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1), "utf-8"
    )
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
