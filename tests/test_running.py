"""The running bot among floods, strangers, damage and full disks; a real process."""

import asyncio
import json
import re
import signal
import sqlite3
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from bot import service
from bot.home import DATABASE
from bot.ledger import Ledger
from bot.polling import Hearing
from config.settings import Settings
from market.store import Store
from tests.botapi import BotApi
from tests.process import ADMIN, Bot, enqueue, free_port, page


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


def test_the_macro_backdrop_comes_with_its_panel(home: Path, api: BotApi) -> None:
    store, today = Store(home / DATABASE), date.today()
    days = [today - timedelta(days=n) for n in range(40, 1, -1)]
    store.macro.save(("margin", day, 1.8e12 + n, day, day) for n, day in enumerate(days))
    store.close()
    bot = Bot(home, api)
    try:
        api.write("/macro", ADMIN)
        text, picture = api.until(2)
        assert "融资余额 <b>1.80万亿元</b>" in text["text"]
        assert picture["method"] == "sendPhoto"
    finally:
        bot.end(signal.SIGKILL)


def test_members_come_with_buttons_for_who_rose_joined_and_left(bot: Bot, api: BotApi) -> None:
    api.write("/members 热题材", ADMIN)
    given = api.until(1)[0]
    assert "<b>热题材</b> · 8 家 · 名单 2024-06-28" in given["text"]
    assert json.loads(given["reply_markup"])["inline_keyboard"][0][1]["callback_data"] == (
        "e:hot joined"
    )
    api.press("e:hot joined", ADMIN)
    assert "90 天内的名单没有这样的变动" in api.until(2)[1]["text"]


def test_another_program_on_the_same_token_is_told_and_ends_it(home: Path, api: BotApi) -> None:
    api.faults["getUpdates"] = ["409"] * 30
    bot = Bot(home, api)
    assert bot.ended() == 78
    assert "another program receives this bot's updates" in bot.log.read_text()


def test_a_second_bot_of_the_same_token_is_refused(bot: Bot, api: BotApi, home: Path) -> None:
    api.called("getUpdates")
    (home / "other").mkdir()
    other = Bot(home / "other", api, TMPDIR=str(home))
    assert other.ended() == 2
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
        assert "别人的按钮" in api.asked_of("answerCallbackQuery")["text"]
        api.press(data, 5, chat=-7)
        api.until(2)
        assert len(api.sent) == 2
    finally:
        bot.end()


def test_settings_change_in_place(bot: Bot, api: BotApi) -> None:
    api.write("/settings", ADMIN)
    assert "k:surge" in api.until(1)[0]["reply_markup"]
    api.press("k:surge", ADMIN)
    api.called("editMessageText")
    buttons = json.loads(api.asked_of("editMessageText")["reply_markup"])["inline_keyboard"]
    assert buttons[0][0] == {"text": "升温 🔕", "callback_data": "k:surge"}
    for count, data in enumerate(("k:sense", "k:sense strong", "k:back"), 2):
        api.press(data, ADMIN)
        api.called("editMessageText", count)
    assert "灵敏度: 较强" in api.asked_of("editMessageText")["text"]
    assert len(api.sent) == 1


def test_a_button_of_before_mutes_for_a_day_and_a_new_one_asks_for_how_long(
    bot: Bot, api: BotApi
) -> None:
    api.press("m:hot", ADMIN)
    assert "已静音 热题材，至 20" in api.until(1)[0]["text"]
    api.press("m:hot ?", ADMIN)
    assert "m:hot episode" in api.until(2)[1]["reply_markup"]
    api.press("m:hot 1h", ADMIN)
    assert '已静音 热题材，至 <tg-time unix="' in api.until(3)[2]["text"]


def test_an_answer_whose_markup_is_refused_goes_as_plain_text(bot: Bot, api: BotApi) -> None:
    api.faults["sendMessage"] = ["400"]
    api.write("/mute hot 1h", ADMIN)
    said = api.until(1)[0]
    assert "已静音 热题材，至 " in said["text"]
    assert "<" not in said["text"]
    assert "parse_mode" not in said


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
                urlopen(Request(address, update, kind | given), timeout=60)
        known = {"X-Telegram-Bot-Api-Secret-Token": secret}
        urlopen(Request(address, update, kind | known), timeout=60).close()
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
    assert bot.ended() == 78
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
    assert bot.ended() == 78
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


def test_told_to_stop_under_load_it_ends_soon_and_keeps_the_rest(home: Path, api: BotApi) -> None:
    api.delay_seconds = 0.3
    bot = Bot(home, api)
    api.called("getUpdates")
    enqueue(home, 60, chats=60)
    api.until(5)
    assert bot.end(seconds=20) == 0  # within its twenty seconds; Docker gives thirty
    api.delay_seconds = 0.0
    again = Bot(home, api)
    api.until(60)
    assert again.end() == 0
    names = [m["text"].split("\n")[0] for m in api.sent]
    assert sorted(names) == sorted(f"n{n}" for n in range(60))  # each once, none marked


def test_a_clock_that_is_set_makes_the_jobs_look_again(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    wall = iter([1e9, 1e9 + 20, 1e9 - 86_400, 1e9 - 86_380])
    clock = SimpleNamespace(time=lambda: next(wall), monotonic=lambda: 0.0)
    ticks = iter(range(0, 1000, 20))
    clock.monotonic = lambda: float(next(ticks))
    monkeypatch.setattr(service, "time", clock)
    moved: list[datetime] = []
    job = SimpleNamespace(modify=lambda next_run_time: moved.append(next_run_time))
    scheduler: Any = SimpleNamespace(get_jobs=lambda: [job])

    async def beats() -> None:
        stop = asyncio.Event()

        async def beat(*_: object) -> None:
            if next(left) == 0:
                stop.set()

        left = iter([2, 1, 0])
        monkeypatch.setattr(service, "pause", beat)
        app: Any = SimpleNamespace(ledger=Ledger(None))
        hears = Hearing(lambda _: None, lambda: 0.0)
        running: Any = SimpleNamespace(app=app, hearing=hears, stop=stop, known=settings)
        await service._beating(running, scheduler)

    asyncio.run(beats())
    assert len(moved) == 1


def test_an_import_waits_for_the_bot_to_be_stopped(
    bot: Bot, api: BotApi, files: tuple[Path, Path]
) -> None:
    api.called("getUpdates")
    done = bot.paomo("import", "--bars", str(files[0]), "--members", str(files[1]))
    assert done.returncode == 2
    assert "stop it while importing" in done.stderr
