"""Whether the running bot is well, for a supervisor; and how things stand, for a person."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.home import DATABASE, settings
from bot.ledger import Ledger
from config.settings import Settings

if TYPE_CHECKING:
    from bot.backdrop import Group

SILENT_AFTER = timedelta(minutes=2)  # without a sign of life or an answered poll
HOUR = timedelta(hours=1)
STUCK_AFTER = timedelta(minutes=15)  # a message that waits this long is not merely paced


def check() -> int:
    """0 when the bot is well; 1 and the reason on standard output when not."""
    wrong = reasons(settings(), datetime.now(UTC))
    print("healthy" if not wrong else "; ".join(wrong))
    return 1 if wrong else 0


def reasons(known: Settings, now: datetime) -> list[str]:
    """Why the running bot is not well; empty when it is."""
    path = known.home / DATABASE
    if not path.exists():
        return [f"there is no database in {path.parent}; the bot never ran"]
    with closing(Ledger(path, current=True)) as ledger:
        if not ledger.has_tables():
            return ["the bot never ran here"]
        found = [_silent(now, ledger.fact("alive"), "no sign of life"), stuck(ledger, now)]
        if not known.telegram_webhook_url:  # Telegram calls us; there is no poll
            found.append(_silent(now, _heard(ledger), "no answered poll of Telegram"))
        return [reason for reason in found if reason]


def stuck(ledger: Ledger, now: datetime) -> str:
    """That messages wait longer than pacing explains; empty when they do not."""
    since = ledger.outbox.oldest()
    if not since or now - since <= STUCK_AFTER:
        return ""
    waiting = ledger.outbox.count("due", "sending")
    return f"{waiting} messages wait, the oldest since {since:%Y-%m-%d %H:%M} UTC"


def _heard(ledger: Ledger) -> str | None:
    """When Telegram last answered a poll; a bot just started has not been answered yet."""
    started, heard = ledger.fact("started"), ledger.fact("heard")
    return max(filter(None, (started, heard)), default=None)


def _silent(now: datetime, stamp: str | None, what: str) -> str:
    if not stamp:
        return f"{what} yet"
    last = datetime.fromisoformat(stamp)
    return f"{what} since {last:%Y-%m-%d %H:%M:%S} UTC" if now - last > SILENT_AFTER else ""


def since_served(ledger: Ledger, now: datetime) -> dict[str, timedelta]:
    """How long ago each source last gave what it was asked for."""
    return {name: now - at for name, at in ledger.served().items()}


def _group(of: "Group") -> str:
    newest = f"{of.newest} from {of.source}, {of.age_days} d old" if of.newest else "nothing yet"
    return f"{of.name} {of.alive}/{of.of} ({newest})"


def _fresh(name: str, newest: str, count: int, source: str) -> str:
    return f"{name} {count:,} ({f'{newest} from {source}' if newest else 'nothing yet'})"


def print_status() -> None:
    """What the store holds, what was judged and sent last, and what waits."""
    from rich.console import Console

    from bot.app import open_app
    from bot.backdrop import groups
    from bot.filling import standing
    from bot.filling_texts import missing
    from bot.happened import fresh
    from bot.sources import down, told

    known = settings()
    with closing(open_app(known)) as app:
        days, ledger = app.store.days(), app.ledger
        ages = since_served(ledger, app.now()).items()
        served = [f"{name} {age / HOUR:.1f} h ago" for name, age in ages]
        span = f"{days[0]} to {days[-1]}, {len(days)} days" if days else "no day yet"
        lines = {
            "home": known.home,
            "themes": len(app.store.themes()),
            "stored": span,
            "judged": ledger.evaluated() or "no day yet",
            "chats": len(ledger.chats()),
            "waiting": ledger.outbox.count("due", "sending"),
            "given up": ledger.outbox.count("parked"),
            "last sent": ledger.outbox.last_sent() or "nothing yet",
            "hong kong": ledger.of("XHKG").evaluated() or "no day yet",
            "judged at": run.finished if (run := ledger.last_run("daily")) else "never",
            "sources": ", ".join(served) or "none has served yet",
            "faults": "; ".join(told(one, "en") for one in down(app)) or "none",
            "backdrop": ", ".join(_group(of) for of in groups(app.store, app.now().date())),
            "filling": "; ".join(missing(standing(app), "en")) or "nothing is missing",
            "beside": ", ".join(_fresh(*one) for one in fresh(app.store)),
            "backup": ledger.fact("backup_fault") or ledger.fact("tidied") or "none yet",
            "last cycle": ledger.fact("cycle") or "none yet",
            "bot": "; ".join(reasons(known, app.now())) or "running, healthy",
        }
    for name, value in lines.items():
        Console().print(f"{name:<12}{value}", soft_wrap=True, highlight=False)
