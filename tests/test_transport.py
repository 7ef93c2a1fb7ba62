"""The door to the upstreams, over real sockets: what each way of failing means, pace, budget."""

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from socketserver import BaseRequestHandler, ThreadingTCPServer

import curl_cffi
import pandas as pd
import pytest
import requests

from market.source import Banned, SchemaChanged, SourceError, Transient
from market.transport import Door, Guard, TransportPolicy, broke_off, install

POLICY = TransportPolicy(30, 30, 6, {"other": 0}, {"other": 100})  # patient, if the machine is busy
BOARDS = "http://79.push2.eastmoney.com/list"
ANSWER_TEXTS = [  # as EastMoney, Tencent and Sina speak
    b'{"rc": 0, "data": {"total": 2, "diff": [{"f2": "-", "f3": -1.5e3, "f4": true, "f5": null}]}}',
    b'kline_dayqfq={"code": 0, "data": {"sh000985": {"day": [["2026-07-15", "1.00"]]}}};',
    b'var KLC="abc/+";',
    json.dumps([{"name": "平安银行 \\"}]).encode(),
    '[{"name":"華錄百納"}]'.encode("gbk"),
]
PROXY_WAY = b"HTTP/1.1 200 OK\r\n\r\n"
UNMEASURED = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
HALF = b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"data": '


def reply(status: str, body: bytes = b"{}") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


class Speaker:
    """Says given bytes, one string after each thing it hears, and hangs up, or never does."""

    def __init__(self, says: list[bytes], hangs: bool = False) -> None:
        self.heard: list[bytes] = []
        heard, self.closed = self.heard, threading.Event()
        closed = self.closed

        class Handler(BaseRequestHandler):
            def handle(self) -> None:
                for words in says:
                    heard.append(self.request.recv(10_000))
                    self.request.sendall(words)
                if not says or says[-1] == PROXY_WAY:
                    heard.append(self.request.recv(10_000))
                if hangs:
                    closed.wait()

        self.server = ThreadingTCPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        self.closed.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def speaker() -> Iterator[Callable[..., Speaker]]:
    made: list[Speaker] = []

    def make(says: list[bytes], hangs: bool = False) -> Speaker:
        made.append(Speaker(says, hangs))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def guarded() -> Iterator[Callable[[TransportPolicy], Guard]]:
    undone: list[Callable[[], None]] = []

    def make(policy: TransportPolicy) -> Guard:
        guard = Guard(policy)
        undone.append(install(guard))
        return guard

    yield make
    for undo in reversed(undone):
        undo()


ANSWERS = [  # the third is after how many seconds a silent one is given up
    ("http", [], 0, Banned, "the connection was dropped"),
    ("https", [PROXY_WAY], 0, Banned, "the connection was dropped"),
    ("http", [reply("403 Forbidden")], 0, Banned, "HTTP 403"),
    ("http", [HALF.replace(b"200 OK", b"403 Forbidden")], 0, Banned, "HTTP 403"),
    ("http", [reply("429 Too Many Requests")], 0, Banned, "HTTP 429"),
    ("http", [reply("200 OK", b" <html>")], 0, Banned, "web page"),
    ("http", [reply("502 Bad Gateway")], 0, Transient, "HTTP 502"),
    ("http", [b"SSH-2.0\r\n"], 0, Transient, r"no answer \(BadStatusLine\)"),
    ("http", [b""], 0.6, Transient, r"no answer \(ReadTimeout\)"),
    ("http", [HALF], 0, Transient, "broke off"),
    ("http", [HALF], 0.6, Transient, "broke off"),
    ("http", [UNMEASURED + b'{"data": [1, 2'], 0, Transient, "broke off"),
    ("http", [reply("200 OK", b"")], 0, Transient, "broke off"),
]


@pytest.mark.parametrize(("scheme", "says", "gives_up", "error", "why"), ANSWERS)
def test_only_a_refusal_closes_the_door(
    speaker: Callable[..., Speaker],
    guarded: Callable[[TransportPolicy], Guard],
    scheme: str,
    says: list[bytes],
    gives_up: float,
    error: type[SourceError],
    why: str,
) -> None:
    policy = replace(POLICY, read_seconds=gives_up or POLICY.read_seconds)
    guard = guarded(replace(policy, proxy=speaker(says, hangs=gives_up > 0).url))
    with pytest.raises(error, match=why):
        requests.get(BOARDS.replace("http", scheme))
    assert isinstance(guard.fault, error)
    assert (guard.doors["push2"].closed_until is not None) == (error is Banned)


@pytest.mark.parametrize(
    ("scheme", "says", "why"),
    [
        ("https", [reply("407 Proxy Authentication Required")], "Tunnel connection failed: 407"),
        ("http", [reply("407 Proxy Authentication Required")], "HTTP 407"),
        ("https", [reply("403 Forbidden")], "Tunnel connection failed: 403"),
        ("https", [reply("502 Bad Gateway")], "Tunnel connection failed: 502"),
        ("https", [b""], "RemoteDisconnected"),
        ("https", [b"SSH-2.0\r\n"], "BadStatusLine"),
    ],
)
def test_what_the_proxy_does_is_told_as_its_own_and_spends_no_request(
    speaker: Callable[..., Speaker],
    guarded: Callable[[TransportPolicy], Guard],
    scheme: str,
    says: list[bytes],
    why: str,
) -> None:
    guard = guarded(replace(POLICY, proxy=speaker(says).url))
    with pytest.raises(Transient, match=f"DATA_PROXY opens no way there.*{why}"):
        requests.get(BOARDS.replace("http", scheme))
    assert guard.doors["push2"] == Door(datetime.now(UTC).date(), 0, None)


@pytest.mark.parametrize("address", ["http://", "socks5://127.0.0.1:1", "http://127.0.0.1:1"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_cannot_be_used_is_named(
    guarded: Callable[[TransportPolicy], Guard], scheme: str, address: str
) -> None:
    guard = guarded(replace(POLICY, proxy=address))
    with pytest.raises(Transient, match="DATA_PROXY"):
        requests.get(BOARDS.replace("http", scheme))
    assert guard.doors["push2"].requests == 0


def test_a_plain_proxy_called_https_is_named(
    speaker: Callable[..., Speaker], guarded: Callable[[TransportPolicy], Guard]
) -> None:
    proxy = speaker([reply("400 Bad Request")]).url.replace("http", "https")
    guarded(replace(POLICY, proxy=proxy))
    with pytest.raises(Transient, match="DATA_PROXY"):
        requests.get(BOARDS)


def test_a_password_of_the_proxy_is_never_told(
    guarded: Callable[[TransportPolicy], Guard],
) -> None:
    guarded(replace(POLICY, proxy="http://me:secret@127.0.0.1:1"))
    with pytest.raises(Transient) as told:
        requests.get(BOARDS)
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


def test_a_proxy_in_the_environment_is_for_others(
    speaker: Callable[..., Speaker],
    guarded: Callable[[TransportPolicy], Guard],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    others, upstream = speaker([reply("200 OK")]), speaker([reply("200 OK")])
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, others.url)
    guarded(POLICY)
    assert requests.get(upstream.url).text == "{}"
    assert b"Mozilla/5.0" in upstream.heard[0]
    assert not others.heard


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


def test_a_way_past_the_guard_raises_and_is_open_again_afterwards(
    speaker: Callable[..., Speaker],
) -> None:
    upstream = speaker([reply("200 OK", b"a,b")])
    guard = Guard(POLICY)
    undo = install(guard)
    ways = (pd.read_csv, urllib.request.urlopen, curl_cffi.get)
    for way in ways:
        with pytest.raises(SchemaChanged, match="does not guard"):
            way(upstream.url)
        assert isinstance(guard.fault, SchemaChanged)
    undo()
    assert not upstream.heard
    for way in ways:
        way(upstream.url)
    assert len(upstream.heard) == len(ways)
