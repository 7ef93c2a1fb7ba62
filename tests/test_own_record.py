"""The record in each alert: the store's own once there is enough, else the shipped one, and why."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot import messages, own_record
from bot.app import App, judge
from bot.home import DATABASE
from bot.jobs import daily, facts_of
from bot.ledger import Ledger
from bot.own_record import ENOUGH_ONSETS, _record, kept, made, renew_monthly
from bot.words import Language
from config.record import Own, Record, shipped
from config.settings import Settings
from market.store import Store
from signals.model import Stage
from signals.panel import Panel
from tests import markets
from tests.test_messages import SURGE, TOLD, TURN

OWN = Record(date(2020, 1, 2), date(2024, 6, 28), date(2022, 5, 6), 0.1, 60, 80, 32, 0.3, 0.5, 0.2)


@pytest.fixture
def lived(settings: Settings, home: Path) -> App:
    """An app over a small history whose last day is judged."""
    known = settings.model_copy(update={"home": home})
    now = datetime(2024, 6, 28, 9, tzinfo=UTC)
    path = home / DATABASE
    app = App(known, Store(path), Ledger(path), *judge(known), lambda: now)
    daily(app, app.store.days()[-1])
    return app


@pytest.fixture(scope="module")
def panel() -> Panel:
    return markets.panel(days=500, themes=6)


@pytest.mark.parametrize(
    ("count", "apart", "enough"),
    [(ENOUGH_ONSETS, 11, True), (ENOUGH_ONSETS - 1, 12, False), (ENOUGH_ONSETS, 4, False)],
)
def test_a_record_needs_enough_alerts_in_enough_months(
    panel: Panel, count: int, apart: int, enough: bool
) -> None:
    days = [panel.days[90 + apart * n] for n in range(count)]
    found = _record(
        panel, [(day, f"t{n % 6}") for n, day in enumerate(days)], date(2022, 5, 6), markets.LABEL
    )
    if enough:
        assert isinstance(found, Record)
        assert found.onsets == count
        assert found.low <= found.hits / count <= found.high
        assert (found.since, found.until) == (panel.days[0], panel.as_of)
    else:
        assert found == count


def test_alerts_that_are_not_decided_yet_do_not_count(panel: Panel) -> None:
    late = [(panel.days[-2], f"t{n}") for n in range(1, 6)]
    assert _record(panel, late, date(2022, 5, 6), markets.LABEL) == 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_alert_tells_the_store_s_own_record(language: Language) -> None:
    told = replace(TOLD, own=Own({"bursting": OWN}, {"forming": 7, "bubble": 0}))
    (text,) = messages.alerts([TURN], told, language)
    assert ("自有记录" if language == "zh" else "own record") in text
    assert "40%" in text
    assert "2022-05-06" in text
    (text,) = messages.alerts([SURGE], told, language)
    known = shipped()["forming"]
    assert f"{known.hits / known.onsets:.0%}" in text
    assert ("自有记录仅 7 次" if language == "zh" else "own record: only 7, too few") in text


def test_days_the_rules_were_tuned_on_do_not_count(panel: Panel) -> None:
    shift = timedelta(days=1100)
    moved = {
        f.name: getattr(panel, f.name).set_axis([day - shift for day in panel.days])
        for f in fields(Panel)
    }
    days = [panel.days[90 + 11 * n] - shift for n in range(30)]
    found = _record(
        Panel(**moved), [(day, f"t{n % 6}") for n, day in enumerate(days)], days[0], markets.LABEL
    )
    assert found == 0


def test_the_record_of_simulated_figures_is_not_told() -> None:
    simulated = {"t": replace(TOLD.themes["t"], source="simulated")}
    told = replace(TOLD, own=Own({"bursting": OWN}, {}), themes=simulated)
    assert messages.record(TURN, told, "zh") == ""


def test_the_record_is_made_once_a_month_and_told_from_then_on(lived: App) -> None:
    assert kept(lived.ledger) is None
    renew_monthly(lived, date(2024, 6, 28))
    first = kept(lived.ledger)
    assert first == made(lived)
    assert first
    assert first.few == {"forming": 0, "bubble": 0, "bursting": 0}
    assert facts_of(lived, date(2024, 6, 28)).own == first
    lived.ledger.set_fact(own_record.OWN, "")
    renew_monthly(lived, date(2024, 6, 30))
    assert kept(lived.ledger) is None
    renew_monthly(lived, date(2024, 7, 1))
    assert kept(lived.ledger) == first


def test_before_any_day_is_judged_there_is_no_record(lived: App) -> None:
    fresh = replace(lived, ledger=Ledger(None))
    renew_monthly(fresh, date(2024, 6, 28))
    assert kept(fresh.ledger) is None


def test_a_record_survives_being_kept(lived: App) -> None:
    own = Own({Stage.BUBBLE.value: OWN}, {"forming": 3})
    lived.ledger.set_fact(own_record.OWN, own_record.ADAPTER.dump_json(own).decode())
    assert kept(lived.ledger) == own
