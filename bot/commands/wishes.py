"""What a chat wants to hear: /settings with its buttons, /watch and /unwatch."""

from dataclasses import replace

from bot.app import App
from bot.commands.asked import Answer, Asked, admins_only, both, listed, may_change, name_of, of_one
from bot.names import KINDS
from bot.records import LEVELS, OFF, ON, PROVISIONAL, SILENT
from bot.words import say
from market.source import Theme
from signals.model import Kind

QUIET = ("", "22-8", "20-9")  # hours in Shanghai that the button goes through
BELLS = {ON: "🔔", SILENT: "🔕", OFF: "✖️"}
COUNTED_DAYS = 60  # trading days over which past alerts are counted


def settings(app: App, asked: Asked) -> Answer:
    """The chat's settings; with the name of one behind it, that one goes a step on."""
    chat, what = asked.chat.id, asked.rest.strip()
    if what and not may_change(app.settings, asked.chat, asked.user):
        return admins_only(asked)
    wishes = app.ledger.wishes(chat)
    if what in {*Kind, PROVISIONAL, "digest"}:
        steps = (ON, OFF) if what == "digest" else LEVELS
        app.ledger.wish(chat, what, _next(steps, wishes.level(what)))
    elif what == "quiet":
        now = "-".join(map(str, wishes.quiet)) if wishes.quiet else ""
        app.ledger.wish(chat, "quiet", _next(QUIET, now))
    return replace(_page(app, asked), in_place=bool(what))


def _next(steps: tuple[str, ...], now: str) -> str:
    return steps[(steps.index(now) + 1) % len(steps)] if now in steps else steps[0]


def _page(app: App, asked: Asked) -> Answer:
    wishes, counts = app.ledger.wishes(asked.chat.id), _counts(app)
    known = app.store.themes()
    names = [name_of(known[t]) for t in wishes.watched if t in known]
    quiet = "{}:00–{}:00".format(*wishes.quiet) if wishes.quiet else both(asked, "无", "none")
    every = both(asked, "全部题材", "all themes")
    times = both(asked, "次", "alerts")
    lines = [
        f"{BELLS[wishes.level(kind)]} {KINDS[kind][asked.language]} · {counts[kind]} {times}"
        for kind in Kind
    ]
    words = f"{say(PROVISIONAL, asked.language)} · {_words(app)} {times}"
    lines += [
        f"{BELLS[wishes.level(PROVISIONAL)]} {words}",
        f"{BELLS[wishes.level('digest')]} {say('digest', asked.language)}",
        f"🌙 {both(asked, '安静时段（上海时间）', 'quiet hours (Shanghai)')}: {quiet}",
        f"⭐ {both(asked, '关注', 'watched')}: {', '.join(sorted(names)) or every}",
    ]
    title = both(asked, "本聊天的设置", "Settings of this chat")
    note = both(
        asked,
        f"次数为最近{COUNTED_DAYS}个交易日全部题材的警报。🔔 有声 🔕 无声 ✖️ 不推送；"
        "安静时段里的消息会留到其后再发。/watch 题材名 · /mute",
        f"counts: alerts of all themes in the last {COUNTED_DAYS} trading days. 🔔 with a sound"
        " 🔕 silent ✖️ not pushed; messages of quiet hours are kept until after them."
        " /watch NAME · /mute",
    )
    named: dict[str, str] = {kind: KINDS[kind][asked.language] for kind in Kind}
    named[PROVISIONAL] = say(PROVISIONAL, asked.language)
    named["digest"] = say("digest", asked.language)
    buttons = [(f"{name} {BELLS[wishes.level(what)]}", f"k:{what}") for what, name in named.items()]
    buttons.append((f"🌙 {quiet}", "k:quiet"))
    rows = [tuple(buttons[n : n + 2]) for n in range(0, len(buttons), 2)]
    return replace(listed(title, lines, "", note, none=""), buttons=rows)


def _counts(app: App) -> dict[Kind, int]:
    """How many transitions of each kind the last days had."""
    days = app.store.days(app.ledger.evaluated(), COUNTED_DAYS)
    told = app.ledger.transitions(since=days[0]) if days else []
    return {kind: sum(t.kind is kind for t in told) for kind in Kind}


def _words(app: App) -> int:
    """How many provisional words the last days had."""
    days = app.store.days(app.ledger.evaluated(), COUNTED_DAYS)
    return app.ledger.provisional.count(since=days[0]) if days else 0


def watch(app: App, asked: Asked) -> Answer:
    """Tells the chat of this theme, and of no other that it does not watch."""

    def told(app: App, asked: Asked, theme: Theme) -> Answer:
        app.ledger.watch(asked.chat.id, theme.id)
        name = name_of(theme)
        return Answer(
            both(
                asked,
                f"⭐ 已关注 {name}；现在只推送关注的题材，摘要照旧。\n/unwatch {name}",
                f"⭐ {name} is watched; only watched themes are pushed now, the digest as before.\n"
                f"/unwatch {name}",
            )
        )

    return of_one(app, asked, "f", told) if asked.rest else _page(app, asked)


def unwatch(app: App, asked: Asked) -> Answer:
    """Takes a theme off the watched ones; with none left all are told again."""

    def told(app: App, asked: Asked, theme: Theme) -> Answer:
        was = app.ledger.unwatch(asked.chat.id, theme.id)
        name = name_of(theme)
        if not was:
            return Answer(both(asked, f"{name} 并未关注", f"{name} was not watched"))
        left = app.ledger.wishes(asked.chat.id).watched
        rest = both(asked, "现在推送全部题材", "all themes are pushed now")
        done = both(asked, f"已取消关注 {name}", f"{name} is watched no more")
        return Answer(done if left else f"{done}\n{rest}")

    return of_one(app, asked, "x", told)
