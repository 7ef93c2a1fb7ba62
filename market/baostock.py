"""Whole days of the market by baostock, an optional extra, in the child: no AKShare, no HTTP.

Its own protocol over TCP bears one connection at a time, and refuses who opens more. Its client
knows no timeout and no proxy, and reads a closed socket for ever: so the socket it gets is ours.
"""

import importlib
import importlib.metadata
import importlib.util
import io
import re
import socket
import tempfile
from contextlib import redirect_stdout
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
from filelock import FileLock, Timeout

from market.akshare.frames import check, number
from market.source import NoData, SchemaChanged, SourceError
from market.transport import Guard

GROUP = "baostock"
AT = ("public-api.baostock.com", 10030)
MOST_BYTES = 50_000_000  # of an answer; a day of 5,000 stocks is under one
OLD_CLIENT, NO_LOGIN, NO_SUCH_DAY = "10001004", "10001001", "10004013"
UNREADABLE = "10002007"  # what its client says when an answer came and was none it knows
REFUSED, PASSING = "10001", (NO_LOGIN, "10005")  # beginnings of codes: of rights, of its system
NAMES = {"preclose": "prev_close"} | {
    name: name for name in ("open", "high", "low", "close", "volume", "amount")
}
STOCK = r"(?:sh\.6|sz\.[03]|bj\.)\d+$"  # A-shares, no indices nor B-shares; Beijing's never came


def version() -> str:
    """The version that is installed; empty when the extra is not."""
    found = importlib.util.find_spec("baostock")
    return importlib.metadata.version("baostock") if found else ""


def obstacle(installed: str, budget: int, proxy: str | None) -> str:
    """Why that version of it is not asked, in words; empty when it is."""
    if not installed:
        return "not installed; `pip install 'paomo[baostock]'` brings past days of the whole market"
    if budget <= 0:
        return "not asked: its budget is 0"
    if proxy and urlsplit(proxy).scheme == "https":
        return "not asked: it has no way through an https:// DATA_PROXY"
    return ""


def whole_day(guard: Guard, day: date) -> pd.DataFrame:
    """Stocks that traded on a day, with the columns of Source.snapshot as far as they are known.

    Prices are as they were paid, with the exchange's previous close, so that a dividend is none.
    """
    try:
        with redirect_stdout(io.StringIO()):  # it prints what it meets
            found = _client(guard).query_daily_history_k_AStock(str(day))
        _judged(guard, found)
    except Exception:
        hang_up()
        raise
    frame = pd.DataFrame(found.data, columns=found.fields if found.data else None)
    if frame.empty:
        raise NoData(f"baostock has no bars of {day}, or none yet")
    check("market_day", frame["date"] == str(day), f"rows of {day}")
    check("market_day", frame["code"].str.match(r"[a-z]{2}\.\d{6}$"), "codes such as sh.600000")
    traded = frame[frame["code"].str.match(STOCK) & (frame["tradestatus"] == "1")]
    quotes = traded[[*NAMES]].apply(number).rename(columns=NAMES)
    quotes.insert(0, "code", traded["code"].str[-6:])
    quotes["turnover"] = number(traded["turn"]) / 100
    return quotes.assign(name=None, pe_ttm=np.nan, pb=np.nan, market_cap=np.nan, float_cap=np.nan)


def _client(guard: Guard) -> Any:
    """The library, logged in over a line of ours that is kept for the next call."""
    client, context = _module("baostock"), _module("baostock.common.context")
    line = getattr(context, "default_socket", None)
    if not isinstance(line, Line) or line.guard is not guard:
        hang_up()
        sockets = _module("baostock.util.socketutil").SocketUtil
        sockets.connect = lambda *_: setattr(context, "default_socket", Line(guard))
        _judged(guard, client.login())
    return client


def _module(name: str) -> Any:
    return importlib.import_module(name)


def hang_up() -> None:
    """Ends the line; the next call logs in anew."""
    context = _module("baostock.common.context")
    line = getattr(context, "default_socket", None)
    if line is not None:
        line.close()
    context.default_socket = None


def _judged(guard: Guard, found: Any) -> None:
    """Raises what went wrong: as the line noted it, else as the answer's code says."""
    if guard.fault:
        raise guard.fault
    code = found.error_code
    why = f"{found.error_msg} ({code})"
    if code == "0":
        return
    if code == UNREADABLE:
        raise SchemaChanged(f"{GROUP}: an answer that its client cannot read")
    if code.startswith(PASSING):
        raise guard.failed(GROUP, why)
    if code == NO_SUCH_DAY:
        raise NoData(f"{GROUP}: {why}")
    if code.startswith(REFUSED) and code != OLD_CLIENT:
        raise guard.refused(GROUP, why)
    raise SchemaChanged(f"{GROUP}: {why}")


class Line:
    """What baostock takes for its socket: paced and counted, with timeouts, and an end."""

    def __init__(self, guard: Guard) -> None:
        """Connects with the first message."""
        self.guard, self._heard = guard, 0
        self._alone = FileLock(lock(guard.policy.proxy), timeout=0)
        self._socket: Any = None

    def send(self, message: bytes) -> None:
        """Sends a message; raises Banned when the door is closed."""
        self.guard.enter(AT[0])
        self._heard = 0
        try:
            self._socket = self._socket or self._connected()
            self._socket.sendall(message)
        except OSError as error:
            raise self._ended(error) from None

    def recv(self, size: int) -> bytes:
        """Some of the answer; raises when it ends, takes too long, or is without end."""
        try:
            part: bytes = self._socket.recv(size)
        except OSError as error:
            raise self._ended(error) from None
        if not part:
            raise self._ended(ConnectionResetError())
        self._heard += len(part)
        if self._heard > MOST_BYTES:
            self.guard.fault = SchemaChanged(f"{GROUP}: an answer without an end")
            raise self.guard.fault
        return part

    def close(self) -> None:
        """Hangs up."""
        if self._socket is not None:
            self._socket.close()
        self._alone.release()

    def _connected(self) -> socket.socket:
        """A connection, through the proxy for data where there is one."""
        policy = self.guard.policy
        try:
            self._alone.acquire()
        except Timeout:
            why = "another program on this machine has the one connection it bears"
            raise self.guard.unsent(GROUP, why) from None
        except OSError as error:  # another user's file, a full or read-only disk
            why = f"{self._alone.lock_file} cannot be locked ({type(error).__name__})"
            raise self.guard.unsent(GROUP, why) from None
        try:
            made = through(policy.proxy, policy.connect_seconds)
        except OSError as error:
            if policy.proxy:
                why = f"DATA_PROXY opens no way there ({type(error).__name__})"
                raise self.guard.unsent(GROUP, why) from None
            raise self.guard.failed(GROUP, "cannot be reached") from None
        made.settimeout(policy.read_seconds)
        return made

    def _ended(self, error: OSError) -> SourceError:
        """What it means that the line broke: only one dropped without an answer is a refusal."""
        if isinstance(error, TimeoutError):
            return self.guard.failed(GROUP, "no answer (timeout)")
        if self._heard:
            return self.guard.failed(GROUP, "the answer broke off")
        return self.guard.refused(GROUP, "the connection was dropped")


def lock(proxy: str | None) -> Path:
    """The file that is locked while there is a connection by a way out; it counts by address."""
    way = urlsplit(proxy or "").netloc.rpartition("@")[2]
    return Path(tempfile.gettempdir()) / f"paomo-baostock-{re.sub(r'[^a-z0-9]', '-', way)}.lock"


def through(proxy: str | None, seconds: float) -> socket.socket:
    """A connection to baostock, by an HTTP or SOCKS proxy if one is given; an OSError if not."""
    if not proxy:
        return socket.create_connection(AT, seconds)
    import socks

    way = urlsplit(proxy)
    kind = socks.HTTP if way.scheme == "http" else socks.SOCKS5
    named = {"proxy_username": way.username, "proxy_password": way.password}
    made: socket.socket = socks.create_connection(
        AT, seconds, None, kind, way.hostname, way.port, way.scheme != "socks5", **named
    )
    return made
