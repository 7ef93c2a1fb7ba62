"""A judged day as messages for every chat: each text and picture made once, not once a chat."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, partial
from math import nan

from bot import messages, provisional, wish_messages
from bot.alerting import Reason, strongest_first, values
from bot.app import App
from bot.buttons import Reach, under_alerts
from bot.choices import Choice, Listener, Setting, chosen, is_loud
from bot.digest import digest, is_quiet, watched_table
from bot.ledger_provisional import prefix
from bot.pictures import CHART, CHART_DAYS, HEAT, Picture
from bot.posting import posted, with_rest
from bot.records import OFF, Chat, Kept, Outgoing, Wishes
from bot.style import Look, look_of
from bot.texts import CAPTION_LIMIT, STAMP_ROOM, split, units
from bot.timing import digest_due, held_until, week
from bot.week import Week, week_of
from bot.words import Language, say
from market.store import MAINLAND
from signals.model import Signal, ThemeState, Transition

NOBODY = 0  # chat of a message before it is addressed
HEAT_LASTS = timedelta(hours=20)  # then the next day may have been judged
THREADS = 3  # running episodes with a message of their own, a day and chat
WEEK_DAYS = 15  # trading days among which those of a weekly digest are


@dataclass(frozen=True)
class Judged:
    """A day as evaluated: all that its messages say."""

    day: messages.Day
    told: Sequence[Transition]  # strongest first
    states: Mapping[str, ThemeState]
    readings: Mapping[str, tuple[Signal, ...]]


@dataclass(frozen=True)
class Written:
    """The messages of a day, and what is to be noted with them."""

    messages: Sequence[Outgoing]
    kept: Mapping[int, Sequence[Kept]]  # by chat: what was not pushed
    overtaken: Sequence[int]  # chats whose alerts of days before, still held, are told anew


@dataclass(frozen=True)
class Bundle:
    """What one message tells, in one language and kind of chat; whom it answers comes later."""

    told: tuple[Transition, ...]  # strongest first
    elsewhere: frozenset[str]  # themes that other messages tell of
    key: str  # in the outbox
    language: Language
    reach: Reach
    held: bool  # until quiet hours end: it has to fit one message with all else


class _Texts:
    """The messages of a day for nobody in particular, each made once, not once a chat."""

    def __init__(self, app: App, judged: Judged) -> None:
        self.judged = judged
        self.missed = cache(lambda language, told: _summary(app, judged, language, told))
        self.alerts = cache(lambda bundle: _alerts(app, judged.day, bundle))
        self.chart = cache(lambda *of: _chart(app, judged.day, *of))
        self.week = week_of(app, judged.day.day, judged.told)
        self.glance = cache(lambda language: digest_text(judged, language, self.week))
        self.digest = cache(lambda *of: _digest(app, judged, self.week, *of))
        self.weekly = cache(lambda language, days: _weekly(app, judged, language, days))
        self.beyond = cache(lambda *of: _beyond(app, judged, *of))


def drafts_of(app: App, judged: Judged) -> Written:
    """The day's messages for every chat; each text and chart is made once, not once a chat."""
    day, texts = judged.day.day, _Texts(app, judged)
    held, untold = app.ledger.outbox.held(day, app.store.exchange), _first_untold(app, day)
    # alerts of days before that quiet hours still hold are told with those of the day instead
    late = _transitions(app, min([untold, *held.values()]), day)
    setting = _setting(app, judged, late)
    out, kept = list[Outgoing](), dict[int, Sequence[Kept]]()
    for chat in app.ledger.chats():
        of = Listener(app.ledger.wishes(chat.id), app.ledger.mutes(chat.id))
        missed = [t for t in late if t.day >= held.get(chat.id, untold)]
        limited = of.wishes.budget is not None
        loud = app.ledger.outbox.loud(chat.id, day, prefix(day)) if limited else 0
        choice = chosen(of, judged.told, missed, setting, loud)
        drafts = _posted(app, texts, choice, of.wishes, chat)
        out += [replace(draft, chat=chat.id) for draft in drafts]
        kept[chat.id] = choice.kept
    return Written(out, kept, tuple(held))


def _setting(app: App, judged: Judged, late: Sequence[Transition]) -> Setting:
    day = judged.day
    voices = app.ledger.kept.voices(late[0].day, day.day) if late else {}
    voices |= {(day.day, t.key): day.stories.before(t) for t in judged.told}
    return Setting(app.now(), oldest_news(app, day.day), judged.states, voices)


def _posted(app: App, texts: _Texts, choice: Choice, wishes: Wishes, chat: Chat) -> list[Outgoing]:
    """A chat's messages of the day."""
    day, missed, language = texts.judged.day, choice.missed, chat.language
    look = look_of(wishes, language, app.settings.charts.theme, chat.hant)
    held = held_until(app.now(), wishes.quiet, wishes.zone) is not None
    news = [
        *_silent(texts.missed(language, missed) if missed else [], not is_loud(choice.late)),
        *_news(app, texts, choice, chat, look, held),
    ]
    # a day that was only filled in later has no market to tell of
    wanted = day.market is not None and wishes.level("digest") != OFF
    wanted &= day.exchange == MAINLAND  # which tells of Hong Kong as well
    glance = _glance(app, texts, wishes, language, look) if wanted else []
    due = digest_due(wishes, day.day) if glance else app.now()
    if choice.beyond:
        rest = texts.beyond(language, choice.beyond, wishes.budget)
        glance = with_rest(glance, rest)
    return posted(news, glance, due, wishes, language)


def _news(
    app: App, texts: _Texts, choice: Choice, chat: Chat, look: Look, held: bool
) -> list[Outgoing]:
    """A chat's alerts of the day and their chart; those held have to fit one message."""
    kept, day, out = choice.alerts, texts.judged.day, list[Outgoing]()
    reach = Reach(chat.kind, app.ledger.fact("username") or "")
    for told, key, about in bundled(app, day, chat.id, kept, together=held or day.is_wide):
        elsewhere = frozenset(t.theme for t in kept if t not in told)
        bundle = Bundle(told, elsewhere, key, chat.language, reach, held)
        loud = any(choice.today[t] is Reason.SEND for t in told)
        first, *more = _silent(texts.alerts(bundle), not loud)
        out += [replace(first, about=about), *more]
    return out if held or not kept else [*out, texts.chart(chat.language, look, kept[0])]


def bundled(
    app: App, day: messages.Day, chat: int, kept: Sequence[Transition], together: bool
) -> Iterator[tuple[tuple[Transition, ...], str, str | None]]:
    """What a chat hears of as messages, strongest first: told, key, and key of what it answers.

    An episode that the chat was told of goes on in its own thread, up to THREADS of them a day;
    all else is one message. So is everything when told `together`.
    """
    threads = {t.episode: app.ledger.tellings.thread(chat, t.episode) for t in kept}
    known = [episode for episode, thread in threads.items() if thread]
    apart = [] if together else known[:THREADS]
    groups: dict[str, list[Transition]] = {}
    for t in kept:
        groups.setdefault(t.episode if t.episode in apart else "", []).append(t)
    for episode, told in groups.items():
        if episode:
            key, about = f"{slot(app, day.day)}:thread:{episode}", threads[episode]
        else:
            running = (threads[t.episode] for t in told if threads[t.episode])
            key, about = f"{slot(app, day.day)}:alerts", next(running, None)
            about = about or provisional.answered(app, day.day, told)
        yield tuple(told), key, about


def _glance(
    app: App, texts: _Texts, wishes: Wishes, language: Language, look: Look
) -> list[Outgoing]:
    """The digest a chat wishes for, if it is due on the day."""
    if wishes.digest_weekday is None:
        own = watched_in(texts.judged, wishes.watched, language)
        return texts.digest(joined(texts.glance(language), own), language, look)
    days = app.store.days(until=texts.judged.day.day, limit=WEEK_DAYS)
    began = app.ledger.kept.began() or days[-1]  # of days before it nothing was kept
    covered = tuple(d for d in week(days, _told(app), wishes.digest_weekday) if d >= began)
    return texts.weekly(language, covered) if covered else []


def _silent(drafts: Iterable[Outgoing], silent: bool) -> list[Outgoing]:
    return [replace(draft, silent=draft.silent or silent) for draft in drafts]


def _told(app: App) -> date | None:
    """The last day whose messages were written."""
    told = app.ledger.fact("told")
    return date.fromisoformat(told) if told else None


def _first_untold(app: App, day: date) -> date:
    """The first day that no message has told yet: `day`, or one that is caught up with."""
    told = _told(app)
    return told + timedelta(days=1) if told else day


def _transitions(app: App, since: date, before: date) -> list[Transition]:
    """Transitions from a day on and before another, oldest first."""
    return app.ledger.transitions(since=since, until=before - timedelta(days=1))


def _summary(
    app: App, judged: Judged, language: Language, missed: Sequence[Transition]
) -> list[Outgoing]:
    """What happened while the bot was away, for nobody in particular yet."""
    day, states = judged.day, judged.states
    texts = messages.missed(missed, day, states, language)
    return _parts(f"{slot(app, day.day)}:missed", day.day, texts, app.now(), _tells(missed))


def _alerts(app: App, day: messages.Day, bundle: Bundle) -> list[Outgoing]:
    """One message's alerts, for nobody in particular yet."""
    told, language = bundle.told, bundle.language
    known = _without(bundle.elsewhere, day)
    texts = messages.alerts(told, known, language, in_brief=bundle.held)
    out = _parts(bundle.key, day.day, texts, app.now(), _tells(told))
    full = messages.in_full(told, day, in_brief=bundle.held)
    buttons = under_alerts(full, day, language, bundle.reach)
    return [*out[:-1], replace(out[-1], buttons=buttons)]


def _without(elsewhere: frozenset[str], day: messages.Day) -> messages.Day:
    """The day without the changes that other messages tell of, or speak for: they count them."""
    heard = {
        key: before
        for key, before in day.stories.heard.items()
        if elsewhere.isdisjoint((key.rpartition(":")[0], *before))
    }
    return replace(day, stories=replace(day.stories, heard=heard))


def _tells(told: Sequence[Transition]) -> tuple[tuple[str, str], ...]:
    return tuple((messages.number(t), t.episode) for t in told)


def _parts(
    key: str, day: date, texts: Sequence[str], now: datetime, tells: tuple[tuple[str, str], ...]
) -> list[Outgoing]:
    """The parts of one message; what it tells is told by the first."""
    made = [Outgoing(f"{key}:{n}", NOBODY, day, text, now) for n, text in enumerate(texts, 1)]
    return [replace(made[0], tells=tells), *made[1:]]


def _chart(
    app: App, day: messages.Day, language: Language, look: Look, told: Transition
) -> Outgoing:
    """The chart of the strongest alert, for nobody in particular yet."""
    verdict, key = messages.caption(told, day, language), f"{slot(app, day.day)}:chart"
    drawn = Picture(CHART, day.day, language, look, (told.theme, str(CHART_DAYS))).name
    return Outgoing(key, NOBODY, day.day, verdict, app.now(), drawn, silent=True)


def digest_text(judged: Judged, language: Language, week: Week | None) -> str:
    """The digest as every chat of a language gets it."""
    run_ups = values(judged.readings, "run_up")
    return digest(judged.day, judged.told, judged.states, run_ups, language, week)


def watched_in(judged: Judged, watched: frozenset[str], language: Language) -> str:
    """What the digest of a chat adds of the themes it watches; empty for one that watches none."""
    if not watched:
        return ""
    return watched_table(watched, judged.day, judged.states, judged.readings, language)


def joined(glance: str, own: str) -> str:
    """A digest with what it adds for a chat, above its foot."""
    body, gap, foot = glance.rpartition("\n\n")
    parts = (body, own, foot) if gap else (glance, own)
    return "\n\n".join(parts) if own else glance


def _digest(
    app: App, judged: Judged, week: Week | None, text: str, language: Language, look: Look
) -> list[Outgoing]:
    """The digest and the heat map, for nobody in particular yet; on a quiet day as one message."""
    day, now = judged.day.day, app.now()
    heat = Picture(HEAT, day, language, look).name
    out = partial(Outgoing, chat=NOBODY, day=day, created=now, priority=1, silent=True)
    quiet = is_quiet(judged.day, judged.told, week)
    if quiet and units(text) <= CAPTION_LIMIT - STAMP_ROOM:
        return [out(f"{day}:digest:1", text=text, photo=heat)]
    parts = [out(f"{day}:digest:{n}", text=part) for n, part in enumerate(split(text), 1)]
    label = say("simulated", language) if judged.day.simulated else ""
    title = f"{label}{say('heat_map', language)} · {day}"
    # drawn from the readings of the day last judged; when the next was, there is none any more
    return [*parts, out(f"{day}:heat", text=title, photo=heat, not_after=now + HEAT_LASTS)]


def _beyond(
    app: App, judged: Judged, language: Language, told: Sequence[Transition], budget: int
) -> Outgoing:
    """What a budget leaves over, for nobody in particular yet."""
    text, day = wish_messages.beyond(told, budget, judged.day, language), judged.day.day
    return Outgoing(
        f"{slot(app, day)}:beyond:1", NOBODY, day, text, app.now(), priority=1, silent=True
    )


def _weekly(app: App, judged: Judged, language: Language, days: Sequence[date]) -> list[Outgoing]:
    """The weekly digest of some trading days, for nobody in particular yet."""
    day, now, run_ups = judged.day.day, app.now(), values(judged.readings, "run_up")
    of = _week(app, judged, days)
    texts = wish_messages.weekly(of, judged.day, judged.states, run_ups, language)
    return [
        Outgoing(f"{slot(app, day)}:weekly:{n}", NOBODY, day, text, now, priority=1, silent=True)
        for n, text in enumerate(texts, 1)
    ]


def _week(app: App, judged: Judged, days: Sequence[date]) -> wish_messages.Week:
    """What happened on some trading days, the last of which is judged but not kept yet."""
    before = _transitions(app, days[0], judged.day.day)
    every, voices = [*before, *judged.told], _setting(app, judged, before).voices
    told = [t for t in every if not voices.get((t.day, t.key))]
    known = [app.store.market_day(d) for d in days]
    moves = [(m.change, m.index_change) if m else (nan, nan) for m in known]
    faults = [(d, faults_of(app, d)) for d in days]
    return wish_messages.Week(days, strongest_first(told), len(every) - len(told), moves, faults)


def faults_of(app: App, day: date) -> tuple[tuple[str, str], ...]:
    """Kind and detail of what is missing or wrong with a day's figures."""
    noted = json.loads(app.store.note(f"faults:{slot(app, day)}") or "[]")
    return tuple((kind, detail) for kind, detail in noted)


def slot(app: App, day: date) -> str:
    """What keys of a day's messages and run begin with; see Outgoing.exchange."""
    exchange = app.store.exchange
    return f"{day}" if exchange == MAINLAND else f"{exchange}:{day}"


def oldest_news(app: App, day: date) -> date:
    """The oldest day whose transitions are still news on a day."""
    return app.store.days(until=day, limit=app.settings.chats.old_days)[0]
