"""A source that fails is told with since when, why and what it means; `doctor --live` asks them."""

import html
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot import cycle, doctor, sources, watch
from bot.app import App, judge, open_app
from bot.commands import answer
from bot.commands.asked import Asked
from bot.ledger import Ledger
from bot.names import FAULTS, MEANS
from bot.records import Chat
from config.settings import Settings, load
from market.akshare.fetch import offline_calendar
from market.calendar import Calendar
from market.checks import Fault
from market.facts import as_int
from market.ingest import IngestReport
from market.simulate import simulate
from market.store import Store
from tests.upstream import Upstream

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
ADMIN = Chat(1, "private", "", "en")
REFUSED = Fault("boards", "push2: HTTP 403", error="Banned")


@pytest.fixture
def app(settings: Settings, tmp_path: Path) -> App:
    known = settings.model_copy(update={"admins": frozenset({1}), "home": tmp_path})
    made = App(known, Store(None), Ledger(None), *judge(known), lambda: NOW)
    made.ledger.save_chat(ADMIN)
    return made


def later(app: App, minutes: int) -> App:
    return replace(app, now=lambda: NOW + timedelta(minutes=minutes))


def test_a_failing_source_is_told_once_with_what_it_means_and_so_is_its_end(app: App) -> None:
    sources.note(app, [REFUSED], ["members"])
    assert watch.tell(app) == 1
    told = app.ledger.outbox.waiting()[-1].text
    assert "Banned: push2: HTTP 403" in told
    assert MEANS["boards"]["en"] in told
    sources.note(later(app, 1), [REFUSED], ["members"])
    assert watch.tell(later(app, 1)) == 0
    sources.note(later(app, 2), [], ["members", "boards"])
    assert watch.tell(later(app, 2)) == 1
    assert app.ledger.outbox.waiting()[-1].text == f"✅ {FAULTS['boards']['en']}: over"


def test_sources_that_fail_together_are_one_message(app: App) -> None:
    sources.note(app, [REFUSED, Fault("world", "x", error="Transient")], [])
    assert watch.tell(app) == 1
    assert app.ledger.outbox.waiting()[-1].text.count("🛠") == 2


def test_since_when_stays_while_the_reason_may_change(app: App) -> None:
    sources.note(app, [REFUSED], [])
    sources.note(later(app, 1), [replace(REFUSED, error="Transient", detail="no answer")], [])
    (one,) = sources.down(app)
    assert (one.since, one.why, one.served) == (NOW, "Transient: no answer", None)


def test_a_need_met_in_part_stays_told(app: App) -> None:
    """Some series came and some did not: the need is served, and has a fault."""
    sources.note(app, [Fault("macro", "cpi: Banned: x")], ["macro"])
    (one,) = sources.down(app)
    assert one.why == "cpi: Banned: x"
    assert one.served == NOW


def test_a_curated_board_that_left_the_list_is_said_once_and_stands_until_it_is_back(
    app: App,
) -> None:
    days = [date(2026, 3, n) for n in (2, 3, 4, 5, 6)]
    app.store.save_market_days((as_int(day), 1.0, 5, 3, 2, 0, None, "x") for day in days)
    gone = Fault("unlisted", "甲 → 乙")
    more = Fault("unlisted", "甲 → 乙, 丙 → -")
    evenings = [[gone], [gone], [REFUSED], [more], []]
    digests, told, stands = [], [], []
    for n, (day, faults) in enumerate(zip(days, evenings, strict=True)):
        served = ("x",) if REFUSED in faults else ("x", "boards")
        at = later(app, n)
        cycle._noted(at, IngestReport(day, "x", 5, tuple(faults), served))
        noted = json.loads(app.store.note(f"faults:{day}") or "")
        digests.append([detail for kind, detail in noted if kind == "unlisted"])
        told.append("unlisted" in str(watch.tell(at) and app.ledger.outbox.waiting()[-1].key))
        asked = Asked(ADMIN, 1, "", day)
        stands.append(FAULTS["unlisted"]["en"] in html.unescape(answer(at, "status", asked).text))
    assert digests == [["甲 → 乙"], [], [], ["甲 → 乙, 丙 → -"], []]
    assert told == [True, False, False, False, True]
    assert stands == [True, True, True, True, False]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_status_says_since_when_and_the_last_good_time(app: App, language: str) -> None:
    sources.note(app, [], ["boards"])
    sources.note(later(app, 1), [REFUSED], [])
    asked = Asked(replace(ADMIN, language=language), 1, "", date(2026, 3, 2))  # type: ignore[arg-type]
    text = answer(later(app, 1), "status", asked).text
    assert "2026-03-02 16:01" in text
    assert "2026-03-02 16:00" in text
    assert MEANS["boards"][language].split("'")[0] in text  # type: ignore[index]


def test_the_doctor_names_a_failing_source_and_what_it_means(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    known = load({"PAOMO_HOME": str(tmp_path)})
    monkeypatch.setenv("PAOMO_HOME", str(tmp_path))
    with closing(open_app(known)) as opened:
        sources.note(opened, [REFUSED], ["macro"])
    doctor.run()
    said = capsys.readouterr().out
    assert "✗ sources: the list of boards did not come" in said
    assert "Banned: push2: HTTP 403" in said
    assert MEANS["boards"]["en"] in said
    with closing(open_app(known)) as opened:
        sources.note(opened, [], ["boards"])
    doctor.run()
    assert "✓ sources: all that was asked for last time came" in capsys.readouterr().out


def test_every_step_that_can_fail_has_its_meaning_and_a_name() -> None:
    assert MEANS.keys() <= FAULTS.keys()


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    """The market as of today: the program has the machine's clock."""
    known = Calendar.of(offline_calendar())
    later = (known.horizon + timedelta(days=n) for n in range((date.today() - known.horizon).days))
    days = [*known.days, *filter(known.is_session, later)]  # the program takes weekdays for days
    days = [day for day in days if day <= date.today()][-300:]
    made = Upstream(simulate(8), days, tmp_path_factory.mktemp("upstream"))
    yield made
    made.close()


def live(home: Path, upstream: Upstream) -> str:
    """What `paomo doctor --live` prints."""
    environ = {"PAOMO_HOME": str(home), "PATH": "/usr/bin:/bin", "DATA_PROXY": upstream.url}
    environ |= {"REQUESTS_CA_BUNDLE": str(upstream.ca), "TMPDIR": str(home)}
    command = [sys.executable, "-m", "bot", "doctor", "--live"]
    root = Path(__file__).parents[1]
    done = subprocess.run(
        command, cwd=root, env=environ, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stderr == ""
    return done.stdout


def test_the_doctor_asks_each_group_of_hosts_once(tmp_path: Path, upstream: Upstream) -> None:
    (tmp_path / "paomo.toml").write_text(
        "[source.pause_seconds]\npush2 = 0\npush2his = 0\nstats = 0\n"
    )
    upstream.faults |= {"boards": "403", "index": "missing", "limit_ups": "empty"}
    told = live(tmp_path, upstream)
    upstream.faults.clear()
    assert "✗ push2: Banned: push2: HTTP 403\n  it is left alone" in told
    assert "✗ tencent: SchemaChanged" in told
    assert "✗ push2ex: NoData" in told
    assert "✓ eastmoney: " in told
    assert "✓ stats: " in told
    assert "1 requests, 1 of 600 today" in told
    assert "✓ baostock: 599 rows, 2 requests, 2 of 1000 today" in told
    again = live(tmp_path, upstream)
    assert "✗ push2: Banned: push2: left alone until" in again  # a closed door is not knocked at
    assert "✓ tencent: " in again
    assert "2 of 3600 today" in again
