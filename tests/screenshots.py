"""Makes the README's pictures anew from the simulated market: `python -m tests.screenshots`.

Real messages and real pictures of `paomo demo`, laid out by Chromium as a phone 390 pixels wide
shows a chat. Emoji are drawn by stand-ins: no font for them needs to be installed.
"""

import base64
import hashlib
import html
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bot.app import App
from bot.commands import answer
from bot.commands.asked import Answer, Asked
from bot.demo import Lived, lived, sent
from bot.draw import draw
from bot.home import settings
from bot.records import Buttons, Chat
from bot.style import STYLE, Paper, font_path
from bot.words import Language
from market.simulate import HOT, simulate

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
MADE_OF = FOLDER / "made_of.json"  # sha256 of the words each picture shows
SEED = 8  # of the demo
TURN = date(2024, 3, 5)  # the day of the reversal
ASKER = 2  # who asks; nothing is pushed to them
WIDTH, HEIGHT, SCALE = 390, 2600, 2  # of the phone, pixels; the height is cut afterwards
BYTES = 200_000  # of a picture at most
INKS: dict[Paper, dict[str, str]] = {
    "light": {"wall": "#cfe0c8", "paper": "#ffffff", "ink": "#111111", "mark": "#3d7fb5"},
    "dark": {"wall": "#0e1621", "paper": "#17212b", "ink": "#f1f4f7", "mark": "#6db3e8"},
}
STAND_INS = {
    "🔺": '<span style="color:#e0342b">▲</span>',
    "🔻": '<span style="color:#e0342b">▼</span>',
    "⏹": '<span style="color:#4a90d9">■</span>',
    "↔️": '<span style="color:#4a90d9">↔</span>',
    "📋": '<span style="color:#b98542">▤</span>',
    "📅": '<span style="color:#d14b41">▦</span>',
    "⭐": '<span style="color:#e8a90c">★</span>',
}


class Bubble(NamedTuple):
    """One message of the chat."""

    text: str  # Telegram's HTML
    png: bytes | None = None
    buttons: Buttons = ()


class Shot(NamedTuple):
    """One picture of the README."""

    name: str
    paper: Paper
    bubbles: list[Bubble]

    @property
    def made_of(self) -> str:
        """The hash of its words."""
        words = json.dumps([(b.text, [list(row) for row in b.buttons]) for b in self.bubbles])
        return hashlib.sha256(words.encode()).hexdigest()


def shots(chat: Iterator[Lived], pictures: bool = True) -> Iterator[Shot]:
    """The README's pictures, from the chat of the demo; without `pictures` their words alone."""
    alert: list[Bubble] = []
    for one in chat:
        message = one.message
        if message.day == TURN and message.priority == 0:
            png = one.picture() if message.photo and pictures else None
            alert.append(Bubble(sent(message, "zh"), png))
        if message.day == TURN and message.photo and message.priority == 1:
            yield Shot("alert", "light", alert)
            yield Shot("digest", "dark", _asked(one.app, "digest", "en", "dark", TURN, pictures))
            asked = "compare 模拟·深思链 模拟·芯片"
            yield Shot("compare", "light", _asked(one.app, asked, "zh", "light", TURN, pictures))
            asked = f"chain {HOT}"
            yield Shot("chain", "dark", _asked(one.app, asked, "zh", "dark", TURN, pictures))
            return


def _asked(
    app: App, text: str, language: Language, paper: Paper, day: date, pictures: bool
) -> list[Bubble]:
    """The answer to a question as it arrives."""
    app.ledger.wish(ASKER, STYLE, paper)
    name, _, rest = text.partition(" ")
    given = answer(app, name, Asked(Chat(ASKER, "private", "", language), ASKER, rest, day))
    words = "\n\n".join(filter(None, (given.text, given.more(app) if given.more else "")))
    png = draw(app, given.picture) if given.picture and pictures else None
    return _laid_out(given, words, png)


def _laid_out(given: Answer, words: str, png: bytes | None) -> list[Bubble]:
    if given.captioned:
        return [Bubble(words, png, given.buttons)]
    return [Bubble(words, None, given.buttons), Bubble("", png)]


def page(shot: Shot) -> str:
    """A shot as an HTML page."""
    inks = INKS[shot.paper]
    font = base64.b64encode(font_path().read_bytes()).decode()
    style = (
        f"@font-face{{font-family:paomo;src:url(data:font/otf;base64,{font})}}"
        f"body{{margin:0;padding:8px;background:{inks['wall']};color:{inks['ink']};"
        "font:15px/1.38 paomo}"
        f".b{{background:{inks['paper']};border-radius:12px;margin:0 34px 8px 0;overflow:hidden}}"
        ".t{padding:7px 11px;white-space:pre-wrap}img{width:100%;display:block}"
        f"blockquote{{margin:2px 0;padding:2px 8px;border-left:3px solid {inks['mark']};"
        f"background:{inks['mark']}22;font-size:13.5px;overflow:hidden;"
        "display:-webkit-box;-webkit-box-orient:vertical}"
        "blockquote[expandable]{-webkit-line-clamp:3}"  # folded, as it arrives
        f".k{{display:flex;gap:4px;margin:-4px 34px 4px 0}}.k div{{flex:1;text-align:center;"
        f"background:{inks['mark']}55;border-radius:8px;padding:6px 2px;font-size:14px}}"
    )
    return f"<!doctype html><meta charset=utf-8><style>{style}</style>" + "".join(
        map(_bubble, shot.bubbles)
    )


def _bubble(of: Bubble) -> str:
    text = of.text.replace("</blockquote>\n", "</blockquote>")  # a block ends its own line
    for emoji, mark in STAND_INS.items():
        text = text.replace(emoji, mark)
    image = ""
    if of.png:
        image = f'<img src="data:image/png;base64,{base64.b64encode(of.png).decode()}">'
    words = f'<div class="t">{text}</div>' if text else ""
    rows = "".join(
        f'<div class="k">{"".join(f"<div>{html.escape(name)}</div>" for name, _ in row)}</div>'
        for row in of.buttons
    )
    return f'<div class="b">{image}{words}</div>{rows}' if image or words else ""


def shoot(shot: Shot, chromium: str) -> bytes:
    """The PNG of a shot as a phone shows it."""
    from io import BytesIO

    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "page.html"), Path(folder, "page.png")
        source.write_text(page(shot), "utf-8")
        subprocess.run(
            [
                *(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
                *(f"--force-device-scale-factor={SCALE}", f"--window-size={WIDTH},{HEIGHT}"),
                *(f"--user-data-dir={folder}/profile", f"--screenshot={target}", source.as_uri()),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        whole = Image.open(target).convert("RGB")
    pixels = np.asarray(whole)
    used = np.flatnonzero((pixels != pixels[-1, -1]).any(axis=(1, 2)))
    cut = whole.crop((0, 0, whole.width, min(whole.height, int(used[-1]) + 8 * SCALE)))
    out = BytesIO()
    cut.quantize(128, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out, "png")
    return out.getvalue()


def main() -> None:
    """Writes the pictures and what they are made of."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if not chromium:
        raise SystemExit("chromium is needed to lay the pages out; install it")
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = {}
    for shot in shots(lived(simulate(SEED), settings(), "zh")):
        png = shoot(shot, chromium)
        (FOLDER / f"{shot.name}.png").write_bytes(png)
        made[shot.name] = shot.made_of
        print(f"{shot.name}.png: {len(png) / 1000:.0f} kB")
    MADE_OF.write_text(json.dumps(made, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
