"""Words for what stands beside a price, Chinese and English side by side."""

from bot.words import Language, Words

FACTS: dict[str, Words] = {
    "fundamentals": {"zh": "基本面", "en": "fundamentals"},
    "profit": {"zh": "净利润同比", "en": "profit, on a year before"},
    "revenue": {"zh": "营业总收入同比", "en": "revenue, on a year before"},
    "core": {"zh": "非经常性损益占净利润", "en": "non-recurring share of profit"},
    "investment": {"zh": "投资收益占利润总额", "en": "investment income / pre-tax profit"},
    "trading": {"zh": "交易性金融资产占总资产", "en": "trading assets / all assets"},
    "stock": {"zh": "存货同比", "en": "inventories, on a year before"},
    "sales": {
        "zh": "（同期这些公司营收 {size}，相差 {gap} 个百分点）",
        "en": " (revenue of the same {size}, gap {gap} pp)",
    },
    "price": {
        "zh": "市盈率（总市值/滚动利润，含亏损）",
        "en": "price/trailing profit, losses counted",
    },
    "median": {"zh": "中位 {median}", "en": "median {median}"},
    "losing": {"zh": "亏损 {count} 家", "en": "{count} lose money"},
    "whole_loss": {"zh": "合计亏损", "en": "a loss in sum"},
    "of": {"zh": "{covered}/{companies} 家", "en": "{covered} of {companies} companies"},
    "public": {"zh": "最近公开于 {day}", "en": "the last of them public {day}"},
    "most": {"zh": "报告期 {dated}", "en": "period {dated}"},
    "year_before": {"zh": "一年前 {size}", "en": "a year before {size}"},
    "whole_market": {"zh": "全市场", "en": "The whole market"},
    "limits": {
        "zh": "非经常性、投资收益、交易性资产逐家取自各题材最大的成分股，全市场一栏也只含这些公司",
        "en": "non-recurring, investment and trading figures are fetched for the largest members of"
        " followed themes; the whole market's are of those companies too",
    },
    "no_members": {"zh": "成分股未知，无法汇总。", "en": "Its members are not known."},
    "events": {"zh": "事件", "en": "events"},
    "past": {"zh": "近{days}天", "en": "last {days} days"},
    "coming": {"zh": "未来{days}天", "en": "next {days} days"},
    "read": {
        "zh": "公告已读 {read}/{days} 天；只作陈列，不计入任何评分",
        "en": "announcements of {read} of {days} days read; shown, never scored",
    },
    "none": {"zh": "没有", "en": "none"},
    "unread": {"zh": "公告未知（一天也未读）", "en": "announcements not known (none read)"},
    "part_read": {
        "zh": "公告只读了 {days} 天中的 {read} 天",
        "en": "announcements read: {read} of {days} days",
    },
    "none_read": {
        "zh": "已读公告的 {read} 天（共 {days} 天）里没有",
        "en": "none in the {read} of {days} days read",
    },
    "concept": {"zh": "改向该概念", "en": "to the concept"},
    "worth": {"zh": "市值 {size}元", "en": "worth CNY {size}"},
    "freed": {"zh": "{size}股", "en": "{size} shares"},
    "of_float": {"zh": "为此前流通股的 {part}", "en": "{part} of the shares tradable before"},
    "raised": {"zh": "募集 {size}份", "en": "{size} units raised"},
    "unsized": {"zh": "规模未知", "en": "size unknown"},
    "more": {"zh": "另有 {count} 条", "en": "{count} more"},
    "named": {"zh": "{count}条触发新闻点名", "en": "{count} trigger lines name it"},
    "news": {"zh": "新闻", "en": "news"},
    "triggers": {"zh": "触发词新闻", "en": "News triggers"},
    "naming": {
        "zh": "点名该题材或其成分股，近{days}天；● 含触发词",
        "en": "lines naming the theme or a member, last {days} days; ● has a trigger word",
    },
    "not_there": {
        "zh": "港股公司的财报、公告与解禁不取，此处一无所知",
        "en": "reports, notices and lock-ups of Hong Kong's companies are not fetched: nothing is"
        " known of them",
    },
    "nothing_came": {"zh": "尚未取到任何新闻", "en": "No news line has come in yet"},
    "lists": {
        "zh": "词表见 news.toml；标题原样转引，真伪由来源负责",
        "en": "word lists: news.toml; titles as their source words them",
    },
}
EVENTS: dict[str, Words] = {
    "reduction": {"zh": "减持计划", "en": "reduction planned"},
    "lockup": {"zh": "解禁", "en": "lock-up expiry"},
    "unusual": {"zh": "异动公告", "en": "abnormal-move notice"},
    "clarified": {"zh": "澄清公告", "en": "clarification"},
    "renamed": {"zh": "更名", "en": "renamed"},
    "etf": {"zh": "新题材ETF", "en": "new theme ETF"},
}


def fact(key: str, language: Language) -> str:
    """One of FACTS."""
    return FACTS[key][language]
