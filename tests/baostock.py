"""baostock's own protocol on the loopback upstream, reached by CONNECT. Figures are simulated.

A message is a head of 21 bytes (version, type, length, each but the last ended by \\1), a body of
parts between \\1 and a checksum; an answer ends as ANSWER_END, and a day's body is packed by zlib.
"""

import json
import zlib
from datetime import date
from typing import Any

HOST = "public-api.baostock.com"
HEAD, ANSWER_END = 21, b"<![CDATA[]]>\n"
LOGIN, DAY = "00", "98"  # types of requests; an answer's is the next one
FIELDS = [
    *("date", "code", "open", "high", "low", "close", "preclose", "volume", "amount"),
    *(
        "adjustflag",
        "turn",
        "tradestatus",
        "pctChg",
        "peTTM",
        "pbMRQ",
        "psTTM",
        "pcfNcfTTM",
        "isST",
    ),
]
CODES = {  # faults that it has a code and words for
    "login": ("10001002", "用户名或密码错误"),
    "blacklist": ("10001011", "黑名单用户"),
    "old client": ("10001004", "客户端版本号过期"),
    "expired": ("10001001", "用户未登陆"),
    "system": ("10005001", "系统级别错误"),
    "no such day": ("10004013", "超出日期支持范围"),
}

OUTCOMES = """
none        ok
drop        Banned
tls drop    Banned
login       Banned
blacklist   Banned
407         Transient
expired     Transient
system      Transient
hang        Transient
cut         Transient
empty       NoData
no such day NoData
old client  Schema
html        Schema
garbage     Schema
missing     Schema
other day   Schema
lots        Schema
extra       ok
"""  # what comes of each fault of its own protocol


def serve(asking: Any) -> None:
    """Answers messages of a connection, a request handler of the upstream, until it ends."""
    while message := asking.rfile.readline():
        kind, parts = _read(message)
        asking.of.requests.append("baostock")
        fault = asking.of.faults.get("baostock", "")
        if fault == "drop":
            asking._hang_up()
            break
        if fault == "hang":
            asking.of.closed.wait(60)
        answer = _answer(asking.of, kind, parts, fault)
        if fault == "cut":
            asking.wfile.write(answer[: len(answer) // 2])
            break
        for part in [bytes([one]) for one in answer] if fault == "drip" else [answer]:
            asking.wfile.write(part)
            if fault == "drip" and asking.of.closed.wait(0.2):
                break
    asking.close_connection = True


def _read(message: bytes) -> tuple[str, list[str]]:
    """A message's type and parts; its length and checksum must be right."""
    whole, _, crc = message.rstrip(b"\n").rpartition(b"\1")
    assert int(crc) == zlib.crc32(whole)
    _, kind, length = whole[:HEAD].decode().split("\1")
    assert int(length) == len(whole) - HEAD
    return kind, whole[HEAD:].decode().split("\1")


def _answer(of: Any, kind: str, parts: list[str], fault: str) -> bytes:
    if fault == "html":
        return b"<html>please solve the puzzle</html>" + ANSWER_END
    if fault == "garbage":
        return bytes(range(255)) * 9 + ANSWER_END
    if fault in CODES:
        return _framed("04", "\1".join([*CODES[fault], parts[0]]).encode())
    if kind == LOGIN:
        return _framed("01", "\1".join(["0", "success", "login", parts[1]]).encode())
    assert (kind, parts[0]) == (DAY, "query_daily_history_k_AStock")
    fields, rows = _day(of, date.fromisoformat(parts[2]), fault)
    record = json.dumps({"record": rows})
    body = "\1".join(["0", "success", parts[0], parts[1], record, ", ".join(fields)])
    return _framed("99", zlib.compress(body.encode()))


def _framed(kind: str, body: bytes) -> bytes:
    head = f"00.9.40\1{kind}\1{len(body):010}".encode()
    return head + body + f"\1{zlib.crc32(head + body)}".encode() + ANSWER_END


def _day(of: Any, day: date, fault: str) -> tuple[list[str], list[list[str]]]:
    """Fields and rows of a day, every value a text; the last stock is suspended."""
    if fault == "empty" or day not in of.days or day > of.today:
        return FIELDS, []
    rows = [_row(of, n, day, fault) for n in range(len(of.codes))]
    rows[-1]["tradestatus"], rows[-1]["volume"], rows[-1]["amount"] = "0", "", ""
    rows.append(rows[0] | {"code": "sh.000001"})  # an index is no stock
    if fault == "truncated":
        rows = rows[: len(rows) // 2]
    fields = [*FIELDS, "new"] if fault == "extra" else FIELDS
    if fault == "missing":
        fields = [name for name in FIELDS if name != "preclose"]
    return fields, [[row.get(name, "") for name in fields] for row in rows]


def _row(of: Any, n: int, day: date, fault: str) -> dict[str, str]:
    place = of.days.index(day)
    names = ("close", "prev_close", "volume", "amount")
    close, before, volume, amount = (float(of.bars[name][place, n]) for name in names)
    told = of.days[place - 1] if fault == "other day" else day
    figures = {"open": before, "high": max(close, before), "low": min(close, before)}
    figures |= {"close": close, "preclose": before, "amount": amount, "turn": 1.5}
    figures["volume"] = volume / (100 if fault == "lots" else 1)
    row = {name: f"{figure:.6f}" for name, figure in figures.items()}
    fixed = {"date": str(told), "code": f"sh.{of.codes[n]}", "tradestatus": "1", "isST": "0"}
    return row | fixed
