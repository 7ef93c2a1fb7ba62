"""Pages of /settings: how strong alerts must be, how many, of what; and what was not pushed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot import tally
from bot.app import App
from bot.commands.asked import PICKS, Answer, Asked, both, hottest, listed, name_of
from bot.commands.language import HANT, NAMES
from bot.names import KINDS, theme_name
from bot.records import OFF, ON, SENSES, SILENT, Mute, Wishes
from bot.tally import TALLIED_DAYS
from bot.texts import themes_in
from bot.words import Language
from signals.model import Kind

BELLS = {ON: "🔔", SILENT: "🔕", OFF: "✖️"}
BUDGETS = (1, 3, 5, 10)  # loud alerts a day offered
WATCHED_SHOWN = 20  # watched themes with a button of their own
KEPT_DAYS, KEPT_SHOWN = 7, 10  # calendar days; transitions with a line each


@dataclass(frozen=True)
class Looked:
    """Who looks at which wishes."""

    app: App
    asked: Asked
    wishes: Wishes
    mutes: Mapping[str, Mute]

    @property
    def language(self) -> Language:
        """The language to answer in."""
        return self.asked.language

    def say(self, zh: str, en: str) -> str:
        """The words in that language."""
        return both(self.asked, zh, en)


Choice = tuple[str, str, bool]  # words, data behind the settings' code, whether it is so now


def page_of(
    of: Looked, title: str, about: Iterable[str], rows: Iterable[Sequence[Choice]]
) -> Answer:
    """A page with rows of choices, and the way back."""
    buttons = [
        tuple((f"{'● ' if chosen else ''}{words}", f"k:{data}") for words, data, chosen in row)
        for row in rows
    ]
    back = ((of.say("← 返回", "← Back"), "k:back"),)
    return replace(listed(title, list(about), none=""), buttons=(*buttons, back))


def rows_of(choices: Sequence[Choice], columns: int) -> list[Sequence[Choice]]:
    """Choices in rows of so many."""
    return [choices[n : n + columns] for n in range(0, len(choices), columns)]


def over_days(of: Looked, past: tally.Past) -> str:
    """The trading days that numbers are of, and how many of them were lived through."""
    rest = of.say("，其余回放", ", the rest replayed") if past.replayed else ""
    return of.say(
        f"近{TALLIED_DAYS}个交易日（判断过 {past.judged} 日{rest}）",
        f"the last {TALLIED_DAYS} trading days ({past.judged} judged{rest})",
    )


def sense_name(of: Looked, sense: str) -> str:
    """A sensitivity in words."""
    return {
        "all": of.say("全部", "all"),
        "strong": of.say("较强", "strong"),
        "strongest": of.say("最强", "strongest"),
    }[sense]


def sense(of: Looked) -> Answer:
    """How strong an alert must be, and how many there would have been of each."""
    past = tally.past(of.app)
    counts = tally.by_sense(past, of.wishes, of.mutes)
    about = [
        of.say(
            "· 全部：阶段的每次变动\n"
            "· 较强：只说泡沫（高潮）的开始、其中的背离、转折与结束\n"
            "· 最强：开始时另有一条规则触发（爆炸性、新高热度、背离、市盈率）；"
            "转折与结束则要本轮净涨已达泡沫的阈值",
            "· all: every change of stage\n"
            "· strong: of bubbles alone: begun, diverging, turned, ended\n"
            "· strongest: begun with one more rule firing (explosive, highs, divergence,"
            " valuation); turned or ended after a net rise as large as a bubble's threshold",
        ),
        "",
        of.say("“强”指依据更多，不是更准。", "“Strong” means more evidence, not more often right."),
        of.say(
            f"数字：{over_days(of, past)}里本聊天会收到的条数。",
            f"Numbers: what this chat would have got in {over_days(of, past)}.",
        ),
    ]
    choices = [
        (f"{sense_name(of, s)} · {counts[s]}", f"sense {s}", s == of.wishes.sense) for s in SENSES
    ]
    return page_of(of, of.say("灵敏度", "Sensitivity"), about, rows_of(choices, 1))


def budget_name(of: Looked) -> str:
    """The budget in words."""
    return str(of.wishes.budget or of.say("不限", "no limit"))


def budget(of: Looked) -> Answer:
    """How many alerts a day may make a sound, and how many each limit would have kept back."""
    past = tally.past(of.app)
    left = {n: tally.beyond(past, of.wishes, of.mutes, n) for n in BUDGETS}
    about = [
        of.say(
            "一天里最强的几条有声推送，其余无声地排进当日摘要；当日没有摘要时，另发一条无声消息。",
            "The strongest of a day are pushed with a sound, the rest is ranked in the day's"
            " digest, without one; where no digest is due, in a silent message.",
        ),
        of.say(
            f"数字：{over_days(of, past)}里会排进摘要的条数。",
            f"Numbers: what would have gone to the digest in {over_days(of, past)}.",
        ),
    ]
    choices = [(of.say("不限 · 0", "no limit · 0"), "budget off", of.wishes.budget is None)]
    choices += [(f"{n} · {left[n]}", f"budget {n}", of.wishes.budget == n) for n in BUDGETS]
    return page_of(of, of.say("每日有声警报", "Loud alerts a day"), about, rows_of(choices, 3))


def watched_name(of: Looked) -> str:
    """The watched themes, or that all are told."""
    count = len(of.wishes.watched)
    return themes_in(count, of.language) if count else of.say("全部题材", "all themes")


def watched(of: Looked) -> Answer:
    """The watched themes with their alerts of late; a button takes one off."""
    known, past = of.app.store.themes(), tally.past(of.app)
    counts = tally.by_theme(past)
    themes = sorted((known[t] for t in of.wishes.watched if t in known), key=lambda t: t.name)
    lines = [f"⭐ {name_of(theme, of.language)} · {counts[theme.id]}" for theme in themes]
    how = of.say("/watch 题材名 只推送关注的", "/watch NAME pushes only what is watched")
    about = [
        *(lines or [of.say("未关注任何题材，全部推送。", "None; all themes are pushed.")]),
        "",
        of.say(
            f"数字：{over_days(of, past)}里的变动。{how}",
            f"Numbers: changes in {over_days(of, past)}. {how}",
        ),
    ]
    shown = {theme.id: theme_name(theme, of.language)[:20] for theme in known.values()}
    choices = [(f"✖️ {shown[theme.id]}", f"unwatch {theme.id}", False) for theme in themes]
    others = [theme for theme in hottest(of.app, PICKS) if theme.id not in of.wishes.watched]
    more = [(f"⭐ {shown[theme.id]}", f"watch {theme.id}", False) for theme in others]
    rows = [*rows_of(choices[:WATCHED_SHOWN], 2), *rows_of(more, 2)]
    return page_of(of, of.say("关注的题材", "Watched themes"), about, rows)


def language_name(of: Looked) -> str:
    """The chat's language in itself."""
    return NAMES[HANT if of.asked.chat.hant else of.language]


def language(of: Looked) -> Answer:
    """The languages, each in its own."""
    now = language_name(of)
    choices = [(name, f"lang {code}", name == now) for code, name in NAMES.items()]
    return page_of(of, of.say("语言", "Language"), [now], rows_of(choices, 1))


def _reason(of: Looked, reason: str) -> str:
    return {
        "off": of.say("此类已关", "kind off"),
        "not_watched": of.say("未关注", "not watched"),
        "muted": of.say("静音", "muted"),
        "weak": of.say("不够强", "not strong enough"),
        "too_old": of.say("过时", "too old"),
        "budget": of.say("超出每日有声额度", "beyond the loud budget"),
    }[reason]


def kept_name(of: Looked) -> str:
    """What was not pushed lately, counted by reason."""
    since = of.asked.today - timedelta(days=KEPT_DAYS)
    counted = Counter(kept.reason for kept in of.app.ledger.kept.since(of.asked.chat.id, since))
    counts = [f"{_reason(of, reason)} {count}" for reason, count in counted.most_common()]
    return " · ".join(counts) or of.say("无", "none")


def kept(of: Looked) -> Answer:
    """What was not pushed to the chat lately, each with the reason."""
    known = of.app.store.themes()
    since = of.asked.today - timedelta(days=KEPT_DAYS)
    found = of.app.ledger.kept.since(of.asked.chat.id, since)
    lines = [
        f"{k.day:%m-%d} {name_of(known[k.theme], of.language)} · {KINDS[Kind(k.kind)][of.language]}"
        f" — {_reason(of, k.reason)}"
        for k in found[:KEPT_SHOWN]
        if k.theme in known
    ]
    more = len(found) - len(lines)
    about = [kept_name(of), *(["", *lines] if lines else [])]
    if more > 0:
        about.append(of.say(f"另有 {more} 条", f"and {more} more"))
    about += ["", of.say("题材名或 /why 题材名 可看详情。", "Details: /why NAME.")]
    return page_of(of, of.say("近7天未推送", "Not pushed, 7 days"), about, ())
