"""The bot as a real process against a loopback Bot API."""

import re
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.home import DATABASE
from bot.ledger import Ledger
from bot.records import Chat, Outgoing
from market.store import Store
from tests.botapi import TOKEN, BotApi
from tests.process import ADMIN, Bot, enqueue, free_port, page
from tests.wire import GROUP


def texts(sent: list[dict[str, Any]]) -> list[str]:
    return [message.get("text", "") for message in sent]


def test_it_greets_answers_draws_and_stops_cleanly(bot: Bot, api: BotApi) -> None:
    api.write("/start", ADMIN)
    assert "已为本聊天开启" in api.until(1)[0]["text"]
    api.write("/theme 热题材", ADMIN)
    sent = api.until(2)
    assert "热题材" in sent[1]["text"]
    assert api.calls.count("setMyCommands") >= 6
    health = bot.paomo("health")
    assert health.returncode == 0, health.stdout
    assert bot.end() == 0
    said = bot.paomo("health")
    assert said.returncode == 1
    assert re.fullmatch(r"not running since [\d -:]+ UTC \(stopped\)\n", said.stdout)
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
    assert "每日摘要" in sent[1]["caption"]  # a quiet day's one line, below the heat map
    assert "发出" in sent[1]["caption"]
    api.write("/theme 热题材", ADMIN)
    assert api.until(4)[3]["photo"][:4] == b"\x89PNG"


def test_lines_that_take_long_are_made_apart_and_put_below_the_answer(
    bot: Bot, api: BotApi, home: Path
) -> None:
    day = Store(home / DATABASE).days()[-1]
    assert bot.paomo("daily", "--no-fetch", "--day", str(day)).returncode == 0
    api.write("/why 热题材", ADMIN)
    assert "LPPLS" in api.texts(1)[0].splitlines()[-1]


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
    api.write("/theme 题材", ADMIN)
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


def test_an_answer_that_waits_for_its_turn_does_not_hold_up_the_end(
    home: Path, api: BotApi
) -> None:
    """A group that got its twenty in this minute waits for the next; systemd and Docker do not."""
    now, ledger = datetime.now(UTC), Ledger(home / DATABASE)
    ledger.save_chat(Chat(GROUP, "supergroup", "群", "zh"))
    for n in range(20):
        ledger.outbox.enqueue(Outgoing(f"k{n}", GROUP, now.date(), "n", now))
        (message,) = ledger.outbox.due(now)
        ledger.outbox.sent(message.id, n, now + timedelta(seconds=30))
    ledger.close()
    bot = Bot(home, api, PAOMO_ALLOWED=f"{GROUP}")
    api.called("setMyCommands", 6)
    api.write("/id", ADMIN, GROUP)
    api.called("getUpdates", api.calls.count("getUpdates") + 2)  # it was heard
    assert bot.end(seconds=40) == 0
    assert api.sent == []


def test_a_rejected_token_ends_with_78_and_one_line(home: Path, api: BotApi) -> None:
    api.token = "another"
    bot = Bot(home, api)
    assert bot.ended() == 78
    log = bot.log.read_text()
    assert "Telegram rejects the token" in log
    assert "Traceback" not in log
    assert TOKEN not in log


def test_polling_that_is_lost_for_good_ends_with_78(home: Path, api: BotApi) -> None:
    api.faults["getUpdates"] = ["401"] * 9
    bot = Bot(home, api)
    assert bot.ended() == 78
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
    assert bot.ended() == 2
    assert "set TELEGRAM_TOKEN" in bot.log.read_text()
