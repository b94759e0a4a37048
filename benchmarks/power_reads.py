"""Voting power of 100,000 holders by `Node.read_many`, beside one `balanceOf` call at a time through the same node.

The node is anvil where it is installed (`npm ci --prefix tests/anvil --ignore-scripts`), or else the embedded chain
behind its HTTP server. The token is the devnet's own; two hundred addresses hold some of it and the rest none, which
costs the same to ask. One call at a time is measured on `SINGLES` holders only, because all of them would take minutes;
both sides take turns, and the median of the rates is kept. The answers of both sides are compared. The last figures
stand in `benchmarks/results/power_reads.json`.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from chain.address import checksum
from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.devnet_contracts import deploy_votes_token, transfer
from chain.clients.node import Node, Read
from chain.keccak import keccak256
from governance.strategies import erc20_balance_of

HOLDERS, SINGLES, FUNDED, RUNS = 100_000, 1_000, 200, 5
ROOT = Path(__file__).resolve().parents[1]
ANVIL = ROOT / "tests" / "anvil" / "node_modules" / ".bin" / "anvil"
ANVIL_KEY = bytes.fromhex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
"""Of the first account that every anvil funds."""
RESULT = ROOT / "benchmarks" / "results" / "power_reads.json"


def main() -> None:
    """Measure, print and keep the figures."""
    figures = {}
    if ANVIL.is_file():
        with _anvil() as node:
            figures["anvil"] = _measured(node, ANVIL_KEY, HOLDERS)
    with Devnet.temporary(1_700_000_000) as devnet:
        figures["embedded"] = _measured(devnet.node(), FAUCET_KEY, HOLDERS // 20)
    kept = {
        "what": "balances a second by read_many and by one call at a time, medians; ratio of the two",
        **figures,
        "bar": "ratio at least 50",
        "runs": RUNS,
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(kept, indent=2) + "\n", "utf-8")
    print(json.dumps(kept, indent=2))


def _measured(node: Node, key: bytes, holders: int) -> dict[str, object]:
    token = deploy_votes_token(node, key, name="Votes", symbol="V", supply=10**24)
    voters = [keccak256(b"holder %d" % number)[12:] for number in range(holders)]
    for number, voter in enumerate(voters[:FUNDED]):
        transfer(node, key, token, voter, number + 1)
    params = {"address": checksum(token), "decimals": 18, "symbol": "V"}
    reads = [Read(*read) for read in erc20_balance_of.reads(params, voters)]
    head = node.head().ref.number
    singles = reads[:SINGLES]
    many, one = [], []
    for _ in range(RUNS):
        start = time.perf_counter()
        answers = node.read_many(reads, head)
        many.append(len(reads) / (time.perf_counter() - start))
        start = time.perf_counter()
        alone = _one_by_one(node, singles, head)
        one.append(len(singles) / (time.perf_counter() - start))
        if alone != answers[: len(alone)]:
            raise SystemExit("the two sides disagree")
    return {
        "holders": len(reads),
        "holders_one_call_at_a_time": len(singles),
        "read_many_a_second": round(statistics.median(many)),
        "one_call_at_a_time_a_second": round(statistics.median(one)),
        "ratio": round(statistics.median(many) / statistics.median(one), 1),
    }


def _one_by_one(node: Node, reads: Sequence[Read], number: int) -> list[bytes]:
    return [node.call(read.to, read.data, number) for read in reads]


@contextmanager
def _anvil() -> Iterator[Node]:
    with subprocess.Popen([str(ANVIL), "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None, "it was asked for"
            line = next(line for line in process.stdout if "Listening on" in line)
            threading.Thread(target=lambda told=process.stdout: deque(told, maxlen=0), daemon=True).start()
            yield Node("http://" + line.split()[-1])
        finally:
            process.kill()


if __name__ == "__main__":
    main()
