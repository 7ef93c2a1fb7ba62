"""AKShare's own code led to the loopback upstream: by the production transport, in this process."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from market.akshare import fetch
from market.transport import Guard, TransportPolicy, install
from tests import ALONE
from tests.upstream import Upstream

DAYS = [day for day in fetch.offline_calendar() if date(2024, 7, 1) <= day <= date(2026, 7, 15)]
SINCE, UNTIL = DAYS[-300], DAYS[-1]


def environ(upstream: Upstream, home: Path) -> dict[str, str]:
    """Settings of a bot in a home that asks the upstream, without pauses, for a small market."""
    groups = ("PUSH2", "PUSH2HIS", "TENCENT", "SINA", "EASTMONEY")
    pauses = {f"PAOMO_SOURCE__PAUSE_SECONDS__{group}": "0" for group in groups}
    small = {"PAOMO_SOURCE__MIN_STOCKS": "100"}
    return ALONE | pauses | small | {"PAOMO_HOME": str(home), "DATA_PROXY": upstream.url}


class InProcess:
    """A worker without a child: nothing can be killed, and nothing is tried again."""

    call = staticmethod(fetch.asked)


class NoPause:
    """AKShare's `time`, without its pauses between pages."""

    sleep = staticmethod(lambda seconds: None)


def policy(upstream: Upstream, **more: Any) -> TransportPolicy:
    """Patient, however busy the machine is; what hangs is for a test to give up sooner."""
    knobs: dict[str, Any] = {"connect_seconds": 30.0, "read_seconds": 30.0, "ban_hours": 6.0} | more
    pauses = {"other": 0, "push2": 0, "push2his": 0}
    return TransportPolicy(
        **knobs, pause_seconds=pauses, budget={"other": 1000}, proxy=upstream.url
    )


@contextmanager
def led(upstream: Upstream, by: Guard | None = None, **knobs: float) -> Iterator[Guard]:
    """Every request of AKShare in this process, through a guard (a new one), to the upstream."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(upstream.ca))
        patch.setenv("TQDM_DISABLE", "1")
        patch.setenv("TMPDIR", str(upstream.ca.parent))  # for the lock of baostock's connection
        patch.setattr(tempfile, "tempdir", None)
        import akshare.utils.func
        import akshare.utils.request

        patch.setattr(akshare.utils.func, "time", NoPause)
        patch.setattr(akshare.utils.request, "time", NoPause)
        guard = by or Guard(policy(upstream, **knobs))
        undo = install(guard)
        patch.setattr(fetch, "GUARD", [guard])
        try:
            yield guard
        finally:
            undo()
