"""Who is asked for each need, and who when that fails: the only place that says so.

What is asked for day by day and heals with the next evening has no second step where that would
cost requests at the hosts that ban soonest (indices abroad, reports, macro series).
"""

from collections.abc import Mapping
from dataclasses import dataclass

MAINLAND = ("sh", "sz")  # before the codes of its indices


@dataclass(frozen=True)
class Step:
    """One way to meet a need."""

    call: str  # a function of market/akshare/fetch.py
    hosts: str  # groups of hosts, as market/transport.py has them; empty: nobody is asked
    requests: int  # that one call takes, about
    lost: str = ""  # against the first step


CHAINS: Mapping[str, tuple[Step, ...]] = {
    "calendar": (
        Step("calendar", "sina", 1),
        Step("offline_calendar", "", 0, "days after the year in which AKShare was made"),
    ),
    "boards": (Step("boards", "push2", 5),),  # else market/boards.py makes points of the moves
    "boards_now": (Step("boards_now", "push2ex", 1),),
    "limit_ups": (Step("limit_ups", "push2ex", 1),),
    "broken_boards": (Step("broken_boards", "push2ex", 1),),
    "members": (Step("members", "push2", 2),),  # else the membership that is stored
    "board_history": (Step("board_history", "push2his", 1),),  # other providers' boards differ
    "stock_history": (Step("stock_history", "tencent", 3),),
    "snapshot": (
        Step("tencent", "tencent", 28),
        Step("sina", "sina", 75, "valuations, market caps, turnover"),
        Step("eastmoney", "spot", 58, "valuations; it comes from 15:20 on"),
    ),
    "market_day": (Step("market_day", "baostock", 1),),  # where the extra is installed
    "index_history": (  # of the mainland; its bar vouches for a day
        Step("index_history", "tencent", 2),
        Step("sina_index", "sina", 1, "nothing but the time: Sina's history may come later"),
    ),
    "index_abroad": (Step("index_history", "sina", 1),),
    "hk_history": (Step("hk_history", "sina", 2),),
    "earnings": (Step("earnings", "eastmoney", 13),),
    "disclosures": (Step("disclosures", "eastmoney", 12),),
    "balances": (Step("balances", "eastmoney", 12),),
    "company": (Step("company", "eastmoney, sina", 3),),
    "macro": (Step("macro", "eastmoney, stats", 1),),
    "notices": (Step("notices", "eastmoney", 10),),
    "lockups": (Step("lockups", "eastmoney", 3),),
    "new_funds": (Step("new_funds", "eastmoney", 1),),
    "telegraph": (
        Step("eastmoney_wire", "eastmoney", 1),
        Step("sina_wire", "sina", 1, "all but 20 of 200 lines, titles, links"),
    ),
}
