"""The watch: what is wrong with the bot itself, told to its admins once, and its end once."""

import html
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot import health, sources
from bot.app import App
from bot.calendars import SESSIONS_AHEAD, calendar_of
from bot.hongkong import FAULT
from bot.names import FAULTS, MEANS, TROUBLES
from bot.records import PRIVATE, SEND, Outgoing
from bot.words import Language

PATIENCE = timedelta(hours=1)  # a day's figures may come late without a word to the admins
RECENT = timedelta(days=1)  # what happened once is told for so long
FREE_BYTES = 300e6
TITLES = TROUBLES | {need: FAULTS[need] for need in MEANS}
PREFIX = "trouble:"  # of the keys of what is told here


def troubles(app: App) -> dict[str, str]:
    """What is wrong now: kind (a key of TITLES) and detail."""
    ledger, now = app.ledger, app.now()
    found = {
        "data": _lasting(ledger.fact("fault"), now, PATIENCE),
        "hong_kong": _lasting(ledger.fact(FAULT), now, PATIENCE),
        "delivery": health.stuck(ledger, now),
        "given_up": _given_up(app, now),
        "backup": ledger.fact("backup_fault") or "",
        "disk": _disk(app),
        "calendar": _calendar(app),
        "skipped": _recent(ledger.fact("skipped"), now),
    }
    found |= {one.need: one.why for one in sources.down(app)}
    return {kind: detail for kind, detail in found.items() if detail}


def tell(app: App) -> int:
    """Tells every admin's chat of new troubles and of those that ended; gives the messages."""
    now, found, ledger = app.now(), troubles(app), app.ledger
    with ledger.atomic():
        known = {kind: ledger.fact(f"{PREFIX}{kind}") for kind in TITLES}
        new = [kind for kind in TITLES if kind in found and not known[kind]]
        over = [kind for kind in TITLES if kind not in found and known[kind]]
        for kind in new:
            ledger.set_fact(f"{PREFIX}{kind}", now.isoformat())
        for kind in over:
            ledger.set_fact(f"{PREFIX}{kind}", "")
        told = [(kind, found[kind]) for kind in new] + [(kind, "") for kind in over]
        return _queued(app, told, now) if told else 0


def _queued(app: App, told: Sequence[tuple[str, str]], now: datetime) -> int:
    """One message to each admin, a line for each trouble."""
    kinds = ",".join(f"{kind}:{'on' if detail else 'over'}" for kind, detail in told)
    key = f"{PREFIX}{kinds}:{now.isoformat()}"
    admins = [c for c in app.ledger.chats() if c.kind == PRIVATE and c.id in app.settings.admins]
    draft = Outgoing(key, 0, now.date(), "", now)
    return sum(
        app.ledger.outbox.enqueue(replace(draft, chat=c.id, text=_text(told, c.language)))
        for c in admins
    )


def _text(told: Sequence[tuple[str, str]], language: Language) -> str:
    return "\n".join(line(kind, detail, language) for kind, detail in told)


def line(kind: str, detail: str, language: Language) -> str:
    """A trouble as HTML; without a detail it is over."""
    words = TITLES[kind][language]
    if not detail:
        return f"✅ {words}: " + ("已恢复" if language == "zh" else "over")
    means = f"\n{MEANS[kind][language]}" if kind in MEANS else ""
    return f"🛠 <b>{words}</b>: {html.escape(detail)}{means}"


def _lasting(fault: str | None, now: datetime, patience: timedelta) -> str:
    """A fault noted as "since what", once it has lasted."""
    since, _, what = (fault or "").partition(" ")
    return what if since and now - datetime.fromisoformat(since) >= patience else ""


def _recent(event: str | None, now: datetime) -> str:
    """That something noted as "when what" happened lately; what it was stays in the ledger."""
    when = (event or "").partition(" ")[0]
    return when if when and now - datetime.fromisoformat(when) < RECENT else ""


def _given_up(app: App, now: datetime) -> str:
    here = {chat.id for chat in app.ledger.chats()}  # one that left is no trouble
    ours = [m for m in app.ledger.outbox.parked() if not m.key.startswith(PREFIX)]
    parked = [m for m in ours if m.operation == SEND]  # a deleted message needs no change
    lost = [m for m in parked if m.chat in here and now - m.created < RECENT]
    return f"{len(lost)}: {lost[-1].error}" if lost else ""


def _disk(app: App) -> str:
    free = shutil.disk_usage(app.settings.home).free
    return f"{free / 1e6:,.0f} MB" if free < FREE_BYTES else ""


def _calendar(app: App) -> str:
    left = calendar_of(app).known_after(app.now().date())
    return str(left) if left < SESSIONS_AHEAD else ""
