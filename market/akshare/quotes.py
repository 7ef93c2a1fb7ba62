"""The whole market's quotes by AKShare, from three providers; in shares, CNY and fractions."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from market.akshare.frames import akshare, number
from market.akshare.stocks import shares

WAN, YI = 1e4, 1e8  # 万, 亿
MONEY = ("amount", "market_cap", "float_cap")
MOST_CNY = 1e14  # more than the whole market trades in a month, or any company is worth
MOST_TURNOVER = 20  # times its float that a stock changes hands in a day


def tencent() -> pd.DataFrame:
    """The whole A-share market now, without open, high and low; see Source.snapshot."""
    found = akshare().stock_zh_a_spot_tx()
    price, change = number(found["zxj"]), number(found["zd"])
    amount = number(found["turnover"]) * WAN
    frame = pd.DataFrame(
        {
            "code": found["code"].astype(str).str[-6:],
            "name": found["name"].astype(str),
            "open": np.nan,  # this provider has none; the close is in range all the same
            "high": np.nan,
            "low": np.nan,
            "close": price,
            "prev_close": price - change,
            "volume": shares(number(found["volume"]), amount, price),
            "amount": amount,
            "turnover": number(found["hsl"]) / 100,
            "pe_ttm": number(found["pe_ttm"]),
            "pb": number(found["pn"]),
            "market_cap": number(found["zsz"]) * YI,
            "float_cap": number(found["ltsz"]) * YI,
        }
    )
    return usable(frame, "tencent")


def sina() -> pd.DataFrame:
    """The whole A-share market now, without valuations; see Source.snapshot."""
    found = akshare().stock_zh_a_spot()
    names = {"今开": "open", "最高": "high", "最低": "low", "最新价": "close", "昨收": "prev_close"}
    names |= {"成交量": "volume", "成交额": "amount"}
    frame = found.rename(columns=names)[[*names.values()]].apply(number)
    frame.insert(0, "code", found["代码"].astype(str).str[-6:])
    frame.insert(1, "name", found["名称"].astype(str))
    for absent in ("turnover", "pe_ttm", "pb", "market_cap", "float_cap"):
        frame[absent] = np.nan
    return usable(frame, "sina")


def eastmoney() -> pd.DataFrame:
    """The whole A-share market now, at the hosts that ban soonest; see Source.snapshot."""
    found = akshare().stock_zh_a_spot_em()
    names = {"今开": "open", "最高": "high", "最低": "low", "最新价": "close", "昨收": "prev_close"}
    names |= {"成交量": "volume", "成交额": "amount", "换手率": "turnover", "市净率": "pb"}
    names |= {"总市值": "market_cap", "流通市值": "float_cap"}
    frame = found.rename(columns=names)[[*names.values()]].apply(number)
    frame.insert(0, "code", found["代码"].astype(str))
    frame.insert(1, "name", found["名称"].astype(str))
    frame["volume"] = shares(frame["volume"], frame["amount"], frame["close"])
    # its ratio of price to profit takes the newest quarter four times: another measure
    return usable(frame.assign(turnover=frame["turnover"] / 100, pe_ttm=np.nan), "eastmoney")


def usable(frame: pd.DataFrame, provider: str) -> pd.DataFrame:
    """The usable rows of a snapshot; a stock without a price today is no row."""
    frame = frame[(frame["close"] > 0) & (frame["prev_close"] > 0)]
    # one odd figure must not move a sum; what cannot be is not known
    known = {name: frame[name].where(frame[name] > 0) for name in ("open", "high", "low")}
    known |= {name: frame[name].where(frame[name].between(0, MOST_CNY)) for name in MONEY}
    known["volume"] = frame["volume"].where(frame["volume"] >= 0)
    known["turnover"] = frame["turnover"].where(frame["turnover"].between(0, MOST_TURNOVER))
    frame = frame.assign(**known)
    frame = frame.drop_duplicates("code", ignore_index=True)
    frame.attrs["provider"] = provider
    return frame


FUNCTIONS: Mapping[str, Callable[[], pd.DataFrame]] = {
    "tencent": tencent,
    "sina": sina,
    "eastmoney": eastmoney,
}
