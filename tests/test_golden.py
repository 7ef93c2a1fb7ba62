"""Every template is kept as one rendered message for each language, read by a person."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot import messages, texts
from bot.commands import answer
from bot.commands.asked import Asked
from bot.correction_messages import Told, corrections
from bot.digest import watched_table
from bot.jobs import daily
from bot.ledger_corrections import Correction
from bot.ledger_provisional import Outcome, Provisional
from bot.provisional_messages import Ending, provisional
from bot.records import Chat
from bot.week import Due
from bot.week import Week as Record
from bot.wish_messages import Week, weekly
from bot.words import LANGUAGES, Language
from config.settings import Settings
from market.revisions import Revision
from signals.model import Stage, ThemeState
from signals.scorecard import Label
from tests.test_messages import DAY, GOLDEN, SURGE, TOLD, TURN, golden
from tests.test_past import PAST, TODAY, lived

TEMPLATES = Path(__file__).parents[1] / "bot" / "templates"
NO_MESSAGE = {"parts", "report.html"}  # what others are made of, and a page

each_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.mark.parametrize("template", sorted({f.stem for f in TEMPLATES.glob("*.j2")} - NO_MESSAGE))
@each_language
def test_every_template_has_a_golden_file(template: str, language: Language) -> None:
    assert (GOLDEN / f"{template}_{language}.txt").exists()


@each_language
def test_changes_while_the_bot_was_away(language: Language) -> None:
    earlier = replace(SURGE, day=date(2024, 2, 28))
    states = {"t": TURN.after}
    (text,) = messages.missed([earlier, TURN], TOLD, states, language)
    golden(f"missed_{language}", text)


@each_language
def test_a_week_at_a_glance(language: Language) -> None:
    days = [date(2024, 2, 29), DAY]
    ended = Record((Due(SURGE, True, 12, -0.117),), 5, 3, 2, 400, Label(0.1, 60))
    moves = [(0.01, -0.002), (0.012, -0.003)]
    week = Week(days, [TURN, SURGE], 2, moves, [(DAY, TOLD.faults)], ended)
    states = {"t": TURN.after}
    own = watched_table({"t"}, TOLD, states, {"t": TURN.signals}, language)
    text = weekly(week, TOLD, states, {"t": 0.31}, language, own)
    golden(f"weekly_{language}", text)


@each_language
def test_a_word_within_the_day_and_its_three_endings(language: Language) -> None:
    at = datetime(2024, 3, 1, 5, 31, tzinfo=UTC)
    word = Provisional(at, TURN, -0.041, 0.006, 40, 3, 2, 1)
    blind = replace(word, members=float("nan"))
    endings = {
        Outcome.CONFIRMED: Ending(number=messages.number(TURN)),
        Outcome.WITHDRAWN: Ending(moved=-0.012, stage=Stage.BUBBLE),
        Outcome.UNCONFIRMED: Ending(),
    }
    parts = [provisional(each, TOLD, language) for each in (word, blind)]
    parts += [provisional(word, TOLD, language, *known) for known in endings.items()]
    golden(f"provisional_{language}", "\n\n~~~\n\n".join(parts))


@each_language
def test_corrections_of_each_kind(language: Language) -> None:
    fell = replace(TURN.signals[1], value=0.081)
    other = replace(TURN, signals=(TURN.signals[0], fell, *TURN.signals[2:]))
    moved = replace(TURN, day=date(2024, 3, 4))
    state = ThemeState("t", Stage.BURSTING, DAY)
    cases = [
        (Correction(1, "ab1858", TURN, other, "a" * 64, "b" * 64), None, "next_close"),
        (Correction(1, "ab1858", TURN, None, "", "b" * 64), None, "operator"),
        (Correction(1, "ab1858", TURN, None, "a" * 64, "b" * 64), moved, "next_close"),
        (Correction(1, "ab1858", None, moved, "", "b" * 64), None, "next_close"),
    ]
    shown = []
    for one, late, why in cases:
        instead = Correction(1, "", None, late, "", "") if late else None
        revision = Revision(1, DAY, DAY, why, 3)
        shown += corrections([Told(one, instead)], revision, {"t": state}, TOLD, language)
    every = [Told(one) for one, _, _ in (*cases, *cases[:2])]
    shown += corrections(every, Revision(1, DAY, DAY, "operator", 3), {}, TOLD, language, 7)
    golden(f"correction_{language}", "\n\n~~~\n\n".join(shown))


@pytest.mark.parametrize("name", ["theme", "history", "why", "events"])
@each_language
def test_a_theme_on_its_run_up(settings: Settings, name: str, language: Language) -> None:
    app = lived(settings, [TODAY, *PAST[:6]])
    daily(app, app.store.days()[-1])
    asked = Asked(Chat(7, "private", "", language), 7, "题材 <0>", date(2024, 6, 28))
    text = "\n".join(texts.split(answer(app, name, asked).text))
    golden(f"{'card' if name == 'theme' else name}_{language}", text)
