"""What people read: transitions in words, Chinese or English. Percent signs live only here."""

import math
from typing import Literal

from signals.model import Kind, Signal, Stage, Transition

Language = Literal["zh", "en"]

STAGES: dict[Stage, dict[Language, str]] = {
    Stage.QUIET: {"zh": "冰点", "en": "quiet"},
    Stage.FORMING: {"zh": "发酵", "en": "forming"},
    Stage.BUBBLE: {"zh": "高潮", "en": "bubble"},
    Stage.BURSTING: {"zh": "退潮", "en": "bursting"},
    Stage.OVER: {"zh": "结束", "en": "over"},
}
KINDS: dict[Kind, dict[Language, str]] = {
    Kind.SURGE: {"zh": "🔺 升温", "en": "🔺 Surge"},
    Kind.DIVERGENCE: {"zh": "↔️ 背离", "en": "↔️ Divergence"},
    Kind.REVERSAL: {"zh": "🔻 转折", "en": "🔻 Reversal"},
    Kind.OVER: {"zh": "⏹ 结束", "en": "⏹ Over"},
}
RULES: dict[str, dict[Language, str]] = {
    "run_up": {"zh": "60日净涨幅", "en": "net run-up, 60 days"},
    "breadth": {
        "zh": "站上20日线的成分股占比（5日均）",
        "en": "members above their 20-day average",
    },
    "heat": {
        "zh": "新高与涨停热度（自身一年分位）",
        "en": "highs and limit-ups, own-year percentile",
    },
    "divergence": {"zh": "价格相对业绩的净偏离", "en": "net growth of price less earnings"},
    "valuation": {"zh": "市盈率（自身一年分位）", "en": "price/earnings, own-year percentile"},
    "fall": {"zh": "距60日高点净回落", "en": "net fall from the 60-day peak"},
    "weakness": {"zh": "跌破20日线的成分股占比", "en": "members below their 20-day average"},
    "outflow": {"zh": "成交活跃度较高点回落", "en": "activity lost since its high"},
}
WORDS: dict[str, dict[Language, str]] = {
    "unknown": {"zh": "未知", "en": "not known"},
    "threshold": {"zh": "阈值", "en": "threshold"},
    "day": {"zh": "数据日", "en": "data of"},
    "simulated": {"zh": "【模拟数据】", "en": "[SIMULATED] "},
}


def alert(transition: Transition, name: str, language: Language, simulated: bool = False) -> str:
    """One transition as text: the verdict, the evidence with value and threshold, the day."""
    before, after = transition.before.stage, transition.after.stage
    verdict = f"{KINDS[transition.kind][language]} · {name}"
    if before is not after:
        verdict += f" · {STAGES[before][language]} → {STAGES[after][language]}"
    label = WORDS["simulated"][language] if simulated else ""
    evidence = [_evidence(signal, language) for signal in transition.signals]
    return "\n".join([label + verdict, *evidence, f"{WORDS['day'][language]} {transition.day}"])


def _evidence(signal: Signal, language: Language) -> str:
    """One rule: a dot that is full when it fires, its words, value and threshold."""
    words = RULES.get(signal.rule, {}).get(language, signal.rule)
    mark = "●" if signal.firing else "○"
    limit = f"{WORDS['threshold'][language]} {figure(signal.threshold, signal.unit, language)}"
    return f"{mark} {words}: {figure(signal.value, signal.unit, language)} ({limit})"


def figure(value: float, unit: str, language: Language) -> str:
    """A value with its unit; an unknown one in words, never as a number."""
    if math.isnan(value):
        return WORDS["unknown"][language]
    if unit == "fraction":
        return f"{value:+.1%}"
    return f"{value:.1f}x" if unit == "ratio" else f"{value:.0%}"
