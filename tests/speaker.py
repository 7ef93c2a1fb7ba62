"""A server that says given bytes, and how it may be asked."""

import threading
from socketserver import BaseRequestHandler, ThreadingTCPServer

from market.transport import TransportPolicy

POLICY = TransportPolicy(30, 30, 6, {"other": 0}, {"other": 100})  # patient, if the machine is busy
BOARDS = "http://79.push2.eastmoney.com/list"
PROXY_WAY = b"HTTP/1.1 200 OK\r\n\r\n"


def reply(status: str, body: bytes = b"{}") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


class Speaker:
    """Says given bytes, one string after each thing it hears, and hangs up, or never does."""

    def __init__(self, says: list[bytes], hangs: bool = False) -> None:
        self.heard: list[bytes] = []
        heard, self.closed = self.heard, threading.Event()
        closed = self.closed

        class Handler(BaseRequestHandler):
            def handle(self) -> None:
                for words in says:
                    heard.append(self.request.recv(10_000))
                    self.request.sendall(words)
                if not says or says[-1] == PROXY_WAY:
                    heard.append(self.request.recv(10_000))
                if hangs:
                    closed.wait()

        self.server = ThreadingTCPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        self.closed.set()
        self.server.shutdown()
        self.server.server_close()
