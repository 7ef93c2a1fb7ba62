"""The journal betrays any change; alerts, the scoreboard and exports tell what is in it."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from bot import journal
from bot.__main__ import app as program
from bot.app import App
from bot.commands import answer
from bot.commands.asked import Asked
from bot.errors import UserError
from bot.export import run_export
from bot.ledger import Ledger
from bot.lived import settings_hash
from bot.messages import number
from bot.records import Chat, Entry, chained
from bot.texts import plain
from signals.model import Transition

READER = Chat(7, "private", "", "zh")


def ask(app: App, name: str, rest: str = "", language: str = "zh") -> str:
    chat = replace(READER, language=language)  # type: ignore[arg-type]
    given = answer(app, name, Asked(chat, 7, rest, date(2024, 6, 28)))
    return plain(given.text + (given.more(app) if given.more else ""))


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
    said = ""
    for words in (["journal"], ["journal", "verify"]):  # to verify is all there is to do
        with pytest.raises(SystemExit, match="0"):
            program(words)
        before, said = said, capsys.readouterr().out
        assert before in ("", said)
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
    assert "No alert of that number" in ask(lived, "alert", "000000", "en")


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
    assert lived.ledger.kept.votes()[name] == (1, 0)
    ask(lived, "useless", name)
    assert lived.ledger.kept.votes()[name] == (0, 1)
    assert "👎 1" in ask(lived, "alert", name)
    assert "没有这个编号" in ask(lived, "useful", "nothing")


def test_the_scoreboard_tells_what_happened_since(lived: App) -> None:
    said = ask(lived, "record")
    told = first(lived)
    net = lived.store.panel(lived.store.days()[-1], 200, [told.theme]).net[told.theme]
    since = net.loc[told.day :]
    change, lowest = since.iloc[-1] / since.iloc[0] - 1, since.iloc[1:].min() / since.iloc[0] - 1
    assert f"至今净 {change:+.1%}，60日内最低 {lowest:+.1%} #{number(told)}" in said
    assert "发酵：1 次" in said
    assert "同类警报" in said  # the shipped record beside it
    in_english = ask(lived, "record", language="en")
    assert "forming: 1 alert, " in in_english
    assert "to be expected 31% (19%–47%, n=272), of equally volatile themes 21%" in in_english


def test_the_score_stands_above_the_alerts_and_what_it_rests_on_below(lived: App) -> None:
    said = ask(lived, "record")
    places = [said.index(words) for words in ("发酵：1 次", "应有 31%", "至今净", "同类警报")]
    assert places == sorted(places)


def test_the_scoreboard_has_every_alert_a_page_at_a_time(lived: App) -> None:
    told, day = first(lived), lived.store.days()[-1]
    ledger = Ledger(None)
    themes = ("hot", "calm")
    days = lived.store.days()[-14:-1]
    many = [replace(told, day=d, theme=t, net=None) for d in days for t in themes]
    ledger.save_transitions(many)
    ledger.set_fact("evaluated", str(day))
    app, seen = replace(lived, ledger=ledger), []
    for page, turns in (("", ["r:2"]), ("2", ["r:1", "r:3"]), ("3", ["r:2"]), ("99", ["r:2"])):
        given = answer(app, "record", Asked(READER, 7, page, day))
        assert [data for row in given.buttons for _, data in row] == turns
        assert given.in_place is bool(page)
        if page != "99":
            assert given.more
            seen += re.findall(r"#([0-9a-f]{6})", given.more(app))
    assert sorted(seen) == sorted(map(number, many))
    assert "26 since the bot began" in ask(app, "record", "x", "en")


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
