"""A real IPFS node for tests: js-ipfs from npm, one for each process of the suite, on loopback and offline.

`npm ci --prefix tests/npm/ipfs --ignore-scripts --omit=optional` installs it. Without it the tests skip, and fail
instead with CI=true.
"""

from __future__ import annotations

import hashlib
import os
import select
import shutil
import socket
import subprocess
from base64 import b32encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from chain.content_id import ContentId

SCRIPT = Path(__file__).parent / "npm" / "ipfs" / "node.mjs"
PATIENCE_SECONDS = 90
"""A loaded machine with a cold disk takes its time; usually it is three seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RealNode:
    """Where the node answers, and where it keeps its blocks."""

    url: str
    repository: Path

    def file_of(self, cid: ContentId) -> Path:
        """The file in which the node keeps a block."""
        key = b32encode(b"\x12\x20" + cid.digest).decode().rstrip("=")
        return self.repository / "blocks" / key[-3:-1] / f"{key}.data"


@pytest.fixture(scope="session")
def ipfs_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealNode]:
    """The node; what one test puts there the others may find, so each puts something of its own."""
    if shutil.which("node") is None or not (SCRIPT.parent / "node_modules").is_dir():
        reason = (
            "js-ipfs is not installed; `npm ci --prefix tests/npm/ipfs --ignore-scripts --omit=optional` installs it"
        )
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    repository = tmp_path_factory.mktemp("ipfs") / "repository"
    port = free_port()
    with subprocess.Popen(["node", SCRIPT, repository, str(port)], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            ready, _, _ = select.select([process.stdout], [], [], PATIENCE_SECONDS)
            assert ready, f"the IPFS node did not start within {PATIENCE_SECONDS} seconds"
            assert b"READY\n" == process.stdout.readline()
            yield RealNode(url=f"http://127.0.0.1:{port}", repository=repository)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def large(size: int) -> bytes:
    """Many bytes, quickly: those of a sample again and again, with an odd period so that no two chunks are alike."""
    piece = sample((1 << 20) - 1)
    return (piece * (size // len(piece) + 1))[:size]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@cache
def sample(size: int) -> bytes:
    """The first bytes of sha256(b"0") + sha256(b"1") + …, as in the vectors."""
    return b"".join(hashlib.sha256(b"%d" % n).digest() for n in range(size // 32 + 1))[:size]
