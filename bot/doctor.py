"""`paomo doctor`: settings, store and the ways out, a line each, with what to do about a fault."""

import asyncio
from collections.abc import Callable
from contextlib import closing

from bot.app import open_app
from bot.calendars import calendar_of
from bot.errors import UserError
from bot.home import news_words, settings, themes
from config.settings import Settings
from market import baostock


def run(live: bool = False) -> int:
    """Prints a line for every check; 0 when all passed, 1 otherwise.

    `live` also asks each group of hosts that data come from.
    """
    try:
        known = settings()
    except UserError as error:
        print(f"✗ {error}")
        return 1
    told: dict[str, str] = {}
    results = [_checked(name, check, known, told) for name, check in CHECKS.items()]
    if live:
        from bot.live import run as ask

        results.append(ask(known, print))
    return 0 if all(results) else 1


def _checked(
    name: str, check: Callable[[Settings], str], known: Settings, told: dict[str, str]
) -> bool:
    """Whether a check passed; `told` are the faults so far and whose they are, each told once."""
    try:
        print(f"✓ {name}: {check(known)}")
    except Exception as error:  # the doctor reports every fault and goes on
        secret = known.telegram_token.get_secret_value() if known.telegram_token else ""
        fault = str(error).replace(secret, "…") if secret else str(error)
        first = told.setdefault(fault or type(error).__name__, name)
        print(f"✗ {name}: {fault or type(error).__name__ if first == name else f'see {first}'}")
        return False
    return True


def _home(known: Settings) -> str:
    probe = known.home / ".probe"
    known.home.mkdir(parents=True, exist_ok=True)
    probe.write_text("")
    probe.unlink()
    return f"{known.home} can be written"


def _store(known: Settings) -> str:
    with closing(open_app(known)) as app:
        days = app.store.days()
        held = f"{len(days)} days to {days[-1]}" if days else "no day yet; import or run daily"
        return f"{len(app.store.themes())} themes, {held}"


def _calendar(known: Settings) -> str:
    with closing(open_app(known)) as app:
        left = calendar_of(app).known_after(app.now().date())
    return f"{left} trading days ahead are known"


def _sources(known: Settings) -> str:
    from bot.sources import down, told

    with closing(open_app(known)) as app:
        failing = [told(one, "en") for one in down(app)]
        if failing:
            raise UserError("\n  ".join(failing))
        asked = bool(app.ledger.served())
    if not asked:
        return "nothing was asked for yet; that begins with `paomo run` or `paomo daily`"
    return "all that was asked for last time came"


def _lists(known: Settings) -> str:
    curated, kinds = themes(known.home).curated, news_words(known.home)
    return f"{len(curated)} followed themes, {len(kinds)} word lists for news"


def _whole_days(known: Settings) -> str:
    installed = baostock.version()
    why = baostock.obstacle(installed, known.source.budget[baostock.GROUP], known.data_proxy)
    return why or f"{installed}, past days of the whole market"


def _people(known: Settings) -> str:
    if not known.admins and not known.allowed:
        raise UserError("nobody may use the bot: set PAOMO_ADMINS or PAOMO_ALLOWED to your id")
    return f"{len(known.admins)} admins, {len(known.allowed)} more users or chats"


def _font(known: Settings) -> str:
    from bot.style import font_path

    return f"Chinese font {font_path().name}"


def _telegram(known: Settings) -> str:
    if not known.telegram_token:
        raise UserError("no TELEGRAM_TOKEN; get one from @BotFather (only `run` needs it)")
    return asyncio.run(_get_me(known))


async def _get_me(known: Settings) -> str:
    from telegram.error import BadRequest, NetworkError, TelegramError

    from bot import sender

    bot = sender.builder(known).build().bot
    try:
        async with bot:
            return f"the bot is @{bot.username}"
    except TelegramError as error:
        why = sender.told(error)
        unreached = isinstance(error, NetworkError) and not isinstance(error, BadRequest)
        raise UserError(sender.unreached(known, why) if unreached else str(why)) from None


CHECKS: dict[str, Callable[[Settings], str]] = {
    "home": _home,
    "lists": _lists,
    "store": _store,
    "calendar": _calendar,
    "sources": _sources,
    "people": _people,
    "baostock": _whole_days,
    "font": _font,
    "telegram": _telegram,
}
