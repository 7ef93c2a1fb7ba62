"""Whether the running bot is well, for a supervisor; and how things stand, for a person."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.home import DATABASE, LOCK, is_held, lived_in, settings
from bot.ledger import Ledger
from config.settings import Settings

if TYPE_CHECKING:
    from bot.backdrop import Group

SILENT_AFTER = timedelta(minutes=2)  # without a sign of life or an answered poll
HOUR = timedelta(hours=1)
ENDED = "ended"  # fact: when the bot ended, and why; empty while it runs
STUCK_AFTER = timedelta(minutes=15)  # a message that waits this long is not merely paced


def check() -> int:
    """0 when the bot is well; 1 and the reason on standard output when not."""
    wrong = from_outside(settings(), datetime.now(UTC))
    print("healthy" if not wrong else "; ".join(wrong))
    return 1 if wrong else 0


def from_outside(known: Settings, now: datetime) -> list[str]:
    """Why the bot is not well, or that it does not run; empty when it is well."""
    gone = _gone(known)
    return [gone] if gone else reasons(known, now)


def _gone(known: Settings) -> str:
    """Since when no bot runs, and why; empty while one does, and where none ever has."""
    path = known.home / DATABASE
    if not path.exists():
        return ""
    with closing(Ledger(path, current=True)) as ledger:
        if not ledger.has_tables():
            return ""
        at, _, why = (ledger.fact(ENDED) or "").partition(" ")
        last = at or ledger.fact("alive") or ledger.fact("started")
    if not last:
        return "the bot never ran here"
    if not at and is_held(known.home / LOCK):
        return ""
    why = why or "it left no word: killed, or the machine went down"
    return f"not running since {datetime.fromisoformat(last):%Y-%m-%d %H:%M:%S} UTC ({why})"


def note_start(ledger: Ledger, now: datetime) -> None:
    """Notes that the bot runs from now on."""
    ledger.set_fact("started", now.isoformat())
    ledger.set_fact(ENDED, "")


def note_end(ledger: Ledger, now: datetime, why: str) -> None:
    """Notes that the bot ends, and why."""
    ledger.set_fact(ENDED, f"{now.isoformat()} {why}")


def reasons(known: Settings, now: datetime) -> list[str]:
    """Why the running bot, by itself, is not well; empty when it is."""
    path = known.home / DATABASE
    if not path.exists():
        return [f"there is no database in {path.parent}; the bot never ran"]
    with closing(Ledger(path, current=True)) as ledger:
        if not ledger.has_tables():
            return ["the bot never ran here"]
        found = [_silent(now, _last(ledger, "alive"), "no sign of life"), stuck(ledger, now)]
        if not known.telegram_webhook_url:  # Telegram calls us; there is no poll
            found.append(_silent(now, _last(ledger, "heard"), "no answered poll of Telegram"))
        return [reason for reason in found if reason]


def stuck(ledger: Ledger, now: datetime) -> str:
    """That messages wait longer than pacing explains; empty when they do not."""
    since = ledger.outbox.oldest()
    if not since or now - since <= STUCK_AFTER:
        return ""
    waiting = ledger.outbox.count("due", "sending")
    return f"{waiting} messages wait, the oldest since {since:%Y-%m-%d %H:%M} UTC"


def _last(ledger: Ledger, sign: str) -> str | None:
    """When there was last such a sign; a bot just started has not had the time to give one."""
    return max(filter(None, (ledger.fact("started"), ledger.fact(sign))), default=None)


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
    from bot.texts import local
    from market.calendar import SHANGHAI

    known = lived_in()
    with closing(open_app(known)) as app:
        days, ledger = app.store.days(), app.ledger
        ages = since_served(ledger, app.now()).items()
        sent, run = ledger.outbox.last_sent(), ledger.last_run("daily")
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
            "last sent": local(sent, SHANGHAI) if sent else "nothing yet",
            "hong kong": ledger.of("XHKG").evaluated() or "no day yet",
            "judged at": local(run.finished, SHANGHAI) if run and run.finished else "never",
            "sources": ", ".join(served) or "none has served yet",
            "faults": "; ".join(told(one, "en") for one in down(app)) or "none",
            "backdrop": ", ".join(_group(of) for of in groups(app.store, app.now().date())),
            "filling": _filling(missing(standing(app), "en"), bool(ages)),
            "beside": ", ".join(_fresh(*one) for one in fresh(app.store)),
            "backup": ledger.fact("backup_fault") or ledger.fact("tidied") or "none yet",
            "last cycle": ledger.fact("cycle") or "none yet",
            "bot": "; ".join(from_outside(known, app.now())) or "running, healthy",
        }
    for name, value in lines.items():
        Console().print(f"{name:<12}{value}", soft_wrap=True, highlight=False)


def _filling(missing: list[str], asked: bool) -> str:
    return "; ".join(missing) or ("nothing is missing" if asked else "nothing was asked for yet")
