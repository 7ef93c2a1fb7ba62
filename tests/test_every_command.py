"""Every command, asked of a real process in three languages; odd questions and their answers."""

import re
from collections.abc import Callable, Iterable, Iterator

import pytest

from bot.commands import COMMANDS, PRESSED, refused
from bot.commands.usage import USAGES
from bot.names import RULES
from bot.script import spelt
from bot.texts import units
from bot.words import say
from config.settings import load
from tests.asking import CODES, READER, STOCKS, STRANGERS, THEMES, Answered, Hall
from tests.chaos.commands import Tags

TYPO = "机器入"  # for 机器人
DRAWN = {"theme", "chart", "compare", "chain", "digest", "testmessage"}  # with their example
# the letters that English has none of, and words that Chinese readers are not to meet
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
ENGLISH = re.compile(r"[A-Za-z]{3,}")
OWN = re.compile(  # so in every language: addresses, hashes, commands, files, settings, rules
    r"https?://\S+|\b[0-9a-f]{12,}\b|/[a-z]+( [a-z_]+)?|\S+\.(?:toml|db)|"
    r"PAOMO_[A-Z]+|\b[a-z]+_[a-z_]+\b|" + "|".join(rf"\b{rule}\b" for rule in RULES)
)
NAMES = [*THEMES.values(), *STOCKS.values(), TYPO, "简体中文", "繁體中文"]
ABBREVIATED = {"PSY", "LPPLS", "GDP", "CPI", "PPI", "SENSEX", "English", "jqr"}
TRIED = (("/theme 机器人", "en"), ("/start t_hot", "zh"), ("机器人", "zh"))  # by strangers
ODD = (
    "x" * 4096, "题" * 4096, "👨‍👩‍👧‍👦" * 300, "\u202e机器人\u202c", "<b>机器人", "&lt;script&gt;",
    "'; DROP TABLE chat; --", "{{ 7*7 }} {0.__class__} %s%n", "/", "//", "/theme " + "<i>" * 900,
    "/mute 机器人 99999999999d", "/chart 机器人 -5", "/replay 9999-99-99", "/allow " + "9" * 400,
    "/alert '; --", "/settings tz ../../etc", "/start t_" + "x" * 90, "/compare " + "机器人 " * 400,
)  # fmt: skip


class Asked:
    """All that was asked, and how it was answered."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        takes = [name for name in COMMANDS if USAGES[name].en_args]
        self.examples = self._each(COMMANDS, CODES, self._example)
        self.bare = self._each(takes, CODES, lambda *_: "")
        self.typos = self._each(takes, ("zh", "en"), lambda *_: TYPO)
        self.odd = {hall.ask(text, "en"): text for text in ODD}
        people = [*self.examples.values(), *self.bare.values(), *self.typos.values(), *self.odd]
        drawn = [user for (name, _), user in self.examples.items() if name in DRAWN]
        self.answers = hall.answers(people, drawn)

    def _each(
        self, names: Iterable[str], languages: Iterable[str], rest: Callable[[str, str], str]
    ) -> dict[tuple[str, str], int]:
        return {
            (name, language): self.hall.ask(f"/{name} {rest(name, language)}".strip(), language)
            for language in languages
            for name in names
        }

    def _example(self, name: str, language: str) -> str:
        return (
            USAGES[name]
            .typed("en" if language == "en" else "zh")
            .replace("a4fc6b", self.hall.alert)
        )

    def in_language(self, language: str) -> Iterator[tuple[str, Answered]]:
        """What was asked in a language, and its answer; what chooses another is none of it."""
        for user, found in self.answers.items():
            text, of = self.hall.asked[user]
            if of == language and text != "/lang hant":
                yield text, found


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    made = Hall(tmp_path_factory.mktemp("home"))
    yield made
    assert made.close() == 0


@pytest.fixture(scope="module")
def asked(hall: Hall) -> Asked:
    return Asked(hall)


def test_every_command_is_answered_well_formed_and_without_a_fault(asked: Asked) -> None:
    for user, found in asked.answers.items():
        text = asked.hall.asked[user][0][:60]
        assert found.is_whole, text
        assert found.said.strip(), text
        for part in found.texts:
            tags = Tags(part)
            assert tags.right, text
            assert not tags.open, text
            assert units(part) <= 4096, text
            assert not {say("failed", "zh"), say("failed", "en")} & {part}, text
        assert "None" not in found.said, text
        assert not re.search(r"\bnan\b", found.said), text
    log = asked.hall.bot.log.read_text()
    assert "Traceback" not in log
    assert "ERROR" not in log


def test_english_answers_have_nothing_chinese_but_names(asked: Asked) -> None:
    wrong = {}
    for text, found in asked.in_language("en"):
        said = found.said
        for name in NAMES:
            said = said.replace(name, "")
        if text not in ODD and CHINESE.search(said):
            wrong[text] = [line for line in said.splitlines() if CHINESE.search(line)]
    assert not wrong


@pytest.mark.parametrize("language", ["zh", "hant"])
def test_chinese_answers_have_nothing_english_but_names(asked: Asked, language: str) -> None:
    wrong = {}
    for text, found in asked.in_language(language):
        words = {*ENGLISH.findall(OWN.sub("", found.said))} - ABBREVIATED
        if words:
            wrong[text] = words
    assert not wrong


def test_traditional_answers_hold_no_simplified_character(asked: Asked) -> None:
    for text, found in asked.in_language("hant"):
        said = found.said.replace("简体中文", "")
        assert spelt(said, hant=True) == said, text


def test_what_help_gives_as_an_example_is_understood(asked: Asked) -> None:
    misled = ("没有找到", "没有这个", "No theme named", "No such", "No stock", "No alert")
    for (name, language), user in asked.examples.items():
        said = asked.answers[user].said
        assert not any(words in said for words in misled), (name, language, said)


def test_commands_that_draw_send_their_picture(asked: Asked) -> None:
    drew = {name for (name, _), user in asked.examples.items() if asked.answers[user].photos}
    assert drew == DRAWN


def test_a_missing_name_gives_something_to_press(asked: Asked) -> None:
    for (name, language), user in asked.bare.items():
        needed = USAGES[name].en_args
        if needed and needed[0] != "[" and name not in ("allow", "ban", "mute", "unmute"):
            nothing = name == "unwatch"  # nobody here watches
            assert bool(asked.answers[user].buttons) is not nothing, (name, language)


def test_a_slip_gives_the_nearest_or_what_there_is(asked: Asked) -> None:
    for (name, language), user in asked.typos.items():
        found = asked.answers[user]
        if USAGES[name].en_args.startswith(("NAME", "[NAME]")):
            near = [label for label, _ in found.buttons]
            shown = {"zh": THEMES["hot"], "en": f"{THEMES['hot']} Robots"}
            assert near == [shown[language]], (name, language, found.said)


def test_help_names_every_command_in_every_language(hall: Hall) -> None:
    people = {hall.ask("/help all", language): language for language in CODES}
    for user, found in hall.answers(people).items():
        assert {f"/{name}" for name in COMMANDS} <= {*found.said.split()}, people[user]


def test_a_reader_is_refused_what_runs_the_bot_and_a_stranger_everything(hall: Hall) -> None:
    running = [name for name, command in COMMANDS.items() if command.runs]
    hall.ask(f"/{running[0]}", "en", READER)
    strangers = dict(zip(STRANGERS, TRIED, strict=True))
    for user, (text, language) in strangers.items():
        hall.ask(text, language, user)
    found, known = hall.answers([READER, *strangers]), load(hall.bot.environ)
    assert found[READER].said.startswith("No such command")
    for user, (_, language) in strangers.items():
        assert found[user].texts == [refused(known, user, "en" if language == "en" else "zh")]


def test_who_reads_english_is_shown_both_names_and_asks_by_either(asked: Asked, hall: Hall) -> None:
    for (name, language), user in asked.examples.items():
        found = asked.answers[user].said
        if language == "en" and USAGES[name].example.startswith(THEMES["hot"]):
            assert "机器人 Robots" in found, name
    user = hall.ask("/theme liquor", "en")
    assert hall.answers([user], [user])[user].said.startswith("白酒 Liquor")


def test_a_link_opens_its_theme_and_inline_offers_it(hall: Hall) -> None:
    for language, code in CODES.items():
        user = hall.ask("/start t_hot", language)
        name = spelt(THEMES["hot"], language == "hant")
        assert name in hall.answers([user])[user].said
        sender = {"id": user, "is_bot": False, "first_name": "x", "language_code": code}
        query = {"id": f"i{user}", "from": sender, "query": name, "offset": ""}
        hall.api.told({"inline_query": query})
        (card,) = hall.offered(f"i{user}")
        assert card["id"] == "hot"
        assert name in card["title"]


def test_a_button_of_every_kind_is_answered(asked: Asked) -> None:
    offered = {data for found in asked.answers.values() for _, data in found.buttons if data}
    kinds = {data.partition(":")[0]: data for data in sorted(offered)}
    unseen = {"x": "x:hot", "n": "n:hot", "h": "h:hot", "r": "r:1", "u": "u:hot"}
    unseen |= {"top": "top:", "stop": "stop:"}
    hall, pressed = asked.hall, unseen | kinds
    assert pressed.keys() == PRESSED.keys()
    people = {hall.press(data, "en"): data for data in pressed.values()}
    for user, data in people.items():
        assert hall.responded(user), data
    assert "Traceback" not in hall.bot.log.read_text()
    assert hall.bot.process.poll() is None
