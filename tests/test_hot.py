"""What is hot: one answer by stage, each theme with its reasons, wherever it is asked."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.app import App, judge
from bot.commands import PRESSED, answer
from bot.commands.asked import Answer, Asked
from bot.commands.free_text import meant
from bot.commands.hot import PAGE, REASONED
from bot.commands.hot import PRESSED as BUTTONS
from bot.jobs import daily
from bot.ledger import Ledger
from bot.records import Chat
from bot.texts import TEXT_LIMIT, plain, split, units
from bot.words import LANGUAGES, Language
from config.settings import Settings
from market.derive import derive
from market.source import Theme
from market.store import Store
from signals.model import Stage, ThemeState
from tests import markets

DAY = date(2024, 6, 28)
MANY = 40  # further themes, like one of the first two


@pytest.fixture(scope="module")
def lived(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> App:
    home = tmp_path_factory.mktemp("home")
    known = settings.model_copy(update={"home": home})
    made = App(known, Store(None), Ledger(None), *judge(known), lambda: datetime.now(UTC))
    markets.fill(made.store)
    names = {f"t{n}": f"题材{n:02}" for n in range(MANY)}
    made.store.save_themes(
        Theme(t, n, "concept", "XSHG", "file", "members") for t, n in names.items()
    )
    for theme in names:
        made.store.save_members(theme, DAY, made.store.members("hot", DAY))
    derive(made.store, made.store.bar_days(), backfilled=True)
    daily(made, made.store.days()[-1])
    made.ledger.set_fact("username", "paomo_bot")
    return made


@pytest.fixture
def app(lived: App) -> Iterator[App]:
    """With all themes quiet; as it was afterwards."""
    before = lived.ledger.states()
    lived.ledger.save_states(ThemeState(theme) for theme in before)
    yield lived
    lived.ledger.save_states(before.values())


def ask(app: App, text: str = "themes", language: Language = "zh") -> Answer:
    name, _, rest = text.partition(" ")
    return answer(app, name, Asked(Chat(7, "private", "", language), 7, rest, DAY))


def put(app: App, *themes: str, stage: Stage, since: date = DAY) -> None:
    peak = {"peak_net": 1e9} if stage is Stage.BURSTING else {}  # far above: it fell
    app.ledger.save_states(ThemeState(t, stage, since, since, **peak) for t in themes)


def data(given: Answer) -> list[str]:
    return [data for row in given.buttons for _, data in row]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_one_line_says_that_nothing_is_hot(app: App, language: Language) -> None:
    first = plain(ask(app, language=language).text).splitlines()[0]
    assert (
        first
        == {
            "zh": "现在没有热门题材：没有题材处于高潮或发酵。",
            "en": "Nothing is hot now: no theme is in bubble or forming.",
        }[language]
    )


def test_a_hot_theme_comes_with_its_reasons_and_a_way_to_it(app: App) -> None:
    put(app, "hot", stage=Stage.BUBBLE)
    given = ask(app)
    assert plain(given.text).startswith("🔥 高潮 1 · 发酵 0：今天有 1 个满足升温的条件。")
    (line,) = [line for line in given.text.splitlines() if "热题材" in line]
    assert line.startswith('● <a href="https://t.me/paomo_bot?start=t_hot">热题材</a> 净涨 +')
    assert re.search(r" · 20日线上 \d+% · 06-28$", plain(line))
    assert data(given)[0] == "t:hot"
    assert "/top" in given.text
    english = plain(ask(app, language="en").text)
    assert re.search(r"net \+[\d.]+% · above avg \d+% · 06-28\n", english)


def test_what_no_longer_rises_is_said_to_be_so(app: App) -> None:
    put(app, "calm", stage=Stage.FORMING)
    text = plain(ask(app).text)
    assert text.startswith("今天没有题材在升温：高潮 0 · 发酵 1 都是此前进入的")
    assert "○ 普通题材" in text
    put(app, "hot", stage=Stage.FORMING)  # what holds comes first
    text = plain(ask(app).text)
    assert text.index("● 热题材") < text.index("○ 普通题材")


def test_what_turned_lately_is_told_apart_from_what_turned_before(app: App) -> None:
    put(app, "hot", stage=Stage.BURSTING)
    put(app, "calm", stage=Stage.BURSTING, since=app.store.days()[-30])
    text = plain(ask(app).text)
    assert "；近5个交易日转入退潮 1 个。" in text.splitlines()[0]
    (line,) = [line for line in text.splitlines() if "热题材" in line]
    assert "净回落 " in line
    assert "20日线下" in line
    assert "更早的退潮 1: 普通题材" in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_crowd_fits_one_message_and_all_of_it_is_reached(app: App, language: Language) -> None:
    themes = [f"t{n}" for n in range(MANY)]
    put(app, *themes, stage=Stage.FORMING)
    given = ask(app, language=language)
    assert units(given.text) < TEXT_LIMIT
    assert given.text.count("<a ") == REASONED[0]
    assert str(MANY - REASONED[0]) in given.text
    assert data(given)[BUTTONS:] == [f"q:{s}" for s in ("bubble", "forming", "bursting", "over")]
    pages = [ask(app, f"themes forming {n}", language) for n in (1, 2)]
    assert [page.text.count("<a ") for page in pages] == [PAGE, MANY - PAGE]
    assert data(pages[0])[0] == "q:forming 2"
    assert data(pages[1])[0] == "q:forming 1"
    assert all(page.in_place for page in pages)
    assert ask(app, "themes forming 99", language).text == pages[1].text


def test_with_every_stage_full_it_is_one_message_still(app: App) -> None:
    themes = [f"t{n}" for n in range(MANY)]
    app.ledger.set_fact("username", "a_bot_with_quite_a_long_name_bot")
    put(app, *themes[:13], stage=Stage.BUBBLE)
    put(app, *themes[13:27], stage=Stage.FORMING)
    put(app, *themes[27:], stage=Stage.BURSTING)
    for language in LANGUAGES:
        given = ask(app, language=language)
        assert len(split(given.text)) == 1
        assert given.text.count("<a ") in (18, 24)
    app.ledger.set_fact("username", "paomo_bot")


def test_the_way_back_takes_the_place_of_a_list_and_the_first_button_does_not(app: App) -> None:
    assert ask(app, "themes all").in_place
    assert not ask(app).in_place
    assert ask(app, "themes all").text == ask(app).text
    assert "q:all" in data(ask(app, "themes forming"))


def test_words_and_the_first_button_ask_the_same(app: App) -> None:
    assert PRESSED["top"] == "themes"
    for words in ("热门", "hot", "现在哪些题材热？", "哪些题材最热", "hottest themes?"):
        assert meant(app, words) == ("themes", "")


def test_what_is_offered_to_pick_is_what_is_hot(app: App) -> None:
    put(app, "calm", stage=Stage.BUBBLE)
    assert data(ask(app, "theme"))[0] == "t:calm"


def test_a_board_just_excluded_is_in_no_list(app: App, tmp_path: Path) -> None:
    put(app, "hot", stage=Stage.BUBBLE)
    (tmp_path / "themes.toml").write_text('[exclude]\nnames = ["热题材"]\n', "utf-8")
    other = replace(app, settings=app.settings.model_copy(update={"home": tmp_path}))
    for text in ("top", "top breadth", "themes", "themes bubble", "theme", "compare", "watch"):
        assert "热题材" in str(ask(app, text)), text
        assert "热题材" not in str(ask(other, text)), text


def test_before_the_first_evening_it_says_when_it_begins(settings: Settings) -> None:
    fresh = App(settings, Store(None), Ledger(None), *judge(settings), lambda: datetime.now(UTC))
    assert "还没有判断过" in ask(fresh).text
