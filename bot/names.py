"""Names of stages, kinds of alerts, rules and faults, Chinese and English side by side."""

from bot.words import Language, Words
from market.source import Theme
from signals.model import Kind, Stage

NAME_LIMIT = 40  # characters of a theme's name that are shown

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
    "breadth": {"zh": "站上20日线占比（5日均）", "en": "members above 20-day avg, 5-day mean"},
    "exuberance": {"zh": "爆炸性上涨（PSY 检验）", "en": "explosive growth (PSY test)"},
    "heat": {"zh": "新高与涨停热度（一年分位）", "en": "highs and limit-ups, own-year rank"},
    "divergence": {"zh": "价格相对业绩的净偏离", "en": "net growth of price less earnings"},
    "valuation": {"zh": "市盈率（一年分位）", "en": "price/earnings, own-year rank"},
    "fall": {"zh": "距60日高点净回落", "en": "net fall from the 60-day peak"},
    "weakness": {"zh": "跌破20日线占比", "en": "members below 20-day avg"},
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
    "unlisted": {
        "zh": "关注的板块已改名或撤销，请改 themes.toml",
        "en": "a followed board was renamed or is gone; mend themes.toml",
    },
    "odd_points": {
        "zh": "板块点位与前一日无法衔接，未采用",
        "en": "a board's points cannot follow those of the day before, and were not taken over",
    },
    "filling": {
        "zh": "仍在补齐（成分股历史行情 · 成分股名单）",
        "en": "still being fetched (members' bars · memberships)",
    },
    "filling_days": {
        "zh": "仍在补齐（全市场历史日线 · 成分股名单）",
        "en": "still being fetched (past days of the market · memberships)",
    },
    "thin": {
        "zh": "名单疑似不全或有误，未采用",
        "en": "a membership looks cut or wrong and was not taken over",
    },
    "members": {"zh": "部分成分股名单未更新", "en": "some memberships were not renewed"},
    "histories": {"zh": "部分板块历史未取到", "en": "some board histories did not come"},
    "indices": {"zh": "未取到指数", "en": "an index did not come"},
    "world": {"zh": "未取到部分市场的指数", "en": "some markets' indices did not come"},
    "macro": {"zh": "未取到部分宏观数据", "en": "some macro series did not come"},
    "hk_index": {"zh": "未取到港股指数", "en": "an index of Hong Kong did not come"},
    "hk_members": {"zh": "部分港股未取到", "en": "some stocks of Hong Kong did not come"},
    "earnings": {"zh": "未取到业绩报表", "en": "company reports did not come"},
    "revised": {
        "zh": "上一日的收盘价被今日的昨收证明有误，已更正（只）",
        "en": "closes of the day before, disproved by today's previous closes and corrected",
    },
    "events": {"zh": "未取到部分公告、解禁或新基金", "en": "some announcements did not come"},
    "filings": {"zh": "未取到部分财务报表", "en": "some companies' statements did not come"},
    "pools": {"zh": "未取到涨停池与炸板池", "en": "the pools of limit-ups did not come"},
    "news": {"zh": "未取到新闻快讯", "en": "the news wire did not answer"},
    "stand_in": {
        "zh": "行情取自备用来源，当日估值未知",
        "en": "quotes came from a stand-in, without valuations",
    },
    "unchained": {"zh": "昨收与库存收盘不符", "en": "previous closes differ from those stored"},
    "gap": {
        "zh": "这些交易日只补到指数与所关注板块的点位",
        "en": "only index and followed boards could be filled in for",
    },
    "healed": {
        "zh": "这些交易日事后由 baostock 补齐（不含北交所）",
        "en": "filled in afterwards from baostock, without Beijing's exchange",
    },
    "whole_days": {
        "zh": "baostock 未补到缺失的交易日",
        "en": "missed days did not come from baostock",
    },
    "no_snapshot": {
        "zh": "收盘快照未取到，改用 baostock 日线：无北交所、市值与市盈率",
        "en": "no closing quotes came; by baostock, without Beijing's exchange and valuations",
    },
    "holes": {"zh": "缺少交易日", "en": "trading days missing"},
}
MEANS: dict[str, Words] = {  # of needs that sources may not meet: what it means for alerts
    "boards": {
        "zh": "点位改按板块涨跌幅推算；推算不了的题材当日未知，不触发也不解除",
        "en": "points go by boards' moves; a theme without one is unknown: nothing fires or ends",
    },
    "unlisted": {
        "zh": "不再列为重点关注，列表里没有的板块点位未知；themes.toml 写入新名后恢复",
        "en": "not followed closely, points unknown where it is gone, until themes.toml names it",
    },
    "members": {"zh": "沿用较早的名单", "en": "older memberships stay in use"},
    "histories": {"zh": "新题材的历史稍后补上", "en": "the past of new themes comes later"},
    "indices": {
        "zh": "不显示市值加权指数；警报不受影响",
        "en": "the cap-weighted index is not shown; alerts do not need it",
    },
    "earnings": {"zh": "背离与估值沿用已有的业绩", "en": "divergence goes by the reports it has"},
    "world": {
        "zh": "/market 不全；警报不受影响",
        "en": "/market is incomplete; alerts are not touched",
    },
    "macro": {
        "zh": "宏观背景停在旧值；警报不受影响",
        "en": "the backdrop is older; alerts do not need it",
    },
    "events": {
        "zh": "/events 不全；警报不受影响",
        "en": "/events is incomplete; alerts are not touched",
    },
    "filings": {
        "zh": "/fundamentals 停在旧值；警报不受影响",
        "en": "/fundamentals is older; alerts are not touched",
    },
    "pools": {
        "zh": "当日炸板率未知；警报不受影响",
        "en": "the day's broken limit-ups are unknown; alerts are not touched",
    },
    "news": {"zh": "/news 停在旧值；警报不受影响", "en": "/news is older; alerts are not touched"},
}
CAUSES: dict[str, Words] = {  # how wrong bars came to light
    "next_close": {
        "zh": "{since} 的 {bars} 条行情有误：与次日公布的昨收不符",
        "en": "{bars} bars of {since} were wrong: the next day's previous closes differ",
    },
    "operator": {
        "zh": "{since} 起的 {bars} 条行情有误，由运营者更正",
        "en": "{bars} bars from {since} were wrong; corrected by the operator",
    },
}
GROUPS: dict[str, Words] = {  # of series of the backdrop
    "macro": {"zh": "宏观", "en": "macro"},
    "flows": {"zh": "资金", "en": "flows"},
    "world": {"zh": "各市场指数", "en": "indices of markets"},
}
BESIDE: dict[str, Words] = {  # what stands beside a price, each with a count
    "filings": {"zh": "财务报表（逐家取得的公司）", "en": "statements, companies fetched"},
    "events": {"zh": "事件", "en": "events"},
    "news": {"zh": "新闻快讯", "en": "news lines"},
}
TROUBLES: dict[str, Words] = {  # of the bot itself, told to its admins
    "data": {"zh": "取不到当日数据", "en": "the day's figures do not come in"},
    "hong_kong": {"zh": "取不到港股数据", "en": "Hong Kong's figures do not come in"},
    "delivery": {"zh": "消息发不出去", "en": "messages are not going out"},
    "given_up": {"zh": "一天内被放弃的消息", "en": "messages given up within a day"},
    "backup": {"zh": "备份未成功", "en": "no backup could be made"},
    "disk": {"zh": "磁盘空间不足，仅剩", "en": "the disk is nearly full, free"},
    "calendar": {"zh": "已知的交易日所剩不多", "en": "few trading days ahead are known"},
    "skipped": {"zh": "跳过了一条无法读取的更新", "en": "an update could not be read, skipped"},
}


def theme_name(theme: Theme, language: Language) -> str:
    """A theme's name as it is shown; in English its English one, where it has one, stands behind.

    Whoever reads English can say and search both.
    """
    name = theme.name[:NAME_LIMIT]
    return f"{name} {theme.english}" if language == "en" and theme.english else name


def stage_name(stage: Stage, language: Language) -> str:
    """A stage in words."""
    return STAGES[stage][language]


def rule_name(name: str, language: Language) -> str:
    """A rule in words."""
    return RULES[name][language] if name in RULES else name
