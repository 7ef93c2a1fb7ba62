"""What a chat would have heard over the last trading days, by the decision that is made live."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.alerting import PUSHED, Reason
from bot.app import App
from bot.choices import Listener, Setting, reasons_of
from bot.judged import EPISODE_DAYS
from bot.records import SENSES, Mute, Wishes
from signals.model import Kind, Transition

TALLIED_DAYS = 60  # trading days


@dataclass(frozen=True)
class Past:
    """The last TALLIED_DAYS: judged, and before that replayed when the bot began."""

    since: date
    judged: int  # trading days of them that the bot judged
    replayed: bool  # whether those before were replayed, else nothing is known of them
    told: Sequence[Transition]
    setting: Setting

    def heard(self, wishes: Wishes, mutes: Mapping[str, Mute]) -> dict[Transition, Reason]:
        """What a chat with these wishes would have been pushed; mutes that end do not count."""
        lasting = {theme: mute for theme, mute in mutes.items() if mute == Mute()}
        reasons = reasons_of(Listener(wishes, lasting), self.told, self.setting)
        return {t: why for t, why in reasons.items() if why in PUSHED}


def past(app: App) -> Past:
    """What the ledger holds of the last trading days; empty before the first is judged."""
    days = app.store.days(app.ledger.evaluated(), TALLIED_DAYS)
    since = days[0] if days else date.max
    kept, every = app.ledger.kept, app.ledger.of("")  # Hong Kong's too: chats are told of both
    before = kept.rehearsed(since)
    told = [*before, *every.transitions(since=since)]
    voices = {(t.day, t.key): spoke for t, spoke in before.items()}
    longer = app.store.days(app.ledger.evaluated(), TALLIED_DAYS + EPISODE_DAYS)
    older = every.transitions(since=longer[0], until=since - timedelta(days=1)) if longer else []
    spoke = voices | kept.voices(since, date.max)
    setting = Setting(app.now(), date.min, {}, spoke, [*older, *told])
    judged = kept.judged(since)
    replayed = judged < len(days) and app.ledger.fact("rehearsed") is not None
    return Past(since, judged, replayed, told, setting)


def by_sense(of: Past, wishes: Wishes, mutes: Mapping[str, Mute]) -> dict[str, int]:
    """How many alerts each sensitivity would have given."""
    return {sense: len(of.heard(replace(wishes, sense=sense), mutes)) for sense in SENSES}


def by_kind(of: Past, wishes: Wishes, mutes: Mapping[str, Mute]) -> dict[Kind, int]:
    """How many alerts of each kind there would have been, were none turned off."""
    counted = Counter(t.kind for t in of.heard(replace(wishes, levels={}), mutes))
    return {kind: counted[kind] for kind in Kind}


def beyond(of: Past, wishes: Wishes, mutes: Mapping[str, Mute], budget: int) -> int:
    """How many loud alerts would have been beyond a budget a day."""
    heard = of.heard(wishes, mutes)
    loud = Counter(t.day for t, why in heard.items() if why is Reason.SEND)
    return sum(max(0, count - budget) for count in loud.values())


def by_theme(of: Past) -> Counter[str]:
    """How many alerts of each theme there were."""
    return Counter(t.theme for t in of.told)
