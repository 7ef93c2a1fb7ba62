"""No alert is lost, and no correction comes before what it corrects: two exchanges, three evenings.

By the code of every evening and the real outbox; the bot may be down between two evenings.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from bot import jobs
from bot.app import App, judge
from bot.corrections_told import tell
from bot.drafts import drafts_of
from bot.judged import Judged
from bot.ledger import Ledger
from bot.ledger_corrections import Correction
from bot.messages import Day, number
from bot.records import Chat, Grouping, Queued
from bot.texts import plain
from config.settings import Settings
from market.source import Theme
from market.store import Store
from signals.model import Kind, Signal, Stage, Story, ThemeState, Transition
from tests import markets

ME = 7
DAYS = markets.weekdays(5)[:3]  # no week ends within
CLOSES = {"XSHG": time(7, 20), "XHKG": time(8, 45)}  # UTC
THEMES = {
    f"{exchange}-{day}-{n}": Theme(
        f"{exchange}-{day}-{n}", f"{exchange}{day}{n}#", "concept", exchange, "file", "members"
    )
    for exchange in CLOSES
    for day in range(len(DAYS))
    for n in range(3)
}


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    made = Store(None)
    made.save_themes(THEMES.values())
    for exchange in CLOSES:
        days = [day.year * 10_000 + day.month * 100 + day.day for day in DAYS]
        rows = [(day, 1000.0, None, None, None, None, None, "file") for day in days]
        made.of(exchange).save_market_days(rows)
    made.revisions.begin(DAYS[0], DAYS[0], "operator", 3)
    yield made
    made.close()


@dataclass
class Life:
    """A chat's ledger over the days, and what reached it."""

    settings: Settings
    store: Store
    ledger: Ledger = field(default_factory=lambda: Ledger(None))
    got: list[Queued] = field(default_factory=list)
    said: dict[str, list[Transition]] = field(default_factory=dict)  # by exchange

    def app(self, exchange: str, now: datetime) -> App:
        made = App(self.settings, self.store, self.ledger, *judge(self.settings), lambda: now)
        return made.of(exchange)

    def day(self, exchange: str, day: date) -> Day:
        return Day(day, None, THEMES, {}, stories=Grouping(day), exchange=exchange)

    def evening(self, exchange: str, day: date, told: Sequence[Transition]) -> None:
        app = self.app(exchange, datetime.combine(day, CLOSES[exchange], UTC))
        judged = Judged(self.day(exchange, day), told, {}, {})
        written, entry = drafts_of(app, judged), f'{{"alerts":[],"day":"{day}"}}'
        jobs._kept(app, judged, [], written, entry, None)  # type: ignore[arg-type]  # not read
        self.said.setdefault(exchange, []).extend(told)

    def correct(self, day: date, wrong: Sequence[Transition]) -> None:
        app = self.app("XSHG", datetime.combine(day, CLOSES["XSHG"], UTC))
        found = [Correction(1, number(t), t, None, "", "b" * 64) for t in wrong]
        with self.ledger.atomic():
            tell(app, self.day("XSHG", day), found, {})

    def deliver(self, until: datetime) -> None:
        """All that is due by then, an hour's after the other's."""
        while found := self.ledger.outbox.due(until):
            for message in found:
                self.got.append(message)
                self.ledger.outbox.sent(message.id, len(self.got), until)


def surge(exchange: str, place: int, n: int) -> Transition:
    theme, day = f"{exchange}-{place}-{n}", DAYS[place]
    signals = (Signal(theme, "run_up", day, 0.9 - n / 10, 0.25, "fraction"),)
    after = ThemeState(theme, Stage.FORMING, day, day)
    return Transition(theme, day, Kind.SURGE, ThemeState(theme), after, signals)


HOURS = st.tuples(st.integers(0, 23), st.integers(0, 23)).filter(lambda of: of[0] != of[1])
EVENINGS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans(), st.booleans()),
    min_size=len(DAYS),
    max_size=len(DAYS),
)


@bounds(max_examples=40, deadline=None)
@given(st.none() | HOURS, st.none() | st.integers(1, 3), EVENINGS)
def test_no_alert_is_lost_or_corrected_before_it_is_told(
    settings: Settings,
    store: Store,
    quiet: tuple[int, int] | None,
    budget: int | None,
    evenings: list[tuple[int, int, bool, bool]],
) -> None:
    """An evening: alerts of each exchange, whether those before prove wrong, whether we run."""
    known = settings.model_copy(update={"home": Path("unused")})
    life = Life(known, store)
    life.ledger.save_chat(Chat(ME, "private", "", "zh"))
    life.ledger.wish(ME, "quiet", "{}-{}".format(*quiet) if quiet else "")
    life.ledger.wish(ME, "budget", str(budget or ""))
    wrong = list[Transition]()
    for place, (mainland, hong_kong, corrected, runs) in enumerate(evenings):
        day = DAYS[place]
        if corrected:
            fresh = [t for t in life.said.get("XSHG", []) if t not in wrong]
            life.correct(day, fresh)
            wrong += fresh
        for exchange, count in (("XSHG", mainland), ("XHKG", hong_kong)):
            life.evening(exchange, day, [surge(exchange, place, n) for n in range(count)])
            if runs:
                life.deliver(datetime.combine(day, CLOSES[exchange], UTC) + timedelta(minutes=9))
        if runs:
            life.deliver(datetime.combine(day, time(7), UTC) + timedelta(days=1))
    life.deliver(datetime.combine(DAYS[-1], time(7), UTC) + timedelta(days=9))
    assert life.ledger.outbox.waiting() == []
    held_against(life, wrong, budget)
    life.ledger.close()


def held_against(life: Life, wrong: Sequence[Transition], budget: int | None) -> None:
    texts = [plain(m.text) for m in life.got]
    corrections = [n for n, m in enumerate(life.got) if ":correction:" in m.key]
    for told in (t for of in life.said.values() for t in of):
        name = THEMES[told.theme].name
        first = next(n for n, text in enumerate(texts) if name in text)
        assert first not in corrections
    for told in wrong:
        if number(told) in "".join(texts[n] for n in corrections):
            continue
        kept = {k.theme for k in life.ledger.kept.since(ME, DAYS[0])}
        assert told.theme in kept  # told in a digest or by a line alone: there is nothing to answer
    loud: dict[date, int] = {}
    for message in life.got:
        assert not (message.silent and message.loud)
        day = (message.created + timedelta(hours=8)).date()
        loud[day] = loud.get(day, 0) + message.loud
    assert budget is None or max(loud.values(), default=0) <= budget


@pytest.fixture
def life(settings: Settings, store: Store) -> Iterator[Life]:
    made = Life(settings, store)
    made.ledger.save_chat(Chat(ME, "private", "", "zh"))
    yield made
    made.ledger.close()


def test_a_chat_has_one_budget_a_day_for_both_exchanges_and_corrections(life: Life) -> None:
    life.ledger.wish(ME, "budget", "2")
    life.evening("XSHG", DAYS[0], [surge("XSHG", 0, 0)])
    life.evening("XHKG", DAYS[0], [surge("XHKG", 0, n) for n in range(3)])
    life.correct(DAYS[0], life.said["XSHG"])
    life.deliver(datetime.combine(DAYS[0], time(12), UTC))
    told = {m.key.removesuffix(":1"): m.loud for m in life.got if not m.photo}
    assert told == {
        f"{DAYS[0]}:alerts": 1,
        f"XHKG:{DAYS[0]}:alerts": 1,
        f"{DAYS[0]}:correction:1": 0,
        f"XHKG:{DAYS[0]}:beyond": 0,
    }
    life.evening("XHKG", DAYS[1], [surge("XHKG", 1, n) for n in range(3)])
    life.deliver(datetime.combine(DAYS[1], time(12), UTC))
    assert [m.loud for m in life.got[-3:] if not m.photo] == [2, 0]


def test_a_held_alert_that_is_told_anew_is_not_told_after_its_correction(life: Life) -> None:
    life.ledger.wish(ME, "quiet", "14-13")
    life.evening("XSHG", DAYS[0], [surge("XSHG", 0, 0)])
    life.correct(DAYS[1], life.said["XSHG"])
    life.evening("XSHG", DAYS[1], [])  # the bot was down at noon: the evening tells it anew
    life.deliver(datetime.combine(DAYS[2], time(12), UTC))
    told, corrected = life.got
    assert THEMES["XSHG-0-0"].name in told.text
    assert f"{DAYS[1]}:correction:1:1" == corrected.key
    assert corrected.about == told.key
    assert corrected.silent


def test_a_correction_by_hand_waits_for_the_alert_that_is_still_held(life: Life) -> None:
    life.ledger.wish(ME, "quiet", "14-13")
    life.evening("XSHG", DAYS[0], [surge("XSHG", 0, 0)])
    life.ledger.wish(ME, "quiet", "")  # what is held stays so
    life.correct(DAYS[0], life.said["XSHG"])
    assert life.ledger.outbox.due(datetime.combine(DAYS[1], time(4, 59), UTC)) == []
    life.deliver(datetime.combine(DAYS[1], time(5), UTC))
    told, corrected = life.got
    assert "更正" in corrected.text
    assert corrected.about == told.key


def test_a_day_on_which_many_themes_change_is_one_correction(life: Life) -> None:
    told = [surge("XSHG", place, n) for place in (0, 1) for n in range(3)]
    life.evening("XSHG", DAYS[0], told[:3])
    life.evening("XSHG", DAYS[1], told[3:])
    life.deliver(datetime.combine(DAYS[1], time(12), UTC))
    first = life.got[0].key
    life.got.clear()
    life.correct(DAYS[2], told)
    life.deliver(datetime.combine(DAYS[2], time(12), UTC))
    (message,) = life.got
    assert all(number(t) in message.text for t in told)
    assert message.text.count("现阶段") == 3  # in full; the rest has a line each
    assert message.about == first
    assert message.loud == 1


def test_of_what_was_never_said_one_theme_speaks_for_its_story(life: Life) -> None:
    told = [surge("XSHG", 0, n) for n in range(3)]
    story = Story(DAYS[0], told[1].theme, {t.theme: 10 - (n != 1) for n, t in enumerate(told)})
    life.ledger.save_grouping(Grouping(DAYS[0], (story,)))
    found = [Correction(1, number(t), None, t, "", "b" * 64) for t in told]
    app = life.app("XSHG", datetime.combine(DAYS[1], CLOSES["XSHG"], UTC))
    with life.ledger.atomic():
        tell(app, life.day("XSHG", DAYS[1]), found, {})
    life.deliver(datetime.combine(DAYS[1], time(12), UTC))
    (message,) = life.got
    assert THEMES[told[1].theme].name in message.text
    assert THEMES[told[0].theme].name not in message.text
    assert "另有 2 条" in message.text
    assert life.ledger.tellings.heard(number(told[1])) == {ME: message.key}
