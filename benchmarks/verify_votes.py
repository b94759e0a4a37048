"""How fast signed votes are verified on all cores: against bare recoveries in the same pool, and against snapshot.js.

Three things are timed in turn, in one pool of processes, so that a busy machine slows all of them: libsecp256k1's bare
`secp256k1_ecdsa_recover`; `check_signatures`, which takes envelopes that were read before; and `check_many`,
which takes the bytes of the envelopes (JSON, types, domain, EIP-712 digest, signature). Between them snapshot.js's
`utils.verify` verifies some of the same votes, parsed beforehand, on the one core that it uses; it is left out where
`npm ci --prefix tests/snapshot_js --ignore-scripts` was not run. Processor time is compared, because others may use the
machine, and all cores are set against snapshot.js's one. The bars are 0.80 of the bare recoveries, and 60 times
snapshot.js. The last figures stand in `benchmarks/results/verify_votes.json`.
"""

from __future__ import annotations

import json
import platform
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from coincurve import GLOBAL_CONTEXT
from coincurve._libsecp256k1 import ffi, lib

from chain.signer import KeySigner
from dao import cores
from governance.batch import CHUNK, Spread, check_many, check_signatures
from governance.envelope import Envelope, read_envelope
from governance.messages import sign_envelope, vote_message

VOTES = 12_800
FOR_NODE = 200
RUNS = 7
BAR_RECOVER, BAR_SNAPSHOT_JS = 0.80, 60
CONTEXT = GLOBAL_CONTEXT.ctx
HERE = Path(__file__).parent
RESULT = HERE / "results" / "verify_votes.json"
MODULES = HERE.parent / "tests" / "snapshot_js" / "node_modules"


class Spent(NamedTuple):
    """What one piece of work took."""

    wall: float
    cpu: float
    """Seconds of processor time: of this process, and of its workers while they worked."""


class Run(NamedTuple):
    """The four pieces, one after the other; snapshot.js's for one vote."""

    recover: Spent
    signatures: Spent
    whole: Spent
    snapshot_js: Spent | None


def main() -> None:
    """Measure, print and keep the figures."""
    raws = [_vote(number) for number in range(VOTES)]
    envelopes = [read_envelope(raw) for raw in raws]
    with cores.spread_over(cores.count()) as pool, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "votes.jsonl"
        file.write_bytes(b"\n".join(raws[:FOR_NODE]) + b"\n")
        _all_sound(check_many(raws[: 16 * CHUNK], spread=pool))  # every process has imported what it needs
        runs = [
            Run(
                _spent(pool, lambda spread: _recover(envelopes, spread)),
                _spent(pool, lambda spread: _all_sound(check_signatures(envelopes, spread=spread))),
                _spent(pool, lambda spread: _all_sound(check_many(raws, spread=spread))),
                _snapshot_js(file),
            )
            for _ in range(RUNS)
        ]
    figures = _figures(runs)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    print(json.dumps(figures, indent=2))


def _figures(runs: list[Run]) -> dict[str, object]:
    """Ratios run by run, then their medians: what slows one run slows all four of its pieces."""

    def ratio(of: Callable[[Run], float]) -> float:
        return statistics.median(map(of, runs))

    told: dict[str, object] = {
        "what": f"{VOTES} signed votes of as many voters; medians of {RUNS} runs; processor time unless it says wall",
        "bar_signatures_to_recover": BAR_RECOVER,
        "signatures_to_recover": round(ratio(lambda run: run.recover.cpu / run.signatures.cpu), 2),
        "signatures_to_recover_wall": round(ratio(lambda run: run.recover.wall / run.signatures.wall), 2),
        "from_bytes_to_recover": round(ratio(lambda run: run.recover.cpu / run.whole.cpu), 2),
        "from_bytes_to_recover_wall": round(ratio(lambda run: run.recover.wall / run.whole.wall), 2),
        "recover_microseconds": round(ratio(lambda run: run.recover.cpu) / VOTES * 1e6),
    }
    if all(run.snapshot_js for run in runs):
        many = cores.count() * VOTES
        told |= {
            "bar_to_snapshot_js": BAR_SNAPSHOT_JS,
            "signatures_to_snapshot_js": round(ratio(lambda run: _cpu(run) * many / run.signatures.cpu)),
            "from_bytes_to_snapshot_js": round(ratio(lambda run: _cpu(run) * many / run.whole.cpu)),
            "snapshot_js_microseconds": round(ratio(_cpu) * 1e6),
        }
    return told | {"python": platform.python_version(), "cpus": cores.count()}


def _cpu(run: Run) -> float:
    assert run.snapshot_js is not None
    return run.snapshot_js.cpu


def _vote(number: int) -> bytes:
    """A vote of one of many voters, as Snapshot's clients write it."""
    signer = KeySigner(sha256(b"voter %d" % number).digest())
    message = vote_message(
        voter=signer.address, space="example.eth", proposal=sha256(b"proposal").digest(), choice=1 + number % 3,
        timestamp=1_700_000_000 + number, reason="" if number % 4 else f"reason {number}", app="snapshot",
        metadata="{}",
    )  # fmt: skip
    return sign_envelope("Vote", message, signer)


def _recover(envelopes: list[Envelope], spread: Spread) -> None:
    signed = [(envelope.signature[:64] + bytes([envelope.signature[64] - 27]), envelope.id) for envelope in envelopes]
    chunks = (signed[at : at + CHUNK] for at in range(0, len(signed), CHUNK))
    assert sum(spread(_recover_chunk, chunks)) == len(envelopes)


def _recover_chunk(chunk: list[tuple[bytes, bytes]]) -> int:
    parsed, key = ffi.new("secp256k1_ecdsa_recoverable_signature *"), ffi.new("secp256k1_pubkey *")
    for signature, digest in chunk:
        lib.secp256k1_ecdsa_recoverable_signature_parse_compact(CONTEXT, parsed, signature[:64], signature[64])
        assert lib.secp256k1_ecdsa_recover(CONTEXT, key, parsed, digest)
    return len(chunk)


def _all_sound(judged: Iterable[object]) -> None:
    for found in judged:
        assert found is None or isinstance(found, Envelope)


def _spent(pool: Spread, work: Callable[[Spread], None]) -> Spent:
    """Do some work over the pool, whose processes tell how long theirs took."""
    theirs = [0.0]

    def spread(function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        for result, seconds in pool(partial(_timed, function), items):
            theirs[0] += seconds
            yield result

    start, own = time.perf_counter(), time.process_time()
    work(spread)
    return Spent(time.perf_counter() - start, time.process_time() - own + theirs[0])


def _timed(function: Callable[[Any], Any], item: object) -> tuple[Any, float]:
    start = time.process_time()
    return function(item), time.process_time() - start


def _snapshot_js(file: Path) -> Spent | None:
    """What snapshot.js needs for one vote; None where it is not installed."""
    node = shutil.which("node")
    if node is None or not (MODULES / "@snapshot-labs" / "snapshot.js").exists():
        return None
    command = [node, str(HERE / "verify_votes.mjs"), str(MODULES), str(file)]
    told = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout)
    assert told["good"] == FOR_NODE
    return Spent(told["wall"] / FOR_NODE, told["cpu"] / FOR_NODE)


if __name__ == "__main__":
    main()
