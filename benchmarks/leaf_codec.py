"""Our strict DAG-CBOR codec beside PyPI's `dag-cbor`, which is strict too, and bare `cbor2`, which is not.

All three decode and encode the vote leaves of the record of `record_of_votes.py`; ours and `dag-cbor` must agree on
every value. This is what settled the choice of a codec of our own over cbor2. The last figures stand in
`benchmarks/results/leaf_codec.json`.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import cbor2
import dag_cbor as peer

from benchmarks.record_of_votes import record
from chain import car, dag_cbor
from chain.cid import CID

RUNS = 7
RESULT = Path(__file__).parent / "results" / "leaf_codec.json"


def main() -> None:
    """Measure, print and keep the figures."""
    blocks = _vote_leaves()
    values = [dag_cbor.decode(block) for block in blocks]
    theirs: list[Any] = [peer.decode(block) for block in blocks]
    if list(map(_plain, values)) != list(map(_plain, theirs)):
        raise SystemExit("the codecs disagree")
    loose = [cbor2.loads(block) for block in blocks]
    microseconds = _compare(
        {
            "decode_ours": (dag_cbor.decode, blocks),
            "decode_dag_cbor": (peer.decode, blocks),
            "decode_cbor2_unchecked": (cbor2.loads, blocks),
            "encode_ours": (dag_cbor.encode, values),
            "encode_dag_cbor": (peer.encode, theirs),
            "encode_cbor2_unchecked": (cbor2.dumps, loose),
        }
    )
    figures = {
        "what": f"microseconds of CPU a vote leaf of {len(blocks[0])} bytes, medians over {len(blocks)} leaves",
        **{name: round(spent, 1) for name, spent in microseconds.items()},
        "decode_ratio_dag_cbor_to_ours": round(microseconds["decode_dag_cbor"] / microseconds["decode_ours"], 1),
        "encode_ratio_dag_cbor_to_ours": round(microseconds["encode_dag_cbor"] / microseconds["encode_ours"], 1),
        "runs": RUNS,
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    print(json.dumps(figures, indent=2))


def _vote_leaves() -> list[bytes]:
    file = car.read(record().read_bytes())
    leaves = [cid for cid, value in file.values.items() if isinstance(value, dict) and value.get("kind") == "vote"]
    return [file.blocks[cid] for cid in leaves]


def _plain(value: Any) -> dict[str, Any]:
    """Spell the one link of a vote leaf as bytes: each codec has a class of its own for links."""
    link = value["envelope"]
    return {**value, "envelope": link.to_bytes() if isinstance(link, CID) else bytes(link)}


def _compare(works: dict[str, tuple[Callable[[Any], object], Sequence[Any]]]) -> dict[str, float]:
    """Take turns, and give the median of each in microseconds an item."""
    spent: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(RUNS):
        for name, (work, items) in works.items():
            spent[name].append(_seconds(work, items) / len(items) * 1e6)
    return {name: statistics.median(times) for name, times in spent.items()}


def _seconds(work: Callable[[Any], object], items: Iterable[Any]) -> float:
    start = time.process_time()
    for item in items:
        work(item)
    return time.process_time() - start


if __name__ == "__main__":
    main()
