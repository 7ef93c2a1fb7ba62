"""The bot as a real process against a loopback Bot API."""

import json
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from bot.home import DATABASE
from bot.ledger import Ledger
from market.derive import derive
from market.store import Store
from tests import markets
from tests.botapi import TOKEN, BotApi
from tests.process import ADMIN, Bot, enqueue, free_port, page


@pytest.fixture
def api() -> Iterator[BotApi]:
    served = BotApi()
    yield served
    served.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a small simulated history."""
    store = Store(tmp_path / DATABASE)
    markets.fill(store)
    derive(store, store.bar_days(), backfilled=True)
    store.close()
    return tmp_path


@pytest.fixture
def bot(home: Path, api: BotApi) -> Iterator[Bot]:
    running = Bot(home, api)
    yield running
    if running.process.poll() is None:
        running.end(signal.SIGKILL)


def texts(sent: list[dict[str, Any]]) -> list[str]:
    return [message.get("text", "") for message in sent]


def test_it_greets_answers_draws_and_stops_cleanly(bot: Bot, api: BotApi) -> None:
    api.write("/start", ADMIN)
    assert "已为本聊天开启" in api.until(1)[0]["text"]
    api.write("/theme 热题材", ADMIN)
    sent = api.until(2)
    assert "热题材" in sent[1]["text"]
    assert api.calls.count("setMyCommands") == 2
    health = bot.paomo("health")
    assert health.returncode == 0, health.stdout
    assert bot.end() == 0
    assert bot.paomo("health").returncode == 0  # for two minutes it was alive just now
    log = bot.log.read_text()
    assert "stopped" in log
    assert TOKEN not in log


def test_a_day_judged_beside_the_running_bot_is_delivered_by_it(
    bot: Bot, api: BotApi, home: Path
) -> None:
    api.write("/start", ADMIN)
    api.until(1)
    day = Store(home / DATABASE).days()[-1]
    done = bot.paomo("daily", "--no-fetch", "--day", str(day))
    assert done.returncode == 0, done.stderr
    assert "the running bot delivers them" in done.stderr
    sent = api.until(2)
    assert "每日摘要" in sent[1]["text"]
    assert "发出" in sent[1]["text"]
    api.write("/theme 热题材", ADMIN)
    assert api.until(4)[3]["photo"][:4] == b"\x89PNG"


def test_telegram_is_reached_through_its_own_proxy(home: Path, api: BotApi) -> None:
    bot = Bot(home, api, TELEGRAM_BASE_URL="http://telegram.invalid", TELEGRAM_PROXY=api.url)
    try:
        api.write("/help", ADMIN)
        assert "/themes" in api.until(1)[0]["text"]
    finally:
        bot.end()


def test_the_token_is_in_no_log_no_database_and_no_answer(home: Path, api: BotApi) -> None:
    bot = Bot(home, api, PAOMO_LOG__LEVEL="DEBUG", PAOMO_METRICS__PORT=str(free_port()))
    api.called("getUpdates")
    api.faults["sendMessage"] = ["502", "reset after", "400"]
    api.faults["getUpdates"] = ["502", "401"]
    api.write("/status", ADMIN)
    enqueue(home, 2)
    api.until(2)
    told = bot.paomo("status").stdout + bot.paomo("doctor").stdout + bot.paomo("health").stdout
    told += page(bot, "metrics")[1] + page(bot, "health")[1] + bot.paomo("backup").stdout
    command = Path(f"/proc/{bot.process.pid}/cmdline").read_bytes()
    bot.end()
    assert "httpx" in bot.log.read_text() or "HTTP Request" in bot.log.read_text()
    kept = [file.read_bytes() for file in home.rglob("*") if file.is_file()]
    assert len(kept) >= 4
    for where in [told.encode(), command, *kept, *(str(s).encode() for s in api.sent)]:
        assert TOKEN.encode() not in where


def test_strangers_get_one_polite_refusal(bot: Bot, api: BotApi) -> None:
    api.write("/start", user=5)
    assert "<code>5</code>" in api.until(1)[0]["text"]
    api.write("/start", user=5)
    api.write("/help", ADMIN)
    assert "/themes" in api.until(2)[1]["text"]
    assert len(api.sent) == 2


def test_a_button_answers_like_its_command(bot: Bot, api: BotApi) -> None:
    api.write("题材", ADMIN)
    picks = api.until(1)[0]
    assert "t:hot" in picks["reply_markup"]
    api.press("t:hot", ADMIN)
    assert "热题材" in api.until(2)[1]["text"]
    assert "answerCallbackQuery" in api.calls


def test_what_waited_through_a_kill_arrives_once(bot: Bot, api: BotApi, home: Path) -> None:
    api.called("getUpdates")
    enqueue(home, 20, chats=20)
    api.until(3)
    bot.end(signal.SIGKILL)
    again = Bot(home, api)
    api.until(20)
    api.called("getUpdates", api.calls.count("getUpdates") + 2)
    assert again.end() == 0
    plain = [text.split("\n")[0] for text in texts(api.sent)]
    unmarked = [text for text in plain if "可能重复" not in text]
    assert {text.removeprefix("（可能重复）") for text in plain} == {f"n{n}" for n in range(20)}
    assert len(unmarked) == len(set(unmarked))


def test_faults_of_telegram_cost_no_message(bot: Bot, api: BotApi, home: Path) -> None:
    api.called("getUpdates")
    api.faults["sendMessage"] = ["429", "reset before", "400"]
    enqueue(home, 3, chats=3)
    sent = api.until(3)
    assert {text.removeprefix("（可能重复）").split("\n")[0] for text in texts(sent)} == {
        "n0",
        "n1",
        "n2",
    }
    assert sum("可能重复" in text for text in texts(sent)) == 1


def test_a_rejected_token_ends_with_78_and_one_line(home: Path, api: BotApi) -> None:
    api.token = "another"
    bot = Bot(home, api)
    assert bot.process.wait(20) == 78
    log = bot.log.read_text()
    assert "Telegram rejects the token" in log
    assert "Traceback" not in log
    assert TOKEN not in log


def test_polling_that_is_lost_for_good_ends_with_78(home: Path, api: BotApi) -> None:
    api.faults["getUpdates"] = ["401"] * 9
    bot = Bot(home, api)
    assert bot.process.wait(40) == 78
    assert TOKEN not in bot.log.read_text()


def test_polling_that_was_rejected_once_goes_on(bot: Bot, api: BotApi) -> None:
    api.called("getUpdates")
    api.faults["getUpdates"] = ["401"]
    api.called("getMe", 2)
    api.write("/help", ADMIN)
    assert "/themes" in api.until(1)[0]["text"]


def test_an_outage_at_the_start_is_waited_for(home: Path, api: BotApi) -> None:
    api.faults["getMe"] = ["502", "502"]
    bot = Bot(home, api)
    try:
        api.write("/help", ADMIN)
        assert "/themes" in api.until(1)[0]["text"]
    finally:
        bot.end()


def test_a_second_bot_on_the_same_home_is_refused(bot: Bot, api: BotApi) -> None:
    api.called("getUpdates")
    second = bot.paomo("run")
    assert second.returncode == 2
    assert "another `paomo run` is using" in second.stderr


def test_without_a_token_it_says_what_to_do(home: Path, api: BotApi) -> None:
    bot = Bot(home, api, TELEGRAM_TOKEN="")
    assert bot.process.wait(20) == 2
    assert "set TELEGRAM_TOKEN" in bot.log.read_text()


def test_an_update_that_cannot_be_read_is_skipped_and_kept(
    bot: Bot, api: BotApi, home: Path
) -> None:
    api.called("getUpdates")
    api.told({"message": {"message_id": "x", "chat": 5}})
    api.told({"callback_query": []})
    api.write("/help", ADMIN)
    assert "/themes" in api.until(1)[0]["text"]
    polls = api.calls.count("getUpdates")
    api.called("getUpdates", polls + 2)
    assert "update 1 cannot be read" in bot.log.read_text()
    ledger = Ledger(home / DATABASE)
    assert "callback_query" in (ledger.fact("skipped") or "")
    ledger.close()


def test_another_program_on_the_same_token_is_told_and_ends_it(home: Path, api: BotApi) -> None:
    api.faults["getUpdates"] = ["409"] * 30
    bot = Bot(home, api)
    assert bot.process.wait(60) == 78
    assert "another program receives this bot's updates" in bot.log.read_text()


def test_a_second_bot_of_the_same_token_is_refused(bot: Bot, api: BotApi, home: Path) -> None:
    api.called("getUpdates")
    (home / "other").mkdir()
    other = Bot(home / "other", api, TMPDIR=str(home))
    assert other.process.wait(20) == 2
    assert "uses the same token" in other.log.read_text()


def test_a_flood_is_calmed_and_others_are_answered(home: Path, api: BotApi) -> None:
    bot = Bot(home, api, PAOMO_ALLOWED="5")
    try:
        for _ in range(30):
            api.write("/help", 5)
        api.write("/status", ADMIN)
        api.until(10)
        to_them = [m["text"] for m in api.sent if m["chat_id"] == "5"]
        assert [m["chat_id"] for m in api.sent].index(str(ADMIN)) < 4
        api.until(10)
        assert sum("太快" in text for text in to_them) <= 1
        polls = api.calls.count("getUpdates")
        api.called("getUpdates", polls + 3)
        assert len([m for m in api.sent if m["chat_id"] == "5"]) == 9  # eight and the warning
    finally:
        bot.end()


def test_an_invited_person_is_answered_and_a_banned_one_is_not(bot: Bot, api: BotApi) -> None:
    api.write("/invite", ADMIN)
    link = api.until(1)[0]["text"]
    assert "https://t.me/paomo_bot?start=i" in link
    api.write(f"/start {link.split('start=')[1]}", 5)
    assert "已为本聊天开启" in api.until(2)[1]["text"]
    api.write("/ban 5", ADMIN)
    api.until(3)
    api.write("/help", 5)
    assert "<code>5</code>" in api.until(4)[3]["text"]


def test_in_a_group_a_button_is_its_askers(home: Path, api: BotApi) -> None:
    bot = Bot(home, api, PAOMO_ALLOWED="-7,5")
    try:
        api.write("/theme 题材", 5, chat=-7)
        data = re.findall(r'"callback_data": ?"([^"]+)"', api.until(1)[0]["reply_markup"])[0]
        assert data.endswith("@5")
        api.press(data, ADMIN, chat=-7)
        api.called("answerCallbackQuery")
        assert "Not your button" in api.asked[-1]["text"]
        api.press(data, 5, chat=-7)
        api.until(2)
        assert len(api.sent) == 2
    finally:
        bot.end()


def test_by_webhook_only_who_knows_the_secret_is_heard(home: Path, api: BotApi) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}/"
    bot = Bot(home, api, TELEGRAM_WEBHOOK_URL=address, PAOMO_WEBHOOK__PORT=str(port))
    try:
        api.called("setMyCommands", 2)
        secret = api.asked_of("setWebhook")["secret_token"]
        update = json.dumps({"update_id": 1, "message": api.message("/help", ADMIN)}).encode()
        kind = {"Content-Type": "application/json"}
        for given in ({}, {"X-Telegram-Bot-Api-Secret-Token": "guess"}):
            with pytest.raises(HTTPError, match="403"):
                urlopen(Request(address, update, kind | given), timeout=10)
        known = {"X-Telegram-Bot-Api-Secret-Token": secret}
        urlopen(Request(address, update, kind | known), timeout=10).close()
        assert "/themes" in api.until(1)[0]["text"]
        assert len(api.sent) == 1
        assert "getUpdates" not in api.calls
        assert bot.paomo("health").returncode == 0
    finally:
        assert bot.end() == 0


def test_health_and_metrics_are_served_on_this_machine(home: Path, api: BotApi) -> None:
    bot = Bot(home, api, PAOMO_METRICS__PORT=str(free_port()))
    try:
        api.called("getUpdates", 2)
        enqueue(home, 2)
        api.until(2)
        assert page(bot, "health") == (200, "healthy")
        assert page(bot, "else")[0] == 404
        said = page(bot, "metrics")[1]
        assert re.search(r'paomo_outbox_messages\{state="sent"\} [12]\.0', said)
        assert "paomo_alive_timestamp_seconds 1." in said
        assert "paomo_job_late_seconds" in said
    finally:
        bot.end()


def test_a_damaged_database_ends_with_the_way_out(home: Path, api: BotApi) -> None:
    (home / DATABASE).write_bytes(b"no database at all" * 500)
    bot = Bot(home, api)
    assert bot.process.wait(20) == 78
    log = bot.log.read_text()
    assert "paomo restore" in log
    assert "Traceback" not in log


def test_a_database_damaged_inside_is_found_at_the_start(home: Path, api: BotApi) -> None:
    path = home / DATABASE
    db = sqlite3.connect(path)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name='bar'").fetchone()
    (size,) = db.execute("PRAGMA page_size").fetchone()
    db.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    bot = Bot(home, api)
    assert bot.process.wait(20) == 78
    assert "paomo restore" in bot.log.read_text()


def test_a_full_disk_is_told_and_healed(home: Path, api: BotApi) -> None:
    Ledger(home / DATABASE).close()
    environ = Bot(home, api, start=False).environ
    words = f"ulimit -f 16; exec {sys.executable} -m bot daily --no-fetch"  # 16 KB, then it is full
    done = subprocess.run(
        ["bash", "-c", words], env=environ, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2, done.stderr
    assert "disk" in done.stderr
    assert "Traceback" not in done.stderr
    healed = Bot(home, api, start=False).paomo("daily", "--no-fetch")
    assert "judged" in healed.stderr
