"""A program: our chain under another chain id, served as `dao devnet serve` serves it, with snapshots and a clock.

`python -m tests.dao.cli.nodes.serve_chain FILE CHAIN_ID` makes the chain in FILE (or continues it) and prints the URL.
The product has no such switch: the embedded chain has one id, and behind `rpc_env` that id is refused.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from chain.clients import devnet, devnet_chain, devnet_rpc, devnet_store
from chain.clients.devnet import Devnet
from dao.cli.start.demo import cast
from dao.cli.workspace.devnet_serve import DevnetServer


class ChainServer(DevnetServer):
    """Answers `evm_snapshot`, `evm_revert` and `evm_mine` besides, as the heavier devnets do."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.devnet = Devnet.open(file) if file.exists() else Devnet.create(file, cast.GENESIS)
        self.saved: list[Path] = []
        super().__init__(self.devnet, 0)

    def answer(self, body: bytes, authorization: str = "") -> tuple[int, bytes]:
        asked = json.loads(body)
        extra = {"evm_snapshot": self._snapshot, "evm_revert": self._revert, "evm_mine": self._mine}
        if asked["method"] not in extra:
            return super().answer(body, authorization)
        with self.turn:
            result = extra[asked["method"]](*asked["params"])
        return 200, json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}).encode()

    def _snapshot(self) -> str:
        copy = self.file.with_suffix(f".{len(self.saved)}")
        self.devnet.close()
        shutil.copy(self.file, copy)
        self.saved.append(copy)
        self._open()
        return hex(len(self.saved) - 1)

    def _revert(self, number: str) -> bool:
        self.devnet.close()
        shutil.copy(self.saved[int(number, 16)], self.file)
        self._open()
        return True

    def _open(self) -> None:
        self.devnet = Devnet.open(self.file)
        self._session = self.devnet.session()

    def _mine(self, timestamp: Any) -> str:
        self.devnet.time_travel(int(timestamp))
        return "0x0"


def main(file: str, chain_id: str) -> None:
    for module in (devnet, devnet_chain, devnet_rpc, devnet_store):
        module.DEVNET_CHAIN_ID = int(chain_id)  # type: ignore[attr-defined]
    with ChainServer(Path(file)) as server:
        print(server.url, flush=True)
        server.serve_forever(poll_interval=0.05)


if __name__ == "__main__":
    main(*sys.argv[1:])
