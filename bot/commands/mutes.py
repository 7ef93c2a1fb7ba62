"""What a chat does not want to hear of: /mute for hours, days, weeks or an episode, and /unmute."""

import re
from dataclasses import replace
from datetime import timedelta
from html import escape

from bot.app import App
from bot.buttons import PICK
from bot.commands.asked import Answer, Asked, both, listed, name_of, of_one
from bot.commands.named import named
from bot.commands.spans import spanned
from bot.names import theme_name
from bot.records import CHANNEL, Buttons, Mute
from bot.texts import moment
from bot.timing import silenced
from bot.words import say
from market.source import Theme
from signals.model import RUNNING

SPAN = re.compile(r"^([1-9]\d{0,2})([hdw])$")
SPANS = ("1h", "1d", "2w", "episode", "always")
UNMUTED_AT_ONCE = 8  # themes with a button of their own
NAMED = 20  # characters of a theme's name on a button


def mute(app: App, asked: Asked) -> Answer:
    """No pushes of a theme for a span, which is asked for; without a name: what is muted."""
    if not asked.rest:
        return _listed(app, asked)
    rest = asked.rest.removesuffix(f" {PICK}")
    is_name = named(app.store.themes().values(), rest)  # 3D打印 is no span of three days
    name, span = (rest, "") if is_name else spanned(rest)

    def told(app: App, asked: Asked, theme: Theme) -> Answer:
        return _muted(app, asked, theme, span) if span else _offered(asked, theme)

    return of_one(app, replace(asked, rest=name), "m", told, f" {span or PICK}")


def _offered(asked: Asked, theme: Theme) -> Answer:
    """For how long, by buttons; in a channel, which has none for it, by what to write."""
    words = {
        "1h": both(asked, "1 小时", "1 hour"),
        "1d": both(asked, "1 天", "1 day"),
        "2w": both(asked, "2 周", "2 weeks"),
        "episode": both(asked, "本轮结束", "this episode"),
        "always": both(asked, "一直", "for good"),
    }
    buttons = [(words[span], f"m:{theme.id} {span}") for span in SPANS]
    name = name_of(theme, asked.language)
    how = both(asked, f"🔇 {name} 静音多久？", f"🔇 How long is {name} to be muted?")
    if asked.chat.kind == CHANNEL:
        how += "".join(f"\n/mute {escape(theme.name)} {span}" for span in SPANS)
    return Answer(how, (buttons[:3], buttons[3:]))


def _muted(app: App, asked: Asked, theme: Theme, span: str) -> Answer:
    known, name = _mute(app, asked, theme, span), name_of(theme, asked.language)
    if not known:
        none = both(
            asked, f"{name} 现在没有进行中的行情，", f"{name} is in no episode now; instead: "
        )
        offered = _offered(asked, theme)
        return replace(offered, text=f"{none}{offered.text}")
    app.ledger.mute(asked.chat.id, theme.id, known.until, known.at, known.episode)
    lasts, back = _lasting(app, asked, known), f"/unmute {name}"
    told = both(asked, f"已静音 {name}，{lasts}\n{back}", f"Muted {name} {lasts}\n{back}")
    return Answer(told, ((_undo(asked, theme),),))


def _undo(asked: Asked, theme: Theme) -> tuple[str, str]:
    """The button that ends a mute."""
    shown = theme_name(theme, asked.language)[:NAMED]
    return both(asked, f"🔊 取消静音 {shown}", f"🔊 Unmute {shown}"), f"u:{theme.id}"


def _mute(app: App, asked: Asked, theme: Theme, span: str) -> Mute | None:
    """The mute a span means; None: an episode is meant, and none is running."""
    if span == "episode":
        state = app.ledger.states().get(theme.id)
        running = state and state.stage in RUNNING
        return Mute(episode=state.started) if state and running and state.started else None
    found = SPAN.match(span)
    if not found:
        return Mute()
    count, unit = int(found[1]), found[2]
    if unit == "h":
        return Mute(at=app.now() + timedelta(hours=count))
    return Mute(until=asked.today + timedelta(days=count * (7 if unit == "w" else 1)))


def _lasting(app: App, asked: Asked, known: Mute) -> str:
    if known.at:
        at = moment(known.at, app.ledger.wishes(asked.chat.id).zone, "%m-%d %H:%M")
        return both(asked, f"至 {at}", f"until {at}")
    if known.episode:
        return both(
            asked,
            f"至本轮（始于 {known.episode}）结束",
            f"until its episode since {known.episode} has ended",
        )
    if known.until:
        return both(asked, f"至 {known.until}（含）", f"through {known.until}")
    return both(asked, "直到 /unmute", "until /unmute")


def _listed(app: App, asked: Asked) -> Answer:
    """The mutes in force, each with a button that ends it."""
    themes, mutes = app.store.themes(), app.ledger.mutes(asked.chat.id)
    states = app.ledger.states() if any(mute.episode for mute in mutes.values()) else {}
    held = silenced(mutes, asked.today, app.now(), states)
    muted = [(themes[t], mutes[t]) for t in mutes if t in held and t in themes]
    lines = [
        f"· {name_of(theme, asked.language)} {_lasting(app, asked, known)}"
        for theme, known in muted
    ]
    buttons: Buttons = [
        [(f"🔊 {theme_name(theme, asked.language)[:NAMED]}", f"u:{theme.id}")]
        for theme, _ in muted[:UNMUTED_AT_ONCE]
    ]
    none = say("nothing", asked.language)
    how = "/mute " + both(asked, "题材名 1h | 1d | 2w | 本轮", "NAME 1h | 1d | 2w | episode")
    page = listed(both(asked, "已静音的题材", "Muted themes"), lines, "", how, none=none)
    return replace(page, buttons=buttons)


def unmute(app: App, asked: Asked) -> Answer:
    """Ends the mute of a theme."""

    def told(app: App, asked: Asked, theme: Theme) -> Answer:
        was = app.ledger.unmute(asked.chat.id, theme.id)
        name = name_of(theme, asked.language)
        if was:
            return Answer(both(asked, f"已恢复 {name}", f"{name} is pushed again"))
        return Answer(both(asked, f"{name} 并未静音", f"{name} was not muted"))

    return of_one(app, asked, "u", told) if asked.rest else _listed(app, asked)
