"""A judged day as messages for every chat: each text and picture made once, not once a chat."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from math import nan

from bot import messages, provisional, wish_messages
from bot.alerting import strongest_first, values
from bot.app import App
from bot.choices import Choice, Listener, Setting, chosen, is_loud
from bot.ledger_provisional import prefix
from bot.posting import posted, with_rest
from bot.records import OFF, Chat, Kept, Outgoing, Wishes
from bot.script import drawing
from bot.timing import digest_due, held_until, week
from bot.words import Language
from market.store import MAINLAND
from signals.model import Signal, ThemeState, Transition

NOBODY = 0  # chat of a message before it is addressed
CHART_DAYS = 250  # trading days a chart shows
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


class _Texts:
    """The messages of a day for nobody in particular, each made once, not once a chat."""

    def __init__(self, app: App, judged: Judged) -> None:
        self.judged = judged
        self.missed = cache(lambda language, told: _summary(app, judged, language, told))
        self.alerts = cache(lambda *of: _alerts(app, judged, *of))
        self.digest = cache(lambda language: _digest(app, judged, language))
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
        loud = app.ledger.outbox.loud(chat.id, day, prefix(day))
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
    language, hant = chat.language, chat.hant
    day, missed, alerts = texts.judged.day, choice.missed, choice.alerts
    held = held_until(app.now(), wishes.quiet, wishes.zone) is not None
    news = [
        *_silent(texts.missed(language, missed) if missed else [], not is_loud(choice.late)),
        *_silent(
            texts.alerts(language, hant, alerts, held) if alerts else [], not is_loud(choice.today)
        ),
    ]
    # a day that was only filled in later has no market to tell of
    wanted = day.market is not None and wishes.level("digest") != OFF
    wanted &= day.exchange == MAINLAND  # which tells of Hong Kong as well
    glance = _glance(app, texts, wishes, language) if wanted else []
    due = digest_due(wishes, day.day) if glance else app.now()
    if choice.beyond:
        rest = texts.beyond(language, choice.beyond, wishes.budget)
        glance = with_rest(glance, rest)
    return posted(news, glance, due, wishes, language)


def _glance(app: App, texts: _Texts, wishes: Wishes, language: Language) -> list[Outgoing]:
    """The digest a chat wishes for, if it is due on the day."""
    if wishes.digest_weekday is None:
        return texts.digest(language)
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
    texts = enumerate(messages.missed(missed, day, states, language), 1)
    key = f"{slot(app, day.day)}:missed"
    return [Outgoing(f"{key}:{n}", NOBODY, day.day, text, app.now()) for n, text in texts]


def _alerts(
    app: App,
    judged: Judged,
    language: Language,
    hant: bool,
    told: Sequence[Transition],
    held: bool,
) -> list[Outgoing]:
    """Alerts and their chart, for nobody in particular yet; those held have to fit one message."""
    day, now = judged.day.day, app.now()
    first, *more = messages.alerts(told, judged.day, language, in_brief=held)
    about = provisional.answered(app, day, told)
    key = slot(app, day)
    out = [Outgoing(f"{key}:alerts:1", NOBODY, day, first, now, about=about)]
    out += [Outgoing(f"{key}:alerts:{n}", NOBODY, day, t, now) for n, t in enumerate(more, 2)]
    with drawing(hant):
        drawn = None if held else chart(app, told[0].theme, language, day, told[0])
    if drawn:
        verdict = messages.caption(told[0], judged.day, language)
        out.append(Outgoing(f"{key}:chart", NOBODY, day, verdict, now, drawn, silent=True))
    return out


def _digest(app: App, judged: Judged, language: Language) -> list[Outgoing]:
    """The digest, for nobody in particular yet."""
    run_ups = values(judged.readings, "run_up")
    day, now = judged.day.day, app.now()
    texts = messages.digest(judged.day, judged.told, judged.states, run_ups, language)
    return [
        Outgoing(f"{day}:digest:{n}", NOBODY, day, text, now, priority=1, silent=True)
        for n, text in enumerate(texts, 1)
    ]


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


def last_day(app: App, theme: str) -> date | None:
    """The last day a theme's exchange was judged, or is stored where none of it is judged."""
    there = app.of(app.store.themes()[theme].exchange)
    return there.ledger.evaluated() or next(iter(there.store.days(limit=1)), None)


def chart(
    app: App, theme: str, language: Language, day: date, latest: Transition | None = None
) -> bytes | None:
    """The chart of a theme up to a day, PNG; None when there is nothing to draw.

    `latest` is a transition of that day that the ledger does not hold yet.
    """
    from bot.charts import theme_chart

    known = app.store.themes()[theme]
    app = app.of(known.exchange)
    if not app.store.days(until=day, limit=1):
        return None
    panel = app.store.panel(day, CHART_DAYS, [theme])
    told = [*app.ledger.transitions(theme, panel.days[0], day), *([latest] if latest else [])]
    return theme_chart(panel, known, told, language, known.source == "simulated")
