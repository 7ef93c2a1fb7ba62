"""The killable child: what it did counts though it was killed, and it does not outlive us."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from market import worker
from market.source import SchemaChanged, Transient
from market.transport import Door, TransportPolicy
from market.worker import Worker

ASKING = """
from market.transport import TransportPolicy
from market.worker import Worker
policy = TransportPolicy(5, 30, 6, {"other": 0}, {"other": 9}, "http://%s:%d")
Worker(policy, {}, 60).call("members", "BK0801")
"""


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """An upstream that hears and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        yield server


def policy(server: socket.socket) -> TransportPolicy:
    host, port = server.getsockname()
    return TransportPolicy(5, 30, 6, {"other": 0}, {"other": 9}, f"http://{host}:{port}")


def test_a_child_does_not_outlive_a_killed_parent(silent: socket.socket) -> None:
    command = [sys.executable, "-c", ASKING % silent.getsockname()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as parent:
        asked, _ = silent.accept()
        parent.kill()
        # the pipe ends with the last process that holds it; the child waits 30 s for an answer
        _, said = parent.communicate(timeout=20)
        asked.close()
    assert b"Traceback" not in said


class StopOnceAsked(threading.Event):
    """Says that the program stops as soon as the upstream was asked, and not before."""

    def __init__(self, server: socket.socket) -> None:
        super().__init__()
        self.server, self.looks = server, 0

    def is_set(self) -> bool:
        self.looks += 1
        if self.looks == 2:  # the first look is before the call
            self.asked, _ = self.server.accept()
        return self.looks > 1


def test_a_call_ends_when_the_program_does_and_its_requests_count(silent: socket.socket) -> None:
    stop, kept = StopOnceAsked(silent), dict[str, Door]()

    def keep(doors: Mapping[str, Door]) -> Mapping[str, Door]:
        kept.update(doors)
        return doors

    with Worker(policy(silent), {}, 60, stop, keep=keep) as worker:
        with pytest.raises(Transient, match="the program is stopping"):
            worker.call("members", "BK0801")
        stop.asked.close()
        assert worker.doors["push2"].requests == 1
        assert kept["push2"].requests == 1  # whatever becomes of the program
        with pytest.raises(Transient, match="the program is stopping"):
            worker.call("members", "BK0801")


def test_an_error_of_the_child_comes_back_without_its_traceback(silent: socket.socket) -> None:
    wrong = pytest.raises(SchemaChanged, match=r"^members: not as known: TypeError")
    with Worker(policy(silent), {}, 60) as worker, wrong:
        worker.call("members")


def test_a_child_that_dies_is_told_and_the_next_call_has_another(silent: socket.socket) -> None:
    with Worker(policy(silent), {}, 60) as worker:

        def kill_once_asked() -> None:
            asked, _ = silent.accept()
            worker._child.kill()
            asked.close()

        for _ in range(2):
            threading.Thread(target=kill_once_asked, daemon=True).start()
            with pytest.raises(Transient, match=r"^members: the child process ended$"):
                worker.call("members", "BK0801")
        assert worker.doors["push2"].requests == 2


def test_what_is_asked_again_is_told_in_a_plain_line(caplog: pytest.LogCaptureFixture) -> None:
    failed: Any = SimpleNamespace(caused_by=Transient("sina: reset"), wait_for=1.6, retry_num=1)
    worker._asks_again("snapshot", 3, failed)
    assert caplog.messages == [
        "snapshot did not come (sina: reset); asked again in 2 s, 2 of 3 times"
    ]
