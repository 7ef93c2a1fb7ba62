"""`paomo` by a clock of ours: it begins at the instant in the file that TEST_CLOCK names."""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import app
from bot.__main__ import main

BEGUN = time.monotonic()


def now() -> datetime:
    at = datetime.fromisoformat(Path(os.environ["TEST_CLOCK"]).read_text())
    return at.astimezone(UTC) + timedelta(seconds=time.monotonic() - BEGUN)


if __name__ == "__main__":  # not in AKShare's child, which imports this file too
    app._utc_now = now
    main()
