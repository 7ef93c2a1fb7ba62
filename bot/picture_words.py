"""The words in pictures and of what goes with them; a part of bot/words.py."""

from typing import Literal

DRAWN: dict[str, dict[Literal["zh", "en"], str]] = {
    "drawn_net": {
        "zh": "相对全市场的净价，起点 100",
        "en": "price net of the market, start 100",
    },
    "drawn_net_hk": {
        "zh": "相对恒生指数的净价，起点 100",
        "en": "price net of Hang Seng, start 100",
    },
    "apart": {
        "zh": "两个题材分属不同的市场，净价各对各的市场，无法并排。",
        "en": "These are of different markets, each net of its own: they cannot be compared.",
    },
    "drawn_breadth": {
        "zh": "宽度：站上20日线的成分股 %，粗线为5日均",
        "en": "breadth: members above 20-day avg, %; bold: 5 days",
    },
    "drawn_crowding": {
        "zh": "拥挤：占全市场成交额 %，粗线为5日均",
        "en": "crowding: share of all trading, %; bold: 5 days",
    },
    "drawn_gaps": {"zh": "；断开处：未知", "en": "; gaps: not known"},
    "drawn_replayed": {
        "zh": "{day} 之前的阶段由回放得出，当时没有推送",
        "en": "stages before {day} are from a replay; nothing was pushed then",
    },
    "heat_map": {"zh": "题材热力图", "en": "Heat map of themes"},
    "heat_median": {
        "zh": "{count} 个题材：60日净涨幅中位 {run_up}，{breadth} 的成分股站上20日线（中位）",
        "en": "{count} themes: median net run-up {run_up}, breadth {breadth}",
    },
    "heat_legend": {
        "zh": "数字与底色：60日净涨幅；横条：站上20日线（满格100%，无则未知）",
        "en": "figure and tone: net run-up, 60 days; bar: breadth, full is 100%, none: not known",
    },
    "heat_high": {"zh": "净涨幅最大", "en": "largest net run-ups"},
    "heat_low": {"zh": "净跌幅最大", "en": "largest net falls"},
    "heat_story": {"zh": "+n：同一故事另有 n 个题材", "en": "+n: n more in the same story"},
    "in_common": {
        "zh": "共同成分股 {shared} 只（各有 {first} 与 {second} 只）",
        "en": "members in common: {shared} (of {first} and {second})",
    },
    "moved_together": {
        "zh": "近 {days} 个交易日净日收益的相关系数: {size}",
        "en": "correlation of daily net returns, {days} days: {size}",
    },
    "look_light": {"zh": "浅色", "en": "light"},
    "look_dark": {"zh": "深色", "en": "dark"},
    "look_cn": {"zh": "红涨绿跌", "en": "red up"},
    "look_west": {"zh": "绿涨红跌", "en": "green up"},
    "look_safe": {"zh": "橙涨蓝跌（色盲友好）", "en": "orange up (safe)"},
    "quiet_day": {"zh": "无变动", "en": "no change"},
    "watched": {"zh": "关注的题材", "en": "Watched themes"},
    "short_run_up": {"zh": "净涨", "en": "net"},
    "short_breadth": {"zh": "宽度", "en": "breadth"},
    "short_crowding": {"zh": "拥挤", "en": "crowding"},
    "short_divergence": {"zh": "背离", "en": "divergence"},
    "short_fall": {"zh": "回落", "en": "fall"},
    "week": {"zh": "本周的记录", "en": "Record of the week"},
    "week_due": {
        "zh": "本周 {n} 次警报有了结果：{hits} 次在{days}日内净跌{fall}以上",
        "en": "alerts come to their end: {n}, of them {hits} fell {fall} or more, net,"
        " within {days} days",
    },
    "week_none": {"zh": "本周没有警报到期", "en": "no alert came to its end"},
    "week_fell": {
        "zh": "第{days}个交易日净 {change}",
        "en": "{change} net on trading day {days}",
    },
    "week_stood": {
        "zh": "没有跌到，{days}日净 {change}",
        "en": "no such fall, {change} net after {days} days",
    },
    "week_all": {
        "zh": "近 {looked} 个交易日的警报：{known} 次有了结果，其中 {hits} 次净跌{fall}以上，"
        "{waiting} 次未到期。与偶然相比见 /record",
        "en": "alerts of the last {looked} trading days: {known} known, {hits} of them fell {fall}"
        " or more, {waiting} open; against chance see /record",
    },
}
