"""What a word means: one term, or the list of them by part; numbers are those in force."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from html import escape

from bot.app import NET, App, labels
from bot.commands.asked import Answer, Asked, both, elsewhere
from bot.commands.named import CLOSE
from bot.glossary import PARTS, TERM, Term, called, near, terms
from bot.names import NAME_LIMIT
from bot.records import Buttons
from bot.texts import figure
from bot.words import Language

WORDS = ("words", "terms", "词语", "术语", "名词")  # behind /help: the list of terms
PAGE = "+words-"  # before a part in what its button asks


def listed(asked: Asked) -> Answer:
    """All terms by name, and a button for each part."""
    lines = [
        f"<b>{PARTS[part][asked.language]}</b>\n"
        + escape(" · ".join(term.name[asked.language] for term in terms() if term.part == part))
        for part in PARTS
    ]
    how = both(
        asked,
        "按下面看解释，或写 <code>/help 宽度</code>，或问 <code>宽度是什么意思</code>",
        "Press for what they mean, or write <code>/help breadth</code>, or ask"
        " <code>what is breadth?</code>",
    )
    return Answer("\n".join([*lines, "", how]), _turn(asked))


def page(app: App, asked: Asked, part: str) -> Answer:
    """The terms of one part and what they mean, in place of what was pressed."""
    told = _told(app, asked, [term for term in terms() if term.part == part])
    return Answer(f"<b>{PARTS[part][asked.language]}</b>\n\n{told}", _turn(asked), in_place=True)


def term(app: App, asked: Asked, text: str) -> Answer | None:
    """What a word means, else the words near to it; None: it is like none."""
    found = called(text)
    if found:
        return Answer(_told(app, asked, found), (button(asked),))
    close = near(text, CLOSE)
    if not close:
        return None
    words = both(
        asked, f"没有词语“{_cut(text)}”，相近的有：", f"No word “{_cut(text)}”; near to it:"
    )
    return Answer(words, [*_buttons(asked, close), button(asked)])


def unknown(asked: Asked, text: str) -> Answer:
    """That no word is called so."""
    words = both(asked, f"没有词语“{_cut(text)}”。", f"No word “{_cut(text)}”.")
    return Answer(words, (button(asked), *elsewhere(asked)))


def button(asked: Asked) -> tuple[tuple[str, str], ...]:
    """A row that leads to the list."""
    return ((both(asked, "📖 词语解释", "📖 What words mean"), f"help:{WORDS[0]}"),)


def is_page(what: str) -> str:
    """The part whose page is asked for; empty: it is none."""
    part = what.removeprefix(PAGE)
    return part if what.startswith(PAGE) and part in PARTS else ""


def _cut(text: str) -> str:
    return escape(text.strip()[:NAME_LIMIT])


def _buttons(asked: Asked, found: Sequence[Term]) -> Buttons:
    return [((term.name[asked.language], f"help:{TERM}{term.id}"),) for term in found]


def _turn(asked: Asked) -> Buttons:
    buttons = [(words[asked.language], f"help:{PAGE}{part}") for part, words in PARTS.items()]
    return (tuple(buttons[:2]), tuple(buttons[2:]))


def _told(app: App, asked: Asked, found: Sequence[Term]) -> str:
    numbers = figures(app, asked.language)
    several = len({term.part for term in found}) > 1
    return "\n\n".join(
        f"<b>{escape(term.name[asked.language])}</b>"
        + (f" · {PARTS[term.part][asked.language]}" if several else "")
        + "\n"
        + escape(term.means[asked.language].format_map(numbers))
        for term in found
    )


def figures(app: App, language: Language) -> Mapping[str, str]:
    """Every setting in force that a term may name, as it is shown."""
    known: dict[str, float] = {}
    for rule in app.rules:
        known[rule.name] = rule.threshold
        known |= {f"{rule.name}_{name}": knob for name, knob in asdict(rule.params).items()}
    label = labels(app.settings)[NET]
    known |= asdict(app.policy) | {"label_fall": label.fall, "label_days": label.days}
    known["over_days"] = app.settings.stories.over_days
    days = {rule.name for rule in app.rules if rule.unit == "days"}
    return {name: _shown(value, name in days, language) for name, value in known.items()}


def _shown(value: float, is_count: bool, language: Language) -> str:
    """A count as it is, a share in percent with as many digits as it has."""
    if is_count or isinstance(value, int):
        return f"{value:g}"
    whole = round(100 * value) == round(100 * value, 6)
    return figure(value, "share", language, 0 if whole else 1)
