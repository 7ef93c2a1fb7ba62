"""Longer things people say: what a word means, how it will go on, when to be quiet, to stop."""

import re

from bot.commands.spans import HOURS, hours
from bot.names import STAGES

HOT = "themes"  # what a question for the hot themes is answered by
STOP, THANKS = "stop?", "thanks"  # what is no command, see bot/commands/talk.py
STOPS: tuple[tuple[str, str], ...] = (  # in a sentence that is nothing else
    *((words, STOP) for words in ("不要再发", "别再发", "别发", "不要发", "停止发", "别推送")),
    *((words, STOP) for words in ("别再推送", "不要推送", "不要再推送", "停止推送", "取消订阅")),
    *((words, STOP) for words in ("退订", "不想收", "别烦我", "unsubscribe", "stop sending")),
    *((words, STOP) for words in ("stop pushing", "stop messaging", "stop it", "please stop")),
    *((words, STOP) for words in ("leave me alone", "no more messages", "stop alerts")),
    *((words, STOP) for words in ("太吵", "too noisy", "too many messages", "how do i stop")),
)
SAID_ALONE: dict[str, str] = {  # all that was said -> command and what stands behind it
    **{name: f"themes {stage}" for stage, words in STAGES.items() for name in words.values()},
    "泡沫": "themes bubble",
    "quiet": "settings quiet",  # no stage: it asks for quiet hours
    **dict.fromkeys(("早上好", "你是谁", "who are you", "help me", "帮帮我", "在", "菜单"), "help"),
    **dict.fromkeys(("今天怎么样", "今天如何", "how was today", "how is today"), "digest"),
    **dict.fromkeys(("为什么热", "为何热", "为啥热", "热", "哪些热", "热点", "why hot"), HOT),
    **dict.fromkeys(
        ("谢谢", "谢谢你", "多谢", "再见", "晚安", "好", "好的", "好吧", "嗯", "哦"), THANKS
    ),
    **dict.fromkeys(
        ("可以", "不错", "是", "是的", "的", "对", "行", "没事", "收到", "明白"), THANKS
    ),
    **dict.fromkeys(("thanks", "thank you", "ok thanks", "bye", "ok", "okay", "k", "yes"), THANKS),
    **dict.fromkeys(("no", "nice", "cool", "great", "good", "lol", "wow", "the", "got it"), THANKS),
    **dict.fromkeys(("good morning", "good night", "早安", "下午好", "晚上好"), "help"),
    **dict.fromkeys(("我的关注", "关注列表", "my themes", "watchlist"), "settings watched"),
    **dict.fromkeys(("stop", "停止", "停", "别吵", *(words for words, _ in STOPS)), STOP),
}
QUESTIONS: tuple[tuple[str, str], ...] = (  # in a question that names no theme -> command
    *((words, "record") for words in ("多准", "准确率", "命中率", "胜率", "可信", "you right")),
    *((words, "record") for words in ("how often were", "how right", "how good are")),
    *((words, "record") for words in ("accurate", "accuracy", "can i trust", "how sure")),
    *((words, "record") for words in ("把握", "靠谱", "能信", "可靠", "how likely", "reliable")),
    *((words, HOT) for words in ("什么热", "什么最热", "啥热", "哪个热", "哪些热", "题材热")),
    *((words, HOT) for words in ("what is hot", "what's hot", "whats hot", "hot themes")),
    *((words, HOT) for words in ("hot right now", "hot now", "hot today", "themes are hot")),
    *((words, "market") for words in ("大盘", "the market")),
    *((words, "settings watched") for words in ("我关注", "am i watching", "do i follow")),
    ("什么新闻", "news"),
    *((words, "alert") for words in ("警报", "alerts")),
    *((words, "help") for words in ("怎么用", "怎么使用", "如何使用", "如何用", "使用说明")),
    *(
        (words, "help")
        for words in ("能做什么", "能干什么", "会什么", "how do i use", "how to use")
    ),
    *((words, "help") for words in ("what can you do", "how does this work")),
)
# what nobody knows: how it will go on, and whether to buy
AHEAD = re.compile(
    r"会不会|[会要能该还].{0,3}(?:[跌涨崩破买卖]|见顶|到顶|回调)|崩盘|抄底|[见到]顶了[吗没]|"
    r"赚钱|推荐|荐股|明天.{0,4}[涨跌]|\brecommend\b|\bwhat to buy\b|"
    r"\bwill\b|\bgoing to\b|\bgonna\b|\bshould i\b|\b(burst|crash|fall|rise|drop)\b.*\?"
)
PART = r"(?:an |the |a )?"
DEFINED = tuple(
    re.compile(pattern)
    for pattern in (
        r"^(?:什么是|什么叫|何为|何谓|啥是|啥叫|解释一?下?)(.+)$",
        r"^(.+?)(?:是|指的?是|指)?(?:什么|啥)(?:意思|东西)?$",
        r"^(.+?)(?:怎么理解|怎么看|的?意思|的?含义|怎么算)$",
        rf"^(?:what is|what's|whats|what are|define|explain) {PART}(.+)$",
        rf"^what (?:does|do) {PART}(.+?) (?:mean|stand for)$",
        rf"^(?:what is )?the meaning of {PART}(.+)$|^meaning of {PART}(.+)$",
        r"^(.+?) (?:meaning|means what|means)$",
    )
)
ROUND = re.compile(r"^[^\w●○]+|[^\w●○]+$")
QUIET = re.compile(
    r"安静|勿扰|打扰|不要|别|不推|静音|不发|睡|"
    r"quiet|silen|disturb|don't|do not|no push|no alert|mute"
)


def defined(plain: str) -> str:
    """The word whose meaning is asked for; empty: none is."""
    said = re.sub(r"[呢啊呀吗]$", "", ROUND.sub("", plain.removeprefix("请问")))
    for pattern in DEFINED:
        found = pattern.match(said)
        if found:
            word = next(part for part in found.groups() if part)
            return ROUND.sub("", word)
    return ""


def quiet_of(plain: str) -> str:
    """The hours in which somebody asks for quiet, as /settings writes them; empty: none."""
    return hours(plain) if QUIET.search(plain) or HOURS.fullmatch(plain) else ""
