"""/help: where to begin, all commands by group, how one is used, or what a word means."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.app import App
from bot.commands import terms
from bot.commands.asked import Answer, Asked, both
from bot.commands.free_text import spoken
from bot.commands.named import close
from bot.commands.usage import GROUPS, USAGES, in_english
from bot.glossary import TERM, called, every_name
from bot.records import Buttons
from bot.script import simplified
from bot.words import Words, say

if TYPE_CHECKING:
    from bot.commands import Command

Commands = Mapping[str, "Command"]
PAGE = "+"  # before the name of a group in what its button asks
ALL = ("all", "全部")  # behind /help: every command by name
FIRST: tuple[tuple[Words, tuple[str, ...]], ...] = (  # what a newcomer asks, and by what
    (
        {"zh": "哪些题材热、为什么", "en": "What is hot, and why"},
        ("themes", "top", "theme", "why", "chart"),
    ),
    ({"zh": "有多准", "en": "How sure it is"}, ("record",)),
    ({"zh": "听什么、何时听", "en": "What you hear, and when"}, ("watch", "settings", "lang")),
)
ALONE = {"zh": "机器人；白酒 怎么样；为什么 机器人", "en": "robots; how is liquor; why robots"}


def pages(app: App, asked: Asked, shown: Commands) -> Answer:
    """The help that was asked for; `shown` are the commands this person may see."""
    what = asked.rest.strip().lstrip("/").casefold()
    if what in shown:
        return Answer(_usage(asked, what, shown))
    if simplified(what) in terms.WORDS:
        return terms.listed(asked)
    if part := terms.is_page(what):
        return terms.page(app, asked, part)
    groups = [group for group in GROUPS if _of(group, shown)]
    if what.removeprefix(PAGE) in groups:
        return Answer(
            _page(asked, what.removeprefix(PAGE), shown), _turn(asked, groups), in_place=True
        )
    if simplified(what) in ALL:
        return Answer(_all(asked, groups, shown), _turn(asked, groups), in_place=True)
    word = what.removeprefix(TERM)
    nearest = close({*shown, *every_name()}, word)[:1]
    if called(word) or what.startswith(TERM) or (nearest and nearest[0] not in shown):
        return terms.term(app, asked, word) or terms.unknown(asked, word)
    every = both(asked, f"全部 {len(shown)} 个命令", f"All {len(shown)} commands")
    return Answer(_cover(asked, what, shown), (((every, f"help:{ALL[0]}"),), terms.button(asked)))


def _of(group: str, shown: Commands) -> list[str]:
    """The commands of a group; one whose use nobody wrote down yet is about the bot."""
    return [name for name in shown if (USAGES[name].group if name in USAGES else "bot") == group]


def _turn(asked: Asked, groups: list[str]) -> Buttons:
    buttons = [(GROUPS[group][asked.language], f"help:{PAGE}{group}") for group in groups]
    return tuple(tuple(buttons[n : n + 2]) for n in range(0, len(buttons), 2))


def _cover(asked: Asked, what: str, shown: Commands) -> str:
    """Where to begin; before it that there is no such command, when another was asked for."""
    lines = []
    if what:
        none = both(asked, "没有这个命令，也没有这个词语。", "No such command, nor a word like it.")
        near = " ".join(f"/{name}" for name in close(shown, what))
        lines += [f"{none} {both(asked, '相近的有', 'Near to it')}: {near}" if near else none, ""]
    for words, names in FIRST:
        lines.append(f"<b>{words[asked.language]}</b>")
        lines += [_line(asked, name, shown) for name in names]
    alone = both(asked, "不用命令也行，直接说：", "No command is needed; just say: ")
    lines += ["", f"{alone}{ALONE[asked.language]}"]
    word = both(asked, "/help 宽度", "/help breadth")
    return "\n".join([*lines, f"/help {ALL[0]} · /help mute · {word}", say("rest", asked.language)])


def _all(asked: Asked, groups: list[str], shown: Commands) -> str:
    """All commands by name."""
    lines = []
    for group in groups:
        names = " ".join(f"/{name}" for name in _of(group, shown))
        lines.append(f"<b>{GROUPS[group][asked.language]}</b>\n{names}")
    one = both(asked, "一个命令怎么用：", "How one command is used: ")
    press = both(asked, "按钮里有每个命令的说明。", "The buttons say what each command does.")
    return "\n".join([*lines, "", press, f"{one}/help mute"])


def _line(asked: Asked, name: str, shown: Commands) -> str:
    return f"/{name} — {both(asked, shown[name].zh, shown[name].en)}"


def _page(asked: Asked, group: str, shown: Commands) -> str:
    lines = [_line(asked, name, shown) for name in _of(group, shown)]
    return "\n".join([f"<b>{GROUPS[group][asked.language]}</b>", *lines])


def _usage(asked: Asked, name: str, shown: Commands) -> str:
    command, known = shown[name], USAGES.get(name)
    head = f"<b>/{name}</b> — {both(asked, command.zh, command.en)}"
    if not known:
        return head
    args = both(asked, known.zh_args, known.en_args)
    lines = [head, f"{both(asked, '用法', 'Use')}: /{name} {args}".rstrip()]
    if example := known.typed(asked.language):
        lines.append(f"{both(asked, '例如', 'Such as')}: <code>/{name} {example}</code>")
    lines.append(both(asked, known.zh, known.en))
    said = spoken(name, asked.language)
    said = said if asked.language == "zh" else in_english(said)
    return "\n".join([*lines, f"{both(asked, '也可以说', 'Or say')}: {said}"] if said else lines)
