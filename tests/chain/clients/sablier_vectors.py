"""Sablier Lockup's own arithmetic on a chain; `python -m tests.chain.clients.sablier_vectors` keeps what it said.

The code is `LockupMath` of npm `@sablier/lockup` 4.0.1, deployed as it is shipped. `npm pack @sablier/lockup@4.0.1
--pack-destination tests/npm/sablier` brings the package alone (336 kB); installed, it would bring along all that it
depends on, of which the library needs nothing to run. Its licence is not ours (BUSL 1.1), so nothing of it is kept here
but what it answered and the hash of its code.
"""

from __future__ import annotations

import json
import random
import tarfile
from pathlib import Path
from typing import Any

from chain import abi
from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.clients.node import Node
from chain.keccak import keccak256

PACKAGE = Path(__file__).parents[2] / "npm" / "sablier" / "sablier-lockup-4.0.1.tgz"
VECTORS = Path(__file__).parents[2] / "vectors" / "vesting" / "sablier_lockup_linear.json"
BORN = 1_700_000_000
STREAMS = 300
_SIGNATURE = "calculateStreamedAmountLL(uint40,uint128,uint40,uint40,uint40,(uint128,uint128),uint128)"


class Library:
    """The library, deployed."""

    def __init__(self, node: Node) -> None:
        with tarfile.open(PACKAGE) as archive:
            file = archive.extractfile("package/artifacts/libraries/LockupMath.json")
            assert file is not None
            found: dict[str, Any] = json.load(file)
        known = found["methodIdentifiers"]  # a library's functions are called by the names of its types
        (selector,) = [hash_ for name, hash_ in known.items() if name.startswith("calculateStreamedAmountLL")]
        code = bytes.fromhex(found["bytecode"]["object"].removeprefix("0x"))
        library = node.send(FAUCET_KEY, None, data=code).contract
        assert library is not None
        self.node, self.address, self.selector = node, library, bytes.fromhex(selector)
        self.code_hash = keccak256(code).hex()

    def vested(self, row: dict[str, int]) -> int:
        """What it says of a stream at the time of the newest block."""
        told = [row["cliff"], row["deposited"], row["end"], row["granularity"], row["start"]]
        unlocks = (row["unlock_start"], row["unlock_cliff"])
        data = self.selector + abi.encode_call(_SIGNATURE, [*told, unlocks, 0])[4:]
        return int.from_bytes(self.node.call(self.address, data), "big")


def stream(chance: random.Random, now: int) -> dict[str, int]:
    """A stream that the contract would take: any of its lines, unlocks and steps, and often at an edge."""
    length = chance.choice((2, 3, chance.randrange(2, 500), 94_694_400))
    start = now + chance.choice((0, 1, -1, -length, 1 - length, -chance.randrange(length + 2)))
    end = start + length
    cliff = chance.choice((0, chance.randrange(start + 1, end), min(max(now, start + 1), end - 1)))
    deposited = chance.choice((1, chance.randrange(1, 200), chance.randrange(1, 10**26), 2**128 - 1))
    at_start = chance.choice((0, chance.randrange(deposited + 1)))
    at_cliff = chance.choice((0, chance.randrange(deposited - at_start + 1))) if cliff else 0
    span = end - (cliff or start)
    granularity = chance.choice((1, chance.randrange(1, span + 1), span))
    return {
        "cliff": cliff, "deposited": deposited, "end": end, "granularity": granularity, "start": start,
        "unlock_start": at_start, "unlock_cliff": at_cliff,
    }  # fmt: skip


def main() -> None:
    """Deploy the library, ask it, and write what it said."""
    chance, rows = random.Random("sablier lockup linear"), []
    with Devnet.temporary(BORN) as devnet:
        node = devnet.node()
        library = Library(node)
        for _ in range(STREAMS):
            now = node.head().timestamp
            row = stream(chance, now)
            rows.append({**{name: str(value) for name, value in row.items()}, "now": now,
                         "vested": str(library.vested(row))})  # fmt: skip
    head = {"package": "@sablier/lockup 4.0.1", "library": "LockupMath", "init_code_hash": library.code_hash}
    VECTORS.parent.mkdir(exist_ok=True)
    streams = ",\n".join(map(json.dumps, rows))
    VECTORS.write_text(f'{json.dumps(head)[:-1]}, "streams": [\n{streams}\n]}}\n', "utf-8")


if __name__ == "__main__":
    main()
