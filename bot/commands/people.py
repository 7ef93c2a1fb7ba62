"""Who may ask: roles given in Telegram, and the signed links that give them."""

import hmac
from collections.abc import Callable
from datetime import UTC
from html import escape
from typing import NamedTuple

from bot import watch
from bot.app import App
from bot.commands.asked import Answer, Asked, both, listed
from bot.health import HOUR, since_served
from bot.home import sealed
from bot.records import Person
from bot.words import Words, say

INVITED_MINUTES = 10
SHOWN = 30  # people listed
ADMIN, READER, NOBODY = "admin", "reader", "nobody"
ROLES: dict[str, Words] = {
    ADMIN: {"zh": "管理员", "en": ADMIN},
    READER: {"zh": "读者", "en": READER},
    NOBODY: {"zh": "已停用", "en": "banned"},
}


class Invite(NamedTuple):
    """What a link carries; it fits Telegram's 64 characters."""

    until: int  # seconds since 1970, UTC
    seal: str

    def __str__(self) -> str:
        return f"i{self.until}-{self.seal}"


def role(app: App, chat: int, user: int) -> str:
    """admin, reader or nobody: of a person, here. The environment stands above the ledger."""
    known = app.settings
    if user in known.admins:
        return ADMIN
    given = app.ledger.people.role(user)
    if given:
        return given
    return READER if {chat, user} & known.allowed else NOBODY


def invite(app: App, asked: Asked) -> Answer:
    """A link that makes whoever opens it a reader, for ten minutes."""
    until = int(app.now().timestamp()) + 60 * INVITED_MINUTES
    name = app.ledger.fact("username") or ""
    link = f"https://t.me/{name}?start={Invite(until, _seal(app, until))}"
    return Answer(
        both(
            asked,
            f"{INVITED_MINUTES} 分钟内打开此链接的人可以提问：\n{link}",
            f"Whoever opens this link within {INVITED_MINUTES} minutes may ask:\n{link}",
        )
    )


def accepted(app: App, user: int, name: str, payload: str) -> bool:
    """Whether what came with /start is a good invitation; then the person is a reader.

    One who was banned stays so.
    """
    digits, _, seal = payload.removeprefix("i").partition("-")
    if not payload.startswith("i") or not digits.isdecimal() or len(digits) > 12:
        return False
    now = app.now()
    good = hmac.compare_digest(seal.encode(), _seal(app, int(digits)).encode())
    if not good or now.timestamp() > int(digits) or app.ledger.people.role(user) == NOBODY:
        return False
    app.ledger.people.save(Person(user, READER, name, now))
    return True


def _seal(app: App, until: int) -> str:
    return sealed(app.settings, f"invite {until}")[:32]


def users(app: App, asked: Asked) -> Answer:
    """Who may ask, by the environment and by invitation."""
    known, given = app.settings, app.ledger.people.listed()
    role = {one: words[asked.language] for one, words in ROLES.items()}
    lines = [f"<code>{id_}</code> {role[ADMIN]}" for id_ in sorted(known.admins)]
    lines += [f"<code>{id_}</code> {role[READER]} (PAOMO_ALLOWED)" for id_ in sorted(known.allowed)]
    lines += [
        f"<code>{p.id}</code> {role[p.role]} {escape(p.name[:40])} {p.since:%Y-%m-%d}"
        for p in given[:SHOWN]
    ]
    more = f"… +{len(given) - SHOWN}" if len(given) > SHOWN else ""
    title = both(asked, "可以提问的人", "Who may ask")
    return listed(
        title, lines, "/invite · /allow · /ban", more, none=say("nothing", asked.language)
    )


def _giving(role: str, zh: str, en: str) -> Callable[[App, Asked], Answer]:
    def answer(app: App, asked: Asked) -> Answer:
        user = asked.rest.strip()
        if not user.isdecimal() or len(user) > 15:
            hint = both(
                asked, "请写用户编号（对方可用 /id 查到）", "Write the person's id; /id tells it"
            )
            return Answer(hint)
        if int(user) in app.settings.admins:
            return Answer(both(asked, "管理员由 PAOMO_ADMINS 决定。", "PAOMO_ADMINS names admins."))
        app.ledger.people.save(Person(int(user), role, "", app.now()))
        if role == NOBODY:
            app.ledger.turn_off(int(user), "banned")
        return Answer(f"<code>{user}</code> {both(asked, zh, en)}")

    return answer


allow = _giving(READER, "可以提问了", "may ask now")
ban = _giving(NOBODY, "不再得到回答和推送", "is answered and pushed to no more")


def health(app: App, asked: Asked) -> Answer:
    """What is wrong with the bot itself, and the messages it gave up."""
    lines = [watch.line(kind, what, asked.language) for kind, what in watch.troubles(app).items()]
    lost = [
        f"{m.created.astimezone(UTC):%m-%d %H:%M} → <code>{m.address}</code>"
        f" {escape(m.error or '')}"
        for m in app.ledger.outbox.parked()[-5:]
    ]
    ages = since_served(app.ledger, app.now()).items()
    served = [f"{name} {age / HOUR:.1f} h" for name, age in ages]
    title = both(asked, "机器人自身", "The bot itself")
    return listed(
        title,
        lines,
        *([both(asked, "放弃的消息：", "Given up:"), *lost] if lost else []),
        *([both(asked, "数据源最近成功：", "Sources last served:"), *served] if served else []),
        none=both(asked, "一切正常", "all is well"),
    )


def whoami(app: App, asked: Asked) -> Answer:
    """The ids of this chat and person; for anyone, so that they can be let in."""
    words = both(asked, "本聊天", "chat"), both(asked, "你", "you")
    topic = f" · {both(asked, '话题', 'topic')} <code>{asked.topic}</code>" if asked.topic else ""
    here = f"{words[0]} <code>{asked.chat.address}</code>{topic}"
    return Answer(f"{here} · {words[1]} <code>{asked.user}</code>")
