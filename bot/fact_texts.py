"""Fundamentals, events and news in words: a line each, as HTML."""

import html
from collections.abc import Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from bot.fact_words import EVENTS, FACTS, fact
from bot.happened import Beside, Happened
from bot.standing import Standing
from bot.texts import figure, local
from bot.words import Language, say
from config.news import Kind
from market.aggregates import Measure
from market.announced import AHEAD_DAYS, PAST_DAYS
from market.events import Event, companies, to_concept
from market.news import Line
from market.source import Theme

TITLE_LIMIT = 80  # characters of an announcement or a news line that are shown
PRICE = "price"  # beside the sums of reports
ORDER = ("profit", "revenue", PRICE, "core", "investment", "trading", "stock")
SHARES = ("core", "investment", "trading")  # shown without a sign


def standing_lines(of: Standing, language: Language) -> list[str]:
    """Each aggregate with its unit, the year before and coverage; at the end period and public day.

    An aggregate of another period than most says so itself; those without a report share a line.
    """
    told = [(m.period, m.public) for m in of.measures.values() if m.period and m.public]
    common = max(told, key=told.count) if told else None
    covered = {name: one.covered for name, one in of.measures.items()} | {PRICE: of.price.covered}
    lines = [
        _price(of, language) if name == PRICE else _measure(name, of, language, common)
        for name in ORDER
        if covered[name]
    ]
    foot = [fact("most", language).format(dated=_dated(*common, language))] if common else []
    absent = [fact(name, language) for name in ORDER if not covered[name]]
    if absent:
        none = " · ".join([*absent, _covered(0, of, language)])
        foot = [f"{say('unknown', language)}: {none}", *foot]
    return [*lines, *foot]


def _measure(name: str, of: Standing, language: Language, common: tuple[date, date] | None) -> str:
    measure = of.measures[name]
    parts = [f"{fact(name, language)} <b>{_size(name, measure.value, language)}</b>"]
    if name == "stock":
        parts[0] += _sales(measure, of.measures["sales"], language)
    if measure.before == measure.before:
        before = _size(name, measure.before, language)
        parts.append(fact("year_before", language).format(size=before))
    if measure.period and measure.public and (measure.period, measure.public) != common:
        parts.append(_dated(measure.period, measure.public, language))
    return " · ".join([*parts, _covered(measure.covered, of, language)])


def _dated(period: date, public: date, language: Language) -> str:
    """2026Q3, and when the newest of its reports was public."""
    shown = fact("public", language).format(day=public)
    return f"{period.year}Q{period.month // 3} · {shown}"


def _size(name: str, value: float, language: Language) -> str:
    known = value == value
    return f"{value:.1%}" if known and name in SHARES else figure(value, "fraction", language)


def _sales(stock: Measure, sales: Measure, language: Language) -> str:
    gap = stock.value - sales.value
    if gap != gap:
        return ""
    size = figure(sales.value, "fraction", language)
    return fact("sales", language).format(size=size, gap=f"{gap * 100:+.1f}")


def _price(of: Standing, language: Language) -> str:
    known = of.price
    is_loss = known.covered and known.times != known.times
    times = fact("whole_loss", language) if is_loss else figure(known.times, "ratio", language)
    parts = [f"{fact('price', language)} <b>{times}</b>"]
    if known.covered:
        median = figure(known.median, "ratio", language)
        parts.append(fact("median", language).format(median=median))
        parts.append(fact("losing", language).format(count=known.losing))
    return " · ".join([*parts, _covered(known.covered, of, language)])


def _covered(covered: int, of: Standing, language: Language) -> str:
    return fact("of", language).format(covered=f"{covered:,}", companies=f"{of.companies:,}")


def beside(known: Beside | None, theme: Theme, day: date, language: Language) -> str:
    """What happened and what is to come, in one line without markup; empty where nothing is."""
    if not known:
        return ""
    found = known.theme(theme, day)
    past = _counted(found.past, language)
    if past and found.read < PAST_DAYS:  # of what was not read nothing is known
        past.append(_coverage(found, language))
    if found.named:
        past.append(fact("named", language).format(count=found.named))
    coming = _counted(found.coming, language)
    parts = [(fact("past", language).format(days=PAST_DAYS), past)]
    parts.append((fact("coming", language).format(days=AHEAD_DAYS), coming))
    colon, stop = ("：", "；") if language == "zh" else (": ", "; ")
    return stop.join(f"{when}{colon}{' · '.join(what)}" for when, what in parts if what)


def _counted(events: Sequence[Event], language: Language) -> list[str]:
    """How many companies have each kind of event."""
    unit = "家" if language == "zh" else ""
    counts = companies(events).items()
    return [f"{EVENTS[kind][language]} {count}{unit}" for kind, count in counts]


def event_line(event: Event, theme: Theme, names: Mapping[str, str], language: Language) -> str:
    """An event with its day, its company, its link, and how large a lock-up or a fund is."""
    kind = EVENTS[event.kind][language]
    title = html.escape(event.title[:TITLE_LIMIT])
    if event.link.startswith("https://"):
        title = f'<a href="{html.escape(event.link)}">{title}</a>'
    who = html.escape(names.get(event.code, event.code))
    own = event.kind in ("etf", "renamed") or event.title.startswith(names.get(event.code, "\n"))
    parts = [f"{event.day} {kind}", *([] if own else [who]), title]
    parts += _sizes(event, language)
    if event.kind == "renamed" and to_concept(event, theme.name):
        parts.append(fact("concept", language))
    return " · ".join(parts)


def _sizes(event: Event, language: Language) -> list[str]:
    """What is known of the size of a lock-up or a fund; that nothing is, where nothing is."""
    if event.kind not in ("lockup", "etf"):
        return []
    parts = []
    if event.shares is not None:
        word = "raised" if event.kind == "etf" else "freed"
        parts.append(fact(word, language).format(size=_large(event.shares, language)))
    if event.float_share is not None:
        parts.append(fact("of_float", language).format(part=f"{event.float_share:.2%}"))
    if event.size is not None:
        parts.append(fact("worth", language).format(size=_large(event.size, language)))
    return parts or [fact("unsized", language)]


def _large(value: float, language: Language) -> str:
    """A number in the reader's own large units: 1.2亿, 3,400万; 120 m, 34 m."""
    units = ((1e8, "亿"), (1e4, "万")) if language == "zh" else ((1e9, " bn"), (1e6, " m"))
    size, name = next((one for one in units if value >= one[0]), units[-1])
    return f"{value / size:,.2f}".rstrip("0").rstrip(".") + name


def news_line(line: Line, kinds: Mapping[str, Kind], zone: ZoneInfo, language: Language) -> str:
    """A news line: when, by a zone's clocks, which kinds it matches, its words, its source."""
    names = [_kind(kinds, key, language) for key in line.kinds]
    mark = f"● {html.escape(', '.join(names))} · " if names else ""
    said = html.escape((line.title or line.body)[:TITLE_LIMIT])
    if line.link.startswith("https://"):
        said = f'<a href="{html.escape(line.link)}">{said}</a>'
    return f"{local(line.at, zone, '%m-%d %H:%M')} {mark}{said} ({line.source})"


def _kind(kinds: Mapping[str, Kind], key: str, language: Language) -> str:
    """A kind by its name; one that is in no list any more, by its key."""
    if key not in kinds:
        return key
    return kinds[key].name_zh if language == "zh" else kinds[key].name_en


def words(language: Language) -> dict[str, str]:
    """All of FACTS in a language, for a template."""
    return {key: said[language] for key, said in FACTS.items()}


def event_counts(found: Happened, language: Language) -> tuple[str, str]:
    """The counts of what was and of what is to come: none only where all was read, else unknown."""
    past, coming = _counted(found.past, language), _counted(found.coming, language)
    if found.read < PAST_DAYS:
        past = [*past, _coverage(found, language)] if past or not found.read else []
        past = past or [fact("none_read", language).format(read=found.read, days=PAST_DAYS)]
    none = fact("none", language) if found.lockups_known else say("unknown", language)
    return " · ".join(past) or fact("none", language), " · ".join(coming) or none


def _coverage(found: Happened, language: Language) -> str:
    """How much of the announcements the counts beside are of."""
    key = "part_read" if found.read else "unread"
    return fact(key, language).format(read=found.read, days=PAST_DAYS)
