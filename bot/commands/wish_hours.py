"""Pages of /settings: when a chat is told. The digest's hour and weekday, quiet hours, the zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.commands.asked import Answer
from bot.commands.wish_pages import Looked, page_of, rows_of
from bot.records import OFF
from bot.texts import city
from bot.timing import covers_close, digest_due, held_until
from market.calendar import HONG_KONG, SHANGHAI, closed

HOURS = (18, 20, 22, 8)  # of the digest offered
QUIET = ("22-8", "23-7", "20-9", "0-9")  # hours offered
WEEKDAYS = {  # by the word for each, Monday first
    "mon": ("周一", "Mon"),
    "tue": ("周二", "Tue"),
    "wed": ("周三", "Wed"),
    "thu": ("周四", "Thu"),
    "fri": ("周五", "Fri"),
}
ZONES = (
    "Asia/Shanghai", "Asia/Singapore", "Asia/Tokyo", "Australia/Sydney", "Europe/London",
    "Europe/Berlin", "America/New_York", "America/Los_Angeles", "UTC",
)  # fmt: skip


def digest_name(of: Looked) -> str:
    """Whether, on which days and when there is a digest."""
    if of.wishes.level("digest") == OFF:
        return of.say("关", "off")
    return f"{_day_name(of, of.wishes.digest_weekday)} · {_hour_name(of, of.wishes.digest_hour)}"


def _day_name(of: Looked, weekday: int | None) -> str:
    if weekday is None:
        return of.say("每个交易日", "every trading day")
    chinese, english = list(WEEKDAYS.values())[weekday]
    return of.say(f"每{chinese}", f"every {english}")


def _hour_name(of: Looked, hour: int | None) -> str:
    return of.say("收盘后即发", "after the close") if hour is None else f"{hour}:00"


def digest(of: Looked) -> Answer:
    """Whether, on which days and at which hour the digest goes."""
    w, is_on = of.wishes, of.wishes.level("digest") != OFF
    next_one = digest_due(w, of.asked.today).astimezone(w.zone)
    weekly = of.say(
        "选某个星期几：每周一份，含上一份以来的每个交易日；遇休市顺延到下一个交易日。",
        "On one weekday: a digest of all trading days since the last; if the exchange is closed"
        " then, on the next trading day.",
    )
    at = of.say("例：今天这份不早于", "Today's, for example, goes from")
    about = [f"{digest_name(of)}", f"{at} {next_one:%m-%d %H:%M} ({_zone_words(of)})", weekly]
    if w.digest_hour is not None and held_until(next_one, w.quiet, w.zone):
        about.append(
            of.say(
                "⚠️ 这时在安静时段内，会留到其后。",
                "⚠️ That is within the quiet hours; it waits until they end.",
            )
        )
    hours = [w.digest_hour, None, *HOURS] if w.digest_hour not in (None, *HOURS) else [None, *HOURS]
    at_hours = [
        (_hour_name(of, h), f"digest at {'close' if h is None else h}", w.digest_hour == h)
        for h in hours
    ]
    every = (_day_name(of, None), "digest day all", w.digest_weekday is None)
    on_days = [
        (of.say(*names), f"digest day {word}", w.digest_weekday == n)
        for n, (word, names) in enumerate(WEEKDAYS.items())
    ]
    switch = [
        (of.say("开", "on"), "digest on", is_on),
        (of.say("关", "off"), "digest off", not is_on),
    ]
    rows = [switch, *rows_of(at_hours, 3), [every], on_days]
    return page_of(of, of.say("摘要", "Digest"), about, rows)


def quiet_name(of: Looked) -> str:
    """The quiet hours in words."""
    hours = of.wishes.quiet
    return "{}:00–{}:00".format(*hours) if hours else of.say("无", "none")


def quiet(of: Looked) -> Answer:
    """The quiet hours, and what they mean for the market's."""
    about = [
        f"{quiet_name(of)} ({_zone_words(of)})",
        of.say(
            "其间的警报不丢：过后合为一条消息，强者在前。",
            "Alerts within them are not lost: after them they come as one message, ranked.",
        ),
        *_market_sense(of),
        of.say(
            "其他时段：直接说 安静 21点到7点，或写 /settings quiet 21-7",
            "Other hours: just say quiet 9pm to 7am, or write /settings quiet 21-7",
        ),
    ]
    now = "{}-{}".format(*of.wishes.quiet) if of.wishes.quiet else "off"
    offered = QUIET if now in ("off", *QUIET) else (now, *QUIET)
    choices = [(of.say("无", "none"), "quiet off", now == "off")]
    choices += [(hours, f"quiet {hours}", hours == now) for hours in offered]
    return page_of(of, of.say("安静时段", "Quiet hours"), about, rows_of(choices, 2))


def _market_sense(of: Looked) -> list[str]:
    """What the quiet hours do to what is told after the close, and within the day."""
    w, today = of.wishes, of.asked.today
    if not w.quiet:
        return []
    here = f"{closed(today).astimezone(w.zone):%H:%M}"
    close = of.say(
        f"收盘 15:00 上海（这里 {here}）", f"The close, 15:00 in Shanghai ({here} here),"
    )
    looks = [datetime.combine(today, at, SHANGHAI) for at in of.app.settings.intraday.times]
    silent = sum(held_until(at, w.quiet, w.zone) is not None for at in looks)
    covered = of.say(
        f"⚠️ {close}在安静时段内：每天的警报都要等到 {w.quiet[1]}:00。",
        f"⚠️ {close} is within them: each day's alerts wait until {w.quiet[1]}:00.",
    )
    free = of.say(
        f"{close}不在其内：警报照常即发。", f"{close} is not: alerts come at once as ever."
    )
    lines = [covered if covers_close(w, today) else free, *_hong_kongs(of)]
    if silent:
        lines.append(
            of.say(
                f"⚠️ 每天 {len(looks)} 次盘中查看有 {silent} 次在其内，那时不发盘中消息。",
                f"⚠️ {silent} of the day's {len(looks)} looks before the close are within them;"
                " nothing is said then.",
            )
        )
    return lines


def _hong_kongs(of: Looked) -> list[str]:
    """Likewise of Hong Kong, which is told later in the day; nothing where it is not judged."""
    w, app = of.wishes, of.app
    if not app.ledger.of(HONG_KONG.code).evaluated():
        return []
    told = datetime.combine(of.asked.today, app.settings.schedule.hong_kong, SHANGHAI)
    here, waits = f"{told.astimezone(w.zone):%H:%M}", held_until(told, w.quiet, w.zone)
    covered = of.say(
        f"⚠️ 港股 {told:%H:%M} 起（这里 {here}）也在其内。",
        f"⚠️ Hong Kong, told from {told:%H:%M} ({here} here), is within them too.",
    )
    free = of.say(
        f"港股 {told:%H:%M} 起（这里 {here}）不在其内。",
        f"Hong Kong, told from {told:%H:%M} ({here} here), is not.",
    )
    return [covered if waits else free]


def zone_name(of: Looked) -> str:
    """The zone and what time it is there."""
    return f"{_zone_words(of)} {of.app.now().astimezone(of.wishes.zone):%H:%M}"


def _zone_words(of: Looked) -> str:
    return of.say("上海时间", "Shanghai") if of.wishes.zone == SHANGHAI else of.wishes.zone.key


def zone(of: Looked) -> Answer:
    """The zone of hours and instants; days stay those of the exchange."""
    about = [
        zone_name(of),
        of.say(
            "安静时段、摘要时刻与消息里的时刻都按它；交易日仍是交易所的。",
            "Quiet hours, the digest's hour and instants in messages follow it; trading days stay"
            " the exchange's.",
        ),
        of.say("其他：/settings tz Europe/Madrid", "Others: /settings tz Europe/Madrid"),
    ]
    now = of.wishes.zone.key
    offered = ZONES if now in ZONES else (now, *ZONES)
    choices = [(city(ZoneInfo(key)), f"tz {key}", key == now) for key in offered]
    return page_of(of, of.say("时区", "Time zone"), about, rows_of(choices, 2))
