"""Whether a chat is told anything: start, stop."""

from dataclasses import replace

from bot.app import App
from bot.commands.asked import Answer, Asked, both
from bot.words import say


def start(app: App, asked: Asked) -> Answer:
    """Subscribes the chat; in a supergroup with topics, the topic it was asked in."""
    begun = replace(asked.chat, active=True, off_reason=None, topic=asked.topic)
    app.ledger.save_chat(begun)
    day = app.ledger.evaluated()
    known = both(asked, f"最近判断的交易日：{day}", f"Last trading day judged: {day}")
    none = both(
        asked,
        "还没有判断过任何交易日；收盘后取到数据即开始。",
        "No day has been judged yet; it begins after the next close.",
    )
    hello = both(
        asked,
        "泡沫已为本聊天开启：升温、背离、转折会推送，每个交易日收盘后有一份摘要。",
        "Paomo now pushes surges, divergences and reversals here, and a digest after each close.",
    )
    rest = say("rest", asked.language)
    return Answer(f"{hello}\n{known if day else none}\n/help · /stop\n{rest}")


def stop(app: App, asked: Asked) -> Answer:
    """Ends the subscription; mutes and history stay."""
    app.ledger.turn_off(asked.chat.id, "stopped")
    return Answer(both(asked, "已停止推送，/start 可恢复。", "Pushes stopped; see /start."))
