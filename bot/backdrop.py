"""The backdrop as it was known on a day: macro readings, markets side by side, money that moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from market.series import TABLE, Series
from market.store import Store
from market.world import INDICES, SHANGHAI
from signals.macro import CRASHES, NEAR_DAYS, Reading, crashes, reading, returns

WINDOWS = (20, 60)  # trading days over which markets are set beside each other
YEARS_BACK = 400  # stored trading days that a crash is looked for in
KNOWN = tuple[Series, Reading]


@dataclass(frozen=True)
class Backdrop:
    """The macro series on a day, by what is known of them."""

    day: date
    alive: tuple[KNOWN, ...]
    dead: tuple[KNOWN, ...]  # shown as such, left out of any score
    absent: tuple[Series, ...]  # asked for, and nothing came yet


@dataclass(frozen=True)
class Crash:
    """The last market-wide crash, and how few there were."""

    day: date  # its first
    cases: int
    age_days: int  # calendar days since


def backdrop(store: Store, day: date) -> Backdrop:
    """All series as known on a day."""
    found = [(one, read(store, one, day)) for one in TABLE]
    known = [(one, now) for one, now in found if now]
    return Backdrop(
        day,
        tuple((one, now) for one, now in known if not now.dead),
        tuple((one, now) for one, now in known if now.dead),
        tuple(one for one, now in found if not now),
    )


def read(store: Store, one: Series, day: date) -> Reading | None:
    """A series as known on a day; None when nothing is."""
    return reading(store.macro.known(one.key, day), day, one.dead_days, one.summed_days)


def news(store: Store, day: date, since: date | None = None) -> tuple[KNOWN, ...]:
    """Monthly and quarterly readings that came out until a day, after the stored day before
    `since`, else before that day.
    """
    days = store.days(until=since or day, limit=2)
    if len(days) < 2:
        return ()
    fresh = store.macro.renewed(days[0], day)
    pairs = [
        (one, read(store, one, day), read(store, one, days[0]))
        for one in TABLE
        if one.key in fresh and one.cadence != "day"
    ]
    return tuple(
        (one, now) for one, now, then in pairs if now and then and now.period > then.period
    )


def markets(store: Store, day: date) -> tuple[date | None, dict[int, dict[str, float]]]:
    """Return of each index by window of trading days, fractions, up to the day before `day`.

    Of `day` itself the other markets are not known yet in Shanghai's evening.
    """
    days = store.days(until=day - timedelta(days=1), limit=max(WINDOWS) + 1)
    if not days:
        return None, {}
    levels = _levels(store, days[0] - timedelta(days=30), days[-1])
    spans = {window: days[-window - 1 :] if len(days) > window else [] for window in WINDOWS}
    return days[-1], {window: returns(levels, span) for window, span in spans.items()}


def _levels(store: Store, since: date, until: date) -> dict[str, pd.Series]:
    return {
        index.code: pd.Series(
            {day: level for (day, _), level in store.points(since, until, index.id).items()},
            dtype=float,
        )
        for index in INDICES
    }


def last_crash(store: Store, day: date) -> Crash:
    """The last market-wide crash: of those known from before, or one in the stored levels."""
    since = store.days(until=day, limit=YEARS_BACK)
    levels = store.points(since[0], day, SHANGHAI.id) if since else {}
    stored = pd.Series({known: level for (known, _), level in levels.items()}, dtype=float)
    cases = [*CRASHES, *(case for case in crashes(stored.sort_index()) if case > CRASHES[-1])]
    cases = [case for case in cases if case <= day]
    return Crash(cases[-1], len(cases), (day - cases[-1]).days)


def shares(store: Store, day: date, themes: Sequence[str], days: int) -> pd.DataFrame:
    """Share of the market's amount by theme, 0..1: `now` and its `mean` over the days to a day.

    The largest first; themes whose amount is not known on the day are left out.
    """
    panel = store.panel(day, days, themes)
    share = panel.amount.div(panel.market_amount, axis=0)
    table = pd.DataFrame({"now": share.iloc[-1], "mean": share.mean()})
    return table.dropna(subset="now").sort_values("now", ascending=False)


@dataclass(frozen=True)
class Group:
    """How a group of series stands."""

    name: str  # a key of the words for groups
    source: str  # its groups of hosts
    newest: date | None  # the day something of it last came in
    age_days: int | None  # calendar days since
    alive: int
    of: int


def groups(store: Store, day: date) -> list[Group]:
    """The groups of series: whence, how old, how many are alive."""
    found = []
    for name, cadences in (("macro", ("month", "quarter")), ("flows", ("day",))):
        own = [one for one in TABLE if one.cadence in cadences]
        last = max(filter(None, (store.macro.fetched(one.key) for one in own)), default=None)
        readings = [read(store, one, day) for one in own]
        alive = sum(now is not None and not now.dead for now in readings)
        hosts = ", ".join(sorted({one.hosts for one in own}))
        found.append(Group(name, hosts, last, _age(last, day), alive, len(own)))
    since = day - timedelta(days=NEAR_DAYS)
    newest = [max((d for d, _ in store.points(since, day, i.id)), default=None) for i in INDICES]
    known = [level for level in newest if level]
    last = max(known, default=None)
    world = Group("world", "tencent, sina", last, _age(last, day), len(known), len(INDICES))
    return [*found, world]


def _age(last: date | None, day: date) -> int | None:
    return (day - last).days if last else None
