"""What each way of failing means, over real sockets, whichever way AKShare asks."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from market.answers import broke_off
from market.source import Banned, NoData, SourceError, Transient
from market.transport import Door, Guard, TransportPolicy
from tests.libraries import WAYS
from tests.speaker import BOARDS, POLICY, PROXY_WAY, Speaker, reply

ANSWER_TEXTS = [  # as EastMoney, Tencent and Sina speak
    b'{"rc": 0, "data": {"total": 2, "diff": [{"f2": "-", "f3": -1.5e3, "f4": true, "f5": null}]}}',
    b'kline_dayqfq={"code": 0, "data": {"sh000985": {"day": [["2026-07-15", "1.00"]]}}};',
    b'var KLC="abc/+";',
    json.dumps([{"name": "平安银行 \\"}]).encode(),
    '[{"name":"華錄百納"}]'.encode("gbk"),
]
UNMEASURED = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
HALF = b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"data": '


ANSWERS = [  # the third is after how many seconds a silent one is given up
    ("http", [], 0, Banned, "the connection was dropped"),
    ("https", [PROXY_WAY], 0, Banned, "the connection was dropped"),
    ("http", [reply("403 Forbidden")], 0, Banned, "HTTP 403"),
    ("http", [HALF.replace(b"200 OK", b"403 Forbidden")], 0, Banned, "HTTP 403"),
    ("http", [reply("429 Too Many Requests")], 0, Banned, "HTTP 429"),
    ("http", [reply("200 OK", b" <html>")], 0, Banned, "web page"),
    ("http", [reply("502 Bad Gateway")], 0, Transient, "HTTP 502"),
    ("http", [reply("404 Not Found", b"<html>")], 0, NoData, "nothing there"),
    ("http", [b"SSH-2.0\r\n"], 0, Transient, r"no answer \((BadStatusLine|curl: 1)\)"),
    ("http", [b""], 0.3, Transient, r"no answer \((ReadTimeout|timeout)\)"),
    ("http", [HALF], 0, Transient, "broke off"),
    ("http", [HALF], 0.3, Transient, r"broke off|no answer \(timeout\)"),
    ("http", [UNMEASURED + b'{"data": [1, 2'], 0, Transient, "broke off"),
    ("http", [reply("200 OK", b"")], 0, Transient, "broke off"),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("scheme", "says", "gives_up", "error", "why"), ANSWERS)
def test_only_a_refusal_closes_the_door(
    speaker: Callable[..., Speaker],
    guarded: Callable[[TransportPolicy], Guard],
    way: str,
    scheme: str,
    says: list[bytes],
    gives_up: float,
    error: type[SourceError],
    why: str,
) -> None:
    patience = gives_up or POLICY.read_seconds
    policy = replace(POLICY, connect_seconds=patience, read_seconds=patience)
    guard = guarded(replace(policy, proxy=speaker(says, hangs=gives_up > 0).url))
    with pytest.raises(error, match=why):
        WAYS[way](BOARDS.replace("http", scheme))
    assert isinstance(guard.fault, error)
    assert guard.doors["push2"].requests == 1
    assert (guard.doors["push2"].closed_until is not None) == (error is Banned)


@pytest.mark.parametrize(
    ("way", "scheme", "says", "why"),
    [
        ("requests", "https", [reply("407 No")], "Tunnel connection failed: 407"),
        ("requests", "http", [reply("407 No")], "HTTP 407"),
        ("requests", "https", [reply("403 Forbidden")], "Tunnel connection failed: 403"),
        ("requests", "https", [reply("502 Bad Gateway")], "Tunnel connection failed: 502"),
        ("requests", "https", [b""], "RemoteDisconnected"),
        ("requests", "https", [b"SSH-2.0\r\n"], "BadStatusLine"),
        ("curl", "https", [reply("407 No")], "CONNECT tunnel failed, response 407"),
        ("curl", "http", [reply("407 No")], "HTTP 407"),
        ("curl", "https", [reply("502 Bad Gateway")], "CONNECT tunnel failed, response 502"),
        ("curl", "https", [b""], "Proxy CONNECT aborted"),
    ],
)
def test_what_the_proxy_does_is_told_as_its_own_and_spends_no_request(
    speaker: Callable[..., Speaker],
    guarded: Callable[[TransportPolicy], Guard],
    way: str,
    scheme: str,
    says: list[bytes],
    why: str,
) -> None:
    guard = guarded(replace(POLICY, proxy=speaker(says).url))
    with pytest.raises(Transient, match=f"DATA_PROXY opens no way there.*{why}"):
        WAYS[way](BOARDS.replace("http", scheme))
    assert guard.doors["push2"] == Door(datetime.now(UTC).date(), 0, None)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("address", ["http://", "socks5://127.0.0.1:1", "http://127.0.0.1:1"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_cannot_be_used_is_named(
    guarded: Callable[[TransportPolicy], Guard], scheme: str, address: str, way: str
) -> None:
    guard = guarded(replace(POLICY, proxy=address))
    with pytest.raises(Transient, match="DATA_PROXY"):
        WAYS[way](BOARDS.replace("http", scheme))
    assert guard.doors["push2"].requests == 0


def test_a_plain_proxy_called_https_is_named(
    speaker: Callable[..., Speaker], guarded: Callable[[TransportPolicy], Guard]
) -> None:
    proxy = speaker([reply("400 Bad Request")]).url.replace("http", "https")
    guarded(replace(POLICY, proxy=proxy))
    with pytest.raises(Transient, match="DATA_PROXY"):
        WAYS["requests"](BOARDS)


@pytest.mark.parametrize("way", WAYS)
def test_a_password_of_the_proxy_is_never_told(
    guarded: Callable[[TransportPolicy], Guard], way: str
) -> None:
    guarded(replace(POLICY, proxy="http://me:secret@127.0.0.1:1"))
    with pytest.raises(Transient) as told:
        WAYS[way](BOARDS)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("whole", ANSWER_TEXTS)
def test_an_answer_is_known_to_break_off_at_every_place(whole: bytes) -> None:
    assert not broke_off(whole)
    last = max(whole.rfind(mark) for mark in (b"]", b"}", b'"'))
    began = min(place for mark in (b"[", b"{", b'"') if (place := whole.find(mark)) >= 0)
    assert all(broke_off(whole[:n]) for n in range(began + 1, last + 1))


def test_another_dialect_is_not_a_broken_answer() -> None:
    assert not broke_off(b'[{symbol:"sh600519",name:"x"}, {symbol:"sh600520"}]')
    assert not broke_off(b"Access denied")
