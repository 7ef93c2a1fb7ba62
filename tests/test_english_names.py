"""Themes' names in English: where they come from, where they are shown, how they are found."""

from pathlib import Path

import pytest

from bot.commands.named import named, nearest
from bot.names import theme_name
from config.themes import load_themes
from market.source import Theme
from market.store import Store
from tests.refused import refusal


@pytest.fixture
def known() -> list[Theme]:
    store = Store(None, {"机器人": "Robots", "人形机器人": "Humanoid robots", "改了名": "Gone"})
    names = {"a": "机器人", "b": "人形机器人", "c": "白酒"}
    store.save_themes(
        Theme(id_, name, "concept", "XSHG", "em", "board") for id_, name in names.items()
    )
    return list(store.themes().values())


def found(known: list[Theme], text: str) -> list[str]:
    return [theme.id for theme in named(known, text)]


def test_a_name_in_english_stands_behind_the_chinese_one_in_english_alone(
    known: list[Theme],
) -> None:
    robots, _, liquor = known
    assert theme_name(robots, "en") == "机器人 Robots"
    assert theme_name(robots, "zh") == "机器人"
    assert theme_name(liquor, "en") == "白酒"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("robots", ["a"]),  # all of a name before a part of another
        ("Robot", ["a", "b"]),
        ("humanoid", ["b"]),
        ("机器人 Robots", ["a"]),  # as it is shown
        ("obots", []),  # letters within a word are no beginning
        ("jqr", ["a"]),
        ("白酒", ["c"]),
    ],
)
def test_a_theme_is_found_by_either_name(known: list[Theme], typed: str, meant: list[str]) -> None:
    assert found(known, typed) == meant


def test_a_slip_in_english_gives_the_nearest(known: list[Theme]) -> None:
    assert nearest(known, "robbots")[0].id == "a"


def test_a_theme_that_is_saved_again_keeps_its_row(known: list[Theme]) -> None:
    store = Store(None)
    store.save_themes(known)
    assert [theme.english for theme in store.themes().values()] == ["", "", ""]


def test_every_curated_theme_has_an_english_name_and_no_name_is_of_none(tmp_path: Path) -> None:
    listed = load_themes(tmp_path)
    names = {board for one in listed.curated for board in one.boards}
    names |= {one.name for one in listed.curated if one.name}
    assert listed.english.keys() == names


def test_an_operator_names_themes_too_and_a_name_without_letters_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "themes.toml"
    own.write_text('[english]\n"煤炭" = "Coal"\n', "utf-8")
    assert load_themes(tmp_path).english == {"煤炭": "Coal"}
    assert "english.煤炭" in refusal(load_themes, own, '[english]\n"煤炭" = ""\n')
