"""What people say and write first, in three scripts, and what the bot makes of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.app import App, judge
from bot.commands import COMMANDS, answer
from bot.commands.asked import Answer, Asked
from bot.commands.free_text import meant
from bot.commands.named import mentioned, named
from bot.commands.sentences import HOT, QUESTIONS, SAID_ALONE, STOPS, defined
from bot.commands.talk import SPOKEN
from bot.jobs import daily
from bot.ledger import Ledger
from bot.records import Chat
from bot.texts import plain
from config.settings import Settings
from market.derive import derive
from market.source import Theme
from market.store import Store
from signals.model import Stage
from tests import markets

TODAY = date(2024, 6, 28)
NOW = datetime(2024, 6, 28, 8, tzinfo=UTC)
ZH, EN = Chat(7, "private", "", "zh"), Chat(8, "private", "", "en")
NAMES = {
    "hot": ("机器人概念", "Robots"),
    "calm": ("白酒", "Liquor"),
    "chips": ("AI芯片", "AI chips"),
}
STOCKS = {"600519": "贵州茅台", "600001": "甲股份", "600002": "乙股份", "688001": "孤股"}


@pytest.fixture(scope="module")
def judged(settings: Settings) -> App:
    """The small market under names that people say."""
    store = Store(None, dict(NAMES.values()))
    markets.fill(store)
    store.save_themes(
        Theme(t, name, "concept", "XSHG", "file", "members") for t, (name, _) in NAMES.items()
    )
    store.save_members("calm", TODAY, [*(f"{600000 + n}" for n in range(8, 24)), "600519"])
    store.save_names(STOCKS)
    derive(store, store.bar_days(), backfilled=True)
    made = App(settings, store, Ledger(None), *judge(settings), lambda: NOW)
    daily(made, TODAY)
    return made


@pytest.fixture
def app(judged: App) -> Iterator[App]:
    yield judged
    for theme in NAMES:
        judged.ledger.unwatch(7, theme)
        judged.ledger.unmute(7, theme)
    judged.ledger.wish(7, "quiet", "")


def ask(app: App, name: str, rest: str = "", chat: Chat = ZH) -> Answer:
    return answer(app, name, Asked(chat, 7, rest, TODAY))


def data_of(given: Answer) -> list[str]:
    return [data for row in given.buttons for _, data in row]


@pytest.mark.parametrize(
    ("said", "command", "rest"),
    [
        # how often it was right
        ("有多准", "record", ""),
        ("你有多准？", "record", ""),
        ("準確率是多少", "record", ""),
        ("how often were you right?", "record", ""),
        ("are you right often?", "record", ""),
        # what is hot
        ("现在哪些题材热？", HOT, ""),
        ("what is hot right now?", HOT, ""),
        ("What’s hot?", HOT, ""),
        ("hot themes", HOT, ""),
        ("which themes are hot", HOT, ""),
        ("为什么热", HOT, ""),
        ("現在什麼熱", HOT, ""),
        # following
        ("follow liquor", "watch", "liquor"),
        ("unfollow liquor", "unwatch", "liquor"),
        ("stop following liquor", "unwatch", "liquor"),
        ("取關白酒", "unwatch", "白酒"),
        ("关注 白酒", "watch", "白酒"),
        ("别推送白酒", "mute", "白酒"),
        # a sentence around a name
        ("白酒最近的新闻有哪些", "news", "calm"),
        ("机器人的历史给我看看", "history", "hot"),
        # signs and emoji
        ("白酒？", "theme", "白酒？"),
        ("liquor?", "theme", "liquor?"),
        ("白酒 🍶", "theme", "白酒 🍶"),
        ("baijiu", "theme", "baijiu"),
        # stages
        ("发酵", "themes", "forming"),
        ("退潮", "themes", "bursting"),
        ("發酵", "themes", "forming"),
        ("bubble", "themes", "bubble"),
        ("泡沫", "themes", "bubble"),
        ("themes", "themes", ""),
        # how to use it
        ("怎么用", "help", ""),
        ("怎麼用？", "help", ""),
        ("how do I use this?", "help", ""),
        ("what can you do?", "help", ""),
        ("谢谢🙏", "thanks", ""),
        ("我关注了什么", "settings", "watched"),
        ("最近的警报", "alert", ""),
        ("白酒是泡沫吗", "theme", "calm"),
        ("is liquor a bubble?", "theme", "calm"),
        ("白酒现在贵不贵", "theme", "calm"),
        ("不要静音白酒", "unmute", "白酒"),
        ("推荐一只股票", "ahead", "推荐一只股票"),
        ("宽渡", "help", "?宽渡"),
        ("什么是宽渡", "help", "?宽渡"),
        ("n 是什么意思", "help", "?n"),
        ("怎么关注", "watch", ""),
        ("how do I mute liquor?", "mute", "liquor"),
        ("我想关注白酒", "watch", "白酒"),
        ("quiet", "settings", "quiet"),
        ("22点到8点", "settings", "quiet 22-8"),
        ("10pm-8am", "settings", "quiet 22-8"),
        ("白酒会见顶吗", "ahead", "白酒会见顶吗"),
        ("how do I stop this?", "stop?", ""),
        ("what is the market doing?", "market", ""),
        ("大盘怎么样", "market", ""),
        ("Thank you!", "thanks", ""),
        ("ok", "thanks", ""),
        ("好的", "thanks", ""),
        ("是", "thanks", ""),
        ("我的关注", "settings", "watched"),
        ("how accurate are the alerts", "record", ""),
        ("你有多大把握？", "record", ""),
        ("can I trust you", "record", ""),
        ("600519.SH", "stock", "600519"),
        ("sh600519", "stock", "600519"),
        # to stop
        ("stop", "stop?", ""),
        ("停止", "stop?", ""),
        ("不要再发了", "stop?", ""),
        ("別推送了！", "stop?", ""),
        ("unsubscribe", "stop?", ""),
        ("please stop sending me this", "stop?", ""),
        ("退订", "stop?", ""),
        # quiet hours
        ("晚上22点到早上8点不要推送", "settings", "quiet 22-8"),
        ("quiet 10pm to 8am", "settings", "quiet 22-8"),
        ("安静 21点到7点", "settings", "quiet 21-7"),
        ("don't disturb me from 11 pm until 7 am", "settings", "quiet 23-7"),
        ("晚上別推送", "settings", "quiet"),
        ("夜里别发消息", "settings", "quiet"),
        # what is ahead
        ("白酒会跌吗", "ahead", "白酒会跌吗"),
        ("Is the AI bubble going to burst?", "ahead", "Is the AI bubble going to burst?"),
        ("最近哪个板块要崩了？", "ahead", "最近哪个板块要崩了？"),
        ("should I buy liquor", "ahead", "should I buy liquor"),
        # words and what they mean
        ("高潮是什么意思", "help", "?高潮"),
        ("什么是背离", "help", "?背离"),
        ("什麼是背離？", "help", "?背离"),
        ("爆炸性上涨", "help", "?爆炸性上涨"),
        ("站上20日线占比是什么意思", "help", "?站上20日线占比"),
        ("what is breadth", "help", "?breadth"),
        ("what does bubble mean?", "help", "?bubble"),
        ("what does “run-up” mean", "help", "?run-up"),
        ("base rate", "help", "?base rate"),
        ("what is a recrd", "help", "?recrd"),
        ("什么是白酒", "theme", "白酒"),
        ("what is liquor?", "theme", "liquor"),
        # a company
        ("茅台", "stock", "茅台"),
    ],
)
def test_what_is_said_means_a_command(app: App, said: str, command: str, rest: str) -> None:
    assert meant(app, said) == (command, rest)


def test_every_sentence_leads_somewhere() -> None:
    commands = {of.partition(" ")[0] for of in SAID_ALONE.values()}
    commands |= {of.partition(" ")[0] for _, of in (*QUESTIONS, *STOPS)}
    assert commands <= {*COMMANDS, *SPOKEN}
    assert not COMMANDS.keys() & SPOKEN.keys()


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("什么是宽度", "宽度"),
        ("宽度指什么", "宽度"),
        ("解释一下宽度", "宽度"),
        ("“宽度”是什么意思呢？", "宽度"),
        ("● 是什么意思", "●"),
        ("explain the base rate", "base rate"),
        ("what's an episode?", "episode"),
        ("meaning of coverage", "coverage"),
        ("机器人", ""),
        ("how is liquor", ""),
    ],
)
def test_the_word_that_is_asked_for_is_found_in_the_question(said: str, word: str) -> None:
    assert defined(said) == word


@pytest.mark.parametrize("chat", [ZH, EN])
def test_a_question_of_the_future_is_answered_by_the_present(app: App, chat: Chat) -> None:
    given = ask(app, "", "白酒会跌吗", chat)
    assert ("不预测" if chat is ZH else "foretells nothing") in given.text
    assert "白酒" in given.text
    assert "f:calm" in data_of(given)
    assert given.picture
    assert data_of(ask(app, "", "Is the AI bubble going to burst?", chat))[0] != "top:"
    for said in ("最近哪个板块要崩了？", "will it crash?"):
        given = ask(app, "", said, chat)
        assert {"q:bubble", "q:bursting", "top:", "help:"} <= {*data_of(given)}
        assert "没有找到" not in given.text


def test_of_several_themes_in_a_question_each_is_offered(app: App) -> None:
    given = ask(app, "", "白酒和机器人哪个会涨")
    assert {"t:calm", "t:hot"} <= {*data_of(given)}
    assert "t:calm" in data_of(ask(app, "", "贵州茅台会跌吗"))
    assert "t:calm" in data_of(ask(app, "", "茅台会不会跌"))


@pytest.mark.parametrize("name", ["theme", "why", "watch", "mute"])
@pytest.mark.parametrize("rest", ["贵州茅台", "茅台", "600519", "sh600519", "貴州茅台"])
def test_a_company_where_a_theme_is_asked_for_offers_its_themes(
    app: App, name: str, rest: str
) -> None:
    given = ask(app, name, rest)
    code = {"theme": "t", "why": "w", "watch": "f", "mute": "m"}[name]
    assert "“贵州茅台 600519”是公司，不是题材" in given.text
    assert data_of(given) == [f"{code}:calm ?" if name == "mute" else f"{code}:calm"]
    assert "is a company" in ask(app, name, rest, EN).text
    assert app.ledger.wishes(7).watched == frozenset()


def test_a_company_of_no_theme_is_said_to_be_one(app: App) -> None:
    assert "不在任何已知题材里" in ask(app, "theme", "孤股").text


@pytest.mark.parametrize("chat", [ZH, EN])
def test_where_nothing_is_understood_there_is_something_to_press(app: App, chat: Chat) -> None:
    for said in ("blorp the zibble", "天气怎么样", "今天吃什么饭呢"):
        assert data_of(ask(app, "", said, chat)) == ["top:", "r:", "help:"], said
    assert data_of(ask(app, "theme", "zzzz", chat)) == ["top:", "r:", "help:"]


def test_stopping_is_asked_before_it_is_done(app: App) -> None:
    app.ledger.save_chat(ZH)
    given = ask(app, "", "别推送了")
    assert data_of(given) == ["stop:", "k:+quiet", "k:+budget"]
    assert app.ledger.chat(7) == ZH
    assert "已停止" in ask(app, "stop").text
    in_group = replace(ZH, id=-7, kind="supergroup")
    assert "管理员" in answer(app, "stop", Asked(in_group, 9, "", TODAY)).text


def test_quiet_hours_are_set_by_saying_them(app: App) -> None:
    given = ask(app, "", "晚上十点到早上八點不要推送")
    assert app.ledger.wishes(7).quiet == (22, 8)
    assert "22:00–8:00" in plain(given.text)


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("watch", "关注 机器人概念", "watch Robots"),
        ("why", "机器人概念 为什么", "why is Robots"),
        ("mute", "静音 机器人概念", "mute Robots"),
    ],
)
def test_who_gives_no_name_is_told_what_to_type(app: App, name: str, zh: str, en: str) -> None:
    rest = "2h" if name == "mute" else ""
    for chat, said in ((ZH, zh), (EN, en)):
        text = ask(app, name, rest, chat).text
        assert f"<code>{said}</code>" in text
        assert f"<code>/{name} {said.split()[-1]}</code>" in text or chat is ZH
        typed = text.split("<code>")[2].split("</code>")[0]
        assert meant(app, typed)[0] == name
        assert named(app.store.themes().values(), meant(app, typed)[1])


@pytest.mark.parametrize(
    ("said", "themes"),
    [
        ("机器人最近如何呢", ["机器人概念"]),
        ("機器人會漲嗎", ["机器人概念"]),
        ("is liquor hot", ["白酒"]),
        ("Is the AI bubble over", ["AI芯片"]),
        ("liquors", []),
        ("the market", []),
    ],
)
def test_a_theme_is_found_in_a_sentence(app: App, said: str, themes: list[str]) -> None:
    assert [t.name for t in mentioned(app.store.themes().values(), said)] == themes


@pytest.mark.parametrize("typed", ["baijiu", "bai jiu", "白酒！", "🍶白酒🍶", "Liquor?", "bj"])
def test_a_name_is_known_by_pinyin_and_among_signs(app: App, typed: str) -> None:
    assert [t.id for t in named(app.store.themes().values(), typed)] == ["calm"]
    assert "白酒" in ask(app, "theme", typed).text


def test_a_stage_is_known_in_traditional_too(app: App) -> None:
    assert ask(app, "themes", "發酵").text == ask(app, "themes", str(Stage.FORMING)).text
