"""What people say without a command: a theme, a stock, or a theme and a word of what about it.

The longer sentences, and what is no command, are in bot/commands/sentences.py.
"""

import re
from functools import cache

from bot.app import App
from bot.commands.named import CLOSE, LONGEST, code_of, mentioned, named, nearest, stocks
from bot.commands.sentences import (
    AHEAD,
    HOT,
    QUESTIONS,
    ROUND,
    SAID_ALONE,
    STOPS,
    defined,
    quiet_of,
)
from bot.glossary import TERM, called, near
from bot.script import simplified
from bot.words import Language

# words beside a theme's name -> command; the first that is found counts, so the longer stand first
ABOUT: tuple[tuple[str, str], ...] = (
    ("取消静音", "unmute"),
    *((words, "unmute") for words in ("不要静音", "别静音", "恢复推送", "恢复")),
    ("静音", "mute"),
    *((words, "mute") for words in ("别推送", "别再推送", "不要推送", "屏蔽")),
    ("取消关注", "unwatch"),
    *((words, "unwatch") for words in ("停止关注", "不再关注", "不关注", "取关")),
    ("关注", "watch"),
    ("为什么", "why"),
    ("为何", "why"),
    ("为啥", "why"),
    ("依据", "why"),
    ("怎么样", "theme"),
    ("怎样", "theme"),
    ("如何", "theme"),
    ("咋样", "theme"),
    ("成分股", "members"),
    ("成分", "members"),
    ("有哪些股票", "members"),
    ("基本面", "fundamentals"),
    ("业绩", "fundamentals"),
    ("估值", "fundamentals"),
    ("新闻", "news"),
    ("消息", "news"),
    ("公告", "events"),
    ("事件", "events"),
    ("解禁", "events"),
    ("减持", "events"),
    ("走势图", "chart"),
    ("走势", "chart"),
    ("图", "chart"),
    ("子题材", "chain"),
    ("产业链", "chain"),
    ("历史", "history"),
    ("以往", "history"),
    ("像什么", "similar"),
    ("相似", "similar"),
    ("members of", "members"),
    ("fundamentals of", "fundamentals"),
    ("earnings of", "fundamentals"),
    ("news on", "news"),
    ("news", "news"),
    ("events of", "events"),
    ("events", "events"),
    ("how is", "theme"),
    ("how's", "theme"),
    ("how are", "theme"),
    ("what about", "theme"),
    ("chart of", "chart"),
    ("chart", "chart"),
    ("why is", "why"),
    ("why", "why"),
    ("chain of", "chain"),
    ("history of", "history"),
    ("history", "history"),
    ("similar to", "similar"),
    ("unmute", "unmute"),
    ("mute", "mute"),
    ("stop pushing", "mute"),
    ("unwatch", "unwatch"),
    ("unfollow", "unwatch"),
    ("stop following", "unwatch"),
    ("stop watching", "unwatch"),
    ("watch", "watch"),
    ("follow", "watch"),
)
SURE, SHORT = 0.7, 4  # difflib's ratio from which it is a slip in a term; below 4 letters: CLOSE
FIRST = {"watch", "unwatch", "mute", "unmute"}  # words that Chinese says before the name
ALONE: dict[str, str] = {  # all that was said -> command
    "帮助": "help",
    "你好": "help",
    "help": "help",
    "hello": "help",
    "hi": "help",
    "热门": "themes",
    "热门题材": "themes",
    "涨幅": "top",
    "hot": "themes",
    "题材": "themes",
    "themes": "themes",
    "大盘": "market",
    "市场": "market",
    "market": "market",
    "宏观": "macro",
    "macro": "macro",
    "资金": "flows",
    "flows": "flows",
    "摘要": "digest",
    "日报": "digest",
    "今天": "digest",
    "digest": "digest",
    "today": "digest",
    "成绩": "record",
    "record": "record",
    "设置": "settings",
    "settings": "settings",
    "语言": "lang",
    "language": "lang",
    "状态": "status",
    "status": "status",
}
ASKED: tuple[tuple[str, str], ...] = (  # likewise, after QUESTIONS
    ("准不准", "record"),
    ("准吗", "record"),
    ("准确", "record"),
    ("how often right", "record"),
    ("最热", "themes"),
    ("热门", "themes"),
    ("什么在涨", "top"),
    ("hottest", "themes"),
    ("泡沫", "themes"),
    ("bubbles", "themes"),
    ("哪些题材", "themes"),
    ("which themes", "themes"),
    ("夜里", "settings quiet"),
    ("夜间", "settings quiet"),
    ("晚上", "settings quiet"),
    ("安静", "settings quiet"),
    ("打扰", "settings quiet"),
    ("at night", "settings quiet"),
    ("quiet", "settings quiet"),
    ("英文", "lang"),
    ("英语", "lang"),
    ("繁体", "lang"),
    ("简体", "lang"),
    ("english", "lang"),
    ("chinese", "lang"),
    ("深色", "style"),
    ("浅色", "style"),
    ("dark mode", "style"),
    ("light mode", "style"),
)
LOOSE = re.compile(
    r"^(请问|请|一下|怎么|如何|怎样|帮我|给我|我想|我要|"
    r"(the|is|about|please|can you|how do i|how to|how can i|i want to)\b)\s*|"
    r"^[\W_]+|[\W_]+$|\s*(啊|呢|吗|吧|呀|的|了|涨|跌)$"
)


def meant(app: App, text: str) -> tuple[str, str]:
    """The command that plain words stand for, and what would be behind it."""
    said = " ".join(text.split())
    plain = simplified(said[: 4 * LONGEST]).casefold().replace("’", "'")
    alone = ALONE.get(_trimmed(plain)) or SAID_ALONE.get(_trimmed(plain))
    if alone:
        return _split(alone)
    known = app.store.themes().values()
    if named(known, said):
        return "theme", said
    if code := code_of(said):
        return "stock", code
    found, word = _about(plain), defined(plain)
    if found and named(known, found[1]):
        return found
    term = word or ROUND.sub("", plain)
    if called(term):
        return "help", f"{TERM}{term}"
    themes, hours = mentioned(known, said), quiet_of(plain)
    if hours and not themes:
        return "settings", f"quiet {hours}"
    if AHEAD.search(plain):
        return "ahead", said
    if found and len(themes) == 1 and found[0] not in FIRST:
        return found[0], themes[0].id
    phrases = () if found and themes else (*QUESTIONS, *ASKED, *STOPS)
    asked = next((command for words, command in phrases if _pattern(words).search(plain)), None)
    if asked and not (len(themes) == 1 and asked == HOT):  # 白酒是泡沫吗
        return _split(asked)
    if word and named(known, word):
        return "theme", word
    if found:
        return found
    if len(themes) == 1:
        return "theme", themes[0].id
    if stocks(app.store.stocks(), said):
        return "stock", said
    slip = near(term, CLOSE if len(term) < SHORT else SURE)
    return ("help", f"{TERM}{term}") if slip and not nearest(known, term) else ("theme", said)


def _split(command: str) -> tuple[str, str]:
    name, _, rest = command.partition(" ")
    return name, rest


def _about(plain: str) -> tuple[str, str] | None:
    """The command that a word beside a name stands for, and the rest."""
    for words, command in ABOUT:
        found = _pattern(words).search(plain)
        if found:
            return command, _trimmed(f"{plain[: found.start()]} {plain[found.end() :]}")
    return None


def _trimmed(text: str) -> str:
    """Without marks and small words around it."""
    before = ""
    while text != before:
        before, text = text, LOOSE.sub("", text.strip())
    return text


@cache
def _pattern(words: str) -> "re.Pattern[str]":
    edge = r"\b" if words.isascii() else ""
    return re.compile(f"{edge}{re.escape(words)}{edge}")


def spoken(command: str, language: Language, name: str = "机器人") -> str:
    """Words that stand for a command, as an example; empty where there are none."""
    ours = [words for words, of in ABOUT if of == command and words.isascii() == (language == "en")]
    if not ours:
        return ""
    return f"{name} {ours[0]}" if language == "zh" and command not in FIRST else f"{ours[0]} {name}"
