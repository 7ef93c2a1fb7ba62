"""A killable child process for calls that block, hang, or bring much memory along."""

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Self

from market.source import Banned, NoData, SchemaChanged, SourceError, Transient
from market.transport import Door, Guard, TransportPolicy, install

if TYPE_CHECKING:
    from stamina.instrumentation import RetryDetails

ERRORS = {kind.__name__: kind for kind in (Banned, NoData, SchemaChanged, Transient)}
LOOK_SECONDS = 0.3  # between looks whether a call should end
SPARED_MINUTES = 10  # a host that let a call run into its deadline; the evening tries again later
ATTEMPTS = 3  # of a call that failed in passing; nothing else is tried again

log = logging.getLogger("paomo")


class Worker:
    """Calls functions of market.akshare.fetch in a child; `doors` is the newest state of them."""

    def __init__(
        self,
        policy: TransportPolicy,
        doors: Mapping[str, Door],
        deadline_seconds: float,
        stop: threading.Event | None = None,
        attempts: int = ATTEMPTS,
        keep: Callable[[Mapping[str, Door]], Mapping[str, Door]] = lambda doors: doors,
    ) -> None:
        """The child starts with the first call; a call over the deadline, or `stop`, ends it.

        Before and after each call `keep` gets the doors, and gives them with what others learnt.
        """
        self._attempts, self._keep = attempts, keep
        self.doors = dict(doors)
        self._stop = stop or threading.Event()
        self._policy, self._deadline = policy, deadline_seconds
        self._child: Any = None
        self._pipe: Connection | None = None

    def call(self, name: str, *args: Any) -> Any:
        """What the function gives; raises one of the four SourceErrors."""
        if self._stop.is_set():
            raise Transient(f"{name}: the program is stopping")
        before = self.doors = dict(self._keep(self.doors))
        pipe = self._started()
        try:
            pipe.send((name, args, self.doors))
            what, value = self._awaited(pipe)
        except (EOFError, OSError) as error:  # a TimeoutError is an OSError
            self._killed(pipe)
            if isinstance(error, TimeoutError) and not self._stop.is_set():
                self._spared(before)
            why = error if isinstance(error, TimeoutError) else "the child process ended"
            raise Transient(f"{name}: {why}") from None
        finally:
            self.doors = dict(self._keep(self.doors))
        if what == "value":
            return value
        raise ERRORS[what](value)

    def _awaited(self, pipe: Connection) -> tuple[str, Any]:
        """The child's answer; a TimeoutError says that it did not come.

        The doors come as they change: a killed call's requests count too.
        """
        until = time.monotonic() + self._deadline
        while time.monotonic() <= until:
            if self._stop.is_set():
                raise TimeoutError("the program is stopping")
            if pipe.poll(min(LOOK_SECONDS, self._deadline)):
                what, value = self._heard(pipe)
                if what != "doors":
                    return what, value
        raise TimeoutError(f"no answer within {self._deadline:.0f} s")

    def _started(self) -> Connection:
        if self._pipe is None:
            context = multiprocessing.get_context("spawn")
            self._pipe, other = context.Pipe()
            self._child = context.Process(
                target=serve, args=(other, self._policy, self._attempts), daemon=True
            )
            self._child.start()
            other.close()
        return self._pipe

    def close(self) -> None:
        """Ends the child: an idle one by itself, when its pipe does."""
        if self._pipe is not None:
            self._pipe.close()
        if self._child is not None:
            self._child.join(timeout=0.5)
            self._child.kill()
            self._child.join()
            self._child.close()
        self._child = self._pipe = None

    def _killed(self, pipe: Connection) -> None:
        """Ends the call with its child; what it said of the doors until then counts."""
        self._child.kill()
        self._child.join()
        with suppress(EOFError, OSError):
            while pipe.poll():
                self._heard(pipe)
        self.close()

    def _spared(self, before: Mapping[str, Door]) -> None:
        """Whom the call had asked is left alone for a while: each more would take as long."""
        until = datetime.now(UTC) + timedelta(minutes=SPARED_MINUTES)
        asked = {group: door for group, door in self.doors.items() if door != before.get(group)}
        self.doors |= {group: replace(door, closed_until=until) for group, door in asked.items()}

    def _heard(self, pipe: Connection) -> tuple[str, Any]:
        what, value = pipe.recv()
        if what == "doors":
            self.doors = value
        return what, value

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def serve(pipe: Connection, policy: TransportPolicy, attempts: int) -> None:
    """The child: answers calls until the parent is gone."""
    os.environ |= {"TZ": "Asia/Shanghai", "TQDM_DISABLE": "1"}  # before AKShare is imported:
    time.tzset()  # some of its parsers use local time, and it draws progress bars
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from tqdm import tqdm

    from market.akshare import fetch

    tqdm.set_lock(threading.RLock())  # its own semaphore would outlive a killed child
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    guard = Guard(policy, told=lambda doors: pipe.send(("doors", doors)))
    fetch.GUARD[:] = [guard]
    install(guard)
    while True:
        try:
            name, args, guard.doors = pipe.recv()
            pipe.send(_answer(name, args, attempts))
        except (EOFError, OSError):
            return


def _end_with_parent() -> None:
    """A killed parent closes nothing in order; its call would go on asking for minutes."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


def _answer(name: str, args: tuple[Any, ...], attempts: int) -> tuple[str, Any]:
    import stamina
    from stamina.instrumentation import set_on_retry_hooks

    from market.akshare import fetch

    set_on_retry_hooks([partial(_asks_again, name, attempts)])
    try:
        for attempt in stamina.retry_context(on=Transient, attempts=attempts, timeout=None):
            with attempt:
                return "value", fetch.asked(name, *args)
    except SourceError as error:
        return type(error).__name__, str(error)
    raise AssertionError("the loop returns or raises")


def _asks_again(name: str, attempts: int, failed: "RetryDetails") -> None:
    log.warning(
        "%s did not come (%s); asked again in %.0f s, %d of %d times",
        *(name, failed.caused_by, failed.wait_for, failed.retry_num + 1, attempts),
    )
