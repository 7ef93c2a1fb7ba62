"""What the loopback upstream tells within a day: boards' moves, and stocks at the limit."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from tests.upstream import Upstream

AT_LIMIT = 0.03  # a rise that counts as the price limit: small themes seldom rise more
LOST = 0.01  # a rise from which a stock below it had been at the limit


def boards_now(of: "Upstream") -> Any:
    """Boards' moves in %, and what AKShare reads of each beside."""
    rows = []
    for board, name in of.names.items():
        levels = of._levels(board)
        move = of.moves.get(board, levels[of.row] / levels[of.row - 1] - 1)
        most = {"m": 0, "c": of.members[board][0], "n": "模拟"}
        rows.append({"m": 90, "c": board, "n": name, "u": round(move * 100, 2), "zjl": 1.5,
                     "ct": 3, "ms": most, "ydl": [{"t": 8201, "ct": 3}]})  # fmt: skip
    return {"rc": 0, "data": {"allbk": rows}}


def limit_ups(of: "Upstream") -> Any:
    """The pool of today, whatever day is asked for."""
    moves = _moves(of)
    at = moves >= AT_LIMIT
    rows = []
    for n in np.flatnonzero(at[-1]):
        run = int((~at[::-1, n]).argmax())
        row = _row(of, n, moves[-1, n]) | {"lbc": run, "fbt": 92500, "lbt": 92500, "fund": 1}
        rows.append(row | {"zbc": 1, "hybk": "模拟", "zttj": {"days": run, "ct": run}})
    return _pool(of, rows)


def broken(of: "Upstream") -> Any:
    """The pool of stocks that lost the limit today, which had been that of the rest."""
    moves = _moves(of)[-1]
    rows = []
    for n in np.flatnonzero((moves >= LOST) & (moves < AT_LIMIT)):
        row = _row(of, n, moves[n], ztp=10500) | {"fbt": 92500, "zbc": 2, "zf": 3.0, "zs": 0}
        rows.append(row | {"zttj": {"days": 1, "ct": 0}, "hybk": "模拟"})
    return _pool(of, rows)


def _moves(of: "Upstream") -> np.ndarray:
    moves: np.ndarray = (of.bars["close"] / of.bars["prev_close"])[: of.row + 1] - 1
    return moves


def _row(of: "Upstream", n: int, move: float, **price: int) -> dict[str, Any]:
    """What both pools tell of a stock, in their order; prices in thousandths."""
    head = {"c": of.codes[n], "m": 1, "n": "模拟", "p": 10000, **price, "zdp": move * 100}
    return head | {"amount": 1, "ltsz": 1, "tshare": 1, "hs": 1}


def _pool(of: "Upstream", rows: list[dict[str, Any]]) -> Any:
    return {"rc": 0, "data": {"qdate": f"{of.today:%Y%m%d}", "pool": rows}}
