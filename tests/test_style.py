"""Colours that everybody can tell apart and read, and whose choice they are."""

from itertools import combinations

import pytest

from bot.records import Wishes, wishes_of
from bot.style import HATCHES, SHAPES, TONES, Look, contrast, legible, look_of, mixed
from signals.model import Kind, Stage
from tests.colours import EYES, LOOKS, apart


def test_the_distance_of_colours_is_the_published_one() -> None:
    assert apart("#ffffff", "#000000", "all cones") == pytest.approx(100, abs=0.1)
    assert apart("#ff0000", "#00ff00", "all cones") == pytest.approx(170.6, abs=0.5)
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("look", LOOKS)
def test_up_and_down_differ_to_every_eye(look: Look, eye: str) -> None:
    style = look.style
    assert apart(style.up, style.down, eye) > 25
    assert apart(style.tone(0.5), style.tone(-0.5), eye) > 10


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("look", LOOKS[::3])
def test_stages_differ_to_every_eye_and_by_hatch(look: Look, eye: str) -> None:
    tones = [look.style.paper, *look.style.stages.values()]
    assert min(apart(one, other, eye) for one, other in combinations(tones, 2)) > 15
    assert len({HATCHES.get(stage) for stage in look.style.stages}) == 3


@pytest.mark.parametrize("look", LOOKS)
def test_what_is_written_can_be_read(look: Look) -> None:
    style = look.style
    assert contrast(style.ink, style.paper) > 7
    assert contrast(style.pale, style.paper) > 4.5
    assert contrast(style.other, style.paper) > 4.5
    for ground in style.stages.values():
        assert contrast(style.ink, ground) > 4.5
    for size in range(-10, 11):
        ground = style.tone(size / 10)
        assert contrast(legible(ground), ground) > 4.5


def test_red_is_up_for_chinese_readers_and_green_for_others_unless_they_choose() -> None:
    nothing = Wishes({})
    assert look_of(nothing, "zh", "light", False) == Look("light", "cn")
    assert look_of(nothing, "en", "dark", False) == Look("dark", "west")
    chosen = wishes_of({"style": "dark", "colours": "safe"}, frozenset())
    assert look_of(chosen, "zh", "light", False) == Look("dark", "safe")
    assert look_of(Wishes({}, style="pink", colours="x"), "zh", "dark", False) == Look("dark", "cn")
    red, green = Look("light", "cn").style, Look("light", "west").style
    assert (red.up, red.down) == (green.down, green.up)
    assert int(red.up[1:3], 16) > int(red.up[3:5], 16)


def test_a_surge_is_marked_in_the_colour_of_up_and_each_kind_by_its_shape() -> None:
    style = Look("light", "west").style
    assert (style.mark(Kind.SURGE), style.mark(Kind.REVERSAL)) == (style.up, style.down)
    assert len(set(SHAPES.values())) == len(Kind)


def test_a_tone_goes_no_further_than_full() -> None:
    style = Look("dark", "cn").style
    assert style.tone(5) == style.tone(1) == style.up
    assert style.tone(-1) == style.down
    assert style.tone(0) == style.middle == TONES["dark"]["middle"]
    assert mixed("#000000", "#ffffff", 0.5) == "#808080"
    assert Stage.FORMING in style.stages
