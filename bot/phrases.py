"""The languages, and further words: why a rule fires, how others stand, dry runs, inline."""

from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
Words = dict[Language, str]

PHRASES: dict[str, Words] = {
    "risers": {
        "zh": "尚不可知；今日上涨家数占比（东方财富板块列表，并非20日线占比）：",
        "en": "not known yet; members that rose today, by EastMoney's list (not 20-day breadth):",
    },
    "short_of": {"zh": "差 {gap}", "en": "{gap} short"},
    "rule_record": {
        "zh": "成绩 {share}（{span}，n={onsets}），对照 {matched}",
        "en": "record {share} ({span}, n={onsets}) against {matched}",
    },
    "rule_unmeasured": {"zh": "无成绩", "en": "no record"},
    "rule_legend": {
        "zh": "成绩：指标开始触发之后，{days}日内净跌{fall}以上的比例（95%区间，n 为次数），"
        "对照同样波动的题材；参考数据 {since} 至 {until}，按 {members} 名单，含前视。",
        "en": "Record: how often a rule that began to fire was followed by a net fall of {fall}"
        " within {days} days (95% interval, n cases), against equally volatile themes; reference"
        " data {since} to {until}, with members of {members}, which looks ahead.",
    },
    "last_change": {"zh": "最近变动", "en": "last change"},
    "no_change": {
        "zh": "运行以来没有变动；现状：",
        "en": "No change since the bot began; as it is:",
    },
    "every_rule": {"zh": "各指标", "en": "Every rule"},
    "what_next": {"zh": "下一步须满足", "en": "What the next stage asks"},
    "way_all": {"zh": "须同时满足，", "en": "all of these, "},
    "way_any": {"zh": "任一项，", "en": "any of these, "},
    "way_days": {
        "zh": "连续{days}日（已{seen}日）",
        "en": "{days} d in a row ({seen} so far)",
    },
    "ends": {"zh": "{stage}的条件：{asked}", "en": "{stage} when: {asked}"},
    "ends_if": {"zh": "{rule} {threshold}（现 {value}）", "en": "{rule} {threshold} (now {value})"},
    "ends_and": {"zh": "，且", "en": ", and "},
    "ends_or": {"zh": "，或", "en": ", or "},
    "ends_days": {"zh": "，连续{days}日", "en": ", {days} days running"},
    "ends_seen": {"zh": "（已{seen}日）", "en": " ({seen} so far)"},
    "hot_none": {
        "zh": "<b>现在没有热门题材</b>：没有题材处于高潮或发酵",
        "en": "<b>Nothing is hot now</b>: no theme is in bubble or forming",
    },
    "hot_some": {
        "zh": "<b>🔥 {counts}</b>：今天有 {hold} 个满足升温的条件",
        "en": "<b>🔥 {counts}</b>: {hold} of them meet the conditions of a surge today",
    },
    "hot_cooled": {
        "zh": "<b>今天没有题材在升温</b>：{counts} 都是此前进入的，今天没有一个满足升温的条件",
        "en": "<b>Nothing is heating up today</b>: {counts} were entered before; none of them meets"
        " the conditions of a surge today",
    },
    "hot_unknown": {"zh": "，{count} 个未知", "en": ", {count} not known"},
    "hot_new": {
        "zh": "；近{days}个交易日转入退潮 {count} 个",
        "en": "; {count} began bursting in the last {days} trading days",
    },
    "hot_turned": {"zh": "新退潮（近{days}日）", "en": "bursting, new in {days} days"},
    "hot_more": {
        "zh": "… 另有 {count} 个，按下面的阶段按钮看全部",
        "en": "… and {count} more: press the stage below for all",
    },
    "hot_legend": {
        "zh": "● 今天满足升温（退潮者：转折）的条件 ○ 不满足，但尚未离开该阶段。"
        "净涨为60日，20日线上为成分股占比的5日均，"
        "净回落自本轮高点；日期：进入该阶段之日",
        "en": "● meets the conditions of a surge today (of a reversal, where bursting) ○ does not,"
        " but has not left its stage. Net: of 60 days; above avg: members above their 20-day"
        " average, 5-day mean; net fall: from its peak; date: since when",
    },
    "hot_rest": {
        "zh": "共 {count} 个题材；净涨幅居前见 /top，一个题材为何如此：/why 题材名",
        "en": "{count} themes in all; largest run-ups: /top; why one stands so: /why NAME",
    },
    "top_is_not_hot": {
        "zh": "涨得多不等于热：各阶段的题材与依据见 /themes",
        "en": "A large run-up alone is not hot: themes by stage, and why, in /themes",
    },
    "hot_run_up": {"zh": "净涨 {value}", "en": "net {value}"},
    "hot_breadth": {"zh": "20日线上 {value}", "en": "above avg {value}"},
    "hot_peak_fall": {"zh": "净回落 {value}", "en": "net fall {value}"},
    "hot_weakness": {"zh": "20日线下 {value}", "en": "below avg {value}"},
    "stays": {
        "zh": "仍在{stage}：进入{stage}的条件已不满足，但{left}",
        "en": "Still {stage}: what “{stage}” is entered on no longer holds, but {left}",
    },
    "stays_shut": {
        "zh": "{kind}的条件未满足（{asked}）",
        "en": "the conditions of “{kind}” are not met ({asked})",
    },
    "stays_days": {
        "zh": "{kind}的条件满足后须连续{days}日（已{seen}日）",
        "en": "the conditions of “{kind}” must be met for {days} days running ({seen} so far)",
    },
    "stays_between": {"zh": "，", "en": ", "},
    "stays_if": {"zh": "{rule} {threshold}，现 {value}", "en": "{rule} {threshold}, now {value}"},
    "stays_and": {"zh": "；", "en": "; "},
    "best": {"zh": "当日最强", "en": "best of the day"},
    "worst": {"zh": "最弱", "en": "worst"},
    "moves": {"zh": "当日", "en": "on the day"},
    "strength": {"zh": "站上20日线占比", "en": "members above 20-day avg"},
    "peak_fall": {"zh": "距本轮高点净回落", "en": "net fall from its peak"},
    "diverging": {
        "zh": "背离已告知；消失{days}日后可再告知（已{seen}日）",
        "en": "a divergence was told; it may be told again once unseen for {days} days"
        " ({seen} so far)",
    },
    "not_diverging": {
        "zh": "背离须连续{days}日才告知（已{seen}日）",
        "en": "a divergence is told once seen for {days} days running ({seen} so far)",
    },
    "others": {"zh": "其他题材", "en": "other themes"},
    "others_quiet": {
        "zh": "其他 {count} 个题材都平静",
        "en": "all other themes ({count}) are quiet",
    },
    "rest_quiet": {"zh": "其余 {count} 个平静", "en": "the other {count} quiet"},
    "record_short": {
        "zh": "应有 {share}（{span}，n={onsets}），同样波动的题材 {matched}",
        "en": "to be expected {share} ({span}, n={onsets}), of equally volatile themes {matched}",
    },
    "all_given_back": {
        "zh": "，涨幅全部回吐，且跌得更低",
        "en": "; all of the rise given back, and more",
    },
    "test": {"zh": "【测试】只为检查投递", "en": "[TEST] only to check delivery"},
    "is_muted": {"zh": "本聊天已静音", "en": "muted here"},
    "is_not_watched": {"zh": "本聊天未关注", "en": "not watched here"},
    "is_merged": {"zh": "并入“{lead}”的故事", "en": "told in the story of {lead}"},
    "unknown_no_figures": {"zh": "当日无行情", "en": "no figures that day"},
    "unknown_thin": {"zh": "有数据的成分股太少", "en": "too few members with figures"},
    "unknown_coverage": {"zh": "覆盖不足", "en": "below coverage"},
    "unknown_young": {"zh": "历史太短", "en": "too short a past"},
    "unknown_input": {"zh": "缺少所需数据", "en": "figures it needs are missing"},
    "working": {"zh": "⏳ 正在计算…", "en": "⏳ being worked out…"},
    "too_fast": {"zh": "问得太快了，请稍候。", "en": "Too many questions at once; wait a moment."},
    "words_only": {
        "zh": "这里只认文字：发一个题材名，如 机器人，或 /help。",
        "en": "Only words are read here: send a theme's name, such as robots, or /help.",
    },
    "not_yours": {"zh": "这是别人的按钮，请自己提问。", "en": "Not your button; ask yourself."},
    "expired": {
        "zh": "这个按钮已失效，请重新提问。",
        "en": "This button is no longer good; ask again.",
    },
    "failed": {"zh": "出错了，详见日志。", "en": "Something failed; the log says what."},
    "inline_open": {"zh": "打开泡沫", "en": "Open Paomo"},
    "inline_none": {"zh": "没有这个题材；打开泡沫看看", "en": "No such theme; open Paomo"},
    "inline_refused": {
        "zh": "只有获准的人可以查询；打开泡沫",
        "en": "Only those let in may ask; open Paomo",
    },
    "others_corrected": {
        "zh": "另有 {count} 条未单独推送的警报也已更正，见 /record",
        "en": "{count} more alerts, not told here by themselves, were corrected: /record",
    },
}
