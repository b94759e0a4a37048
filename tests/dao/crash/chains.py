"""Chains in processes of their own: the devnet as `dao devnet serve` serves it, and anvil."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from chain.clients.devnet import SINGLETON_FACTORY, SINGLETON_FACTORY_CODE
from tests.dao.crash.nursery import ROOT

ANVIL_FAUCET = bytes.fromhex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
"""The first of the accounts that anvil funds; its key is printed by every anvil."""


@contextmanager
def serving(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """`dao devnet serve` on a workspace, from its first word until SIGTERM."""
    words = [sys.executable, "-m", "dao", "devnet", "serve", "--port", "0", "--dir", str(folder), "--json"]
    served = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert served.stderr is not None
    try:
        assert "Serving" in served.stderr.readline()
        yield served
    finally:
        if served.poll() is None:
            served.send_signal(signal.SIGTERM)
        served.communicate(timeout=30)


def served_port(folder: Path) -> int:
    """Where the server said it is."""
    return int(json.loads((folder / "devnet.server").read_text("utf-8"))["port"])


def lead_through(folder: Path, port: int) -> None:
    """Let the workspace's commands reach their server through another port; the token stays the server's."""
    file = folder / "devnet.server"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | {"port": port}), "utf-8")


def anvil_program() -> str:
    """The program, as the environment names it; without it the test is skipped, and fails where nothing may be."""
    program = os.environ.get("ANVIL", "")
    if not Path(program).is_file():
        if os.environ.get("CI") == "true":
            pytest.fail("ANVIL names no program; .ci/anvil installs it")
        pytest.skip("needs anvil: ANVIL names the program, which .ci/anvil installs")
    return program


class Anvil:
    """A running anvil."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def ask(self, method: str, *params: object) -> Any:
        asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        answer = requests.post(self.url, json=asked, timeout=30).json()
        assert "error" not in answer, answer
        return answer["result"]

    def wait(self, seconds: int) -> None:
        """Let time pass, and mine two blocks, so that the last but one is fresh."""
        now = int(self.ask("eth_getBlockByNumber", "latest", False)["timestamp"], 16)
        for timestamp in (now + seconds - 1, now + seconds):
            self.ask("evm_setNextBlockTimestamp", timestamp)
            self.ask("evm_mine")


@contextmanager
def anvil(chain_id: int, genesis: int) -> Iterator[Anvil]:
    """An anvil with Safe's singleton factory, whose blocks are mined as transactions come."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [anvil_program(), "--port", str(port), "--chain-id", str(chain_id), "--timestamp", str(genesis), "--silent"]
    process = subprocess.Popen(words)
    try:
        running = Anvil(port)
        for _ in range(200):
            try:
                running.ask("eth_chainId")
                break
            except requests.ConnectionError:
                time.sleep(0.05)
        running.ask("anvil_setCode", f"0x{SINGLETON_FACTORY.hex()}", f"0x{SINGLETON_FACTORY_CODE.hex()}")
        yield running
    finally:
        process.kill()
        process.wait()
