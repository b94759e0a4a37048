"""Command lines of what asks a hub, for the tests of languages: what succeeds, and what is refused."""

from __future__ import annotations

HERE = ("--dir", "FOLDER")
NOBODY = ("--hub", "http://127.0.0.1:9/")
ID = "0x" + "ab" * 32
PROPOSAL = ("--title", "T", "--space", "club.eth", "--snapshot", "7")

LINES: dict[str, list[tuple[str, ...]]] = {
    "audit": [
        ("audit", "FOLDER/dao.toml"),
        ("audit", "FOLDER/none.json"),
        ("audit",),
        ("audit", "--space", "x", "--hub", "http://127.0.0.1:9/"),
    ],
    "snapshot send": [("snapshot", "send", "VOTE", *NOBODY), ("snapshot", "send", "FOLDER/dao.toml", *NOBODY)],
    "snapshot vote": [("snapshot", "vote", ID, "1", "--safe", "x", *NOBODY), ("snapshot", "vote", ID, "1", *NOBODY)],
    "snapshot propose": [("snapshot", "propose", "FOLDER/dao.toml", *PROPOSAL, *NOBODY)],
    "snapshot cancel": [("snapshot", "cancel", ID, "--key", "dora", *NOBODY)],
    "history": [("history", "NEW", "--space", "x.eth", *HERE), ("history", "NEW", "--dir", "FOLDER/iips")],
    "sync": [("sync", *NOBODY, *HERE), ("sync", "--dir", "FOLDER/iips")],
}
