"""The daily cycle as the program runs it: AKShare's code in its child, the loopback upstream."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.home import DATABASE
from config.settings import load
from market.akshare.fetch import offline_calendar
from market.calendar import Calendar
from market.simulate import simulate
from market.store import Store
from tests.upstream import Upstream

CALENDAR = Calendar.of(offline_calendar())


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    ready = load({"PAOMO_HOME": "."}).schedule.first_try
    due = CALENDAR.last_closed(datetime.now(UTC), ready)
    days = [day for day in CALENDAR.days if day <= due][-420:]
    served = Upstream(simulate(8), days, tmp_path_factory.mktemp("upstream"))
    yield served
    served.close()


def paomo(home: Path, upstream: Upstream, *args: str) -> "subprocess.CompletedProcess[str]":
    themes = '[[theme]]\nboards = ["模拟·深思链"]\n[[theme]]\nboards = ["模拟·算力"]\n'
    home.mkdir(exist_ok=True)
    themes += 'parent = "模拟·深思链"\n[[theme]]\nid = "hk-hstech"\nname = "恒生科技"\n'
    themes += 'exchange = "XHKG"\nindex = "HSTECH"\n'
    (home / "themes.toml").write_text(themes, "utf-8")
    environ = {
        "PATH": os.environ["PATH"],
        "PAOMO_HOME": str(home),
        "DATA_PROXY": upstream.url,
        "REQUESTS_CA_BUNDLE": str(upstream.ca),
        "PAOMO_SOURCE__MIN_STOCKS": "100",
        **{f"PAOMO_SOURCE__PAUSE_SECONDS__{g}": "0" for g in ("PUSH2", "PUSH2HIS", "TENCENT")},
    }
    command = [sys.executable, "-m", "bot", *args]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120)


def test_a_first_evening_fetches_judges_and_says_that_nothing_was_delivered(
    upstream: Upstream, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    done = paomo(home, upstream, "daily", "--json")
    assert done.returncode == 0, done.stderr
    assert f"{upstream.today}: judged" in done.stderr
    assert "no TELEGRAM_TOKEN is set" in done.stderr
    status = paomo(home, upstream, "status").stdout
    assert f"judged      {upstream.today}" in status
    assert "600 stocks from tencent" in status
    store = Store(home / DATABASE)
    assert store.panel(upstream.today, 99, ["hk-hstech"]).close.notna().all().all()
    assert store.note(f"faults:{upstream.today}") == "[]"
    again = paomo(home, upstream, "daily", "--json")
    assert again.returncode == 0
    assert "nothing new was sent" in again.stderr
    assert again.stdout == done.stdout
    assert all(json.loads(line)["day"] == str(upstream.today) for line in done.stdout.splitlines())


def test_an_evening_without_figures_stores_nothing_and_says_why(
    upstream: Upstream, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    upstream.faults |= {"tencent": "refuse", "sina": "refuse"}
    try:
        done = paomo(home, upstream, "daily")
    finally:
        upstream.faults.clear()
    assert done.returncode == 2
    assert "nothing was stored" in done.stderr
    assert "Traceback" not in done.stderr
    assert "no day yet" in paomo(home, upstream, "status").stdout


def test_a_day_that_is_neither_stored_nor_the_last_one_is_refused(
    upstream: Upstream, tmp_path: Path
) -> None:
    done = paomo(tmp_path / "home", upstream, "daily", "--day", str(upstream.days[-5]))
    assert done.returncode == 2
    assert "only the last closed trading day" in done.stderr
