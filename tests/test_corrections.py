"""Data that prove wrong: alerts corrected in their place, in the journal, and for good."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from bot import correcting, corrections, jobs, journal
from bot.app import App, judge
from bot.commands import answer
from bot.commands.asked import Asked
from bot.errors import UserError
from bot.home import DATABASE
from bot.ledger import Ledger
from bot.ledger_corrections import SINCE
from bot.messages import number
from bot.records import Chat
from bot.texts import plain
from config.settings import Settings
from market.derive import derive
from market.facts import as_int
from market.revise import REVISED, revise
from market.store import Store
from signals.model import Kind, Signal, Stage, ThemeState, Transition
from signals.replay import replay
from tests import markets
from tests.botapi import BotApi
from tests.test_threads import answers, delivered

DAYS = markets.weekdays(130)
WRONG = DAYS[112]  # the hot stocks seem to close 8 % higher, which tells a surge too early
ME, GROUP = Chat(7, "private", "", "zh"), Chat(-7, "supergroup", "群", "en")


@pytest.fixture
def app(settings: Settings, tmp_path: Path) -> App:
    store, ledger = Store(tmp_path / DATABASE), Ledger(tmp_path / DATABASE)
    markets.fill(store)
    sql = "UPDATE bar SET close=close*1.08, high=high*1.08 WHERE day=? AND code<='600007'"
    store._db.execute(sql, (as_int(WRONG),))
    derive(store, store.bar_days(), backfilled=True)
    for chat in (ME, GROUP):
        ledger.save_chat(chat)
    known = settings.model_copy(update={"home": tmp_path})
    return App(known, store, ledger, *judge(known), lambda: datetime(2024, 6, 28, 9, tzinfo=UTC))


def right() -> pd.DataFrame:
    """The true bars of that day."""
    bars = markets.bars()
    chosen = (bars["day"] == str(WRONG)) & (bars["code"] <= "600007")
    return bars[chosen][["day", "code", "close", "high"]]


def lived(app: App, until: date) -> Transition:
    """Evenings until a day; gives the alert that should not have been."""
    for day in DAYS[110 : DAYS.index(until) + 1]:
        jobs.daily(app, day)
    (told,) = app.ledger.transitions()
    return told


def by_operator(app: App, tmp_path: Path) -> str:
    right().to_csv(tmp_path / "right.csv", index=False)
    return correcting.corrected(app, tmp_path / "right.csv")


def test_an_alert_on_a_wrong_bar_is_corrected_where_it_was_told(
    app: App, api: BotApi, tmp_path: Path
) -> None:
    told = lived(app, DAYS[115])
    assert told.day < DAYS[116]
    firsts = {m["chat_id"]: n for n, m in enumerate(delivered(app, api), 1) if number(told) in
              m.get("text", "")}  # fmt: skip
    said = by_operator(app, tmp_path)
    assert said == f"revision 1: 8 bars from {WRONG}, 1 alerts corrected"
    sent = {m["chat_id"]: m for m in delivered(app, api)}
    assert sent.keys() == firsts.keys() == {"7", "-7"}
    assert {chat: answers(m) for chat, m in sent.items()} == firsts
    assert (
        f"更正 · <b>热题材</b> · {told.day} #{number(told)}".replace("更正", "<b>更正</b>")
        in (sent["7"]["text"])
    )
    assert "按更正后的数据: 不会有这条警报" in sent["7"]["text"]
    assert "stage now: quiet" in sent["-7"]["text"]
    assert app.ledger.states()["hot"].stage is Stage.QUIET


def test_after_a_correction_live_is_what_a_replay_says(app: App, tmp_path: Path) -> None:
    told = lived(app, DAYS[115])
    by_operator(app, tmp_path)
    for day in DAYS[116:]:
        jobs.daily(app, day)
    panel = app.store.panel(DAYS[-1], 200)
    *_, (_, states, _) = replay(panel, app.rules, app.policy)
    assert app.ledger.states() == states
    expected = [t for _, _, new in replay(panel, app.rules, app.policy) for t in new]
    assert expected
    assert [(t.day, t.kind) for t in app.ledger.transitions() if t != told] == [
        (t.day, t.kind) for t in expected
    ]


def test_a_correction_is_an_entry_that_the_chain_vouches_for(app: App, tmp_path: Path) -> None:
    told = lived(app, DAYS[115])
    by_operator(app, tmp_path)
    jobs.daily(app, DAYS[116])
    entries = app.ledger.journal.entries()
    assert [entry.day for entry in entries[-3:]] == [
        str(DAYS[115]), f"{DAYS[115]}#01", str(DAYS[116])
    ]  # fmt: skip
    assert journal.broken(entries) == ""
    assert journal.missing(entries, app.ledger.transitions()) == ""
    (one,) = json.loads(entries[-2].text)["corrections"]
    assert (one["id"], one["now"]) == (number(told), None)
    kept = app.ledger.journal.entry(told.day)
    assert kept
    assert one["data"][0] in kept.text  # the hash of what it stood on
    assert one["data"][1] == journal.data_hash(app.store.panel(told.day, 1, ["hot"]), "hot")
    changed = [e._replace(text=e.text.replace('"now":null', '"now":0')) for e in entries]
    assert f"{DAYS[115]}#01" in journal.broken(changed)


def test_an_alert_is_shown_as_it_was_sent_with_what_it_turned_out_to_be(
    app: App, tmp_path: Path
) -> None:
    told = lived(app, DAYS[115])
    asked = Asked(ME, 7, number(told), DAYS[-1])
    before = plain(answer(app, "alert", asked).text)
    by_operator(app, tmp_path)
    after = plain(answer(app, "alert", asked).text)
    assert after.startswith(before)
    assert "来源 导入的历史" in before
    assert "不会有这条警报" in after[len(before):]  # fmt: skip
    given = answer(app, "record", replace(asked, rest=""))
    assert given.more
    record = plain(given.more(app))
    assert f"#{number(told)} ✏️ 不会有这条警报" in record


def test_judged_again_twice_nothing_is_said_twice(app: App, tmp_path: Path) -> None:
    """As after a crash between the ledger's transaction and the store's note."""
    lived(app, DAYS[115])
    by_operator(app, tmp_path)
    counts = app.ledger.outbox.count("due"), len(app.ledger.journal.entries())
    app.store.set_note(REVISED, str(WRONG))
    jobs.daily(app, DAYS[115])
    assert corrections.settle(app, jobs.facts_of) == 0
    assert (app.ledger.outbox.count("due"), len(app.ledger.journal.entries())) == counts
    assert app.store.note(REVISED) == ""


def test_what_was_not_judged_again_in_time_is_so_on_the_next_evening(app: App) -> None:
    told = lived(app, DAYS[115])
    with app.store.atomic():
        bars = right().assign(day=WRONG)
        revise(app.store, bars, DAYS[116], "next_close")
    jobs.daily(app, DAYS[116])
    (one,) = app.ledger.corrections.all(number(told))
    assert one.now is None
    (text,) = (m.text for m in app.ledger.outbox.waiting() if "correction" in m.key and m.chat == 7)
    assert "与次日公布的昨收不符" in text


def test_an_alert_told_on_another_day_by_right_figures_says_which(app: App, tmp_path: Path) -> None:
    """And one that was never told starts its thread with the correction."""
    for day in DAYS[110:]:
        jobs.daily(app, day)
    early = app.ledger.transitions()[0]
    by_operator(app, tmp_path)
    found = {one.alert: one for one in app.ledger.corrections.all()}
    (late,) = (one.now for one in found.values() if one.was is None and one.now)
    key = f"{DAYS[-1]}:correction:1:1"
    (text,) = (m.text for m in app.ledger.outbox.waiting() if m.key == key and m.chat == 7)
    assert f"{late.day} 🔺 <b>热题材</b> · 升温 · 冰点 → 发酵 #{number(late)}" in text
    assert found[number(early)].now is None
    assert app.ledger.tellings.thread(7, late.episode) == key
    said = plain(answer(app, "alert", Asked(ME, 7, number(late), DAYS[-1])).text)
    assert "当时: 没有警报" in said


def test_too_old_or_strange_bars_change_nothing(app: App, tmp_path: Path) -> None:
    lived(app, DAYS[115])
    file = tmp_path / "x.csv"
    rows = right()
    for wrong, reason in (
        (rows.assign(day=str(DAYS[90])), "too far back: days after"),
        (rows.head(1).assign(code="999999"), "no bar of 999999"),
        (rows.assign(close=0), "a close above zero"),
        (rows.drop(columns="close"), "missing"),
        (pd.concat([rows, rows]), "stand twice"),
    ):
        wrong.to_csv(file, index=False)
        with pytest.raises(UserError, match=reason):
            correcting.corrected(app, file)
    assert app.store.revisions.all() == []
    app.store.bars(WRONG, WRONG).assign(day=str(WRONG)).to_csv(file, index=False)
    assert "nothing to correct" in correcting.corrected(app, file)


def test_days_can_be_judged_again_since_states_are_kept(app: App) -> None:
    lived(app, DAYS[115])
    assert app.ledger.fact(SINCE) == str(DAYS[109])
    for day in DAYS[110:116]:
        states = app.ledger.corrections.states(day)
        *_, (_, expected, _) = replay(app.store.panel(day, 200), app.rules, app.policy)
        assert states == expected
    other = replace(app, policy=replace(app.policy, for_days=3))
    jobs.daily(other, DAYS[116])  # other rules would say other things of the same figures
    assert app.ledger.fact(SINCE) == str(DAYS[115])


def test_states_that_are_too_old_go(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corrections, "REACH_DAYS", 3)
    lived(app, DAYS[115])
    assert app.ledger.fact(SINCE) == str(DAYS[112])
    *_, (_, expected, _) = replay(app.store.panel(DAYS[112], 200), app.rules, app.policy)
    assert app.ledger.corrections.states(DAYS[112]) == expected


SIGNAL = Signal("t", "run_up", WRONG, 0.30, 0.25, "fraction")
TOLD = Transition(
    "t", WRONG, Kind.SURGE, ThemeState("t"), ThemeState("t", Stage.FORMING), (SIGNAL,)
)


@pytest.mark.parametrize(
    ("now", "same"),
    [
        (TOLD, True),
        (None, False),
        (replace(TOLD, signals=(replace(SIGNAL, value=0.3099),)), True),
        (replace(TOLD, signals=(replace(SIGNAL, value=0.31),)), False),
        (replace(TOLD, signals=(replace(SIGNAL, value=float("nan")),)), False),
        (replace(TOLD, signals=(replace(SIGNAL, value=0.249),)), False),
        (replace(TOLD, after=ThemeState("t", Stage.BUBBLE)), False),
        (replace(TOLD, signals=()), False),
    ],
)
def test_figures_that_moved_a_little_correct_nothing(now: Transition | None, same: bool) -> None:
    assert corrections.same(TOLD, now) is same
    assert corrections.same(now, TOLD) is (same or (now is not None and not now.signals))


def test_a_theme_that_is_judged_no_more_keeps_no_evening_from_its_judgement(
    app: App, tmp_path: Path
) -> None:
    told = lived(app, DAYS[115])
    (tmp_path / "themes.toml").write_text('[exclude]\nnames = ["热题材"]\n', "utf-8")
    assert by_operator(app, tmp_path).endswith("0 alerts corrected")
    assert jobs.daily(app, DAYS[116]).new
    assert app.ledger.transitions() == [told]


def test_what_other_rules_would_say_is_no_correction(app: App, tmp_path: Path) -> None:
    lived(app, DAYS[115])
    stricter = tuple(replace(rule, threshold=9.0) for rule in app.rules)
    assert by_operator(replace(app, rules=stricter), tmp_path).endswith("0 alerts corrected")


def test_pictures_of_corrected_days_are_drawn_anew(app: App, tmp_path: Path) -> None:
    lived(app, DAYS[115])
    app.ledger.files.keep("before", "1", DAYS[111])
    app.ledger.files.keep("after", "2", DAYS[115])
    by_operator(app, tmp_path)
    assert (app.ledger.files.known("before"), app.ledger.files.known("after")) == ("1", None)
