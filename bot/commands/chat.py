"""Whether a chat is told anything: start, stop."""

from dataclasses import replace

from bot.app import App
from bot.commands.asked import Answer, Asked, begins, both
from bot.records import Buttons, Chat


def start(app: App, asked: Asked) -> Answer:
    """Subscribes the chat, of a group the topic too: what it will get, then what to press."""
    begun = asked.chat
    if begun.active and begun.topic != asked.topic:  # another topic of the group has its pushes
        begun = app.ledger.places.further(begun, asked.topic)
    app.ledger.save_chat(replace(begun, active=True, off_reason=None, topic=asked.topic))
    day = app.ledger.evaluated()
    known = both(asked, f"最近判断的交易日：{day}", f"Last trading day judged: {day}")
    what = both(
        asked,
        "泡沫测量A股题材是否被吹成泡沫、是否脱离业绩、是否见顶转折；只作测量，不构成投资建议。",
        "Paomo measures whether Chinese themes are blown into bubbles, leave their earnings, or"
        " turn; it measures, and gives no investment advice.",
    )
    hello = both(
        asked,
        "已为本聊天开启：升温、背离、转折、结束会推送，每个交易日收盘后有一份摘要；/stop 停止。",
        "It now pushes surges, divergences, reversals and ends here, and a digest after each close;"
        " /stop ends that.",
    )
    press = both(asked, "接下来可以按：", "What to press next:")
    lines = [what, hello, *_beside(app, asked, begun), known if day else begins(asked), "", press]
    return Answer("\n".join(lines), _first_steps(asked))


def _beside(app: App, asked: Asked, chat: Chat) -> list[str]:
    """That a topic is told beside others of its group, and what ends either."""
    count = len(app.ledger.places.beside(chat))
    words = both(
        asked,
        f"本话题的推送与设置自成一份；本群另有 {count} 处也收推送，在那里写 /stop 可停。",
        f"This topic has pushes and settings of its own; {count} more of this group have theirs,"
        " and /stop written there ends those.",
    )
    return [words] if count else []


def _first_steps(asked: Asked) -> Buttons:
    """What a newcomer wants."""
    return (
        ((both(asked, "🔥 热门题材", "🔥 Hot themes"), "top:"),),
        ((both(asked, "⭐ 关注一个题材", "⭐ Watch one theme"), "f:"),),
        ((both(asked, "🌙 夜间安静", "🌙 Quiet at night"), "k:+quiet"),),
        (
            (both(asked, "🌐 语言", "🌐 Language"), "lang:"),
            (both(asked, "❓ 帮助", "❓ Help"), "help:"),
        ),
    )


def stop(app: App, asked: Asked) -> Answer:
    """Ends the pushes of this place; mutes and history stay. Several others: it says where to."""
    count = len(app.ledger.places.beside(asked.chat))
    elsewhere = asked.chat.topic != asked.topic
    if elsewhere and count:
        return Answer(
            both(
                asked,
                f"这里没有推送；本群有 {count + 1} 处收推送，在那里写 /stop 可停。",
                f"Nothing is pushed here; {count + 1} places of this group have pushes, and /stop"
                " written there ends those.",
            )
        )
    app.ledger.turn_off(asked.chat.id, "stopped")
    ended = both(asked, "已停止推送，/start 可恢复。", "Pushes stopped; see /start.")
    if elsewhere:
        ended = both(
            asked,
            "已停止本群另一话题的推送，在那里写 /start 可恢复。",
            "The pushes to another topic of this group are stopped; /start written there begins"
            " them again.",
        )
    others = both(
        asked,
        f"本群另有 {count} 处仍收推送，在那里写 /stop 可停。",
        f"{count} more of this group still have pushes; /stop written there ends those.",
    )
    return Answer("\n".join([ended, others] if count else [ended]))
