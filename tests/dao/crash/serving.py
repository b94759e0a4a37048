"""The devnet as `dao devnet serve` serves it: a process of its own, which the workspace's commands find by its file."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.dao.crash.nursery import ROOT

SERVER_FILE = "devnet.server"


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
        served.communicate(timeout=60)


def served_port(folder: Path) -> int:
    """Where the server said it is."""
    return int(json.loads((folder / SERVER_FILE).read_text("utf-8"))["port"])


def lead_through(folder: Path, port: int) -> None:
    """Let the workspace's commands reach their server through another port; the token stays the server's."""
    file = folder / SERVER_FILE
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | {"port": port}), "utf-8")
