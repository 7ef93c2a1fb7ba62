"""`paomo doctor --live`: one call to each group of hosts, its columns checked; after an upgrade."""

from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta

import pandas as pd

from bot.app import App, open_app
from bot.calendars import calendar_of
from bot.cycle import due_day, has_whole_days, upstreams
from config.settings import Settings
from market import baostock
from market.akshare.source import AkshareSource
from market.histories import BENCHMARK
from market.source import Banned, NoData, SchemaChanged, SourceError, Transient

Call = Callable[[AkshareSource], pd.DataFrame]
BOARD = "BK0800"  # 人工智能, where the store knows no board yet
SPAN = timedelta(days=14)  # calendar days of history asked for; holidays are shorter
ADVICE: dict[type[SourceError], str] = {
    Banned: "it is left alone for hours; another DATA_PROXY or patience helps, trying does not",
    NoData: "it answers and has nothing for this day; look again after the close",
    SchemaChanged: "AKShare or its source changed; go back to the release that Paomo pins",
    Transient: "the network or the host fails now; try again in a while",
}


def checks(day: date, board: str) -> dict[str, Call]:
    """Group of hosts -> the one call that stands for it, up to the last trading day."""
    since = day - SPAN
    return {
        "push2": lambda source: source.boards(),
        "push2his": lambda source: source.board_history(board, since, day),
        "push2ex": lambda source: source.limit_ups(day),
        "eastmoney": lambda source: source.macro("cpi"),
        # not by the source, which would ask another when it fails
        "tencent": lambda source: source.worker.call("index_history", BENCHMARK, since, day),
        "sina": lambda source: source.index_history("HSTECH", since, day),
        "stats": lambda source: source.macro("unemployment"),
    }


def run(known: Settings, say: Callable[[str], None]) -> bool:
    """Says a line for each group of hosts; whether all gave what they should."""
    with closing(open_app(known)) as app, upstreams(app, None, attempts=1) as source:
        stored = [theme.board for theme in app.store.themes().values() if theme.basis == "board"]
        calls = checks(due_day(app), next(filter(None, stored), BOARD))
        if has_whole_days(known):
            before = calendar_of(app).before(due_day(app))  # its own comes in the evening only
            calls[baostock.GROUP] = lambda source: source.market_day(before)
        results = [_checked(app, source, group, call, say) for group, call in calls.items()]
    return all(results)


def _checked(
    app: App,
    source: AkshareSource,
    group: str,
    call: Call,
    say: Callable[[str], None],
) -> bool:
    before = source.worker.doors.get(group)
    try:
        found = call(source)
    except SourceError as error:
        say(f"✗ {group}: {type(error).__name__}: {error}\n  {ADVICE[type(error)]}")
        return False
    now, allowed = source.worker.doors.get(group), app.settings.source.budget
    used = now.requests if now else 0
    new = used - (before.requests if before and now and before.day == now.day else 0)
    budget = allowed.get(group, allowed["other"])
    say(f"✓ {group}: {len(found)} rows, {new} requests, {used} of {budget} today")
    return True
