"""Command lines for the tests of languages: over a finished workspace, and over one in which something can happen."""

from __future__ import annotations

from chain.address import checksum
from dao.cli.start.demo import cast
from tests.dao.cli import vesting_lines

HERE = ("--dir", "FOLDER")
ABSENT = "QmTJzHxw4pPgcv6ZtA7hm9L32Evr2Z6A1LoEuTp9UGZC2n"
FINISHED: dict[str, list[tuple[str, ...]]] = {
    "demo": [("demo", *HERE)],
    "verify": [
        ("verify", "FOLDER/iip-1.car"),
        ("verify", "FOLDER/dao.toml"),
        ("verify", "FOLDER/iip-1.car", "--trust", "FOLDER/dao.toml"),
    ],
    "lint": [("lint", "FOLDER/iips/iip-1.md"), ("lint", "FOLDER/dao.toml", "FOLDER/iips/iip-1.md")],
    "draft": [("draft", *HERE), ("draft", "DRAFT", *HERE)],
    "publish": [("publish", "FOLDER/iips/iip-1.md", "--key", "dora", *HERE), ("publish", "FOLDER/dao.toml", *HERE)],
    "submit": [("submit", "FOLDER/iips/iip-1.md", "--key", "dora", *HERE), ("submit", "FOLDER/dao.toml", *HERE)],
    "withdraw": [("withdraw", "IIP-1", "--reason", "Zu spät", "--key", "dora", *HERE), ("withdraw", "IIP-1", *HERE)],
    "record": [("record", "IIP-1", *HERE), ("record", "IIP-1", "--out", "FOLDER/dao.toml", *HERE)],
    "vote cast": [("vote", "cast", "IIP-1", "For", "--key", "eve", *HERE), ("vote", "cast", "IIP-1", *HERE)],
    "vote receipt": [
        ("vote", "receipt", "IIP-1", checksum(cast.address("eve")), "--out", "NEW", *HERE),
        ("vote", "receipt", "IIP-1", "0x00", "--out", "NEW", *HERE),
    ],
    "vote sign": [("vote", "sign", "VOTE", "--key", "ann", *HERE), ("vote", "sign", "VOTE", *HERE)],
    "vote check": [("vote", "check", "VOTE"), ("vote", "check", "FOLDER/dao.toml"), ("vote",), ("vote", "chek")],
    "tally": [
        ("tally", "IIP-1", *HERE),
        ("tally", "IIP-9", *HERE),
        ("tally", "IIP-1", "--arithmetic", "exact", *HERE),
        ("tally", "FOLDER/dao.toml"),
    ],
    "explain": [
        ("explain", "IIP-1", *HERE),
        ("explain", "IIP-9", *HERE),
        ("explain", "IIP-1", "--chart", "x.png", *HERE),
    ],
    "audit": [
        ("audit", "FOLDER/dao.toml"),
        ("audit", "FOLDER/none.json"),
        ("audit",),
        ("audit", "--space", "x", "--hub", "http://127.0.0.1:9/"),
    ],
    "pay": [("pay", "FOLDER/dao.toml", "DRAFT", *HERE)],
    "premiums split": [("premiums", "split", "7"), ("premiums", "split", "7", "--agent-level", "3")],
    "premiums quote": [
        ("premiums", "quote", "--units", "1", "--days", "101", "--shares", "0"),
        ("premiums", "quote", "--units", "1e3", "--days", "0", "--shares", "0"),
    ],
    "premiums import": [("premiums", "import", "NEW"), ("premiums", "import", "FOLDER/dao.toml", *HERE)],
    "pool simulate": [("pool", "simulate", "HISTORY"), ("pool", "simulate", "FOLDER/dao.toml")],
    "pool status": [
        ("pool", "status", "--file", "HISTORY"),
        ("pool", "status"),
        ("pool", "status", "0x66be1bc6C6aF47900BBD4F3711801bE6C2c6CB32", *HERE),
    ],
    "pool claims": [("pool", "claims", "HISTORY"), ("pool", "claims", "HISTORY", "--at", "2020-01-01T00:00:00Z")],
    "pool agent": [("pool", "agent"), ("pool", "agent", "HISTORY")],
    "pool round": [
        ("pool", "round", "HISTORY", "--next", "2026-01-01T00:00:00Z"),
        ("pool", "round", "FOLDER/dao.toml"),
    ],
    "pool call": [("pool", "call", "buy", "--wei", "1000000000", "--days", "101"), ("pool", "call", "tick")],
    "review": [("review", "IIP-1/1", *HERE), ("review", "FOLDER/dao.toml", *HERE), ("review", "FOLDER/dao.toml")],
    "queue": [("queue", "IIP-1/1", *HERE), ("queue", "IIP-1", *HERE), ("queue", "x", *HERE)],
    "sign": [("sign", "IIP-1/1", "--key", "ann", *HERE), ("sign", "IIP-1/1", "--key", "ben", *HERE)],
    "post": [("post", "IIP-1/1", "--service-env", "NO_SUCH_SERVICE", *HERE)],
    "execute": [("execute", "IIP-1/1", "--key", "ann", *HERE), ("execute", "IIP-1/1", *HERE)],
    "milestone report": [("milestone", "report", "IIP-1/2", "--file", "FOLDER/dao.toml", "--key", "nora", *HERE)],
    "milestone approve": [("milestone", "approve", "IIP-1/1", "--file", "FOLDER/dao.toml", "--key", "lea", *HERE)],
    "milestone return": [("milestone", "return", "IIP-1/1", "--file", "FOLDER/dao.toml", "--key", "lea", *HERE)],
    "dispute": [("dispute", "IIP-1/1", "--reason", "Zu spät", "--key", "nora", *HERE), ("dispute", "IIP-1/1", *HERE)],
    "resolve": [("resolve", "IIP-1/1", "--reason", "Zu spät", "--key", "lea", *HERE), ("resolve", "IIP-1", *HERE)],
    "fund": [("fund", *HERE), ("fund", "other", *HERE)],
    "ledger": [("ledger", *HERE), ("ledger", "--account", "Assets", *HERE)],
    "status": [("status", *HERE), ("status", "IIP-7", *HERE), ("status", "--dir", "FOLDER/iips")],
    **vesting_lines.LINES,
    "journal list": [("journal", *HERE), ("journal", "--since", "x", *HERE)],
    "journal export": [("journal", "export", "NEW", *HERE), ("journal", "export", "NEW", "--since", "99", *HERE)],
    "journal follow": [("journal", "follow", "FOLDER/iip-1.car", *HERE)],
    "take": [("take", "VOTE", *HERE), ("take", "FOLDER/iip-1.car", "FOLDER/dao.toml", *HERE), ("take", *HERE)],
    "cancel": [("cancel", "IIP-1", "--key", "dora", *HERE), ("cancel", "IIP-1", *HERE)],
    "veto": [("veto", "IIP-1", "--reason", "Zu spät", "--key", "ann", *HERE), ("veto", "IIP-1/1", *HERE)],
    "end": [("end", "IIP-1/1", *HERE), ("end", "IIP-7/1", *HERE)],
    "init": [("init", *HERE), ("init", "--devnet", "--dir", "NEW"), ("init", "--dir", "NEW")],
    "settings show": [("settings", *HERE)],
    "settings check": [("settings", "check", *HERE)],
    "settings evidence": [("settings", "evidence", "FOLDER/dao.toml", *HERE), ("settings", "evidence", "NONE", *HERE)],
    "settings sign": [("settings", "sign", "--key", "ann", *HERE), ("settings", "sign", *HERE)],
    "settings found": [("settings", "found", *HERE)],
    "ipfs add": [("ipfs", "add", "FOLDER/dao.toml", "--blocks", "NEW"), ("ipfs", "add", "FOLDER/dao.toml", *HERE)],
    "ipfs get": [("ipfs", "get", ABSENT, "--blocks", "NEW"), ("ipfs", "get", "x", *HERE)],
    "ipfs pin": [("ipfs", "pin", ABSENT, "--blocks", "NEW"), ("ipfs", "pin", ABSENT, "--remove", "--blocks", "NEW")],
    "ipfs check": [("ipfs", "check", *HERE)],
    "keys list": [("keys", *HERE)],
    "keys new": [("keys", "new", "zoe", *HERE), ("keys", "new", "ann", *HERE)],
    "keys import": [("keys", "import", "zoe", "--key-env", "NO_SUCH_KEY", *HERE)],
    "keys journal": [("keys", "journal", *HERE)],
    "doctor": [("doctor", *HERE)],
    "rebuild": [("rebuild", *HERE)],
    "completion": [("completion", "tcsh")],
    "devnet serve": [("devnet", "serve", "--port", "PORT", *HERE), ("devnet", "serve", "--port", "99999", *HERE)],
    "devnet wait": [("devnet", "wait", "1h", *HERE), ("devnet", "wait", "x", *HERE)],
}
"""Command lines over the demo's finished workspace, by command: what succeeds, and what is refused."""

RUNNING = [
    ("status", *HERE),
    ("fund", *HERE),
    ("vote", "cast", "IIP-2", "For", "--key", "eve", *HERE),
    ("tally", "IIP-2", *HERE),
    ("review", "IIP-1/1", *HERE),
    ("sign", "IIP-1/1", "--key", "ann", *HERE),
    ("queue", "IIP-1/2", *HERE),
    ("execute", "IIP-1/1", "--key", "ann", *HERE),
    ("milestone", "report", "IIP-1/2", "--file", "FOLDER/dao.toml", "--key", "nora", *HERE),
    ("doctor", *HERE),
    ("cancel", "IIP-2", "--key", "dora", *HERE),
    ("withdraw", "IIP-2", "--reason", "Zu spät", "--key", "dora", *HERE),
    ("submit", "FOLDER/iips/iip-2.md", "--key", "dora", *HERE),
    ("veto", "IIP-1", "--reason", "Zu spät", "--key", "ann", *HERE),
    ("end", "IIP-1/1", *HERE),
    ("vote", "cast", "IIP-2", "For", "--key", "eve", "--out", "FOLDER/vote.json", *HERE),
]
"""Command lines over a workspace in which something can still happen."""
