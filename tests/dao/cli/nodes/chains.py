"""Real chains behind HTTP that are not the embedded one: ours under another id, and anvil."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from chain.clients import devnet
from chain.clients.node import Node
from dao.cli.start.demo import cast

ROOT = Path(__file__).resolve().parents[4]
CHAIN_ID = 31_337


class Chain:
    """A chain at a URL, with what `dao.cli.start.demo.world` asks of a devnet: a node, the time, and another time."""

    def __init__(self, url: str, chain_id: int = CHAIN_ID) -> None:
        self.url = url
        self.chain_id = chain_id

    def told(self, method: str, *params: Any) -> dict[str, Any]:
        """The whole answer, which may be a refusal."""
        asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        return dict(requests.post(self.url, json=asked, timeout=60).json())

    def ask(self, method: str, *params: Any) -> Any:
        answer = self.told(method, *params)
        assert "error" not in answer, answer
        return answer["result"]

    def node(self) -> Node:
        return Node(self.url, chain_id=self.chain_id)

    def now(self) -> int:
        return self.node().head().timestamp

    def time_travel(self, timestamp: int) -> None:
        self.ask("evm_mine", timestamp)

    def snapshot(self) -> str:
        return str(self.ask("evm_snapshot"))

    def revert(self, number: str) -> None:
        assert self.ask("evm_revert", number) is True


@contextmanager
def our_chain(file: Path) -> Iterator[Chain]:
    """Our own chain in a process of its own; a file that exists is continued."""
    command = [sys.executable, "-m", "tests.dao.cli.nodes.serve_chain", str(file), str(CHAIN_ID)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Chain(process.stdout.readline().strip())
        finally:
            process.kill()


@contextmanager
def anvil(*options: str, chain_id: int = CHAIN_ID) -> Iterator[Chain]:
    """Foundry's anvil; the test skips where it is not installed, and fails instead with CI=true."""
    program = _anvil()
    if program is None:
        reason = "anvil is not installed; `npm ci --prefix tests/anvil --ignore-scripts` installs it"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    fixed = ["--port", "0", "--chain-id", str(chain_id), "--timestamp", str(cast.GENESIS)]
    with subprocess.Popen([program, *fixed, *options], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Chain(_listening(process), chain_id)
        finally:
            process.kill()


def furnish(chain: Chain, *rich: bytes) -> None:
    """Put on an anvil what the devnet has from its genesis: Safe's singleton factory, and coins to pay gas with."""
    chain.ask("anvil_setCode", "0x" + devnet.SINGLETON_FACTORY.hex(), "0x" + devnet._FACTORY_CODE.hex())
    for who in rich:
        chain.ask("anvil_setBalance", "0x" + who.hex(), hex(10**24))


def _anvil() -> str | None:
    installed = ROOT / "tests" / "anvil" / "node_modules" / ".bin" / "anvil"
    return str(installed) if installed.exists() else shutil.which("anvil")


def _listening(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    deadline = time.monotonic() + 30
    for line in process.stdout:
        if "Listening on" in line:
            threading.Thread(target=deque, args=(process.stdout, 0), daemon=True).start()  # it tells of every question
            return f"http://{line.split()[-1]}"
        assert time.monotonic() < deadline
    raise AssertionError("anvil ended before it listened")
