"""What came back from an upstream, or did not: which of the errors it is, whoever asked for it."""

import json
import re
import ssl
import traceback
from typing import TYPE_CHECKING, Any

from market.source import SourceError

if TYPE_CHECKING:
    from market.transport import Guard

REFUSED = (403, 429, 456)  # 456 is Sina's
MOVED = (301, 302, 303, 307, 308)
NOT_REACHED = ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError")  # urllib3's
DROPPED = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
SAFE = ("Tunnel connection failed", "Missing dependencies for SOCKS")
NO_WAY = "DATA_PROXY opens no way there"
LITERAL = 6  # characters at most of a broken `false` or \uXXXX
# curl's codes: https://curl.se/libcurl/c/libcurl-errors.html
CURL_OF_PROXY = (5, 97)  # its name is not known, its protocol failed
CURL_NOT_REACHED = (6, 7)
CURL_BROKE_OFF, CURL_TIMEOUT, CURL_TLS, CURL_NO_TRUST = 18, 28, 35, 60
CURL_DROPPED = (52, 55, 56)  # nothing came, or the other side was gone
CURL_TUNNEL = re.compile(r"CONNECT tunnel failed, response \d+|Proxy CONNECT aborted")
CURL_HUNG_UP = re.compile("SYSCALL|ZERO_RETURN|reset|closed", re.IGNORECASE)


def unanswered(guard: "Guard", group: str, error: Exception) -> SourceError:
    """What it means that requests got no answer: only a dropped connection is a refusal.

    Of plain HTTP through a proxy nobody can tell who dropped it; the group is left alone then too.
    """
    from requests import exceptions

    met = _met(error)
    proxied = guard.policy.proxy is not None
    if proxied and _of_proxy(error, met):
        return guard.unsent(group, f"{NO_WAY} ({_reason(met)})")
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


def unanswered_curl(guard: "Guard", group: str, error: Exception) -> SourceError:
    """As `unanswered`, of curl, whose errors are numbers."""
    code, said, proxied = getattr(error, "code", 0), str(error), guard.policy.proxy is not None
    tunnel = CURL_TUNNEL.search(said)
    if tunnel or code in CURL_OF_PROXY or (proxied and code in CURL_NOT_REACHED):
        return guard.unsent(group, f"{NO_WAY} ({tunnel[0] if tunnel else f'curl: {int(code)}'})")
    if code in CURL_NOT_REACHED:
        return guard.failed(group, "cannot be reached")
    status = getattr(getattr(error, "response", None), "status_code", 0)
    if failed := _failed(guard, group, status):  # its page broke off, which does not matter
        return failed
    if status or code == CURL_BROKE_OFF:  # it began
        return guard.failed(group, "the answer broke off")
    if code in CURL_DROPPED or (code == CURL_TLS and CURL_HUNG_UP.search(said)):
        return guard.refused(group, "the connection was dropped")
    if code == CURL_NO_TRUST:
        return guard.failed(group, "certificate not trusted; see REQUESTS_CA_BUNDLE")
    why = "timeout" if code == CURL_TIMEOUT else f"curl: {int(code)}"
    return guard.failed(group, f"no answer ({why if code else type(error).__name__})")


def judge(guard: "Guard", group: str, response: Any) -> None:
    """Raises when the answer is a refusal or a failure, whatever AKShare would make of it."""
    if failed := _failed(guard, group, response.status_code):
        response.close()
        raise failed
    body = _body(guard, group, response)
    if group == "other":  # of these it is not known what they speak
        return
    if body.lstrip()[:1] == b"<":  # a captcha
        raise guard.refused(group, "a web page came where data were due")
    if broke_off(body):
        raise guard.failed(group, "the answer broke off")


def _failed(guard: "Guard", group: str, status: int) -> SourceError | None:
    """The error that the status of an answer is, if it is one."""
    if status == 407:  # said by a proxy, never by an upstream
        return guard.unsent(group, f"{NO_WAY} (HTTP 407)")
    if status in REFUSED:
        return guard.refused(group, f"HTTP {status}")
    if status >= 500:
        return guard.failed(group, f"HTTP {status}")
    return guard.absent(group) if status == 404 else None  # its page is no refusal


def _body(guard: "Guard", group: str, response: Any) -> bytes:
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
