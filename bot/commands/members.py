"""Who is in a theme: all, those that rose most, those that joined or left."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from html import escape

from bot import member_texts
from bot.app import App
from bot.commands.asked import Answer, Asked, as_of, both, name_of, of_one
from bot.member_texts import Company
from market.memberships import Change, changes
from market.source import Theme

KINDS = {  # what may stand behind the name -> what it asks for
    **dict.fromkeys(("gainers", "涨幅"), "gainers"),
    **dict.fromkeys(("joined", "新增"), "joined"),
    **dict.fromkeys(("left", "移出"), "left"),
}
GAINERS, SHOWN = 20, 120  # companies that are named
PAST_DAYS = 90  # calendar days of joins and leaves


def members(app: App, asked: Asked) -> Answer:
    """A theme's members with their moves of the day; /members NAME [gainers|joined|left]."""
    *name, last = asked.rest.split() or [""]
    kind = KINDS.get(last.casefold(), "") if name else ""
    meant = replace(asked, rest=" ".join(name)) if kind else asked
    given = of_one(app, meant, "e", partial(_told, kind=kind))
    if not kind:
        return given
    rows = [[(label, _asking(data, kind)) for label, data in row] for row in given.buttons]
    return replace(given, buttons=rows)


def _asking(data: str, kind: str) -> str:
    """A button's data with what is asked for behind a theme that is still to be chosen."""
    return data if data.split()[-1] in KINDS else f"{data} {kind}"


def _told(app: App, asked: Asked, theme: Theme, kind: str) -> Answer:
    day = app.store.member_day(theme.id)
    codes = app.store.members(theme.id)
    head = f"<b>{name_of(theme, asked.language)}</b>"
    if not day:
        none = both(asked, "成分股名单尚未取到。", "Its members are not known yet.")
        return Answer(f"{head}\n{none} /status")
    head += f" · {member_texts.listed_on(day, len(codes), asked.language)}"
    body = _moved(app, asked, theme, kind) if kind in ("joined", "left") else []
    if not body:
        known = companies(app, codes)
        ranked = [one for one in known if one.move == one.move]
        shown = sorted(ranked, key=lambda one: -one.move)[:GAINERS] if kind else known[:SHOWN]
        body = member_texts.quoted(shown, asked.language)
        if not kind and len(known) > SHOWN:
            more = len(known) - SHOWN
            body.append(both(asked, f"另有 {more} 家成交更少", f"{more} more, less traded"))
    return Answer("\n".join([head, *body, as_of(app, asked)]), _buttons(asked, theme))


def _moved(app: App, asked: Asked, theme: Theme, kind: str) -> list[str]:
    """Joins or leaves by the membership that showed them, newest first."""
    since = asked.today - timedelta(days=PAST_DAYS)
    lines = []
    for one in reversed(changes(app.store, theme.id, since, date.max)):
        codes = one.joined if kind == "joined" else one.left
        if codes:
            told = member_texts.changed(theme, _only(one, kind), asked.language)
            lines += [escape(told), *member_texts.quoted(companies(app, codes), asked.language)]
    dated = ", ".join(map(str, app.store.member_days(theme.id)[-3:]))
    none = both(
        asked,
        f"{PAST_DAYS} 天内的名单没有这样的变动（最近的名单：{dated}）",
        f"no such change in the lists of {PAST_DAYS} days (last lists: {dated})",
    )
    return lines or [escape(none)]


def _only(one: Change, kind: str) -> Change:
    return replace(one, left=()) if kind == "joined" else replace(one, joined=())


def companies(app: App, codes: list[str] | tuple[str, ...]) -> list[Company]:
    """Companies with their moves of the last day judged; those that traded most come first."""
    day, names = app.ledger.evaluated(), app.store.stocks()
    bars = app.store.bars(day, day, of=codes).set_index("code") if day else None
    if bars is None or bars.empty:
        return [Company(code, names.get(code, ""), float("nan")) for code in codes]
    moves = (bars["close"] / bars["prev_close"] - 1).to_dict()
    amounts = bars["amount"].fillna(0).to_dict()
    ordered = sorted(codes, key=lambda code: (-amounts.get(code, -1.0), code))
    return [Company(c, names.get(c, ""), float(moves.get(c, float("nan")))) for c in ordered]


def _buttons(asked: Asked, theme: Theme) -> tuple[tuple[tuple[str, str], ...], ...]:
    labels = {
        "gainers": both(asked, "涨幅居前", "Gainers"),
        "joined": both(asked, "新增", "Joined"),
        "left": both(asked, "移出", "Left"),
    }
    return (tuple((label, f"e:{theme.id} {kind}") for kind, label in labels.items()),)
