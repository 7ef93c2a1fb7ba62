"""The stages a theme was in, also before the bot judged its first day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from bot import messages
from bot.app import App, judge
from bot.commands import answer
from bot.commands.asked import Asked
from bot.history import show
from bot.ledger import Ledger
from bot.records import Chat
from bot.replayed import stages
from bot.texts import plain
from config.settings import Settings
from market.source import Theme
from market.store import Store
from signals.model import Stage, ThemeState, Transition
from signals.panel import Panel
from signals.replay import replay
from tests import markets

PANEL = markets.panel(themes=1)  # t0 has a mania and a bust


class Stored(Store):
    """A store that holds the panel."""

    def __init__(self) -> None:
        super().__init__(None)
        self.reads = 0

    def days(self, until: date | None = None, limit: int = -1) -> list[date]:
        known = [day for day in PANEL.days if not until or day <= until]
        return known if limit < 0 else known[-limit:]

    def panel(self, until: date, days: int, themes: Sequence[str] | None = None) -> Panel:
        assert (days, themes) == (-1, ["t0"])
        self.reads += 1
        return PANEL.until(until)


def judged_from(settings: Settings, first: date) -> tuple[App, list[tuple[date, Stage]]]:
    """An app that judged the panel's days from one on, and all stages of t0 with their first days.

    What came before, it has folded without a word.
    """
    ledger, (rules, policy) = Ledger(None), judge(settings)
    told: list[Transition] = []
    for day, states, changes in replay(PANEL, rules, policy):
        own = [t for t in changes if t.theme == "t0"]
        told += own
        ledger.save_states([states["t0"]])
        if day >= first:
            ledger.save_transitions(own, {t.key: () for t in own})
    every = [(t.day, t.after.stage) for t in told if t.before.stage is not t.after.stage]
    return App(settings, Stored(), ledger, rules, policy, lambda: None), every  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize("judged", range(4))
def test_stages_before_the_first_judged_day_are_as_a_replay_has_them(
    settings: Settings, judged: int
) -> None:
    _, every = judged_from(settings, date.max)
    assert [stage for _, stage in every] == ["forming", "bubble", "bursting"]
    first = [*(day for day, _ in every), date.max][judged]
    app, _ = judged_from(settings, first)
    assert stages(app, "t0", PANEL.days[0], PANEL.as_of) == every
    assert stages(app, "t0", PANEL.days[0], every[-2][0]) == every[:-1]


def test_what_the_bot_judged_stands_and_nothing_is_read_where_it_suffices(
    settings: Settings,
) -> None:
    app, every = judged_from(settings, PANEL.days[0])
    assert stages(app, "t0", every[0][0], PANEL.as_of) == every
    other = [replace(t, day=PANEL.as_of) for t in app.ledger.transitions("t0")[-1:]]
    app.ledger.save_transitions(other, {})
    assert stages(app, "t0", PANEL.days[0], PANEL.as_of)[-1] == (PANEL.as_of, Stage.BURSTING)
    assert stages(app, "t1", PANEL.days[0], PANEL.as_of) == []  # quiet ever since
    assert app.ledger.standing.state("t1") == ThemeState("t1")
    assert isinstance(app.store, Stored)
    assert app.store.reads == 0


def test_a_chart_says_that_stages_before_the_bot_began_are_from_a_replay(
    settings: Settings,
) -> None:
    _, every = judged_from(settings, date.max)
    app, _ = judged_from(settings, every[1][0])
    app.store.save_themes([Theme("t0", "题材", "concept", "XSHG", "file", "members")])
    app.ledger.set_fact("evaluated", str(PANEL.as_of))
    asked = Asked(Chat(7, "private", "", "en"), 7, "题材", PANEL.as_of)
    assert "replay" not in answer(app, "chart", asked).text  # nothing is judged yet
    app.ledger.journal.add(every[1][0], "{}")
    words = f"stages before {every[1][0]} are from a replay; nothing was pushed then"
    assert words in answer(app, "chart", asked).text
    quiet = replace(asked, rest="别的")
    app.store.save_themes([Theme("t1", "别的", "concept", "XSHG", "file", "members")])
    assert "replay" not in answer(app, "chart", quiet).text


@pytest.mark.parametrize("stage", [Stage.FORMING, Stage.BUBBLE, Stage.BURSTING, Stage.OVER])
def test_paomo_replay_words_evidence_as_the_chat_does(
    settings: Settings, capsys: pytest.CaptureFixture[str], stage: Stage
) -> None:
    rules, policy = judge(settings)
    store = Store(None)
    panel = markets.panel(themes=6)
    store.save_themes(Theme(t, t, "concept", "XSHG", "file", "members") for t in panel.close)
    every = (t for _, _, told in replay(panel, rules, policy) for t in told)
    told = next(t for t in every if t.after.stage is stage)
    show([told], store, False, policy)
    printed = capsys.readouterr().out.splitlines()
    day = messages.Day(told.day, None, store.themes(), {}, policy=policy)
    said = plain(messages.alerts([told], day, "zh")[0]).splitlines()
    grounds = [line for line in said if line[0:1] in ("●", "○")]
    assert grounds
    assert [line for line in printed if line[0:1] in ("●", "○")] == grounds
    assert all(line.startswith("●") for line in grounds), "it was entered on what held"
