"""/stock: which themes a stock is in; and which stock is meant."""

from collections.abc import Mapping, Sequence
from html import escape

from bot.app import App
from bot.commands.asked import (
    PICKS,
    Answer,
    Asked,
    all_states,
    as_of,
    both,
    hottest,
    judged_everywhere,
    listed,
    name_of,
    not_found,
    stage_of,
)
from bot.commands.members import companies
from bot.commands.named import close, code_of, stocks
from bot.records import Buttons
from bot.script import simplified


def stock(app: App, asked: Asked) -> Answer:
    """The themes a stock is in, with their stages."""
    if not asked.rest:
        hint = both(
            asked,
            "哪家公司？请按一个，或直接发名称或代码，如 贵州茅台、600519",
            "Which company? Press one, or just send its name or code, such as 600519",
        )
        return Answer(hint, _stocks_to_pick(_watched_companies(app, asked)))
    known = app.store.stocks()
    found = stocks(known, asked.rest) or [(code, "") for code in [code_of(asked.rest)] if code]
    if len(found) > 1:
        words = both(asked, f"找到 {len(found)} 只股票：", f"{len(found)} stocks match:")
        return Answer(words, _stocks_to_pick(found))
    return _themes_of(app, asked, *found[0]) if found else _no_stock(asked, known)


def _themes_of(app: App, asked: Asked, code: str, name: str) -> Answer:
    states, judged = all_states(app), judged_everywhere(app)
    themes = [theme for theme in app.store.themes_of(code) if theme.id in judged]
    lines = [
        f"· {name_of(t, asked.language)} · {stage_of(states, t.id, asked.language)}" for t in themes
    ]
    none = both(asked, "不在任何已知题材里。", "in no known theme.")
    day = as_of(app.of(themes[0].exchange) if themes else app, asked)
    return listed(escape(f"{name} {code}".strip()), lines, day, none=none)


def _no_stock(asked: Asked, known: Mapping[str, str]) -> Answer:
    """Nothing is called so; what is called nearly so."""
    near = close({*known.values()}, simplified(asked.rest.strip()))
    words = not_found(asked, asked.rest, is_near=bool(near), is_stock=True)
    found = [one for one in known.items() if one[1] in near]
    return Answer(words, _stocks_to_pick(sorted(found, key=lambda one: near.index(one[1]))))


def _watched_companies(app: App, asked: Asked) -> list[tuple[str, str]]:
    """Code and name of the companies that traded most in the chat's watched themes, else in the
    hottest.
    """
    watched = app.ledger.wishes(asked.chat.id).watched
    themes = watched or [theme.id for theme in hottest(app, 1)]
    codes = {code for theme in themes for code in app.store.members(theme)}
    return [(one.code, one.name) for one in companies(app, sorted(codes))]


def _stocks_to_pick(found: Sequence[tuple[str, str]]) -> Buttons:
    return tuple(((f"{name} {code}".strip(), f"s:{code}"),) for code, name in found[:PICKS])
