"""For those who run the bot: a dry run of a rule, a message as a test, a backup by hand."""

import difflib
import html
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from math import isnan

from bot import messages, texts
from bot.app import App, judged_themes
from bot.backup import back_up_now
from bot.commands.asked import Answer, Asked, both, picture, shown_states
from bot.errors import UserError
from bot.jobs import facts_of
from bot.names import RULES, STAGES, rule_name, theme_name
from bot.pictures import CHART, CHART_DAYS
from bot.records import Grouping, Outgoing, Wishes
from bot.timing import silenced
from bot.words import Language, say
from market.source import Theme
from signals.evaluate import LOOK_BACK, evaluate
from signals.model import ThemeState, Transition
from signals.panel import Panel
from signals.rules import Rule
from signals.unknown import Unknown, reason

SHOWN = 15  # themes that fire
NEAREST = 3  # themes just below the threshold
NAMED = 5  # themes of one reason
TEST_KEY = "test"  # of the outbox: before the instant it was asked for


@dataclass(frozen=True)
class Hearing:
    """What a chat would hear of themes, and under which names."""

    themes: Mapping[str, Theme]
    states: Mapping[str, ThemeState]
    muted: set[str]
    wishes: Wishes
    stories: Grouping
    language: Language

    def skipped(self, theme: str) -> str:
        """Why a message of a theme would be left out here; empty when it would not."""
        story = self.stories.story(theme)
        if theme in self.muted:
            return say("is_muted", self.language)
        if self.wishes.watched and theme not in self.wishes.watched:
            return say("is_not_watched", self.language)
        if story and story.lead != theme and not self.wishes.watched:
            return say("is_merged", self.language).format(lead=self.name(story.lead))
        return ""

    def name(self, theme: str) -> str:
        """A theme's name."""
        return theme_name(self.themes[theme], self.language)

    def line(self, theme: str, value: str) -> str:
        """A theme that fires: its value, its stage, and whether this chat would hear of it."""
        stage = STAGES[(self.states.get(theme) or ThemeState(theme)).stage][self.language]
        parts = [f"{self.name(theme)} {value}", stage, self.skipped(theme)]
        return html.escape("· " + " · ".join(part for part in parts if part))


def test(app: App, asked: Asked) -> Answer:
    """A dry run of a rule on the last stored day; nothing is kept or sent."""
    wanted = asked.rest.strip().casefold()
    found = [r for r in app.rules if wanted in (r.name, *map(str.casefold, _words(r.name)))]
    if not found:
        names = [rule.name for rule in app.rules]
        near = difflib.get_close_matches(wanted, names, 1)
        hint = both(asked, "哪个指标？请按一个，或写", "Which rule? Press one, or write")
        rows = tuple(((rule_name(name, asked.language), f"d:{name}"),) for name in names)
        return Answer(f"{hint} /test {(near or names)[0]}", rows)
    days = app.store.days(limit=1)
    if not days:
        return Answer(both(asked, "库中还没有任何交易日。", "The store holds no day yet."))
    rule, language = found[0], asked.language
    knobs = ", ".join(f"{name} {number:g}" for name, number in vars(rule.params).items())
    title = f"{both(asked, '试算', 'Dry run of')} {rule_name(rule.name, language)} {days[0]}"
    at = texts.figure(rule.threshold, rule.unit, language)
    line = f"{rule.name} · {say('threshold', language)} {at}{' · ' if knobs else ''}{knobs}"
    more = partial(_tried, asked=asked, rule=rule, day=days[0])
    return Answer(f"<b>{html.escape(title)}</b>\n{html.escape(line)}", more=more)


def _words(rule: str) -> Sequence[str]:
    return tuple(RULES[rule].values()) if rule in RULES else ()


def _tried(app: App, asked: Asked, rule: Rule, day: date) -> str:
    """What the rule says of every judged theme, with the settings as they are now."""
    panel = app.store.panel(
        day, app.settings.data.history_days, judged_themes(app.settings, app.store)
    )
    (scores,) = evaluate(panel.last(LOOK_BACK), [rule]).values
    said = dict(zip(panel.close.columns, scores[-1].tolist(), strict=True))
    chat, ledger, states = asked.chat.id, app.ledger, app.ledger.states()
    hearing = Hearing(
        app.store.themes(),
        shown_states(app),
        silenced(ledger.mutes(chat), day, app.now(), states),
        ledger.wishes(chat),
        ledger.grouping(),
        asked.language,
    )
    fires = sorted((t for t in said if said[t] >= rule.threshold), key=lambda t: -said[t])
    below = sorted((t for t in said if said[t] < rule.threshold), key=lambda t: -said[t])
    unknown = [t for t in said if isnan(said[t])]
    shown = partial(texts.figure, unit=rule.unit, language=asked.language)
    lines = [f"<b>{both(asked, '触发', 'fires')}: {len(fires)}</b>"]
    lines += [hearing.line(theme, shown(said[theme])) for theme in fires[:SHOWN]]
    lines += [f"… +{len(fires) - SHOWN}"] if len(fires) > SHOWN else []
    near = html.escape(", ".join(f"{hearing.name(t)} {shown(said[t])}" for t in below[:NEAREST]))
    least = both(asked, f"未达阈值 {len(below)}，最近", f"below {len(below)}, the nearest")
    lines += ["", f"{least}: {near or '-'}", *_reasons(panel, unknown, rule, hearing)]
    return "\n".join([*lines, "", both(asked, "只是试算，什么也没有发出。", "Nothing was sent.")])


def _reasons(panel: Panel, unknown: Sequence[str], rule: Rule, hearing: Hearing) -> list[str]:
    """The themes of which the rule knows nothing, by why."""
    by: dict[Unknown, list[str]] = defaultdict(list)
    for theme in unknown:
        by[reason(panel, theme, rule.params)].append(hearing.name(theme))
    words = say("unknown", hearing.language)
    return [
        html.escape(
            f"{words} {len(names)}, {say(f'unknown_{why}', hearing.language)}:"
            f" {', '.join(names[:NAMED])}{' …' if len(names) > NAMED else ''}"
        )
        for why, names in by.items()
    ]


def testmessage(app: App, asked: Asked) -> Answer:
    """A sample alert through the outbox, marked as a test, to this chat alone."""
    told = app.ledger.newest_transitions(1)
    if not told:
        return Answer(
            both(asked, "运行以来还没有警报可作样本。", "No alert yet to take as a sample.")
        )
    words = (
        "一条测试警报已进入发送队列，几秒内应送达；未送达见 /health。",
        "A test alert is in the outbox and should arrive within seconds; if not, see /health.",
    )
    return Answer(both(asked, *words), more=partial(_sample, asked=asked, told=told[0]))


def _sample(app: App, asked: Asked, told: Transition) -> str:
    """Puts the newest alert, with its chart, into the outbox as a test."""
    language, now = asked.language, app.now()
    facts = facts_of(app, told.day)
    label = say("test", language)
    first = messages.alerts([told], facts, language)[0]
    key = f"{TEST_KEY}:{now.isoformat()}"
    sample = Outgoing(key, asked.chat.id, told.day, f"<b>{label}</b>\n{first}", now)
    caption = f"{label} {messages.caption(told, facts, language)}"
    drawn = picture(app, asked, CHART, told.day, told.theme, str(CHART_DAYS)).name
    shown = replace(sample, key=f"{key}:chart", text=caption, photo=drawn, silent=True)
    with app.ledger.atomic():
        if not app.ledger.chat(asked.chat.id):  # its language counts when the message goes out
            app.ledger.save_chat(asked.chat)
        count = sum(map(app.ledger.outbox.enqueue, (sample, shown)))
    number = f"#{messages.number(told)}"
    return both(
        asked,
        f"样本：{told.day} {number}，{count} 条",
        f"sample: {number} of {told.day}, {count} messages",
    )


def backup(app: App, asked: Asked) -> Answer:
    """A backup by hand; where, how large, and that it opens."""
    words = both(asked, "备份", "Backup")
    return Answer(f"<b>{words}</b>", more=partial(_backed_up, asked=asked))


def _backed_up(app: App, asked: Asked) -> str:
    try:
        made = back_up_now(app.settings.home, app.now())
    except UserError as error:
        return html.escape(f"{both(asked, '未成功', 'failed')}: {error}")
    day, chats = made.held
    held = both(asked, f"判断至 {day or '-'}，{chats} 个聊天", str(made.held))
    opened = both(asked, "已打开并检查", "opened and checked")
    return html.escape(f"{made.file.name} · {made.size / 1e6:,.1f} MB · {held} · {opened}")
