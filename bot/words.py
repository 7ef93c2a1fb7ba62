"""The words of the messages, Chinese and English side by side; nothing else speaks to people."""

from typing import Literal

from signals.model import Kind, Stage

Language = Literal["zh", "en"]
Words = dict[Language, str]

STAGES: dict[Stage, Words] = {
    Stage.QUIET: {"zh": "冰点", "en": "quiet"},
    Stage.FORMING: {"zh": "发酵", "en": "forming"},
    Stage.BUBBLE: {"zh": "高潮", "en": "bubble"},
    Stage.BURSTING: {"zh": "退潮", "en": "bursting"},
    Stage.OVER: {"zh": "结束", "en": "over"},
}
KINDS: dict[Kind, Words] = {
    Kind.SURGE: {"zh": "升温", "en": "surge"},
    Kind.DIVERGENCE: {"zh": "背离", "en": "divergence"},
    Kind.REVERSAL: {"zh": "转折", "en": "reversal"},
    Kind.OVER: {"zh": "结束", "en": "over"},
}
MARKS = {Kind.SURGE: "🔺", Kind.DIVERGENCE: "↔️", Kind.REVERSAL: "🔻", Kind.OVER: "⏹"}
RULES: dict[str, Words] = {
    "run_up": {"zh": "60日净涨幅", "en": "net run-up, 60 days"},
    "breadth": {"zh": "站上20日线占比（5日均）", "en": "members above their 20-day average"},
    "exuberance": {"zh": "爆炸性上涨（PSY 检验）", "en": "explosive growth (PSY test)"},
    "heat": {"zh": "新高与涨停热度（一年分位）", "en": "highs and limit-ups, own-year rank"},
    "divergence": {"zh": "价格相对业绩的净偏离", "en": "net growth of price less earnings"},
    "valuation": {"zh": "市盈率（一年分位）", "en": "price/earnings, own-year rank"},
    "fall": {"zh": "距60日高点净回落", "en": "net fall from the 60-day peak"},
    "weakness": {"zh": "跌破20日线占比", "en": "members below their 20-day average"},
    "outflow": {"zh": "成交活跃度较高点回落", "en": "activity lost since its high"},
    "board_height": {"zh": "连板高度", "en": "longest limit-up run"},
    "broken_boards": {"zh": "炸板率（5日）", "en": "broken limit-ups, 5 days"},
    "crowding": {
        "zh": "成交占比（一年分位，未检验）",
        "en": "share of trading, own-year rank (untested)",
    },
}
FAULTS: dict[str, Words] = {  # what can be wrong with a day's figures; details follow
    "boards": {"zh": "未取到板块列表", "en": "the list of boards did not come"},
    "members": {"zh": "部分成分股名单未更新", "en": "some memberships were not renewed"},
    "histories": {"zh": "部分板块历史未取到", "en": "some board histories did not come"},
    "indices": {"zh": "未取到指数", "en": "an index did not come"},
    "earnings": {"zh": "未取到业绩报表", "en": "company reports did not come"},
    "unchained": {"zh": "昨收与库存收盘不符", "en": "previous closes differ from those stored"},
    "gap": {
        "zh": "这些交易日只补到指数与所关注板块的点位",
        "en": "only index and followed boards could be filled in for",
    },
    "holes": {"zh": "缺少交易日", "en": "trading days missing"},
}
TROUBLES: dict[str, Words] = {  # of the bot itself, told to its admins
    "data": {"zh": "取不到当日数据", "en": "the day's figures do not come in"},
    "delivery": {"zh": "消息发不出去", "en": "messages are not going out"},
    "given_up": {"zh": "一天内被放弃的消息", "en": "messages given up within a day"},
    "backup": {"zh": "备份未成功", "en": "no backup could be made"},
    "disk": {"zh": "磁盘空间不足，仅剩", "en": "the disk is nearly full, free"},
    "calendar": {"zh": "已知的交易日所剩不多", "en": "few trading days ahead are known"},
    "skipped": {"zh": "跳过了一条无法读取的更新", "en": "an update could not be read, skipped"},
}
WORDS: dict[str, Words] = {
    "unknown": {"zh": "未知", "en": "not known"},
    "threshold": {"zh": "阈值", "en": "threshold"},
    "mood": {"zh": "情绪（不作预警依据）", "en": "mood (no grounds for an alert)"},
    "below": {"zh": "未达阈值", "en": "below their thresholds"},
    "simulated": {"zh": "【模拟数据】", "en": "[SIMULATED] "},
    "alerts": {"zh": "题材警报", "en": "Theme alerts"},
    "wide": {
        "zh": "全市场性的一天：多个题材同时变动，强者在前",
        "en": "a market-wide day: many themes moved at once, the strongest first",
    },
    "also": {"zh": "另有", "en": "also"},
    "since": {"zh": "本轮始于", "en": "episode since"},
    "peak": {"zh": "净值高点", "en": "net peak"},
    "record": {
        "zh": "同类警报 {onsets} 次，{hits} 次其后{days}日内净跌{fall}以上"
        "（{share}，95%区间 {span}）；同样波动的题材为 {matched}。"
        "{since} 至 {until}，按 {members} 名单回填",
        "en": "of {onsets} such alerts {hits} were followed by a net fall of {fall} within"
        " {days} days ({share}, 95% interval {span}); of equally volatile themes {matched}."
        " {since} to {until}, backfilled with members of {members}",
    },
    "lppls": {
        "zh": "LPPLS 置信度（{day}，{windows} 个窗口）：{share}。弱信号，历史上未证实有预测力",
        "en": "LPPLS confidence ({day}, {windows} windows): {share}; a weak sign, without proven"
        " skill",
    },
    "day": {"zh": "数据日", "en": "data of"},
    "members": {"zh": "成分股", "en": "members"},
    "covered": {"zh": "有数据", "en": "with data"},
    "list_of": {"zh": "名单", "en": "list of"},
    "backfilled": {"zh": "按此名单回填", "en": "backfilled with this list"},
    "source": {"zh": "来源", "en": "source"},
    "number": {"zh": "编号", "en": "id"},
    "sent": {"zh": "发出", "en": "sent"},
    "late": {"zh": "晚于收盘", "en": "late, after the close by"},
    "repeat": {"zh": "（可能重复）", "en": "(may be a repeat) "},
    "digest": {"zh": "每日摘要", "en": "Daily digest"},
    "market": {"zh": "市场", "en": "Market"},
    "equal": {"zh": "等权", "en": "equal-weight"},
    "index": {"zh": "市值加权指数", "en": "cap-weighted index"},
    "up": {"zh": "上涨", "en": "up"},
    "down": {"zh": "下跌", "en": "down"},
    "limit_ups": {"zh": "涨停", "en": "limit-up"},
    "amount": {"zh": "成交额", "en": "traded"},
    "imported": {"zh": "导入的历史", "en": "imported history"},
    "stages": {"zh": "阶段", "en": "Stages"},
    "themes": {"zh": "题材", "en": "themes"},
    "today": {"zh": "今日变动", "en": "Today"},
    "missed": {"zh": "停机期间的变动", "en": "While the bot was away"},
    "nothing": {"zh": "无", "en": "nothing"},
    "strongest": {"zh": "60日净涨幅居前", "en": "Largest net run-ups, 60 days"},
    "faults": {"zh": "数据提示", "en": "About the data"},
    "no_figures": {
        "zh": "今天没有取到可用的数据，因此没有判断。原因",
        "en": "No usable figures came in today, so nothing was judged. Reason",
    },
    "index_only": {
        "zh": "只有指数，未判断（暂无成分股行情）",
        "en": "index only, not judged (no member bars yet)",
    },
    "rest": {
        "zh": "泡沫只作测量，不构成投资建议",
        "en": "Paomo measures; not investment advice",
    },
}


def say(key: str, language: Language) -> str:
    """One of WORDS."""
    return WORDS[key][language]
