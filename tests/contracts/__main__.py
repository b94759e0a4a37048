"""Write the artifact beside its source."""

from __future__ import annotations

from pathlib import Path

from chain.clients.contracts.build import compile_contract

HERE = Path(__file__).parent

if __name__ == "__main__":
    (HERE / "Mutual.json").write_text(compile_contract("Mutual", HERE), encoding="utf-8")
