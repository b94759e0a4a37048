"""`dao devnet serve`: the workspace's embedded chain as JSON-RPC over HTTP, for wallets and scripts on this machine.

Decides who may ask: POSTs of JSON from this machine alone. A web page that the user has open is not this machine: it is
kept out by the Host header (DNS rebinding), the content type (it cannot send JSON without asking first) and the absence
of any CORS header. What is answered is the devnet's; it saves each block before it acknowledges it. Time passes only
for who knows the token in the workspace's file. The server holds the chain's lock and not the workspace's, so the
workspace's commands take turns as always and find the chain here.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
import signal
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated, Any

import requests
import typer

from chain import json_text
from chain.clients.devnet import Devnet
from chain.clients.devnet_served import proof
from chain.errors import CodedError
from dao.cli.answer import Answer, write_line
from dao.cli.options import Dir
from dao.cli.text import wrapped
from dao.connect import ConnectError
from dao.errors import DaoError
from dao.sentences import language, sentence
from dao.served import announced
from dao.workspace import DEVNET_FILE, SERVER_FILE, read_anchors

EXAMPLES = (
    "dao devnet serve",
    "dao devnet serve --port 0 --dir demo",
)

MAX_BODY = 2 << 20
"""Bytes of one request: the largest contract that can be deployed fits several times, spelled as hex."""
SILENCE_MAX = 30
"""Seconds that a connection may stay silent."""

_HOST = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?\Z", re.ASCII | re.IGNORECASE)
_JSON = re.compile(r"application/json\s*(?:;|\Z)", re.ASCII | re.IGNORECASE)
_LENGTH = re.compile(r"[0-9]{1,9}\Z", re.ASCII)


class ServeError(DaoError):
    """The port cannot be had (`E_PORT`)."""


class DevnetServer(ThreadingHTTPServer):
    """Serves one devnet on 127.0.0.1; requests are answered one at a time, whoever sends them."""

    daemon_threads = True

    def __init__(self, devnet: Devnet, port: int) -> None:
        from chain.clients.devnet_rpc import URL

        self._url = URL
        self._devnet = devnet
        self.token = secrets.token_hex(32)
        """Known to whoever may read the workspace's file; the only key to the chain's time."""
        self._session: requests.Session = devnet.session()
        self.turn = threading.Lock()
        self.answered = 0
        try:
            super().__init__(("127.0.0.1", port), _Handler)
        except (OSError, OverflowError) as error:
            problem = getattr(error, "strerror", None) or "no such port"
            raise ServeError("E_PORT", port=port, problem=problem) from error

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self, body: bytes, authorization: str = "") -> tuple[int, bytes]:
        """Answer one body and the header that came with it: an HTTP status and the JSON."""
        with self.turn:
            self.answered += 1
            try:
                # py-evm raises the recursion limit, so deep nesting must not reach the parser: it would end the process
                asked = json_text.loads(body, max_bytes=MAX_BODY, allow_floats=True)
            except CodedError:
                return 400, b""
            try:
                own = self._answer_own(asked, authorization)
                if own is not None:
                    return 200, json.dumps({"jsonrpc": "2.0", **own}).encode()
                response = self._session.post(self._url, data=body)
            except CodedError:  # the block could not be saved, so it is not acknowledged
                return 500, b""
            return response.status_code, response.content

    def _answer_own(self, asked: Any, authorization: str) -> dict[str, object] | None:
        """Answer a method of our own with the request's id and a `result` or `error`; None for any other method."""
        match asked:
            case {"id": id_, "method": "dao_proof", "params": [str() as challenge]}:
                return {"id": id_, "result": proof(self.token, challenge)}
            case {"id": id_, "method": "dao_timeTravel", "params": [int() as timestamp]}:
                if not hmac.compare_digest(authorization.encode(), f"Bearer {self.token}".encode()):
                    refusal = "only the workspace's own commands move the time"
                elif timestamp <= self._devnet.now():
                    refusal = "time only moves forward"
                else:
                    self._devnet.time_travel(timestamp)
                    return {"id": id_, "result": True}
                return {"id": id_, "error": {"code": -32000, "message": refusal}}
        return None

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that breaks is the other side's affair; nothing of it is printed."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "mutual-dao-devnet", ""
    # Without these two an answer goes out in pieces, and each waits 40 ms for the other side's delayed ACK.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = SILENCE_MAX
    server: DevnetServer

    def do_POST(self) -> None:
        """Answer a request; every other method has no handler here, so it is 501 without a word about CORS."""
        refusal = self._refusal()
        if refusal is not None:
            self._send(refusal, b"", is_last=True)  # the body was not read, so the connection cannot go on
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, answer = self.server.answer(body, self.headers.get("Authorization", ""))
        self._send(status, answer)

    def _refusal(self) -> int | None:
        """The HTTP status with which a request is refused before its body is read."""
        hosts = self.headers.get_all("Host", [])
        if len(hosts) != 1 or not _HOST.match(hosts[0]):
            return 403
        if not _JSON.match(self.headers.get("Content-Type", "")):
            return 415
        lengths = self.headers.get_all("Content-Length", [])
        if "Transfer-Encoding" in self.headers or len(lengths) != 1 or not _LENGTH.match(lengths[0]):
            return 411
        return 413 if int(lengths[0]) > MAX_BODY else None

    def _send(self, status: int, body: bytes, *, is_last: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Content-Type-Options", "nosniff")
        if is_last:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name it has above
        """Say nothing: requests are the wallet's business."""


def command(
    folder: Dir = Path(),
    port: Annotated[
        int, typer.Option("--port", help="Port on 127.0.0.1; 0 takes a free one.", min=0, max=65535)
    ] = 8545,
) -> Answer:
    """Serve the embedded chain as JSON-RPC on 127.0.0.1, until Ctrl-C.

    Only this machine can ask, by POST. Meanwhile every command on the folder asks this server instead of opening the
    chain itself. Ctrl-C or SIGTERM ends it. With --json the document comes at the end, and the URL is told on stderr.
    """
    anchors = read_anchors(folder)
    if anchors.rpc_env:
        raise ConnectError("E_DEVNET", "embedded", chain_id=anchors.chain_id)
    file = folder / anchors.devnet / DEVNET_FILE
    with (
        Devnet.open(file) as devnet,
        DevnetServer(devnet, port) as server,
        announced(file.with_name(SERVER_FILE), server.server_port, server.token),
    ):
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            for line in _begun(server):
                write_line(line)
            sys.stdout.flush()  # a script waits for the URL
            server.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            server.turn.acquire()  # the request that is being answered is answered; no other begins
        return Answer({"url": server.url, "requests": server.answered}, _ended(server))


def _begun(server: DevnetServer) -> Iterator[str]:
    from chain.networks import DEVNET_CHAIN_ID

    facts = {"url": server.url, "chain_id": DEVNET_CHAIN_ID}
    yield from wrapped(sentence("DEVNET", "serving", facts, language()))


def _ended(server: DevnetServer) -> Iterator[str]:
    yield from wrapped(sentence("DEVNET", "served", {"requests": server.answered}, language()))
