"""A chain that another process holds: found by its file, believed by its proof, and gone without a trace."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from chain.clients.devnet import Devnet
from chain.clients.node import Node
from chain.networks import DEVNET_CHAIN_ID
from dao import served
from dao.cli.start.demo import cast
from tests.dao.cli.conftest import Outcome
from tests.dao.cli.nodes.proxy import Asked, Proxy
from tests.dao.cli.reading import locked
from tests.dao.conftest import Played
from tests.dao.crash.nursery import ROOT
from tests.dao.crash.serving import SERVER_FILE, lead_through, served_port, serving

Dao = Callable[..., Outcome]


@pytest.fixture
def folder(played: Played, tmp_path: Path) -> Path:
    """A copy of the demo's workspace."""
    return Path(shutil.copytree(played.folder, tmp_path / "workspace"))


@pytest.fixture(scope="module")
def shared(played: Played, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace that is served for all tests that do not end the server."""
    folder = Path(shutil.copytree(played.folder, tmp_path_factory.mktemp("served") / "workspace"))
    with serving(folder):
        yield folder


def ask(folder: Path, method: str, *params: object, **headers: str) -> dict[str, object]:
    asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
    answer = requests.post(f"http://127.0.0.1:{served_port(folder)}", json=asked, headers=headers, timeout=30)
    return dict(answer.json())


def test_every_command_asks_the_server(dao: Dao, shared: Path) -> None:
    """Reading and writing commands, time, and what a wallet sees of it, while the chain's file is another's."""
    now = dao("status", "--dir", shared, "--json").document["now"]
    waited = dao("devnet", "wait", "90m", "--dir", shared, "--json")
    node = Node(f"http://127.0.0.1:{served_port(shared)}", chain_id=DEVNET_CHAIN_ID)

    assert (0, now + 5_400) == (waited.status, waited.document["now"]), waited.err
    assert waited.document["now"] == node.head().timestamp
    assert 0 == dao("doctor", "--dir", shared, "--json").status
    back = dao("devnet", "wait", "2026-01-05T00:00:00Z", "--dir", shared, "--json")
    assert (1, "E_TIME") == (back.status, back.document["error"]["code"])


def test_commands_still_take_turns(dao: Dao, shared: Path) -> None:
    """The server holds the chain; the workspace is its commands', one at a time, and the chain's server one too."""
    with locked(shared):
        outcome = dao("status", "--dir", shared, "--json")
        assert (1, "E_LOCKED") == (outcome.status, outcome.document["error"]["code"])
    again = dao("devnet", "serve", "--port", "0", "--dir", shared, "--json")

    assert (1, "E_LOCKED") == (again.status, again.document["error"]["code"])
    assert (shared / SERVER_FILE).exists()


def test_the_file_is_its_owners(shared: Path) -> None:
    """Port and token, for the owner alone."""
    told = json.loads((shared / SERVER_FILE).read_text("utf-8"))

    assert {"version", "port", "token"} == told.keys()
    assert (0o600, 64) == ((shared / SERVER_FILE).stat().st_mode & 0o777, len(told["token"]))


def test_only_who_knows_the_token_moves_the_time(shared: Path) -> None:
    """A wallet, a page or another user may ask what it likes: time passes for the workspace's own commands."""
    head = ask(shared, "eth_getBlockByNumber", "latest", False)["result"]
    later = int(head["timestamp"], 16) + 60  # type: ignore[index]

    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer " + "0" * 64}):
        assert "error" in ask(shared, "dao_timeTravel", later, **headers)
    for params in ([], [str(later)], [later, later], [None]):
        assert "error" in ask(shared, "dao_timeTravel", *params)
    assert head == ask(shared, "eth_getBlockByNumber", "latest", False)["result"]


def test_a_file_that_a_killed_server_left(dao: Dao, folder: Path) -> None:
    """The chain's lock is free, so nobody asks the port; a new server takes the file's place, and takes it away."""
    with serving(folder) as server:
        server.kill()
        server.wait()
        assert (folder / SERVER_FILE).exists()
        assert 0 == dao("devnet", "wait", "1h", "--dir", folder).status
        stale = (folder / SERVER_FILE).read_bytes()

    with serving(folder):
        assert stale != (folder / SERVER_FILE).read_bytes()
        assert 0 == dao("status", "--dir", folder).status
    assert not (folder / SERVER_FILE).exists()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 2, "port": 1, "token": ""}', '{"version": 1, "port": 0, "token": "a"}',
             '{"version": 1, "port": "80", "token": "a"}', '{"version": 1, "port": 99999, "token": "a"}', "x" * 2_000],
)  # fmt: skip
def test_a_lock_without_a_server(dao: Dao, folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody holds the chain and serves it nowhere, whatever the file says: E_LOCKED."""
    monkeypatch.setattr(served, "PATIENCE_SECONDS", 0)
    (folder / SERVER_FILE).write_text(text, "utf-8")
    with Devnet.open(folder / "devnet.sqlite"):
        outcome = dao("status", "--dir", folder, "--json")

    assert (1, "E_LOCKED") == (outcome.status, outcome.document["error"]["code"])


def test_a_stranger_on_the_port_is_told_nothing(
    dao: Dao, folder: Path, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has taken the port since does not know the token: it is asked for a proof, and never sees the token."""
    monkeypatch.setattr(served, "PATIENCE_SECONDS", 0)
    (folder / SERVER_FILE).write_text(json.dumps({"version": 1, "port": 1, "token": "t" * 64}), "utf-8")
    seen: list[str] = []

    def spy(asked: Asked) -> dict[str, object]:
        seen.append(f"{asked.method} {asked.body} {asked.handler.headers}")
        return asked.answer()

    with Devnet.open(folder / "devnet.sqlite"), Proxy(f"http://127.0.0.1:{served_port(shared)}") as stranger:
        lead_through(folder, stranger.server_port)
        stranger.fault = spy
        outcome = dao("status", "--dir", folder, "--json")

    assert (1, "E_LOCKED") == (outcome.status, outcome.document["error"]["code"])
    assert ["dao_proof"] == [line.split()[0] for line in seen]
    assert "t" * 64 not in seen[0]


def test_a_server_that_ends_while_it_is_asked(folder: Path) -> None:
    """The command says which node is gone, and that could not be checked: exit status 2; run again it does its work."""
    with serving(folder) as server, Proxy(f"http://127.0.0.1:{served_port(folder)}") as proxy:
        lead_through(folder, proxy.server_port)

        def ending(asked: Asked) -> dict[str, object] | None:
            if asked.method == "eth_getBlockByNumber":
                server.send_signal(signal.SIGTERM)
                server.wait()
                asked.handler.close_connection = True
                return None
            return asked.answer()

        proxy.fault = ending
        words = [sys.executable, "-m", "dao", "status", "--dir", str(folder), "--json"]
        ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
        assert not (folder / SERVER_FILE).exists()
        again = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)

    error = json.loads(ended.stdout)["error"]
    assert (2, "E_RPC_ANSWER", 0) == (ended.returncode, error["code"], again.returncode), ended.stderr
    assert "127.0.0.1" in error["message"]


def test_who_just_begins_or_ends_is_waited_for(folder: Path) -> None:
    """Between its lock and its file a server needs a moment, and one that ends another: a command gives it some."""
    words = [sys.executable, "-m", "dao", "status", "--dir", str(folder), "--json"]
    with Devnet.open(folder / "devnet.sqlite"):
        child = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(timeout=3)  # it does not say E_LOCKED at once
    out, err = child.communicate(timeout=60)

    assert (0, "") == (child.returncode, err)
    assert cast.GENESIS < json.loads(out)["now"]
