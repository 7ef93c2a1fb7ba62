"""The one door through which AKShare's requests go: timeouts, pacing, budgets, breakers, proxy.

AKShare sets none of these. Hosts are grouped by who counts our requests; a group that refused us is
left alone for hours. Numbers and their sources: [source] in config/default.toml.
"""

import io
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from http.client import HTTPMessage
from typing import Any
from urllib.parse import urlsplit

from market.answers import MOVED, judge, unanswered, unanswered_curl
from market.calendar import SHANGHAI
from market.source import Banned, NoData, SchemaChanged, SourceError, Transient

GROUPS = (  # name, pattern of the host
    ("spot", re.compile(r"^82\.push2\.eastmoney\.com$")),  # the list of all stocks, nothing else
    ("push2his", re.compile(r"(^|\.)push2his\.eastmoney\.com$")),
    ("push2", re.compile(r"(^|\.)push2(delay)?\.eastmoney\.com$")),
    ("push2ex", re.compile(r"(^|\.)push2ex\.eastmoney\.com$")),
    ("eastmoney", re.compile(r"(^|\.)eastmoney\.com$")),
    ("tencent", re.compile(r"(^|\.)(qq\.com|gtimg\.cn)$")),
    ("baostock", re.compile(r"(^|\.)baostock\.com$")),
    ("sina", re.compile(r"(^|\.)(sina\.com\.cn|sina\.cn|sinajs\.cn)$")),
    ("stats", re.compile(r"(^|\.)stats\.gov\.cn$")),  # the statistics bureau
)
# EastMoney's lists; push2delay answers where the others refuse, a quarter of an hour late (7230)
LISTS = re.compile(r"^https?://(\d+\.)?push2\.eastmoney\.com(?=/api/qt/clist/get)")
DELAYED = "https://push2delay.eastmoney.com"
OPENS, SETTLED = clock(9), clock(15, 20)  # Shanghai; then a late list is the close's
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


def merged(
    known: Mapping[str, Door], before: Mapping[str, Door], after: Mapping[str, Door]
) -> dict[str, Door]:
    """The doors as known to all, with what one of several did to them since `before`."""
    none = Door()
    return {
        group: _with_own(known.get(group, none), before.get(group, none), after.get(group, none))
        for group in {**known, **after}
    }


def _with_own(known: Door, before: Door, after: Door) -> Door:
    """Requests of the newest day are summed; of two closed times the later one counts."""
    day = max(known.day or date.min, after.day or date.min)
    own = after.requests - (before.requests if before.day == after.day else 0)
    requests = (known.requests if known.day == day else 0) + (own if after.day == day else 0)
    closed = [door.closed_until for door in (known, after) if door.closed_until]
    return Door(None if day == date.min else day, requests, max(closed, default=None))


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
        if group == "spot" and trades(now):
            raise self._noted(NoData("spot: its late quotes are the close's from 15:20 on"))
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

    def unguarded(self, how: str) -> SourceError:
        """Notes that AKShare asked past the guard; gives the error to raise."""
        return self._noted(SchemaChanged(f"AKShare asks in a way that Paomo does not guard: {how}"))

    def _set(self, group: str, door: Door) -> None:
        self.doors[group] = door
        self.told(self.doors)

    def _noted(self, error: SourceError) -> SourceError:
        self.fault = error
        return error


def group_of(host: str) -> str:
    """The group of a host."""
    return next((name for name, pattern in GROUPS if pattern.search(host)), "other")


def trades(now: datetime) -> bool:
    """Whether the market may be trading, or late quotes not be those of its close yet."""
    local = now.astimezone(SHANGHAI)
    return local.weekday() < 5 and OPENS <= local.time() < SETTLED


def delayed(address: str, now: datetime) -> str:
    """Where an address is asked: a list after the close at its less guarded alias."""
    return address if trades(now) else LISTS.sub(DELAYED, address)


def install(guard: Guard) -> Callable[[], None]:
    """Leads all of AKShare's requests through the guard; gives the way to undo it.

    AKShare asks by requests, by curl (where it looks like a browser), and by urllib (where pandas
    reads an address). What it does not use yet, curl's other ways, raise.
    """
    from urllib.request import OpenerDirector

    from curl_cffi.requests import AsyncSession, Session
    from requests.adapters import HTTPAdapter

    def unguarded(self: Any, *_: Any, **__: Any) -> Any:
        raise guard.unguarded(type(self).__name__)

    undone = [
        _replaced(HTTPAdapter, "send", _by_requests(guard, HTTPAdapter.send)),  # every session's
        _replaced(Session, "request", _by_curl(guard, Session.request)),
        _replaced(OpenerDirector, "open", _by_urllib(OpenerDirector.open)),
        _replaced(AsyncSession, "request", unguarded),
        _replaced(Session, "ws_connect", unguarded),
    ]

    def undo() -> None:
        for one in undone:
            one()

    return undo


def _replaced(owner: type, name: str, way: Callable[..., Any]) -> Callable[[], None]:
    kept = getattr(owner, name)
    setattr(owner, name, way)
    return lambda: setattr(owner, name, kept)


def _by_requests(guard: Guard, original: Callable[..., Any]) -> Callable[..., Any]:
    """HTTPAdapter.send, with the guard before and after it."""
    from requests.exceptions import RequestException

    policy = guard.policy
    timeout = (policy.connect_seconds, policy.read_seconds)
    # a proxy in the environment is for others; requests still honours REQUESTS_CA_BUNDLE
    proxies = {"http": policy.proxy, "https": policy.proxy} if policy.proxy else {}

    def send(self: Any, request: Any, **options: Any) -> Any:
        group = guard.enter(urlsplit(request.url).hostname or "")
        request.url = delayed(request.url, guard.now())
        request.headers["User-Agent"] = AGENT
        options |= {"timeout": timeout, "proxies": proxies}
        try:
            response = original(self, request, **options)
        except RequestException as error:
            raise unanswered(guard, group, error) from None
        judge(guard, group, response)
        return response

    return send


def _by_curl(guard: Guard, original: Callable[..., Any]) -> Callable[..., Any]:
    """Session.request of curl_cffi, with the guard before and after it."""
    from curl_cffi import CurlOpt

    policy = guard.policy
    guarded = {
        "timeout": (policy.connect_seconds, policy.read_seconds),
        "proxies": {"all": policy.proxy or ""},
        "allow_redirects": False,  # curl would go on by itself, past the guard
    }

    def request(self: Any, method: str, url: str, **options: Any) -> Any:
        group = guard.enter(urlsplit(url).hostname or "")
        self.curl_options = {**self.curl_options, CurlOpt.NOPROXY: ""}  # not the environment's
        try:
            response = original(self, method, url, **(options | guarded))
        except Exception as error:  # of a proxy's odd answer it makes a ValueError
            raise unanswered_curl(guard, group, error) from None
        if response.status_code in MOVED:  # data do not move; a captcha or a login is there
            raise guard.refused(group, f"HTTP {response.status_code}")
        judge(guard, group, response)
        return response

    return request


def _by_urllib(original: Callable[..., Any]) -> Callable[..., Any]:
    """OpenerDirector.open: what it would ask is asked by requests, and told as urllib tells it."""
    from urllib.error import HTTPError
    from urllib.request import Request
    from urllib.response import addinfourl

    import requests

    def opened(self: Any, fullurl: Any, data: Any = None, timeout: Any = None) -> Any:
        asked = fullurl if isinstance(fullurl, Request) else Request(fullurl)
        if asked.type in ("file", "data"):  # nobody is asked
            return original(self, fullurl)
        asked.data = asked.data if data is None else data
        headers = dict(asked.header_items()) | {"Accept-Encoding": "identity"}
        how: dict[str, Any] = {"data": asked.data, "headers": headers}
        answer = requests.request(asked.get_method(), asked.full_url, **how)
        about = HTTPMessage()
        for name, value in answer.headers.items():
            about[name] = value
        del about["Content-Encoding"]  # requests unpacked it
        content = io.BytesIO(answer.content)
        if not answer.ok:
            raise HTTPError(answer.url, answer.status_code, answer.reason, about, content)
        return addinfourl(content, about, answer.url, answer.status_code)

    return opened
