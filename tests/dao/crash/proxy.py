"""A counting proxy before a node: it forwards bytes as they come, and can kill whoever sends a transaction."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

SEND = "eth_sendRawTransaction"

Moment = Literal["before", "after"]
"""When the sender dies: before its transaction is forwarded, or after, before it hears the answer."""


class Proxy(ThreadingHTTPServer):
    """Stands between a command and the node at `port` of 127.0.0.1."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.node_port = port
        self.asked: Counter[str] = Counter()
        """Requests by method, as they came."""
        self.sent: list[str] = []
        """Every raw transaction that was forwarded, in its order."""
        self.victim = 0
        """Process id of the command that runs."""
        self.dies: list[Moment] = []
        """What becomes of the senders of the next transactions, one entry each."""
        self.silent: Counter[str] = Counter()
        """Methods whose next so many requests are cut off unanswered, and not forwarded."""

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed breaks its connection."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Proxy

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        asked: Any = json.loads(body)
        method = asked["method"]
        self.server.asked[method] += 1
        if self.server.silent[method] > 0:
            self.server.silent[method] -= 1
            self.close_connection = True
            return
        moment = self.server.dies.pop(0) if method == SEND and self.server.dies else None
        if moment == "before":
            self._kill()
            return
        if method == SEND:
            self.server.sent.append(asked["params"][0])
        status, answer = self._forward(body)
        if moment == "after":
            self._kill()
            return
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _kill(self) -> None:
        os.kill(self.server.victim, signal.SIGKILL)
        self.close_connection = True

    def _forward(self, body: bytes) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", self.server.node_port, timeout=60)
        kept = {name: self.headers[name] for name in ("Content-Type", "Authorization") if name in self.headers}
        connection.request("POST", "/", body, kept)
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        return response.status, answer

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has above
        """Say nothing."""


@contextmanager
def standing_before(port: int) -> Iterator[Proxy]:
    """A proxy before the node at a port, for the time of a `with` statement."""
    with Proxy(port) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield proxy
        proxy.shutdown()
        thread.join()
