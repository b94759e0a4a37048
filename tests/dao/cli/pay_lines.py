"""Command lines of payments by file, and a list of one claim for them."""

from __future__ import annotations

from pathlib import Path

from treasury.claim_file import Distribution, write_claims
from treasury.merkle_tree import Claim, ClaimTree

PAYEE = "0x" + "11" * 20
LINES: dict[str, list[tuple[str, ...]]] = {
    "pay": [("pay", "FOLDER/dao.toml", "DRAFT", "--dir", "FOLDER")],
    "receipts": [("receipts", "IIP-1", "--dir", "FOLDER"), ("receipts", "IIP-9", "--dir", "FOLDER")],
    "claim": [("claim", "CLAIMS"), ("claim", "CLAIMS", PAYEE), ("claim", "FOLDER/dao.toml")],
}


def write(folder: Path) -> str:
    """Write it into a folder; return its path."""
    tree = ClaimTree([Claim(bytes.fromhex(PAYEE[2:]), 7)])
    (folder / "claims.json").write_bytes(write_claims(Distribution(1, b"\1" * 20, None, tree)))
    return str(folder / "claims.json")
