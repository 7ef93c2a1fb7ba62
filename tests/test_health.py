"""Whether a bot runs and is well, as a supervisor is told it from outside."""

import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from filelock import FileLock

from bot import health
from bot.commands import refused
from bot.home import DATABASE, LOCK
from bot.ledger import Ledger
from config.settings import Settings
from tests.botapi import BotApi
from tests.process import Bot, paomo

NOW = datetime(2024, 6, 28, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / DATABASE)


@pytest.fixture
def known(settings: Settings, tmp_path: Path) -> Settings:
    return settings.model_copy(update={"home": tmp_path})


def test_a_home_that_was_only_imported_into_never_had_a_bot(
    ledger: Ledger, known: Settings
) -> None:
    assert health.from_outside(known, NOW) == ["the bot never ran here"]


def test_a_fresh_start_has_two_minutes_until_its_first_poll(
    ledger: Ledger, known: Settings
) -> None:
    ledger.set_fact("alive", (NOW - 60 * MINUTE).isoformat())  # of the run before
    ledger.set_fact("heard", (NOW - 60 * MINUTE).isoformat())
    health.note_start(ledger, NOW)
    with FileLock(known.home / LOCK):
        assert health.from_outside(known, NOW + MINUTE) == []
        ledger.set_fact("alive", (NOW + 3 * MINUTE).isoformat())
        assert health.from_outside(known, NOW + 3 * MINUTE) == [
            "no answered poll of Telegram since 2024-06-28 09:00:00 UTC"
        ]
        ledger.set_fact("heard", (NOW + 3 * MINUTE).isoformat())
        assert health.from_outside(known, NOW + 3 * MINUTE) == []


def test_an_end_is_told_with_its_reason_until_the_next_start(
    ledger: Ledger, known: Settings
) -> None:
    health.note_start(ledger, NOW)
    health.note_end(ledger, NOW + MINUTE, "stopped")
    with FileLock(known.home / LOCK):  # such as an import's, meanwhile
        assert health.from_outside(known, NOW + MINUTE) == [
            "not running since 2024-06-28 09:01:00 UTC (stopped)"
        ]
        health.note_start(ledger, NOW + MINUTE)
        assert health.from_outside(known, NOW + MINUTE) == []


def test_a_bot_that_left_no_word_is_missed_at_once(ledger: Ledger, known: Settings) -> None:
    health.note_start(ledger, NOW)
    ledger.set_fact("alive", (NOW + MINUTE).isoformat())
    (known.home / LOCK).touch()  # nobody holds it
    assert health.from_outside(known, NOW + MINUTE) == [
        "not running since 2024-06-28 09:01:00 UTC (it left no word: killed, or the machine went"
        " down)"
    ]


def test_a_killed_bot_is_not_healthy_and_the_next_one_is(bot: Bot, api: BotApi) -> None:
    api.called("getUpdates")
    assert bot.paomo("health").returncode == 0
    bot.end(signal.SIGKILL)
    said = bot.paomo("health")
    assert said.returncode == 1
    assert "left no word" in said.stdout
    again = Bot(Path(bot.environ["PAOMO_HOME"]), api)
    api.called("getUpdates", api.calls.count("getUpdates") + 2)
    assert bot.paomo("health").stdout == "healthy\n"
    again.end()


def test_a_rejected_token_is_the_reason_that_health_and_status_tell(
    home: Path, api: BotApi
) -> None:
    api.token = "another"
    bot = Bot(home, api)
    assert bot.ended() == 78
    said = bot.paomo("health")
    assert said.returncode == 1
    assert "(Telegram rejects the token; get the right one from @BotFather)" in said.stdout
    assert "not running since" in bot.paomo("status").stdout


def test_the_doctor_says_what_to_do_without_a_way_to_telegram(home: Path, api: BotApi) -> None:
    nobody = "http://127.0.0.1:9"
    said = Bot(home, api, False, TELEGRAM_BASE_URL=nobody).paomo("doctor").stdout
    assert "✗ telegram: 127.0.0.1 cannot be reached (not sent: ConnectError)" in said
    assert "set TELEGRAM_PROXY=socks5://HOST:PORT" in said
    proxied = Bot(home, api, False, TELEGRAM_PROXY="http://u:secret@127.0.0.1:9")
    said = proxied.paomo("doctor").stdout
    assert "127.0.0.1 cannot be reached by TELEGRAM_PROXY" in said
    assert "secret" not in said


def test_a_fault_of_one_file_is_told_once_by_the_doctor(home: Path) -> None:
    (home / "themes.toml").write_text("[englsh]\n")
    said = paomo(home, "doctor").stdout
    assert said.count("did you mean english?") == 1
    assert "✗ lists: " in said
    assert "✗ store: see lists\n✗ calendar: see lists\n✗ sources: see lists\n" in said


def test_nothing_that_was_never_asked_for_is_said_to_have_come(tmp_path: Path) -> None:
    tmp_path.joinpath("themes.toml").write_text("")
    assert "✓ sources: nothing was asked for yet" in paomo(tmp_path, "doctor").stdout
    assert "filling     nothing was asked for yet" in paomo(tmp_path, "status").stdout


@pytest.mark.parametrize(
    "words",
    [
        ("status",), ("score",), ("correct", "--bars", "x"), ("journal",), ("backup",),
        ("export", "x"), ("replay", "--from", "2024-01-01", "--to", "2024-01-02"),
    ],
)  # fmt: skip
def test_who_only_asks_makes_no_home(words: tuple[str, ...], tmp_path: Path) -> None:
    missing = tmp_path / "mistyped"
    done = paomo(missing, *words)
    assert done.returncode == 2
    assert f"no such home: {missing}; set PAOMO_HOME" in done.stderr
    assert not missing.exists()


def test_a_home_that_is_a_file_is_said_to_be_one(tmp_path: Path) -> None:
    afile = tmp_path / "afile"
    afile.write_text("")
    assert f"paomo: {afile} is a file; set PAOMO_HOME to a folder" in paomo(afile, "status").stderr


def test_the_first_stranger_is_told_how_to_become_the_admin(settings: Settings) -> None:
    for language, words in (
        ("zh", "写在 .env 的 PAOMO_ADMINS= 之后"),
        ("en", "behind PAOMO_ADMINS= in"),
    ):
        said = refused(settings, 5, language)  # type: ignore[arg-type]
        assert words in said
        assert "<code>5</code>" in said
        later = settings.model_copy(update={"admins": frozenset({7})})
        assert "PAOMO_ALLOWED" in refused(later, 5, language)  # type: ignore[arg-type]
