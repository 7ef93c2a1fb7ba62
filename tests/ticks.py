"""What the loopback upstream tells within a day: boards' moves, and stocks at the limit."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from tests.upstream import Upstream

AT_LIMIT = 0.03  # a rise that counts as the price limit: small themes seldom rise more


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
    moves = (of.bars["close"] / of.bars["prev_close"])[: of.row + 1] - 1
    at = moves >= AT_LIMIT
    rows = []
    for n in np.flatnonzero(at[-1]):
        run = int((~at[::-1, n]).argmax())
        rows.append({"c": of.codes[n], "m": 1, "n": "模拟", "p": 10000,
                     "zdp": moves[-1, n] * 100,
                     "amount": 1, "ltsz": 1, "tshare": 1, "hs": 1, "lbc": run, "fbt": 92500,
                     "lbt": 92500, "fund": 1, "zbc": 1, "hybk": "模拟",
                     "zttj": {"days": run, "ct": run}})  # fmt: skip
    return {"rc": 0, "data": {"qdate": f"{of.today:%Y%m%d}", "pool": rows}}
