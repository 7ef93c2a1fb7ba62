"""The real client of baostock on the loopback upstream: one line, guarded; and the bot with it."""

import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import doctor
from bot.app import App, open_app
from bot.commands import answer
from bot.commands.asked import Asked
from bot.cycle import catch_up
from bot.filling import fill, standing
from bot.filling_texts import missing
from bot.records import Chat
from config.settings import load
from market import baostock
from market.akshare.source import AkshareSource
from market.simulate import HOT, simulate
from market.source import Banned, SchemaChanged, Transient
from market.store import BAR
from market.worker import Worker
from tests.led import DAYS, InProcess, environ, led, policy
from tests.upstream import Upstream

EVENING = datetime(2026, 7, 15, 12, tzinfo=UTC)  # 20:00 in Shanghai


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    made = Upstream(simulate(2), DAYS[-40:], tmp_path_factory.mktemp("upstream"))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def hung_up() -> Iterator[None]:
    """No line of this process is left for the next test's child."""
    yield
    baostock.hang_up()


def test_the_real_client_brings_days_over_one_connection(upstream: Upstream) -> None:
    upstream.requests.clear()
    real = AkshareSource(InProcess())  # type: ignore[arg-type]
    with led(upstream) as guard:
        for day in upstream.days[-3:]:
            found = real.market_day(day)
        assert upstream.requests == ["baostock"] * 4  # one of them to log in
        assert guard.doors["baostock"].requests == 4
    assert found["code"].tolist() == upstream.codes[:-1]  # the last is suspended
    row, bar = found.iloc[5], {n: upstream.bars[n][-1, 5] for n in ("close", "prev_close")}
    assert row[["close", "prev_close"]].tolist() == pytest.approx(list(bar.values()), rel=1e-6)
    assert row["volume"] == pytest.approx(upstream.bars["volume"][-1, 5])  # shares
    assert row["turnover"] == pytest.approx(0.015)
    assert set(BAR) <= set(found)
    assert found.attrs["provider"] == "baostock"


def test_a_closed_or_endless_answer_ends_with_the_child_and_the_next_call_is_whole(
    upstream: Upstream,
) -> None:
    with led(upstream), Worker(policy(upstream), {}, 60) as worker:
        real = AkshareSource(worker)
        assert len(real.market_day(upstream.today)) == len(upstream.codes) - 1
        upstream.faults["baostock"] = "cut"
        with pytest.raises(Transient, match="baostock: the answer broke off"):
            real.market_day(upstream.today)
        upstream.faults["baostock"], worker._deadline = "drip", 1.0
        with pytest.raises(Transient, match="no answer within 1 s"):
            real.market_day(upstream.today)
        upstream.faults.clear()
        worker._deadline = 60
        with pytest.raises(Banned, match="left alone until"):
            real.market_day(upstream.today)
        worker.doors["baostock"] = replace(worker.doors["baostock"], closed_until=None)  # later
        assert len(real.market_day(upstream.today)) == len(upstream.codes) - 1
        assert worker.doors["baostock"].requests >= 7


def test_a_second_program_waits_for_the_one_connection(upstream: Upstream) -> None:
    real = AkshareSource(InProcess())  # type: ignore[arg-type]
    with led(upstream), Worker(policy(upstream), {}, deadline_seconds=60, attempts=1) as worker:
        real.market_day(upstream.today)
        with pytest.raises(Transient, match="another program on this machine"):
            AkshareSource(worker).market_day(upstream.today)
        assert worker.doors["baostock"].requests == 0
        baostock.hang_up()
        assert len(AkshareSource(worker).market_day(upstream.today)) > 0


def test_a_lock_that_cannot_be_taken_is_no_other_program(upstream: Upstream) -> None:
    real = AkshareSource(InProcess())  # type: ignore[arg-type]
    with led(upstream) as guard:
        of_another = baostock.lock(guard.policy.proxy)
        of_another.unlink(missing_ok=True)
        of_another.mkdir()  # root may write what is another user's, but no folder
        with pytest.raises(
            Transient, match=r"paomo-baostock-.*\.lock cannot be locked \(.*Error\)"
        ):
            real.market_day(upstream.today)
        assert guard.doors["baostock"].requests == 0
        of_another.rmdir()
        assert len(real.market_day(upstream.today)) > 0


def test_who_is_blacklisted_knocks_no_more(upstream: Upstream) -> None:
    upstream.faults["baostock"] = "blacklist"
    real = AkshareSource(InProcess())  # type: ignore[arg-type]
    with led(upstream) as guard:
        with pytest.raises(Banned, match=r"黑名单用户 \(10001011\)"):
            real.market_day(upstream.today)
        upstream.requests.clear()
        upstream.faults.clear()
        with pytest.raises(Banned, match="baostock: left alone until"):
            real.market_day(upstream.today)
        assert upstream.requests == []
        guard.doors.clear()
        assert len(real.market_day(upstream.today)) > 0


def test_a_budget_is_kept_though_the_client_swallows_errors(upstream: Upstream) -> None:
    real = AkshareSource(InProcess())  # type: ignore[arg-type]
    with led(upstream) as guard:
        guard.policy = replace(guard.policy, budget={"other": 2})
        real.market_day(upstream.today)
        with pytest.raises(Banned, match="today's 2 requests are used up"):
            real.market_day(upstream.today)


def test_it_prints_nothing(upstream: Upstream, capfd: pytest.CaptureFixture[str]) -> None:
    real = AkshareSource(InProcess())  # type: ignore[arg-type]
    with led(upstream):
        real.market_day(upstream.today)
        upstream.faults["baostock"] = "garbage"
        with pytest.raises(SchemaChanged):
            real.market_day(upstream.today)
    upstream.faults.clear()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (("0.9.4", 1000, None), ""),
        (("0.9.4", 1000, "http://127.0.0.1:1"), ""),
        (("0.9.4", 1000, "socks5h://127.0.0.1:1"), ""),
        (("", 1000, None), "not installed; `pip install 'paomo[baostock]'`"),
        (("0.9.4", 0, None), "budget is 0"),
        (("0.9.4", 1000, "https://u:secret@h"), "https:// DATA_PROXY"),
    ],
)
def test_why_it_is_not_asked_is_said(asked: tuple[str, int, str | None], why: str) -> None:
    told = baostock.obstacle(*asked)
    assert why in told
    assert bool(told) == bool(why)
    assert "secret" not in told


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_that_opens_no_way_is_named_and_spends_no_request(
    upstream: Upstream, scheme: str
) -> None:
    upstream.faults["connect"] = "407"
    real = AkshareSource(InProcess())  # type: ignore[arg-type]
    with led(upstream) as guard:
        guard.policy = replace(guard.policy, proxy=upstream.url.replace("http", scheme))
        with pytest.raises(Transient, match="DATA_PROXY opens no way there"):
            real.market_day(upstream.today)
        assert guard.doors["baostock"].requests == 0
    upstream.faults.clear()


@pytest.fixture
def app(upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[App]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(upstream.ca))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    (tmp_path / "themes.toml").write_text(f'[[theme]]\nboards = ["{HOT}"]\n', "utf-8")
    extra = {"PAOMO_SOURCE__BUDGET__BAOSTOCK": "1000", "PAOMO_SOURCE__PAUSE_SECONDS__BAOSTOCK": "0"}
    known = load(environ(upstream, tmp_path) | extra)
    with closing(open_app(known, lambda: EVENING)) as opened:
        yield opened


def test_a_bot_with_it_has_the_past_after_its_first_evening_and_says_how_far_it_is(
    app: App, upstream: Upstream
) -> None:
    catch_up(app, threading.Event())
    days = len(app.store.days())
    noted = app.store.note(f"faults:{upstream.today}") or ""
    assert f'["filling_days", "0/{days - 1} · 1/19"]' in noted
    said = missing(standing(app), "en")[0]
    status = answer(app, "status", Asked(Chat(7, "private", "", "en"), 7, "", upstream.today)).text
    assert status.count(f"/{days - 1}") + status.count(f"of {days - 1}") == 1  # said once, as it is
    assert said.startswith(f"whole market's past 0 of {days - 1} days · memberships 1 of 19 boards")
    assert f"全市场历史日线 0/{days - 1} 天" in missing(standing(app), "zh")[0]
    upstream.requests.clear()
    steps = fill(app, threading.Event())
    assert [step.fault for step in steps] == [None] * len(steps)
    assert upstream.requests.count("baostock") == days  # one to log in
    assert upstream.requests.count("bars") == 0  # no company by itself
    assert "past" not in " ".join(missing(standing(app), "en")[:1])
    assert app.store.panel(upstream.today, 1).ma20_known["em-BK0801"].iloc[-1] == 40


def test_the_doctor_says_whether_it_is_asked(app: App) -> None:
    told = doctor.CHECKS["baostock"]
    assert told(app.settings).endswith(", past days of the whole market")
    source = app.settings.source.model_copy(update={"budget": {"baostock": 0}})
    assert told(app.settings.model_copy(update={"source": source})) == (
        "not asked: its budget is 0"
    )
