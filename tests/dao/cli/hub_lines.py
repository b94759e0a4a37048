"""Command lines of what asks a hub, for the tests of languages: what succeeds, and what is refused."""

from __future__ import annotations

HERE = ("--dir", "FOLDER")
NOBODY = ("--hub", "http://127.0.0.1:9/")

LINES: dict[str, list[tuple[str, ...]]] = {
    "audit": [
        ("audit", "FOLDER/dao.toml"),
        ("audit", "FOLDER/none.json"),
        ("audit",),
        ("audit", "--space", "x", "--hub", "http://127.0.0.1:9/"),
    ],
    "sync": [("sync", *NOBODY, *HERE), ("sync", "--dir", "FOLDER/iips")],
}
