"""`dao draft`: from options and from other files, and what it refuses without writing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from chain.cid import raw_cid
from dao.workspace import Workspace
from proposals.document import parse_document
from tests.dao.cli.conftest import Outcome
from tests.dao.conftest import Played
from tests.proposals.test_imported import EIP

Dao = Callable[..., Outcome]
TO = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
SAID = (
    "--title", "Rent", "--description", "Pay the rent", "--author", "Dora (@dora)",
    "--discussions-to", "https://forum.example.org/t/1",
)  # fmt: skip


@pytest.fixture
def folder(played: Played, tmp_path: Path) -> Path:
    """A workspace of one test's own."""
    return Path(shutil.copytree(played.folder, tmp_path / "demo"))


def test_payments_that_come_again(dao: Dao, folder: Path) -> None:
    """Each tranche is a part with its day; parts before and after it are numbered on."""
    pay = ("--pay", f"0.1 ETH to {TO}", "--pay", f"0.2 ETH to {TO} monthly from 2026-02-28 times 3")
    outcome = dao("draft", *SAID, *pay, "--dir", folder, "--json")

    assert 0 == outcome.status, outcome.out
    rows = parse_document(Path(outcome.document["file"]).read_bytes()).budget
    assert [(1, "0.1"), (2, "0.2"), (3, "0.2"), (4, "0.2")] == [(row.part, row.asks[0][0]) for row in rows]
    assert [0, 28 * 86_400, 59 * 86_400] == [row.not_before - rows[1].not_before for row in rows[1:]]


def test_draft_of_another_repository_s_proposal(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """An EIP becomes a Protocol draft; what is left out is named, and the same source is the same draft again."""
    source = tmp_path / "eip-9999.md"
    source.write_bytes(EIP)

    first, again = (dao("draft", "--from", source, "--dir", folder, "--json").document for _ in range(2))

    assert (True, ["eip", "status", "created", "requires"]) == (first["ok"], first["left_out"])
    assert (True, False) == (first["is_new"], again["is_new"])
    document = parse_document(Path(first["file"]).read_bytes())
    assert ("Protocol", "Core", "Blobs for all") == (document.front.type, document.front.category, document.front.title)


def test_draft_in_chinese(dao: Dao, folder: Path) -> None:
    """With --lang the frame is that language's, and lint and explain read it like any other."""
    outcome = dao("draft", *SAID, "--pay", f"2000萬 ETH 給 {TO}", "--lang", "zh-Hant", "--dir", folder, "--json")
    text = Path(outcome.document["file"]).read_text("utf-8")

    assert "## 預算" in text
    assert "| 分項 | 付款 | 條件 | 用途 |" in text
    assert (("20000000", "ETH"),) == parse_document(text.encode()).front.requested


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--pay", f"0.1 ETH to {TO} monthly from 2026-02-28 times 200"), "E_USAGE"),
        (("--pay", f"0.1 ETH to {TO} monthly from soon times 2"), "E_TIME"),
        (("--pay", f"1 ETH to {TO} vesting monthly over 12 months from soon"), "E_TIME"),
        (("--pay", f"1 ETH to {TO} vesting weekly over 12 months from 2026-03-01"), "E_PARSE"),
        (("--pay", f"1 ETH to {TO} vesting monthly over 12 months from 2026-03-01", "--part", "1"), "E_USAGE"),
        (("--pay", f"0.1 ETH to {TO}", "--type", "Gift"), "E_PARSE"),
        (("--pay", f"0.1 ETH to {TO}", "--from", "NOTES"), "E_USAGE"),
    ],
)
def test_what_is_not_drafted(dao: Dao, folder: Path, tmp_path: Path, options: tuple[str, ...], code: str) -> None:
    """Wrong usage writes nothing."""
    notes = tmp_path / "notes.md"
    notes.write_text(
        f"## Budget\n\n| Part | Payment | Release | Purpose |\n|---|---|---|---|\n| 1 | 1 ETH to {TO} | - | x |\n"
    )
    before = sorted((folder / "iips").iterdir())
    outcome = dao("draft", *SAID, *(notes if each == "NOTES" else each for each in options), "--dir", folder, "--json")

    assert (64, code) == (outcome.status, outcome.document["error"]["code"])
    assert before == sorted((folder / "iips").iterdir())


def test_what_is_too_long_becomes_an_annex(dao: Dao, folder: Path, tmp_path: Path) -> None:
    """The longest section moves into a file beside the draft, whose CID the draft binds; nothing of it is lost."""
    long = "A long and careful account of everything.\n" * 2_500
    source = tmp_path / "eip-9999.md"
    source.write_bytes(EIP.replace(b"Raise the target.", long.encode() + b"\n\nRaise the target."))

    first, again = (dao("draft", "--from", source, "--dir", folder, "--json").document for _ in range(2))

    (path,) = first["annexes"]
    annex, text = (folder / "iips" / path).read_bytes(), Path(first["file"]).read_text("utf-8")
    assert long.strip().encode() in annex
    assert f"({path}), CID `{raw_cid(annex)}`" in text
    assert (True, False, first["number"]) == (first["ok"], again["is_new"], again["number"])
    assert 0 == dao("lint", first["file"], "--dir", folder, "--json").status


def test_a_grant_that_vests(dao: Dao, folder: Path) -> None:
    """One sentence is as many dated parts as it has tranches, and the document keeps it as one line of its table."""
    pay = ("--pay", f"0.1 ETH to {TO}", "--pay", f"0.9 ETH to {TO} vesting monthly over 9 months from 2026-03-31")
    outcome = dao("draft", *SAID, *pay, "--dir", folder, "--json")
    raw = Path(outcome.document["file"]).read_bytes()
    document = parse_document(raw)
    told = dao("explain", outcome.document["file"], "--dir", folder, "--json").document

    assert 0 == outcome.status, outcome.out
    assert f"| 2-10 | 0.9 ETH to {TO} vesting monthly over 9 months from 2026-03-31 | - |".encode() in raw
    assert (("1", "ETH"),) == document.front.requested
    assert [*range(1, 11)] == [part["part"] for part in told["parts"]] == [row.part for row in document.budget]
    assert "It is not paid before 2026-04-30T00:00:00Z." in told["parts"][1]["sentences"]
    assert 0 == dao("lint", outcome.document["file"], "--dir", folder, "--json").status
    longer = dao("draft", *SAID, "--pay", pay[-1].replace("9 months", "18 months"), "--dir", folder, "--json").document
    assert ["IIP-F06"] * 2 == [each["code"] for each in longer["findings"] if each["level"] == "error"]


def test_two_hands_never_take_one_number(dao: Dao, folder: Path) -> None:
    """Whoever holds the workspace keeps every other hand out, and the next draft and import see what was taken."""
    pay = ("--pay", f"0.1 ETH to {TO}")
    before = sorted((folder / "iips").iterdir())
    with Workspace(folder):
        held = [dao(*line, "--dir", folder, "--json") for line in (("draft", *SAID, *pay), ("iip", "import", folder))]
    assert before == sorted((folder / "iips").iterdir())
    titles = (SAID, ("--title", "Mine", *SAID[2:]))
    mine, yours = (dao("draft", *said, *pay, "--dir", folder, "--json").document for said in titles)

    assert [(1, "E_LOCKED")] * 2 == [(each.status, each.document["error"]["code"]) for each in held]
    assert mine["number"] + 1 == yours["number"]
    assert Path(mine["file"]).read_bytes() != Path(yours["file"]).read_bytes()
