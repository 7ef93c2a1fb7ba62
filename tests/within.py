"""A simulated market under real trading days, up to the close before a theme changes its stage.

Its store looks as after months of running; the upstream plays the day that comes.
"""

from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, time
from functools import cache
from pathlib import Path

from bot.app import open_app
from bot.home import DATABASE
from bot.jobs import daily
from config.settings import Settings, load
from market.akshare.fetch import offline_calendar
from market.calendar import SHANGHAI
from market.derive import derive
from market.facts import as_int
from market.simulate import SimulatedMarket, simulate
from market.store import BAR, Store
from tests import ALONE
from tests.upstream import Upstream

MARKET_DAYS = 500
DAYS = [day for day in offline_calendar() if day <= date(2026, 7, 15)][-MARKET_DAYS:]
ALL = "[[theme]]\nboards = ['模拟·深思链']\n"
BEFORE, TODAY = DAYS[375], DAYS[376]  # 算力 begins to form at that close, first of its story
THEME, BOARD = "sim-00-0", "BK0816"  # 算力


@cache
def market() -> SimulatedMarket:
    return simulate(8, MARKET_DAYS)


def fill(home: Path, until: date) -> None:
    """The store of a bot that has seen all days up to one; its themes know their boards."""
    store, numbers = Store(home / DATABASE), [as_int(day) for day in DAYS]
    place = dict(zip(map(as_int, market().days), numbers, strict=True))
    bars = market().bars.assign(number=market().bars["number"].map(place))
    kept = bars[bars["number"] <= as_int(until)]
    with store.atomic():
        for n, theme in enumerate(market().themes, 801):
            store.save_themes([replace(theme, source="file", board=f"BK{n:04}")])
            store.save_members(theme.id, DAYS[0], market().members[theme.id])
        store.save_bars(kept[["number", "code", *BAR]].itertuples(index=False, name=None))
    derive(store, store.bar_days(), backfilled=True)
    store.close()


def environ(home: Path, upstream: Upstream) -> dict[str, str]:
    groups = ("PUSH2", "PUSH2HIS", "PUSH2EX", "TENCENT", "SINA", "EASTMONEY")
    none = {f"PAOMO_SOURCE__PAUSE_SECONDS__{group}": "0" for group in groups}
    ways = {"PAOMO_HOME": str(home), "DATA_PROXY": upstream.url, "PAOMO_STORAGE__BACKUPS": "0"}
    return ALONE | none | ways | {"PAOMO_SOURCE__MIN_STOCKS": "100"}


def settings(home: Path, upstream: Upstream) -> Settings:
    return load(environ(home, upstream))


def at(day: date, clock: str) -> datetime:
    """An instant by the clock of Shanghai."""
    return datetime.combine(day, time.fromisoformat(clock), SHANGHAI)


def evening(home: Path) -> bytes:
    """The database of a bot that has judged all days before the one that is looked at."""
    fill(home, BEFORE)
    with closing(open_app(load({"PAOMO_HOME": str(home)}))) as app:
        daily(app, BEFORE)
        app.store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return (home / DATABASE).read_bytes()
