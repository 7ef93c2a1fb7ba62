"""A judged day as messages for every chat: each text and picture made once, not once a chat."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache

from bot import messages, provisional
from bot.alerting import Reason
from bot.app import App
from bot.budget import left
from bot.buttons import Reach, under_alerts
from bot.choices import Choice, Listener, chosen, is_loud
from bot.glances import (
    beyond,
    digest_of,
    digest_text,
    watched_in,
    week_told,
    weekly_of,
    weekly_text,
)
from bot.judged import NOBODY, Judged, setting_of, slot, transitions
from bot.pictures import CHART, CHART_DAYS, Picture
from bot.posting import posted, with_rest
from bot.records import OFF, Chat, Kept, Outgoing, Wishes
from bot.style import Look, look_of
from bot.timing import digest_due, held_until, week
from bot.week import week_of
from bot.words import Language
from market.store import MAINLAND
from signals.model import Transition

THREADS = 3  # running episodes with a message of their own, a day and chat
WEEK_DAYS = 15  # trading days among which those of a weekly digest, and held alerts, are


@dataclass(frozen=True)
class Written:
    """The messages of a day, and what is to be noted with them."""

    messages: Sequence[Outgoing]
    kept: Mapping[int, Sequence[Kept]]  # by chat: what was not pushed
    # by chat whose alerts of days before are still held: the message that tells them instead
    overtaken: Mapping[int, Outgoing | None]


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
        self.glance = cache(lambda *of: digest_text(judged, self.week, *of))
        self.digest = cache(lambda *of: digest_of(app, judged, self.week, *of))
        self.of_days = cache(lambda days: week_told(app, judged, days))
        self.week_text = cache(lambda days, *of: weekly_text(judged, self.of_days(days), *of))
        self.weekly = cache(lambda *of: weekly_of(app, judged, *of))
        self.beyond = cache(lambda *of: beyond(app, judged, *of))


def drafts_of(app: App, judged: Judged) -> Written:
    """The day's messages for every chat; each text and chart is made once, not once a chat."""
    day, texts = judged.day.day, _Texts(app, judged)
    untold = _first_untold(app, day)
    # alerts of days before that quiet hours still hold are told with those of the day instead
    held = _held_since(app, day, untold)
    late = transitions(app, min([untold, *held.values()]), day)
    setting = setting_of(app, judged, late)
    out, kept = list[Outgoing](), dict[int, Sequence[Kept]]()
    overtaken = dict[int, Outgoing | None].fromkeys(held)
    for chat in app.ledger.chats():
        of = Listener(app.ledger.wishes(chat.id), app.ledger.mutes(chat.id))
        missed = [t for t in late if t.day >= held.get(chat.id, untold)]
        loud = left(app.ledger, chat.id, of.wishes, app.now(), day)
        choice = chosen(of, judged.told, missed, setting, loud)
        drafts = _posted(app, texts, choice, of.wishes, chat)
        out += [replace(draft, chat=chat.id) for draft in drafts]
        kept[chat.id] = choice.kept
        if chat.id in held:
            again = set(_tells(choice.missed))
            overtaken[chat.id] = next((m for m in drafts if again.intersection(m.tells)), None)
    return Written(out, kept, overtaken)


def _held_since(app: App, day: date, untold: date) -> dict[int, date]:
    """The oldest day whose alerts a chat still waits for, of chats that do, or `untold`."""
    held = app.ledger.outbox.held(day, app.store.exchange)
    since = app.store.days(until=day, limit=WEEK_DAYS)[0]
    days = {messages.number(t): t.day for t in transitions(app, since, day)} if held else {}
    return {
        chat: min([untold, *(days[alert] for alert in alerts if alert in days)])
        for chat, alerts in held.items()
    }


def _posted(app: App, texts: _Texts, choice: Choice, wishes: Wishes, chat: Chat) -> list[Outgoing]:
    """A chat's messages of the day."""
    day, missed, language = texts.judged.day, choice.missed, chat.language
    look = look_of(wishes, language, app.settings.charts.theme, chat.hant)
    held = held_until(app.now(), wishes.quiet, wishes.zone) is not None
    news = [
        *_sounding(texts.missed(language, missed) if missed else [], int(is_loud(choice.late))),
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
        loud = sum(choice.today[t] is Reason.SEND for t in told)
        first, *more = _sounding(texts.alerts(bundle), loud)
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
    own = watched_in(app, texts.judged, wishes.watched, language)
    if wishes.digest_weekday is None:
        return texts.digest(texts.glance(language, own), language, look)
    days = app.store.days(until=texts.judged.day.day, limit=WEEK_DAYS)
    began = app.ledger.kept.began() or days[-1]  # of days before it nothing was kept
    covered = tuple(d for d in week(days, _told(app), wishes.digest_weekday) if d >= began)
    if not covered:
        return []
    return texts.weekly(texts.week_text(covered, language, own), language, look)


def _sounding(drafts: Sequence[Outgoing], loud: int) -> list[Outgoing]:
    """The parts of a message with so many alerts that are told with a sound; with none, silent."""
    made = [replace(draft, silent=draft.silent or not loud) for draft in drafts]
    return [*(replace(first, loud=loud) for first in made[:1]), *made[1:]]


def _told(app: App) -> date | None:
    """The last day whose messages were written."""
    told = app.ledger.fact("told")
    return date.fromisoformat(told) if told else None


def _first_untold(app: App, day: date) -> date:
    """The first day that no message has told yet: `day`, or one that is caught up with."""
    told = _told(app)
    return told + timedelta(days=1) if told else day


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
    """The parts of one message; what it tells is told by the first, and sounds once."""
    made = [Outgoing(f"{key}:{n}", NOBODY, day, text, now) for n, text in enumerate(texts, 1)]
    return [replace(made[0], tells=tells), *(replace(rest, silent=True) for rest in made[1:])]


def _chart(
    app: App, day: messages.Day, language: Language, look: Look, told: Transition
) -> Outgoing:
    """The chart of the strongest alert, for nobody in particular yet."""
    verdict, key = messages.caption(told, day, language), f"{slot(app, day.day)}:chart"
    drawn = Picture(CHART, day.day, language, look, (told.theme, str(CHART_DAYS))).name
    return Outgoing(key, NOBODY, day.day, verdict, app.now(), drawn, silent=True)
