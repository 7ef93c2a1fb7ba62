"""Sources that fail: since when, when they last served, and what it means for alerts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.app import App
from bot.names import FAULTS, MEANS
from bot.texts import local
from bot.words import Language, say
from market.calendar import SHANGHAI
from market.checks import UNLISTED, Fault

DOWN = "down:"  # before the names of facts: since when (UTC), and why
TOLD_BY = {"boards": (UNLISTED,)}  # what only an answer to a need can say, or end


@dataclass(frozen=True)
class Down:
    """A need that its sources do not meet."""

    need: str  # a key of MEANS
    since: datetime  # UTC
    why: str  # the class of the error and its words
    served: datetime | None  # when it was last met, UTC


def note(app: App, faults: Iterable[Fault], served: Iterable[str]) -> None:
    """Keeps which needs failed with a day, and which were met."""
    why = {f.kind: f"{f.error}: {f.detail}" if f.error else f.detail for f in faults}
    now = app.now().isoformat()
    for need in served:
        app.ledger.set_fact(f"served:{need}", now)
        for over in {need, *TOLD_BY.get(need, ())} & MEANS.keys() - why.keys():
            app.ledger.set_fact(f"{DOWN}{over}", "")
    known = app.ledger.facts(DOWN)
    for need in MEANS.keys() & why.keys():
        since = known.get(need, "").partition(" ")[0] or now
        app.ledger.set_fact(f"{DOWN}{need}", f"{since} {why[need]}")


def down(app: App) -> list[Down]:
    """Needs that are not met now, in the order of their words."""
    noted, served = app.ledger.facts(DOWN), app.ledger.served()
    found = {need: noted[need].partition(" ") for need in MEANS if noted.get(need)}
    return [
        Down(need, datetime.fromisoformat(since), why, served.get(need))
        for need, (since, _, why) in found.items()
    ]


def told(one: Down, language: Language, zone: ZoneInfo = SHANGHAI) -> str:
    """A failing need as a line of plain text: what, since when, why, and what it means."""
    served = local(one.served, zone) if one.served else "-"
    since = local(one.since, zone)
    return say("not_met", language).format(
        what=FAULTS[one.need][language],
        since=since,
        why=one.why,
        served=served,
        means=MEANS[one.need][language],
    )
