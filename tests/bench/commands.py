"""How fast every command is answered, in both languages, on the reference history.

A home as the program makes it, judged over its last year, so that there are alerts to tell of; what
stands behind the themes (macro series) is simulated. An answer is timed from the question to its
text, with the lines that are made apart (they wait for no other chat), without pictures. These are
drawn apart, after a first one, which brings matplotlib.
"""

import logging
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np

from bot.app import App, open_app
from bot.commands import COMMANDS, answer
from bot.commands.asked import Asked
from bot.commands.lookups import MEASURES
from bot.draw import ALBUM, draw
from bot.jobs import daily
from bot.messages import number
from bot.records import Chat
from bot.words import Language
from config.settings import load
from market.series import SERIES
from tests.bench.life import ALL, program
from tests.bench.row import FOLDER, Row

ASKED_MS, ASKED_TIMES, NAMED = 150, 20, 10  # of each command and language; themes asked for
JUDGED_DAYS = 250  # trading days the bot has lived
MONTHS = 120  # of each macro series
ADMIN = 42
DRAWN = ("chart", "chain", "compare", "digest", "macro")  # answers with a picture
DRAWN_TIMES, DRAWN_SECONDS, DRAWN_KB = 10, 1, 300  # of each kind; of another theme if it has one
APART = ("replay", "test", "testmessage", "backup")  # what a worker makes is not awaited in 150 ms
OF_A_THEME = (
    *("theme", "why", "chain", "chart", "history", "similar", "watch", "unwatch", "mute", "unmute"),
    *("members", "fundamentals", "events", "news"),
)
OF_AN_ALERT = ("alert", "useful", "useless")


def rows() -> Iterator[Row]:
    """A row for each command: the slower language's 95 % quantile; and what is made apart."""
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as scratch:
        app = _lived(Path(scratch))
        names = _names(app)
        for name in COMMANDS:
            took = {language: _asked(app, name, names, language) for language in ("zh", "en")}
            slowest = max(took.values())
            each = ", ".join(f"{language} {ms:.0f}" for language, ms in took.items())
            text = f"/{name}, 95 % of {ASKED_TIMES} answers ({each} ms)"
            yield Row(text, slowest, None, "ms", f"{ASKED_MS} ms", slowest <= ASKED_MS)
        for name in DRAWN:
            yield _drawn(app, name, names)
        for name in APART:
            yield Row(f"/{name}, its lines made apart", _apart(app, name), None, "s", "", True)
        app.close()


def _lived(home: Path) -> App:
    """An app over the reference history, judged over its last days."""
    (home / "themes.toml").write_text(ALL, "utf-8")
    ashare = FOLDER / "ashare"
    program(home, "import", "--bars", ashare / "bars", "--members", ashare / "members.csv.gz")
    known = {"PAOMO_HOME": str(home), "PAOMO_ADMINS": str(ADMIN), "TELEGRAM_TOKEN": f"{ADMIN}:x"}
    last = date(2024, 6, 28)
    app = open_app(load(known), lambda: datetime(2024, 6, 28, 9, tzinfo=UTC))
    months = [last - timedelta(days=30 * n + 20) for n in range(MONTHS)]
    for key in SERIES:
        app.store.macro.save((key, day, 100.0 + day.month, day, day) for day in months)
    days = app.store.days()
    daily(app, days[-JUDGED_DAYS - 1])
    daily(app, days[-1])  # all days between as well
    return app


def _names(app: App) -> list[str]:
    """The themes with the largest run-ups: there is most to say of them."""
    sizes = app.ledger.standing.values("run_up", app.store.exchange)
    known = sorted((t for t in sizes if sizes[t] == sizes[t]), key=lambda t: -sizes[t])
    themes = app.store.themes()
    return [themes[theme].id for theme in known[:NAMED]]


def _asked(app: App, name: str, themes: Sequence[str], language: Language) -> float:
    """Milliseconds within which 95 % of the answers to a command come."""
    took = []
    for turn in range(ASKED_TIMES):
        asked = _question(
            app, name, [themes[turn % NAMED], themes[turn % NAMED - 1]], language, turn
        )
        start = time.perf_counter()
        given = answer(app, name, asked)
        if given.more and name not in APART:
            given.more(app)
        took.append(1e3 * (time.perf_counter() - start))
    return float(np.quantile(took, 0.95))


def _question(app: App, name: str, of: Sequence[str], language: Language, turn: int = 0) -> Asked:
    """A question as people ask it, of one or two themes; of turn to turn another of several."""
    theme = of[0]
    told = app.ledger.transitions()[-1]
    rests = {"stock": ["600519"], "replay": ["2019-04-10", str(told.day)], "test": ["exuberance"]}
    rests |= {name: [theme] for name in OF_A_THEME} | {name: [number(told)] for name in OF_AN_ALERT}
    rests |= {"history": [theme, ""], "record": ["", "2", "9"], "allow": ["77"], "ban": ["77"]}
    rests |= {"compare": [" ".join(of)], "themes": ["", "bubble"], "top": ["", *MEASURES]}
    rests |= {
        "news": [theme, ""],
        "help": ["", "why"],
        "style": ["", "dark"],
        "settings": ["", "quiet 22-8"],
    }
    asked = rests.get(name, [""])
    chat = Chat(ADMIN, "private", "", language)
    return Asked(chat, ADMIN, asked[turn % len(asked)], date(2024, 6, 28))


def _drawn(app: App, name: str, themes: Sequence[str]) -> Row:
    """The slowest of several pictures of a kind, after one that is not counted.

    Of a theme there may be none to draw: one without sub-industries has no chain.
    """
    seconds, sizes = [], []
    for turn in range(DRAWN_TIMES + 1):
        of = [themes[turn % NAMED], themes[turn % NAMED - 1]]
        picture = answer(app, name, _question(app, name, of, "zh")).picture
        assert picture
        ALBUM.clear()
        start = time.perf_counter()
        png = draw(app, picture)
        if png:
            seconds.append(time.perf_counter() - start)
            sizes.append(len(png) / 1e3)
    slowest, largest = max(seconds[1:]), max(sizes)
    told = f"first {seconds[0]:.1f} s, at most {largest:.0f} kB"
    text = f"picture of /{name}, slowest of {len(seconds) - 1} ({told})"
    holds = largest < DRAWN_KB and slowest < DRAWN_SECONDS
    return Row(text, slowest, None, "s", f"{DRAWN_SECONDS} s, {DRAWN_KB} kB", holds)


def _apart(app: App, name: str) -> float:
    """Seconds of what a worker makes of an answer."""
    given = answer(app, name, _question(app, name, [""], "zh"))
    start = time.perf_counter()
    if given.more:
        given.more(app)
    return time.perf_counter() - start
