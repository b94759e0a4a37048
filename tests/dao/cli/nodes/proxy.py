"""A provider between a command and a real chain: it passes questions on, and does to the answers what a test says.

What it does is a function of one question (`Asked`): it returns the answer object, or None when it has dealt with the
connection itself. `honest` returns what the chain said.
"""

from __future__ import annotations

import gzip
import json
import select
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

SECRET = "a-key-that-nobody-may-see"
"""Stands in every URL, as providers want it."""
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, and the ways to answer it."""

    handler: Handler
    body: dict[str, Any]

    @property
    def method(self) -> str:
        return str(self.body["method"])

    @property
    def params(self) -> list[Any]:
        return list(self.body["params"])

    def answer(self) -> dict[str, Any]:
        """What the chain says."""
        return dict(json.loads(self.handler.pass_on(json.dumps(self.body).encode())))

    def result(self, result: Any) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": self.body["id"], "result": result}

    def error(self, code: int, message: str) -> dict[str, Any]:
        return {"jsonrpc": "2.0", "id": self.body["id"], "error": {"code": code, "message": message}}


Fault = Callable[[Asked], "dict[str, Any] | None"]


class Proxy(ThreadingHTTPServer):
    """A provider with a URL of its own."""

    daemon_threads = True

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream = upstream
        self.fault: Fault = honest
        self.asked: list[str] = []
        """Methods, in the order in which they were asked."""
        self.sent = 0
        """Bytes of the last endless body that the other side has taken."""
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v3/{SECRET}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        pass


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Proxy
    line: HTTPConnection | None = None
    """To the chain, for as long as this connection lasts and the chain is the same."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(body["method"])
        answer = self.server.fault(Asked(self, body))
        if answer is not None:
            self.page(200, json.dumps(answer).encode())

    def pass_on(self, body: bytes) -> bytes:
        """Ask the chain; a line that it has closed meanwhile is opened again."""
        url = urlsplit(self.server.upstream)
        headers = {"Content-Type": "application/json"}
        headers |= {name: self.headers[name] for name in ("Authorization",) if name in self.headers}
        line = self.line
        if line is None or (line.host, line.port) != (url.hostname, url.port):
            line = self.line = HTTPConnection(str(url.hostname), url.port, timeout=60)
        elif line.sock is not None and select.select([line.sock], [], [], 0)[0]:  # closed, since nothing was asked
            line.close()
        line.request("POST", url.path or "/", body, headers)
        return line.getresponse().read()

    def page(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", headers.pop("length", str(len(body))))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        pass


# What providers do, each a fault


def honest(asked: Asked) -> dict[str, Any] | None:
    return asked.answer()


def when(method: str, fault: Fault) -> Fault:
    """Only this method is answered badly."""
    return lambda asked: fault(asked) if asked.method == method else asked.answer()


def times(count: int, fault: Fault) -> Fault:
    """Only the first questions are answered badly."""
    left = [fault] * count
    return lambda asked: left.pop()(asked) if left else asked.answer()


def lies(result: Any) -> Fault:
    return lambda asked: asked.result(result)


def refuses(code: int, message: str) -> Fault:
    return lambda asked: asked.error(code, message)


def page(status: int, body: bytes = b"<!doctype html><title>Sign in</title>", **headers: str) -> Fault:
    return lambda asked: asked.handler.page(status, body, **headers)


def hangs(asked: Asked) -> None:
    """Takes the question and says nothing."""
    time.sleep(1.5)
    asked.handler.close_connection = True


def drips(asked: Asked) -> None:
    """Sends a byte of the body now and then."""
    asked.handler.page(200, b"", length="1000")
    _drip(asked.handler, b" ")


def drips_head(asked: Asked) -> None:
    """Sends a byte of the head now and then."""
    asked.handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    _drip(asked.handler, b"x")


def _drip(handler: Handler, drop: bytes) -> None:
    handler.close_connection = True
    with suppress(OSError):
        for _ in range(60):
            handler.wfile.write(drop)
            handler.wfile.flush()
            time.sleep(0.05)


def resets(asked: Asked) -> None:
    """Breaks the connection before it has answered."""
    handler = asked.handler
    handler.close_connection = True
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    handler.connection.close()


def breaks_off(asked: Asked) -> None:
    """Ends the connection in the middle of the answer."""
    asked.handler.page(200, json.dumps(asked.answer()).encode()[:20], length="4000")
    asked.handler.close_connection = True


def gigabyte(asked: Asked) -> None:
    """Sends a body of 1 GiB for as long as somebody reads it."""
    handler = asked.handler
    handler.close_connection = True
    handler.page(200, b"", length=str(1024 * MIB))
    handler.server.sent = 0
    with suppress(OSError):
        for _ in range(1024):
            handler.wfile.write(bytes(MIB))
            handler.server.sent += MIB


@cache
def _bomb() -> bytes:
    return gzip.compress(bytes(256 * MIB), 1)


def gzip_bomb(asked: Asked) -> None:
    """Sends 256 MiB of zeros in a megabyte."""
    asked.handler.page(200, _bomb(), Content_Encoding="gzip")
