"""Doors that several threads keep at once: no ban is forgotten, and no request."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.app import App, open_app
from bot.cycle import _doors, upstreams
from config.settings import load
from market.simulate import simulate
from market.transport import Door, learnt
from tests.led import DAYS, environ
from tests.upstream import Upstream

DAY, NEXT = date(2026, 7, 15), date(2026, 7, 16)
SOON = datetime(2026, 7, 15, 9, tzinfo=UTC)
LATE = SOON + timedelta(hours=6)


@pytest.mark.parametrize(
    ("known", "was", "now", "then"),
    [
        (None, None, Door(DAY, 1), Door(DAY, 1)),
        (Door(DAY, 7), Door(DAY, 5), Door(DAY, 8), Door(DAY, 10)),  # both asked
        (Door(DAY, 7), Door(DAY, 7), Door(DAY, 6), Door(DAY, 6)),  # it had not been sent
        (Door(DAY, 7), Door(DAY, 5), Door(NEXT, 2), Door(NEXT, 2)),
        (Door(NEXT, 2), Door(DAY, 5), Door(NEXT, 3), Door(NEXT, 5)),
        (Door(NEXT, 2), Door(DAY, 5), Door(DAY, 6), Door(NEXT, 2)),  # of a day that is over
        (Door(DAY, 7, LATE), Door(DAY, 5), Door(DAY, 6), Door(DAY, 8, LATE)),
        (Door(DAY, 7, SOON), Door(DAY, 5, SOON), Door(DAY, 6, LATE), Door(DAY, 8, LATE)),
        (Door(DAY, 7), Door(), Door(), Door(DAY, 7)),
    ],
)
def test_what_was_learnt_adds_up(
    known: Door | None, was: Door | None, now: Door, then: Door
) -> None:
    others = {"sina": Door(DAY, 300, LATE)}
    before = others | ({"tencent": known} if known else {})
    seen = {"tencent": was} if was else {}
    assert learnt(before, seen, {"tencent": now}) == others | {"tencent": then}


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[Upstream]:
    made = Upstream(simulate(8), DAYS[-60:], tmp_path)
    yield made
    made.close()


@pytest.fixture
def apps(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[App, App]]:
    """The bot as two of its threads have it: one file, a connection each."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(upstream.ca))
    known = load(environ(upstream, tmp_path))
    with closing(open_app(known)) as one, closing(open_app(known)) as other:
        yield one, other


def test_what_one_thread_learns_another_knows_at_its_next_call(
    apps: tuple[App, App], upstream: Upstream
) -> None:
    one, other = apps
    with upstreams(one, None, 1) as filling, upstreams(other, None, 1) as evening:
        filling.index_history("sh000985", DAYS[-9], DAYS[-1])
        asked = _doors(one)["tencent"].requests
        evening.index_history("sh000985", DAYS[-9], DAYS[-1])
        assert _doors(one)["tencent"].requests == 2 * asked
        shut = Door(date.max, 1, datetime.max.replace(tzinfo=UTC))  # as after a refusal
        evening.worker._keep(evening.worker.doors | {"sina": shut})
        filling.index_history("sh000985", DAYS[-9], DAYS[-1])
        assert _doors(one) == {
            "tencent": replace(_doors(other)["tencent"], requests=3 * asked),
            "sina": shut,
        }
        upstream.faults["index"] = "502"
        upstream.requests.clear()
        with pytest.raises(Exception, match="sina: left alone until"):
            filling.index_history("sh000985", DAYS[-9], DAYS[-1])
        assert "sina_index" not in upstream.requests
