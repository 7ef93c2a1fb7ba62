"""A short form of each row of `make chaos`; the counts are small, the parts are the same."""

import pytest

from tests.chaos.commands import commands
from tests.chaos.days import days
from tests.chaos.hearing import CANNOT_BE_READ, heals, outage, refused
from tests.chaos.kills import kills
from tests.chaos.messages import messages
from tests.chaos.power import power


def test_kills_lose_nothing() -> None:
    row = kills(4)
    assert row.lost == 0, row
    assert row.doubled == row.marked, row  # how many are on the wire depends on the machine


def test_messages_get_through_mixed_faults() -> None:
    row = messages(150)
    assert row.holds, row
    assert row.doubled > 0  # so that the marks were put to the test


@pytest.mark.filterwarnings("ignore::hypothesis.errors.NonInteractiveExampleWarning")
def test_generated_commands_are_answered_well_or_not_at_all() -> None:
    row = commands(1500)
    assert row.holds, row


def test_a_power_cut_at_every_commit_is_survived() -> None:
    row = power(step=10**9, chats=1)
    assert row.holds, row


def test_trading_days_with_faults_and_a_jumping_clock() -> None:
    row = days(2)
    assert row.holds, row


@pytest.mark.parametrize("fault", ["404", "unreadable", "outage"])
def test_it_hears_again(fault: str) -> None:
    faults = {
        "404": refused("404", 1),
        "unreadable": lambda api: api.told(CANNOT_BE_READ),
        "outage": outage(3),
    }
    row = heals(fault, faults[fault])
    assert row.holds, row
