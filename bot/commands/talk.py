"""Answers that words lead to and no command does: what will be, whether to stop, thanks."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from bot.app import App
from bot.commands.asked import (
    Answer,
    Asked,
    all_states,
    both,
    elsewhere,
    of_company,
    picked,
)
from bot.commands.lookups import card
from bot.commands.named import MARKS, mentioned, stocks
from bot.commands.sentences import AHEAD, STOP, THANKS
from bot.names import STAGES
from bot.records import Buttons
from bot.script import simplified
from market.source import Theme
from signals.model import Stage

HIGH = (Stage.BUBBLE, Stage.BURSTING)  # stages that are offered to who fears a fall


def ahead(app: App, asked: Asked) -> Answer:
    """Nothing is foretold: how the theme stands that was named, else where to look."""
    never = both(
        asked,
        "泡沫只作测量，不预测涨跌，也不说该买该卖。",
        "Paomo measures; it foretells nothing, and does not say what to buy or sell.",
    )
    found = mentioned(app.store.themes().values(), asked.rest)
    if len(found) == 1:
        shown = card(app.of(found[0].exchange), asked, found[0])
        now = both(asked, "它现在的情况：", " How it stands now:")
        return replace(shown, text=f"{never}{now}\n\n{shown.text}")
    company = None if found else _company(app, asked.rest)
    if company:
        told = of_company(app, asked, *company, "t", "")
        return replace(told, text=f"{never}\n{told.text}")
    return _where_to_look(app, asked, never, found)


def _company(app: App, text: str) -> tuple[str, str] | None:
    """The one company that a sentence is about, by its name or what stands before the question."""
    known, said = app.store.stocks(), simplified(text)
    whole = [(code, name) for code, name in known.items() if name and name in said]
    before = MARKS.sub("", AHEAD.split(said.casefold(), maxsplit=1)[0])
    found = whole or (stocks(known, before) if len(before) > 1 else [])
    return found[0] if len(found) == 1 else None


def _where_to_look(app: App, asked: Asked, never: str, found: list[Theme]) -> Answer:
    """The themes that may be meant, and those that stand high or fall."""
    count = Counter(state.stage for state in all_states(app).values())
    row = [(f"{STAGES[s][asked.language]} {count[s]}", f"q:{s}") for s in HIGH]
    look = both(asked, "现在可以看：", "What there is to see now:")
    buttons: Buttons = [*picked(asked, found, "t"), row, *elsewhere(asked)]
    return Answer(f"{never}\n{look}", buttons)


def ask_stop(app: App, asked: Asked) -> Answer:
    """Whether to end the pushes here; nothing is ended yet."""
    words = both(
        asked,
        "要停止这里的全部推送吗？也可以只在夜间安静，或限制每天有声的条数；单个题材用 /mute。",
        "End all pushes here? Quiet at night, or a limit of loud alerts a day, may do as well; for"
        " one theme there is /mute.",
    )
    return Answer(
        words,
        (
            ((both(asked, "⏹ 停止推送", "⏹ Stop pushes"), "stop:"),),
            (
                (both(asked, "🌙 夜间安静", "🌙 Quiet at night"), "k:+quiet"),
                (both(asked, "🔊 每日有声", "🔊 Loud alerts a day"), "k:+budget"),
            ),
        ),
    )


def thanks(app: App, asked: Asked) -> Answer:
    """A short word back, to thanks and to whatever asks for nothing."""
    words = "好的。能问什么见 /help。", "Any time. /help says what you can ask."
    return Answer(both(asked, *words))


SPOKEN: dict[str, Callable[[App, Asked], Answer]] = {
    "ahead": ahead,
    STOP: ask_stop,
    THANKS: thanks,
}
