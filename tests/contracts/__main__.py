"""Write the artifacts beside their sources."""

from __future__ import annotations

from pathlib import Path

from chain.clients.contracts.build import compile_contract

HERE = Path(__file__).parent

if __name__ == "__main__":
    for name in ("Exchange", "Mutual", "MerkleDistributor", "WeirdToken"):
        (HERE / f"{name}.json").write_text(compile_contract(name, HERE), encoding="utf-8")
