"""Telegram's limits on sending: so many a second in all, one a second and chat, twenty a minute
and group (Bot API FAQ; each is kept a little below). And ours on what one person may ask."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable

BETWEEN_SENDS = 1 / 28.75  # seconds; thirty of these are longer than a second by five LATEs
LATE = 0.008  # seconds that a timer may be late without moving the sends after it
BETWEEN_TO_CHAT = 1.02  # seconds
GROUP_SENDS, GROUP_SPAN = 20, 60.5  # messages in so many seconds to one group


AT_ONCE, SECONDS_EACH = 8, 2.0  # questions of one person: so many, then one in so many seconds
REMEMBERED = 10_000  # people


class Calm:
    """How much each person asks; one for the whole program."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        at_once: int = AT_ONCE,
        seconds_each: float = SECONDS_EACH,
    ) -> None:
        """`clock` counts seconds."""
        self._clock, self._at_once, self._each = clock, at_once, seconds_each
        self._free: dict[int, float] = {}  # when all of a person's questions are free again
        self._warned: set[int] = set()

    def allows(self, user: int) -> bool | None:
        """Whether a question is answered; None: no, and that is to be said, once a flood."""
        now = self._clock()
        if len(self._free) > REMEMBERED:
            self._free = {who: at for who, at in self._free.items() if at > now}
            self._warned &= self._free.keys()
        busy_until = max(now, self._free.get(user, now))
        if busy_until - now > (self._at_once - 1) * self._each:
            first = user not in self._warned
            self._warned.add(user)
            return None if first else False
        self._free[user] = busy_until + self._each
        self._warned.discard(user)
        return True


class Pace:
    """Whose turn it is; one for the whole program."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`clock` counts seconds; both are given by tests."""
        self._clock, self._sleep = clock, sleep
        self._next = 0.0
        self._one_by_one = asyncio.Lock()
        self._of_chat: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._to_chat: defaultdict[int, deque[float]] = defaultdict(
            lambda: deque(maxlen=GROUP_SENDS)
        )

    async def turn(self, chat: int) -> None:
        """Returns when a message may go to this chat."""
        async with self._of_chat[chat]:  # several answers to one chat stand in line
            await self._sleep(max(0.0, self._chat_free(chat) - self._clock()))
            async with self._one_by_one:  # after a stall nobody catches up in a bunch
                await self._sleep(max(0.0, self._next - self._clock()))
                start = self._clock()
                on_time = start - self._next < LATE
                self._next = (self._next if on_time else start) + BETWEEN_SENDS
                self._to_chat[chat].append(start)

    def past(self, chat: int, seconds_ago: float) -> None:
        """Told of a send before this program began; the oldest first."""
        ago = max(0.0, seconds_ago)  # a wall clock that was set back makes it negative
        self._to_chat[chat].append(self._clock() - ago)

    def _chat_free(self, chat: int) -> float:
        past = self._to_chat[chat]
        if not past:
            return 0.0
        free = past[-1] + BETWEEN_TO_CHAT
        is_group = chat < 0  # Telegram's ids of groups and channels are negative
        return max(free, past[0] + GROUP_SPAN) if is_group and len(past) == GROUP_SENDS else free
