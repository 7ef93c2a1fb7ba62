"""What the bot does with a day: evaluate, remember, put into the outbox. Safe to run twice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from bot import corrections, journal, messages, own_record, past, provisional
from bot.alerting import is_wide, strongest_first
from bot.app import App, judged_themes
from bot.backdrop import news
from bot.chains import chains_of
from bot.drafts import Written, drafts_of
from bot.errors import UserError
from bot.glances import hong_kong_said
from bot.grouping import grouper, unheard
from bot.happened import Beside
from bot.hongkong_facts import HongKong
from bot.joins import since_digest
from bot.judged import Judged, faults_of, oldest_news, slot, stages_of
from bot.records import Grouping, Run
from bot.tally import TALLIED_DAYS
from bot.words import LANGUAGES
from market.calendar import EXCHANGES, closed
from market.store import MAINLAND
from signals.evaluate import LOOK_BACK, evaluate
from signals.model import Signal, ThemeState, Transition
from signals.panel import Panel
from signals.replay import fold, folded


@dataclass(frozen=True)
class DayReport:
    """What one day's cycle did."""

    day: date
    transitions: tuple[Transition, ...]  # of that day
    new: bool  # False: the day had been evaluated before
    enqueued: int = 0  # messages put into the outbox


def daily(app: App, day: date) -> DayReport:
    """One stored trading day, from theme rows to the outbox. Safe to run twice.

    Raises UserError when the day is before the last evaluated one, or holds no figures.
    """
    evaluated = app.ledger.evaluated()
    if evaluated == day:
        return DayReport(day, tuple(app.ledger.transitions(since=day, until=day)), new=False)
    if evaluated and day < evaluated:
        raise UserError(
            f"{day} is before {evaluated}, the last evaluated day; to look back use"
            f" `paomo replay --from {day} --to {day}`"
        )
    if app.store.exchange == MAINLAND:  # of Hong Kong nothing is corrected yet
        corrections.settle(app, facts_of)
    pending = [d for d in app.store.days(until=day) if not evaluated or d > evaluated]
    if not pending or pending[-1] != day:
        raise UserError(f"no figures of {day} are stored: no trading day, or not fetched yet")
    if not evaluated:  # the first evening sends no flood: the past is folded silently
        _build(app, pending[:-1])
        pending = pending[-1:]
    *_, report = _evaluated(app, pending)
    return report


def _build(app: App, days: Sequence[date]) -> None:
    """States as a replay of all stored days leaves them, kept without a word."""
    if not days:
        return
    panel = app.store.panel(days[-1], len(days), judged_themes(app.settings, app.store))
    scores, net = evaluate(panel, app.rules), panel.net
    of, stories = grouper(app.store, app.settings.stories), Grouping()
    as_told, rehearsed = stories, list[tuple[Transition, tuple[str, ...]]]()
    for row, (_, states, told) in enumerate(folded(scores, app.policy), 1):
        until = net.iloc[:row]
        stories = unheard(of.grouped(stories, states, told, until))
        if row <= len(days) - TALLIED_DAYS:
            as_told = stories
        else:  # had it been told: for chats that try their settings
            as_told = of.grouped(as_told, states, told, until)
            rehearsed += [(t, as_told.before(t)) for t in told]
    past.remember(app, panel, scores)
    with app.ledger.atomic():
        app.ledger.kept.rehearse(rehearsed)
        app.ledger.set_fact("rehearsed", days[-TALLIED_DAYS:][0].isoformat())
        app.ledger.save_states(states.values())
        app.ledger.save_grouping(stories)
        app.ledger.set_fact("evaluated", days[-1].isoformat())
    if app.store.exchange == MAINLAND:
        corrections.begin(app, states.values())


def _evaluated(app: App, days: Sequence[date]) -> Iterator[DayReport]:
    """Folds days one after the other; each has its own transaction of states and outbox."""
    span = app.settings.data.history_days + len(days) - 1
    panel = app.store.panel(days[-1], span, judged_themes(app.settings, app.store))
    scores = evaluate(panel.last(LOOK_BACK + len(days) - 1), app.rules)
    # a theme that is judged no more has left a state behind
    states = {t: s for t, s in app.ledger.states().items() if t in panel.close.columns}
    if app.store.exchange == MAINLAND:
        corrections.begin(app, states.values())
    stories, net = app.ledger.grouping(), panel.net
    of = grouper(app.store, app.settings.stories)
    past.follow_up(app, panel, scores)
    news_since = oldest_news(app, days[-1])
    for day in days:
        before = states
        states, told = fold(before, scores, day, app.policy)
        readings = {theme: scores.signals(day, theme) for theme in scores.themes}
        stories = of.grouped(stories, states, told, net.loc[:day])
        if day < news_since:  # too old to be told
            stories = unheard(stories)
        facts = _in_context(app, day, told, states, readings, stories)
        judged = Judged(facts, strongest_first(told), states, readings)
        changed = [state for theme, state in states.items() if state != before.get(theme)]
        # days caught up with are told in one summary, on the newest
        written = drafts_of(app, judged) if day == days[-1] else None
        known = panel.until(day)
        entry = journal.written(day, judged.told, judged.day.themes, known)
        yield _kept(app, judged, changed, written, entry, known)


def _in_context(
    app: App,
    day: date,
    told: Sequence[Transition],
    states: Mapping[str, ThemeState],
    readings: Mapping[str, tuple[Signal, ...]],
    stories: Grouping,
) -> messages.Day:
    """The day's facts with its stories, the chains of parents that changed, and how wide it is."""
    facts, chains = facts_of(app, day), chains_of(app, told, day, states, readings)
    loud = [t for t in told if not stories.before(t)]
    wide = is_wide(loud, facts.market, app.settings.stories)
    joins, stages = since_digest(app, day), stages_of(states, readings)
    return replace(facts, stories=stories, chains=chains, is_wide=wide, joins=joins, stages=stages)


def _kept(
    app: App,
    judged: Judged,
    changed: Sequence[ThemeState],
    written: Written | None,
    entry: str,
    panel: Panel,
) -> DayReport:
    """One transaction: states, readings, transitions, messages, and that the day was judged.

    `written` is None for a day that is told later, with the newest; `entry` is for the journal.
    """
    day, told, now = judged.day.day, tuple(judged.told), app.now()
    drafts = written.messages if written else ()
    report = {"transitions": len(told), "messages": len(drafts)}
    with app.ledger.atomic():
        there = hong_kong_said(app) if app.store.exchange != MAINLAND else {}
        if not app.ledger.save_run("daily", Run(slot(app, day), now, now, report)):
            return DayReport(day, told, new=False)  # another program was quicker
        app.ledger.save_states(changed)
        if app.store.exchange == MAINLAND:
            corrections.remember(app, day, changed)
        app.ledger.save_readings(judged.readings)
        app.ledger.save_transitions(told, {t.key: judged.day.stories.before(t) for t in told})
        _keep_texts(app, judged)
        app.ledger.save_grouping(judged.day.stories)
        app.ledger.journal.add(day, entry)
        new = sum(map(app.ledger.outbox.enqueue, drafts))
        if _may_have_been_told(app, day):
            app.ledger.outbox.doubt()
        if app.store.exchange == MAINLAND:  # nothing is said within Hong Kong's day
            provisional.at_close(app, judged.day, told, judged.states, panel)
        app.ledger.set_fact("evaluated", day.isoformat())
        if there:  # digests that wait for a later hour were written before this close
            now_there = hong_kong_said(app)
            was = [(text, now_there[what]) for what, text in there.items() if what in now_there]
            app.ledger.outbox.reword(day, was)
        if written:
            _note(app, day, written)
    return DayReport(day, told, new=True, enqueued=new)


def _note(app: App, day: date, written: Written) -> None:
    """Keeps beside a day's messages what was not pushed, and what they are sent instead of."""
    app.ledger.set_fact("told", day.isoformat())
    app.ledger.outbox.release(written.overtaken, day, app.store.exchange)
    for chat, kept in written.kept.items():
        app.ledger.kept.add(chat, kept)


def _keep_texts(app: App, judged: Judged) -> None:
    """Each alert in both languages, as it is said: later its figures may read otherwise."""
    for t in judged.told:
        for language in LANGUAGES:
            text, *_ = messages.alerts([t], judged.day, language)
            app.ledger.tellings.say(messages.number(t), language, text)


def _may_have_been_told(app: App, day: date) -> bool:
    """Whether a database that a backup has replaced may have told this day already."""
    restored = app.ledger.fact("restored")
    ended = closed(day, EXCHANGES[app.store.exchange])
    return bool(restored) and ended < datetime.fromisoformat(restored or "")


def facts_of(app: App, day: date) -> messages.Day:
    """What messages say of a day beside its transitions."""
    faults, moves = faults_of(app, day), partial(app.store.member_moves, day)
    store, stories = app.store, app.ledger.grouping()
    of_day = stories if stories.day == day else Grouping()
    figures = store.market_day(day), store.themes(), store.theme_facts(day)
    if store.exchange != MAINLAND:  # no record, no clock: they are the mainland's
        of = store.exchange
        return messages.Day(
            day, *figures, faults, of_day, exchange=of, moves=moves, policy=app.policy
        )
    new, before, own = news(store, day), past.Past(app), own_record.kept(app.ledger)
    name, there = app.ledger.fact("username"), HongKong(app)
    return messages.Day(
        *(day, *figures, faults, of_day),
        macro=new,
        past=before,
        beside=Beside(store),
        own=own,
        hong_kong=there,
        username=name,
        moves=moves,
        policy=app.policy,
    )
