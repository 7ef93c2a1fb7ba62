"""The simulated market tells its story through the real pipeline, to one reader."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from bot import texts
from bot.demo import Lived, _cleared, lived, sent
from bot.errors import UserError
from bot.home import DATABASE
from bot.pictures import CHART, HEAT, named
from bot.records import Queued
from config.settings import Settings
from market.simulate import FALSE_START, HOT, SUBS, simulate
from tests import screenshots
from tests.process import paomo


class Told(NamedTuple):
    messages: list[Queued]
    home: Path  # kept
    shots: dict[str, str]  # picture of the README -> what it is made of


@pytest.fixture(scope="module")
def told(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The demo lived through once, and on its way the words of the README's pictures."""
    messages: list[Queued] = []
    home = tmp_path_factory.mktemp("kept")

    def heard() -> Iterator[Lived]:
        for one in lived(simulate(screenshots.SEED), settings, "zh", home):
            messages.append(one.message)
            yield one

    stream = heard()
    made = {shot.name: shot.made_of for shot in screenshots.shots(stream, pictures=False)}
    for _ in stream:
        pass
    return Told(messages, home, made)


@pytest.fixture(scope="module")
def chat(told: Told) -> list[Queued]:
    return told.messages


def lines(chat: list[Queued], name: str) -> list[str]:
    """What was told of a theme, in order, by kind."""
    told = [texts.plain(m.text) for m in chat if m.priority == 0 and not m.photo]
    said = [line for text in told for line in text.splitlines() if not line.startswith("其他题材")]
    found = re.findall(rf"{re.escape(name)} · (\w+)", "\n".join(said))
    return [str(kind) for kind in found]


def test_the_mania_is_told_from_its_surge_to_its_end(chat: list[Queued]) -> None:
    told = lines(chat, HOT)
    assert told[0] == "升温"
    assert told[-1] == "结束"
    assert {"升温", "背离", "转折", "结束"} == set(told)


def test_the_chain_is_told_as_one_story_and_its_parent_counts_it(chat: list[Queued]) -> None:
    told = [texts.plain(m.text) for m in chat if m.priority == 0 and not m.photo]
    (turn,) = (text for text in told if "转折" in text)  # its sub-industries' are in the digests
    assert f"{HOT} · 转折" in turn
    siblings = turn.split("同一故事另有 4 个题材: ")[1]
    assert all(name in siblings for name in SUBS)
    digests = "\n".join(m.text for m in chat if m.priority == 1)
    for name in SUBS:
        assert re.search(rf"同一故事: .*{re.escape(name)}.* → 退潮", digests)
    counts = [int(n) for text in told for n in re.findall(r"4 个子题材中有 (\d) 个", text)]
    assert max(counts) == 4  # all in at the height


def test_the_false_start_does_not_turn(chat: list[Queued]) -> None:
    assert "转折" not in lines(chat, FALSE_START)


def test_nothing_else_is_made_much_of(chat: list[Queued]) -> None:
    text = "\n".join(m.text for m in chat if m.priority == 0 and not m.photo)
    names = re.findall(r"<b>(模拟·\w+)</b>", text)
    chain = {HOT, FALSE_START, "模拟·算力", "模拟·光模块", "模拟·大模型", "模拟·应用"}
    assert len([name for name in names if name not in chain]) <= 6


def test_every_message_says_that_it_is_simulated(chat: list[Queued]) -> None:
    assert all("模拟数据" in message.text for message in chat)


def test_every_day_has_its_digest_and_every_alert_its_chart(chat: list[Queued]) -> None:
    assert len({m.day for m in chat if m.priority == 1}) == 220
    alerts = {m.day for m in chat if m.priority == 0 and not m.photo}
    kinds = {(m.day, named(m.photo).kind) for m in chat if m.photo}  # type: ignore[union-attr]
    assert {day for day, kind in kinds if kind == CHART} == alerts
    assert len({day for day, kind in kinds if kind == HEAT}) == 220


def test_a_seed_gives_the_same_market() -> None:
    assert simulate(3).bars.equals(simulate(3).bars)
    assert not simulate(3).bars.equals(simulate(4).bars)


def test_an_alert_says_what_would_end_its_stage_and_an_end_how_it_came(chat: list[Queued]) -> None:
    told = [texts.plain(m.text) for m in chat if m.priority == 0 and not m.photo]
    over = [text for text in told if "→ 结束" in text.splitlines()[0]]
    running = [text for text in told if "→ 高潮" in text or "→ 退潮" in text.splitlines()[0]]
    assert running
    assert over
    assert all("结束的条件：" in text for text in running)
    assert all(re.search("历时\\d+个交易日", text.splitlines()[1]) for text in over)


def test_the_readmes_message_is_one_of_the_demos(chat: list[Queued]) -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    quoted = [line.removeprefix(">").strip() for line in readme.splitlines() if line[:1] == ">"]
    shown = "\n".join(line.removesuffix("\\").replace("**", "") for line in quoted)
    assert shown in [texts.plain(sent(message, "zh")) for message in chat]


def test_the_readmes_pictures_are_small_and_made_of_what_the_demo_says(told: Told) -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    assert json.loads(screenshots.MADE_OF.read_text("utf-8")) == told.shots, (
        "run python -m tests.screenshots"
    )
    for name in told.shots:
        png = (screenshots.FOLDER / f"{name}.png").read_bytes()
        assert png.startswith(b"\x89PNG")
        assert len(png) < screenshots.BYTES
        assert f"docs/pictures/{name}.png" in readme


def test_the_home_that_was_kept_can_be_asked_and_never_run(told: Told) -> None:
    said = paomo(told.home, "ask", "how is 深思链", "--language", "en").stdout
    assert said.startswith(f"[SIMULATED] {HOT} · quiet\n")
    assert "[Why] /why sim-00\n" in said
    assert "Watch" not in said  # a button that would change what a chat hears
    bot = paomo(told.home, "run", TELEGRAM_TOKEN="1:x", TMPDIR=str(told.home))
    assert (bot.returncode, "is a demo's home" in bot.stderr) == (2, True)


def test_only_a_demos_home_makes_way_for_another(told: Told, home: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not a demo's home"):
        _cleared(home)
    assert (home / DATABASE).exists()
    shutil.copy(told.home / DATABASE, tmp_path / DATABASE)
    _cleared(tmp_path)
    assert not (tmp_path / DATABASE).exists()
