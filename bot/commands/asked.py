"""A question and its answer, and what all answers are made with."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from html import escape

from bot.alerting import value
from bot.app import App, judged_themes
from bot.commands.free_text import spoken
from bot.commands.named import mentioned, named, nearest, stocks
from bot.names import NAME_LIMIT, STAGES, theme_name
from bot.pictures import CHART, CHART_DAYS, Picture
from bot.records import PRIVATE, Buttons, Chat
from bot.style import look_of
from bot.words import Language, say
from config.settings import Settings
from market.calendar import HONG_KONG
from market.source import Theme
from signals.evaluate import thresholds
from signals.lifecycle import Reading
from signals.model import Signal, Stage, ThemeState
from signals.replay import READ
from signals.ways import Condition, Way, entry, ways

HOT = (Stage.BUBBLE, Stage.FORMING)
PICKS = 8  # themes or stocks offered when several match


@dataclass(frozen=True)
class Asked:
    """One question."""

    chat: Chat  # as known, or as it would be if it subscribed
    user: int  # id of who asks
    rest: str  # what stands behind the command
    today: date  # in Shanghai
    topic: int | None = None  # of a supergroup, where it was asked
    name: str = ""  # of the command

    @property
    def language(self) -> Language:
        """The language to answer in."""
        return self.chat.language


@dataclass(frozen=True)
class Answer:
    """What goes back."""

    text: str  # HTML
    buttons: Buttons = ()
    more: Callable[[App], str] | None = None  # makes lines that may take long; they go below
    in_place: bool = False  # takes the place of the message whose button was pressed
    picture: Picture | None = None  # goes along; see bot/pictures.py
    captioned: bool = False  # the text stands below the picture, as far as it fits
    is_brief: bool = False  # where a button asked, it is shown above the chat and gone again


def picture(app: App, asked: Asked, kind: str, day: date, *of: str) -> Picture:
    """A picture in the language and the look of who asks."""
    wishes, hant = app.ledger.wishes(asked.chat.id), asked.chat.hant
    look = look_of(wishes, asked.language, app.settings.charts.theme, hant)
    return Picture(kind, day, asked.language, look, of)


def chart(app: App, asked: Asked, theme: str, days: int = CHART_DAYS) -> Picture | None:
    """The chart of a theme up to the last day its exchange, the app's, was judged.

    Up to the last stored one where nothing is judged; None where nothing is stored.
    """
    day = app.ledger.evaluated() or next(iter(app.store.days(limit=1)), None)
    return picture(app, asked, CHART, day, theme, str(days)) if day else None


def may_change(known: Settings, chat: Chat, user: int) -> bool:
    """Whether this person may change what this chat is told.

    Who speaks as the chat itself, in a channel or as its anonymous admin, is one of its admins.
    """
    return chat.kind == PRIVATE or user in known.admins or user == chat.address


def admins_only(asked: Asked) -> Answer:
    """The answer to who may not change what a group is told."""
    words = both(asked, "在群里只有管理员可以更改设置。", "In groups only admins change this.")
    return Answer(words, is_brief=True)


def both(asked: Asked, zh: str, en: str) -> str:
    """The words in the language asked in."""
    return zh if asked.language == "zh" else en


def name_of(theme: Theme, language: Language) -> str:
    """A theme's name as HTML."""
    return escape(theme_name(theme, language))


def stage_of(states: Mapping[str, ThemeState], theme: str, language: Language) -> str:
    """The stage of a theme in words; one never evaluated is quiet."""
    return STAGES[(states.get(theme) or ThemeState(theme)).stage][language]


def shown_states(app: App) -> dict[str, ThemeState]:
    """The states of judged themes as people are shown them.

    What ended over_days ago or earlier is quiet again.
    """
    return _shown_of(app, app.ledger.states())


def judged_everywhere(app: App) -> set[str]:
    """Ids of the themes that are judged, on every exchange."""
    stores = (app.store, app.of(HONG_KONG.code).store)
    return {theme for store in stores for theme in judged_themes(app.settings, store)}


def all_states(app: App) -> dict[str, ThemeState]:
    """Likewise, of the judged themes of every exchange."""
    states = app.ledger.states()
    return _shown_of(app, states) | _shown_of(app.of(HONG_KONG.code), states)


def _shown_of(app: App, states: Mapping[str, ThemeState]) -> dict[str, ThemeState]:
    oldest, judged = _oldest_end(app), judged_themes(app.settings, app.store)
    return {theme: _shown(states[theme], oldest) for theme in judged if theme in states}


def shown_state(app: App, theme: str) -> ThemeState:
    """Likewise of one theme."""
    return _shown(app.ledger.standing.state(theme), _oldest_end(app))


def _oldest_end(app: App) -> date:
    """What ended by then is quiet again."""
    days = app.store.days(app.ledger.evaluated(), app.settings.stories.over_days + 1)
    return days[0] if days else date.min


def _shown(state: ThemeState, oldest: date) -> ThemeState:
    ended = state.stage is Stage.OVER and state.since is not None and state.since <= oldest
    return replace(state, stage=Stage.QUIET, since=None) if ended else state


def open_ways(
    app: App, theme: str, day: date, signals: Sequence[Signal]
) -> tuple[list[Way], tuple[Condition, ...]]:
    """The ways open to a theme after the last judged day, by what the rules said on it, and what
    its stage asks of who enters it.
    """
    net = float(app.store.net(day, day, [theme])[theme].iloc[-1])
    reading = Reading(day, net, *(value(signals, rule) for rule in READ))
    state = app.ledger.standing.state(theme)
    of = (state, reading, app.policy, thresholds(app.rules))
    return ways(*of), entry(*of)


def as_of(app: App, asked: Asked) -> str:
    """The line that says of which day an answer is."""
    return f"{say('day', asked.language)} {app.ledger.evaluated() or '-'}"


def begins(asked: Asked) -> str:
    """What there is to say before the first evening."""
    return both(
        asked,
        "还没有判断过任何交易日；收盘后取到数据即开始。",
        "No day has been judged yet; it begins after the next close.",
    )


def listed(title: str, lines: Sequence[str], *after: str, none: str) -> Answer:
    """A title, lines (or the words for none), and what stands below."""
    return Answer("\n".join([f"<b>{title}</b>", *(lines or [none]), *after]))


def of_one(
    app: App,
    asked: Asked,
    code: str,
    told: Callable[[App, Asked, Theme], Answer],
    more: str = "",
) -> Answer:
    """What `told` says of the one theme meant, by its exchange's days; else buttons to pick from.

    `more` stands behind the theme in the data of these buttons.
    """
    if not asked.rest:
        offered = hottest(app, PICKS)
        below = both(asked, "\n热门的在前：", "\nThe hot ones first:")
        below = below if strongest(app) else ""
        return Answer(_which(asked, offered) + below, picked(asked, offered, code, more))
    known = app.store.themes().values()
    found = named(known, asked.rest)
    if len(found) == 1:
        return told(app.of(found[0].exchange), asked, found[0])
    if found:
        words = both(asked, f"找到 {len(found)} 个题材：", f"{len(found)} themes match:")
        return Answer(words, picked(asked, found, code, more))
    companies = stocks(app.store.stocks(), asked.rest)
    if len(companies) == 1:
        return of_company(app, asked, *companies[0], code, more)
    return _unknown(app, asked, code, more)


def _which(asked: Asked, offered: Sequence[Theme]) -> str:
    """Asks for a theme, with what to write, or to say, for the first of those offered."""
    name = (offered[0].english if asked.language == "en" else "") if offered else ""
    name = escape(name or (offered[0].name if offered else "机器人"))
    said = spoken(asked.name, asked.language, name)
    write = f"<code>/{asked.name} {name}</code>"
    if said:
        write += both(asked, f"，或直接说 <code>{said}</code>", f" or say <code>{said}</code>")
    return both(
        asked,
        f"哪个题材？请按一个，或写 {write}；名称可只写一部分、拼音或其首字母。",
        f"Which theme? Press one, or write {write}; a part of the name will do, or its pinyin.",
    )


def of_company(app: App, asked: Asked, code: str, name: str, button: str, more: str) -> Answer:
    """That a company was named where a theme is asked for, and the themes it is in."""
    themes, shown = app.store.themes_of(code), escape(f"{name} {code}")
    words = both(asked, f"“{shown}”是公司，不是题材", f"“{shown}” is a company, no theme")
    if not themes:
        return Answer(words + both(asked, "；它不在任何已知题材里。", "; it is in no known theme."))
    within = both(asked, "；它所在的题材：", "; the themes it is in:")
    return Answer(words + within, picked(asked, themes, button, more))


def _unknown(app: App, asked: Asked, code: str, more: str) -> Answer:
    """No theme is called so: those that were mentioned, or are near; else what to ask instead."""
    known = app.store.themes().values()
    near = mentioned(known, asked.rest) or nearest(known, asked.rest)
    words = not_found(asked, asked.rest, is_near=bool(near))
    if near:
        return Answer(words, picked(asked, near, code, more))
    see = both(asked, "，请看 /themes 或 /help", "; see /themes or /help")
    return Answer(words + see, elsewhere(asked))


def elsewhere(asked: Asked) -> Buttons:
    """What may be asked instead of what was not understood."""
    hot = (both(asked, "🔥 热门题材", "🔥 Hot themes"), "top:")
    record = (both(asked, "🎯 有多准", "🎯 How often right"), "r:")
    return ((hot, record), ((both(asked, "❓ 帮助", "❓ Help"), "help:"),))


def not_found(asked: Asked, typed: str, is_near: bool, is_stock: bool = False) -> str:
    """That nothing is called so, and whether those near to it follow."""
    of = both(asked, "股票", "stock") if is_stock else both(asked, "题材", "theme")
    name = escape(typed.strip()[:NAME_LIMIT])
    none = both(asked, f"没有找到{of}“{name}”", f"No {of} named “{name}”")
    return none + both(asked, "，相近的有：", "; near to it:") if is_near else none


def picked(asked: Asked, themes: Iterable[Theme], code: str, more: str = "") -> Buttons:
    """A button for each of the first themes."""
    rows = [((theme_name(t, asked.language), f"{code}:{t.id}{more}"),) for t in themes]
    return tuple(rows[:PICKS])


def hottest(app: App, count: int) -> list[Theme]:
    """The themes to pick from: in bubbles, then forming, then the others, each by its run-up;
    before any is judged, the first there are.
    """
    states, ranked = app.ledger.states(), strongest(app)

    def rank(theme: Theme) -> int:
        stage = states[theme.id].stage if theme.id in states else Stage.QUIET
        return HOT.index(stage) if stage in HOT else len(HOT)

    found = sorted((theme for theme, _ in ranked), key=rank)
    return (found or list(app.store.themes().values()))[:count]


def strongest(app: App, rule: str = "run_up") -> list[tuple[Theme, float]]:
    """The judged themes and what a rule says of them (in its unit), where it is known, the largest
    first.
    """
    known, sizes = app.store.themes(), app.ledger.standing.values(rule, app.store.exchange)
    judged = judged_themes(app.settings, app.store)
    found = [t for t in judged if t in sizes and sizes[t] == sizes[t]]
    ranked = sorted(found, key=lambda theme: (-sizes[theme], theme))
    return [(known[theme], sizes[theme]) for theme in ranked]


def switches(code: str, names: Mapping[str, str], now: str | None) -> Buttons:
    """Buttons that switch a list in place, the shown one marked, three in a row."""
    every = [(f"{'✓ ' if k == now else ''}{name}", f"{code}:{k}") for k, name in names.items()]
    return [every[n : n + 3] for n in range(0, len(every), 3)]
