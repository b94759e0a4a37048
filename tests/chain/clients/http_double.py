"""A server that says what a test puts in: what the clients of an IPFS node, a pinning service or Snapshot may meet."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import urlsplit


class Request(NamedTuple):
    """What came in."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


class Reply(NamedTuple):
    """What goes out."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    location: str = ""
    more: Iterator[bytes] | None = None
    """Written after the body, piece by piece, for as long as it lasts."""
    headers: Mapping[str, str] = {}


Respond = Callable[[Request], Reply]


@contextmanager
def serving(respond: Respond) -> Iterator[str]:
    """Serve on loopback until the test is over; the URL is given."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            if self.headers.get("Transfer-Encoding") == "chunked":
                body = b""
                while length := int(self.rfile.readline(), 16):
                    body += self.rfile.read(length + 2)[:-2]
                self.rfile.readline()
            else:
                body = self.rfile.read(size)
            path = urlsplit(self.path)
            reply = respond(Request(self.command, path.path, path.query, dict(self.headers.items()), body))
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.kind)
            if reply.location:
                self.send_header("Location", reply.location)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.more is None:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            try:
                self.wfile.write(reply.body)
                for piece in reply.more or ():
                    self.wfile.write(piece)
            except OSError:
                pass  # the client had enough
            if reply.more is not None:
                self.close_connection = True

        do_GET = do_POST = do_DELETE = answer  # noqa: N815 - what the server calls

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
