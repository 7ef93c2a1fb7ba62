"""Questions about what stands beside a theme's price: fundamentals, events, news."""

from collections.abc import Sequence
from functools import partial
from html import escape

from bot import texts
from bot.app import App
from bot.commands.asked import Answer, Asked, both, listed, name_of, of_one
from bot.evidence import shown_condition, threshold_of
from bot.fact_texts import event_counts, event_line, news_line, standing_lines, words
from bot.fact_words import fact
from bot.happened import Beside
from bot.home import news_words
from bot.names import theme_name
from bot.standing import standing
from bot.words import Language, say
from market.announced import AHEAD_DAYS, PAST_DAYS, dates_read
from market.news import Line
from market.source import Theme
from market.store import MAINLAND
from signals.model import Signal

LISTED = 12  # events of the past, and lock-ups to come, that are listed
TRIGGERS, LINES = 12, 12  # news lines listed
LINE_DAYS = 30  # calendar days of lines that name a theme


def fundamentals(app: App, asked: Asked) -> Answer:
    """What a theme's members report, together, beside the whole market."""
    return of_one(app, asked, "fu", _fundamentals)


def events(app: App, asked: Asked) -> Answer:
    """What happened beside a theme's price, and what is to come."""
    return of_one(app, asked, "ev", _events)


def news(app: App, asked: Asked) -> Answer:
    """The last lines of the news that match a word list, or those that name a theme."""
    return of_one(app, asked, "nw", _named) if asked.rest else _triggers(app, asked)


def _fundamentals(app: App, asked: Asked, theme: Theme) -> Answer:
    day, language = app.ledger.evaluated(), asked.language
    if not day:
        return Answer(both(asked, "还没有判断过任何交易日。", "No day has been judged yet."))
    members = app.store.members(theme.id, day)
    title = f"<b>{name_of(theme, asked.language)}</b> · {fact('fundamentals', language)}"
    label = say("simulated", language) if theme.source == "simulated" else ""
    if not members:
        return Answer(f"{label}{title}\n{fact('no_members', language)}")
    if theme.exchange != MAINLAND:
        return Answer(f"{label}{title}\n{fact('not_there', language)}")
    made_with = app.store.member_day(theme.id, day)
    foot = f"{say('day', language)} {day} · {say('list_of', language)} {made_with}"
    text = "\n".join([label + title, *_divergence(app, theme, language), foot])
    return Answer(text, more=partial(_together, theme=theme.id, language=language))


def _divergence(app: App, theme: Theme, language: Language) -> list[str]:
    """What the rule says that rests on these reports."""
    line = "{dot} {rule} <b>{value}</b> ({threshold}) /why"

    def shown(s: Signal) -> dict[str, str]:
        return shown_condition(threshold_of(s), language)

    return [
        line.format(**{part: escape(said) for part, said in shown(s).items()})
        for s in app.ledger.standing.reading(theme.id)
        if s.rule == "divergence"
    ]


def _together(app: App, theme: str, language: Language) -> str:
    """The sums of the members' reports, then of all companies'; reading them takes a second."""
    day = app.ledger.evaluated()
    assert day
    members = standing_lines(standing(app.store, day, app.store.members(theme, day)), language)
    market = standing_lines(standing(app.store, day), language)
    title = f"<b>{fact('whole_market', language)}</b>"
    parts = [*members, "", title, *market, "", fact("limits", language), say("rest", language)]
    return "\n".join(parts)


def _events(app: App, asked: Asked, theme: Theme) -> Answer:
    found, language = Beside(app.store).theme(theme, asked.today), asked.language
    names = app.store.stocks()
    past, coming = (
        [event_line(event, theme, names, language) for event in part[:LISTED]]
        for part in (found.past, found.coming)
    )
    counts = event_counts(found, language)
    text = texts.render(
        "events",
        None,
        language,
        f=words(language),
        name=theme_name(theme, language),
        simulated=theme.source == "simulated",
        past_title=f"{fact('past', language).format(days=PAST_DAYS)}: {counts[0]}",
        coming_title=f"{fact('coming', language).format(days=AHEAD_DAYS)}: {counts[1]}",
        past=past,
        coming=coming,
        more=[max(0, len(part) - LISTED) for part in (found.past, found.coming)],
        read=_read(app, asked) if theme.exchange == MAINLAND else fact("not_there", language),
    )
    return Answer(text)


def _read(app: App, asked: Asked) -> str:
    """Of how many dates the announcements were read."""
    read = dates_read(app.store, asked.today)
    return fact("read", asked.language).format(read=read, days=PAST_DAYS)


def _triggers(app: App, asked: Asked) -> Answer:
    lines = app.store.news.triggers(TRIGGERS)
    return _news(app, asked, fact("triggers", asked.language), lines)


def _named(app: App, asked: Asked, theme: Theme) -> Answer:
    lines = Beside(app.store).lines(theme, asked.today, LINE_DAYS, LINES)
    what = fact("naming", asked.language).format(days=LINE_DAYS)
    return _news(app, asked, f"{name_of(theme, asked.language)} · {what}", lines)


def _news(app: App, asked: Asked, title: str, lines: Sequence[Line]) -> Answer:
    """Lines under a title, then how fresh the news are and where the words come from."""
    language, zone = asked.language, app.ledger.wishes(asked.chat.id).zone
    kinds = {kind.key: kind for kind in news_words(app.settings.home)}
    at, source, count = app.store.news.newest()
    shown = [news_line(line, kinds, zone, language) for line in lines]
    if at:
        when = texts.local(at, zone)
        fresh = both(
            asked,
            f"共 {count:,} 条，最新 {when} · {source}",
            f"{count:,} lines, the newest of {when} · {source}",
        )
    else:
        fresh = fact("nothing_came", language)
    none = say("nothing", language)
    return listed(title, shown, fresh, fact("lists", language), none=none)
