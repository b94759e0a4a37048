"""What Sablier Lockup itself says is vested, as vectors: `python -m tests.chain.clients.sablier_vectors FILE`.

FILE is `artifacts/libraries/LockupMath.json` of npm `@sablier/lockup` 4.0.1, which is not installed for tests (its
licence is not ours, and its dependencies are many). The library is deployed as it is shipped on a chain of our own, and
asked about streams around the moment of its block; what it answers is kept with the hash of its code.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

from chain import abi
from chain.clients.devnet import FAUCET_KEY, Devnet
from chain.keccak import keccak256

VECTORS = Path(__file__).parents[2] / "vectors" / "vesting" / "sablier_lockup_linear.json"
STREAMS = 300
_SIGNATURE = "calculateStreamedAmountLL(uint40,uint128,uint40,uint40,uint40,(uint128,uint128),uint128)"


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


def main(artifact: Path) -> None:
    """Deploy the library, ask it, and write what it said."""
    found: dict[str, Any] = json.loads(artifact.read_text("utf-8"))
    known = found["methodIdentifiers"]  # a library's functions are called by the names of its types
    (selector,) = [hash_ for name, hash_ in known.items() if name.startswith("calculateStreamedAmountLL")]
    chance, rows = random.Random("sablier lockup linear"), []
    with Devnet.temporary(1_700_000_000) as devnet:
        node = devnet.node()
        code = bytes.fromhex(found["bytecode"]["object"].removeprefix("0x"))
        library = node.send(FAUCET_KEY, None, data=code).contract
        assert library is not None
        for _ in range(STREAMS):
            now = node.head().timestamp
            row = stream(chance, now)
            told = [row["cliff"], row["deposited"], row["end"], row["granularity"], row["start"]]
            unlocks = (row["unlock_start"], row["unlock_cliff"])
            data = bytes.fromhex(selector) + abi.encode_call(_SIGNATURE, [*told, unlocks, 0])[4:]
            answer = node.call(library, data)
            rows.append({**{name: str(value) for name, value in row.items()}, "now": now,
                         "vested": str(int.from_bytes(answer, "big"))})  # fmt: skip
    head = {"package": "@sablier/lockup 4.0.1", "library": "LockupMath", "init_code_hash": keccak256(code).hex()}
    VECTORS.parent.mkdir(exist_ok=True)
    streams = ",\n".join(map(json.dumps, rows))
    VECTORS.write_text(f'{json.dumps(head)[:-1]}, "streams": [\n{streams}\n]}}\n', "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
