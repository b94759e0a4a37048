"""Command lines of the books and of working groups, for the tests of languages: what succeeds, and what is refused."""

from __future__ import annotations

HERE = ("--dir", "FOLDER")
DEPOSIT = ("group", "request", "writers", "deposit", "1", "ETH", "--about", "x", "--key", "ann", *HERE)

LINES: dict[str, list[tuple[str, ...]]] = {
    "ledger show": [("ledger", *HERE), ("ledger", "show", "--account", "Assets", *HERE)],
    "ledger check": [("ledger", "check", *HERE), ("ledger", "check", "--full", *HERE)],
    "ledger export": [
        ("ledger", "export", "NEW", *HERE),
        ("ledger", "export", "FOLDER/dao.toml", *HERE),
        ("ledger", "export", "NEW", "--prices", "FOLDER/dao.toml", *HERE),
    ],
    "ledger close": [
        ("ledger", "close", "--until", "2026-01-10", *HERE),
        ("ledger", "close", "--until", "2027-01-10", *HERE),
    ],
    "ledger chart": [
        ("ledger", "chart", "NEW.svg", "--asset", "ETH", *HERE),
        ("ledger", "chart", "NEW.svg", "--asset", "XYZ", *HERE),
    ],
    "report": [("report", *HERE), ("report", "--prices", "FOLDER/dao.toml", *HERE)],
    "group show": [("group", *HERE), ("group", "show", "writers", *HERE)],
    "group request": [DEPOSIT, ("group", "request", "writers", "repay", "1", "ETH", *HERE)],
    "group confirm": [("group", "confirm", "writers", "--key", "ann", *HERE)],
    "group reject": [("group", "reject", "writers", "--reason", "x", "--key", "ann", *HERE)],
}
