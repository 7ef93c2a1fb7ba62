"""Sina's packed text, as its own script unpacks it: six bits a character, lowest bit first.

Only what the tests need: a trading calendar (kind 139) and daily bars (kinds 1479 and 3466,
version 0).
"""

import string
from datetime import date, timedelta
from functools import cache

Rows = tuple[tuple[date, float, float, float, float, int], ...]
LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"
FIRST = (date(1970, 1, 1) + timedelta(days=7657)).toordinal()  # day number 0
WIDE = 24  # bits of a price or a volume


class Packed:
    """Numbers in so many bits, one after the other."""

    def __init__(self, kind: int) -> None:
        self.bits: list[int] = []
        self.put(kind, 12)
        self.put(63, 6)  # version 0

    def put(self, value: int, width: int) -> None:
        """A number, negative ones as two's complement."""
        self.bits += [value >> place & 1 for place in range(width)]

    def text(self) -> str:
        """The letters, within the script that Sina serves."""
        bits = self.bits + [0] * (-len(self.bits) % 6)
        sixes = [bits[n : n + 6] for n in range(0, len(bits), 6)]
        letters = [LETTERS[sum(bit << n for n, bit in enumerate(six))] for six in sixes]
        return f'var KLC="{"".join(letters)}";'


def _number(day: date) -> int:
    return day.toordinal() - FIRST


@cache
def calendar(days: tuple[date, ...]) -> str:
    """Trading days, ascending: runs of them between the weekdays that are none."""
    packed, known = Packed(139), set(days)
    packed.put(_number(days[0]), 18)
    packed.put(_number(days[-1]), 18)
    runs = [0]
    for n in range((days[-1] - days[0]).days + 1):
        day = days[0] + timedelta(days=n)
        if day in known:
            runs[-1] += 1
        elif day.weekday() < 5:
            runs.append(0)
    for place, run in enumerate(runs):
        # the first run widens the field to 3 x 3 bits: a flag, a sign, 3 in unary
        packed.put(0b01111 if place == 0 else 0, 5 if place == 0 else 1)
        packed.put(run, 9)
    return packed.text()


@cache
def bars(rows: Rows) -> str:
    """Daily bars: day, open, high, low, close (two decimals), volume."""
    packed = Packed(1479)
    packed.put(2, 6)  # decimals
    packed.put(0, 18)
    packed.put(4, 3)  # smallest widths, in threes of bits: prices and volumes
    packed.put(4, 3)
    last, volume_before = 0, 0
    for place, (day, *prices, volume) in enumerate(rows):
        start, high, low, close = (round(price * 100) for price in prices)
        packed.put(32, 6)  # options follow
        packed.put(17 if place == 0 else 1, 6)  # an absolute day; more follows the first time
        packed.put(_number(day), 18)
        if place == 0:
            packed.put(63, 6)  # widths of both, kept from now on
            packed.put(WIDE // 3 - 4, 3)
            packed.put(WIDE // 3 - 4, 3)
        for value in (start - last, high - start, start - low, close - start):
            packed.put(value, WIDE)
        packed.put(volume - volume_before, WIDE)
        last, volume_before = close, volume
    return packed.text()


@cache
def wide_bars(rows: Rows) -> str:
    """As `bars`, of the kind (3466) that American indices come in."""
    packed, last, volume_before = Packed(3466), 0, 0
    for place, (day, *prices, volume) in enumerate(rows):
        start, high, low, close = (round(price * 100) for price in prices)
        packed.put(0b1011, 4)  # options follow: widths and a day
        for more in (7, 7, 7, 7, 5, 5):  # to 30 bits each, the first time; in unary
            packed.put(*((2 << more) - 1, more + 2) if place == 0 else (0, 1))
        packed.put(0b0011, 4)  # an absolute day
        packed.put(_number(day), 18)
        packed.put(0, 1)
        for value in (start - last, high - start, start - low, close - start):
            packed.put(value, 30)
        packed.put(volume - volume_before, 30)
        packed.put(0, 30)  # the amount is worked out from these
        last, volume_before = close, volume
    packed.put(0b00011, 5)  # the end
    return packed.text()
