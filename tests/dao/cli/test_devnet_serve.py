"""`dao devnet serve`: wallets and scripts of this machine are answered, web pages and strangers are not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.node import Node
from chain.networks import DEVNET_CHAIN_ID
from dao.cli.start.demo import cast
from dao.cli.workspace.devnet_serve import MAX_BODY, DevnetServer
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.reading import copied
from tests.dao.conftest import Played

ASKED = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "eth_chainId", "params": []}).encode()
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def server() -> Iterator[DevnetServer]:
    """A served chain in memory."""
    with Devnet.temporary(cast.GENESIS) as devnet, DevnetServer(devnet, 0) as served:
        thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield served
        served.shutdown()
        thread.join()


def _ask(
    server: DevnetServer, body: bytes | None = ASKED, method: str = "POST", **headers: str
) -> tuple[int, bytes, dict[str, str]]:
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, "/", body, {**JSON, **named})
    response = connection.getresponse()
    answer = response.read()
    connection.close()
    return response.status, answer, {name.lower(): value for name, value in response.getheaders()}


def test_a_node_over_http(server: DevnetServer) -> None:
    """An ordinary client reads, sends a transaction, and sees its block."""
    node = Node(server.url, chain_id=DEVNET_CHAIN_ID)
    before = node.head().ref.number

    node.send(FAUCET_KEY, cast.address("ann"), value=7)

    assert (before + 1, 7) == (node.head().ref.number, node.balance(cast.address("ann")))


def test_an_answer_shares_nothing(server: DevnetServer) -> None:
    """JSON goes back without any CORS header."""
    status, answer, headers = _ask(server)

    assert (200, hex(DEVNET_CHAIN_ID)) == (status, json.loads(answer)["result"])
    assert [] == [name for name in headers if name.startswith("access-control")]


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "[::1]:8545"])
def test_names_of_this_machine(server: DevnetServer, host: str) -> None:
    """Loopback names are taken."""
    assert 200 == _ask(server, Host=host)[0]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", ""])
def test_other_names_are_refused(server: DevnetServer, host: str) -> None:
    """A name that was rebound to this machine is not this machine's."""
    before = server.answered

    assert 403 == _ask(server, Host=host)[0]
    assert before == server.answered


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])
def test_what_a_page_can_send_unasked_is_refused(server: DevnetServer, kind: str) -> None:
    """A form or text needs no preflight, so it is not read."""
    assert 415 == _ask(server, Content_Type=kind)[0]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_only_post(server: DevnetServer, method: str) -> None:
    """A preflight is not answered, nor anything else but POST."""
    status, _, headers = _ask(server, None, method)

    assert 501 == status
    assert [] == [name for name in headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Length": str(MAX_BODY + 1)}, 413),
        ({"Content-Length": "-1"}, 411),
        ({"Content-Length": "0x10"}, 411),
        ({"Transfer-Encoding": "chunked"}, 411),
        ({}, 411),
    ],
)
def test_bodies_are_bounded(server: DevnetServer, headers: dict[str, str], status: int) -> None:
    """The length is known before a byte is read, and limited."""
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    connection.putrequest("POST", "/")
    for name, value in {**JSON, **headers}.items():
        connection.putheader(name, value)
    connection.endheaders()

    assert status == connection.getresponse().status


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000, b'{"a":NaN}'], ids=range(5))
def test_what_is_no_json(server: DevnetServer, body: bytes) -> None:
    """Malformed and deeply nested bodies are refused, and the server lives on."""
    assert 400 == _ask(server, body)[0]
    assert 200 == _ask(server)[0]


def test_a_port_in_use(server: DevnetServer, dao: Callable[..., Outcome], played: Played) -> None:
    """A port that somebody has is one sentence."""
    outcome = dao("devnet", "serve", "--port", server.server_port, "--dir", played.folder, "--json")

    assert (1, "E_PORT") == (outcome.status, outcome.document["error"]["code"])


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_the_command_ends_by_signal(played: Played, tmp_path: Path, how: signal.Signals) -> None:
    """It holds the workspace while it runs; Ctrl-C and SIGTERM end it with its document, and what was sent stays."""
    folder = copied(played.folder, tmp_path / "copy")
    words = [sys.executable, "-m", "dao", "devnet", "serve", "--port", "0", "--dir", str(folder), "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=_plain()) as served:
        assert served.stderr is not None
        url = next(word for word in served.stderr.readline().split() if word.startswith("http")).rstrip(";")
        node = Node(url, chain_id=DEVNET_CHAIN_ID)
        node.send(FAUCET_KEY, cast.address("ann"), value=7)
        served.send_signal(how)
        try:
            out, err = served.communicate(timeout=20)
        finally:
            served.kill()  # where a script in the background had SIGINT ignored for us, and so for it

    assert (0, "") == (served.returncode, err)
    assert url == json.loads(out)["url"]
    with Devnet.open(folder / "devnet.sqlite") as devnet:
        assert 7 == devnet.node().balance(cast.address("ann"))


def _plain() -> dict[str, str]:
    return {**os.environ, "COLUMNS": "100"}
