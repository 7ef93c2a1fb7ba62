"""What people may ask, and what they are answered; knows nothing of Telegram's library."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.app import App
from bot.commands import checks, past, people, pictures, record, wishes
from bot.commands.asked import Answer, Asked, admins_only, both, may_change
from bot.commands.backdrop import flows, macro, market
from bot.commands.chain import chain
from bot.commands.chat import start, stop
from bot.commands.day import digest, status
from bot.commands.facts import events, fundamentals, news
from bot.commands.free_text import meant
from bot.commands.help import pages
from bot.commands.hot import themes
from bot.commands.language import lang
from bot.commands.lookups import theme, top
from bot.commands.members import members
from bot.commands.mutes import mute, unmute
from bot.commands.named import close
from bot.commands.replay import replay
from bot.commands.stocks import stock
from bot.commands.talk import SPOKEN
from bot.commands.why import why
from bot.words import Language
from config.settings import Settings


@dataclass(frozen=True)
class Command:
    """One command: its answer and what /help says of it."""

    answer: Callable[[App, Asked], Answer]
    zh: str
    en: str
    changes: bool = False  # in a group, only admins
    runs: bool = False  # about the bot itself: only admins, and not in every menu


def may_ask(app: App, chat: int, user: int, name: str) -> bool:
    """Whether this person, here, is answered when using a command."""
    return name == "id" or people.role(app, chat, user) != people.NOBODY


def refused(known: Settings, user: int, language: Language) -> str:
    """The one answer to somebody who is not allowed; before there is an admin, how to be one."""
    if language == "zh":
        sorry, yours = "抱歉，这个机器人只回答获准的用户。", f"你的编号是 <code>{user}</code>"
        if known.admins:
            return f"{sorry}{yours}，可请管理员加入 PAOMO_ALLOWED。"
        return f"{sorry}{yours}；若它由你运行，请写在 .env 的 PAOMO_ADMINS= 之后，再重新启动。"
    sorry = "Sorry, this bot answers only those who were let in."
    yours = f"Your id is <code>{user}</code>;"
    if known.admins:
        return f"{sorry} {yours} its operator can add it to PAOMO_ALLOWED."
    return (
        f"{sorry} {yours} if you run it, put that behind PAOMO_ADMINS= in .env and start it anew."
    )


def answer(app: App, name: str, asked: Asked) -> Answer:
    """The answer to a command, or without a name to plain words; an unknown one is told so."""
    if not name:
        name, rest = meant(app, asked.rest)
        asked = replace(asked, rest=rest)
        if name in SPOKEN:
            return SPOKEN[name](app, asked)
    asked = replace(asked, name=name)
    command = shown(app, asked.user).get(name)
    if not command:
        return _unknown(asked, name, shown(app, asked.user))
    if command.changes and not may_change(app.settings, asked.chat, asked.user):
        return admins_only(asked)
    return command.answer(app, asked)


def shown(app: App, user: int) -> dict[str, Command]:
    """The commands that a person may know of."""
    is_admin = user in app.settings.admins
    return {name: one for name, one in COMMANDS.items() if is_admin or not one.runs}


def _unknown(asked: Asked, name: str, known: Mapping[str, Command]) -> Answer:
    near = " ".join(f"/{one}" for one in close(known, name))
    none = both(asked, "没有这个命令，/help 列出全部。", "No such command; see /help.")
    return Answer(f"{none}\n{both(asked, '相近的有', 'Near to it')}: {near}" if near else none)


def help_(app: App, asked: Asked) -> Answer:
    """All commands by group, how one is used, or what a word means."""
    return pages(app, asked, shown(app, asked.user))


COMMANDS: dict[str, Command] = {
    "start": Command(start, "开启推送", "push alerts and digests here", changes=True),
    "themes": Command(
        themes, "什么热：各阶段的题材与依据", "what is hot: themes by stage, and why"
    ),
    "theme": Command(theme, "一个题材：阶段、指标、图", "one theme: stage, measures, chart"),
    "chart": Command(pictures.chart_, "图，如 /chart 机器人 250", "its chart: /chart NAME 250"),
    "compare": Command(pictures.compare, "两个题材并排", "two themes side by side: /compare A B"),
    "chain": Command(chain, "一个题材的子题材：何时点燃", "a theme's sub-industries, by ignition"),
    "why": Command(why, "依据：各指标、还差多少", "why: every rule, what is missing"),
    "top": Command(top, "居前的题材，如 /top 宽度", "the largest by a measure: /top breadth"),
    "members": Command(members, "成分股：涨幅、新增、移出", "members: gainers, joined, left"),
    "stock": Command(stock, "一只股票属于哪些题材", "which themes a stock is in"),
    "macro": Command(macro, "宏观背景：各项读数与图", "the macro backdrop, reading by reading"),
    "market": Command(market, "全市场与各市场涨跌", "the whole market, beside other markets"),
    "flows": Command(flows, "南向、融资、题材成交占比", "southbound, margin, themes' share traded"),
    "fundamentals": Command(fundamentals, "一个题材的业绩与估值", "what its members report"),
    "events": Command(events, "减持、解禁、异动等", "reductions, lock-ups, notices, renamings"),
    "news": Command(news, "触发词新闻，或点名某题材的", "trigger lines, or those naming a theme"),
    "history": Command(past.history, "以往的行情与结局", "past run-ups and how they ended"),
    "similar": Command(past.similar, "以往哪些行情像今天", "which past run-ups today is like"),
    "record": Command(record.record, "警报的成绩", "what became of the alerts"),
    "alert": Command(record.alert, "一条警报，如 /alert a4fc6b", "one alert by its id"),
    "useful": Command(record.useful, "一条警报有用", "an alert was useful: /useful a4fc6b"),
    "useless": Command(record.useless, "一条警报没用", "an alert was not useful"),
    "digest": Command(digest, "最近一个交易日的摘要", "the digest of the last trading day"),
    "replay": Command(replay, "某日的警报，如 /replay 2024-02-05", "the alerts of a day"),
    "status": Command(status, "数据与投递的状况", "how data and delivery stand"),
    "style": Command(pictures.style, "图片的深浅与涨跌颜色", "light or dark pictures, colours"),
    "settings": Command(wishes.settings, "本聊天听什么、何时", "what this chat hears, and when"),
    "watch": Command(wishes.watch, "只推送关注的题材", "push only watched themes", changes=True),
    "unwatch": Command(wishes.unwatch, "取消关注", "watch a theme no more", changes=True),
    "mute": Command(mute, "静音题材，如 /mute 白酒 3d", "mute: /mute NAME 3d", changes=True),
    "unmute": Command(unmute, "恢复一个题材", "push a theme again", changes=True),
    "lang": Command(lang, "语言：简体、繁体、英文", "the language of this chat", changes=True),
    "id": Command(people.whoami, "本聊天与你的编号", "the ids of this chat and of you"),
    "health": Command(people.health, "机器人自身的状况", "how the bot itself is", runs=True),
    "test": Command(checks.test, "试算一个指标，如 /test breadth", "dry run of a rule", runs=True),
    "testmessage": Command(checks.testmessage, "发一条测试警报", "send a test alert", runs=True),
    "backup": Command(checks.backup, "立即备份", "make a backup now", runs=True),
    "users": Command(people.users, "可以提问的人", "who may ask", runs=True),
    "invite": Command(people.invite, "十分钟有效的邀请链接", "a link to let people in", runs=True),
    "allow": Command(people.allow, "准许一个用户，如 /allow 123", "let in: /allow 123", runs=True),
    "ban": Command(people.ban, "不再回答一个用户", "answer a person no more: /ban 123", runs=True),
    "help": Command(help_, "全部命令", "all commands"),
    "stop": Command(stop, "停止推送", "stop pushes here", changes=True),
}
VOTES = {"useful", "useless"}
PRESSED = {  # button -> command
    "t": "theme",
    "p": "chart",
    "w": "why",
    "c": "chain",
    "e": "members",
    "m": "mute",
    "u": "unmute",
    "s": "stock",
    "h": "history",
    "n": "similar",
    "r": "record",
    "g": "useful",
    "b": "useless",
    "k": "settings",
    "fu": "fundamentals",
    "ev": "events",
    "nw": "news",
    "f": "watch",
    "x": "unwatch",
    "z": "compare",
    "y": "style",
    "o": "top",
    "q": "themes",
    "a": "alert",
    "v": "replay",
    "d": "test",
    "top": "themes",  # of /start: what is hot
    "stop": "stop",
    "help": "help",
    "lang": "lang",
}
