"""The README's scoreboard and the shipped record are what was measured, and of these settings."""

import json

import pytest

from bot.lived import settings_hash
from config.record import FILE, shipped
from config.settings import Settings
from tests.bench.scoreboard import FIGURES, README, STAGES, filled, record

AGAIN = "run python -m tests.bench.scoreboard"


def test_the_readme_and_the_record_are_what_was_measured() -> None:
    figures, readme = json.loads(FIGURES.read_text("utf-8")), README.read_text("utf-8")
    assert readme == filled(readme, figures), AGAIN
    assert FILE.read_text("utf-8") == record(figures), AGAIN


def test_every_stage_of_the_record_has_its_own_figures() -> None:
    assert list(shipped()) == list(STAGES)
    for known in shipped().values():
        assert known.low <= known.hits / known.onsets <= known.high


def test_a_figure_that_is_changed_by_hand_is_noticed() -> None:
    figures, readme = json.loads(FIGURES.read_text("utf-8")), README.read_text("utf-8")
    figures["held_out"]["rows"][1]["precision"] += 0.1
    assert filled(readme, figures) != readme


def test_the_scoreboard_is_of_the_settings_that_are_shipped(settings: Settings) -> None:
    measured = json.loads(FIGURES.read_text("utf-8"))["settings"]
    if measured != settings_hash(settings):
        pytest.skip(f"rules or policy have changed since the scoreboard was measured: {AGAIN}")
