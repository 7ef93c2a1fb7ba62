"""The journal betrays any change; alerts, the scoreboard and exports tell what is in it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from bot import jobs, journal
from bot.app import App, judge
from bot.commands import answer
from bot.commands.asked import Asked
from bot.errors import UserError
from bot.export import run_export
from bot.home import DATABASE
from bot.ledger import Ledger
from bot.messages import number
from bot.records import Chat, Entry, chained
from bot.score import settings_hash
from bot.texts import plain
from config.settings import Settings
from market.derive import derive
from market.store import Store
from signals.model import Transition
from tests import markets

READER = Chat(7, "private", "", "zh")


@pytest.fixture(scope="module")
def lived(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> App:
    """An app that lived through a simulated market day by day, in a file."""
    home = tmp_path_factory.mktemp("home")
    store, ledger = Store(home / DATABASE), Ledger(home / DATABASE)
    markets.fill(store)
    derive(store, store.bar_days(), backfilled=True)
    known = settings.model_copy(update={"home": home})
    app = App(known, store, ledger, *judge(known), lambda: datetime(2024, 6, 28, 9, tzinfo=UTC))
    for day in store.days()[-40:]:
        jobs.daily(app, day)
    return app


def ask(app: App, name: str, rest: str = "", language: str = "zh") -> str:
    chat = replace(READER, language=language)  # type: ignore[arg-type]
    return plain(answer(app, name, Asked(chat, 7, rest, date(2024, 6, 28))).text)


def test_every_judged_day_has_an_entry_and_the_chain_holds(lived: App) -> None:
    entries = lived.ledger.journal.entries()
    assert [entry.day for entry in entries] == [str(d) for d in lived.store.days()[-40:]]
    assert journal.broken(entries) == ""
    assert journal.missing(entries, lived.ledger.transitions()) == ""
    assert lived.ledger.transitions()


def changed(entries: list[Entry], how: str) -> list[Entry]:
    told = next(n for n, entry in enumerate(entries) if '"id"' in entry.text)
    if how == "text":
        entries[told] = entries[told]._replace(text=entries[told].text.replace("surge", "over"))
    elif how == "dropped":
        del entries[told]
    elif how == "swapped":
        entries[0], entries[1] = entries[1], entries[0]
    elif how == "rehashed":  # the text and its own hash: the next entry betrays it
        text = entries[told].text.replace("surge", "over")
        entries[told] = Entry(entries[told].day, text, chained(entries[told - 1].hash, text))
    elif how == "day":
        entries[told] = entries[told]._replace(day="2020-01-01")
    return entries


@pytest.mark.parametrize("how", ["text", "dropped", "swapped", "rehashed", "day"])
def test_any_change_breaks_the_chain(lived: App, how: str) -> None:
    assert journal.broken(changed(lived.ledger.journal.entries(), how))


def test_an_alert_taken_from_the_ledger_alone_is_missed(lived: App) -> None:
    entries, told = lived.ledger.journal.entries(), lived.ledger.transitions()
    assert "not in both" in journal.missing(entries, told[1:])


def test_the_program_says_whether_it_is_intact(
    lived: App, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PAOMO_HOME", str(lived.settings.home))
    journal.run_verify()
    said = capsys.readouterr().out
    assert "40 days from" in said
    assert lived.ledger.journal.entries()[-1].hash in said
    with lived.ledger.atomic():
        kept = lived.ledger.journal.entries()[3]
        sql = "UPDATE journal SET text=? WHERE day=?"
        lived.ledger._db.execute(sql, (kept.text + " ", kept.day))
    with pytest.raises(UserError, match=rf"the entry of {kept.day} \(4 of 40\) was changed"):
        journal.run_verify()
    lived.ledger._db.execute(sql, (kept.text, kept.day))


def first(app: App) -> Transition:
    return app.ledger.transitions()[0]


def test_an_alert_is_shown_again_with_its_hashes(lived: App) -> None:
    told = first(lived)
    entry = lived.ledger.journal.entry(told.day)
    assert entry
    for text in (number(told), f"#{number(told)}", number(told).upper()):
        said = ask(lived, "alert", text)
        assert str(told.day) in said
        assert entry.hash[:16] in said
    assert "没有这个编号" in ask(lived, "alert", "zzz")
    assert "No alert of that number" in ask(lived, "alert", "", "en")


def test_the_data_hash_is_that_of_the_data(lived: App) -> None:
    told = first(lived)
    panel = lived.store.panel(told.day, 1, [told.theme])
    entry = lived.ledger.journal.entry(told.day)
    assert entry
    assert journal.data_hash(panel, told.theme) in entry.text
    moved = replace(panel, close=panel.close * (1 + 1e-12))
    assert journal.data_hash(moved, told.theme) not in entry.text


def test_what_readers_think_counts_once_each(lived: App) -> None:
    name = number(first(lived))
    for _ in range(2):
        assert "已记下" in ask(lived, "useful", name)
    assert lived.ledger.votes()[name] == (1, 0)
    ask(lived, "useless", name)
    assert lived.ledger.votes()[name] == (0, 1)
    assert "👎 1" in ask(lived, "alert", name)
    assert "没有这个编号" in ask(lived, "useful", "nothing")


def test_the_scoreboard_tells_what_happened_since(lived: App) -> None:
    said = ask(lived, "record")
    told = first(lived)
    net = lived.store.panel(lived.store.days()[-1], 200, [told.theme]).net[told.theme]
    change = net.iloc[-1] / net.loc[told.day] - 1
    assert f"{change:+.1%} #{number(told)}" in said
    assert "发酵：1 次" in said
    assert "同类警报" in said  # the shipped record beside it
    assert "1 alerts" in ask(lived, "record", language="en")


def test_without_alerts_the_scoreboard_says_so(lived: App) -> None:
    assert "还没有警报" in ask(replace(lived, ledger=Ledger(None)), "record")


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_what_is_exported_is_what_is_known(
    lived: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("PAOMO_HOME", str(lived.settings.home))
    run_export(tmp_path / "out", kind)  # type: ignore[arg-type]
    read = pd.read_parquet if kind == "parquet" else pd.read_csv
    names = ("alerts", "signals", "theme_days", "scores")
    alerts, signals, days, scores = (read(tmp_path / "out" / f"{name}.{kind}") for name in names)
    told = lived.ledger.transitions()
    assert list(alerts["id"]) == [f"#{number(t)}" for t in told]
    assert len(signals) == sum(len(t.signals) for t in told)
    panel = lived.store.panel(lived.store.days()[-1], 1, ["hot"])
    last = days[(days["theme"] == "hot") & (days["day"].astype(str) == str(panel.as_of))]
    assert last["close"].item() == pytest.approx(panel.close["hot"].item(), rel=1e-12)
    assert last["pe"].isna().item()
    assert list(scores["name"][:3]) == ["forming", "bubble", "bursting"]
    assert len(scores) == 3 + len(lived.rules) + 1
    assert set(scores["settings"]) == {settings_hash(lived.settings)}
    assert {"low", "high", "lift_low", "lead_median", "matched_base_rate"} <= set(scores.columns)
