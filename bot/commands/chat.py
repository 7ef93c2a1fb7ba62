"""What a chat is told: start, stop, mutes."""

import re
from dataclasses import replace
from datetime import date, timedelta

from bot.app import App
from bot.commands.asked import Answer, Asked, both, listed, name_of, of_one
from bot.words import say
from market.source import Theme

SPAN = re.compile(r"^(\d{1,3})([dw天周])$")


def start(app: App, asked: Asked) -> Answer:
    """Subscribes the chat."""
    app.ledger.save_chat(replace(asked.chat, active=True, off_reason=None))
    day = app.ledger.evaluated()
    known = both(asked, f"最近判断的交易日：{day}", f"Last trading day judged: {day}")
    none = both(
        asked,
        "还没有判断过任何交易日；收盘后取到数据即开始。",
        "No day has been judged yet; it begins after the next close.",
    )
    hello = both(
        asked,
        "泡沫已为本聊天开启：升温、背离、转折会推送，每个交易日收盘后有一份摘要。",
        "Paomo now pushes surges, divergences and reversals here, and a digest after each close.",
    )
    rest = say("rest", asked.language)
    return Answer(f"{hello}\n{known if day else none}\n/help · /stop\n{rest}")


def stop(app: App, asked: Asked) -> Answer:
    """Ends the subscription; mutes and history stay."""
    app.ledger.turn_off(asked.chat.id, "stopped")
    return Answer(both(asked, "已停止推送，/start 可恢复。", "Pushes stopped; see /start."))


def mute(app: App, asked: Asked) -> Answer:
    """No pushes of a theme for a span, else until unmuted; without a name: what is muted."""
    if not asked.rest:
        return _mutes(app, asked)
    *name, last = asked.rest.split()
    found = SPAN.match(last) if name else None
    days = int(found[1]) * (7 if found[2] in "w周" else 1) if found else None
    meant = replace(asked, rest=" ".join(name) if found else asked.rest)
    until = asked.today + timedelta(days=days) if days else None

    def told(app: App, asked: Asked, theme: Theme) -> Answer:
        app.ledger.mute(asked.chat.id, theme.id, until)
        name = name_of(theme)
        span = both(asked, f"至 {until}（含）", f"through {until}") if until else ""
        back = f"/unmute {name}"
        return Answer(both(asked, f"已静音 {name} {span}\n{back}", f"Muted {name} {span}\n{back}"))

    return of_one(app, meant, "m", told)


def _mutes(app: App, asked: Asked) -> Answer:
    known = app.store.themes()
    muted = app.ledger.muted(asked.chat.id, asked.today)
    lines = [
        f"· {name_of(known[t])}" + ("" if last == date.max else f" ≤ {last}")
        for t, last in muted.items()
        if t in known
    ]
    none = say("nothing", asked.language)
    return listed(both(asked, "已静音的题材", "Muted themes"), lines, none=none)


def unmute(app: App, asked: Asked) -> Answer:
    """Ends the mute of a theme."""

    def told(app: App, asked: Asked, theme: Theme) -> Answer:
        was = app.ledger.unmute(asked.chat.id, theme.id)
        name = name_of(theme)
        if was:
            return Answer(both(asked, f"已恢复 {name}", f"{name} is pushed again"))
        return Answer(both(asked, f"{name} 并未静音", f"{name} was not muted"))

    return of_one(app, asked, "u", told)
