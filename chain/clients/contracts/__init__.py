"""The devnet's own contracts: Vyper source, and the artifact that was compiled from it.

`load` reads artifacts; nothing is compiled at run time. `python -m chain.clients.contracts.build` compiles, for
developers, and a test compares the result byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

__all__ = ["NAMES", "Artifact", "load"]

NAMES = ("VotesToken", "IIPProxy", "DelegateRegistry", "StakedVotes", "Collection")


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A compiled contract."""

    abi: tuple[Mapping[str, Any], ...]
    bytecode: bytes
    """Init code, without the constructor's arguments."""
    runtime_code_hash: bytes
    """Of every deployment: no contract here has immutables."""
    compiler: str
    source_sha256: bytes
    slots: Mapping[str, int]
    """Storage slot of each variable; Vyper hashes slot then key for a mapping's entry."""


def load(name: str) -> Artifact:
    """Read the artifact of one of `NAMES`."""
    text = resources.files(__package__).joinpath("artifacts", f"{name}.json").read_text(encoding="utf-8")
    stored = json.loads(text)
    return Artifact(
        abi=tuple(stored["abi"]),
        bytecode=bytes.fromhex(stored["bytecode"]),
        runtime_code_hash=bytes.fromhex(stored["runtime_code_hash"]),
        compiler=stored["compiler"],
        source_sha256=bytes.fromhex(stored["source_sha256"]),
        slots=stored["slots"],
    )
