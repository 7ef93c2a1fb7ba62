"""The words of the messages, Chinese and English side by side; nothing else speaks to people."""

from bot.phrases import LANGUAGES as LANGUAGES
from bot.phrases import PHRASES
from bot.phrases import Language as Language
from bot.phrases import Words as Words
from bot.picture_words import DRAWN

WORDS: dict[str, Words] = {
    **PHRASES,
    **DRAWN,
    "unknown": {"zh": "未知", "en": "not known"},
    "threshold": {"zh": "阈值", "en": "threshold"},
    "mood": {"zh": "情绪（不作预警依据）", "en": "mood (no grounds for an alert)"},
    "below": {"zh": "未达阈值", "en": "below their thresholds"},
    "simulated": {"zh": "【模拟数据】", "en": "[SIMULATED] "},
    "alerts": {"zh": "题材警报", "en": "Theme alerts"},
    "wide": {"zh": "全市场性的一天，强者在前", "en": "a market-wide day, the strongest first"},
    "same_story": {"zh": "同一故事另有 {count} 个题材", "en": "in the same story {count} more"},
    "joining": {"zh": "与“{voice}”同一故事", "en": "in one story with {voice}"},
    "together": {
        "zh": "连同其故事里的题材共 {count} 项变动",
        "en": "{count} changes with those of their stories",
    },
    "chain_in": {
        "zh": "{of} 个子题材中有 {here} 个已点燃",
        "en": "{here} of {of} sub-industries are in",
    },
    "companies_in": {
        "zh": "，{known} 家公司中有 {here} 家在其中",
        "en": ", {here} of {known} companies",
    },
    "chain_legend": {
        "zh": "60日净涨幅；▶ 点燃日；网纹：未知",
        "en": "net run-up of 60 days; ▶ day of ignition; hatched: not known",
    },
    "also": {"zh": "另有", "en": "also"},
    "since": {"zh": "本轮始于", "en": "episode since"},
    "peak": {"zh": "净值高点", "en": "net peak"},
    "clock": {
        "zh": "时钟：净涨幅达{rise}后第{age}个交易日；以往{past}段行情（{months}个月、{waves}波）"
        "中 {longer} 更久（95%区间 {span}）",
        "en": "clock: trading day {age} since the net run-up reached {rise}; of {past} past run-ups"
        " (begun in {months} months, {waves} waves) {longer} lasted longer (95% interval {span})",
    },
    "young_clock": {
        "zh": "时钟：净涨幅达{rise}后第{age}个交易日；以往{past}段行情"
        "（{months}个月、{waves}波）都更久",
        "en": "clock: trading day {age} since the net run-up reached {rise}; all {past} past"
        " run-ups (begun in {months} months, {waves} waves) lasted longer",
    },
    "no_clock": {
        "zh": "时钟：第{age}个交易日；以往行情仅 {past} 段，不足以计时",
        "en": "clock: trading day {age}; too few past run-ups ({past}) for a clock",
    },
    "ended": {
        "zh": "本轮自 {since} 历时{days}：净涨 {rise}（高点 {peak}），其后净跌 {fall}",
        "en": "from {since} it lasted {days}: up {rise} net to its peak on {peak},"
        " then down {fall}",
    },
    "given_back": {"zh": "，回吐涨幅的 {share}", "en": "; {share} of the rise given back"},
    "lead": {
        "zh": "美股科技（纳斯达克）{who}：净收益秩相关 {size:+.2f}（±{band:.2f} 之外，{days}日；"
        "偶然也有5%的题材如此）",
        "en": "US technology (NASDAQ) {who}: rank correlation of net returns {size:+.2f} (beyond"
        " ±{band:.2f}, {days} days; by chance 5% of themes show as much)",
    },
    "run_up_is": {
        "zh": "行情：{days}日净涨幅达{rise}且创{days}日新高起，"
        "至自高点净跌{fall}或{stall}日无新高止",
        "en": "a run-up begins {rise} net above {days} days before, at their high; it is over"
        " {fall} under its peak, or after {stall} days without a new one",
    },
    "fast_bull": {
        "zh": "快牛慢熊：{runs} 段已了结的行情，中位数上涨 {days_up} 日、每日 {up}，"
        "下跌 {days_down} 日、每日 {down}，快慢之比 {ratio}；回吐 {given}，"
        "{regained} 段在{after}日内收复。",
        "en": "fast bull, slow bear: of {runs} settled run-ups the medians are {days_up} days up at"
        " {up} a day, {days_down} days down at {down} a day, ratio {ratio}; {given} given back;"
        " {regained} regained the peak within {after} days.",
    },
    "normal_again": {
        "zh": "高点之后，成分股过半跌破20日线在第 {breadth} 日，"
        "量能回到60日均值在第 {activity} 日（中位数）。",
        "en": "After the peak half of the members were below their 20-day average on day {breadth},"
        " and volume back at its mean of 60 days on day {activity} (medians).",
    },
    "alike": {
        "zh": "第{age}个交易日。这 {count} 例其后{days}日净收益中位 {middle}（{low} 至 {high}），"
        "{fell} 例净跌{fall}以上；同龄的全部 {eligible} 段：中位 {of_all}，{base} 下跌。",
        "en": "Trading day {age}. These {count}: {middle} net after {days} days (median; {low} to"
        " {high}), {fell} fell {fall} or more; all {eligible} that were as old: {of_all}, {base}"
        " fell.",
    },
    "by_chance": {
        "zh": "同样的尺子量打乱日序的行情（参考数据 2015–2024）也得快慢之比 1.4（1.3–1.6），"
        "所以这个比值不说明什么。",
        "en": "Measured likewise, shuffled days of the reference (2015 to 2024) give a ratio of 1.4"
        " (1.3 to 1.6) too, so it says nothing by itself.",
    },
    "likeness_worth": {
        "zh": "以往这样的相似什么也没预示：是否下跌的 Brier 技巧 -0.08（-0.19 至 0.03；784 例，"
        "2015–2021）与 -0.14（-0.24 至 -0.04；342 例，2022–2024），不如同龄行情的平均。",
        "en": "In the past such likenesses told nothing: Brier skill for the fall -0.08 (-0.19 to"
        " 0.03; 784 cases, 2015 to 2021) and -0.14 (-0.24 to -0.04; 342 cases, 2022 to 2024)"
        " against the mean of all run-ups as old.",
    },
    "leads": {"zh": "领先 {lag} 个交易日", "en": "leads by {lag} trading day(s)"},
    "follows": {"zh": "落后 {lag} 个交易日", "en": "follows by {lag} trading day(s)"},
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
    "record_own": {
        "zh": "自有记录：同类警报 {onsets} 次，{hits} 次其后{days}日内净跌{fall}以上"
        "（{share}，95%区间 {span}）；同样波动的题材为 {matched}。"
        "{since} 至 {until}，此前按 {members} 名单回填",
        "en": "own record: of {onsets} such alerts {hits} were followed by a net fall of {fall}"
        " within {days} days ({share}, 95% interval {span}); of equally volatile themes {matched}."
        " {since} to {until}, backfilled before with members of {members}",
    },
    "record_few": {
        "zh": "（软件自带的记录；自有记录仅 {onsets} 次，尚不足以说明）",
        "en": " (as shipped with Paomo; own record: only {onsets}, too few to tell)",
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
    "today": {"zh": "今日变动", "en": "Today"},
    "missed": {"zh": "此前未及告知的变动", "en": "Earlier changes, not told before"},
    "stands": {"zh": "（现为{stage}）", "en": " (now {stage})"},
    "held": {"zh": "安静时段里的警报", "en": "Alerts of your quiet hours"},
    "held_until": {
        "zh": "留到 {at}，强者在前；数据为 {day} 收盘，其后的变化不在其中",
        "en": "kept until {at}, the strongest first; as of the close of {day}, nothing after it",
    },
    "beyond": {
        "zh": "超出本聊天每日 {budget} 条有声警报的 {count} 条，强者在前",
        "en": "{count} beyond this chat's limit of loud alerts, {budget} a day; strongest first",
    },
    "weekly": {"zh": "每周摘要", "en": "Weekly digest"},
    "changes": {"zh": "变动", "en": "Changes"},
    "and_more": {"zh": "另有 {count} 项，/themes", "en": "and {count} more; /themes"},
    "merged": {
        "zh": "同一故事里另有 {count} 项相同的变动",
        "en": "{count} more told the same of the same stories",
    },
    "joins": {"zh": "成分股变动", "en": "Members"},
    "backdrop": {"zh": "宏观背景", "en": "Macro backdrop"},
    "new_reading": {"zh": "宏观新值", "en": "New macro readings"},
    "previous": {"zh": "前值", "en": "before"},
    "dead": {"zh": "已停更，不计入任何评分", "en": "Dead, left out of any score"},
    "absent": {"zh": "尚未取到", "en": "Not received yet"},
    "age": {"zh": "已 {days} 天", "en": "age {days} d"},
    "rank": {"zh": "自身分位 {share}（{n} 个值）", "en": "own rank {share} of {n}"},
    "year": {"zh": "较一年前 {size}", "en": "{size} on a year before"},
    "points": {"zh": "点", "en": "points"},
    "share_points": {"zh": "个百分点", "en": "pp"},
    "crash": {
        "zh": "趣闻而非依据：距上次全市场大跌（上证综指 {day} 跌至一年高点的六成）已 {days} 天，"
        "1990年以来仅 {cases} 例",
        "en": "A curiosity, not evidence: {days} days since the last market-wide crash (on {day}"
        " Shanghai fell to 60% of its one-year high); only {cases} cases since 1990",
    },
    "breadth": {"zh": "{share} 上涨（{stocks} 只）", "en": "{share} of {stocks} stocks rose"},
    "side_by_side": {
        "zh": "各市场涨跌（{windows}个交易日，至 {day}）",
        "en": "Markets side by side ({windows} trading days, to {day})",
    },
    "against": {"zh": "{name} 相对（百分点）", "en": "{name} against (pp)"},
    "money": {"zh": "资金流向", "en": "Money that moves"},
    "last_day": {"zh": "最近一日", "en": "last day"},
    "since_day": {"zh": "自", "en": "since"},
    "north": {
        "zh": "北向：自 2024-08-19 起不再公布每日净买入",
        "en": "Northbound: daily net buying is not published since 2024-08-19",
    },
    "of_market": {
        "zh": "题材成交额占全市场（{days}日均值）",
        "en": "Themes' share of the market's amount (mean of {days} days)",
    },
    "no_market": {"zh": "当日全市场未知", "en": "the whole market is not known on this day"},
    "nothing": {"zh": "无", "en": "nothing"},
    "strongest": {"zh": "60日净涨幅居前", "en": "Largest net run-ups, 60 days"},
    "not_met": {
        "zh": "{what} · 自 {since} · {why} · 上次正常 {served} · 影响：{means}",
        "en": "{what} · since {since} · {why} · last good {served} · means: {means}",
    },
    "faults": {"zh": "数据提示", "en": "About the data"},
    "no_figures": {
        "zh": "今天没有取到可用的数据，因此没有判断。原因",
        "en": "No usable figures came in today, so nothing was judged. Reason",
    },
    "index_only": {
        "zh": "只有指数，未判断（暂无成分股行情）",
        "en": "index only, not judged (no member bars yet)",
    },
    "hong_kong": {
        "zh": "港股（新浪）：净值相对恒生指数，以港元计，无涨跌停；规则未在港股检验过",
        "en": "Hong Kong (Sina): net of the Hang Seng index, in HKD, without price limits; the"
        " rules were never tested there",
    },
    "hong_kong_day": {
        "zh": "港股 {day}：恒生指数 {change}（篮子净值相对恒指，未经检验）",
        "en": "Hong Kong {day}: Hang Seng {change} (baskets net of it, untested)",
    },
    "basket": {
        "zh": "{name} · {stage} · 净涨 {run_up} · 20日线上 {breadth}",
        "en": "{name} · {stage} · net {run_up} · above avg {breadth}",
    },
    "against_hsi": {"zh": "港股（相对恒生指数）", "en": "Hong Kong (net of the Hang Seng index)"},
    "provisional": {"zh": "盘中（暂定）", "en": "Intraday, provisional"},
    "if_closed": {"zh": "若今日如此收盘", "en": "if today closed like this"},
    "board_now": {"zh": "板块现涨跌", "en": "board now"},
    "boards_median": {"zh": "各板块中位", "en": "median of boards"},
    "estimated": {"zh": "估算", "en": "estimated"},
    "without_today": {"zh": "不含今日", "en": "without today"},
    "longest": {"zh": "最高连板", "en": "longest run"},
    "broken": {"zh": "其中炸过板", "en": "of them broken before"},
    "await": {"zh": "收盘后确认或撤回", "en": "confirmed or withdrawn after the close"},
    "confirmed": {"zh": "收盘已确认，见警报", "en": "confirmed at the close: see alert"},
    "withdrawn": {
        "zh": "已撤回：未能维持，收于 {moved}，阶段为{stage}",
        "en": "withdrawn: it did not hold; closed at {moved}, stage {stage}",
    },
    "unconfirmed": {
        "zh": "无法确认：没有取到当日的收盘数据",
        "en": "could not be confirmed: the day's closing figures did not come",
    },
    "no_pictures": {
        "zh": "（本聊天不允许发送图片，图略）",
        "en": "(this chat allows no pictures; the chart was left out)",
    },
    "correction": {"zh": "更正", "en": "Correction"},
    "was_said": {"zh": "当时", "en": "then"},
    "untold": {"zh": "没有警报", "en": "no alert"},
    "is_now": {"zh": "按更正后的数据", "en": "by the corrected figures"},
    "alert_stands": {"zh": "警报仍成立，数值有变", "en": "the alert stands, with other figures"},
    "no_alert": {"zh": "不会有这条警报", "en": "there would be no such alert"},
    "stage_now": {"zh": "现阶段", "en": "stage now"},
    "hash": {"zh": "数据", "en": "data"},
    "no_chart": {"zh": "还没有可画的数据", "en": "there is nothing to draw yet"},
    "to_chart": {"zh": "图", "en": "Chart"},
    "to_why": {"zh": "依据", "en": "Why"},
    "to_mute": {"zh": "静音…", "en": "Mute …"},
    "is_useful": {"zh": "有用", "en": "Useful"},
    "is_useless": {"zh": "没用", "en": "Not useful"},
    "in_private": {"zh": "私聊细看", "en": "Ask in private"},
    "topic_ended": {
        "zh": "本群一个收推送的话题已关闭或删除：那里的推送已停，其他话题照旧。",
        "en": "A topic of this group was closed or deleted: its pushes have ended; those of other"
        " topics go on.",
    },
    "topic_gone": {
        "zh": "原来的话题已关闭或删除，推送改到本群总话题；在别的话题发 /start 那里也收，"
        "在这里发 /stop 则停。",
        "en": "The topic was closed or deleted: pushes now go to the group's general topic;"
        " /start in another topic begins them there, /stop here ends these.",
    },
    "rest": {
        "zh": "泡沫只作测量，不构成投资建议",
        "en": "Paomo measures; not investment advice",
    },
}


def say(key: str, language: Language) -> str:
    """One of WORDS."""
    return WORDS[key][language]
