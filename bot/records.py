"""What the ledger keeps for the bot: chats, messages, runs."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.words import Language
from market.calendar import SHANGHAI
from signals.model import Story, Transition

Buttons = Sequence[Sequence[tuple[str, str]]]  # rows of (text, data <= 64 bytes, or an address)
LINK = "https://"  # begins an address
SEND, EDIT = "send", "edit"  # operations of the outbox
HELD_KEY = "held"  # in the key of alerts that wait for the end of quiet hours
PRIVATE, CHANNEL = "private", "channel"  # kinds of chats; every other one is a group


@dataclass(frozen=True)
class Chat:
    """Somebody to talk to: a person, a group, a channel, or one topic beside others of a group."""

    id: int  # Telegram's; of a further topic our own, see bot/ledger_places.py
    kind: str  # private | group | supergroup | channel
    title: str  # as Telegram names it; may be empty
    language: Language
    active: bool = True  # sent /start and did not stop or block us
    off_reason: str | None = None  # why not active
    hant: bool = False  # Chinese in traditional characters
    topic: int | None = None  # Telegram's id of the topic that pushes go to; None: no topic
    of_group: int | None = None  # Telegram's id of the group that a further topic is of

    @property
    def address(self) -> int:
        """Telegram's id."""
        return self.of_group or self.id


@dataclass(frozen=True)
class Outgoing:
    """One message for one chat, before it has a row."""

    key: str  # unique for a chat: what it says, of which day
    chat: int
    day: date  # the day the figures are of
    text: str  # HTML; the caption when there is a photo
    created: datetime  # UTC; of one that is held, when it may go
    photo: str | None = None  # name of the picture that goes along, see bot/pictures.py
    priority: int = 0  # 0 alert, 1 digest; smaller goes first
    silent: bool = False  # arrives without a sound
    not_before: datetime | None = None  # UTC; held until then
    not_after: datetime | None = None  # UTC; from then on it is no news and not sent
    operation: str = SEND  # or EDIT
    about: str | None = None  # key of the chat's message that it changes, or answers
    buttons: Buttons = ()
    tells: tuple[tuple[str, str], ...] = ()  # number of each alert in it, and its episode
    loud: int = 0  # alerts in it that are told with a sound, see Wishes.budget

    @property
    def exchange(self) -> str:
        """Whose day it is of: keys of messages on Hong Kong begin with its code."""
        return "XHKG" if self.key.startswith("XHKG:") else "XSHG"

    @property
    def is_aside(self) -> bool:
        """Whether it is a picture whose words say nothing that is not told beside it."""
        return self.photo is not None and ":digest:" not in self.key


@dataclass(frozen=True)
class Queued(Outgoing):
    """A row of the outbox."""

    id: int = 0
    attempts: int = 0
    repeated: bool = False  # may have arrived before: say so
    plain: bool = False  # Telegram refused the markup: send it as plain text
    error: str | None = None
    # Telegram's id of the message it is about; None: not known to be there
    target: int | None = None
    topic: int | None = None  # of its chat
    of_group: int | None = None  # likewise, see Chat

    @property
    def address(self) -> int:
        """Telegram's id of its chat."""
        return self.of_group or self.chat


@dataclass(frozen=True)
class Person:
    """Somebody who was given a role in Telegram; the environment's roles stand above it."""

    id: int
    role: str  # reader | nobody
    name: str  # as Telegram names them; may be empty
    since: datetime  # UTC


ON, SILENT, OFF = "on", "silent", "off"
LEVELS = (ON, SILENT, OFF)
PROVISIONAL = "provisional"  # what is told before the close
UNTOLD = {PROVISIONAL: SILENT}  # levels of what a chat said nothing of, where not on


SENSES = ("all", "strong", "strongest")  # how strong an alert must be, see bot/alerting.py


@dataclass(frozen=True)
class Wishes:
    """What a chat wants to hear, and when."""

    levels: Mapping[str, str]  # kind of transition, provisional, or digest -> one of LEVELS
    quiet: tuple[int, int] | None = None  # hours in its zone, from and to, without messages
    watched: frozenset[str] = frozenset()  # themes told of; empty: all
    sense: str = SENSES[0]
    budget: int | None = None  # loud alerts a day of its zone; None: no limit
    digest_hour: int | None = None  # in its zone; None: right after the close
    digest_weekday: int | None = None  # Monday is 0; None: every trading day
    zone: ZoneInfo = SHANGHAI  # of the hours above, and of instants told
    style: str | None = None  # of pictures, see bot/style.py: light or dark; None: as is set
    colours: str | None = None  # of up and down: cn, west or safe; None: as its language has them

    def level(self, what: str) -> str:
        """How loud something is told."""
        return self.levels.get(what, UNTOLD.get(what, ON))


def wishes_of(named: Mapping[str, str], watched: frozenset[str]) -> Wishes:
    """A chat's wishes as the ledger keeps them, by name; what was never wished is as it was."""
    first, _, last = named.get("quiet", "").partition("-")
    quiet = (int(first), int(last)) if last else None
    budget, hour, weekday = (
        int(named[name]) if named.get(name) else None
        for name in ("budget", "digest_hour", "digest_weekday")
    )
    sense = named.get("sense", SENSES[0])
    levels = {name: value for name, value in named.items() if value in LEVELS}
    zone, looks = _zone(named.get("zone")), (named.get("style"), named.get("colours"))
    return Wishes(levels, quiet, watched, sense, budget, hour, weekday, zone, *looks)


def _zone(name: str | None) -> ZoneInfo:
    """A zone by its name; the exchange's where the machine does not know it, or not any more."""
    try:
        return ZoneInfo(name) if name else SHANGHAI
    except ZoneInfoNotFoundError:
        return SHANGHAI


@dataclass(frozen=True)
class Mute:
    """How long a chat hears nothing of a theme: up to one of these; none: until it is unmuted."""

    until: date | None = None  # the last day
    at: datetime | None = None  # UTC
    episode: date | None = None  # the first day of the episode whose end is the last thing muted


@dataclass(frozen=True)
class Kept:
    """A transition that was not pushed to a chat."""

    day: date
    theme: str
    kind: str
    reason: str  # see bot/alerting.py


@dataclass(frozen=True)
class Grouping:
    """The stories of a day, and which of its transitions are told by whom."""

    day: date | None = None
    stories: tuple[Story, ...] = ()
    # key of a transition -> themes that tell the same of its story before it, see signals/stories
    heard: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def before(self, told: Transition) -> tuple[str, ...]:
        """The themes that tell the same of the same story before this transition does."""
        return self.heard.get(told.key, ()) if told.day == self.day else ()

    def story(self, theme: str) -> Story | None:
        """The story that a theme is in."""
        return next((story for story in self.stories if theme in story.sizes), None)


class Entry(NamedTuple):
    """One judged day in the journal."""

    day: str
    text: str  # canonical JSON, see bot/journal.py
    hash: str  # of the entry before and of the text


def chained(before: str, text: str) -> str:
    """The hash of an entry that follows one with the hash `before`; empty: it is the first."""
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()


@dataclass(frozen=True)
class Run:
    """One run of a job for one slot (mostly a day)."""

    slot: str
    started: datetime  # UTC
    finished: datetime | None  # UTC
    report: dict[str, Any]
