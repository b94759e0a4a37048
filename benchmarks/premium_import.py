"""Import 10,000 purchases of a mutual from anvil, kill the import with SIGKILL several times, and go on each time.

    python -m benchmarks.premium_import [PURCHASES]

Keeps one JSON document in `results/premium_import.json`: seconds of the undisturbed import, of following and checking
its rows alone, what each kill left in the file, whether the killed and resumed file is the same to the byte, and what
the proof against the contract's own totals said, also of a file from which one purchase was taken away. Needs anvil
(`npm ci --prefix tests/anvil --ignore-scripts`).
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
from typing import Any

import requests

from chain import abi, address
from chain.address import ZERO, checksum
from chain.cid import CID
from chain.clients.devnet import FAUCET_KEY
from chain.signature import address_of
from tests.dao.cli.nodes.chains import Chain, anvil
from tests.treasury.mutual_pool.devnet_mutual import deploy_mutual
from treasury.clients.mutual_logs import read_paid
from treasury.mutual_pool.import_file import read_import
from treasury.mutual_pool.premium_range import PremiumRange, read_range, sums_of, write_range

RANGE = 50
"""Blocks of some purchases each, after which the file is written."""
BUYERS = 100
BATCH = 5
"""Purchases a block."""


KILLS = (15, 40, 50, 75, 90)
"""Where the import is killed, in per cent of the purchases."""


def main(purchases: int) -> dict[str, object]:
    """Measure once."""
    with anvil("--gas-limit", "300000000") as chain, TemporaryDirectory() as folder:
        contract, first = _bought(chain, purchases)
        whole, killed = Path(folder) / "whole.json", Path(folder) / "killed.json"
        line = (contract, "--rpc-env", "NODE", "--range", str(RANGE))
        began = time.perf_counter()
        told = _finished(chain, whole, *line, "--from", str(first))
        seconds = time.perf_counter() - began
        kept = [_kill(chain, killed, purchases * cent // 100, *line, *_start(killed, first)) for cent in KILLS]
        resumed = _finished(chain, killed, *line)
        return {
            "purchases": len(_rows(whole)),
            "import_seconds": round(seconds, 1),
            "kept_when_killed": kept,
            "reached": [json.loads(file.read_text("utf-8"))["last"]["number"] for file in (whole, killed)],
            "same_bytes": whole.read_bytes() == killed.read_bytes(),
            "complete": [told["complete"], resumed["complete"]],
            "purchases_told": [told["purchases"], resumed["purchases"]],
            "share_is_the_sum_of_floors": resumed["share"]
            == str(sum(_premium(number) // 10 for number in range(purchases))),
            "contract_took": _taken(chain, contract) == sum(map(_premium, range(purchases))),
            "one_purchase_less": _without_one(chain, whole, Path(folder) / "less.json", *line),
            **_evidence(whole.read_bytes()),
        }


def _premium(number: int) -> int:
    return 10**15 + 7 * number


def _start(file: Path, first: int) -> tuple[str, ...]:
    return () if file.exists() else ("--from", str(first))


def _finished(chain: Chain, file: Path, *words: str) -> dict[str, Any]:
    """What an import that nobody disturbs answers."""
    process = _import(chain, file, *words)
    told, _ = process.communicate()
    assert process.returncode == 0
    return dict(json.loads(told))


def _kill(chain: Chain, file: Path, rows: int, *words: str) -> int:
    """Begin or go on with an import, kill it when the file holds so many rows, and say how many it then holds."""
    dying, seen = _import(chain, file, *words), -1
    while True:
        assert dying.poll() is None, "it is killed before it is done"
        size = file.stat().st_size if file.exists() else 0
        if size != seen and len(_rows(file)) >= rows:
            break
        seen = size
        time.sleep(0.02)
    os.kill(dying.pid, signal.SIGKILL)
    dying.communicate()
    assert dying.returncode == -signal.SIGKILL
    return len(_rows(file))


def _taken(chain: Chain, contract: str) -> int:
    """What all buyers ever paid, as the contract itself says."""
    buyers = [bytes([number + 1]) * 20 for number in range(BUYERS)]
    node = chain.node()
    return sum(read_paid(node, address.parse(contract), buyers, node.head().ref.number).values())


def _without_one(chain: Chain, whole: Path, less: Path, *words: str) -> str:
    """The code with which an import is refused that lacks its last purchase."""
    document = json.loads(whole.read_text("utf-8"))
    document["rows"].pop()
    less.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    process = _import(chain, less, *words)
    told, _ = process.communicate()
    return str(json.loads(told)["error"]["code"])


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
        {"from": buyers[number % BUYERS], "to": checksum(contract), "value": hex(_premium(number)), "data": data,
         "gas": hex(3_000_000)}
        for number in range(purchases)
    ]  # fmt: skip
    mines_itself = False  # else some of so many sit in the pool for ever
    chain.ask("evm_setAutomine", mines_itself)
    for start in range(0, purchases, BATCH):
        asked = [
            {"jsonrpc": "2.0", "id": at, "method": "eth_sendTransaction", "params": [each]}
            for at, each in enumerate(sent[start : start + BATCH])
        ]
        answers = requests.post(chain.url, json=asked, timeout=120).json()
        assert all("result" in answer for answer in answers), [answer for answer in answers if "error" in answer][:1]
        chain.ask("evm_mine")
        receipt = node.receipt(bytes.fromhex(answers[-1]["result"][2:]))
        assert receipt is not None
        assert receipt.status
    chain.ask("anvil_mine", hex(100))
    return checksum(contract), first


def _import(chain: Chain, file: Path, *words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "dao", "premiums", "import", str(file), *words, "--json"]
    return subprocess.Popen(command, env={**os.environ, "NODE": chain.url}, stdout=subprocess.PIPE)


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
    found = json.dumps(main(int(sys.argv[1]) if sys.argv[1:] else 10_000), indent=2)
    (Path(__file__).parent / "results" / "premium_import.json").write_text(found + "\n", "utf-8")
    print(found)
