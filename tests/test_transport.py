"""The door to the upstreams: pace, budget, breaker, proxy, and no way past it."""

import asyncio
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import curl_cffi
import pandas as pd
import pytest

from market.source import Banned, SchemaChanged
from market.transport import Door, Guard, TransportPolicy, delayed, install
from tests.libraries import WAYS
from tests.speaker import BOARDS, POLICY, Speaker, reply


@pytest.mark.parametrize("way", WAYS)
def test_a_proxy_in_the_environment_is_for_others(
    speaker: Callable[..., Speaker],
    guarded: Callable[[TransportPolicy], Guard],
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    others, upstream = speaker([reply("200 OK")]), speaker([reply("200 OK")])
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, others.url)
    guarded(POLICY)
    assert WAYS[way](upstream.url)
    assert b"Mozilla/5.0" in upstream.heard[0]
    assert not others.heard


@pytest.mark.parametrize("way", WAYS)
def test_an_exception_in_the_environment_leads_nothing_past_the_proxy_for_data(
    speaker: Callable[..., Speaker],
    guarded: Callable[[TransportPolicy], Guard],
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    proxy = speaker([reply("200 OK")])
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "*")
    guarded(replace(POLICY, proxy=proxy.url))
    WAYS[way](BOARDS)
    assert proxy.heard


def test_requests_to_a_group_are_paced_and_others_are_not() -> None:
    guard = Guard(replace(POLICY, pause_seconds={"other": 0, "push2": 0.5}))
    began = time.monotonic()
    for host in ("push2.eastmoney.com", "qq.com", "qq.com"):
        guard.enter(host)
    assert time.monotonic() - began < 0.5
    guard.enter("79.push2.eastmoney.com")
    assert time.monotonic() - began >= 0.5


def test_a_new_day_has_a_new_budget() -> None:
    now = datetime.now(UTC)
    policy = replace(POLICY, budget={"other": 2})
    spent = {"sina": Door(now.date() - timedelta(days=1), 2), "tencent": Door(now.date(), 2)}
    guard = Guard(policy, spent)
    guard.enter("finance.sina.com.cn")
    assert guard.doors["sina"].requests == 1
    with pytest.raises(Banned, match="used up"):
        guard.enter("qq.com")


@pytest.mark.parametrize(("minutes", "shut"), [(1, True), (-1, False)])
def test_a_door_opens_again_when_its_time_is_over(minutes: int, shut: bool) -> None:
    until = datetime.now(UTC) + timedelta(minutes=minutes)
    guard = Guard(POLICY, {"push2": Door(closed_until=until)})
    if shut:
        with pytest.raises(Banned, match="left alone"):
            guard.enter("push2.eastmoney.com")
    else:
        assert guard.enter("push2.eastmoney.com") == "push2"


def test_every_change_of_a_door_is_told() -> None:
    told: list[Door] = []
    guard = Guard(POLICY, told=lambda doors: told.append(doors["push2"]))
    guard.enter("push2.eastmoney.com")
    guard.refused("push2", "HTTP 403")
    assert [(door.requests, door.closed_until is not None) for door in told] == [
        (1, False),
        (1, True),
    ]


def test_what_pandas_and_curl_read_comes_as_it_was_sent(
    speaker: Callable[..., Speaker], guarded: Callable[[TransportPolicy], Guard]
) -> None:
    guard = guarded(POLICY)
    packed = BytesIO()
    pd.DataFrame({"a": [1], "b": [2]}).to_csv(packed, index=False, compression="gzip")
    zipped = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n"
    for says in ([reply("200 OK", b"a,b\n1,2")], [zipped + packed.getvalue()]):
        assert pd.read_csv(speaker(says).url).to_dict("list") == {"a": [1], "b": [2]}
    posted = speaker([reply("200 OK", b'{"x": 1}')])
    assert curl_cffi.post(posted.url, json={"of": 1}, impersonate="chrome").json() == {"x": 1}
    assert b'{"of":1}' in posted.heard[0]
    assert guard.doors["other"].requests == 3


def test_an_error_that_is_no_refusal_is_urllibs_own(
    speaker: Callable[..., Speaker], guarded: Callable[[TransportPolicy], Guard]
) -> None:
    guarded(POLICY)
    with pytest.raises(urllib.error.HTTPError, match="410: Gone"):
        urllib.request.urlopen(speaker([reply("410 Gone")]).url)


def test_a_file_is_read_as_ever(
    guarded: Callable[[TransportPolicy], Guard], tmp_path: Path
) -> None:
    guard = guarded(POLICY)
    (tmp_path / "x.csv").write_text("a\n1")
    assert len(pd.read_csv((tmp_path / "x.csv").as_uri())) == 1
    assert not guard.doors


def test_curl_is_not_led_elsewhere(
    speaker: Callable[..., Speaker], guarded: Callable[[TransportPolicy], Guard]
) -> None:
    elsewhere = speaker([reply("200 OK")])
    moved = f"HTTP/1.1 302 Found\r\nLocation: {elsewhere.url}\r\nContent-Length: 0\r\n\r\n"
    guarded(replace(POLICY, proxy=speaker([moved.encode()]).url))
    with pytest.raises(Banned, match="HTTP 302"):
        curl_cffi.get(BOARDS)
    assert not elsewhere.heard


def test_a_way_past_the_guard_raises_and_is_open_again_afterwards(
    speaker: Callable[..., Speaker],
) -> None:
    upstream = speaker([reply("200 OK")])
    guard = Guard(replace(POLICY, budget={"other": 0}))
    undo = install(guard)
    for way in WAYS.values():
        with pytest.raises(Banned, match="used up"):
            way(upstream.url)
    with pytest.raises(SchemaChanged, match="does not guard: AsyncSession"):
        asyncio.run(curl_cffi.AsyncSession().get(upstream.url))
    assert isinstance(guard.fault, SchemaChanged)
    undo()
    assert not upstream.heard
    for way in WAYS.values():
        way(upstream.url)
    assert len(upstream.heard) == len(WAYS)


SPOT = "/api/qt/clist/get?pn=1"


@pytest.mark.parametrize(
    ("at", "address", "asked"),
    [
        ("2026-07-15T07:19", "https://79.push2.eastmoney.com" + SPOT, None),  # Wednesday 15:19
        ("2026-07-15T07:20", "https://79.push2.eastmoney.com" + SPOT, "push2delay"),
        ("2026-07-16T00:59", "https://push2.eastmoney.com" + SPOT, "push2delay"),
        ("2026-07-16T01:00", "https://push2.eastmoney.com" + SPOT, None),
        ("2026-07-18T03:00", "https://29.push2.eastmoney.com" + SPOT, "push2delay"),  # Saturday
        ("2026-07-15T08:00", "https://91.push2his.eastmoney.com/api/qt/stock/kline/get", None),
        ("2026-07-15T08:00", "https://91.push2.eastmoney.com/api/qt/stock/get", None),
        ("2026-07-15T08:00", "https://push2.eastmoney.com.evil.cn" + SPOT, None),
    ],
)
def test_a_list_is_asked_at_the_late_alias_once_the_day_is_settled(
    at: str, address: str, asked: str | None
) -> None:
    found = delayed(address, datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert found == (f"https://{asked}.eastmoney.com{SPOT}" if asked else address)


MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
SOON, LATE = datetime(2026, 3, 2, 10, tzinfo=UTC), datetime(2026, 3, 2, 15, tzinfo=UTC)
