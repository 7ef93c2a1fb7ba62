"""The one door through which AKShare's requests go: timeouts, pacing, budgets, breakers, proxy.

AKShare sets none of these. Hosts are grouped by who counts our requests; a group that refused us is
left alone for hours. Numbers and their sources: [source] in config/default.toml.
"""

import json
import re
import ssl
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from market.source import Banned, NoData, SchemaChanged, SourceError, Transient

GROUPS = (  # name, pattern of the host
    ("push2his", re.compile(r"(^|\.)push2his\.eastmoney\.com$")),
    ("push2", re.compile(r"(^|\.)push2(delay)?\.eastmoney\.com$")),
    ("push2ex", re.compile(r"(^|\.)push2ex\.eastmoney\.com$")),
    ("eastmoney", re.compile(r"(^|\.)eastmoney\.com$")),
    ("tencent", re.compile(r"(^|\.)(qq\.com|gtimg\.cn)$")),
    ("baostock", re.compile(r"(^|\.)baostock\.com$")),
    ("sina", re.compile(r"(^|\.)(sina\.com\.cn|sina\.cn|sinajs\.cn)$")),
)
REFUSED = (403, 429, 456)  # 456 is Sina's
NOT_REACHED = ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError")  # urllib3's
DROPPED = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
SAFE = ("Tunnel connection failed", "Missing dependencies for SOCKS")
LITERAL = 6  # characters at most of a broken `false` or \uXXXX
AGENT = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/130.0 Safari/537.36"
)


@dataclass(frozen=True)
class TransportPolicy:
    """How carefully upstreams are treated."""

    connect_seconds: float
    read_seconds: float
    ban_hours: float  # a group that refused us is left alone for
    pause_seconds: Mapping[str, float]  # between two requests to a group
    budget: Mapping[str, int]  # requests to a group on one (UTC) day
    proxy: str | None = None  # for data only


@dataclass(frozen=True)
class Door:
    """What is remembered of one group of hosts."""

    day: date | None = None  # of `requests`, UTC
    requests: int = 0
    closed_until: datetime | None = None  # UTC


@dataclass
class Guard:
    """Keeps the doors; `fault` is the last refusal, whatever a caller made of it.

    `told` gets the doors at every change: who waits for a call may have to kill it.
    """

    policy: TransportPolicy
    doors: dict[str, Door] = field(default_factory=dict)
    told: Callable[[dict[str, Door]], None] = lambda doors: None
    fault: SourceError | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    _last: dict[str, float] = field(default_factory=dict)

    def enter(self, host: str) -> str:
        """Waits for the group's turn and counts the request; raises Banned when it is closed."""
        group = group_of(host)
        door, now = self.doors.get(group, Door()), self.now()
        if door.closed_until and now < door.closed_until:
            raise self._noted(
                Banned(f"{group}: left alone until {door.closed_until:%m-%d %H:%M} UTC")
            )
        used = door.requests if door.day == now.date() else 0
        allowed = self.policy.budget.get(group, self.policy.budget["other"])
        if used >= allowed:
            raise self._noted(Banned(f"{group}: today's {allowed} requests are used up"))
        pause = self.policy.pause_seconds.get(group, self.policy.pause_seconds["other"])
        time.sleep(max(0.0, self._last.get(group, -pause) + pause - time.monotonic()))
        self._last[group] = time.monotonic()
        self._set(group, Door(now.date(), used + 1))
        return group

    def refused(self, group: str, why: str) -> SourceError:
        """Closes the group's door; gives the error to raise."""
        until = self.now() + timedelta(hours=self.policy.ban_hours)
        self._set(group, replace(self.doors[group], closed_until=until))
        return self._noted(Banned(f"{group}: {why}"))

    def failed(self, group: str, why: str) -> SourceError:
        """Notes a passing failure; gives the error to raise."""
        return self._noted(Transient(f"{group}: {why}"))

    def unsent(self, group: str, why: str) -> SourceError:
        """As `failed`, when the proxy let no request through: it does not count."""
        door = self.doors[group]
        self._set(group, replace(door, requests=door.requests - 1))
        return self.failed(group, why)

    def absent(self, group: str) -> SourceError:
        """Notes that there is nothing under an address; gives the error to raise."""
        return self._noted(NoData(f"{group}: nothing there (HTTP 404)"))

    def unguarded(self) -> SourceError:
        """Notes that AKShare asked past the guard; gives the error to raise."""
        return self._noted(SchemaChanged("AKShare asks in a way that Paomo does not guard"))

    def _set(self, group: str, door: Door) -> None:
        self.doors[group] = door
        self.told(self.doors)

    def _noted(self, error: SourceError) -> SourceError:
        self.fault = error
        return error


def group_of(host: str) -> str:
    """The group of a host."""
    return next((name for name, pattern in GROUPS if pattern.search(host)), "other")


def install(guard: Guard) -> Callable[[], None]:
    """Leads all of AKShare's requests through the guard; gives the way to undo it.

    What we call asks by `requests`; the other ways that AKShare knows, urllib (where pandas reads
    an address) and curl, raise.
    """
    from urllib.request import OpenerDirector

    from curl_cffi import Curl
    from requests.adapters import HTTPAdapter

    def unguarded(*_: Any, **__: Any) -> Any:
        raise guard.unguarded()

    undone = [
        _replaced(HTTPAdapter, "send", _guarded(guard, HTTPAdapter.send)),  # every session's
        _replaced(OpenerDirector, "open", unguarded),
        _replaced(Curl, "perform", unguarded),
    ]

    def undo() -> None:
        for one in undone:
            one()

    return undo


def _replaced(owner: type, name: str, way: Callable[..., Any]) -> Callable[[], None]:
    kept = getattr(owner, name)
    setattr(owner, name, way)
    return lambda: setattr(owner, name, kept)


def _guarded(guard: Guard, original: Callable[..., Any]) -> Callable[..., Any]:
    """HTTPAdapter.send, with the guard before and after it."""
    from requests.exceptions import RequestException

    policy = guard.policy
    timeout = (policy.connect_seconds, policy.read_seconds)
    # a proxy in the environment is for others; requests still honours REQUESTS_CA_BUNDLE
    proxies = {"http": policy.proxy, "https": policy.proxy} if policy.proxy else {}

    def send(self: Any, request: Any, **options: Any) -> Any:
        group = guard.enter(urlsplit(request.url).hostname or "")
        request.headers["User-Agent"] = AGENT
        options |= {"timeout": timeout, "proxies": proxies}
        try:
            response = original(self, request, **options)
        except RequestException as error:
            raise _unanswered(guard, group, error) from None
        _judged(guard, group, response)
        return response

    return send


def _unanswered(guard: Guard, group: str, error: Exception) -> SourceError:
    """What it means that no answer came: only a dropped connection is a refusal.

    Of plain HTTP through a proxy nobody can tell who dropped it; the group is left alone then too.
    """
    from requests import exceptions

    met = _met(error)
    proxied = guard.policy.proxy is not None
    if proxied and _of_proxy(error, met):
        return guard.unsent(group, f"DATA_PROXY opens no way there ({_reason(met)})")
    if isinstance(error, exceptions.Timeout):
        return guard.failed(group, f"no answer ({type(error).__name__})")
    if any(type(one).__name__ in NOT_REACHED for one in met):  # our side's network
        return guard.failed(group, "cannot be reached")
    if any(isinstance(one, DROPPED) for one in met):
        return guard.refused(group, "the connection was dropped")
    if any(isinstance(one, ssl.SSLCertVerificationError) for one in met):
        return guard.failed(group, "certificate not trusted; see REQUESTS_CA_BUNDLE")
    return guard.failed(group, f"no answer ({_reason(met)})")


def _met(error: BaseException | None) -> list[BaseException]:
    """The error and those it was made of, the first of all at the end."""
    met = []
    while error:
        met.append(error)
        error = error.__context__
    return met


def _reason(met: list[BaseException]) -> str:
    """What went wrong first, in words where they cannot hold the proxy's address or password."""
    told = [str(one) for one in met if str(one).startswith(SAFE)]
    return told[-1] if told else type(met[-1]).__name__


def _of_proxy(error: Exception, met: list[BaseException]) -> bool:
    """Whether the proxy itself is wrong, not reached, or refuses the tunnel.

    A proxy that hangs up on us looks like an upstream that does; where it happened tells them
    apart.
    """
    from requests import exceptions

    misnamed = isinstance(error, exceptions.InvalidURL | exceptions.InvalidSchema)
    absent = any(type(one).__name__ in NOT_REACHED for one in met)
    own_tls = isinstance(error, exceptions.ProxyError) and any(
        isinstance(one, ssl.SSLError) for one in met
    )
    frames = [frame.name for one in met for frame in traceback.extract_tb(one.__traceback__)]
    return misnamed or absent or own_tls or "_tunnel" in frames


def _judged(guard: Guard, group: str, response: Any) -> None:
    """Raises when the answer is a refusal or a failure, whatever AKShare would make of it."""
    status = response.status_code
    if status in (407, *REFUSED) or status >= 500:
        response.close()
    if status == 407:  # said by a proxy, never by an upstream
        raise guard.unsent(group, "DATA_PROXY opens no way there (HTTP 407)")
    if status in REFUSED:
        raise guard.refused(group, f"HTTP {status}")
    if status >= 500:
        raise guard.failed(group, f"HTTP {status}")
    if status == 404:  # its page is no refusal
        raise guard.absent(group)
    body = _body(guard, group, response)
    if group == "other":  # of these it is not known what they speak
        return
    if body.lstrip()[:1] == b"<":  # a captcha
        raise guard.refused(group, "a web page came where data were due")
    if broke_off(body):
        raise guard.failed(group, "the answer broke off")


def _body(guard: Guard, group: str, response: Any) -> bytes:
    """The whole answer: read here, since requests would read it where no guard stands."""
    from requests.exceptions import RequestException

    try:
        return bytes(response.content)
    except RequestException:
        raise guard.failed(group, "the answer broke off") from None


def broke_off(body: bytes) -> bool:
    """Whether JSON or a quoted text, perhaps assigned to a name, ends before its end.

    An answer that tells no length ends with its connection, and nobody else notices a broken one.
    """
    text = body.decode("latin-1").rstrip()  # brackets and quotes are ASCII in every encoding here
    begin = re.search(r'[\[{"]', text)
    if not begin:
        return not text
    try:
        json.JSONDecoder(strict=False).raw_decode(text, begin.start())
    except json.JSONDecodeError as error:  # in the middle it is another dialect, not a break
        return error.msg.startswith("Unterminated") or error.pos >= len(text) - LITERAL
    return False
