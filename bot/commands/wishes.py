"""What a chat wants to hear: /settings with its buttons, /watch and /unwatch."""

from dataclasses import replace
from html import escape

from bot import tally
from bot.app import App
from bot.commands import spans
from bot.commands import wish_hours as hours
from bot.commands import wish_pages as pages
from bot.commands.asked import Answer, Asked, admins_only, both, listed, may_change, name_of, of_one
from bot.commands.language import lang
from bot.commands.wish_pages import BELLS, Looked
from bot.names import KINDS
from bot.records import LEVELS, PROVISIONAL, SENSES, Wishes
from bot.words import say
from bot.zones import nearest, zone_named
from market.source import Theme
from signals.model import Kind

BELOW = "+"  # before a page in what a button asks
OFFS = ("off", "none", "关", "关闭", "關", "關閉", "无", "無")
PAGES = {
    "sense": pages.sense,
    "budget": pages.budget,
    "digest": hours.digest,
    "quiet": hours.quiet,
    "tz": hours.zone,
    "watched": pages.watched,
    "unwatch": pages.watched,
    "watch": pages.watched,
    "kept": pages.kept,
    "lang": pages.language,
}


def settings(app: App, asked: Asked) -> Answer:
    """The chat's settings; behind it a page of them, or what is to change, such as `quiet 22-8`.

    A page asked for with BELOW before it leaves the message whose button was pressed.
    """
    what, _, value = asked.rest.strip().removeprefix(BELOW).partition(" ")
    if what and not may_change(app.settings, asked.chat, asked.user):
        return admins_only(asked)
    fault = _changed(app, asked, what, value.strip()) if what else ""
    if what == "lang":  # the page is in the new one
        asked = replace(asked, chat=app.ledger.chat(asked.chat.id) or asked.chat)
    looked = Looked(app, asked, app.ledger.wishes(asked.chat.id), app.ledger.mutes(asked.chat.id))
    shown = PAGES.get(what, _page)(looked)
    text = f"⚠️ {fault}\n\n{shown.text}" if fault else shown.text
    return replace(shown, text=text, in_place=bool(what) and not asked.rest.startswith(BELOW))


def _changed(app: App, asked: Asked, what: str, value: str) -> str:
    """Changes a wish; gives what is wrong with it, empty when nothing is."""
    if what in {*Kind, PROVISIONAL}:
        level = app.ledger.wishes(asked.chat.id).level(what)
        app.ledger.wish(asked.chat.id, what, LEVELS[(LEVELS.index(level) + 1) % len(LEVELS)])
    elif what == "unwatch":
        app.ledger.unwatch(asked.chat.id, value)
    elif what == "watch":
        if value in app.store.themes():
            app.ledger.watch(asked.chat.id, value)
    elif what == "lang":
        lang(app, replace(asked, rest=value))
    elif value:
        wish = _zone(value) if what == "tz" else _wish(what, value)
        if not wish:
            return _fault(asked, what, value)
        app.ledger.wish(asked.chat.id, *wish)
    return ""


def _wish(what: str, value: str) -> tuple[str, str] | None:
    """The name and the value that a wish is kept as; None when it makes no sense."""
    if what == "sense" and value in SENSES:
        return "sense", value
    if what == "budget" and (value == "off" or _number(value, 1, 99)):
        return "budget", "" if value == "off" else value
    if what == "quiet":
        span = spans.hours(value)
        if value in OFFS or span:
            return "quiet", span
    return _digest_wish(value) if what == "digest" else None


def _digest_wish(value: str) -> tuple[str, str] | None:
    if value in ("on", "off"):
        return "digest", value
    part, _, rest = value.partition(" ")
    if part == "at" and (rest == "close" or _number(rest, 0, 23)):
        return "digest_hour", "" if rest == "close" else rest
    if part == "day" and rest in ("all", *hours.WEEKDAYS):
        return "digest_weekday", "" if rest == "all" else str(list(hours.WEEKDAYS).index(rest))
    return None


def _number(text: str, least: int, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 3 and least <= int(text) <= most


def _zone(value: str) -> tuple[str, str] | None:
    found = zone_named(value)
    return ("zone", found.key) if found else None


def _fault(asked: Asked, what: str, value: str) -> str:
    said = escape(value[:40])
    if what == "tz":
        near = nearest(value)
        words = both(asked, f"没有时区“{said}”", f"there is no time zone “{said}”")
        meant = both(asked, "；是不是 ", "; did you mean ") + ", ".join(near) if near else ""
        return words + meant
    return both(asked, f"不能设为“{said}”，例如 ", f"“{said}” cannot be set; for example ") + (
        "/settings quiet 22-8 · /settings budget 3 · /settings tz Europe/Berlin"
    )


def _page(of: Looked) -> Answer:
    """All settings at a glance; a button for each."""
    past = tally.past(of.app)
    counts = tally.by_kind(past, of.wishes, of.mutes)
    words = of.app.ledger.provisional.count(past.since)
    bells = [(kind, KINDS[kind][of.language], counts[kind]) for kind in Kind]
    levels = [*bells, (PROVISIONAL, say(PROVISIONAL, of.language), words)]
    lines = [f"{BELLS[of.wishes.level(what)]} {name} · {n}" for what, name, n in levels]
    parts = [
        ("sense", "🎚", of.say("灵敏度", "sensitivity"), pages.sense_name(of, of.wishes.sense)),
        ("budget", "🔊", of.say("每日有声", "loud alerts a day"), pages.budget_name(of)),
        ("digest", "📋", of.say("摘要", "digest"), hours.digest_name(of)),
        ("quiet", "🌙", of.say("安静时段", "quiet hours"), hours.quiet_name(of)),
        ("tz", "🕒", of.say("时区", "time zone"), hours.zone_name(of)),
        ("watched", "⭐", of.say("关注", "watched"), pages.watched_name(of)),
        ("lang", "🌐", of.say("语言", "language"), pages.language_name(of)),
        ("kept", "📥", of.say("近7天未推送", "not pushed, 7 days"), pages.kept_name(of)),
    ]
    lines += ["", *(f"{mark} {name}: {value}" for _, mark, name, value in parts)]
    elsewhere = of.asked.chat.topic != of.asked.topic
    if elsewhere:
        lines.append(
            of.say(
                "📍 推送发往本群的另一话题；在这里写 /start，这里也收，设置自成一份。",
                "📍 Pushes go to another topic of this group; /start written here begins some here,"
                " with settings of their own.",
            )
        )
    note = of.say(
        "🔔 有声 🔕 无声 ✖️ 不推送。"
        f"数字：{pages.over_days(of, past)}若都推送，本聊天会收到的条数。",
        f"🔔 with a sound 🔕 silent ✖️ not pushed. Numbers: what this chat would have got of each"
        f" in {pages.over_days(of, past)}.",
    )
    buttons = [(f"{name} {BELLS[of.wishes.level(what)]}", f"k:{what}") for what, name, _ in levels]
    buttons += [(f"{mark} {name}", f"k:{what}") for what, mark, name, _ in parts]
    rows = [tuple(buttons[n : n + 2]) for n in range(0, len(buttons), 2)]
    of_topic = bool(of.asked.topic) and not elsewhere
    title = (
        of.say("本话题的设置", "Settings of this topic")
        if of_topic
        else of.say("本聊天的设置", "Settings of this chat")
    )
    return replace(listed(title, lines, "", note, none=""), buttons=rows)


def watch(app: App, asked: Asked) -> Answer:
    """Tells the chat of this theme, and of no other that it does not watch."""

    def told(app: App, asked: Asked, theme: Theme) -> Answer:
        app.ledger.watch(asked.chat.id, theme.id)
        name = name_of(theme, asked.language)
        words = both(
            asked,
            f"⭐ 已关注 {name}；现在只推送关注的题材，摘要照旧。\n/unwatch {name}",
            f"⭐ {name} is watched; only watched themes are pushed now, the digest as before.\n"
            f"/unwatch {name}",
        )
        undo = both(asked, "取消关注", "Watch no more")
        return Answer(words, (((undo, f"x:{theme.id}"),),))

    wishes: Wishes = app.ledger.wishes(asked.chat.id)
    if asked.rest or not wishes.watched:
        return of_one(app, asked, "f", told)
    return pages.watched(Looked(app, asked, wishes, app.ledger.mutes(asked.chat.id)))


def unwatch(app: App, asked: Asked) -> Answer:
    """Takes a theme off the watched ones; with none left all are told again."""

    def told(app: App, asked: Asked, theme: Theme) -> Answer:
        was = app.ledger.unwatch(asked.chat.id, theme.id)
        name = name_of(theme, asked.language)
        if not was:
            return Answer(both(asked, f"{name} 并未关注", f"{name} was not watched"))
        left = app.ledger.wishes(asked.chat.id).watched
        rest = both(asked, "现在推送全部题材", "all themes are pushed now")
        done = both(asked, f"已取消关注 {name}", f"{name} is watched no more")
        return Answer(done if left else f"{done}\n{rest}")

    wishes: Wishes = app.ledger.wishes(asked.chat.id)
    if asked.rest:
        return of_one(app, asked, "x", told)
    if wishes.watched:
        return pages.watched(Looked(app, asked, wishes, app.ledger.mutes(asked.chat.id)))
    none = ("没有关注任何题材，全部都推送。", "No theme is watched; all of them are pushed.")
    return Answer(f"{both(asked, *none)} /watch")
