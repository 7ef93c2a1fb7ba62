"""The one door through which AKShare's requests go: timeouts, pacing, budgets, breakers, proxy.

AKShare sets none of these. Hosts are grouped by who counts our requests; a group that refused us is
left alone for hours. Numbers and their sources: [source] in config/default.toml.
"""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from market.source import Banned, SourceError, Transient

GROUPS = (  # name, pattern of the host
    ("push2his", re.compile(r"(^|\.)push2his\.eastmoney\.com$")),
    ("push2", re.compile(r"(^|\.)push2(delay)?\.eastmoney\.com$")),
    ("eastmoney", re.compile(r"(^|\.)eastmoney\.com$")),
    ("tencent", re.compile(r"(^|\.)(qq\.com|gtimg\.cn)$")),
    ("sina", re.compile(r"(^|\.)(sina\.com\.cn|sinajs\.cn)$")),
)
REFUSED = (403, 429, 456)  # 456 is Sina's
NOT_REACHED = re.compile("NewConnectionError|NameResolutionError")  # as urllib3 names them
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
    """Keeps the doors; `fault` is the last refusal, whatever a caller made of it."""

    policy: TransportPolicy
    doors: dict[str, Door] = field(default_factory=dict)
    fault: SourceError | None = None
    _last: dict[str, float] = field(default_factory=dict)

    def enter(self, host: str) -> str:
        """Waits for the group's turn and counts the request; raises Banned when it is closed."""
        group = group_of(host)
        door, now = self.doors.get(group, Door()), datetime.now(UTC)
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
        self.doors[group] = Door(now.date(), used + 1)
        return group

    def refused(self, group: str, why: str) -> SourceError:
        """Closes the group's door; gives the error to raise."""
        until = datetime.now(UTC) + timedelta(hours=self.policy.ban_hours)
        self.doors[group] = replace(self.doors[group], closed_until=until)
        return self._noted(Banned(f"{group}: {why}"))

    def failed(self, group: str, why: str) -> SourceError:
        """Notes a passing failure; gives the error to raise."""
        return self._noted(Transient(f"{group}: {why}"))

    def _noted(self, error: SourceError) -> SourceError:
        self.fault = error
        return error


def group_of(host: str) -> str:
    """The group of a host."""
    return next((name for name, pattern in GROUPS if pattern.search(host)), "other")


def install(guard: Guard) -> Callable[[], None]:
    """Leads every request of `requests` through the guard; gives the way to undo it."""
    from requests import exceptions
    from requests.adapters import HTTPAdapter

    original, policy = HTTPAdapter.send, guard.policy
    timeout = (policy.connect_seconds, policy.read_seconds)
    # a proxy in the environment is for others; requests still honours REQUESTS_CA_BUNDLE
    proxies = {"http": policy.proxy, "https": policy.proxy} if policy.proxy else {}

    def send(self: Any, request: Any, **options: Any) -> Any:
        group = guard.enter(urlsplit(request.url).hostname or "")
        request.headers["User-Agent"] = AGENT
        options |= {"timeout": timeout, "proxies": proxies}
        try:
            response = original(self, request, **options)
        except exceptions.Timeout as error:
            raise guard.failed(group, f"no answer ({type(error).__name__})") from None
        except exceptions.SSLError:
            raise guard.failed(group, "certificate not trusted; see REQUESTS_CA_BUNDLE") from None
        except exceptions.ConnectionError as error:
            if NOT_REACHED.search(repr(error)):  # our side's network or proxy
                by = " through DATA_PROXY" if policy.proxy else ""
                raise guard.failed(group, f"cannot be reached{by}") from None
            raise guard.refused(group, "the connection was dropped") from None
        _judged(guard, group, response)
        return response

    HTTPAdapter.send = send  # type: ignore[assignment, method-assign]  # every session's way out

    def undo() -> None:
        HTTPAdapter.send = original  # type: ignore[method-assign]

    return undo


def _judged(guard: Guard, group: str, response: Any) -> None:
    """Raises when the answer is a refusal or a failure, whatever AKShare would make of it."""
    if response.status_code in REFUSED or response.status_code >= 500:
        response.close()
    if response.status_code in REFUSED:
        raise guard.refused(group, f"HTTP {response.status_code}")
    if response.status_code >= 500:
        raise guard.failed(group, f"HTTP {response.status_code}")
    speaks_json = group in ("push2", "push2his", "eastmoney", "tencent")
    if speaks_json and response.content.lstrip()[:1] == b"<":  # a captcha
        raise guard.refused(group, "a web page came where data were due")
