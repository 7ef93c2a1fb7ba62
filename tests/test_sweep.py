"""Themes replayed in parts are the themes replayed at once."""

from bot.app import judge
from config.settings import Settings
from signals.compare import crossings
from signals.evaluate import evaluate
from signals.replay import folded
from signals.sweep import THEMES_A_PART, pieces, told
from tests import markets


def test_parts_say_what_the_whole_says_in_the_same_order(settings: Settings) -> None:
    panel = markets.panel(days=300, themes=THEMES_A_PART + 4)
    assert [len(piece.close.columns) for piece in pieces(panel)] == [THEMES_A_PART, 4]
    rules, policy = judge(settings)
    found, scores = told(panel, rules, policy), evaluate(panel, rules)
    whole = [t for _, _, of_day in folded(scores, policy) for t in of_day]
    assert repr(found.transitions) == repr(whole)  # as text: what is not known equals nothing
    assert found.crossed == {
        rule.name: crossings(scores.frame(rule.name), rule.threshold) for rule in rules
    }
    assert sum(map(len, found.crossed.values())) > 100
