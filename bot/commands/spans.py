"""How long, and from which hour to which, people mean by what they typed."""

import re

from bot.script import simplified

WORDS = {  # numbers as people write them; the longer stand first
    **{f"{tens}十{unit}": 10 * t + u for t, tens in enumerate("十二三", 1) if t > 1
       for u, unit in enumerate("一二三四五六七八九", 1)},
    **{f"十{unit}": 10 + n for n, unit in enumerate("一二三四五六七八九", 1)},
    "二十": 20, "三十": 30, "十": 10, "零": 0, "两": 2,
    **{unit: n for n, unit in enumerate("一二三四五六七八九", 1)},
    "an": 1, "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
}  # fmt: skip
NUMBER = rf"(?:\d{{1,3}}|{'|'.join(WORDS)})"
UNITS = {  # words for a unit -> as /mute writes it
    "h": r"个?小时|个?钟头|hours?|hrs?|h",
    "d": r"天|日|days?|d",
    "w": r"周|个?星期|个?礼拜|weeks?|wks?|w",
}
LONG = {"episode": r"本轮|episode", "always": r"一直|永久|永远|always|forever|for good|for ever"}
LEAD = r"(?:(?:(?<![a-z0-9])(?:for|until|till|the|this|end of)|直到|到|至) ?)*"  # before a span
EDGE = r"(?![a-z0-9])"
ONE = "|".join(rf"(?P<{unit}>{words})" for unit, words in UNITS.items())
SPAN = rf"(?P<count>(?<![a-z0-9]){NUMBER}) ?(?:{ONE}){EDGE}"
SPELT = "|".join(rf"(?P<{span}>(?<![a-z0-9])(?:{words}){EDGE})" for span, words in LONG.items())
SAID = rf"{LEAD}(?:{SPAN}|{SPELT})(?: ?(?:结束|ends?|is over))?"
FIRST, LAST = (re.compile(pattern, re.I) for pattern in (f"^{SAID}", f"{SAID}$"))
LONGEST = 200  # characters in which a span is looked for

LATE = r"晚上|晚间|夜里|夜间|下午|傍晚|中午|晚"  # with an hour up to 11: 12 later
EARLY = r"早上|早晨|上午|凌晨|清晨|早"
HOUR, OCLOCK = rf"(?:{LATE}|{EARLY})?", r"(?:[:：]00|点钟|点整|点|时)?"
FROM, TO = (
    rf"(?P<{side}_part>{HOUR}) ?(?P<{side}_hour>{NUMBER}) ?{OCLOCK} ?(?P<{side}_half>[ap]\.?m\.?)?"
    for side in ("from", "to")
)
HOURS = re.compile(
    rf"(?<![\d:：-]){FROM} ?(?:-|–|—|~|～|到|至|to|until|till) ?{TO}(?![\d:：a-z半一刻-])", re.I
)


def spanned(text: str) -> tuple[str, str]:
    """What was typed without how long, and how long as /mute writes it: 2h, 3d, episode, always.

    The span stands before or behind, in figures or in words; empty: none is there.
    """
    plain = simplified(" ".join(text.split()))
    for pattern in (LAST, FIRST):
        found = pattern.search(plain) if len(plain) <= LONGEST else None
        if found and not (found["count"] and number(found["count"]) == 0):
            rest = f"{plain[: found.start()]}{plain[found.end() :]}".strip(" ,，")
            return rest, _span(found)
    return plain, ""


def _span(found: "re.Match[str]") -> str:
    spelt = next((span for span in LONG if found[span]), "")
    return spelt or f"{number(found['count'])}{next(u for u in UNITS if found[u])}"


def number(text: str) -> int:
    """The number that figures or words stand for."""
    return int(text) if text.isdigit() else WORDS[text.casefold()]


def hours(text: str) -> str:
    """The hours that a sentence names, as /settings writes them: 22-8; empty: none, or no such."""
    found = HOURS.search(simplified(text[:LONGEST]))
    if not found:
        return ""
    first, last = (_hour(found, side) for side in ("from", "to"))
    known = first is not None and last is not None and first != last
    return f"{first}-{last}" if known else ""


def _hour(found: "re.Match[str]", side: str) -> int | None:
    """An hour of the day, 0 to 23; None: there is none like it."""
    hour, half = number(found[f"{side}_hour"]), (found[f"{side}_half"] or "").casefold()[:1]
    part = found[f"{side}_part"] or ""
    if hour > (12 if half else 23):
        return None
    if half:
        return hour % 12 + (12 if half == "p" else 0)
    if part == "中午":
        return hour if hour > 10 else hour + 12
    is_late = re.fullmatch(LATE, part) and hour <= 12
    return (hour + 12 if is_late else hour) % 24
