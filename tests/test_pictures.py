"""Pictures are named, drawn once, sent up once; and what goes wrong on the way."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from bot import sender
from bot.deliver import Delivery, SendError, deliver
from bot.draw import Album
from bot.gallery import Gallery, Sent
from bot.heatmap import (
    HIGH,
    LOW,
    NAME_UNITS,
    WORD_UNITS,
    Heat,
    Tile,
    chosen,
    figure,
    heat_map,
    names,
    shortened,
    wide,
    wrapped,
)
from bot.ledger import Ledger
from bot.limits import Pace
from bot.pictures import CHART, HEAT, Picture, named
from bot.records import Chat, Outgoing
from bot.style import Look, font_path, png
from config.settings import load
from config.themes import load_themes
from market.source import Theme
from signals.model import Stage
from tests.botapi import TOKEN, BotApi
from tests.colours import BYTES, LOOKS
from tests.test_edits import NOW

DAY = date(2024, 3, 1)
PICTURE = Picture(HEAT, DAY, "zh", Look("light", "cn"))
PNG = b"\x89PNG picture"


@pytest.mark.parametrize("look", LOOKS)
def test_a_name_says_all_of_its_picture(look: Look) -> None:
    for of in ((), ("em-BK0800", "250")):
        picture = Picture(CHART, DAY, "en", look, of)
        assert named(picture.name) == picture


@pytest.mark.parametrize("name", ["", "f" * 64, "heat", "heat|2024-03-01|xx|light|cn"])
def test_what_is_no_name_is_no_picture(name: str) -> None:
    assert named(name) is None


def test_an_album_keeps_those_asked_for_last_and_forgets_that_there_was_none() -> None:
    album, drawn = Album(limit=2), list[str]()

    def get(name: str, png: bytes | None = PNG) -> bytes | None:
        def drawing() -> bytes | None:
            drawn.append(name)
            return png

        return album.get(name, drawing)

    for name in "abacab":
        assert get(name) == PNG
    assert drawn == ["a", "b", "c", "b"]
    assert get("x", None) is None
    assert get("x") == PNG


class Way:
    """Sends to nobody; knows the files it gave, and refuses others."""

    def __init__(self) -> None:
        self.took: list[bytes | str | None] = []
        self.files: set[str] = set()

    async def __call__(self, photo: bytes | str | None) -> Sent:
        await asyncio.sleep(0)
        if isinstance(photo, str) and photo not in self.files:
            raise SendError("wrong file identifier", stale=True)
        self.took.append(photo)
        if not isinstance(photo, bytes):
            return Sent(len(self.took))
        self.files.add(f"file{len(self.took)}")
        return Sent(len(self.took), f"file{len(self.took)}")


def gallery(ledger: Ledger, png: bytes | None = PNG) -> tuple[Gallery, list[int]]:
    """A gallery over a ledger, and how often it drew."""
    drawn: list[int] = []

    async def draws(_: Callable[[Any], Any]) -> Any:
        drawn.append(1)
        await asyncio.sleep(0)
        return png

    return Gallery(ledger.files, draws), drawn


def test_a_picture_is_drawn_and_sent_up_once_however_many_want_it() -> None:
    ledger, way = Ledger(None), Way()
    shows, drawn = gallery(ledger)

    async def all_at_once() -> None:
        await asyncio.gather(*(shows.send(PICTURE, way) for _ in range(20)))

    asyncio.run(all_at_once())
    assert way.took == [PNG, *["file1"] * 19]
    assert len(drawn) == 1
    again, drawn_again = gallery(ledger)  # after a restart
    asyncio.run(again.send(PICTURE, way))
    assert (way.took[-1], drawn_again) == ("file1", [])


def test_a_file_that_telegram_forgot_is_sent_up_anew() -> None:
    ledger, way = Ledger(None), Way()
    ledger.files.keep(PICTURE.name, "another bot's", DAY)
    shows, drawn = gallery(ledger)
    asyncio.run(shows.send(PICTURE, way))
    assert (way.took, len(drawn)) == ([PNG], 1)
    assert ledger.files.known(PICTURE.name) == "file1"


def test_a_message_goes_without_its_picture_when_it_cannot_be_drawn(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def breaks(_: Callable[[Any], Any]) -> Any:
        raise ValueError("no font")

    ledger, way = Ledger(None), Way()
    asyncio.run(Gallery(ledger.files, breaks).send(PICTURE, way))
    asyncio.run(gallery(ledger, None)[0].send(PICTURE, way))
    assert way.took == [None, None]
    assert ledger.files.known(PICTURE.name) is None
    assert "could not be drawn" in caplog.text


def test_another_refusal_is_the_senders_to_deal_with() -> None:
    async def refuses(_: bytes | str | None) -> Sent:
        raise SendError("blocked", gone=True)

    ledger = Ledger(None)
    ledger.files.keep(PICTURE.name, "file1", DAY)
    with pytest.raises(SendError, match="blocked"):
        asyncio.run(gallery(ledger)[0].send(PICTURE, refuses))
    assert ledger.files.known(PICTURE.name) == "file1"


def test_old_files_are_forgotten() -> None:
    files = Ledger(None).files
    files.keep("old", "1", date(2024, 1, 1))
    files.keep("new", "2", DAY)
    files.forget_before(DAY)
    assert (files.known("old"), files.known("new")) == (None, "2")


def delivered(ledger: Ledger, api: BotApi, png: bytes | None = PNG) -> int:
    known = load({"PAOMO_HOME": "unused", "TELEGRAM_TOKEN": TOKEN, "TELEGRAM_BASE_URL": api.url})

    async def all_due() -> int:
        bot = sender.builder(known).build().bot
        async with bot:
            send = sender.of_outbox(bot, ledger.reads_hant, gallery(ledger, png)[0])
            return await deliver(Delivery(ledger, send, Pace(), lambda: NOW, 45))

    return asyncio.run(all_due())


def queued(*chats: int) -> Ledger:
    ledger = Ledger(None)
    for chat in chats:
        ledger.save_chat(Chat(chat, "private", "", "zh"))
        ledger.outbox.enqueue(Outgoing("k", chat, DAY, "<b>x</b>", NOW, PICTURE.name))
    return ledger


def test_the_outbox_sends_bytes_to_the_first_chat_and_a_file_id_to_the_others(api: BotApi) -> None:
    ledger = queued(7, 8, 9)
    assert delivered(ledger, api) == 3
    photos = [sent["photo"] for sent in api.sent]
    assert sorted(type(photo).__name__ for photo in photos) == ["bytes", "str", "str"]
    assert {sent["method"] for sent in api.sent} == {"sendPhoto"}


def test_a_wrong_file_id_costs_one_refusal_and_then_the_bytes_go(api: BotApi) -> None:
    ledger = queued(7)
    ledger.files.keep(PICTURE.name, "gone", DAY)
    api.faults["sendPhoto"] = ["wrong file"]
    assert delivered(ledger, api) == 1
    assert [type(sent["photo"]) for sent in api.sent] == [bytes]
    assert "x" in api.sent[0]["caption"]


def test_what_cannot_be_drawn_arrives_as_text(api: BotApi) -> None:
    ledger = queued(7)
    ledger.outbox.enqueue(Outgoing("old", 7, DAY, "older", NOW, "f" * 64))  # an older release's
    assert delivered(ledger, api, None) == 2
    assert [sent["method"] for sent in api.sent] == ["sendMessage"] * 2


# ---- the heat map ---------------------------------------------------------------------------


def tiles(count: int) -> list[Tile]:
    """Tiles from the largest run-up to the smallest."""
    return [
        Tile(f"题材概念名字很长{n}", 0.4 - 0.8 * n / count, n / count, Stage.BUBBLE, n % 3)
        for n in range(count)
    ]


@pytest.mark.parametrize("count", [1, 2, 19, HIGH + LOW, HIGH + LOW + 1, 441])
def test_a_heat_map_shows_the_strongest_and_the_weakest_and_none_twice(count: int) -> None:
    every = tiles(count)
    high, low = chosen(every)
    assert not set(high) & set(low)
    assert len(high) <= HIGH
    assert len(low) <= LOW
    assert every[0] in [*high, *low]
    assert every[-1] in [*high, *low]
    if count > HIGH + LOW:
        assert (len(high), len(low)) == (HIGH, LOW)


def heat(count: int, language: str = "zh", look: Look = PICTURE.look) -> Heat:
    return Heat(DAY, tiles(count), count, 0.01, 0.5, language, look, simulated=True)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("look", LOOKS)
def test_a_heat_map_is_a_small_picture_with_glyphs_of_its_font(look: Look, language: str) -> None:
    from matplotlib.ft2font import FT2Font

    shown = heat(441, language, look)
    made = heat_map(shown)
    assert made
    assert int.from_bytes(made[16:20], "big") == 1080
    assert len(made) < BYTES
    known = FT2Font(str(font_path())).get_charmap()
    said = "".join(text.get_text() for text in figure(shown).axes[0].texts)
    assert all(ord(char) in known for char in said)
    assert "441" in said
    assert "+40.0%" in said


def test_a_heat_map_of_nothing_is_none() -> None:
    assert heat_map(heat(0)) is None


@pytest.mark.parametrize(
    ("name", "room", "shown"),
    [
        ("机器人", 12, "机器人"),
        ("光通信模块概念", 12, "光通信模块…"),
        ("Web3.0 etc", 6, "Web3.…"),
        ("半导体", 6, "半导体"),
    ],
)
def test_a_name_that_is_too_wide_is_cut_with_a_mark(name: str, room: int, shown: str) -> None:
    assert shortened(name, room) == shown
    assert wide(shown.removesuffix("…")) <= room


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("机器人", ["机器人"]),
        ("Robots", ["Robots"]),
        ("AI training data", ["AI training", "data"]),
        ("Low-altitude economy", ["Low-altitude", "economy"]),
        ("Artificial intelligence", ["Artificial", "intelligence"]),
        ("Brewing and distilling", ["Brewing and", "distilling"]),
        ("HK innovative drugs", ["HK innovative", "drugs"]),
        ("Liquid-cooled servers and more of them", ["Liquid-cooled", "servers and mo…"]),
        ("Semiconductors", ["Semiconductors"]),  # smaller
        ("光通信模块概念", ["光通信模块概念"]),
        ("光通信模块与光芯片", ["光通信模块与光…"]),
    ],
)
def test_a_name_of_words_has_two_lines_where_one_is_too_short(name: str, lines: list[str]) -> None:
    assert wrapped(name, 12, 15) == lines


def test_every_english_name_that_comes_with_paomo_fits_a_tile(tmp_path: Path) -> None:
    for name in load_themes(tmp_path).english.values():
        assert "…" not in "".join(wrapped(name, NAME_UNITS, WORD_UNITS)), name


def test_who_reads_english_sees_the_english_name_on_a_tile() -> None:
    theme = Theme("t", "机器人概念", "concept", "XSHG", "em", "board", english="Robots")
    assert names(theme, "en") == "Robots"
    assert names(theme, "zh") == "机器人"
    assert names(replace(theme, english=""), "en") == "机器人"


@pytest.mark.parametrize("look", LOOKS)
def test_a_small_fall_does_not_look_like_a_rise(look: Look) -> None:
    """The tones survive the palette: each within 6 of 255 of what it stands for."""
    sizes = [n / 40 for n in range(-40, 41)]
    style = look.style

    def drawn() -> Figure:
        made = Figure(figsize=(len(sizes) / 10, 1), dpi=100)
        axes = made.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, len(sizes)), ylim=(0, 1))
        axes.bar(range(len(sizes)), 1, 1, align="edge", color=[style.tone(s) for s in sizes])
        return made

    pixels = np.asarray(Image.open(BytesIO(png(drawn))).convert("RGB"), int)[50, 5::10]
    meant = [[int(style.tone(s)[n : n + 2], 16) for n in (1, 3, 5)] for s in sizes]
    assert np.abs(pixels - meant).max() <= 6
