"""A server on 127.0.0.1 in a thread of its own, for the stand-ins of Telegram and the upstreams."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class _Server(ThreadingHTTPServer):
    request_queue_size = 128

    def handle_error(self, *_: object) -> None:
        """Nothing: who is killed or cut off does not say goodbye."""


class Loopback:
    """Serves a handler class that knows its owner by `of`; `url` is where."""

    def __init__(self, handler: type[BaseHTTPRequestHandler], owner: Any) -> None:
        bound = type("Bound", (handler,), {"of": owner})
        self._server = _Server(("127.0.0.1", 0), bound)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
