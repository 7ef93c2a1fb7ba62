"""What an evening leaves for later, fetched a little a day: memberships, then the past's bars.

These come by whole days of the market where its extra source is there, else member by member.

Each step keeps what it fetched, so that one may stop after any and go on another day.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from market import whole_days
from market.checks import Fault
from market.completion import complete
from market.facts import Listing, as_figures, as_int
from market.memberships import Followed, due, missing, paged, pages, refuse, renew, unbelieved
from market.source import NoData, SchemaChanged, Source, SourceError, Theme
from market.store import BAR, Store

FILLED = "filled"  # note of how much a day has fetched
STRANGE = 5  # companies or boards in a row that are not as known: it is the source, not they


@dataclass(frozen=True)
class Quota:
    """How much is fetched, and how often."""

    followed_days: int  # calendar days between two memberships of themes followed closely
    members_days: int  # likewise of all others
    pages_a_day: int  # requests for memberships a day, a hundred companies each
    bars_a_day: int  # companies a day, some three requests each
    day_stocks: int = 0  # a whole past day has as many at least; 0: there is no source of these


@dataclass(frozen=True)
class Backlog:
    """What is still missing."""

    boards: tuple[Theme, ...]  # whose membership is due, the most urgent first
    known: int  # themes with a membership
    pages: int  # requests that the memberships of the others will take
    themes: int  # with a board
    codes: tuple[str, ...]  # companies without past bars, in the order they are fetched
    companies: int  # members of the themes followed closely
    waiting: tuple[Theme, ...]  # themes followed closely whose past is not whole yet
    thin: tuple[str, ...]  # memberships that were not believed, and why
    days: int = 0  # of the whole market, past ones without bars
    days_in: int = 0  # likewise whose bars came

    @property
    def done(self) -> int:
        """Companies whose past needs no fetching any more."""
        return self.companies - len(self.codes)


@dataclass(frozen=True)
class Step:
    """What was just done, and how far it is."""

    what: str  # members | days | bars | completed
    done: int
    of: int
    fault: Fault | None = None
    theme: str = ""  # id of the one whose past is whole now


def backlog(store: Store, followed: Followed, today: date, quota: Quota) -> Backlog:
    """What is missing on a (calendar) day."""
    boards = due(store, followed, today, quota.followed_days, quota.members_days)
    every = [*followed.closely, *followed.others]
    known, pasts = store.member_ages(), Pending.of(store, followed)
    return Backlog(
        tuple(boards),
        sum(theme.id in known for theme in every),
        sum(pages(store, missing(store, every)).values()),
        len(every),
        pasts.codes,
        len(pasts.companies),
        tuple(theme for theme in followed.closely if theme.id in pasts.members),
        tuple(why for _, why in unbelieved(store).values()),
        len(whole_days.lacking(store)) if quota.day_stocks else 0,
        len(whole_days.asked(store)),
    )


@dataclass(frozen=True)
class Pending:
    """Themes followed closely whose past is not whole, with their members, in order."""

    members: dict[str, tuple[str, ...]]  # theme id -> codes; the first asked for comes first
    missing: frozenset[str]  # codes of them whose earlier bars are wanted and were not asked for
    companies: frozenset[str]  # members of all themes followed closely

    @classmethod
    def of(cls, store: Store, followed: Followed) -> "Pending":
        """As things stand; the smallest theme first, so that some are whole soon."""
        boards = [theme for theme in followed.closely if theme.basis == "board"]
        # by their last digit first, so that no exchange's companies come all in a row
        every = {t.id: tuple(sorted(store.members(t.id), key=_backwards)) for t in boards}
        own = {theme: codes for theme, codes in every.items() if not store.note(whole(theme))}
        companies = frozenset(code for codes in every.values() for code in codes)
        order = sorted((theme for theme in own if own[theme]), key=lambda theme: len(own[theme]))
        members = {theme: own[theme] for theme in order}
        wanted = frozenset(code for codes in members.values() for code in codes)
        asked, listed, since = store.pasts.asked(), store.listings(), whole_days.begin(store)
        missing = {c for c in wanted if c not in asked and _is_short(listed.get(c), since)}
        return cls(members, frozenset(missing), companies)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """Companies to ask for, in order."""
        order = dict.fromkeys(code for codes in self.members.values() for code in codes)
        return tuple(code for code in order if code in self.missing)


def _backwards(code: str) -> str:
    return code[::-1]


def whole(theme: str) -> str:
    """The note that a theme's past is whole, as far as it can be."""
    return f"whole:{theme}"


def _is_short(listing: Listing | None, since: date) -> bool:
    """Whether a stock has bars before those stored that are wanted."""
    return listing is None or (listing.seasoned and listing.first > since)


def filled(
    source: Source, store: Store, followed: Followed, today: date, quota: Quota
) -> Iterator[Step]:
    """Steps until the day's quota is used up, or nothing is missing. A fault ends its own kind."""
    yield from _memberships(source, store, followed, today, quota)
    if quota.day_stocks:
        yield from _whole_days(source, store, followed, quota)
    yield from _pasts(source, store, followed, today, quota)


def _memberships(
    source: Source, store: Store, followed: Followed, today: date, quota: Quota
) -> Iterator[Step]:
    themes = due(store, followed, today, quota.followed_days, quota.members_days)
    done = 0
    try:
        for fault in renewed(source, store, themes, today, quota.pages_a_day):
            done += 1
            yield Step("members", done, len(themes), fault)
    except SourceError as error:
        yield Step("members", done, len(themes), Fault("members", str(error)))


def renewed(
    source: Source, store: Store, themes: Iterable[Theme], today: date, pages_a_day: int
) -> Iterator[Fault | None]:
    """Renews memberships as far as the day's pages go, those that still fit; gives their faults.

    One that alone is not as known stops no other. Raises SourceError.
    """
    expected, strange = pages(store, themes), 0
    for theme, count in expected.items():
        if _used(store, today)["pages"] + count <= pages_a_day:
            try:
                fault, strange = renew(source, store, theme, today), 0
            except SchemaChanged as error:
                strange += 1
                if strange == STRANGE:
                    raise
                fault = refuse(store, theme, today, str(error))
            took = count if fault else max(count, paged(len(store.members(theme.id))))
            use(store, today, "pages", took)
            yield fault


def _whole_days(source: Source, store: Store, followed: Followed, quota: Quota) -> Iterator[Step]:
    """Past days of the whole market; what it has none of (Beijing's) comes member by member."""
    missing, empty = whole_days.lacking(store), list[date]()
    before = len(whole_days.asked(store))
    for done, day in enumerate(missing, 1):
        try:
            whole_days.fetch_day(source, store, day, quota.day_stocks)
        except SourceError as error:
            empty.append(day)
            if isinstance(error, NoData) and len(empty) < STRANGE:
                continue
            yield Step("days", before + done, before + len(missing), Fault("days", str(error)))
            break
        whole_days.give_up(store, empty)  # the source is well: it is these that it does not have
        empty.clear()
        yield Step("days", before + done, before + len(missing))
    if whole_days.count(store):
        for theme in followed.closely:  # also one that was whole but for these days
            store.set_note(whole(theme.id), "")


def _pasts(
    source: Source, store: Store, followed: Followed, today: date, quota: Quota
) -> Iterator[Step]:
    pending = Pending.of(store, followed)
    left, of = quota.bars_a_day - _used(store, today)["bars"], len(pending.companies)
    missing, strange = set(pending.missing), list[str]()
    yield from _completed(store, pending, missing, today)
    for code in pending.codes[: max(left, 0)]:
        try:
            _past(source, store, code, today)
            use(store, today, "bars")
        except SourceError as error:
            strange.append(code)
            if isinstance(error, SchemaChanged) and len(strange) < STRANGE:
                continue
            yield Step("bars", of - len(missing), of, Fault("bars", str(error)))
            return
        for one in strange:  # the source is well: it is these that have nothing to tell
            store.pasts.keep(one, today, [], seasoned=True)
        missing -= {code, *strange}
        strange.clear()
        yield Step("bars", of - len(missing), of)
        yield from _completed(store, pending, missing, today)


def _completed(store: Store, pending: Pending, missing: set[str], today: date) -> Iterator[Step]:
    """Themes none of whose members is missing any more, made whole."""
    for theme, codes in pending.members.items():
        if not store.note(whole(theme)) and missing.isdisjoint(codes):
            complete(store, theme)
            store.set_note(whole(theme), today.isoformat())
            yield Step("completed", 1, 1, theme=theme)


def _past(source: Source, store: Store, code: str, today: date) -> None:
    """A company's bars before those stored; that there are none is kept too."""
    listing = store.listings().get(code)
    until = (listing.first if listing else today) - timedelta(days=1)
    since = whole_days.begin(store)
    try:
        bars = source.stock_history(code, since, until) if since <= until else None
    except NoData:
        bars = None
    with store.atomic():
        if bars is None:
            store.pasts.keep(code, today, [], seasoned=True)
            return
        store.save_bars(
            (as_int(day), code, *as_figures(bar))
            for day, *bar in bars[["day", *BAR]].itertuples(index=False)
        )
        before = bars["prev_close"].iloc[0]
        store.pasts.keep(code, today, list(bars["day"]), seasoned=bool(before == before))


def _used(store: Store, today: date) -> dict[str, int]:
    """How much was fetched on a day."""
    day, counts = json.loads(store.note(FILLED) or '["", {}]')
    return {"pages": 0, "bars": 0} | (counts if day == str(today) else {})


def use(store: Store, today: date, what: str, count: int = 1) -> None:
    """Counts some of the day's quota: pages or bars."""
    used = _used(store, today)
    store.set_note(FILLED, json.dumps([str(today), used | {what: used[what] + count}]))


def days_left(missing: int, a_day: int) -> int:
    """Calendar days until nothing is missing, at so many a day."""
    return -(-missing // max(a_day, 1))
