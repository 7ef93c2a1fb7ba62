"""How each command is used, for /help: its group, what goes behind it, an example, the answer."""

from typing import NamedTuple

from bot.words import Language, Words

GROUPS: dict[str, Words] = {  # in the order of /help
    "theme": {"zh": "题材与股票", "en": "Themes and stocks"},
    "market": {"zh": "市场与背景", "en": "Market and backdrop"},
    "past": {"zh": "以往与成绩", "en": "The past and the record"},
    "chat": {"zh": "推送与设置", "en": "Pushes and settings"},
    "bot": {"zh": "关于机器人", "en": "About the bot"},
    "admin": {"zh": "管理", "en": "Running the bot"},
}


EXAMPLES = {"机器人": "robots", "白酒": "liquor", "人工智能": "artificial intelligence"}


class Usage(NamedTuple):
    """What /help COMMAND says beside the command's own line."""

    group: str  # of GROUPS
    zh_args: str
    en_args: str
    example: str  # what stands behind the command, as somebody would type it
    zh: str  # what it answers
    en: str
    en_example: str = ""  # where it is another

    def typed(self, language: Language) -> str:
        """The example as somebody of that language would type it."""
        return self.example if language == "zh" else in_english(self.en_example or self.example)


def in_english(example: str) -> str:
    """An example with the names of its themes as who reads English would type them."""
    for name, english in EXAMPLES.items():
        example = example.replace(name, english)
    return example


NAME, ID = ("题材名", "NAME"), ("编号", "ID")  # what goes behind many commands
USAGES: dict[str, Usage] = {
    "themes": Usage(
        *("theme", "[阶段]", "[STAGE]", "高潮"),
        "什么热：高潮、发酵与新退潮的题材及依据，今天仍在升温的（●）在前；按阶段按钮看全部，名称可点开。",
        "What is hot: themes in bubble, forming and newly bursting with their evidence, those that"
        " rise today (●) first; the buttons show a whole stage, a name opens a theme.",
        en_example="bubble",
    ),
    "theme": Usage(
        *("theme", *NAME, "机器人"),
        "一个题材的阶段、各项指标与阈值、情绪、成分股数和一张图。"
        "名称可只写一部分、写板块代码或拼音首字母；直接发名称也行。",
        "A theme's stage, each measure with its threshold, mood, members and a chart. NAME may be"
        " a part of it, a board code or pinyin initials; a name alone, without command, works too.",
    ),
    "chart": Usage(
        *("theme", "题材名 [天数]", "NAME [DAYS]", "机器人 250"),
        "一个题材的图：净价、阶段、警报、宽度、拥挤度；20 至 1000 个交易日。深浅与颜色见 /style。",
        "A theme's chart: net price, stages, alerts, breadth, crowding; 20 to 1,000 trading"
        " days. Light or dark: /style.",
    ),
    "compare": Usage(
        *("theme", "题材名 题材名", "NAME NAME", "机器人 白酒"),
        "两个题材并排：阶段、指标、共同成分股、相关、净价。",
        "Two themes side by side: stage, measures, members in common, correlation, net prices.",
    ),
    "style": Usage(
        *("chat", "", "", ""),
        "图片的深浅与涨跌颜色。",
        "Light or dark pictures, and their colours.",
    ),
    "chain": Usage(
        *("theme", *NAME, "人工智能"),
        "子题材按点燃先后，各有净涨幅与宽度，并附一张图。",
        "Sub-industries in the order they ignited, with run-up and breadth, and a picture.",
    ),
    "why": Usage(
        *("theme", *NAME, "机器人"),
        "最近一次变动的依据；每项指标的数值、还差多少与成绩；下一阶段须满足什么。",
        "The evidence of its last change; every rule, how far it is from firing and its record;"
        " what the next stage asks.",
    ),
    "top": Usage(
        *("theme", "[净涨|宽度|拥挤|背离|回落]", "[net|breadth|crowding|divergence|fall]", "宽度"),
        "一项指标居前的十个题材及其阶段；不写则按60日净涨幅。",
        "The ten themes with the most of a measure, and their stages; without one by net run-up of"
        " 60 days.",
        en_example="breadth",
    ),
    "stock": Usage(
        *("theme", "代码或名称", "CODE", "600519"),
        "一只股票属于哪些题材，各处于什么阶段。",
        "Which themes a stock is in, and the stage of each.",
    ),
    "members": Usage(
        *("theme", "题材名 [涨幅|新增|移出]", "NAME [gainers|joined|left]", "机器人 新增"),
        "成分股及其当日涨跌；或涨幅居前者、新增、移出；名单取于哪一天。",
        "A theme's members and their moves; or the gainers, who joined or left; the day of the"
        " list.",
        en_example="机器人 joined",
    ),
    "fundamentals": Usage(
        *("theme", *NAME, "机器人"),
        "成分股合计的业绩与估值，以及报表截至哪一期。",
        "What its members report together, and valuation, with the period of the statements.",
    ),
    "events": Usage(
        *("theme", *NAME, "机器人"),
        "减持、解禁、异动公告等。",
        "Reductions, lock-ups that end, notices and renamings among its members.",
    ),
    "news": Usage(
        *("theme", "[题材名]", "[NAME]", "机器人"),
        "触发词新闻，或点名某题材的新闻。",
        "Headlines with trigger words, or those that name a theme.",
    ),
    "macro": Usage(
        *("market", "", "", ""),
        "宏观各项：数值、所属时期、已过几天、自身分位，并附一张图。",
        "Each macro series: value, period, age, own rank, and a picture.",
    ),
    "market": Usage(
        *("market", "", "", ""),
        "全市场涨跌、各阶段题材数，与其他市场并列。",
        "The whole market, how many themes are in each stage, beside other markets.",
    ),
    "flows": Usage(
        *("market", "", "", ""),
        "南向资金、融资余额，以及题材占全市场成交的比例。",
        "Southbound buying, margin balance, and the themes' share of all money traded.",
    ),
    "digest": Usage(
        *("market", "", "", ""),
        "最近一个交易日的摘要，与收盘后推送的相同。",
        "The digest of the last trading day, as it was pushed after the close.",
    ),
    "history": Usage(
        *("past", "[题材名]", "[NAME]", "机器人"),
        "一个题材以往的行情：涨多快、跌多快、回吐多少；不写名称则列出最大的。",
        "A theme's past run-ups: how fast up and down, how much was given back; without a name"
        " the largest of all.",
    ),
    "similar": Usage(
        *("past", *NAME, "机器人"),
        "以往哪些行情在同龄时像它，后来怎样，以及这种相似值多少。",
        "Which past run-ups looked like it at the same age, how they went on, and what such"
        " likeness was worth.",
    ),
    "replay": Usage(
        *("past", "日期", "DAY", "2024-02-05"),
        "用同一套代码重看某一天会发出的警报。",
        "The alerts of a day, as the same code would have told them.",
    ),
    "record": Usage(
        *("past", "", "", ""),
        "运行以来每次警报后来怎样，与应有的比例对照；按钮翻页。",
        "What became of every alert since the bot began, page by page, against what was to be"
        " expected.",
    ),
    "alert": Usage(
        *("past", *ID, "a4fc6b"),
        "按编号再看一条警报，及其在日志中的哈希。不写编号则列出最近的。",
        "One alert again by its id, with its hash in the journal; without an id the newest.",
    ),
    "useful": Usage(
        *("past", *ID, "a4fc6b"), "记下这条警报有用。", "Notes that an alert was useful."
    ),
    "useless": Usage(
        *("past", *ID, "a4fc6b"), "记下这条警报没用。", "Notes that an alert was not useful."
    ),
    "start": Usage(
        *("chat", "", "", ""),
        "为本聊天开启推送：警报与每日摘要。群里只有管理员可用；每个话题各自 /start，各有设置。",
        "Begins pushes to this chat: alerts and the daily digest. In groups only admins may; each"
        " topic of a group begins by its own /start, with settings of its own.",
    ),
    "stop": Usage(
        *("chat", "", "", ""),
        "停止推送；设置与静音保留。",
        "Ends pushes to this chat; settings and mutes stay.",
    ),
    "settings": Usage(
        *("chat", "", "", ""),
        "按钮选择：哪类警报有声、无声或不推送，灵敏度，每日有声条数，摘要，安静时段，时区。",
        "By buttons: which kinds of alerts come with a sound, silent or not at all; sensitivity;"
        " loud alerts a day; the digest; quiet hours; time zone.",
    ),
    "watch": Usage(
        *("chat", *NAME, "机器人"),
        "只推送关注的题材；摘要仍讲全部。",
        "Pushes only watched themes from then on; the digest tells of all.",
    ),
    "unwatch": Usage(
        *("chat", *NAME, "机器人"),
        "取消关注；一个不剩时恢复推送全部。",
        "Watches a theme no more; with none left all are pushed again.",
    ),
    "mute": Usage(
        *("chat", "题材名 [3d]", "NAME [3d]", "白酒 3d"),
        "不再推送一个题材：1h 或 两小时，3d 三天，2w 两周，本轮 至本轮结束，一直 直到恢复；"
        "不写多久则用按钮问，不写名称则列出已静音的。",
        "No pushes of a theme: 1h or 2 hours, 3d for days, 2w for weeks, episode until its episode"
        " ends, always until unmuted; asks for how long where you do not say; without a name what"
        " is muted.",
    ),
    "unmute": Usage(*("chat", *NAME, "白酒"), "恢复推送一个题材。", "Pushes a muted theme again."),
    "lang": Usage(
        *("chat", "zh|hant|en", "zh|hant|en", "hant"),
        "本聊天的语言：简体、繁体或英文。群里只有管理员可改。",
        "The language of this chat: simplified or traditional Chinese, or English. In groups only"
        " admins change it.",
    ),
    "help": Usage(
        *("bot", "[命令|词语]", "[COMMAND|WORD]", "宽度"),
        "全部命令，一个命令的用法，或一个词语的意思；/help words 列出词语。",
        "All commands, how one is used, or what a word means; /help words lists the words.",
        en_example="breadth",
    ),
    "status": Usage(
        *("bot", "", "", ""),
        "数据到哪一天、有无缺漏、待发多少、本聊天是否接收推送。",
        "The day the figures are of, what is missing, what waits to be sent, whether this chat is"
        " pushed to.",
    ),
    "id": Usage(
        *("bot", "", "", ""),
        "本聊天与你的编号；任何人都可以问。",
        "The ids of this chat and of you; anyone may ask.",
    ),
    "health": Usage(
        *("admin", "", "", ""),
        "机器人自身哪里不对，放弃了哪些消息。",
        "What is wrong with the bot itself, and which messages it gave up.",
    ),
    "test": Usage(
        *("admin", "指标", "RULE", "breadth"),
        "试算一个指标：多少触发、多少未知。",
        "A dry run of a rule: how many fire, how many are not known.",
    ),
    "testmessage": Usage(
        *("admin", "", "", ""), "向本聊天发一条测试警报。", "Sends a test alert to this chat."
    ),
    "backup": Usage(
        *("admin", "", "", ""), "立即备份并检查。", "Makes a backup now and checks it."
    ),
    "users": Usage(
        *("admin", "", "", ""), "谁可以提问。", "Who may ask, by settings and by invitation."
    ),
    "invite": Usage(
        *("admin", "", "", ""),
        "一个十分钟内有效的链接，打开的人即可提问。",
        "A link that lets in whoever opens it within ten minutes.",
    ),
    "allow": Usage(
        *("admin", "用户编号", "USER", "123456"),
        "准许一个用户提问；编号由对方用 /id 查到。",
        "Lets a person ask, by the id that /id tells them.",
    ),
    "ban": Usage(
        *("admin", "用户编号", "USER", "123456"),
        "不再回答也不再推送给一个用户。",
        "Answers and pushes to a person no more.",
    ),
}
