"""Before the close: what a look would make of the day, and what it may not make up."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from config.settings import Settings
from market.theme_days import MA_DAYS, Bars, levels, stock_days
from signals.evaluate import evaluate
from signals.lifecycle import Policy
from signals.model import Kind, Stage, ThemeState
from signals.panel import FRAMES, Panel
from signals.provisional import Glimpse, estimated, needed_moves, would_tell
from signals.replay import READ, fold
from signals.rules import Rule
from tests import markets


@pytest.fixture(scope="module")
def policy(settings: Settings) -> Policy:
    from bot.app import judge

    return judge(settings)[1]


@pytest.fixture(scope="module")
def panel() -> Panel:
    """A panel whose market moves as the median theme does, as a look takes it to."""
    made = markets.panel()
    moves = made.close.pct_change(fill_method=None).median(axis=1).fillna(0)
    return replace(made, benchmark=1000 * (1 + moves).cumprod())


def glimpse(panel: Panel, row: int, **more: object) -> Glimpse:
    """A look that happens to see what the close will say."""
    moves = panel.close.iloc[row] / panel.close.iloc[row - 1] - 1
    above = panel.above_ma20.iloc[row]
    seen = Glimpse(panel.days[row], moves.to_dict(), above.to_dict())
    return replace(seen, **more)  # type: ignore[arg-type]


def test_a_look_that_is_right_says_the_surges_that_the_close_says(
    panel: Panel, rules: tuple[Rule, ...], policy: Policy
) -> None:
    read = [rule for rule in rules if rule.name in (*READ, "fall")]
    scores, states, found = evaluate(panel, read), dict[str, ThemeState](), 0
    for row, day in enumerate(panel.days):
        after, told = fold(states, scores, day, policy)
        if row > 300:
            would = would_tell(
                panel.until(panel.days[row - 1]), states, glimpse(panel, row), rules, policy
            )
            surges = {(t.theme, t.after.stage) for t in told if t.kind is Kind.SURGE}
            assert {(t.theme, t.after.stage) for t in would if t.kind is Kind.SURGE} == surges
            found += len(surges)
        states = after
    assert found >= 2


def test_what_a_look_cannot_know_is_unknown_in_its_row(panel: Panel) -> None:
    past = panel.until(panel.days[-2])
    row = estimated(past, glimpse(panel, -1))
    assert row.as_of == panel.as_of
    known = {name for name in FRAMES if row.__dict__[name].iloc[-1].notna().any()}
    assert known == {"close", "members", "ma20_known", "above_ma20"}
    for name in FRAMES:  # the past is left as it was
        assert row.__dict__[name].iloc[:-1].equals(past.__dict__[name].astype(float))


def test_an_unknown_move_moves_nothing(
    panel: Panel, rules: tuple[Rule, ...], policy: Policy
) -> None:
    past, nan = panel.until(panel.days[-60]), float("nan")
    state = ThemeState("t0", Stage.FORMING, pending=Stage.BUBBLE, pending_days=1, peak_net=1.0)
    for moves in ({}, {"t0": nan}, {"t1": 0.01, "t0": nan}):
        seen = Glimpse(panel.days[-59], moves, {"t0": 30.0})
        assert would_tell(past, {"t0": state}, seen, rules, policy) == []


@pytest.mark.parametrize(("pending_days", "told"), [(0, False), (1, True)])
def test_a_stage_that_needs_two_days_is_told_on_the_last_of_them(
    panel: Panel, rules: tuple[Rule, ...], policy: Policy, pending_days: int, told: bool
) -> None:
    assert policy.for_days == 2
    scores = evaluate(panel, [rule for rule in rules if rule.name in READ])
    run_up, breadth = (scores.frame(name)["t0"] for name in ("run_up", "breadth"))
    row = int(np.flatnonzero((run_up > 0.3) & (breadth > 0.7))[0])
    pending = Stage.BUBBLE if pending_days else None
    state = ThemeState("t0", Stage.FORMING, pending=pending, pending_days=pending_days)
    past = panel.until(panel.days[row - 1])
    would = would_tell(past, {"t0": state}, glimpse(panel, row), rules, policy)
    assert [t.after.stage for t in would if t.theme == "t0"] == [Stage.BUBBLE] * told


def test_the_market_is_the_median_of_the_known_boards() -> None:
    nan = float("nan")
    assert Glimpse(markets.weekdays(1)[0], {"a": 0.01, "b": 0.03, "c": nan}, {}).market == 0.02
    assert np.isnan(Glimpse(markets.weekdays(1)[0], {"c": nan}, {}).market)


def test_a_needed_move_is_where_the_average_is_crossed() -> None:
    """Against the day's own count: a stock is above its average just when it moved by more."""
    rng, days = np.random.default_rng(5), markets.weekdays(80)
    returns = np.clip(rng.normal(0, 0.03, (80, 50)), -0.09, 0.09)
    close = 10 * np.cumprod(1 + returns, axis=0)
    before, ones = close / (1 + returns), np.ones_like(close)
    bars = Bars(
        tuple(days), tuple(f"{600000 + n}" for n in range(50)), close, before, close, ones, ones,
        np.full(50, 10**6),
    )  # fmt: skip
    above = stock_days(bars).above_ma20
    needed = needed_moves(levels(bars)[-MA_DAYS:-1])
    assert (returns[-1] > needed).tolist() == above[-1].tolist()
    assert 0 < above[-1].sum() < 50
    assert np.isnan(needed_moves(pd.DataFrame({"a": [1.0, np.nan, 2.0]}).to_numpy())).all()
