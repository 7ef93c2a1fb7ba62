"""docs/methods.md tells every rule with the defaults it really has, and no rule there is not."""

import re
from pathlib import Path

from config.settings import Settings

PAGE = (Path(__file__).parents[1] / "docs" / "methods.md").read_text("utf-8")
RULES_PART = PAGE.partition("\n## Rules\n")[2].partition("\n## ")[0]
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", RULES_PART, re.M | re.S))


def test_every_rule_has_its_section(settings: Settings) -> None:
    assert SECTIONS.keys() == settings.rules.keys()


def test_the_defaults_of_the_page_are_those_of_the_program(settings: Settings) -> None:
    for name, block in settings.rules.items():
        told = dict(re.findall(r"`(\w+) = ([\d.-]+)`", SECTIONS[name]))
        assert {key: float(value) for key, value in told.items()} == block, name
