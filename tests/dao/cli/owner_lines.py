"""Command lines about owners of the Safe, for the test of languages."""

from __future__ import annotations

from chain.address import checksum
from dao.cli.start.demo import cast

HERE = ("--dir", "FOLDER")
KIM = checksum(cast.address("kim"))

LINES: dict[str, list[tuple[str, ...]]] = {
    "signers show": [("signers", *HERE)],
    "signers prove": [("signers", "prove", "--key", "ann", *HERE), ("signers", "prove", "--key", "nora", *HERE)],
    "owner announce": [
        ("owner", "announce", "--replace", KIM, "--by", KIM, *HERE),
        ("owner", "announce", *HERE),
    ],
    "owner change": [("owner", "change", "--out", "NEW", *HERE)],
    "reject": [("reject", "IIP-1/1", "--out", "NEW", *HERE)],
}
