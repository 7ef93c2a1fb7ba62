"""A question and its answer, and what all answers are made with."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from html import escape

from bot.app import App, judged_themes
from bot.context import NAME_LIMIT
from bot.names import STAGES
from bot.pictures import CHART, CHART_DAYS, Picture
from bot.records import PRIVATE, Buttons, Chat
from bot.style import look_of
from bot.words import Language, say
from config.settings import Settings
from market.calendar import HONG_KONG
from market.source import Theme
from signals.model import Stage, ThemeState

PICKS = 8  # themes or stocks offered when several match


@dataclass(frozen=True)
class Asked:
    """One question."""

    chat: Chat  # as known, or as it would be if it subscribed
    user: int  # id of who asks
    rest: str  # what stands behind the command
    today: date  # in Shanghai

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


def picture(app: App, asked: Asked, kind: str, day: date, *of: str) -> Picture:
    """A picture in the language and the look of who asks."""
    wishes = app.ledger.wishes(asked.chat.id)
    look = look_of(wishes, asked.language, app.settings.charts.theme)
    return Picture(kind, day, asked.language, look, of)


def chart(app: App, asked: Asked, theme: str, days: int = CHART_DAYS) -> Picture | None:
    """The chart of a theme up to the last day its exchange, the app's, was judged.

    Up to the last stored one where nothing is judged; None where nothing is stored.
    """
    day = app.ledger.evaluated() or next(iter(app.store.days(limit=1)), None)
    return picture(app, asked, CHART, day, theme, str(days)) if day else None


def may_change(known: Settings, chat: Chat, user: int) -> bool:
    """Whether this person may change what this chat is told."""
    return chat.kind == PRIVATE or user in known.admins


def admins_only(asked: Asked) -> Answer:
    """The answer to who may not change what a group is told."""
    return Answer(
        both(asked, "在群里只有管理员可以更改设置。", "In groups only admins change this.")
    )


def both(asked: Asked, zh: str, en: str) -> str:
    """The words in the language asked in."""
    return zh if asked.language == "zh" else en


def name_of(theme: Theme) -> str:
    """A theme's name as HTML, no longer than it may be."""
    return escape(theme.name[:NAME_LIMIT])


def stage_of(states: Mapping[str, ThemeState], theme: str, language: Language) -> str:
    """The stage of a theme in words; one never evaluated is quiet."""
    return STAGES[(states.get(theme) or ThemeState(theme)).stage][language]


def shown_states(app: App) -> dict[str, ThemeState]:
    """The states of judged themes as people are shown them.

    What ended over_days ago or earlier is quiet again.
    """
    return _shown_of(app, app.ledger.states())


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


def as_of(app: App, asked: Asked) -> str:
    """The line that says of which day an answer is."""
    return f"{say('day', asked.language)} {app.ledger.evaluated() or '-'}"


def listed(title: str, lines: Sequence[str], *after: str, none: str) -> Answer:
    """A title, lines (or the words for none), and what stands below."""
    return Answer("\n".join([f"<b>{title}</b>", *(lines or [none]), *after]))


def found_by(themes: Iterable[Theme], text: str) -> list[Theme]:
    """Themes whose id, board or name it is; else those whose name has it as a part."""
    wanted, known = text.strip().casefold(), list(themes)
    exact = [t for t in known if wanted in (t.id.casefold(), (t.board or "").casefold())]
    exact += [t for t in known if t.name.casefold() == wanted and t not in exact]
    return exact or [t for t in known if wanted in t.name.casefold()]


def of_one(
    app: App,
    asked: Asked,
    code: str,
    told: Callable[[App, Asked, Theme], Answer],
    more: str = "",
) -> Answer:
    """What `told` says of the one theme meant, by its exchange's days; several match: buttons.

    `more` stands behind the theme in the data of these buttons.
    """
    if not asked.rest:
        hint = both(asked, "请在命令后写题材名，例如", "Write a theme's name behind it, such as")
        return Answer(f"{hint} /theme 机器人")
    found = found_by(app.store.themes().values(), asked.rest)
    if len(found) == 1:
        return told(app.of(found[0].exchange), asked, found[0])
    if not found:
        return Answer(both(asked, "没有找到这个题材，", "No theme of that name; ") + "/themes")
    rows = tuple(
        ((theme.name[:NAME_LIMIT], f"{code}:{theme.id}{more}"),) for theme in found[:PICKS]
    )
    return Answer(both(asked, f"找到 {len(found)} 个题材：", f"{len(found)} themes match:"), rows)
