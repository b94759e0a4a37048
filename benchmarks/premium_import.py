"""Import 10,000 purchases of a mutual from anvil, kill the import half-way with SIGKILL, and go on.

    python -m benchmarks.premium_import [PURCHASES]

Prints one JSON document: seconds of the undisturbed import, of following and checking its rows alone, and whether the
killed and resumed file is the same to the byte. Needs anvil (`npm ci --prefix tests/anvil --ignore-scripts`).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from chain import abi
from chain.address import ZERO, checksum
from chain.cid import CID
from chain.clients.devnet import FAUCET_KEY
from chain.signature import address_of
from tests.dao.cli.nodes.chains import Chain, anvil
from tests.treasury.mutual_pool.devnet_mutual import deploy_mutual
from treasury.mutual_pool.import_file import read_import
from treasury.mutual_pool.premium_range import PremiumRange, read_range, sums_of, write_range

RANGE = 50
"""Blocks of some purchases each, after which the file is written."""
BUYERS = BATCH = 100


def main(purchases: int) -> dict[str, object]:
    """Measure once."""
    with anvil("--gas-limit", "300000000") as chain, TemporaryDirectory() as folder:
        contract, first = _bought(chain, purchases)
        whole, killed = Path(folder) / "whole.json", Path(folder) / "killed.json"
        line = (contract, "--rpc-env", "NODE", "--range", str(RANGE))
        began = time.perf_counter()
        assert _import(chain, whole, *line, "--from", str(first)).wait() == 0
        seconds = time.perf_counter() - began
        dying = _import(chain, killed, *line, "--from", str(first))
        while len(_rows(killed)) < purchases // 2:
            assert dying.poll() is None, "it is killed before it is done"
            time.sleep(0.01)
        os.kill(dying.pid, signal.SIGKILL)
        assert dying.wait() == -signal.SIGKILL
        kept = len(_rows(killed))
        assert _import(chain, killed, *line).wait() == 0
        return {
            "purchases": len(_rows(whole)),
            "import_seconds": round(seconds, 1),
            "kept_when_killed": kept,
            "reached": [json.loads(file.read_text("utf-8"))["last"]["number"] for file in (whole, killed)],
            "same_bytes": whole.read_bytes() == killed.read_bytes(),
            **_evidence(whole.read_bytes()),
        }


def _bought(chain: Chain, purchases: int) -> tuple[str, int]:
    """Deploy the contract and let a hundred buyers buy; then mine until all is final."""
    faucet = address_of(FAUCET_KEY)
    chain.ask("anvil_setBalance", "0x" + faucet.hex(), hex(10**24))
    node = chain.node()
    contract = deploy_mutual(node, chain.now())
    first = node.head().ref.number
    buyers = ["0x" + bytes([number + 1]).hex() * 20 for number in range(BUYERS)]
    for buyer in buyers:
        chain.ask("anvil_setBalance", buyer, hex(10**24))
        chain.ask("anvil_impersonateAccount", buyer)
    data = "0x" + abi.encode_call("buy(address,uint256)", [ZERO, 30]).hex()
    sent = [
        {"from": buyers[number % BUYERS], "to": checksum(contract), "value": hex(10**15 + 7 * number), "data": data,
         "gas": hex(3_000_000)}
        for number in range(purchases)
    ]  # fmt: skip
    waiting: list[bytes] = []
    for start in range(0, purchases, BATCH):
        asked = [
            {"jsonrpc": "2.0", "id": at, "method": "eth_sendTransaction", "params": [each]}
            for at, each in enumerate(sent[start : start + BATCH])
        ]
        answers = requests.post(chain.url, json=asked, timeout=120).json()
        assert all("result" in answer for answer in answers), [answer for answer in answers if "error" in answer][:1]
        waiting = [bytes.fromhex(answer["result"][2:]) for answer in answers]
    deadline = time.monotonic() + 60
    while any(node.receipt(transaction) is None for transaction in waiting):  # batches are mined as they come
        assert time.monotonic() < deadline
        time.sleep(0.1)
    chain.ask("anvil_mine", hex(100))
    return checksum(contract), first


def _import(chain: Chain, file: Path, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "dao", "premiums", "import", str(file), *words, "--json"]
    return subprocess.Popen(command, env={**os.environ, "NODE": chain.url}, stdout=sys.stderr)


def _rows(file: Path) -> list[object]:
    if not file.exists():
        return []
    rows = json.loads(file.read_text("utf-8"))["rows"]
    assert isinstance(rows, list)
    return rows


def _evidence(data: bytes) -> dict[str, object]:
    """What check 73 has to do with all of it in one range."""
    found = read_import(data)
    range_ = PremiumRange(
        contract=found.contract, first=found.from_block, last=found.reached, providers=("benchmark",),
        eth_of_share=found.followed.eth_of_share, shares=found.followed.shares,
        purchases=tuple(row.purchase for row in found.rows),
    )  # fmt: skip
    blocks: dict[CID, bytes] = {}
    cid = write_range(range_, blocks)
    began = time.perf_counter()
    sums_of(read_range(cid, blocks.__getitem__), None)
    return {"check_seconds": round(time.perf_counter() - began, 2), "evidence_bytes": sum(map(len, blocks.values()))}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]) if sys.argv[1:] else 10_000), indent=1))
