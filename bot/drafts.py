"""A judged day as messages for every chat: each text and picture made once, not once a chat."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, partial

from bot import messages, provisional
from bot.alerting import Reason, decide, held_until, values
from bot.app import App
from bot.records import OFF, Outgoing, Wishes
from bot.words import Language
from market.store import MAINLAND
from signals.model import Signal, ThemeState, Transition

# day and key of a transition -> who tells the same of the same story before it
Voices = Mapping[tuple[date, str], tuple[str, ...]]
NOBODY = 0  # chat of a message before it is addressed
CHART_DAYS = 250  # trading days a chart shows


@dataclass(frozen=True)
class Judged:
    """A day as evaluated: all that its messages say."""

    day: messages.Day
    told: Sequence[Transition]  # strongest first
    states: Mapping[str, ThemeState]
    readings: Mapping[str, tuple[Signal, ...]]


def drafts_of(app: App, judged: Judged, voices: Voices) -> list[Outgoing]:
    """The day's messages for every chat; each text and chart is made once, not once a chat.

    `voices` are the themes that tell the same as each transition, also of days caught up with.
    """
    news_since = oldest_news(app, judged.day.day)
    missed = _missed(app, judged.day.day)
    summaries = cache(lambda language, kept: _summary(app, judged.day, language, kept))
    alerts = cache(lambda language, kept: _alerts(app, judged, language, kept))
    digests = cache(lambda language: _digest(app, judged, language))
    day, out = judged.day.day, []
    for chat in app.ledger.chats():
        wishes = app.ledger.wishes(chat.id)
        muted = app.ledger.muted(chat.id, day)
        chosen = partial(_chosen, muted, wishes, news_since, voices)
        (kept, loud), (late, was_loud) = chosen(judged.told), chosen(missed)
        drafts = [
            *_silent(summaries(chat.language, late) if late else [], not was_loud),
            *_silent(alerts(chat.language, kept) if kept else [], not loud),
        ]
        # a day that was only filled in later has no market to tell of
        if judged.day.market and wishes.level("digest") != OFF:
            drafts += digests(chat.language)
        hold = held_until(app.now(), wishes.quiet)
        out += [replace(draft, chat=chat.id, not_before=hold) for draft in drafts]
    return out


def _silent(drafts: Iterable[Outgoing], silent: bool) -> list[Outgoing]:
    return [replace(draft, silent=draft.silent or silent) for draft in drafts]


def _chosen(
    muted: Mapping[str, date],
    wishes: Wishes,
    since: date,
    voices: Voices,
    told: Iterable[Transition],
) -> tuple[tuple[Transition, ...], bool]:
    """The transitions a chat wants to hear of, and whether any with a sound."""
    reasons = {t: decide(t, muted, wishes, since, voices.get((t.day, t.key), ())) for t in told}
    kept = tuple(t for t, why in reasons.items() if why in (Reason.SEND, Reason.SILENT))
    return kept, Reason.SEND in reasons.values()


def _missed(app: App, day: date) -> list[Transition]:
    """Transitions of days caught up with that no message has told yet, oldest first."""
    told = app.ledger.fact("told")
    if not told:
        return []
    since = date.fromisoformat(told) + timedelta(days=1)
    return app.ledger.transitions(since=since, until=day - timedelta(days=1))


def _summary(
    app: App, day: messages.Day, language: Language, missed: Sequence[Transition]
) -> list[Outgoing]:
    """What happened while the bot was away, for nobody in particular yet."""
    texts = enumerate(messages.missed(missed, day, language), 1)
    key = f"{slot(app, day.day)}:missed"
    return [Outgoing(f"{key}:{n}", NOBODY, day.day, text, app.now()) for n, text in texts]


def _alerts(
    app: App, judged: Judged, language: Language, told: Sequence[Transition]
) -> list[Outgoing]:
    """Alerts and their chart, for nobody in particular yet."""
    day, now = judged.day.day, app.now()
    first, *more = messages.alerts(told, judged.day, language)
    about = provisional.answered(app, day, told)
    key = slot(app, day)
    out = [Outgoing(f"{key}:alerts:1", NOBODY, day, first, now, about=about)]
    out += [Outgoing(f"{key}:alerts:{n}", NOBODY, day, t, now) for n, t in enumerate(more, 2)]
    drawn = chart(app, told[0].theme, language, day, told[0])
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
