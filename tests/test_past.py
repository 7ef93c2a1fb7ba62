"""Past run-ups in the bot: followed evening by evening, made anew by an import, asked about."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from bot import context, messages, past
from bot.app import App, judge, open_app
from bot.commands import answer
from bot.commands.asked import Asked
from bot.history import run_import
from bot.jobs import daily
from bot.ledger import Ledger
from bot.records import Chat
from bot.texts import plain
from bot.words import WORDS, Language
from config.settings import Settings, load
from market.facts import as_int
from market.source import Theme
from market.store import Store
from market.world import NASDAQ
from signals.lead import Lead
from signals.model import Kind, Stage, ThemeState, Transition
from signals.panel import FRAMES
from signals.runs import Run, known_on
from tests import rides
from tests.rides import DOWN, UP
from tests.test_messages import DAY, THEMES, TOLD
from tests.test_runs import alike

Legs = Sequence[tuple[int, float]]
READER = Chat(7, "private", "", "zh")
PAST = [[(5 * n, 1.0), UP, (n % 9 + 1, 1.0), DOWN, (150, 1.0)] for n in range(24)]
TODAY: Legs = [(330, 1.0), (45, 1.5)]


def lived(settings: Settings, legs: Sequence[Legs]) -> App:
    """An app over themes t0, t1, ... with levels alone, nothing judged yet; all simulated."""
    net = rides.frame(**{f"t{n}": rides.path(*own) for n, own in enumerate(legs)})
    store, ledger = Store(None), Ledger(None)
    known = settings.model_copy(update={"home": Path(__file__).parent})
    store.save_themes(
        Theme(t, f"题材 <{t[1:]}>", "concept", "XSHG", "simulated", "members") for t in net
    )
    rest = [None] * (len(FRAMES) - 1)
    store.save_theme_days(
        (as_int(day), theme, float(level), *rest, 1, None)
        for theme in net
        for day, level in net[theme].items()
    )
    store.save_market_days(
        (as_int(day), 1.0, None, None, None, None, None, "simulated") for day in net.index
    )
    return App(known, store, ledger, *judge(known), lambda: datetime(2024, 6, 28, 8, tzinfo=UTC))


@pytest.fixture(scope="module")
def app(settings: Settings) -> App:
    """Judged up to its last day, on which the first theme's run-up goes on."""
    made = lived(settings, [TODAY, *PAST])
    daily(made, made.store.days()[-1])
    return made


def ask(app: App, name: str, rest: str = "", language: Language = "zh") -> str:
    chat = Chat(7, "private", "", language)
    return plain(answer(app, name, Asked(chat, 7, rest, date(2024, 6, 28))).text)


def runs_of(app: App) -> list[Run]:
    return list(app.ledger.run_ups.all())


def test_evenings_one_by_one_keep_what_all_at_once_would(settings: Settings) -> None:
    stepped, at_once = (lived(settings, [TODAY, *PAST[:6]]) for _ in range(2))
    days = stepped.store.days()
    for day in days[-12:]:
        daily(stepped, day)
    past.rebuild(at_once, date.max)
    assert len(runs_of(at_once)) == 7
    assert alike(runs_of(stepped), runs_of(at_once))


def test_days_caught_up_with_are_followed_too(settings: Settings) -> None:
    stepped, at_once = (lived(settings, [TODAY, *PAST[:3]]) for _ in range(2))
    days = stepped.store.days()
    for day in (days[-50], days[-30], days[-1]):
        daily(stepped, day)
    past.rebuild(at_once, date.max)
    assert alike(runs_of(stepped), runs_of(at_once))


def test_rules_that_are_not_those_followed_with_begin_anew(settings: Settings) -> None:
    made = lived(settings, [TODAY, *PAST[:3]])
    daily(made, made.store.days()[-2])
    before, through = runs_of(made), made.store.days()[-2]
    with made.ledger.atomic():
        made.ledger.run_ups.forget()
        made.ledger.run_ups.save(before[:1], through, ["other"])
    daily(made, made.store.days()[-1])
    assert alike(known_on(runs_of(made), through), before)


def test_what_the_ledger_keeps_comes_back_as_it_was(app: App, settings: Settings) -> None:
    other = lived(settings, [TODAY, *PAST])
    past.rebuild(other, date.max)
    assert alike(runs_of(other), runs_of(app))
    assert app.ledger.run_ups.all() is app.ledger.run_ups.all()  # read once


def test_the_history_of_a_theme_says_how_it_ended(app: App) -> None:
    said = ask(app, "history", "题材 <1>")
    assert "+50.0% (30日) · -20.0% (41日) · 回吐 60% · 120日内未收复" in said
    assert "still going on" in ask(app, "history", "题材 <0>", "en")
    assert "时钟" in ask(app, "history", "题材 <0>")


def test_the_history_of_all_gives_the_largest_and_the_speeds(app: App) -> None:
    said = ask(app, "history", "", "en")
    assert said.count(" given back ·") + said.count("still going on") == 10
    assert "of 24 settled run-ups" in said
    assert "30 days up at 1.36% a day, 44 days down at 0.50% a day, ratio 2.7" in said
    assert "says nothing by itself" in said
    assert "below their 20-day average on day" not in said  # nothing is known of members here


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_likeness_says_how_they_went_on_and_what_it_is_worth(
    app: App, language: Language
) -> None:
    said = ask(app, "similar", "题材 <0>", language)
    assert {"zh": "什么也没预示", "en": "told nothing"}[language] in said
    assert {"zh": "曾净跌10%", "en": "fell 10%"}[language] in said
    assert "nan" not in said


def test_a_theme_at_rest_is_like_none(app: App) -> None:
    assert "没有进行中的行情" in ask(app, "similar", "题材 <3>")
    assert "No run-up is going on" in ask(app, "similar", "题材 <3>", "en")


def test_a_card_has_the_clock_and_what_leads_it(app: App) -> None:
    assert "clock: trading day" in ask(app, "theme", "题材 <0>", "en")
    assert "all 24 past run-ups" in ask(app, "theme", "题材 <0>", "en")  # none was over so soon
    assert "nan" not in ask(app, "theme", "题材 <0>", "en")
    assert "24段行情" in ask(app, "theme", "题材 <0>")
    assert "clock" not in ask(app, "theme", "题材 <1>", "en")
    assert "NASDAQ" not in ask(app, "theme", "题材 <0>", "en")


def test_too_few_past_run_ups_make_no_clock(settings: Settings) -> None:
    made = lived(settings, [TODAY, *PAST[:3]])
    daily(made, made.store.days()[-1])
    assert "以往行情仅 3 段，不足以计时" in ask(made, "theme", "题材 <0>")


def test_a_lead_that_stands_out_is_kept_and_told(settings: Settings) -> None:
    made = lived(settings, [TODAY])
    rng = np.random.default_rng(1)
    moves = rng.normal(0, 0.01, 300)
    days = made.store.days()[-300:]
    made.store.save_themes([Theme("led", "随美股", "concept", "XSHG", "simulated", "members")])
    rest = [None] * (len(FRAMES) - 1)
    levels = np.exp(np.cumsum(moves + rng.normal(0, 0.003, 300)))
    made.store.save_theme_days(
        (as_int(day), "led", float(level), *rest, 1, None)
        for day, level in zip(days, levels, strict=True)
    )
    sessions = [made.store.days()[-301], *days[:-1]]
    made.store.save_points(
        (NASDAQ.id, as_int(day), float(close), None, "simulated")
        for day, close in zip(sessions, np.exp(np.cumsum(moves)), strict=True)
    )
    daily(made, days[-1])
    assert made.ledger.run_ups.leads()["led"].lag == 1
    assert "领先 1 个交易日" in ask(made, "theme", "随美股")


@pytest.mark.parametrize(
    ("lag", "said"), [(1, "leads by 1 "), (5, "leads by 5 "), (0, "follows by 1 ")]
)
def test_who_leads_is_said_with_its_chance(lag: int, said: str) -> None:
    text = context.lead(Lead(lag, 0.25, 0.18, 249), "en")
    assert said in text
    assert "+0.25" in text
    assert "by chance 5%" in text


ENDED = ThemeState("t", Stage.OVER, DAY, date(2024, 2, 1), 2.0, 3.0, date(2024, 2, 20))


def over(net: float | None, state: ThemeState = ENDED) -> str:
    days = [date(2024, 2, 1), date(2024, 2, 20), date(2024, 2, 21), DAY]
    told = Transition("t", DAY, Kind.OVER, state, state, (), net)
    day = messages.Day(
        DAY,
        TOLD.market,
        THEMES,
        {},
        past=SimpleNamespace(days=days, runs=()),  # type: ignore[arg-type]  # all that is asked of it
    )
    return messages.alerts([told], day, "en")[0]


def test_an_episode_that_is_over_says_how_it_ended() -> None:
    said = "from 2024-02-01 it lasted 3 trading days: up 50.0% net to its peak on 2024-02-20,"
    assert f"{said} then down 20.0%; 60% of the rise given back" in over(2.4)


def test_what_is_not_known_of_an_end_is_not_said() -> None:
    assert "it lasted" not in over(None)  # kept by an earlier version
    flat = ThemeState("t", Stage.OVER, DAY, date(2024, 2, 1), 2.0, 2.0, date(2024, 2, 1))
    assert "it lasted" in over(1.9, flat)
    assert "given back" not in over(1.9, flat)


@pytest.mark.parametrize(
    ("key", "figures"),
    [("by_chance", ["1.3", "1.6"]), ("likeness_worth", ["-0.19 to 0.03", "-0.24 to -0.04", "784"])],
)
def test_what_answers_say_of_their_worth_is_what_was_measured(key: str, figures: list[str]) -> None:
    page = (Path(__file__).parents[1] / "docs" / "methods.md").read_text("utf-8")
    for figure in figures:
        assert figure in WORDS[key]["en"]
        assert figure.split(" to ")[0] in WORDS[key]["zh"]
        assert figure in page


def test_an_import_makes_its_run_ups_known_at_once(
    tmp_path: Path, files: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAOMO_HOME", str(tmp_path))
    run_import(*files, None, None)
    made = open_app(load({"PAOMO_HOME": str(tmp_path)}))
    assert made.ledger.evaluated() is None
    assert made.ledger.run_ups.followed(past.marks(made)) == made.store.days()[-1]
    assert str(made.store.days()[-1]) in ask(made, "history")
    made.close()


def test_a_boards_past_that_comes_in_later_makes_the_run_ups_anew(app: App) -> None:
    days = app.store.days()
    late = replace(app, ledger=Ledger(None))
    daily(late, days[-2])
    known = late.ledger.run_ups.all()
    (first, *_) = known
    late.ledger.run_ups.save([replace(first, theme="wrong")], days[-2], past.marks(late))
    app.store.set_note(f"history:{first.theme}", str(days[-2]))
    daily(late, days[-1])  # a followed run-up would have stayed as it was
    assert "wrong" not in {run.theme for run in late.ledger.run_ups.all()}
    assert late.ledger.run_ups.followed(past.marks(late)) == days[-1]
