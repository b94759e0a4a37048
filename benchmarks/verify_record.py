"""How long `dao verify` takes for a record of 10,000 votes, how much memory, and how much of it is the curve.

Whole processes are measured, `python -m dao verify FILE`, and between them 10,000 bare `secp256k1_ecdsa_recover` in
this one, so that a busy machine slows both; the ratio is of CPU times. The bars are 5 s and 300 MB, without a network:
one more run, not timed, ends at the first use of a socket. The record is that of `record_of_votes.py`, made anew if it
no longer verifies. The last figures stand in `benchmarks/results/verify_record.json`.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from coincurve import GLOBAL_CONTEXT, PrivateKey
from coincurve._libsecp256k1 import ffi, lib

VOTES = 10_000
RUNS = 7
BAR_SECONDS, BAR_MB = 5, 300
HERE = Path(__file__).parent
RESULT = HERE / "results" / "verify_record.json"

OFFLINE = """
import runpy, sys
def refuse(event, arguments):
    if event.startswith("socket."):
        raise SystemExit(f"dao verify used the network: {event}")
sys.addaudithook(refuse)
sys.argv[0] = "dao"
runpy.run_module("dao", run_name="__main__")
"""


class Spent(NamedTuple):
    """What one process used."""

    wall: float
    cpu: float
    """Seconds of user and system time."""
    peak: int
    """Bytes of resident memory at most."""


def main() -> None:
    """Measure, print and keep the figures."""
    file = _record()
    recover = _recoveries()
    pairs = [(_spent("-m", "dao", "verify", file), _seconds(recover)) for _ in range(RUNS)]
    wall, cpu, raw = (
        statistics.median(column) for column in zip(*((run.wall, run.cpu, raw) for run, raw in pairs), strict=True)
    )
    figures = {
        "what": f"dao verify of a record of {VOTES} votes; medians of fresh processes, bare recoveries between them",
        "bar_wall_seconds": BAR_SECONDS,
        "bar_peak_mb": BAR_MB,
        "wall_seconds": round(wall, 2),
        "cpu_seconds": round(cpu, 2),
        "peak_mb": round(max(run.peak for run, _ in pairs) / 10**6),
        "recover_seconds": round(raw, 2),
        "cpu_ratio_to_recover": round(cpu / raw, 1),
        "file_mb": round(Path(file).stat().st_size / 10**6, 1),
        "network": "none",
        "runs": RUNS,
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(figures, indent=2) + "\n", "utf-8")
    print(json.dumps(figures, indent=2))


def _record() -> str:
    """Find a record that verifies without a network; one that an older release made is made anew."""
    for again in ([], ["--again"]):
        # in a process of its own: the peak of a child counts from its parent's
        maker = [sys.executable, str(HERE / "record_of_votes.py"), *again]
        file = subprocess.run(maker, stdout=subprocess.PIPE, check=True, text=True).stdout.strip()
        offline = [sys.executable, "-c", OFFLINE, "verify", file]
        verified = subprocess.run(offline, stdout=subprocess.PIPE, check=False, text=True)
        if verified.returncode == 0:
            return file
    raise SystemExit(verified.stdout)


def _spent(*arguments: str) -> Spent:
    """Run a Python process to its good end, its output thrown away."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Spent(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * unit)


def _recoveries() -> Callable[[], None]:
    """Prepare as many signatures as there are votes; return what recovers their keys and does nothing else."""
    context, key = GLOBAL_CONTEXT.ctx, PrivateKey(sha256(b"benchmark").digest())
    signed = []
    for number in range(VOTES):
        digest = sha256(number.to_bytes(4, "big")).digest()
        data = key.sign_recoverable(digest, hasher=None)
        signature = ffi.new("secp256k1_ecdsa_recoverable_signature *")
        lib.secp256k1_ecdsa_recoverable_signature_parse_compact(context, signature, data[:64], data[64])
        signed.append((signature, digest))
    found = ffi.new("secp256k1_pubkey *")

    def recover() -> None:
        for signature, digest in signed:
            lib.secp256k1_ecdsa_recover(context, found, signature, digest)

    return recover


def _seconds(work: Callable[[], None]) -> float:
    """CPU time of some work in this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
