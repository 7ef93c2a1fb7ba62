"""`paomo ask`: what the bot would answer, as text; it changes nothing."""

import pytest

from bot.app import App
from bot.asking import OF_A_CHAT, said
from bot.commands import COMMANDS
from bot.commands.asked import Asked
from bot.commands.lookups import theme
from bot.errors import UserError
from bot.records import Chat
from bot.texts import plain
from tests.process import paomo


def told(app: App, words: str) -> str:
    return "\n".join(said(app, words, "zh"))


@pytest.mark.parametrize(
    "words", ["热题材", "热题材 怎么样", "/theme 热题材", "/theme hot", "/THEME hot"]
)
def test_it_answers_as_the_bot_does(lived: App, words: str) -> None:
    asked = Asked(Chat(0, "private", "", "zh"), 0, "hot", lived.now().date())
    assert told(lived, words).startswith(plain(theme(lived, asked).text))


def test_what_takes_long_is_waited_for_and_buttons_are_told(lived: App) -> None:
    assert "LPPLS" in told(lived, "/why 热题材")
    assert "[宽度] /top breadth" in told(lived, "/top")


@pytest.mark.parametrize(
    "words",
    [f"/{name} 热题材" for name in COMMANDS if name in OF_A_CHAT or COMMANDS[name].changes]
    + ["静音 热题材", "设置"],
)
def test_what_would_change_what_a_chat_hears_is_refused(lived: App, words: str) -> None:
    with pytest.raises(UserError, match="write it to the bot in Telegram"):
        told(lived, words)


def test_nobody_is_no_admin(lived: App) -> None:
    assert told(lived, "/users").startswith("没有这个命令")


def test_every_answer_can_be_told_and_leaves_no_trace(lived: App) -> None:
    before = lived.ledger.facts("")
    for name, command in COMMANDS.items():
        if not command.changes and name not in OF_A_CHAT:
            assert told(lived, f"/{name}").strip(), name
            assert told(lived, f"/{name} 热题材").strip(), name
    assert lived.ledger.facts("") == before
    assert lived.ledger.chat(0) is None


def test_a_home_without_a_day_says_so(tmp_path: object) -> None:
    done = paomo(tmp_path, "ask", "热门")  # type: ignore[arg-type]
    assert done.returncode == 0, done.stderr
