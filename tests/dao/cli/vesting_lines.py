"""Command lines of vesting and its committees for the tests of languages: what succeeds, and what is refused."""

from __future__ import annotations

from pathlib import Path

from tests.treasury import plans

LINES: dict[str, list[tuple[str, ...]]] = {
    "token": [
        ("token", "--tge", "2017-12-01T00:00:00Z", "--published", "280000000"),
        ("token", "--tge", "5", "--published", "x"),
    ],
    "committee": [("committee", "--dir", "FOLDER"), ("committee", "--out", "x.txt", "--dir", "FOLDER")],
    "vesting show": [
        ("vesting", "show", "--bucket", "presale", "--tge", "2017-12-01T00:00:00Z"),
        ("vesting", "show", "--bucket", "community", "--tge", "5"),
        ("vesting", "show", "--plan", "FOLDER/dao.toml"),
        ("vesting", "show", "--grant", "ann", "--tge", "2017-12-01"),
    ],
    "vesting check": [
        ("vesting", "check", "--plan", "PLAN", "--rpc-env", "NO_SUCH_URL"),
        ("vesting", "check", "--plan", "PLAN"),
    ],
    "vesting draft": [
        (
            "vesting",
            "draft",
            "--plan",
            "PLAN",
            "--title",
            "T",
            "--description",
            "D",
            "--author",
            "A",
            "--discussions-to",
            "U",
            "--dir",
            "FOLDER",
        ),
    ],
    "vesting compare": [
        ("vesting", "compare", "FOLDER/iips/iip-1.md", "--plan", "PLAN"),
        ("vesting", "compare", "FOLDER/dao.toml", "--plan", "PLAN"),
    ],
    "vesting change": [
        ("vesting", "change", "--plan", "PLAN", "--grant", "ann", "--to", "0x", "--time", "5", "--dir", "FOLDER"),
    ],
    "vesting deploy": [
        ("vesting", "deploy", "--plan", "PLAN", "--grant", "ann", "--artifact", "PLAN", "--dir", "FOLDER")
    ],
    "vesting release": [("vesting", "release", "--plan", "PLAN", "--grant", "ann", "--dir", "FOLDER")],
    "vesting calendar": [
        (
            "vesting",
            "calendar",
            "--tge",
            "2017-12-01T00:00:00Z",
            "--at",
            "2018-11-15T00:00:00Z",
            "--out",
            "FOLDER/a.csv",
        ),
        ("vesting", "calendar", "--tge", "5", "--months", "0"),
    ],
    "vesting chart": [
        ("vesting", "chart", "--tge", "2017-12-01T00:00:00Z", "--at", "2018-11-15T00:00:00Z", "--out", "FOLDER/a.svg"),
        ("vesting", "chart", "--tge", "5", "--out", "a.png"),
    ],
    "vesting statement": [
        ("vesting", "statement", "--plan", "PLAN", "--grant", "ann", "--out", "FOLDER/a.html"),
        ("vesting", "statement", "--plan", "PLAN", "--to", "PLAN"),
        ("vesting", "statement", "--plan", "muton"),
    ],
}


def write(folder: Path) -> str:
    """Write the plan that the lines name PLAN; return its path."""
    path = folder / "plan.toml"
    head = 'tge = "2017-12-01T00:00:00Z"\ndecimals'
    path.write_text(plans.MUTON.replace("decimals", head) + plans.grant("ann"), "utf-8")
    return str(path)
