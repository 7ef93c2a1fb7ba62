"""Who stands in for whom: one table, and the README says the same."""

from pathlib import Path

import pytest

from market.akshare.chains import CHAINS
from market.akshare.fetch import FUNCTIONS
from market.transport import GROUPS

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
STAND_INS = {need: steps for need, steps in CHAINS.items() if len(steps) > 1}


def test_every_step_can_be_taken_and_every_function_is_a_step() -> None:
    steps = [step for steps in CHAINS.values() for step in steps]
    assert {step.call for step in steps} == FUNCTIONS.keys()
    known = {name for name, _ in GROUPS}
    assert {host for step in steps for host in step.hosts.split(", ") if host} <= known


def test_each_step_after_the_first_says_what_is_lost() -> None:
    for need, (first, *others) in CHAINS.items():
        assert not first.lost, need
        assert all(step.lost for step in others), need


@pytest.mark.parametrize("need", STAND_INS)
def test_the_readme_tells_who_stands_in(need: str) -> None:
    first, *others = STAND_INS[need]
    told = "; ".join(f"{step.hosts or 'nobody'} ({step.requests}): {step.lost}" for step in others)
    assert f"| {need} | {first.hosts} ({first.requests}) | {told} |" in README
