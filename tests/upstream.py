"""A loopback stand-in for AKShare's upstreams, reached as the data proxy. Figures are simulated.

It answers CONNECT with a certificate of its own authority, so that AKShare's real code runs over
real sockets and TLS, unchanged. Shapes: EastMoney, Tencent and Sina as AKShare 1.19.5 reads them.
"""

import json
import socket
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urlsplit

import trustme

from market.simulate import SimulatedMarket
from tests import announced, baostock, economy, faults, filed, hk, sina, stocks, ticks
from tests.loopback import Loopback

HOSTS = (
    "*.push2.eastmoney.com",
    "*.push2his.eastmoney.com",
    "*.eastmoney.com",
    "*.finance.qq.com",
    "web.ifzq.gtimg.cn",
    "finance.sina.com.cn",
    "*.finance.sina.com.cn",
    "*.stock.finance.sina.com.cn",
    "quotes.sina.cn",
    "zhibo.sina.com.cn",
    "data.stats.gov.cn",
)
PAGE = 100  # rows EastMoney gives at most
DRIP_SECONDS = 0.2  # between two bytes


class Upstream:
    """The simulated market as the upstreams would tell it on its `today`."""

    def __init__(self, market: SimulatedMarket, days: list[date], folder: Path) -> None:
        """`days` are real trading days that stand for the last days of the market."""
        self.days, self.today = days, days[-1]
        self.codes = sorted(market.bars["code"].unique())
        self.bars = {
            name: market.bars.pivot(index="number", columns="code", values=name).to_numpy(
                copy=True
            )[-len(days) :]
            for name in ("close", "prev_close", "volume", "amount")
        }
        self.hk_days: list[date] = days
        self.hk_today: date | None = None  # of Hong Kong, where they differ
        self.boards = {f"BK{n:04}": t for n, t in enumerate(market.themes, 801)}
        self.names = {code: theme.name for code, theme in self.boards.items()}
        self.members = {code: market.members[theme.id] for code, theme in self.boards.items()}
        self.faults: dict[str, str] = {}  # endpoint, or "connect" -> fault, as tests/faults.py has
        self.units: dict[str, float] = {}  # code -> by how much its volumes in bars are off
        self.closed = Event()
        self.moves: dict[str, float] = {}  # board -> its move within the day, fraction, not its own
        self.requests: list[str] = []  # endpoints asked, in order
        authority = trustme.CA()
        self.ca = folder / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca))
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*HOSTS).configure_cert(self.tls)
        self.server = Loopback(Handler, self)
        self.url = self.server.url

    def close(self) -> None:
        self.closed.set()
        self.server.close()

    @property
    def row(self) -> int:
        return self.days.index(self.today)

    # ---- answers, by endpoint ---------------------------------------------------------------

    def answer(self, host: str, path: str, query: dict[str, str]) -> tuple[str, Callable[[], Any]]:
        """The endpoint's name and its answer."""
        if path.endswith("/clist/get"):
            kind = {"m:90": "boards", "m:0 ": "eastmoney"}.get(query["fs"][:4], "members")
            return kind, lambda: self._clist(query, kind)
        report = query.get("reportName") or query.get("type", "")
        known = economy.tables(report, self.days, self.today)
        if known:
            return known[0], lambda: economy.page(known[1], query)
        if beside := filed.answer(self, path, query) or announced.answer(self, path, query):
            return beside
        table: dict[str, tuple[str, Callable[[], Any]]] = {
            "/kline/get": ("history", lambda: self._kline(query)),
            "/getBoardRankList": ("tencent", lambda: self._tencent(query)),
            "/weekTrends": ("begin", lambda: 'trend_qfq={"data": [["2010-01-04", "10"]]}'),
            "/newfqkline/get": (
                ("bars", lambda: stocks.bars(self, query))
                if stocks.is_stock(self, query)
                else ("index", lambda: self._index(query))
            ),
            "/getAllBKChanges": ("boards_now", lambda: ticks.boards_now(self)),
            "/getTopicZTPool": ("limit_ups", lambda: ticks.limit_ups(self)),
            "/getTopicZBPool": ("broken", lambda: ticks.broken(self)),
            "/klc_td_sh.txt": ("calendar", lambda: sina.calendar(tuple(self.days))),
            "/klc2_kl.js": self._hong_kong(path),
            "/hisdata/klc_kl.js": ("sina_index", self._sina_index),
            "/qfq.js": ("hk_factors", lambda: hk.factors(path.split("/")[-2], self.hk_days)),
            "/staticdata/us/.IXIC": ("america", lambda: sina.wide_bars(self._abroad())),
            "/staticdata/us/.INX": ("america", lambda: sina.wide_bars(self._abroad())),
            "/hq/daily": ("india", self._india),
            "/stream/esData": ("unemployment", lambda: economy.unemployment(self)),
            "getHQNodeStockCount": ("sina", lambda: f'"{len(self.codes)}"'),
            "getHQNodeData": ("sina", lambda: stocks.sina_page(self, query)),
        }
        found = [value for end, value in table.items() if path.endswith(end)]
        return found[0] if found else ("unknown", lambda: {"data": None})

    def _clist(self, query: dict[str, str], kind: str) -> Any:
        if kind == "boards":
            rows = [self._board_row(code) for code in self.boards]
        elif kind == "eastmoney":
            rows = [stocks.eastmoney_row(self, n) for n in range(len(self.codes))]
        else:
            board = query["fs"].split()[0].removeprefix("b:")
            if board not in self.members:
                return {"rc": 102, "data": None}
            rows = [{"f12": c, "f14": f"模拟{c}", "f3": 0.0} for c in self.members[board]]
        first = (int(query["pn"]) - 1) * PAGE
        page = [self._fields(query["fields"], row) for row in rows[first : first + PAGE]]
        return {"rc": 0, "data": {"total": len(rows), "diff": page}}

    def _fields(self, wanted: str, row: dict[str, Any]) -> dict[str, Any]:
        """Fields in ascending order of their numbers; f128 brings f140 and f141 along."""
        names = sorted(wanted.split(","), key=lambda name: int(name[1:]))
        names[names.index("f128") + 1 : names.index("f128") + 1] = ["f140", "f141"]
        return {name: row.get(name, "-") for name in names}

    def _levels(self, board: str) -> Any:
        """The board's points on all days, from 1,000."""
        own = [self.codes.index(code) for code in self.members[board]]
        returns = (self.bars["close"] / self.bars["prev_close"])[:, own].mean(axis=1)
        return 1000 * returns.cumprod()

    def _board_row(self, board: str) -> dict[str, Any]:
        level, members = self._levels(board)[self.row], len(self.members[board])
        return {"f2": round(level, 2), "f3": 1.0, "f8": 2.5, "f12": board, "f14": self.names[board],
                "f104": members // 2, "f105": members * 9 // 20}  # fmt: skip

    def _kline(self, query: dict[str, str]) -> Any:
        levels = self._levels(query["secid"].removeprefix("90."))
        lines = [
            f"{day},{level},{level},{level * 1.01},{level * 0.99},1,5e9,1,1,1,1"
            for day, level in zip(self.days, levels, strict=True)
            if query["beg"] <= f"{day:%Y%m%d}" <= query["end"] and day <= self.today
        ]
        return {"data": {"klines": lines}}

    def _tencent(self, query: dict[str, str]) -> Any:
        first, count = int(query["offset"]), int(query["count"])
        rows = [self._quote(n) for n in range(len(self.codes))][first : first + count]
        return {"data": {"total": len(self.codes), "rank_list": rows}}

    def _quote(self, n: int) -> dict[str, str]:
        close, before, volume, amount = self._bar(n)
        fixed = dict.fromkeys(("lb", "zf", "speed", "state"), "0")
        return fixed | {
            "code": f"sh{self.codes[n]}",
            "name": f"模拟{self.codes[n]}",
            "zxj": f"{close:.4f}",
            "zd": f"{close - before:.4f}",
            "zdf": f"{(close / before - 1) * 100:.2f}",
            "hsl": "1.5",
            "pe_ttm": "20",
            "pn": "2",
            "zsz": "100",
            "ltsz": "80",
            "volume": f"{volume / 100:.0f}",  # lots
            "turnover": f"{amount / 1e4:.4f}",  # 万元
        }

    def _bar(self, n: int) -> tuple[float, float, float, float]:
        names = ("close", "prev_close", "volume", "amount")
        return tuple(float(self.bars[name][self.row, n]) for name in names)  # type: ignore[return-value]

    def _market(self) -> list[tuple[date, float]]:
        """The market's index up to today, points."""
        returns = (self.bars["close"] / self.bars["prev_close"]).mean(axis=1)
        levels = 5000 * returns.cumprod()
        return [known for known in zip(self.days, levels, strict=True) if known[0] <= self.today]

    def _sina_index(self) -> str:
        return sina.bars(tuple((d, x, x * 1.01, x * 0.99, x, 1) for d, x in self._market()))

    def _index(self, query: dict[str, str]) -> str:
        symbol, _, since, until, *_ = query["param"].split(",")
        day = [
            [str(d), *(f"{level:.2f}",) * 2, f"{level * 1.01:.2f}", f"{level * 0.99:.2f}", "1"]
            for d, level in self._market()
            if since <= str(d) <= until
        ]
        return f"kline_dayqfq={json.dumps({'code': 0, 'data': {symbol: {'day': day}}})}"

    def _abroad(self, days: Sequence[date] = ()) -> sina.Rows:
        """Daily bars of any index outside the mainland."""
        known = enumerate(days or [day for day in self.days if day <= self.today])
        return tuple((day, 4000.0, 4100.5, 3990.25, 4050.0 + n, 7 + n) for n, day in known)

    def _hong_kong(self, path: str) -> tuple[str, Callable[[], str]]:
        """Daily bars of a stock or of an index of Hong Kong."""
        code, today = path.split("/")[-2], self.hk_today or self.today
        if not code.isdigit():
            own = [day for day in self.hk_days if day <= today]
            return "hongkong", lambda: sina.bars(self._abroad(own))
        known = [row for row in hk.rows(code, self.hk_days) if row[0] <= today]
        return "hk_stock", lambda: sina.bars(tuple(known))

    def _india(self) -> Any:
        rows = [dict(zip("dohlcv", map(str, row), strict=True)) for row in self._abroad()]
        return {"result": {"data": rows}}


class Handler(BaseHTTPRequestHandler):
    of: Upstream
    host = ""

    def do_CONNECT(self) -> None:
        fault = self.of.faults.get("connect")
        if fault == "407":
            return self._reply(407, b"")
        self.send_response(200)
        self.end_headers()
        self.host = self.path.partition(":")[0]
        try:
            if fault == "tls drop":
                return self._hang_up()
            if self.host == baostock.HOST:
                return baostock.serve(self)
            self.connection = self.of.tls.wrap_socket(self.connection, server_side=True)
        except OSError:
            self.close_connection = True
            return None
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")
        self.close_connection = False
        return None

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        name, answer = self.of.answer(parts.hostname or self.host, parts.path, query)
        if not self.host and self.of.faults.get("connect") == "407":
            return self._reply(407, b"")
        self.of.requests.append(name)
        fault = self.of.faults.get(name, "")
        if fault == "drop":
            return self._hang_up()
        if fault == "hang":
            self.of.closed.wait(60)
        self._reply(faults.STATUS.get(fault, 200), self._body(fault, answer), fault)
        return None

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def _hang_up(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def _body(self, fault: str, answer: Callable[[], Any]) -> bytes:
        given = answer()
        text = given if isinstance(given, str) else json.dumps(given)
        if fault == "html":
            text = faults.PAGE
        return (faults.spoiled(fault, text) if fault in faults.SHAPES else text).encode()

    def _reply(self, code: int, body: bytes, fault: str = "") -> None:
        self.send_response(code)
        if fault == "cut":
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if fault in ("half", "cut"):
            body = body[: len(body) // 2]
            self.close_connection = True
        with suppress(OSError):  # who asked may have been killed meanwhile
            for part in [bytes([one]) for one in body] if fault == "drip" else [body]:
                self.wfile.write(part)
                self.wfile.flush()
                if fault == "drip" and self.of.closed.wait(DRIP_SECONDS):
                    return

    def finish(self) -> None:
        for end in (self.wfile, self.rfile, self.connection):  # the server only knows the socket
            with suppress(OSError, ValueError):  # beneath TLS; the other side may be gone already
                end.close()

    def log_message(self, *_: object) -> None:
        """Quiet."""
