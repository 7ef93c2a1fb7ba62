"""Measures importing and reading the reference history; run by `make bench`, not by the tests."""

import os
import resource
import tempfile
import time
from datetime import date
from pathlib import Path

from market.importer import import_history
from market.store import Store


def main() -> None:
    """Prints seconds and peak memory of the import, and seconds of reading a panel."""
    default = Path(__file__).parents[1] / ".." / "shared" / "data"
    folder = Path(os.environ.get("PAOMO_REFERENCE_DATA", default)) / "ashare"
    with tempfile.TemporaryDirectory() as scratch:
        store = Store(Path(scratch) / "paomo.db")
        start = time.perf_counter()
        report = import_history(store, folder / "bars", folder / "members.csv.gz")
        taken = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"import: {report.bars_new:,} bars, {report.themes} themes")
        print(f"import: {taken:.1f} s, {peak:.2f} GiB")
        for _ in range(3):
            start = time.perf_counter()
            panel = store.panel(date(2024, 6, 28), 500)
            taken = time.perf_counter() - start
            print(
                f"panel: {panel.close.shape[0]} days x {panel.close.shape[1]} themes: {taken:.2f} s"
            )


if __name__ == "__main__":
    main()
