"""What happens beside a price, by AKShare: announcements, lock-ups, new funds, news."""

from collections.abc import Callable, Mapping
from datetime import date
from zoneinfo import ZoneInfo

import pandas as pd

from market.akshare.frames import akshare, check, number
from market.source import NoData

CODE = r"\d{6}$"
SHANGHAI = ZoneInfo("Asia/Shanghai")
YI = 1e8  # 亿
MOST_FLOATS = 19.0  # times the float before; of a listing at least 5 % are tradable at once
LOCKUPS_OF = "https://data.eastmoney.com/dxf/q/{code}.html"


def notices(day: date) -> pd.DataFrame:
    """All announcements of a day, a request for each hundred; see Source.notices."""
    try:
        found = akshare().stock_notice_report(symbol="全部", date=f"{day:%Y%m%d}")
    except KeyError as error:
        if error.args == ("代码",):  # of an empty table: on a day within holidays nobody announces
            raise NoData(f"no announcements dated {day}") from None
        raise
    frame = pd.DataFrame(
        {
            "code": found["代码"].astype(str),
            "title": found["公告标题"].astype(str),
            "day": found["公告日期"],
            "link": found["网址"].astype(str),
        }
    )
    check("notices", frame["code"].str.match(CODE), "six-digit stock codes", tolerated=0.01)
    check("notices", frame["day"] == day, "announcements of the day asked", tolerated=0.01)
    frame = frame[frame["code"].str.match(CODE) & (frame["day"] == day)]
    return frame.drop_duplicates("link", ignore_index=True)


def lockups(since: date, until: date) -> pd.DataFrame:
    """Lock-up expiries between two days; see Source.lockups."""
    found = akshare().stock_restricted_release_detail_em(
        start_date=f"{since:%Y%m%d}", end_date=f"{until:%Y%m%d}"
    )
    code = found["股票代码"].astype(str)
    frame = pd.DataFrame(
        {
            "code": code,
            "day": found["解禁时间"],
            "title": found["限售股类型"].astype(str),
            "size": number(found["实际解禁市值"]),
            "shares": number(found["实际解禁数量"]),
            "float_share": number(found["占解禁前流通市值比例"]),
            "link": [LOCKUPS_OF.format(code=one) for one in code],
        }
    )
    within = frame["day"].map(lambda day: not pd.isna(day) and since <= day <= until)
    check("lockups", within, "days between those asked")
    known = ["size", "shares", "float_share"]
    frame[known] = frame[known].where(frame[known] > 0)
    part = frame["float_share"]
    check("lockups", part.isna() | (part <= MOST_FLOATS), "fractions of the float", tolerated=0.02)
    frame["float_share"] = part.where(part <= MOST_FLOATS)
    return frame.drop_duplicates(["code", "day", "title"], ignore_index=True)


def new_funds() -> pd.DataFrame:
    """Funds by the day they were established, one request; see Source.new_funds."""
    found = akshare().fund_new_found_em()
    frame = pd.DataFrame(
        {
            "code": found["基金代码"].astype(str),
            "name": found["基金简称"].astype(str),
            "day": found["成立日期"],
            "shares": number(found["募集份额"]) * YI,
        }
    )
    check("new_funds", frame["day"].notna(), "days of establishment", tolerated=0.05)
    return frame[frame["day"].notna()].drop_duplicates("code", ignore_index=True)


def eastmoney_wire() -> pd.DataFrame:
    """EastMoney's newest 200 lines, one request; see Source.telegraph."""
    found = akshare().stock_info_global_em()
    frame = pd.DataFrame(
        {
            "at": _utc(found["发布时间"]),
            "title": found["标题"].astype(str),
            "body": found["摘要"].astype(str),
            "link": found["链接"].astype(str),
        }
    )
    return _wire(frame, "eastmoney")


def sina_wire() -> pd.DataFrame:
    """Sina's newest 20 lines, one request, without titles and links; see Source.telegraph."""
    found = akshare().stock_info_global_sina()
    body = found["内容"].astype(str)
    frame = pd.DataFrame({"at": _utc(found["时间"]), "title": "", "body": body, "link": ""})
    return _wire(frame, "sina")


def _utc(told: pd.Series) -> pd.Series:
    """Instants in UTC of times told in Shanghai's."""
    local = pd.to_datetime(told, errors="coerce").dt.tz_localize(SHANGHAI)
    return local.dt.tz_convert("UTC").dt.as_unit("ns")


def _wire(frame: pd.DataFrame, provider: str) -> pd.DataFrame:
    check(f"telegraph of {provider}", frame["at"].notna(), "times", tolerated=0.02)
    said = (frame["title"] + frame["body"]).str.strip() != ""
    check(f"telegraph of {provider}", said, "lines with words", tolerated=0.02)
    frame = frame[frame["at"].notna() & said].reset_index(drop=True)
    frame.attrs["provider"] = provider
    return frame


FUNCTIONS: Mapping[str, Callable[..., pd.DataFrame]] = {
    "notices": notices,
    "lockups": lockups,
    "new_funds": new_funds,
    "eastmoney_wire": eastmoney_wire,
    "sina_wire": sina_wire,
}
